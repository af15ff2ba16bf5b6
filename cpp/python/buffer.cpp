#include "buffer.hpp"

#include <cstdint>
#include <cstring>
#include <utility>

namespace py = pybind11;

namespace twinwheel {

Buffer::Buffer(py::handle object, const char *name) : name_(name) {
    if (!PyObject_CheckBuffer(object.ptr()))
        throw py::type_error(
            std::string(name) + " must be a buffer, such as an array or a memoryview, not " +
            py::str(py::type::handle_of(object).attr("__name__")).cast<std::string>());
    if (PyObject_GetBuffer(object.ptr(), &view_, PyBUF_FULL_RO) != 0)
        throw py::error_already_set();
    if (view_.suboffsets != nullptr)
        for (int axis = 0; axis < view_.ndim; axis++)
            if (view_.suboffsets[axis] >= 0) {
                PyBuffer_Release(&view_);
                throw py::value_error(std::string(name) +
                                      " must lie in one block of memory, without suboffsets");
            }
}

char Buffer::sample() const {
    const char *text = format();
    const char *native = PY_BIG_ENDIAN ? "@=>" : "@=<";
    if (*text != '\0' && std::strchr(native, *text) != nullptr)
        text++;
    if (std::strcmp(text, "f") == 0 && view_.itemsize == 4)
        return 'f';
    if (std::strcmp(text, "B") == 0 && view_.itemsize == 1)
        return 'B';
    return 0;
}

Py_ssize_t Buffer::stride(int axis) const {
    if (view_.strides != nullptr)
        return view_.strides[axis];
    // Left out by who is C-contiguous, as arrays of ctypes are.
    Py_ssize_t stride = view_.itemsize;
    for (int inner = view_.ndim - 1; inner > axis; inner--)
        stride *= view_.shape[inner];
    return stride;
}

bool Buffer::same_shape(const Buffer &other) const {
    if (view_.ndim != other.view_.ndim)
        return false;
    for (int axis = 0; axis < view_.ndim; axis++)
        if (view_.shape[axis] != other.view_.shape[axis])
            return false;
    return true;
}

std::string Buffer::shape_text() const {
    std::string text = "(";
    for (int axis = 0; axis < view_.ndim; axis++)
        text += (axis != 0 ? ", " : "") + std::to_string(view_.shape[axis]);
    return text + (view_.ndim == 1 ? ",)" : ")");
}

void Buffer::check_lengths() const {
    for (int axis = 0; axis < view_.ndim; axis++)
        if (view_.shape[axis] == 0)
            throw py::value_error(std::string(name_) + " must not have zero size: shape " +
                                  shape_text());
    for (int axis = 0; axis < view_.ndim; axis++)
        if (static_cast<std::uint64_t>(view_.shape[axis]) > UINT32_MAX)
            throw py::value_error(std::string(name_) + " must have lengths below 2**32: shape " +
                                  shape_text());
}

bool Buffer::overlaps(const Buffer &other) const {
    auto range = [](const Buffer &buffer) {
        const Py_buffer &view = buffer.view_;
        std::uintptr_t first = reinterpret_cast<std::uintptr_t>(view.buf), last = first;
        for (int axis = 0; axis < view.ndim; axis++) {
            Py_ssize_t reach = (view.shape[axis] - 1) * buffer.stride(axis);
            (reach < 0 ? first : last) += static_cast<std::uintptr_t>(reach);
        }
        return std::pair(first, last + static_cast<std::uintptr_t>(view.itemsize));
    };
    auto [first, last] = range(*this);
    auto [other_first, other_last] = range(other);
    return first < other_last && other_first < last;
}

} // namespace twinwheel
