#include "arguments.hpp"

#include <cstdint>

namespace py = pybind11;

namespace twinwheel {

namespace {

// In the order of KERNEL_BORDER_*.
constexpr const char *BORDERS[] = {"constant", "nearest", "reflect", "mirror", "wrap"};

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

void check_kernel(const Buffer &kernel) {
    if (kernel.sample() != 'f')
        throw py::type_error("kernel must hold float32 samples (format 'f'), not format '" +
                             std::string(kernel.format()) + "'");
    if (kernel.view().ndim != 2 || kernel.view().shape[0] != kernel.view().shape[1])
        throw py::value_error("kernel must be square, (size, size): shape " + kernel.shape_text());
    kernel.check_lengths();
    if (!kernel.c_contiguous())
        throw py::value_error("kernel must be C-contiguous");
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
    if (!output.c_contiguous())
        throw py::value_error("output must be C-contiguous");
}

std::int32_t check_border(py::handle border) {
    if (!PyUnicode_Check(border.ptr()))
        throw py::type_error(
            "border must be a string, not " +
            py::str(py::type::handle_of(border).attr("__name__")).cast<std::string>());
    for (std::int32_t index = 0; index < 5; index++)
        if (PyUnicode_CompareWithASCIIString(border.ptr(), BORDERS[index]) == 0)
            return index;
    throw py::value_error("border must be one of constant, nearest, reflect, mirror, wrap, not " +
                          py::repr(border).cast<std::string>());
}

float check_value(py::handle value) {
    double number = PyFloat_AsDouble(value.ptr());
    if (number == -1.0 && PyErr_Occurred()) {
        py::error_already_set error;
        if (error.matches(PyExc_TypeError))
            throw py::type_error(
                "value must be a number, not " +
                py::str(py::type::handle_of(value).attr("__name__")).cast<std::string>());
        if (error.matches(PyExc_OverflowError))
            throw py::value_error("value must fit in a float");
        throw error;
    }
    return static_cast<float>(number);
}

} // namespace

Arguments::Arguments(py::handle input, py::handle kernel, py::handle output, py::handle border,
                     py::handle value)
    : input_(input, "input"), kernel_(kernel, "kernel"), output_(output, "output") {
    check_input(input_);
    check_kernel(kernel_);
    check_output(output_, input_);
    border_ = check_border(border);
    value_ = check_value(value);
    if (output_.overlaps(input_))
        throw py::value_error("output must not overlap input");
    if (output_.overlaps(kernel_))
        throw py::value_error("output must not overlap kernel");
}

int Arguments::run() const {
    const Py_buffer &view = input_.view();
    bool colour = view.ndim == 3;
    kernel_image image = {};
    image.data = view.buf;
    image.sample = input_.sample() == 'f' ? KERNEL_FLOAT32 : KERNEL_UINT8;
    image.height = static_cast<std::uint32_t>(view.shape[0]);
    image.width = static_cast<std::uint32_t>(view.shape[1]);
    image.channels = colour ? static_cast<std::uint32_t>(view.shape[2]) : 1;
    image.row_stride = input_.stride(0);
    image.column_stride = input_.stride(1);
    image.channel_stride = colour ? input_.stride(2) : view.itemsize;
    kernel_options options = {};
    options.border = border_;
    options.border_value = value_;
    return kernel_convolve_ex(&image, kernel_.view().buf,
                              static_cast<std::uint32_t>(kernel_.view().shape[0]), &options,
                              output_.view().buf);
}

} // namespace twinwheel
