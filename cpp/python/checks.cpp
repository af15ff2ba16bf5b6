#include "checks.hpp"

#include "kernel.h"

#include <cmath>
#include <optional>

namespace py = pybind11;

namespace twinwheel {

namespace {

// In the order of KERNEL_BORDER_*.
constexpr const char *BORDERS[] = {"constant", "nearest", "reflect", "mirror", "wrap"};

std::string type_name(py::handle object) {
    return py::str(py::type::handle_of(object).attr("__name__")).cast<std::string>();
}

std::string repr_of(py::handle object) { return py::repr(object).cast<std::string>(); }

// A number as Python's C functions take it, or nothing when it is too large for a double.
std::optional<double> check_number(py::handle object, const char *name) {
    double number = PyFloat_AsDouble(object.ptr());
    if (number == -1.0 && PyErr_Occurred()) {
        py::error_already_set error;
        if (error.matches(PyExc_TypeError))
            throw py::type_error(std::string(name) + " must be a number, not " + type_name(object));
        if (error.matches(PyExc_OverflowError))
            return std::nullopt;
        throw error;
    }
    return number;
}

// A whole number, or less than all that are accepted when it does not fit.
long long check_whole(py::handle object, const char *name) {
    const std::string refusal = std::string(name) + " must be a whole number, not ";
    if (PyBool_Check(object.ptr()))
        throw py::type_error(refusal + type_name(object));
    auto index = py::reinterpret_steal<py::object>(PyNumber_Index(object.ptr()));
    if (!index) {
        py::error_already_set error;
        if (error.matches(PyExc_TypeError))
            throw py::type_error(refusal + type_name(object));
        throw error;
    }
    int overflow;
    long long number = PyLong_AsLongLongAndOverflow(index.ptr(), &overflow);
    return overflow != 0 ? -1 : number;
}

std::uint32_t check_range(py::handle object, const char *name, long long first, long long last,
                          const char *accepted) {
    long long number = check_whole(object, name);
    if (number < first || number > last)
        throw py::value_error(std::string(name) + " must be " + accepted + ", not " +
                              repr_of(object));
    return static_cast<std::uint32_t>(number);
}

void check_float32(const Buffer &weights) {
    if (weights.sample() != 'f')
        throw py::type_error(std::string(weights.name()) +
                             " must hold float32 samples (format 'f'), not format '" +
                             weights.format() + "'");
}

void check_contiguous(const Buffer &buffer) {
    if (!buffer.c_contiguous())
        throw py::value_error(std::string(buffer.name()) + " must be C-contiguous");
}

} // namespace

void check_input(const Buffer &input) {
    if (input.sample() == 0)
        throw py::type_error(
            "input must hold float32 or uint8 samples (format 'f' or 'B'), not format '" +
            std::string(input.format()) + "'");
    if (input.view().ndim != 2 && input.view().ndim != 3)
        throw py::value_error("input must have 2 dimensions (height, width) or 3 (height, width, "
                              "channels), not " +
                              std::to_string(input.view().ndim));
    input.check_lengths();
}

void check_square(const Buffer &kernel) {
    check_float32(kernel);
    if (kernel.view().ndim != 2 || kernel.view().shape[0] != kernel.view().shape[1])
        throw py::value_error(std::string(kernel.name()) + " must be square, (size, size): shape " +
                              kernel.shape_text());
    kernel.check_lengths();
    check_contiguous(kernel);
}

void check_line(const Buffer &weights) {
    check_float32(weights);
    if (weights.view().ndim != 1)
        throw py::value_error(std::string(weights.name()) + " must be one-dimensional: shape " +
                              weights.shape_text());
    weights.check_lengths();
    check_contiguous(weights);
}

void check_output(const Buffer &output, const Buffer &input) {
    if (output.sample() != input.sample())
        throw py::type_error(std::string("output must hold the samples of input (format '") +
                             input.sample() + "'), not format '" + output.format() + "'");
    if (output.view().readonly)
        throw py::value_error("output must be writable");
    if (!output.same_shape(input))
        throw py::value_error("output must have the shape of input, " + input.shape_text() +
                              ", not " + output.shape_text());
    check_contiguous(output);
}

void check_apart(const Buffer &output, const Buffer &other) {
    if (output.overlaps(other))
        throw py::value_error(std::string("output must not overlap ") + other.name());
}

double check_sigma(py::handle sigma) {
    std::optional<double> number = check_number(sigma, "sigma");
    if (!number || !(*number > 0.0) || !std::isfinite(*number))
        throw py::value_error("sigma must be above 0 and finite, not " + repr_of(sigma));
    return *number;
}

std::uint32_t check_radius(py::handle radius) {
    return check_range(radius, "radius", 0, INT32_MAX, "from 0 to 2147483647");
}

std::uint32_t check_axis(py::handle axis) { return check_range(axis, "axis", 0, 1, "0 or 1"); }

std::uint32_t check_size(py::handle size) {
    constexpr const char *accepted = "3, 5 or 7";
    std::uint32_t number = check_range(size, "size", 3, 7, accepted);
    if (number % 2 == 0)
        throw py::value_error(std::string("size must be ") + accepted + ", not " + repr_of(size));
    return number;
}

std::int32_t check_border(py::handle border) {
    if (!PyUnicode_Check(border.ptr()))
        throw py::type_error("border must be a string, not " + type_name(border));
    for (std::int32_t index = 0; index < 5; index++)
        if (PyUnicode_CompareWithASCIIString(border.ptr(), BORDERS[index]) == 0)
            return index;
    throw py::value_error("border must be one of constant, nearest, reflect, mirror, wrap, not " +
                          repr_of(border));
}

float check_value(py::handle value) {
    std::optional<double> number = check_number(value, "value");
    if (!number)
        throw py::value_error("value must fit in a float");
    return static_cast<float>(*number);
}

std::uint32_t check_threads(py::handle threads) {
    return check_range(threads, "threads", 1, UINT32_MAX, "from 1 to 4294967295");
}

} // namespace twinwheel
