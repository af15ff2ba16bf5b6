// A view of an object's memory, and the checks of what it holds.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace twinwheel {

// Holds an object's buffer for as long as it lives, by the buffer protocol alone: no NumPy.
class Buffer {
public:
    // Take the buffer, or raise TypeError. The name is the argument's, for messages.
    Buffer(pybind11::handle object, const char *name);
    ~Buffer() { PyBuffer_Release(&view_); }
    Buffer(const Buffer &) = delete;
    Buffer &operator=(const Buffer &) = delete;

    const Py_buffer &view() const { return view_; }
    const char *name() const { return name_; }

    // 'f' for binary32, 'B' for uint8, each of this machine's byte order; else 0.
    char sample() const;
    // The format as the exporter wrote it.
    const char *format() const { return view_.format ? view_.format : "B"; }
    // From a sample of an axis to the next, in bytes. Not the view's own, which may have none.
    Py_ssize_t stride(int axis) const;
    bool c_contiguous() const { return PyBuffer_IsContiguous(&view_, 'C') != 0; }
    bool same_shape(const Buffer &other) const;
    // The lengths as Python writes a tuple.
    std::string shape_text() const;
    // Raise ValueError when a length is 0 or does not fit in 32 bits.
    void check_lengths() const;
    // Does any byte between the first and the last belong to both?
    bool overlaps(const Buffer &other) const;

private:
    Py_buffer view_;
    const char *name_;
};

} // namespace twinwheel
