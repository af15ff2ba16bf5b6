"""Every small size: zero differing bits between C, Rust and Python, at every CPU level.

Some of them run with the suite, all of them by ``nox -s parity``.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from image.loading import Convolve, operation_of
from image.oracle import BORDERS
from numpy.typing import NDArray

EVERY = range(1, 41)
SIZES = range(1, 10)
# Pure Python takes its time, and is compared where the image is this small.
SMALL = 12 * 12

Call = tuple[str, tuple[Any, ...], dict[str, Any]]


def calls(operation: str, size: int) -> Iterator[Call]:
    """What to call for a size of the kernel; a median has only some."""
    random = np.random.default_rng(size)
    if operation == "convolve":
        yield operation, (random.standard_normal((size, size), np.float32),), {}
    elif operation == "convolve_separable":
        for other in (size, 10 - size):
            across = random.standard_normal(size, np.float32)
            yield operation, (across, random.standard_normal(other, np.float32)), {}
    elif operation == "gaussian_blur" and size % 2 == 1:
        yield operation, (), {"sigma": 0.4 * size, "radius": size // 2}
    elif operation == "sobel" and size == 3:
        yield operation, (), {"axis": 0}
        yield operation, (), {"axis": 1}
    elif operation == "median" and size in (3, 5, 7):
        yield operation, (), {"size": size}


def digest(
    function: Convolve, call: Call, pictures: list[NDArray[Any]], border: str
) -> tuple[int, ...]:
    """A checksum of each result."""
    _, lines, options = call
    found = []
    for image in pictures:
        output = np.empty_like(image)
        function(image, *lines, output, border=border, value=2.5, **options)
        found.append(zlib.crc32(output.tobytes()))
    return tuple(found)


def sweep(modules: dict[str, ModuleType], operation: str, width: int, heights: Any) -> None:
    functions = operation_of(modules, operation)
    random = np.random.default_rng(width)
    numbers = random.standard_normal((max(heights), width), np.float32)
    numbers.flat[:: max(7, width - 1)] = -0.0
    pixels = random.integers(0, 256, numbers.shape, np.uint8)
    for height in heights:
        pictures: list[NDArray[Any]] = [numbers[:height], pixels[:height]]
        for size in SIZES:
            for call in calls(operation, size):
                for border in BORDERS:
                    expected = digest(functions["python with numpy"], call, pictures, border)
                    for name, function in functions.items():
                        if name == "python" and height * width > SMALL:
                            continue
                        got = digest(function, call, pictures, border)
                        assert got == expected, (name, call, height, width, border)


OPERATIONS = ("convolve", "convolve_separable", "gaussian_blur", "sobel", "median")


@pytest.mark.parametrize("width", [1, 3, 8, 40])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_some_sizes(modules: dict[str, ModuleType], operation: str, width: int) -> None:
    few = {name: module for name, module in modules.items() if name != "python"}
    sweep(few, operation, width, [1, 2, 5, 17])


@pytest.mark.parity
@pytest.mark.parametrize("width", EVERY)
@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_size(modules: dict[str, ModuleType], operation: str, width: int) -> None:
    sweep(modules, operation, width, EVERY)
