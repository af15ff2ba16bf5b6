"""The native modules, what they say of themselves, and what selects them."""

from __future__ import annotations

import importlib
import sys

import pytest
from image.fresh import run
from image.loading import LEVELS, NATIVE, native_module, was_built

import twinwheel
import twinwheel.image
from twinwheel import manifest

COMPONENTS = tuple(manifest.load("twinwheel.image")["components"])
COMPILERS = {"c": ("gcc ", "clang ", "apple-clang ", "msvc "), "rust": ("rustc ",)}


@pytest.mark.parametrize("implementation", NATIVE)
def test_what_they_say(implementation: str) -> None:
    module = native_module(implementation)
    assert module.__version__ == twinwheel.__version__
    assert module.cpu_level in LEVELS
    assert module.compiler.startswith(COMPILERS[implementation])
    assert module.compiler.split()[1][0].isdigit()
    for component in COMPONENTS:
        assert getattr(module, component).__doc__


def test_the_components() -> None:
    """Five public functions, of which one has two methods; each in every implementation."""
    functions = ("convolve", "convolve_separable", "gaussian_blur", "sobel", "median")
    assert set(COMPONENTS) == {*functions, "convolve_fft"}
    kernels = [f"kernel_{name}" for name in COMPONENTS]
    assert twinwheel.image.__all__ == sorted([*functions, *kernels])
    declared = manifest.load("twinwheel.image")["components"]
    for name in ("gaussian_blur", "sobel"):
        assert declared[name]["depends"] == ["convolve_separable"]
    assert declared["convolve_fft"]["depends"] == ["convolve"]
    exact = [name for name in COMPONENTS if declared[name]["compare"] == "exact"]
    assert set(exact) == set(functions)
    module, _, function = declared["convolve_fft"]["compare"].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_the_fallbacks_version() -> None:
    from twinwheel.image import _python

    assert _python.__version__ == twinwheel.__version__


@pytest.mark.parametrize("implementation", ["python", *NATIVE])
def test_the_selected_function_is_the_modules_own(implementation: str) -> None:
    if not was_built(implementation):
        pytest.skip(f"this build has no {implementation}")
    letter = {"python": "_python", "c": "_c", "rust": "_rust"}[implementation]
    code = (
        "import importlib, twinwheel.image as image\n"
        f"module = importlib.import_module('twinwheel.image.{letter}')\n"
        f"for name in {COMPONENTS}:\n"
        "    assert getattr(image, 'kernel_' + name) is getattr(module, name)\n"
        "print(True)"
    )
    done = run(code, TWINWHEEL_IMAGE_IMPLEMENTATION=implementation)
    assert done.stdout.strip() == "True", done.stderr


def test_auto_selects_the_best() -> None:
    done = run("import twinwheel.image as image; print(image.kernel_convolve.__module__)")
    best = next(name for name in ("rust", "c", "python") if was_built(name))
    assert done.stdout.strip().startswith(f"twinwheel.image._{best}"), done.stderr


@pytest.mark.parametrize("implementation", ["python", *NATIVE])
def test_import_is_cheap(implementation: str) -> None:
    """Only what this import adds counts: a virtual environment's start may have more."""
    if not was_built(implementation):
        pytest.skip(f"this build has no {implementation}")
    code = (
        "import sys; before = set(sys.modules)\n"
        "import twinwheel.image\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = run(code, TWINWHEEL_IMAGE_IMPLEMENTATION=implementation)
    added = set(done.stdout.split())
    assert "twinwheel.image" in added, done.stderr
    costly = {"array", "ctypes", "dataclasses", "difflib", "inspect", "json", "logging", "numpy"}
    assert not added & (costly | {"importlib.metadata", "tomllib", "typing"})


@pytest.mark.skipif(
    not hasattr(sys, "_is_gil_enabled") or sys._is_gil_enabled(),
    reason="this interpreter has a lock",
)
@pytest.mark.parametrize("implementation", NATIVE)
def test_importing_keeps_the_interpreter_free(implementation: str) -> None:
    name = native_module(implementation).__name__
    done = run(f"import sys, {name}; print(sys._is_gil_enabled())")
    assert done.stdout.strip() == "False", done.stderr
