"""What the demonstration does to a photograph, each by nothing but ``convolve``."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL.Image import Image

    from twinwheel.cli.demo.photograph import Photograph

    Samples = memoryview[int] | memoryview[float]

__all__ = ["Operation", "Raster", "kernel_view", "operations_on"]

SOBEL_X = (-1, 0, 1, -2, 0, 2, -1, 0, 1)
SOBEL_Y = (-1, -2, -1, 0, 0, 0, 1, 2, 1)
SHARPEN = (0, -0.5, 0, -0.5, 3, -0.5, 0, -0.5, 0)


@dataclass(frozen=True)
class Raster:
    """Samples of one picture, rows from top to bottom."""

    data: bytes
    format: Literal["B", "f"]
    """Of a sample: unsigned byte, or binary32."""
    shape: tuple[int, ...]
    """(height, width) or (height, width, channels)."""

    def view(self) -> Samples:
        """Give the samples as a read-only buffer of this shape."""
        return memoryview(self.data).cast("B").cast(self.format, self.shape)

    def top(self, rows: int) -> Raster:
        """Give the first rows only."""
        size = len(self.data) // self.shape[0] * rows
        return Raster(self.data[:size], self.format, (rows, *self.shape[1:]))


@dataclass(frozen=True)
class Operation:
    """One or more convolutions of one input."""

    name: str
    title: str
    source: Raster
    kernels: tuple[tuple[float, ...], ...]
    """Square, row by row; each gives one output."""


def kernel_view(values: Sequence[float]) -> memoryview[float]:
    """Give a square kernel as a buffer (k, k) of binary32."""
    size = math.isqrt(len(values))
    return memoryview(array("f", values)).cast("B").cast("f", (size, size))


def operations_on(photograph: Photograph) -> list[Operation]:
    """List what is done: a blur and a sharpening of bytes, and edges of binary32."""
    image = photograph.image
    picture = _bytes_of(image)
    return [
        Operation("blur", "Blur: Gaussian 7 x 7", picture, (_gaussian(7, 2.0),)),
        Operation("sharpen", "Sharpen: 3 x 3", picture, (SHARPEN,)),
        Operation("edges", "Edges: Sobel, twice 3 x 3", _brightness(image), (SOBEL_X, SOBEL_Y)),
    ]


def _bytes_of(image: Image) -> Raster:
    bands = len(image.getbands())
    shape = (image.height, image.width) if bands == 1 else (image.height, image.width, bands)
    return Raster(image.tobytes(), "B", shape)


def _brightness(image: Image) -> Raster:
    """Grey in binary32, 0.0 to 1.0."""
    table = array("f", [value / 255.0 for value in range(256)])
    samples = array("f", map(table.__getitem__, image.convert("L").tobytes()))
    return Raster(samples.tobytes(), "f", (image.height, image.width))


def _gaussian(size: int, sigma: float) -> tuple[float, ...]:
    """Sample a Gaussian of standard deviation ``sigma`` pixels; the sum is 1."""
    middle = size // 2
    line = [math.exp(-((place - middle) ** 2) / (2 * sigma**2)) for place in range(size)]
    total = sum(line) ** 2
    return tuple(down * across / total for down in line for across in line)
