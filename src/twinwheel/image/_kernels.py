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

__all__ = ["as_kernel"]

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
    view, sample_format, _ = found
    shape = shape_of(view)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise _not_square(f"shape {shape}")
    if native(sample_format) == "f" and view.c_contiguous:
        return view
    weights = _rounded(view, sample_format)
    if not weights:
        raise _no_size()
    return memoryview(weights).cast("B").cast("f", shape)


def _from_rows(rows: Sequence[Any]) -> memoryview[Any]:
    from array import array

    size = len(rows)
    if size == 0:
        raise _no_size()
    weights = array("f")
    for row in rows:
        line = _line(row)
        if len(line) != size:
            raise _not_square(f"{size} rows, one of length {len(line)}")
        weights += line
    return memoryview(weights).cast("B").cast("f", (size, size))


def _line(row: Any) -> array[float]:
    """Round one row, which is a sequence of numbers, or an array."""
    from array import array

    found = None if isinstance(row, (list, tuple)) else as_buffer(row, "kernel", _WANTED)
    if found is not None:
        view, sample_format, _ = found
        if view.ndim != 1:
            raise _no_rows()
        return _rounded(view, sample_format)
    try:
        return array("f", [_number(value) for value in row])
    except OverflowError:
        raise ValueError("kernel must hold numbers that fit in a float") from None
    except TypeError as error:
        raise (error if str(error).startswith("kernel ") else _no_rows()) from None


def _number(value: Any) -> Any:
    """Take one number of a row; those of NumPy as its arrays hold them."""
    if isinstance(value, int):
        return whole_to_odd(value)
    if is_a(value, "numpy", "ndarray") or is_a(value, "numpy", "generic"):
        found = as_buffer(value, "kernel", _WANTED)
        if found is None or found[0].ndim != 0:
            raise TypeError(f"kernel must hold real numbers, not {type(value).__name__}")
        return _rounded(found[0], found[1])[0]
    return value


def _rounded(view: memoryview[Any], sample_format: str) -> array[float]:
    weights = as_float32(view, sample_format)
    if weights is None:
        name = sample_name(sample_format, view.itemsize)
        raise TypeError(f"kernel must hold real numbers, not {name}")
    return weights


def _not_square(found: str) -> ValueError:
    return ValueError(f"kernel must be square, (size, size): {found}")


def _no_size() -> ValueError:
    return ValueError("kernel must not have zero size: shape (0, 0)")


def _no_rows() -> TypeError:
    return TypeError("kernel must be rows of numbers")
