"""Fused multiply-add for whole rows of binary32, out of Python's binary64."""

from __future__ import annotations

import math
import sys
from array import array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TapAdder"]


class TapAdder:
    """Adds ``fma(weight, pixel, sum)`` for a whole row of a given length.

    The product of two binary32 is exact in binary64; the sum is not, and rounding it a second time
    to binary32 goes wrong where it is inexact and lands on a tie of binary32. To find those places
    costs too much one by one, so all bit patterns of a row are put side by side in one integer, and
    a few operations on it test them all.
    """

    def __init__(self, length: int) -> None:
        one = ((1 << 64 * length) - 1) // ((1 << 64) - 1)  # a 1 in each lane of 64 bits
        self._low_bits = one * (2**29 - 1)
        self._tie = one << 28
        self._bit_29 = one << 29
        self._exponent = one * 0x7FF
        self._to_normal = one * (2048 - (1023 - 126))
        self._bit_11 = one << 11

    def __call__(
        self, weight: float, pixels: Sequence[float], sums: Sequence[float]
    ) -> array[float]:
        """Return the new sums."""
        terms = zip(pixels, sums, strict=True)
        totals = array("d", [weight * pixel + sum_ for pixel, sum_ in terms])
        suspects = self._suspects(totals)
        if suspects:
            lanes = array("Q", suspects.to_bytes(8 * len(totals), sys.byteorder))
            for index, suspect in enumerate(lanes):
                if suspect:
                    product = weight * pixels[index]
                    totals[index] = _round_to_odd(product, sums[index], totals[index])
        return array("f", totals)

    def _suspects(self, totals: array[float]) -> int:
        """An integer that is not zero in each lane where the sum may round twice."""
        bits = int.from_bytes(totals.tobytes(), sys.byteorder)
        # A tie of a normal result: the 29 bits that binary32 lacks are a 1 and 28 zeros. Adding
        # 2**29 - 1 carries into bit 29 from all that differ from that.
        differs = ((bits & self._low_bits) ^ self._tie) + self._low_bits
        ties = ~differs & self._bit_29
        # A subnormal result, below 2**-126, has its ties elsewhere: look at all but zero, which
        # is exact. Here bit 11 says that the exponent field is large enough, or not zero.
        exponent = (bits >> 52) & self._exponent
        subnormal = (exponent + self._exponent) & ~(exponent + self._to_normal) & self._bit_11
        return ties | subnormal


def _round_to_odd(product: float, addend: float, total: float) -> float:
    """Round ``product + addend`` so that rounding it again to binary32 is right.

    When the sum is inexact, take of its two neighbours the one whose last bit is 1: that is never a
    tie, and lies on the same side as the exact sum (Boldo and Melquiond, "Emulation of a FMA and
    correctly rounded sums", 2008). The error of the sum is Knuth's TwoSum.
    """
    virtual = total - product
    error = (product - (total - virtual)) + (addend - virtual)
    if not abs(error) > 0.0:  # of infinity and NaN the error is NaN
        return total
    if int(math.ldexp(math.frexp(total)[0], 53)) & 1:
        return total
    return math.nextafter(total, math.copysign(math.inf, error))
