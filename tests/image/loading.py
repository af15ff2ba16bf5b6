"""The implementations that this build has, and native modules at a CPU level of choice."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from unittest import mock

import pytest

from twinwheel import manifest

Convolve = Callable[..., None]
"""And any other operation."""

NATIVE = ("c", "rust")
LEVELS = ("baseline", "avx2", "avx512")


def was_built(implementation: str) -> bool:
    """Does the manifest say so? If it does, a module that cannot be imported is a failure."""
    return manifest.load("twinwheel.image")["implementations"][implementation]["built"]


def native_module(implementation: str) -> ModuleType:
    """The module of a native implementation; skips only when this build was made without it."""
    if not was_built(implementation):
        pytest.skip(f"this build has no {implementation}")
    name = manifest.load("twinwheel.image")["implementations"][implementation]["module"]
    return importlib.import_module(name)


def load_at_level(module: ModuleType, level: str, folder: Path) -> ModuleType | None:
    """Load a copy of a native module at a CPU level, or None where the machine lacks it.

    Only a copy has a level of its own: the same file would be loaded once.
    """
    assert module.__file__
    file = Path(module.__file__)
    # A name like _c.cpython-311-x86_64-linux-gnu.so: the function it exports is by the first part.
    copy = folder / level / file.name
    copy.parent.mkdir(exist_ok=True)
    shutil.copy(file, copy)
    spec = importlib.util.spec_from_file_location(f"{level}.{file.name.split('.')[0]}", copy)
    assert spec is not None
    assert spec.loader is not None
    with mock.patch.dict(os.environ, {"TWINWHEEL_IMAGE_CPU": level}):
        try:
            loaded = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(loaded)
        except ImportError as error:
            accepted = str(error).partition(" on this machine")[0]
            if level != "baseline" and f", {level}" not in accepted:
                return None
            raise
    assert loaded.cpu_level == level
    return loaded


def python_by(way: str) -> ModuleType:
    """A copy of the Python implementation, kept to one way of computing."""
    from twinwheel.image import _python

    assert _python.__file__
    spec = importlib.util.spec_from_file_location(f"_python{way}", _python.__file__)
    assert spec is not None
    assert spec.loader is not None
    copy = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(copy)
    vars(copy)["_way"] = importlib.import_module(f"twinwheel.image._python.{way}")
    return copy


def operation_of(modules: dict[str, ModuleType], operation: str) -> dict[str, Convolve]:
    """An operation of each module."""
    return {name: getattr(module, operation) for name, module in modules.items()}


def implementation(name: str) -> ModuleType:
    """The module of an implementation, as it is bound for users."""
    if name != "python":
        return native_module(name)
    from twinwheel.image import _python

    return _python
