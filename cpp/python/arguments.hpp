// The arguments of convolve, checked. The messages are the same in C, Rust and Python.
#pragma once

#include "buffer.hpp"
#include "kernel.h"

namespace twinwheel {

// What convolve was called with; made only of good arguments.
class Arguments {
public:
    // Raises TypeError for what is no buffer or holds the wrong samples, ValueError for the rest.
    Arguments(pybind11::handle input, pybind11::handle kernel, pybind11::handle output,
              pybind11::handle border, pybind11::handle value);

    // Compute. Needs no interpreter.
    int run() const;

private:
    Buffer input_;
    Buffer kernel_;
    Buffer output_;
    std::int32_t border_;
    float value_;
};

} // namespace twinwheel
