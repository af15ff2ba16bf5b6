"""Arguments, checked. The messages are the same in C, Rust and Python."""

from __future__ import annotations

import math
import sys
from array import array
from contextlib import suppress
from dataclasses import dataclass
from operator import index

from twinwheel.image._python._borders import BORDERS
from twinwheel.image._python._memory import overlap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "Buffers",
    "Picture",
    "as_picture",
    "check_axis",
    "check_buffers",
    "check_radius",
    "check_sigma",
    "check_size",
]

_NATIVE = "@=<" if sys.byteorder == "little" else "@=>"


@dataclass(frozen=True)
class Buffers:
    """The buffers that an operation was called with, each of them good."""

    input: memoryview[Any]
    weights: dict[str, memoryview[Any]]
    output: memoryview[Any]
    sample: str
    """``f`` for float32, ``B`` for uint8."""


@dataclass(frozen=True)
class Picture:
    """What every operation needs besides its own arguments; made only of good ones."""

    input: memoryview[Any]
    output: memoryview[Any]
    sample: str
    """``f`` for float32, ``B`` for uint8."""
    border: str
    value: float
    """Rounded to float32."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width and channels of the image."""
        height, width, *channels = self.input.shape or ()
        return height, width, channels[0] if channels else 1


def check_buffers(
    input: object,  # noqa: A002
    output: object,
    *,
    kernel: object = ...,
    lines: dict[str, object] | None = None,
) -> Buffers:
    """Check the buffers of an operation.

    Args:
        input: The image.
        output: Where to write.
        kernel: Square weights, of the operation that has them.
        lines: One-dimensional weights by name.
    """
    squares = {} if kernel is ... else {"kernel": kernel}
    image = _buffer(input, "input")
    weights = {name: _buffer(each, name) for name, each in (squares | (lines or {})).items()}
    target = _buffer(output, "output")
    sample = _check_input(image)
    for name, view in weights.items():
        _check_weights(view, name, square=name in squares)
    _check_output(target, image, sample)
    return Buffers(image, weights, target, sample)


def as_picture(buffers: Buffers, border: object, value: object, threads: object) -> Picture:
    """Check what all operations share, in the end that no weights and no image are overwritten."""
    name = _check_border(border)
    number = _check_value(value)
    _check_whole(threads, "threads", range(1, 2**32), "from 1 to 4294967295")
    for source, view in {"input": buffers.input, **buffers.weights}.items():
        if overlap(buffers.output, view):
            raise ValueError(f"output must not overlap {source}")
    return Picture(buffers.input, buffers.output, buffers.sample, name, number)


def check_sigma(sigma: Any) -> float:
    """Check a standard deviation."""
    try:
        number = float(array("d", [sigma])[0])  # which takes a number as C does: no strings
    except TypeError:
        raise TypeError(f"sigma must be a number, not {type(sigma).__name__}") from None
    except OverflowError:
        number = math.inf
    if not 0.0 < number < math.inf:
        raise ValueError(f"sigma must be above 0 and finite, not {sigma!r}")
    return number


def check_radius(radius: object) -> int:
    """Check how many weights a kernel has on each side."""
    return _check_whole(radius, "radius", range(2**31), "from 0 to 2147483647")


def check_axis(axis: object) -> int:
    """Check the axis of a derivative."""
    return _check_whole(axis, "axis", (0, 1), "0 or 1")


def check_size(size: object) -> int:
    """Check the side of a window of medians."""
    return _check_whole(size, "size", (3, 5, 7), "3, 5 or 7")


def _check_whole(value: Any, name: str, accepted: range | tuple[int, ...], words: str) -> int:
    number = None
    if not isinstance(value, bool):
        with suppress(TypeError):
            number = index(value)
    if number is None:
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if number not in accepted:
        raise ValueError(f"{name} must be {words}, not {value!r}")
    return number


def _buffer(value: object, name: str) -> memoryview[Any]:
    try:
        view = memoryview(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(
            f"{name} must be a buffer, such as an array or a memoryview, not {type(value).__name__}"
        ) from None
    if any(suboffset >= 0 for suboffset in view.suboffsets or ()):
        raise ValueError(f"{name} must lie in one block of memory, without suboffsets")
    return view


def _sample(view: memoryview[Any]) -> str | None:
    """What a buffer holds, when that is in this machine's byte order."""
    letter = view.format[1:] if view.format[:1] in _NATIVE and view.format else view.format
    return letter if (letter, view.itemsize) in (("f", 4), ("B", 1)) else None


def _check_lengths(view: memoryview[Any], name: str) -> None:
    shape = view.shape or ()  # which is None for typing only
    if 0 in shape:
        raise ValueError(f"{name} must not have zero size: shape {shape}")
    if any(length >= 2**32 for length in shape):
        raise ValueError(f"{name} must have lengths below 2**32: shape {shape}")


def _check_input(view: memoryview[Any]) -> str:
    sample = _sample(view)
    if sample is None:
        raise TypeError(
            "input must hold float32 or uint8 samples (format 'f' or 'B'), "
            f"not format '{view.format}'"
        )
    if view.ndim not in (2, 3):
        raise ValueError(
            "input must have 2 dimensions (height, width) or 3 (height, width, channels), "
            f"not {view.ndim}"
        )
    _check_lengths(view, "input")
    return sample


def _check_weights(view: memoryview[Any], name: str, *, square: bool) -> None:
    if _sample(view) != "f":
        raise TypeError(
            f"{name} must hold float32 samples (format 'f'), not format '{view.format}'"
        )
    shape = view.shape or ()
    if square and (len(shape) != 2 or shape[0] != shape[1]):
        raise ValueError(f"{name} must be square, (size, size): shape {shape}")
    if not square and len(shape) != 1:
        raise ValueError(f"{name} must be one-dimensional: shape {shape}")
    _check_lengths(view, name)
    if not view.c_contiguous:
        raise ValueError(f"{name} must be C-contiguous")


def _check_output(view: memoryview[Any], image: memoryview[Any], sample: str) -> None:
    if _sample(view) != sample:
        raise TypeError(
            f"output must hold the samples of input (format '{sample}'), not format '{view.format}'"
        )
    if view.readonly:
        raise ValueError("output must be writable")
    if view.shape != image.shape:
        raise ValueError(f"output must have the shape of input, {image.shape}, not {view.shape}")
    if not view.c_contiguous:
        raise ValueError("output must be C-contiguous")


def _check_border(border: object) -> str:
    if not isinstance(border, str):
        raise TypeError(f"border must be a string, not {type(border).__name__}")
    if border not in BORDERS:
        raise ValueError(f"border must be one of {', '.join(BORDERS)}, not {border!r}")
    return border


def _check_value(value: Any) -> float:
    """Take a number as C does: an array rounds to float32, and to infinity where that is due."""
    try:
        return float(array("f", [value])[0])
    except TypeError:
        raise TypeError(f"value must be a number, not {type(value).__name__}") from None
    except OverflowError:
        raise ValueError("value must fit in a float") from None
