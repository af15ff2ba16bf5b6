"""Copies of arguments and answers, up to a number of bytes; and putting back what was changed."""

from __future__ import annotations

import gc
import sys
from array import array
from copy import deepcopy
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["CannotCopyError", "Copier", "Snapshot"]

_IMMUTABLE = (
    *(bool, int, float, complex, str, bytes, range, slice, type),
    *(type(None), type(...), type(NotImplemented), type(len), type(lambda: None)),
)

_SHARED = (type, ModuleType, FunctionType, str, bytes)
"""What is never copied with an object that refers to it."""


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
        self.left -= _size(value, self.left)
        if self.left < 0:
            raise CannotCopyError("it is larger than may be copied")


def _size(value: Any, most: int) -> int:
    """Return the bytes of a value, or more than so many.

    Of a container or a tuple its own, as what is in it is copied for itself; of another object, all
    that it refers to, as one copy is made of it.
    """
    size = getattr(value, "nbytes", None)  # of arrays and memory views
    if isinstance(size, int):
        return size
    total = sys.getsizeof(value, 64)
    if isinstance(value, (tuple, frozenset, list, set, dict)):
        return total
    seen = {id(value)}
    rest = gc.get_referents(value)
    while rest and total <= most:
        each = rest.pop()
        if id(each) in seen or isinstance(each, _SHARED):
            continue
        seen.add(id(each))
        total += sys.getsizeof(each, 64)
        rest += gc.get_referents(each)
    return total


def _copy_of_view(view: memoryview) -> memoryview:
    made: Any = memoryview(bytearray(view.tobytes()))
    if view.format != "B" or view.ndim != 1:
        made = made.cast(view.format, view.shape) if view.nbytes else made.cast(view.format)
    copied: memoryview = made.toreadonly() if view.readonly else made
    return copied


class Snapshot:
    """What some values held, to be put back into the same objects.

    Args:
        values: What may be changed, with all that is in it.
        allowance: Bytes that may be kept.

    Raises:
        CannotCopyError: There is more than that, or something whose contents cannot be put back.
    """

    def __init__(self, values: Iterable[Any], allowance: int) -> None:
        self.left = allowance
        self._seen: set[int] = set()
        self._saved: list[tuple[Any, Any]] = []
        for value in values:
            self._save(value)

    def put_back(self) -> None:
        """Put the contents back.

        Raises:
            CannotCopyError: That cannot be done any more, as where something has another size now.
        """
        try:
            for value, saved in self._saved:
                _fill(value, saved)
        except Exception as error:  # noqa: BLE001 (each type has its own)
            raise CannotCopyError(str(error)) from None

    def _save(self, value: Any) -> None:
        if isinstance(value, _IMMUTABLE) or id(value) in self._seen:
            return
        self._seen.add(id(value))
        if isinstance(value, (tuple, frozenset)):
            inner: Any = value
        else:
            self.left -= _size(value, self.left)
            if self.left < 0:
                raise CannotCopyError("it is larger than may be kept")
            saved, inner = _contents(value)
            self._saved.append((value, saved))
        for each in inner:
            self._save(each)


def _contents(value: Any) -> tuple[Any, Iterable[Any]]:
    """Return what puts a value back as it is, and what is in it that may change by itself."""
    if type(value) is list:
        return list(value), value
    if type(value) is dict:
        return dict(value), [*value.keys(), *value.values()]
    if type(value) is set:
        return set(value), value
    if isinstance(value, (bytearray, array)):
        return value[:], ()
    if hasattr(value, "__array_interface__"):
        if getattr(value.dtype, "hasobject", True):
            raise CannotCopyError("an array of objects")
        return value.copy(), ()
    view = _writable(value)
    if view is None:
        raise CannotCopyError(f"{type(value).__name__}: its contents cannot be put back")
    return view.tobytes(), ()


def _fill(value: Any, saved: Any) -> None:
    if isinstance(value, (list, bytearray, array)):
        if value != saved or isinstance(value, list):
            value[:] = saved
    elif isinstance(value, (dict, set)):
        value.clear()
        value.update(saved)
    elif hasattr(value, "__array_interface__"):
        value[...] = saved
    else:
        view = memoryview(value)
        if view.c_contiguous:
            view.cast("B")[:] = saved
        else:
            view[:] = memoryview(saved).cast(view.format)  # type: ignore[call-overload]


def _writable(value: Any) -> memoryview | None:
    """Return a view through which all of a buffer can be written; none where there is no such."""
    try:
        view = memoryview(value)
    except TypeError:
        return None
    return view if not view.readonly and (view.c_contiguous or view.ndim == 1) else None
