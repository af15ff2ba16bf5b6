"""Whether a call can be made again with the same arguments, or the first one has used them up."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterator
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["is_spent"]

_CONTAINERS = (list, tuple, dict, set, frozenset, deque)
_LASTING = (
    *(bool, int, float, complex, str, bytes, bytearray, memoryview, range, slice),
    *(type(None), type, ModuleType),
)
_MOST = 100_000
"""Objects that are looked at, beside the numbers and texts."""


def is_spent(values: Iterable[Any]) -> bool:
    """Tell whether a call may have used up an argument, as it does an iterator or a file.

    Containers are looked through. What cannot be seen whole is taken for used up, as then nobody
    knows.

    Args:
        values: The arguments.
    """
    try:
        return _finds_one(values)
    except Exception:  # noqa: BLE001 (any class may refuse to be looked at, in any way)
        return True


def _finds_one(values: Iterable[Any]) -> bool:
    rest, seen = _lookable(values), set[int]()
    while rest:
        each = rest.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if len(seen) > _MOST:
            return True
        if isinstance(each, dict):
            rest += _lookable(each.keys())
            rest += _lookable(each.values())
        elif isinstance(each, _CONTAINERS):
            rest += _lookable(each)
        elif _is_consumed(each):
            return True
    return False


def _lookable(values: Iterable[Any]) -> list[Any]:
    """Return those that are not obviously the same after a call."""
    items = list(values)
    kinds = {kind for kind in set(map(type, items)) if not issubclass(kind, _LASTING)}
    return [each for each in items if type(each) in kinds] if kinds else []


def _is_consumed(value: Any) -> bool:
    if isinstance(value, (Iterator, AsyncIterator, Coroutine)):
        return True
    # Of wrappers of files too, which hand on what they are asked for and have no such method.
    names = ("read", "readline", "__next__")
    return any(callable(getattr(value, name, None)) for name in names)
