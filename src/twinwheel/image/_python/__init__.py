"""The image kernels in Python: exact, with NumPy where it is, and without where it is not.

Everything is imported by the first call, so that importing the package stays cheap.
"""

from __future__ import annotations

from twinwheel import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from typing_extensions import Buffer

__all__ = [
    "__version__",
    "convolve",
    "convolve_fft",
    "convolve_separable",
    "gaussian_blur",
    "median",
    "sobel",
]

_way: ModuleType | None = None


def convolve(
    input: Buffer,  # noqa: A002 (the name that all three languages share)
    kernel: Buffer,
    output: Buffer,
    *,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None:
    """Correlate an image with a square kernel, into output.

    Args:
        input: A buffer of float32 or uint8, (height, width) or (height, width, channels), any
            strides.
        kernel: A C-contiguous buffer of float32, (size, size).
        output: A writable C-contiguous buffer like input, overlapping neither of the others.
        border: What lies outside: constant, nearest, reflect, mirror or wrap.
        value: What lies outside for constant.
        threads: At most so many; here it is always one.

    Raises:
        TypeError: An argument is not what it should be, or holds samples of another type.
        ValueError: A shape, the memory's layout, or border is wrong.
    """
    from twinwheel.image._python import _arguments as arguments

    buffers = arguments.check_buffers(input, output, kernel=kernel)
    picture = arguments.as_picture(buffers, border, value, threads)
    (_way or _choose()).convolve(picture, buffers.weights["kernel"])


def convolve_fft(
    input: Buffer,  # noqa: A002
    kernel: Buffer,
    output: Buffer,
    *,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None:
    """Correlate as convolve does by Fourier transforms, which pays for large kernels.

    Not exact: see the reference of the image toolkit for how close it is.

    Args:
        input: As for convolve.
        kernel: As for convolve.
        output: As for convolve.
        border: As for convolve.
        value: As for convolve.
        threads: As for convolve.
    """
    from twinwheel.image._python import _arguments as arguments
    from twinwheel.image._python._transformable import transformable

    buffers = arguments.check_buffers(input, output, kernel=kernel)
    picture = arguments.as_picture(buffers, border, value, threads)
    weights, way = buffers.weights["kernel"], _way or _choose()
    by_fft = transformable(picture, weights, way.largest_magnitude)
    (way.convolve_fft if by_fft else way.convolve)(picture, weights)


def convolve_separable(
    input: Buffer,  # noqa: A002
    across: Buffer,
    down: Buffer,
    output: Buffer,
    *,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None:
    """Correlate the rows with one kernel, and the columns of that with another.

    Args:
        input: As for convolve.
        across: A C-contiguous buffer of float32, (size,), for the rows.
        down: The same for the columns.
        output: As for convolve; it overlaps none of the others.
        border: As for convolve.
        value: As for convolve.
        threads: As for convolve.
    """
    from twinwheel.image._python import _arguments as arguments

    buffers = arguments.check_buffers(input, output, lines={"across": across, "down": down})
    picture = arguments.as_picture(buffers, border, value, threads)
    weights = buffers.weights
    (_way or _choose()).convolve_separable(picture, weights["across"], weights["down"])


def gaussian_blur(
    input: Buffer,  # noqa: A002
    output: Buffer,
    *,
    sigma: float,
    radius: int,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None:
    """Blur by a Gaussian: convolve_separable with its weights on both axes.

    Args:
        input: As for convolve.
        output: As for convolve.
        sigma: The standard deviation in pixels.
        radius: The kernels have 2 * radius + 1 weights.
        border: As for convolve.
        value: As for convolve.
        threads: As for convolve.
    """
    from twinwheel.image._python import _arguments as arguments
    from twinwheel.image._python._weights import gaussian

    buffers = arguments.check_buffers(input, output)
    deviation = arguments.check_sigma(sigma)
    reach = arguments.check_radius(radius)
    picture = arguments.as_picture(buffers, border, value, threads)
    weights = memoryview(gaussian(deviation, reach))
    (_way or _choose()).convolve_separable(picture, weights, weights)


def sobel(
    input: Buffer,  # noqa: A002
    output: Buffer,
    *,
    axis: int,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None:
    """Take the Sobel derivative: -1, 0, 1 along the axis and 1, 2, 1 along the other.

    Args:
        input: As for convolve.
        output: As for convolve.
        axis: 0 for down, 1 for across.
        border: As for convolve.
        value: As for convolve.
        threads: As for convolve.
    """
    from twinwheel.image._python import _arguments as arguments
    from twinwheel.image._python import _weights as weights

    buffers = arguments.check_buffers(input, output)
    across, down = weights.sobel(arguments.check_axis(axis))
    picture = arguments.as_picture(buffers, border, value, threads)
    (_way or _choose()).convolve_separable(picture, memoryview(across), memoryview(down))


def median(
    input: Buffer,  # noqa: A002
    output: Buffer,
    *,
    size: int,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> None:
    """Take the median of the square window around each pixel, NaN being above all numbers.

    Args:
        input: As for convolve.
        output: As for convolve.
        size: 3, 5 or 7.
        border: As for convolve.
        value: As for convolve.
        threads: As for convolve.
    """
    from twinwheel.image._python import _arguments as arguments

    buffers = arguments.check_buffers(input, output)
    side = arguments.check_size(size)
    picture = arguments.as_picture(buffers, border, value, threads)
    (_way or _choose()).median(picture, side)


def _choose() -> ModuleType:
    """Import the fastest way of computing that can be had here."""
    global _way  # noqa: PLW0603 (the way is the same for the life of the process)
    try:
        from twinwheel.image._python import _with_numpy

        _way = _with_numpy
    except ImportError:
        from twinwheel.image._python import _without_numpy

        _way = _without_numpy
    return _way
