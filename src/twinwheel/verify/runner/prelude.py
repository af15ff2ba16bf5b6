"""What recipes are built with, and the sources of calls rest on: values that have no literal.

In a source, a name that is none of these, of the components' or of Python's is that of a module.
"""

from __future__ import annotations

import array
import io
import sys
from typing import TYPE_CHECKING, Any

from .callbacks import CALLBACKS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = [
    "PRELUDE",
    "Floating",
    "Index",
    "Odd",
    "file_of",
    "filled",
    "laid_out",
    "nested",
    "subclassed",
]


def nested(kind: str, depth: int, leaf: Any) -> Any:
    """Give a value in so many containers of a kind."""
    for _ in range(depth):
        leaf = {"a": leaf} if kind == "dict" else (leaf,) if kind == "tuple" else [leaf]
    return leaf


class ShortReads(io.BytesIO):
    """A file that gives fewer bytes than it is asked for, as sockets do."""

    def read(self, size: int | None = -1) -> bytes:
        """Give three bytes at most, unless all are asked for."""
        return super().read(size if size is None or size < 0 else min(size, 3))


def file_of(content: Any, kind: str = "whole") -> io.StringIO | io.BytesIO:
    """Give a file with a text or bytes in it."""
    if isinstance(content, str):
        return io.StringIO(content, newline="")
    return ShortReads(content) if kind == "short reads" else io.BytesIO(content)


def filled(value: Any, items: Iterable[Any] = (), pairs: Mapping[Any, Any] | None = None) -> Any:
    """Give a container with items and pairs added to it."""
    for item in items:
        value.append(item)
    for key, item in (pairs or {}).items():
        value[key] = item
    return value


def laid_out(plain: Any, layout: str) -> Any:
    """Give an array of NumPy, laid out in memory in one of the ways that callers have."""
    numpy = sys.modules["numpy"]
    every_other = (slice(None, None, 2),) * plain.ndim
    backwards = (slice(None, None, -1),) * plain.ndim
    if layout == "Fortran":
        return numpy.asfortranarray(plain)
    if layout == "readonly":
        plain.flags.writeable = False
    if layout == "reversed":
        return numpy.ascontiguousarray(plain[backwards])[backwards]
    if layout == "strided":
        wide = numpy.zeros([2 * length for length in plain.shape], dtype=plain.dtype)
        wide[every_other] = plain
        return wide[every_other]
    if layout == "swapped":
        return plain.astype(plain.dtype.newbyteorder())
    if layout == "misaligned":
        raw = numpy.zeros(plain.nbytes + 1, dtype="u1")
        moved = raw[1:].view(plain.dtype).reshape(plain.shape)
        moved[...] = plain
        return moved
    return plain


class _Text(str):  # noqa: SLOT000 (as most subclasses are)
    pass


class _Whole(int):
    pass


class _Float(float):
    pass


class _Octets(bytes):
    pass


class _List(list):  # type: ignore[type-arg]  # list[Any] needs Python 3.9
    pass


class _Tuple(tuple):  # type: ignore[type-arg]  # noqa: SLOT001 (as most are)
    pass


class _Dict(dict):  # type: ignore[type-arg]
    pass


class _Set(set):  # type: ignore[type-arg]
    pass


_SUBCLASSES: dict[type, Callable[[Any], Any]] = {
    str: _Text,
    int: _Whole,
    float: _Float,
    bytes: _Octets,
    list: _List,
    tuple: _Tuple,
    dict: _Dict,
    set: _Set,
}


def subclassed(value: Any) -> Any:
    """Give a value as an instance of a subclass of its class."""
    return _SUBCLASSES.get(type(value), type(value))(value)


class Index:
    """What is no integer, and can be used as one."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class Floating:
    """What is no float, and can be used as one."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        return self.value


class Odd:
    """Fits nowhere."""

    __hash__ = None  # type: ignore[assignment]


PRELUDE: dict[str, Any] = {
    **CALLBACKS,
    **{
        each.__name__: each
        for each in (nested, file_of, filled, laid_out, subclassed, Index, Floating, Odd)
    },
    "array": array.array,
}
"""Name in the source of a call -> value."""
