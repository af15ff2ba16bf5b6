"""Records that only have a name: which one stands for which is all that can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinwheel.build.abi.model import Array, Callback, Function, Pointer, Record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinwheel.build.abi.model import Symbol, Type

__all__ = ["Names", "record_names"]


@dataclass(frozen=True)
class Names:
    """The names of records in a header, and what they are called in a library.

    A library may call them otherwise, but each by a name of its own, and never by that of another.
    """

    header: frozenset[str]
    _called: dict[str, str] = field(default_factory=dict)
    _meant: dict[str, str] = field(default_factory=dict)

    def agree(self, declared: Record, compiled: Record) -> bool:
        """Tell whether one stands for the other, here and wherever this was asked before."""
        ours, theirs = declared.name, compiled.name
        if not ours or not theirs:
            return True
        if ours != theirs and theirs in self.header:
            return False
        called, meant = self._called.setdefault(ours, theirs), self._meant.setdefault(theirs, ours)
        return (called, meant) == (theirs, ours)


def record_names(symbols: Iterable[Symbol]) -> frozenset[str]:
    """Return the names of all records that symbols are made of."""
    found: set[Record] = set()
    waiting: list[Type] = []
    for symbol in symbols:
        if isinstance(symbol, Function):
            waiting += [symbol.result, *(each.type for each in symbol.parameters)]
        else:
            waiting.append(symbol.type)
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, Record) and kind in found:
            continue
        if isinstance(kind, Record):
            found.add(kind)
        waiting += _parts(kind)
    return frozenset(record.name for record in found)


def _parts(kind: Type) -> Iterator[Type]:
    if isinstance(kind, Pointer):
        yield kind.target
    elif isinstance(kind, Array):
        yield kind.element
    elif isinstance(kind, Callback):
        yield from (kind.result, *kind.parameters)
    elif isinstance(kind, Record):
        yield from (member.type for member in kind.members)
