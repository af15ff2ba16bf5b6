"""The functions of ``twinwheel.image`` on dask arrays, for images larger than memory.

Each is the function of the same name, applied to chunks that overlap: with the bits that it has in
memory, whatever the chunks. Nothing is computed before the result is asked for. A task uses one
thread by default, since dask runs as many tasks side by side as there are workers.
"""

from __future__ import annotations

from functools import partial
from math import isnan
from operator import index
from typing import TYPE_CHECKING

try:
    import dask.array as da
except ImportError as error:
    raise ImportError(
        f"twinwheel.image.dask needs dask: pip install 'twinwheel[dask]' ({error})"
    ) from None
import numpy as np

import twinwheel.image as toolkit
from twinwheel.image._fft import is_taken
from twinwheel.image._kernels import as_kernel, as_line
from twinwheel.image._numbers import gaussian_radius
from twinwheel.image._words import check_border

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from twinwheel.image._kernels import KernelLike, LineLike

__all__ = ["convolve", "convolve_separable", "gaussian_blur", "median", "sobel"]


def convolve(
    image: da.Array,
    kernel: KernelLike,
    *,
    method: str = "direct",
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> da.Array:
    """Correlate an image with a square kernel, as ``twinwheel.image.convolve`` does.

    Args:
        image: A dask array of float32 or uint8, (height, width) or (height, width, channels), in
            chunks of any sizes. Chunks that are shorter than the kernel reaches are merged.
        kernel: As in memory.
        method: As in memory; ``auto`` goes by the size of the whole image, so that it is exact
            where it is so in memory. Transforms are of each chunk by itself: within the tolerance,
            and not the same bits as in memory.
        border: As in memory.
        value: As in memory.
        threads: Of each task.

    Returns:
        A dask array of the image's shape and type.

    Raises:
        TypeError: As in memory, or the image is no dask array of NumPy's arrays.
        ValueError: As in memory, or the chunks' sizes are not known.
    """
    weights = np.array(as_kernel(kernel))
    shape = _check(image, "convolve")
    taken = "fft" if is_taken(method, shape, len(weights)) else "direct"
    function = partial(toolkit.convolve, method=taken, value=value, threads=threads)
    return _overlap(function, image, border, lambda: weights.shape, kernel=weights)


def convolve_separable(
    image: da.Array,
    across: LineLike,
    down: LineLike,
    *,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> da.Array:
    """Correlate the rows with one kernel, and the columns of that with another.

    Args:
        image: As for ``convolve``.
        across: As for ``twinwheel.image.convolve_separable``.
        down: As for ``twinwheel.image.convolve_separable``.
        border: As for ``convolve``.
        value: As for ``convolve``.
        threads: As for ``convolve``.

    Returns:
        As ``convolve`` does.

    Raises:
        TypeError: As for ``convolve``.
        ValueError: As for ``convolve``.
    """
    rows, columns = np.array(as_line(across, "across")), np.array(as_line(down, "down"))
    _check(image, "convolve_separable")
    function = partial(toolkit.convolve_separable, value=value, threads=threads)
    window = (len(columns), len(rows))
    return _overlap(function, image, border, lambda: window, across=rows, down=columns)


def gaussian_blur(
    image: da.Array,
    sigma: float,
    *,
    truncate: float = 4.0,
    radius: int | None = None,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> da.Array:
    """Blur an image by a Gaussian.

    Args:
        image: As for ``convolve``.
        sigma: As for ``twinwheel.image.gaussian_blur``.
        truncate: As for ``twinwheel.image.gaussian_blur``.
        radius: As for ``twinwheel.image.gaussian_blur``.
        border: As for ``convolve``.
        value: As for ``convolve``.
        threads: As for ``convolve``.

    Returns:
        As ``convolve`` does.

    Raises:
        TypeError: As for ``convolve``.
        ValueError: As for ``convolve``, or sigma, truncate or radius is out of range.
    """
    _check(image, "gaussian_blur")
    reach = gaussian_radius(sigma, truncate) if radius is None else radius
    function = partial(
        toolkit.gaussian_blur, sigma=sigma, radius=reach, value=value, threads=threads
    )
    return _overlap(function, image, border, lambda: (2 * index(reach) + 1,) * 2)


def sobel(
    image: da.Array,
    axis: int = 1,
    *,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> da.Array:
    """Take the Sobel derivative of an image along an axis.

    Args:
        image: As for ``convolve``.
        axis: As for ``twinwheel.image.sobel``.
        border: As for ``convolve``.
        value: As for ``convolve``.
        threads: As for ``convolve``.

    Returns:
        As ``convolve`` does.

    Raises:
        TypeError: As for ``convolve``.
        ValueError: As for ``convolve``, or there is no such axis.
    """
    _check(image, "sobel")
    function = partial(toolkit.sobel, axis=axis, value=value, threads=threads)
    return _overlap(function, image, border, lambda: (3, 3))


def median(
    image: da.Array,
    size: int = 3,
    *,
    border: str = "constant",
    value: float = 0.0,
    threads: int = 1,
) -> da.Array:
    """Take the median of the square window around each pixel of an image.

    Args:
        image: As for ``convolve``.
        size: As for ``twinwheel.image.median``.
        border: As for ``convolve``.
        value: As for ``convolve``.
        threads: As for ``convolve``.

    Returns:
        As ``convolve`` does.

    Raises:
        TypeError: As for ``convolve``.
        ValueError: As for ``convolve``, or there is no median of that size.
    """
    _check(image, "median")
    function = partial(toolkit.median, size=size, value=value, threads=threads)
    return _overlap(function, image, border, lambda: (index(size),) * 2)


def _check(image: Any, name: str) -> tuple[int, ...]:
    """Check what only a dask array can be wrong in; gives the shape."""
    if not isinstance(image, da.Array):
        raise TypeError(
            f"image must be a dask array, not {type(image).__name__}: "
            f"for what is in memory there is twinwheel.image.{name}"
        )
    if not isinstance(image._meta, np.ndarray) or isinstance(image._meta, np.ma.MaskedArray):
        raise TypeError(
            f"image must be a dask array of NumPy arrays, not of {type(image._meta).__name__}"
        )
    if any(map(isnan, image.shape)):
        raise ValueError(
            "image must have chunks of known sizes: call its method compute_chunk_sizes first"
        )
    if 0 in image.shape:
        raise ValueError(f"image must not have zero size: shape {image.shape}")
    return tuple(image.shape)


def _overlap(
    function: Callable[..., Any],
    image: da.Array,
    border: str,
    window: Callable[[], tuple[int, ...]],
    **weights: np.ndarray[Any, Any],
) -> da.Array:
    """Apply a function to each chunk with what is around it.

    A chunk at the edge of the image has nothing there, and the function resolves the border itself.
    Elsewhere it takes what is next to the chunk for a border, which spoils only what is cut off.

    Args:
        function: What takes an array, a border and the weights.
        image: What is cut into chunks.
        border: The public name.
        window: Gives the height and width of what is seen around each pixel. Not called before all
            arguments are found to be good.
        weights: By name; they are good.
    """
    # One pixel of the kind and one weight, to have all mistakes told now, and as in memory.
    one = {name: each[(slice(1),) * each.ndim] for name, each in weights.items()}
    function(np.zeros((1,) * image.ndim, image.dtype), **one, border=border)
    border = check_border(border)
    image = image.rechunk(tuple(tuple(filter(None, lengths)) for lengths in image.chunks))
    depth = {}
    for axis, size in enumerate(window()):
        # On both sides, for even sizes too: then a mirror never looks past the next chunk.
        depth[axis] = size // 2
        if image.shape[axis] <= depth[axis]:
            image = image.rechunk({axis: -1})
        if image.numblocks[axis] == 1:  # with all that borders can be made of
            depth[axis] = 0
    result: da.Array = da.map_overlap(
        partial(function, **weights, border=border),
        image,
        depth=depth,
        boundary="periodic" if border == "wrap" else "none",
        meta=np.empty((0,) * image.ndim, image.dtype),
    )
    return result
