"""The image toolkit: kernels in C, Rust and Python that give the same bits.

Built with twinwheel as a stranger's package would be. ``convolve`` takes images of many kinds;
``kernel_convolve`` is the selected implementation's own function, from buffers into a buffer.
"""

from __future__ import annotations

from twinwheel import select
from twinwheel.image._cpu import check_cpu_level
from twinwheel.image._images import allocate, as_image, check_out
from twinwheel.image._kernels import as_kernel
from twinwheel.image._words import check_border, in_public_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from twinwheel.image._images import ImageLike
    from twinwheel.image._kernels import KernelLike

__all__ = ["convolve", "kernel_convolve"]

check_cpu_level()
_kernels = select(__name__)
kernel_convolve: Callable[..., None] = _kernels.convolve


def convolve(
    image: ImageLike,
    kernel: KernelLike,
    *,
    out: Any = None,
    border: str = "constant",
    value: float = 0.0,
) -> Any:
    """Correlate an image with a square kernel, exactly.

    The kernel is not flipped, and its anchor is at ``size // 2`` on both axes. For each pixel the
    taps are added by rows from the top left, each with one rounding:
    ``sum = fma(weight, pixel, sum)`` in IEEE 754 binary32, from +0.0. No tap is skipped, so NaN and
    infinity travel; every NaN of the result is the same one. The bits do not depend on the
    implementation or the processor.

    Args:
        image: (height, width) or (height, width, channels) of float32 or uint8: anything with the
            buffer protocol, ``__array__`` or ``__array_interface__``, such as a NumPy array, a
            memoryview, or a Pillow image whose samples are intensities. Each channel is taken by
            itself.
        kernel: (size, size) weights, as an array or as nested sequences; float32, or other real
            numbers, whole ones too, which are rounded to it. Any size from 1 up, even ones and
            ones larger than the image too.
        out: Where to write: a writable, C-contiguous buffer of the image's shape and type, that
            overlaps neither image nor kernel. By default it is made.
        border: What lies outside the image ``a b c d``:
            ``constant`` (``v v v | a b c d | v v v``), ``nearest`` (``a a a | a b c d | d d d``),
            ``reflect`` (``c b a | a b c d | d c b``), ``mirror`` (``d c b | a b c d | c b a``) or
            ``wrap`` (``b c d | a b c d | a b c``).
        value: The v of ``constant``; rounded to float32.

    Returns:
        ``out`` when it was given; else a NumPy array for one, and for what became one, or a
        memoryview for any other buffer. A uint8 result is rounded half to even and saturated to 0
        to 255; NaN becomes 0.

    Raises:
        TypeError: An argument is not what it should be, holds samples of another type, or is a
            masked array.
        ValueError: A shape, the memory's layout, or border is wrong. Nothing was written.
    """
    source, is_array = as_image(image)
    weights = as_kernel(kernel)
    check_border(border)
    if out is not None:
        check_out(out)
    result = allocate(source, is_array) if out is None else out
    try:
        kernel_convolve(source, weights, result, border=border, value=value)
    except (TypeError, ValueError) as error:
        raise in_public_words(error) from None
    return result
