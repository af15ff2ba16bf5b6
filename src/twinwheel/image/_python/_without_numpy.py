"""The operations in pure Python: slow, exact, and in need of nothing."""

from __future__ import annotations

import ctypes
import math
from array import array
from functools import lru_cache

from twinwheel.image._python._borders import source_indices
from twinwheel.image._python._memory import address
from twinwheel.image._python._taps import TapAdder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from twinwheel.image._python._arguments import Picture

    Floats = memoryview[Any]

__all__ = ["convolve", "convolve_fft", "convolve_separable", "largest_magnitude", "median"]

_QUIET_NAN = array("I", [0x7FC00000]).tobytes()
_LARGEST_KEY = 0x7FFFFFFF


class _Source:
    """The rows of an image, padded by what lies left and right."""

    def __init__(self, picture: Picture, height: int, width: int) -> None:
        """Args: the picture, and how large the window around each pixel is."""
        rows, columns, channels = picture.shape
        self._samples = array(picture.sample)
        self._samples.frombytes(picture.input.tobytes())
        self._rows = source_indices(rows, height, picture.border)
        self._columns = source_indices(columns, width, picture.border)
        self._height = height
        self._target = address(picture.output)
        self.channels = channels
        self.length = columns * channels
        """Samples in a row."""

    def windows(self) -> Iterator[list[int]]:
        """Yield for each row of results the rows that it is made of; below 0 for the constant."""
        for y in range(len(self._rows) - self._height + 1):
            yield self._rows[y : y + self._height]

    def padded(
        self,
        y: int,
        outside: float,
        convert: Callable[[array[Any]], Sequence[float]] = array.tolist,
    ) -> list[float]:
        """Row y of the image, its borders resolved, and its samples converted."""
        count = self.channels
        if y < 0:
            return [outside] * (len(self._columns) * count)
        row = convert(self._samples[y * self.length : (y + 1) * self.length])
        constant = [outside] * count
        padded: list[float] = []
        for x in self._columns:
            padded += constant if x < 0 else row[x * count : (x + 1) * count]
        return padded

    def write(self, data: bytes) -> None:
        """Write the next row of results."""
        # Not by a slice of the memoryview, which knows no formats such as '<f'.
        ctypes.memmove(self._target, data, len(data))
        self._target += len(data)


def convolve(picture: Picture, kernel: Floats) -> None:
    """Correlate with a square kernel."""
    size = len(kernel)
    source = _Source(picture, size, size)
    weights = _floats(kernel)
    read = lru_cache(maxsize=size)(lambda y: source.padded(y, picture.value))
    store = _store_float32 if picture.sample == "f" else _store_uint8
    add_taps = _RowOfTaps(source)
    for window in source.windows():
        sums = array("f", bytes(4 * source.length))
        for ky, y in enumerate(window):
            sums = add_taps(weights[ky * size : (ky + 1) * size], read(y), sums)
        source.write(store(sums))


def convolve_fft(picture: Picture, kernel: Floats) -> None:
    """Correlate without transforms: in binary64, which is closer than they are, rounded once."""
    size = len(kernel)
    source = _Source(picture, size, size)
    weights = _floats(kernel)
    read = lru_cache(maxsize=size)(lambda y: source.padded(y, picture.value))
    store = _store_float32 if picture.sample == "f" else _store_uint8
    for window in source.windows():
        sums = [0.0] * source.length
        for ky, y in enumerate(window):
            row = read(y)
            for kx in range(size):
                weight, first = weights[ky * size + kx], kx * source.channels
                pixels = row[first : first + source.length]
                sums = [total + weight * pixel for total, pixel in zip(sums, pixels, strict=True)]
        source.write(store(array("f", sums)))


def largest_magnitude(view: Floats) -> float:
    """Find the largest magnitude of float32; NaN where there is one."""
    numbers = _floats(view)
    return math.nan if any(map(math.isnan, numbers)) else max(map(abs, numbers))


def convolve_separable(picture: Picture, across: Floats, down: Floats) -> None:
    """Correlate the rows, and then the columns of what that gives."""
    source = _Source(picture, len(down), len(across))
    weights = _floats(across)
    store = _store_float32 if picture.sample == "f" else _store_uint8
    add_taps = _RowOfTaps(source)

    @lru_cache(maxsize=len(down))
    def middle(y: int) -> array[float]:
        zeros = array("f", bytes(4 * source.length))
        return add_taps(weights, source.padded(y, picture.value), zeros)

    column = _floats(down)
    for window in source.windows():
        sums = array("f", bytes(4 * source.length))
        for weight, y in zip(column, window, strict=True):
            sums = add_taps(array("f", [weight]), middle(y), sums)
        source.write(store(sums))


def median(picture: Picture, size: int) -> None:
    """Take the median of the square window around each pixel."""
    source = _Source(picture, size, size)
    value = array("f", [picture.value])
    if picture.sample == "f":
        outside = _keys(value)[0]
        read = lru_cache(maxsize=size)(lambda y: source.padded(y, outside, _keys))
    else:
        outside = _store_uint8(value)[0]
        read = lru_cache(maxsize=size)(lambda y: source.padded(y, outside))
    store = _store_keys if picture.sample == "f" else bytes
    span, step, middle = size * source.channels, source.channels, size * size // 2
    for window in source.windows():
        columns = list(zip(*map(read, window), strict=True))
        source.write(
            store(
                sorted(sum(columns[x : x + span : step], ()))[middle] for x in range(source.length)
            )
        )


class _RowOfTaps:
    """Adds the taps of one row of weights to the sums of a row."""

    def __init__(self, source: _Source) -> None:
        self._channels = source.channels
        self._length = source.length
        self._add_tap = TapAdder(source.length)

    def __call__(
        self, weights: array[float], row: Sequence[float], sums: array[float]
    ) -> array[float]:
        for kx, weight in enumerate(weights):
            first = kx * self._channels
            sums = self._add_tap(weight, row[first : first + self._length], sums)
        return sums


def _floats(view: Floats) -> array[float]:
    values = array("f")
    values.frombytes(view.tobytes())
    return values


def _keys(samples: array[float]) -> list[int]:
    """Integers of the same order, -0 being below +0, and every NaN the same one above all."""
    bits = array("i", samples.tobytes())
    return [
        _LARGEST_KEY if math.isnan(sample) else key ^ _LARGEST_KEY if key < 0 else key
        for key, sample in zip(bits, samples, strict=True)
    ]


def _store_keys(keys: Iterable[int]) -> bytes:
    """The samples that keys stand for."""
    return array(
        "I",
        (
            0x7FC00000
            if key == _LARGEST_KEY
            else (key ^ _LARGEST_KEY) & 0xFFFFFFFF
            if key < 0
            else key
            for key in keys
        ),
    ).tobytes()


def _store_float32(sums: array[float]) -> bytes:
    """The samples of a row; every NaN is written as the same one."""
    data = bytearray(sums.tobytes())
    for index, value in enumerate(sums):
        if math.isnan(value):
            data[4 * index : 4 * index + 4] = _QUIET_NAN
    return bytes(data)


def _store_uint8(sums: array[float]) -> bytes:
    """Round half to even and saturate; NaN becomes 0, as it is not greater than 0."""
    return bytes(round(min(value, 255.0)) if value > 0.0 else 0 for value in sums)
