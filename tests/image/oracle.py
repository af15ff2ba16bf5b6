"""``convolve`` by its definition, in exact rational arithmetic, borders by ``numpy.pad``.

Shares no code and no idea with the implementations: no binary64, no index formulas.
"""

from __future__ import annotations

import math
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


def convolve(
    image: NDArray[Any], kernel: NDArray[np.float32], border: str, value: float
) -> NDArray[Any]:
    """What every implementation must give, to the bit."""
    size = kernel.shape[0]
    before, after = size // 2, size - 1 - size // 2
    widths = [(before, after), (before, after)] + [(0, 0)] * (image.ndim - 2)
    options: dict[str, Any] = {"constant_values": np.float32(value)} if border == "constant" else {}
    # In binary32, so that the constant is not rounded to the image's uint8.
    padded = np.pad(image.astype(np.float32), widths, mode=_PAD_MODES[border], **options)
    output = np.empty(image.shape, image.dtype)
    for place in np.ndindex(*image.shape):
        y, x, *channel = place
        total = 0.0
        for ky in range(size):
            for kx in range(size):
                source = (y + ky, x + kx, *channel)
                total = fma(float(kernel[ky, kx]), float(padded[source]), total)
        if image.dtype == np.uint8:
            output[place] = 0 if math.isnan(total) else round(min(max(total, 0.0), 255.0))
        else:
            output[place] = total
    if image.dtype == np.float32:
        output.view(np.uint32)[np.isnan(output)] = 0x7FC00000
    return output
