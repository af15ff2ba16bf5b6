"""The operations by their definitions, in exact rational arithmetic, borders by ``numpy.pad``.

Shares no code and no idea with the implementations: no binary64, no index formulas.
"""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

BORDERS = ("constant", "nearest", "reflect", "mirror", "wrap")

_PAD_MODES: dict[str, Any] = {
    "constant": "constant",
    "nearest": "edge",
    "reflect": "symmetric",
    "mirror": "reflect",
    "wrap": "wrap",
}


def float32(rows: Any) -> NDArray[np.float32]:
    """Nested lists as an image or a kernel."""
    return np.array(rows, np.float32)


def uint8(rows: Any) -> NDArray[np.uint8]:
    """Nested lists as an image."""
    return np.array(rows, np.uint8)


def round_to_binary32(value: Fraction) -> float:
    """The nearest binary32, ties to even; the value is not zero."""
    magnitude = abs(value)
    exponent = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
    if Fraction(2) ** exponent > magnitude:
        exponent -= 1
    unit = Fraction(2) ** max(exponent - 23, -149)
    rounded = round(magnitude / unit) * unit
    result = math.inf if rounded >= 2**128 else float(rounded)
    return math.copysign(result, value)


def fma(a: float, b: float, c: float) -> float:
    """``a * b + c`` of three binary32, rounded once."""
    if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(c)):
        return a * b + c  # exact, or NaN
    exact = Fraction(a) * Fraction(b) + Fraction(c)
    if exact == 0:
        return a * b + c if Fraction(a) * Fraction(b) == 0 else 0.0  # for the sign of zero
    return round_to_binary32(exact)


def padded(image: NDArray[Any], height: int, width: int, border: str, value: Any) -> NDArray[Any]:
    """The image with what the window around each pixel sees besides."""
    widths = [(size // 2, size - 1 - size // 2) for size in (height, width)]
    widths += [(0, 0)] * (image.ndim - 2)
    options: dict[str, Any] = {"constant_values": value} if border == "constant" else {}
    return np.pad(image, widths, mode=_PAD_MODES[border], **options)


def sums(source: NDArray[np.float32], kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Correlate where the kernel lies inside."""
    height, width = kernel.shape
    shape = (source.shape[0] - height + 1, source.shape[1] - width + 1, *source.shape[2:])
    output = np.empty(shape, np.float32)
    for place in np.ndindex(*shape):
        y, x, *channel = place
        total = 0.0
        for ky, kx in np.ndindex(height, width):
            tap = (y + ky, x + kx, *channel)
            total = fma(float(kernel[ky, kx]), float(source[tap]), total)
        output[place] = total
    return output


def stored(sums: NDArray[np.float32], dtype: Any) -> NDArray[Any]:
    """Sums as samples of the result."""
    if dtype == np.float32:
        sums.view(np.uint32)[np.isnan(sums)] = 0x7FC00000
        return sums
    output = np.zeros(sums.shape, np.uint8)
    for place in np.argwhere(~np.isnan(sums)):
        output[tuple(place)] = round(min(max(float(sums[tuple(place)]), 0.0), 255.0))
    return output


def convolve(
    image: NDArray[Any], kernel: NDArray[np.float32], border: str, value: float
) -> NDArray[Any]:
    """What every implementation must give, to the bit."""
    # In binary32, so that the constant is not rounded to the image's uint8.
    height, width = kernel.shape
    source = padded(image.astype(np.float32), height, width, border, np.float32(value))
    return stored(sums(source, kernel), image.dtype)


def convolve_separable(
    image: NDArray[Any],
    across: NDArray[np.float32],
    down: NDArray[np.float32],
    border: str,
    value: float,
) -> NDArray[Any]:
    """The rows, those outside too; then the columns of that."""
    source = padded(image.astype(np.float32), len(down), len(across), border, np.float32(value))
    return stored(sums(sums(source, across[None, :]), down[:, None]), image.dtype)


def sobel(image: NDArray[Any], axis: int, border: str, value: float) -> NDArray[Any]:
    """As ``scipy.ndimage``: a difference along the axis, smoothed along the other."""
    lines = [float32([-1, 0, 1]), float32([1, 2, 1])]
    return convolve_separable(image, lines[1 - axis], lines[axis], border, value)


def median(image: NDArray[Any], size: int, border: str, value: float) -> NDArray[Any]:
    """The one in the middle by value; -0 comes before +0, and NaN last."""
    outside = stored(float32([value]), image.dtype)[0]
    source = padded(image, size, size, border, outside)
    output = np.empty(image.shape, image.dtype)
    for place in np.ndindex(*image.shape):
        y, x, *channel = place
        window = (slice(y, y + size), slice(x, x + size), *channel)
        samples = source[window].ravel().tolist()
        output[place] = sorted(samples, key=rank)[size * size // 2]
    return stored(output, image.dtype) if image.dtype == np.float32 else output


def rank(sample: float) -> tuple[float, float]:
    """What samples are put in order by."""
    return (math.inf, 2) if math.isnan(sample) else (sample, math.copysign(1, sample))


def gaussian(sigma: float, radius: int) -> list[Decimal]:
    """The weights to 50 digits."""
    with localcontext() as context:
        context.prec = 50
        bells = [
            (-((Decimal(x) / Decimal(sigma)) ** 2) / 2).exp() for x in range(-radius, radius + 1)
        ]
        return [bell / sum(bells) for bell in bells]
