// The checks of arguments. The messages are the same in C, Rust and Python.
//
// All raise TypeError for what is of a wrong type, and ValueError for the rest.
#pragma once

#include "buffer.hpp"

#include <cstdint>

namespace twinwheel {

void check_input(const Buffer &input);
// A C-contiguous square of float32.
void check_square(const Buffer &kernel);
// A C-contiguous row of float32.
void check_line(const Buffer &weights);
void check_output(const Buffer &output, const Buffer &input);
void check_apart(const Buffer &output, const Buffer &other);

double check_sigma(pybind11::handle sigma);
std::uint32_t check_radius(pybind11::handle radius);
std::uint32_t check_axis(pybind11::handle axis);
std::uint32_t check_size(pybind11::handle size);

// One of KERNEL_BORDER_*.
std::int32_t check_border(pybind11::handle border);
float check_value(pybind11::handle value);
std::uint32_t check_threads(pybind11::handle threads);

} // namespace twinwheel
