#include <pybind11/pybind11.h>

PYBIND11_MODULE(_c, module) {
    module.def("double", [](long long value) { return 2 * value; });
}
