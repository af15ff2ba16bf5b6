"""``convolve`` with NumPy: in blocks of rows, exact."""

from __future__ import annotations

import numpy as np

from twinwheel.image._python._borders import source_indices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twinwheel.image._python._arguments import Arguments

__all__ = ["compute"]

_BLOCK_SAMPLES = 1 << 14
"""Samples in a block of rows, so that what is worked on stays in the cache."""

_SMALLEST_NORMAL = 2.0**-126


def compute(arguments: Arguments) -> None:
    """Write the output, block by block."""
    height, width, channels = arguments.shape
    size = arguments.kernel_size
    image = np.asarray(arguments.input).reshape(height, width, channels)
    output = np.asarray(arguments.output).reshape(height, width, channels)
    weights = np.asarray(arguments.kernel).tolist()
    columns = np.array(source_indices(width, size, arguments.border))
    rows = np.array(source_indices(height, size, arguments.border))
    step = max(1, _BLOCK_SAMPLES // (width * channels))
    with np.errstate(all="ignore"):
        for first in range(0, height, step):
            count = min(step, height - first)
            window = rows[first : first + count + size - 1]
            padded = image[window][:, columns].astype(np.float64)
            padded[window < 0] = arguments.value
            padded[:, columns < 0] = arguments.value
            _store(_sums(padded, weights, count, width), output[first : first + count])


def _sums(
    padded: NDArray[np.float64], weights: list[list[float]], count: int, width: int
) -> NDArray[np.float32]:
    """Add up all taps of ``count`` rows."""
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
    """Change the totals that would round wrongly to binary32; see ``_without_numpy``.

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
        output[...] = np.rint(np.minimum(np.where(sums > 0.0, sums, 0.0), 255.0))
    else:
        sums.view(np.uint32)[np.isnan(sums)] = 0x7FC00000
        output[...] = sums
