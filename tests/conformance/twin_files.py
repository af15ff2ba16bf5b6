"""What is written for the other half: templates of its sources and of the tables."""

from __future__ import annotations

__all__ = ["C_FILES", "C_TABLE", "PACKAGE", "RUST_FILES", "RUST_TABLE", "TWIN_TABLE"]

PACKAGE = '"""The package that both halves are in."""\n'

RUST_FILES = {
    "other_half/Cargo.toml": """\
[package]
name = "other-half"
version = "$version"
edition = "2021"

[lib]
name = "$module"
crate-type = ["cdylib"]

[dependencies]
pyo3 = "0.30"
""",
    "other_half/src/lib.rs": """\
use pyo3::prelude::*;

#[pyfunction]
fn answer() -> i64 {
    42
}

#[pymodule]
fn $module(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(answer, module)?)
}
""",
}
RUST_TABLE = """
[tool.maturin]
manifest-path = "other_half/Cargo.toml"
module-name = "$package.$module"
"""
C_FILES = {
    "CMakeLists.txt": """\
cmake_minimum_required(VERSION 3.18...4.0)
project(other_half LANGUAGES C)
find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)
Python_add_library($module MODULE WITH_SOABI other_half/module.c)
install(TARGETS $module LIBRARY DESTINATION $folder)
""",
    "other_half/module.c": """\
#include <Python.h>

static PyObject *answer(PyObject *module, PyObject *nothing) {
    (void)module;
    (void)nothing;
    return PyLong_FromLong(42);
}

static PyMethodDef methods[] = {
    {"answer", answer, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "$module", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_$module(void) {
    return PyModuleDef_Init(&definition);
}
""",
}
C_TABLE = """
[tool.scikit-build]
wheel.packages = ["$source"]
"""
TWIN_TABLE = """
[tool.twinwheel]
package = "$package"
wheel.packages = ["$source"]

[tool.twinwheel.implementations.c]
builder = "scikit-build-core"
module = "$c"
languages = ["C"]

[tool.twinwheel.implementations.rust]
builder = "maturin"
module = "$rust"

[tool.twinwheel.components.answer]
effects = "pure"
"""
