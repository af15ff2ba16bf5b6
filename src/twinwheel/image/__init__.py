"""The image toolkit: kernels in C, Rust and Python that give the same bits.

Built with twinwheel as a stranger's package would be. ``convolve`` and the others take images of
many kinds; ``kernel_convolve`` and its like are the selected implementation's own functions, from
buffers into a buffer.
"""

from __future__ import annotations

from twinwheel import select
from twinwheel.image._calls import call
from twinwheel.image._cpu import check_cpu_level
from twinwheel.image._fft import is_taken
from twinwheel.image._images import as_image, shape_of
from twinwheel.image._kernels import as_kernel, as_line
from twinwheel.image._numbers import gaussian_radius, own_axis

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from twinwheel.image._images import ImageLike
    from twinwheel.image._kernels import KernelLike, LineLike

__all__ = [
    "convolve",
    "convolve_separable",
    "gaussian_blur",
    "kernel_convolve",
    "kernel_convolve_fft",
    "kernel_convolve_separable",
    "kernel_gaussian_blur",
    "kernel_median",
    "kernel_sobel",
    "median",
    "sobel",
]

check_cpu_level()
_kernels = select(__name__)
kernel_convolve: Callable[..., None] = _kernels.convolve
kernel_convolve_fft: Callable[..., None] = _kernels.convolve_fft
kernel_convolve_separable: Callable[..., None] = _kernels.convolve_separable
kernel_gaussian_blur: Callable[..., None] = _kernels.gaussian_blur
kernel_sobel: Callable[..., None] = _kernels.sobel
kernel_median: Callable[..., None] = _kernels.median


def convolve(
    image: ImageLike,
    kernel: KernelLike,
    *,
    method: str = "direct",
    out: Any = None,
    border: str = "constant",
    value: float = 0.0,
    threads: int | None = None,
) -> Any:
    """Correlate an image with a square kernel; exactly, unless another method is asked for.

    The kernel is not flipped, and its anchor is at ``size // 2`` on both axes. For each pixel the
    taps are added by rows from the top left, each with one rounding:
    ``sum = fma(weight, pixel, sum)`` in IEEE 754 binary32, from +0.0. No tap is skipped, so NaN and
    infinity travel; every NaN of the result is the same one. The bits do not depend on the
    implementation, the processor or the threads.

    Args:
        image: (height, width) or (height, width, channels) of float32 or uint8: anything with the
            buffer protocol, ``__array__`` or ``__array_interface__``, such as a NumPy array, a
            memoryview, or a Pillow image whose samples are intensities. Each channel is taken by
            itself.
        kernel: (size, size) weights, as an array or as nested sequences; float32, or other real
            numbers, whole ones too, which are rounded to it. Any size from 1 up, even ones and
            ones larger than the image too.
        method: ``direct`` for the sums above; ``fft`` for Fourier transforms, which pay for large
            kernels and are close, not exact; ``auto`` for ``direct``, and so exact, up to a size
            of 22, and from there on for the one that is expected to be quicker. The reference of
            the image toolkit says when, and how close.
        out: Where to write: a writable, C-contiguous buffer of the image's shape and type, that
            overlaps neither image nor kernel. By default it is made.
        border: What lies outside the image ``a b c d``:
            ``constant`` (``v v v | a b c d | v v v``), ``nearest`` (``a a a | a b c d | d d d``),
            ``reflect`` (``c b a | a b c d | d c b``), ``mirror`` (``d c b | a b c d | c b a``) or
            ``wrap`` (``b c d | a b c d | a b c``). OpenCV's names will do too: ``replicate`` is
            nearest, ``reflect_101`` is mirror, and the others mean the same.
        value: The v of ``constant``; rounded to float32.
        threads: At most so many, the caller's included; fewer where they do not pay. By default
            as many as there are processors that this process may use.

    Returns:
        ``out`` when it was given; else a NumPy array for one, and for what became one, or a
        memoryview for any other buffer. A uint8 result is rounded half to even and saturated to 0
        to 255; NaN becomes 0.

    Raises:
        TypeError: An argument is not what it should be, holds samples of another type, or is a
            masked array.
        ValueError: A shape, the memory's layout, method or border is wrong. Nothing was written.
    """
    source, weights = as_image(image), as_kernel(kernel)
    transforms = is_taken(method, shape_of(source[0]), len(weights))
    function = kernel_convolve_fft if transforms else kernel_convolve
    return call(function, source, (weights,), out, border, value, threads)


def convolve_separable(
    image: ImageLike,
    across: LineLike,
    down: LineLike,
    *,
    out: Any = None,
    border: str = "constant",
    value: float = 0.0,
    threads: int | None = None,
) -> Any:
    """Correlate the rows of an image with one kernel, and the columns of that with another.

    Each pass adds as ``convolve`` does; a uint8 result is rounded once, at the end. It is not the
    same bits as ``convolve`` with the outer product of the two, which rounds in other places.

    Args:
        image: As for ``convolve``.
        across: The weights along the rows, (size,): an array or a sequence of numbers, rounded to
            float32. Any size from 1 up.
        down: The weights along the columns.
        out: As for ``convolve``; it overlaps none of the others.
        border: As for ``convolve``.
        value: As for ``convolve``.
        threads: As for ``convolve``.

    Returns:
        As ``convolve`` does.

    Raises:
        TypeError: As for ``convolve``.
        ValueError: As for ``convolve``.
    """
    source = as_image(image)
    weights = as_line(across, "across"), as_line(down, "down")
    return call(kernel_convolve_separable, source, weights, out, border, value, threads)


def gaussian_blur(
    image: ImageLike,
    sigma: float,
    *,
    truncate: float = 4.0,
    radius: int | None = None,
    out: Any = None,
    border: str = "constant",
    value: float = 0.0,
    threads: int | None = None,
) -> Any:
    """Blur an image by a Gaussian: ``convolve_separable`` with its weights on both axes.

    The weights are ``exp(-x * x / (2 * sigma * sigma))`` over their sum, in binary64, rounded to
    float32; they too are the same bits everywhere.

    Args:
        image: As for ``convolve``.
        sigma: The standard deviation in pixels, above 0 and finite.
        truncate: How many standard deviations to reach: the radius is
            ``int(truncate * sigma + 0.5)``, as in ``scipy.ndimage``.
        radius: There are ``2 * radius + 1`` weights, whatever ``truncate`` says.
        out: As for ``convolve``.
        border: As for ``convolve``.
        value: As for ``convolve``.
        threads: As for ``convolve``.

    Returns:
        As ``convolve`` does.

    Raises:
        TypeError: As for ``convolve``.
        ValueError: As for ``convolve``, or sigma, truncate or radius is out of range.
    """
    source = as_image(image)
    reach = gaussian_radius(sigma, truncate) if radius is None else radius
    return call(
        kernel_gaussian_blur, source, (), out, border, value, threads, sigma=sigma, radius=reach
    )


def sobel(
    image: ImageLike,
    axis: int = 1,
    *,
    out: Any = None,
    border: str = "constant",
    value: float = 0.0,
    threads: int | None = None,
) -> Any:
    """Take the Sobel derivative of an image along an axis.

    It is ``convolve_separable`` with -1, 0, 1 along the axis and 1, 2, 1 along the other. A uint8
    result has no place for what is below 0: take float32 for that.

    Args:
        image: As for ``convolve``.
        axis: 0 for down, 1 for across; -2 and -1 mean the same for an image of two dimensions, and
            are refused for one with channels.
        out: As for ``convolve``.
        border: As for ``convolve``.
        value: As for ``convolve``.
        threads: As for ``convolve``.

    Returns:
        As ``convolve`` does.

    Raises:
        TypeError: As for ``convolve``.
        ValueError: As for ``convolve``, or there is no such axis.
    """
    source = as_image(image)
    along = own_axis(axis, source[0].ndim)
    return call(kernel_sobel, source, (), out, border, value, threads, axis=along)


def median(
    image: ImageLike,
    size: int = 3,
    *,
    out: Any = None,
    border: str = "constant",
    value: float = 0.0,
    threads: int | None = None,
) -> Any:
    """Take the median of the square window around each pixel of an image.

    NaN is above all numbers, and -0 below +0, so there is one answer to the bit.

    Args:
        image: As for ``convolve``.
        size: Of the window's sides: 3, 5 or 7.
        out: As for ``convolve``.
        border: As for ``convolve``.
        value: As for ``convolve``; for a uint8 image rounded and saturated to a sample of it.
        threads: As for ``convolve``.

    Returns:
        As ``convolve`` does.

    Raises:
        TypeError: As for ``convolve``.
        ValueError: As for ``convolve``, or there is no median of that size.
    """
    source = as_image(image)
    return call(kernel_median, source, (), out, border, value, threads, size=size)
