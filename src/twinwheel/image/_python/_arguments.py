"""The arguments of ``convolve``, checked. The messages are the same in C, Rust and Python."""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass

from twinwheel.image._python._borders import BORDERS
from twinwheel.image._python._memory import overlap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Arguments", "check"]

_NATIVE = "@=<" if sys.byteorder == "little" else "@=>"


@dataclass(frozen=True)
class Arguments:
    """What ``convolve`` was called with; made only of good arguments."""

    input: memoryview[Any]
    kernel: memoryview[Any]
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

    @property
    def kernel_size(self) -> int:
        """Length of the kernel's sides."""
        return len(self.kernel)


def check(
    input: object,  # noqa: A002
    kernel: object,
    output: object,
    border: object,
    value: object,
) -> Arguments:
    """Check the arguments of ``convolve``; see there."""
    image = _buffer(input, "input")
    weights = _buffer(kernel, "kernel")
    target = _buffer(output, "output")
    sample = _check_input(image)
    _check_kernel(weights)
    _check_output(target, image, sample)
    name = _check_border(border)
    number = _check_value(value)
    if overlap(target, image):
        raise ValueError("output must not overlap input")
    if overlap(target, weights):
        raise ValueError("output must not overlap kernel")
    return Arguments(image, weights, target, sample, name, number)


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


def _check_kernel(view: memoryview[Any]) -> None:
    if _sample(view) != "f":
        raise TypeError(
            f"kernel must hold float32 samples (format 'f'), not format '{view.format}'"
        )
    shape = view.shape or ()
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"kernel must be square, (size, size): shape {shape}")
    _check_lengths(view, "kernel")
    if not view.c_contiguous:
        raise ValueError("kernel must be C-contiguous")


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
