#include "operations.hpp"

#include "checks.hpp"
#include "kernel.h"
#include "transformable.hpp"

namespace py = pybind11;

namespace twinwheel {

namespace {

// What all operations are called with besides their own arguments.
class Picture {
public:
    Picture(const Buffer &input, const Buffer &output, py::handle border, py::handle value,
            py::handle threads)
        : output_(output.view().buf) {
        const Py_buffer &view = input.view();
        const bool colour = view.ndim == 3;
        image_.data = view.buf;
        image_.sample = input.sample() == 'f' ? KERNEL_FLOAT32 : KERNEL_UINT8;
        image_.height = static_cast<std::uint32_t>(view.shape[0]);
        image_.width = static_cast<std::uint32_t>(view.shape[1]);
        image_.channels = colour ? static_cast<std::uint32_t>(view.shape[2]) : 1;
        image_.row_stride = input.stride(0);
        image_.column_stride = input.stride(1);
        image_.channel_stride = colour ? input.stride(2) : view.itemsize;
        options_.border = check_border(border);
        options_.border_value = check_value(value);
        options_.threads = check_threads(threads);
        check_apart(output, input);
    }

    const kernel_image *image() const { return &image_; }
    const kernel_options *options() const { return &options_; }
    void *output() const { return output_; }

private:
    kernel_image image_ = {};
    kernel_options options_ = {};
    void *output_;
};

// Call a function of the C library, without the lock, and raise what its status says.
template <typename Function> void compute(Function function) {
    int status;
    {
        py::gil_scoped_release release;
        status = function();
    }
    if (status == KERNEL_OUT_OF_MEMORY) {
        PyErr_NoMemory();
        throw py::error_already_set();
    }
    if (status != KERNEL_OK)
        throw py::value_error("input and kernel are too large together");
}

std::uint32_t first_length(const Buffer &buffer) {
    return static_cast<std::uint32_t>(buffer.view().shape[0]);
}

// Correlate by a function of the C library, or by one that is like it.
void correlate(decltype(kernel_convolve_ex) *function, const py::object &input,
               const py::object &kernel, const py::object &output, const py::object &border,
               const py::object &value, const py::object &threads) {
    const Buffer source(input, "input"), weights(kernel, "kernel"), target(output, "output");
    check_input(source);
    check_square(weights);
    check_output(target, source);
    const Picture picture(source, target, border, value, threads);
    check_apart(target, weights);
    compute([&] {
        return function(picture.image(), weights.view().buf, first_length(weights),
                        picture.options(), picture.output());
    });
}

void convolve(const py::object &input, const py::object &kernel, const py::object &output,
              const py::object &border, const py::object &value, const py::object &threads) {
    correlate(kernel_convolve_ex, input, kernel, output, border, value, threads);
}

int transform_or_convolve(const kernel_image *input, const void *kernel, std::uint32_t kernel_size,
                          const kernel_options *options, void *output) {
    auto function = transformable(input, kernel, kernel_size, options) ? kernel_convolve_fft
                                                                       : kernel_convolve_ex;
    return function(input, kernel, kernel_size, options, output);
}

void convolve_fft(const py::object &input, const py::object &kernel, const py::object &output,
                  const py::object &border, const py::object &value, const py::object &threads) {
    correlate(transform_or_convolve, input, kernel, output, border, value, threads);
}

void convolve_separable(const py::object &input, const py::object &across, const py::object &down,
                        const py::object &output, const py::object &border, const py::object &value,
                        const py::object &threads) {
    const Buffer source(input, "input"), along_rows(across, "across"), along_columns(down, "down"),
        target(output, "output");
    check_input(source);
    check_line(along_rows);
    check_line(along_columns);
    check_output(target, source);
    const Picture picture(source, target, border, value, threads);
    check_apart(target, along_rows);
    check_apart(target, along_columns);
    compute([&] {
        return kernel_separable(picture.image(), along_rows.view().buf, first_length(along_rows),
                                along_columns.view().buf, first_length(along_columns),
                                picture.options(), picture.output());
    });
}

void gaussian_blur(const py::object &input, const py::object &output, const py::object &sigma,
                   const py::object &radius, const py::object &border, const py::object &value,
                   const py::object &threads) {
    const Buffer source(input, "input"), target(output, "output");
    check_input(source);
    check_output(target, source);
    const double deviation = check_sigma(sigma);
    const std::uint32_t reach = check_radius(radius);
    const Picture picture(source, target, border, value, threads);
    compute([&] {
        return kernel_gaussian_blur(picture.image(), deviation, reach, picture.options(),
                                    picture.output());
    });
}

void sobel(const py::object &input, const py::object &output, const py::object &axis,
           const py::object &border, const py::object &value, const py::object &threads) {
    const Buffer source(input, "input"), target(output, "output");
    check_input(source);
    check_output(target, source);
    const std::uint32_t along = check_axis(axis);
    const Picture picture(source, target, border, value, threads);
    compute(
        [&] { return kernel_sobel(picture.image(), along, picture.options(), picture.output()); });
}

void median(const py::object &input, const py::object &output, const py::object &size,
            const py::object &border, const py::object &value, const py::object &threads) {
    const Buffer source(input, "input"), target(output, "output");
    check_input(source);
    check_output(target, source);
    const std::uint32_t side = check_size(size);
    const Picture picture(source, target, border, value, threads);
    compute(
        [&] { return kernel_median(picture.image(), side, picture.options(), picture.output()); });
}

} // namespace

void define_operations(py::module_ &module) {
    const auto input = py::arg("input"), output = py::arg("output");
    const auto border = py::arg("border") = "constant";
    const auto value = py::arg("value") = 0.0;
    const auto threads = py::arg("threads") = 1;
    module.def("convolve", &convolve, input, py::arg("kernel"), output, py::kw_only(), border,
               value, threads,
               R"(Correlate an image with a square kernel, into output.

Args:
    input: A buffer of float32 or uint8, (height, width) or (height, width, channels), any strides.
    kernel: A C-contiguous buffer of float32, (size, size).
    output: A writable C-contiguous buffer like input, overlapping neither of the others.
    border: What lies outside: constant, nearest, reflect, mirror or wrap.
    value: What lies outside for constant.
    threads: At most so many, the caller's included; fewer where they do not pay.

Raises:
    TypeError: An argument is not what it should be, or holds samples of another type.
    ValueError: A shape, the memory's layout, or border is wrong.)");
    module.def("convolve_fft", &convolve_fft, input, py::arg("kernel"), output, py::kw_only(),
               border, value, threads,
               R"(Correlate as convolve does by Fourier transforms, which pays for large kernels.

Not exact: see the reference of the image toolkit for how close it is.

Args:
    input: As for convolve.
    kernel: As for convolve.
    output: As for convolve.
    border: As for convolve, and so are value and threads.)");
    module.def("convolve_separable", &convolve_separable, input, py::arg("across"), py::arg("down"),
               output, py::kw_only(), border, value, threads,
               R"(Correlate the rows with one kernel, and the columns of that with another.

Args:
    input: As for convolve.
    across: A C-contiguous buffer of float32, (size,), for the rows.
    down: The same for the columns.
    output: As for convolve; it overlaps none of the others.
    border: As for convolve, and so are value and threads.)");
    module.def("gaussian_blur", &gaussian_blur, input, output, py::kw_only(), py::arg("sigma"),
               py::arg("radius"), border, value, threads,
               R"(Blur by a Gaussian: convolve_separable with its weights on both axes.

Args:
    input: As for convolve.
    output: As for convolve.
    sigma: The standard deviation in pixels.
    radius: The kernels have 2 * radius + 1 weights.
    border: As for convolve, and so are value and threads.)");
    module.def("sobel", &sobel, input, output, py::kw_only(), py::arg("axis"), border, value,
               threads,
               R"(The Sobel derivative: -1, 0, 1 along the axis and 1, 2, 1 along the other.

Args:
    input: As for convolve.
    output: As for convolve.
    axis: 0 for down, 1 for across.
    border: As for convolve, and so are value and threads.)");
    module.def("median", &median, input, output, py::kw_only(), py::arg("size"), border, value,
               threads,
               R"(The median of the square window around each pixel, NaN being above all numbers.

Args:
    input: As for convolve.
    output: As for convolve.
    size: 3, 5 or 7.
    border: As for convolve, and so are value and threads.)");
}

} // namespace twinwheel
