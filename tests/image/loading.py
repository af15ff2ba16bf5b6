"""The implementations that this build has, and native modules at a CPU level of choice."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest

from twinwheel import manifest

Convolve = Callable[..., None]

NATIVE = ("c", "rust")
LEVELS = ("baseline", "avx2")


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
            if level != "baseline" and f", {level} on this machine" not in str(error):
                return None
            raise
    assert loaded.cpu_level == level
    return loaded


def python_by(way: str) -> Convolve:
    """The Python implementation, kept to one way of computing."""
    from twinwheel.image._python._arguments import check

    compute: Callable[[Any], None] = importlib.import_module(
        f"twinwheel.image._python.{way}"
    ).compute

    def convolve(
        image: Any, kernel: Any, output: Any, *, border: Any = "constant", value: Any = 0.0
    ) -> None:
        compute(check(image, kernel, output, border, value))

    return convolve
