"""The image kernels in Python: exact, with NumPy where it is, and without where it is not.

Everything is imported by the first call, so that importing the package stays cheap.
"""

from __future__ import annotations

from twinwheel import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Buffer

    from twinwheel.image._python._arguments import Arguments

__all__ = ["__version__", "convolve"]

_compute: Callable[[Arguments], None] | None = None


def convolve(
    input: Buffer,  # noqa: A002 (the name that all three languages share)
    kernel: Buffer,
    output: Buffer,
    *,
    border: str = "constant",
    value: float = 0.0,
) -> None:
    """Correlate an image with a square kernel, into output.

    Args:
        input: A buffer of float32 or uint8, (height, width) or (height, width, channels), any
            strides.
        kernel: A C-contiguous buffer of float32, (size, size).
        output: A writable C-contiguous buffer like input, overlapping neither of the others.
        border: What lies outside: constant, nearest, reflect, mirror or wrap.
        value: What lies outside for constant.

    Raises:
        TypeError: An argument is no buffer, or holds samples of another type.
        ValueError: A shape, the memory's layout, or border is wrong.
    """
    from twinwheel.image._python._arguments import check

    arguments = check(input, kernel, output, border, value)
    (_compute or _choose())(arguments)


def _choose() -> Callable[[Arguments], None]:
    """Import the fastest way of computing that can be had here."""
    global _compute  # noqa: PLW0603 (the way is the same for the life of the process)
    try:
        from twinwheel.image._python._with_numpy import compute
    except ImportError:
        from twinwheel.image._python._without_numpy import compute
    _compute = compute
    return compute
