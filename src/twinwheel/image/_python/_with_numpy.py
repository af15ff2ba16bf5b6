"""The operations with NumPy: in blocks of rows, exact."""

from __future__ import annotations

from itertools import product

import numpy as np

from twinwheel.image._python._borders import source_indices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from numpy.typing import NDArray

    from twinwheel.image._python._arguments import Picture

    Floats = memoryview[Any]

__all__ = ["convolve", "convolve_fft", "convolve_separable", "largest_magnitude", "median"]

_BLOCK_SAMPLES = 1 << 14
"""Samples in a block of rows, so that what is worked on stays in the cache."""

_SQUARE = 512
"""Sides of what is transformed at once: about 12 MB of work."""

_SMALLEST_NORMAL = 2.0**-126
_LARGEST_KEY = 0x7FFFFFFF


class _Source:
    """The rows of an image, padded by what lies outside."""

    def __init__(self, picture: Picture, height: int, width: int) -> None:
        """Args: the picture, and how large the window around each pixel is."""
        rows, columns, channels = picture.shape
        self._image = np.asarray(picture.input).reshape(rows, columns, channels)
        self._rows = np.array(source_indices(rows, height, picture.border))
        self._columns = np.array(source_indices(columns, width, picture.border))
        self._overhang = height - 1
        self.value = picture.value
        self.output = np.asarray(picture.output).reshape(rows, columns, channels)
        self.width = columns

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Yield the first row of each block of results, and how many it has."""
        height, width, channels = self.output.shape
        step = max(1, _BLOCK_SAMPLES // (width * channels))
        for first in range(0, height, step):
            yield first, min(step, height - first)

    def read(self, first: int, last: int) -> NDArray[Any]:
        """Copy rows of the padded image, which start at the window of the first row of results."""
        rows: NDArray[Any] = self._image[self._rows[first:last]]
        return rows[:, self._columns]

    def read_window(self, first: int, count: int) -> NDArray[Any]:
        """Copy all rows that some rows of results are made of."""
        return self.read(first, first + count + self._overhang)

    def read_tile(self, rows: slice, columns: slice, channel: int) -> NDArray[np.float64]:
        """Copy a part of one channel of the padded image, all of it in binary64."""
        y, x = self._rows[rows], self._columns[columns]
        tile: NDArray[np.float64] = self._image[..., channel][np.ix_(y, x)].astype(np.float64)
        tile[y < 0] = self.value
        tile[:, x < 0] = self.value
        return tile

    def fill(self, padded: NDArray[Any], first: int, value: float) -> None:
        """Write what lies outside into rows that were read, where the border is constant."""
        padded[self._rows[first : first + len(padded)] < 0] = value
        padded[:, self._columns < 0] = value


def convolve(picture: Picture, kernel: Floats) -> None:
    """Correlate with a square kernel."""
    weights = np.asarray(kernel).tolist()
    source = _Source(picture, len(weights), len(weights))
    with np.errstate(all="ignore"):
        for first, count in source.blocks():
            padded = source.read_window(first, count).astype(np.float64)
            source.fill(padded, first, source.value)
            _store(
                _sums(padded, weights, count, source.width), source.output[first : first + count]
            )


def convolve_fft(picture: Picture, kernel: Floats) -> None:
    """Correlate by Fourier transforms of overlapping squares in binary64, rounded once."""
    size = len(kernel)
    source = _Source(picture, size, size)
    height, width, channels = source.output.shape
    sides = min(_SQUARE, height + size - 1), min(_SQUARE, width + size - 1)
    spectrum = np.fft.rfft2(np.asarray(kernel, np.float64), sides).conj()
    down, across = (side - size + 1 for side in sides)  # so many results are not wrapped around
    for top, left, channel in product(
        range(0, height, down), range(0, width, across), range(channels)
    ):
        rows, columns = slice(top, top + sides[0]), slice(left, left + sides[1])
        tile = np.fft.rfft2(source.read_tile(rows, columns, channel), sides)
        tile *= spectrum
        sums = np.fft.irfft2(tile, sides)[:down, :across].astype(np.float32)
        output = source.output[top : top + down, left : left + across, channel]
        _store(sums[: output.shape[0], : output.shape[1]], output)


def largest_magnitude(view: Floats) -> float:
    """Find the largest magnitude of float32; NaN where there is one."""
    numbers = np.asarray(view)
    with np.errstate(invalid="ignore"):  # of signalling NaN
        return float(np.maximum(-numbers.min(), numbers.max()))


def convolve_separable(picture: Picture, across: Floats, down: Floats) -> None:
    """Correlate the rows, and then the columns of what that gives."""
    row = [np.asarray(across).tolist()]
    column = [[weight] for weight in np.asarray(down).tolist()]
    source = _Source(picture, len(column), len(row[0]))
    made = 0  # of the padded image's rows
    middle = np.empty((0, source.width, source.output.shape[2]))
    with np.errstate(all="ignore"):
        for first, count in source.blocks():
            last = first + count + len(column) - 1
            padded = source.read(made, last).astype(np.float64)
            source.fill(padded, made, source.value)
            fresh = _sums(padded, row, last - made, source.width).astype(np.float64)
            middle = np.concatenate([middle, fresh])
            made = last
            sums = _sums(middle, column, count, source.width)
            _store(sums, source.output[first : first + count])
            middle = middle[count:]


def median(picture: Picture, size: int) -> None:
    """Take the median of the square window around each pixel."""
    source = _Source(picture, size, size)
    value, width = np.array([picture.value], np.float32), source.width
    is_float = picture.sample == "f"
    with np.errstate(all="ignore"):
        outside = int((_keys(value) if is_float else _bytes(value))[0])
        for first, count in source.blocks():
            padded = source.read_window(first, count)
            # NumPy is quickest with 32 bits, for uint8 too.
            padded = _keys(padded) if is_float else padded.astype(np.int32)
            source.fill(padded, first, outside)
            places = np.ndindex(size, size)
            taps = np.stack([padded[y : y + count, x : x + width] for y, x in places], -1)
            taps.partition(size * size // 2)
            middle = taps[..., size * size // 2]
            source.output[first : first + count] = _floats(middle) if is_float else middle


def _keys(samples: NDArray[np.float32]) -> NDArray[np.int32]:
    """Integers of the same order, -0 being below +0, and every NaN the same one above all."""
    bits = samples.view(np.int32)
    keys = np.where(bits < 0, bits ^ _LARGEST_KEY, bits)
    keys[np.isnan(samples)] = _LARGEST_KEY
    return keys


def _floats(keys: NDArray[np.int32]) -> NDArray[np.float32]:
    """Turn keys back into the samples that they stand for."""
    bits = np.where(keys < 0, keys ^ _LARGEST_KEY, keys)
    bits[keys == _LARGEST_KEY] = 0x7FC00000
    return bits.view(np.float32)


def _sums(
    padded: NDArray[np.float64], weights: list[list[float]], count: int, width: int
) -> NDArray[np.float32]:
    """Add up all taps of ``count`` rows of ``width`` pixels."""
    sums = np.zeros((count, width, padded.shape[2]), np.float32)
    for ky, row in enumerate(weights):
        for kx, weight in enumerate(row):
            products = padded[ky : ky + count, kx : kx + width] * weight
            totals = products + sums
            _repair(products, sums, totals)
            sums = totals.astype(np.float32)
    return sums


def _repair(
    products: NDArray[np.float64], sums: NDArray[np.float32], totals: NDArray[np.float64]
) -> None:
    """Change the totals that would round wrongly to binary32; see ``_taps``.

    They are ties of a normal result, whose 29 bits that binary32 lacks are a 1 and 28 zeros, and
    any subnormal result.
    """
    bits = totals.view(np.int64)
    suspects = (bits & (2**29 - 1)) == 2**28
    suspects |= (np.abs(totals) < _SMALLEST_NORMAL) & (totals != 0.0)
    if not suspects.any():
        return
    total, product, addend = totals[suspects], products[suspects], sums[suspects]
    virtual = total - product
    error = (product - (total - virtual)) + (addend - virtual)
    even = (total.view(np.int64) & 1) == 0
    odd = np.nextafter(total, np.copysign(np.inf, error))
    totals[suspects] = np.where((np.abs(error) > 0.0) & even, odd, total)


def _store(sums: NDArray[np.float32], output: NDArray[np.float32] | NDArray[np.uint8]) -> None:
    """Write finished rows: uint8 rounds half to even and saturates, and every NaN is the same."""
    if output.dtype == np.uint8:
        output[...] = _bytes(sums)
    else:
        sums.view(np.uint32)[np.isnan(sums)] = 0x7FC00000
        output[...] = sums


def _bytes(sums: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Round half to even and saturate; NaN becomes 0, as it is not greater than 0."""
    return np.rint(np.minimum(np.where(sums > 0.0, sums, 0.0), 255.0)).astype(np.uint8)
