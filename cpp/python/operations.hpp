// The operations as Python calls them: checked, and computed without the interpreter's lock.
#pragma once

#include <pybind11/pybind11.h>

namespace twinwheel {

// Add them to the module.
void define_operations(pybind11::module_ &module);

} // namespace twinwheel
