"""Copies of arguments and answers, up to a number of bytes; and putting back what was changed."""

from __future__ import annotations

import sys
from copy import deepcopy
from typing import Any

__all__ = ["CannotCopyError", "Copier", "can_restore", "restore"]

_IMMUTABLE = (
    *(bool, int, float, complex, str, bytes, range, slice, type),
    *(type(None), type(...), type(NotImplemented), type(len), type(lambda: None)),
)


class CannotCopyError(Exception):
    """There is more than may be copied, or something that has no copy."""


class Copier:
    """Copies that share one allowance. Equal objects in it stay one object in the copy.

    Args:
        allowance: Bytes that may be copied.
    """

    def __init__(self, allowance: int) -> None:
        self.left = allowance
        self._made: dict[int, Any] = {}
        self._kept: list[object] = []  # or another object could get the number of one in _made

    def copy(self, value: Any) -> Any:
        """Copy a value with all that may be changed in it.

        Raises:
            CannotCopyError: There is more in it than is left, or something that has no copy.
        """
        if isinstance(value, _IMMUTABLE):
            return value
        known = self._made.get(id(value))
        if known is not None:
            return known
        self._take(value)
        made = self._copy(value)
        self._made[id(value)] = made
        self._kept.append(value)
        return made

    def _copy(self, value: Any) -> Any:
        kind = type(value)
        if kind in (tuple, frozenset):
            return kind(map(self.copy, value))
        if kind in (list, set, dict):
            return self._fill(value, kind())
        if kind is memoryview:
            return _copy_of_view(value)
        try:
            # What is copied besides is not seen here, so that it costs no more than it should.
            return deepcopy(value, {})
        except Exception as error:  # noqa: BLE001 (any class may refuse, in any way)
            raise CannotCopyError(f"{kind.__name__}: {error}") from None

    def _fill(self, value: Any, made: Any) -> Any:
        """Copy what is in a container, which may be in itself."""
        self._made[id(value)] = made
        self._kept.append(value)
        if isinstance(value, dict):
            made.update((self.copy(key), self.copy(each)) for key, each in value.items())
        elif isinstance(value, list):
            made.extend(map(self.copy, value))
        else:
            made.update(map(self.copy, value))
        return made

    def _take(self, value: Any) -> None:
        self.left -= _size(value)
        if self.left < 0:
            raise CannotCopyError("it is larger than may be copied")


def _size(value: Any) -> int:
    size = getattr(value, "nbytes", None)  # of arrays and memory views
    return size if isinstance(size, int) else sys.getsizeof(value, 64)


def _copy_of_view(view: memoryview) -> memoryview:
    made: Any = memoryview(bytearray(view.tobytes()))
    if view.format != "B" or view.ndim != 1:
        made = made.cast(view.format, view.shape) if view.nbytes else made.cast(view.format)
    copied: memoryview = made.toreadonly() if view.readonly else made
    return copied


def restore(value: Any, saved: Any) -> None:
    """Put the contents of a copy back where they came from.

    Args:
        value: The original, which may have been changed meanwhile.
        saved: The copy.

    Raises:
        CannotCopyError: It is of a type whose contents cannot be put back.
    """
    if isinstance(value, (list, bytearray)):
        value[:] = saved
    elif isinstance(value, (dict, set)):
        value.clear()
        value.update(saved)
    elif hasattr(value, "__array_interface__"):
        value[...] = saved
    elif (view := _writable(value)) is not None:
        if view.c_contiguous:
            view.cast("B")[:] = memoryview(saved).cast("B")
        else:
            view[:] = saved
    else:
        raise CannotCopyError(f"{type(value).__name__}: its contents cannot be put back")


def can_restore(value: Any) -> bool:
    """Tell whether ``restore`` knows what to do with a value."""
    if isinstance(value, (list, bytearray, dict, set)) or hasattr(value, "__array_interface__"):
        return True
    return _writable(value) is not None


def _writable(value: Any) -> memoryview | None:
    """Return a view through which all of a buffer can be written; none where there is no such."""
    try:
        view = memoryview(value)
    except TypeError:
        return None
    return view if not view.readonly and (view.c_contiguous or view.ndim == 1) else None
