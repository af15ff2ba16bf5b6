#include <nanobind/nanobind.h>

NB_MODULE(_c, module) {
    module.def("double", [](long long value) { return 2 * value; });
}
