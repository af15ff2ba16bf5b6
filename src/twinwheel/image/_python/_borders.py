"""What lies outside an image, as ``scipy.ndimage`` names it."""

from __future__ import annotations

__all__ = ["BORDERS", "source_index", "source_indices"]

BORDERS = ("constant", "nearest", "reflect", "mirror", "wrap")


def source_index(index: int, length: int, border: str) -> int:
    """Map an index, however far outside, to the one inside that the border stands for.

    Args:
        index: Where a tap falls on an axis.
        length: Of the axis.
        border: One of ``BORDERS``.

    Returns:
        An index in ``range(length)``, or -1 for the constant.
    """
    if 0 <= index < length:
        return index
    if border == "nearest":
        return 0 if index < 0 else length - 1
    if border == "reflect":  # c b a | a b c d | d c b
        place = index % (2 * length)
        return min(place, 2 * length - 1 - place)
    if border == "mirror":  # d c b | a b c d | c b a
        if length == 1:
            return 0
        place = index % (2 * length - 2)
        return min(place, 2 * length - 2 - place)
    if border == "wrap":
        return index % length
    return -1


def source_indices(length: int, kernel_size: int, border: str) -> list[int]:
    """Map each place of an axis, padded by the kernel's overhang on both sides."""
    anchor = kernel_size // 2
    return [
        source_index(place - anchor, length, border) for place in range(length + kernel_size - 1)
    ]
