"""Which images and kernels can be correlated by Fourier transforms."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from twinwheel.image._python._arguments import Picture

__all__ = ["transformable"]

_LARGEST_KERNEL = 384
"""Past this size the native transforms would need too much memory."""
_LEAST, _MOST = 2.0**-40, 2.0**40
"""Of the largest magnitude."""


def transformable(
    picture: Picture, kernel: memoryview[Any], largest: Callable[[memoryview[Any]], float]
) -> bool:
    """Say whether nothing that is summed is so large or so small that a transform might lose it.

    A transform spreads NaN and infinity further than the kernel reaches, and the native ones have
    the range of binary32. All implementations decide alike.

    Args:
        picture: The image, and what lies outside.
        kernel: The weights.
        largest: What finds the largest magnitude of float32 in a buffer; NaN where there is one.
    """
    if len(kernel) > _LARGEST_KERNEL:
        return False
    weights = largest(kernel)
    inside = 255.0 if picture.sample == "B" else largest(picture.input)
    outside = abs(picture.value) if picture.border == "constant" else 0.0
    # NaN is below nothing.
    samples = inside <= _MOST and outside <= _MOST and (inside >= _LEAST or outside >= _LEAST)
    return samples and _LEAST <= weights <= _MOST
