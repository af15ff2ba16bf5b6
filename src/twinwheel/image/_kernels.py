"""Kernels of many kinds as float32 buffers."""

from __future__ import annotations

from twinwheel.image._foreign import is_a
from twinwheel.image._images import as_buffer, shape_of
from twinwheel.image._samples import as_float32, native, sample_name, whole_to_odd

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from collections.abc import Sequence
    from typing import Any

    from twinwheel.image._images import ArrayLike

    KernelLike = ArrayLike | Sequence[Sequence[float] | ArrayLike]
    LineLike = ArrayLike | Sequence[float]

__all__ = ["as_kernel", "as_line"]

_WANTED = "real numbers"


def as_kernel(kernel: KernelLike) -> memoryview[Any]:
    """View a kernel as a C-contiguous buffer of float32, rounding what is not yet float32."""
    if isinstance(kernel, (list, tuple)):
        return _from_rows(kernel)
    found = as_buffer(kernel, "kernel", _WANTED)  # type: ignore[arg-type]
    if found is None:
        raise TypeError(
            f"kernel must be an array, a buffer or nested sequences, not {type(kernel).__name__}"
        )
    shape = shape_of(found[0])
    if len(shape) != 2 or shape[0] != shape[1]:
        raise _not_square(f"shape {shape}")
    return _as_weights(found, "kernel")


def as_line(weights: LineLike, name: str) -> memoryview[Any]:
    """View a row of weights in the same way.

    Args:
        weights: The row.
        name: The argument's name, for messages.
    """
    if isinstance(weights, (list, tuple)):
        line = _line(weights, name, f"{name} must be a sequence of numbers")
        if not line:
            raise _no_size(name, (0,))
        return memoryview(line)
    found = as_buffer(weights, name, _WANTED)  # type: ignore[arg-type]
    if found is None:
        raise TypeError(
            f"{name} must be an array, a buffer or a sequence of numbers, "
            f"not {type(weights).__name__}"
        )
    shape = shape_of(found[0])
    if len(shape) != 1:
        raise ValueError(f"{name} must be one-dimensional: shape {shape}")
    return _as_weights(found, name)


def _as_weights(found: tuple[memoryview[Any], str, bool], name: str) -> memoryview[Any]:
    """Take a buffer as it is where that will do, and round it to a new one where not."""
    view, sample_format, _ = found
    if native(sample_format) == "f" and view.c_contiguous:
        return view
    weights = _rounded(view, sample_format, name)
    if not weights:
        raise _no_size(name, shape_of(view))
    return memoryview(weights).cast("B").cast("f", shape_of(view))


def _from_rows(rows: Sequence[Any]) -> memoryview[Any]:
    from array import array

    size = len(rows)
    if size == 0:
        raise _no_size("kernel", (0, 0))
    weights = array("f")
    for row in rows:
        line = _row(row)
        if len(line) != size:
            raise _not_square(f"{size} rows, one of length {len(line)}")
        weights += line
    return memoryview(weights).cast("B").cast("f", (size, size))


def _row(row: Any) -> array[float]:
    """Round one row of a kernel, which is a sequence of numbers, or an array."""
    no_rows = "kernel must be rows of numbers"
    found = None if isinstance(row, (list, tuple)) else as_buffer(row, "kernel", _WANTED)
    if found is None:
        return _line(row, "kernel", no_rows)
    view, sample_format, _ = found
    if view.ndim != 1:
        raise TypeError(no_rows)
    return _rounded(view, sample_format, "kernel")


def _line(numbers: Any, name: str, refusal: str) -> array[float]:
    """Round a sequence of numbers; the refusal is the message for what is none."""
    from array import array

    try:
        return array("f", [_number(value, name) for value in numbers])
    except OverflowError:
        raise ValueError(f"{name} must hold numbers that fit in a float") from None
    except TypeError as error:
        raise (error if str(error).startswith(f"{name} ") else TypeError(refusal)) from None


def _number(value: Any, name: str) -> Any:
    """Take one number of a row; those of NumPy as its arrays hold them."""
    if isinstance(value, int):
        return whole_to_odd(value)
    if is_a(value, "numpy", "ndarray") or is_a(value, "numpy", "generic"):
        found = as_buffer(value, name, _WANTED)
        if found is None or found[0].ndim != 0:
            raise TypeError(f"{name} must hold real numbers, not {type(value).__name__}")
        return _rounded(found[0], found[1], name)[0]
    return value


def _rounded(view: memoryview[Any], sample_format: str, name: str) -> array[float]:
    weights = as_float32(view, sample_format, name)
    if weights is None:
        kind = sample_name(sample_format, view.itemsize)
        raise TypeError(f"{name} must hold real numbers, not {kind}")
    return weights


def _not_square(found: str) -> ValueError:
    return ValueError(f"kernel must be square, (size, size): {found}")


def _no_size(name: str, shape: tuple[int, ...]) -> ValueError:
    return ValueError(f"{name} must not have zero size: shape {shape}")
