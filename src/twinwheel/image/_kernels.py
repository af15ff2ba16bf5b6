"""Kernels of many kinds as float32 buffers."""

from __future__ import annotations

from twinwheel.image._images import as_buffer, sample_name, shape_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from twinwheel.image._images import ArrayLike

    KernelLike = ArrayLike | Sequence[Sequence[float]]

__all__ = ["as_kernel"]


def as_kernel(kernel: KernelLike) -> memoryview[Any]:
    """View a kernel as a C-contiguous buffer of float32, rounding what is not yet float32."""
    if isinstance(kernel, (list, tuple)):
        return _from_rows(kernel)
    found = as_buffer(kernel, "kernel")  # type: ignore[arg-type]
    if found is None:
        raise TypeError(
            f"kernel must be an array, a buffer or nested sequences, not {type(kernel).__name__}"
        )
    view, _ = found
    shape = shape_of(view)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise _not_square(f"shape {shape}")
    if view.format.lstrip("@=<>") == "f" and view.c_contiguous:
        return view
    try:
        rows: Any = view.tolist()
    except NotImplementedError:  # another byte order, complex numbers, objects
        raise _wrong_samples(view) from None
    if view.format.lstrip("@") in ("c", "?", "P"):  # no numbers, though Python would read them
        raise _wrong_samples(view)
    return _from_rows(rows)


def _from_rows(rows: Sequence[Any]) -> memoryview[Any]:
    from array import array

    size = len(rows)
    if size == 0:
        raise ValueError("kernel must not have zero size: shape (0, 0)")
    weights = array("f")
    for row in rows:
        try:
            line = array("f", list(row))
        except TypeError:
            raise TypeError("kernel must be rows of numbers") from None
        except OverflowError:
            raise ValueError("kernel must hold numbers that fit in a float") from None
        if len(line) != size:
            raise _not_square(f"{size} rows, one of length {len(line)}")
        weights += line
    return memoryview(weights).cast("B").cast("f", (size, size))


def _not_square(found: str) -> ValueError:
    return ValueError(f"kernel must be square, (size, size): {found}")


def _wrong_samples(view: memoryview[Any]) -> TypeError:
    return TypeError(f"kernel must hold real numbers, not {sample_name(view)}")
