// The Python module twinwheel.image._c.
#include "arguments.hpp"

#include <string>

namespace py = pybind11;

namespace {

#define TEXT_OF(value) #value
#define TEXT(value) TEXT_OF(value)

#if defined(__apple_build_version__)
constexpr const char *COMPILER =
    "apple-clang " TEXT(__clang_major__) "." TEXT(__clang_minor__) "." TEXT(__clang_patchlevel__);
#elif defined(__clang__)
constexpr const char *COMPILER =
    "clang " TEXT(__clang_major__) "." TEXT(__clang_minor__) "." TEXT(__clang_patchlevel__);
#elif defined(__GNUC__)
constexpr const char *COMPILER =
    "gcc " TEXT(__GNUC__) "." TEXT(__GNUC_MINOR__) "." TEXT(__GNUC_PATCHLEVEL__);
#elif defined(_MSC_VER)
constexpr const char *COMPILER = "msvc " TEXT(_MSC_FULL_VER);
#else
constexpr const char *COMPILER = "unknown";
#endif

constexpr const char *CPU_VARIABLE = "TWINWHEEL_IMAGE_CPU";

// Choose the instruction set that the environment asks for, or raise ImportError.
void select_cpu() {
    // Through Python, as its environment may differ from the C runtime's.
    py::str wanted = py::module_::import("os").attr("environ").attr("get")(CPU_VARIABLE, "");
    // The accepted names are ASCII, and what is not cannot always be told in UTF-8.
    py::bytes plain = wanted.attr("strip")().attr("lower")().attr("encode")("ascii", "replace");
    auto name = plain.cast<std::string>();
    if (kernel_select_cpu(name.empty() ? "auto" : name.c_str()) == KERNEL_OK)
        return;
    std::string accepted = "auto, baseline";
    for (const char *level : {"avx2", "avx512"})
        if (kernel_select_cpu(level) == KERNEL_OK)
            accepted += std::string(", ") + level;
    throw py::import_error(std::string(CPU_VARIABLE) + " must be one of " + accepted +
                           " on this machine, not " + py::repr(wanted).cast<std::string>());
}

void convolve(const py::object &input, const py::object &kernel, const py::object &output,
              const py::object &border, const py::object &value) {
    twinwheel::Arguments arguments(input, kernel, output, border, value);
    int status;
    {
        py::gil_scoped_release release;
        status = arguments.run();
    }
    if (status == KERNEL_OUT_OF_MEMORY) {
        PyErr_NoMemory();
        throw py::error_already_set();
    }
    if (status != KERNEL_OK)
        throw py::value_error("input and kernel are too large together");
}

} // namespace

PYBIND11_MODULE(_c, module, py::mod_gil_not_used()) {
    module.doc() = "The image kernels in C.";
    select_cpu();
    module.attr("__version__") = KERNEL_VERSION;
    module.attr("cpu_level") = kernel_cpu_level();
    module.attr("compiler") = COMPILER;
    module.def("convolve", &convolve, py::arg("input"), py::arg("kernel"), py::arg("output"),
               py::kw_only(), py::arg("border") = "constant", py::arg("value") = 0.0,
               R"(Correlate an image with a square kernel, into output.

Args:
    input: A buffer of float32 or uint8, (height, width) or (height, width, channels), any strides.
    kernel: A C-contiguous buffer of float32, (size, size).
    output: A writable C-contiguous buffer like input, overlapping neither of the others.
    border: What lies outside: constant, nearest, reflect, mirror or wrap.
    value: What lies outside for constant.

Raises:
    TypeError: An argument is no buffer, or holds samples of another type.
    ValueError: A shape, the memory's layout, or border is wrong.)");
}
