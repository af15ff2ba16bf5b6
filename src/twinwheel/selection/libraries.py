"""Where a package's plain shared library lies: for ctypes, or for a C program.

Imported only when a path is asked for, which no import of a twin package needs.
"""

from __future__ import annotations

import sys
from os import environ
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.manifest import load
from twinwheel.selection import prefix_of, problems
from twinwheel.selection.environment import named
from twinwheel.selection.reporting import import_package

if TYPE_CHECKING:
    from twinwheel.manifest_types import Library, Manifest

__all__ = ["candidates", "find_library", "library_variable"]


def library_variable(package: str) -> str:
    """Give the name of the variable that chooses the library."""
    return f"{prefix_of(package)}_LIBRARY"


def candidates(package: str, manifest: Manifest, value: str) -> list[str]:
    """Turn the variable's value into an order of libraries.

    Args:
        package: Full name of the twin package.
        manifest: Its manifest.
        value: What the variable says; ``auto`` or nothing for the package's own order.

    Raises:
        SelectionError: TW403 when it cannot be understood.
    """
    libraries = list(manifest["libraries"])
    return named(library_variable(package), value, libraries, "library") or libraries


def find_library(package: str) -> str:
    """Give the path of the library that is selected; see ``twinwheel.library_path``."""
    import_package(package)
    manifest = load(package)
    libraries = manifest["libraries"]
    if not libraries:
        raise problems.no_library(package)
    variable = library_variable(package)
    value = environ.get(variable, "")
    order = candidates(package, manifest, value)
    demanded = len(order) == 1 and bool(value.strip()) and value.strip().lower() != "auto"
    why = {}
    for name in order:
        library = libraries[name]
        if not library["built"]:
            if demanded:
                raise problems.not_built(package, name, library, {variable: value})
            why[name] = f"not built ({library['reason']})"
            continue
        path = _path(package, library)
        if path:
            return path
        why[name] = "its file is gone"
    raise problems.library_missing(package, why)


def _path(package: str, library: Library) -> str:
    """Give the path of its file, wherever the package's folders are; empty when it is not there."""
    folder = package.replace(".", "/") + "/"
    inside = [artifact["file"].removeprefix(folder) for artifact in library["artifacts"]]
    for file in sorted(inside, key=len):
        for place in sys.modules[package].__path__:
            path = Path(place, file)
            if path.is_file():
                return str(path.absolute())
    return ""
