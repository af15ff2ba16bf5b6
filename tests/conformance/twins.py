"""The other half: a Rust module added to a C project, a C module added to a Rust project.

Both come from the one small template below, whatever the project is. Its own files stay as they
are; ``pyproject.toml`` gets the tables that describe the halves.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any

from conformance.subjects import Subject
from twinwheel.build.pyproject import read_pyproject

__all__ = ["Twin", "plan_twin", "write_other_half"]

ADDED = "_other_half"
"""Name of the module that is added; it has a function ``answer``."""

_NATIVE = (".so", ".pyd")
_SOURCE_FOLDERS = ("src", "python", "src_python", ".")

_RUST_FILES = {
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
_RUST_TABLE = """
[tool.maturin]
manifest-path = "other_half/Cargo.toml"
module-name = "$package.$module"
"""
_C_FILES = {
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
_C_TABLE = """
[tool.scikit-build]
wheel.packages = ["$source"]
"""
_TWIN_TABLE = """
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


@dataclass(frozen=True)
class Twin:
    """A project that gets its other half."""

    subject: Subject
    package: str
    """The twin package's import name."""

    source: str
    """Its folder, relative to the project."""

    own: str
    """Full name of the module that the project compiles."""

    version: str

    @property
    def added(self) -> str:
        """Full name of the module that is added."""
        return f"{self.package}.{ADDED}"


def plan_twin(subject: Subject, root: Path, wheel: Path | None) -> Twin | str:
    """Look for a place for the other half.

    Args:
        subject: The project.
        root: Its folder.
        wheel: The wheel that its own backend made; None when it failed.

    Returns:
        The twin, or the reason why the layout does not allow one.
    """
    if wheel is None:
        return "no twin of what does not build"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    natives = [PurePosixPath(name) for name in names if name.endswith(_NATIVE)]
    if not natives:
        return "no native module of its own"
    table: Any = read_pyproject(root).get("tool", {}).get("maturin", {})
    for native in sorted(natives):
        own = table.get("module-name") or ".".join(
            [*native.parent.parts, native.name.partition(".")[0]]
        )
        package = native.parts[0]
        for folder in _SOURCE_FOLDERS:
            source = PurePosixPath(folder) / package
            if len(native.parts) > 1 and (root / source / "__init__.py").is_file():
                version = wheel.name.split("-")[1]
                return Twin(subject, package, source.as_posix(), own, version)
    return "its module is in no package of Python sources"


def write_other_half(twin: Twin, root: Path) -> None:
    """Write the half that the project lacks, and the tables that describe both."""
    pyproject = root / "pyproject.toml"
    text = pyproject.read_text("utf-8")
    values = {
        "module": ADDED,
        "package": twin.package,
        "folder": twin.package.replace(".", "/"),
        "source": twin.source,
        "version": twin.version,
    }
    if twin.subject.family == "maturin":
        files, tables = _C_FILES, _C_TABLE
        values |= {"c": twin.added, "rust": twin.own}
    else:
        files, tables = _RUST_FILES, _RUST_TABLE
        values |= {"c": twin.own, "rust": twin.added}
        above = PurePosixPath(twin.source).parent.as_posix()
        tables += f'python-source = "{above}"\n' if above != "." else ""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_filled(content, values), "utf-8")
    pyproject.write_text(text + _filled(tables + _TWIN_TABLE, values), "utf-8")


def _filled(text: str, values: Mapping[str, str]) -> str:
    return Template(text).substitute(values)
