// The Python module twinwheel.image._c.
#include "kernel.h"
#include "operations.hpp"

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

} // namespace

PYBIND11_MODULE(_c, module, py::mod_gil_not_used()) {
    module.doc() = "The image kernels in C.";
    select_cpu();
    module.attr("__version__") = kernel_version();
    module.attr("cpu_level") = kernel_cpu_level();
    module.attr("compiler") = COMPILER;
    twinwheel::define_operations(module);
}
