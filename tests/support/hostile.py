"""What a caller may come up with, and how answers to it are compared."""

from __future__ import annotations

import array
import enum
import io
import math
from collections import OrderedDict
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

__all__ = ["BUFFERS", "HOSTILE", "MUTABLE", "Short", "Text", "called", "fresh", "seen"]


class Text(str):
    """Tells lies about itself."""

    __slots__ = ()

    def __len__(self) -> int:
        return 3

    def __iter__(self) -> Iterator[str]:
        return iter("zz")

    def __str__(self) -> str:
        return "other"


class Whole(int):
    def __index__(self) -> int:
        return 7


class Real(float):
    def __float__(self) -> float:
        return 2.5


class Items(list[Any]):
    def __len__(self) -> int:
        return 9

    def __iter__(self) -> Iterator[Any]:
        return iter([1])


class Mapped(dict[Any, Any]):
    def keys(self) -> Any:
        return ["k"]

    def __getitem__(self, key: object) -> int:
        return 5


class Octets(bytes):
    def __len__(self) -> int:
        return 1


class Index:
    def __init__(self, value: object) -> None:
        self.value = value

    def __index__(self) -> Any:
        return self.value


class Raises:
    def __index__(self) -> int:
        raise LookupError("no")

    def __float__(self) -> float:
        raise LookupError("no")


class Pretends:
    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return str


class Number(enum.IntEnum):
    THREE = 3


class Short(io.BytesIO):
    """Reads three bytes at a time."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(3)


def nested(depth: int, *items: Any) -> list[Any]:
    found: list[Any] = list(items)
    for _ in range(depth):
        found = [found]
    return found


def released() -> memoryview:
    view = memoryview(b"abc")
    view.release()
    return view


_RELEASED = [released()]
_round: list[Any] = []
_round.append(_round)

TEXTS = (
    *("", "a", "abc", "\\", '"', "\\x4", "\\x41\\q", "é", "e\u0301", "ß", "İ", "\ud800", "😀"),
    *("\0", "a\0b", "a\r\nb\rc\n", "a\u00a0b c\x85d\x1ce", "a,b,,c", "*a?", "aab", "nan", "-0"),
    *("1e400", "-1.5e-5", "01", "1.", "٣", "[1,2]", '{"a":1,"a":[]}', "[1,]", "nul", '"\\ud800"'),
    *('"\\ud83d\\ude00"', '"a', '"\t"', "[" * 999 + "]" * 999, "[" * 1001, "[" * 100_000),
    *('{"a":' * 1001, "9" * 5000, "0" * 5000, "0aFf", "a.b", "é" * 65, "ab" * 2048, "a" * 4097),
    *("ab" * 32_768, "\\" * 65_537, Text("hello"), Text("61")),
)
WHOLES = (
    *(0, 1, -1, 2, 4, 7, 8, 36, 37, 256, 4096, 100_001, 2**31 - 1, 2**31, -(2**31) - 1, 2**53 + 1),
    *(253_402_300_799, 253_402_300_800, 951_782_400, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1),
    *(10**400, -(10**5000), True, False, Whole(5), Index(3), Index("x"), Raises(), Number.THREE),
)
REALS = (
    *(0.0, -0.0, 0.5, 1.5, 2.5, -2.5, 0.1, 1e16, 1e-5, 1e308, 5e-324, -5e-324, math.nan, math.inf),
    *(-math.inf, 0.49999999999999994, 4503599627370497.5, Real(1.5), 1j),
)
BUFFERS = (
    *(b"", b"a", b"abcd", b"a\r", b"a\r\nb\nc\rd", b"\x80\x00", b"\xff" * 9 + b"\x01"),
    *(b"\xff" * 9 + b"\x02", bytes(range(256)), bytes(4095), bytes(range(256)) * 16 + b"x"),
    *(bytes(65_537), memoryview(b"abcdef")[::2], memoryview(b"abcdef")[::-1], _RELEASED[0]),
    *(memoryview(b"abcdef").cast("B", (2, 3)), memoryview(b"abcdefgh").cast("I")),
    *(array.array("d", [1.0, 2.0]), array.array("b"), Octets(b"abcd"), bytearray()),
)
LISTS: tuple[Any, ...] = (
    *([], [1, 2, 3], [2**63], [2**63 - 1, 1], [10**400], ["a", "b", "a"], ["a", 1], [None]),
    *([1.5, 0.5], [math.nan, 1.0, -0.0, 0.0], [0.0, -0.0], [1, 2.5, True], [1e308, 1e308]),
    *([5e-324], [[1, 2], [3, 4]], [[1, 2], [3]], [[], []], [[1], (2,)], [[1, [2, [3]]], (5,)]),
    *(Items([1, 2]), Items(["x"]), [Items([1])], nested(998, 1), nested(999, 1), nested(1000)),
    *(nested(50_000), _round, [Text("q"), "a"], ["\ud800"], [Raises()], [Index(4)], [_RELEASED[0]]),
    *([str(n % 50) for n in range(2000)], [float(n % 7) for n in range(2000)]),
)
DICTS: tuple[Any, ...] = (
    *({}, {"b": 1, "a": 2}, {"a": {"b": [1, 2]}}, {1: 1}, {"a": 1, 2: 3}, {"\ud800": 1}),
    *(Mapped(a=1), {"a": Mapped(b=1)}, OrderedDict(a=1), {"a": math.nan}, {"a": (1,)}),
    *({Text("k"): 1}, {"k": 10**5000}, {"x": True, "y": None}),
)
OTHERS = (None, (), (1, 2), {1}, object, len, range(3), Pretends(), slice(1), Ellipsis)
MUTABLE: tuple[Callable[[], Any], ...] = (
    lambda: bytearray(b"hello123"),
    lambda: io.BytesIO(b"a" * 10_000),
    lambda: Short(b"abcdefgh"),
    lambda: io.StringIO("abc"),
)
"""Makers of what is not the same after a call."""
HOSTILE = (*TEXTS, *WHOLES, *REALS, *BUFFERS, *LISTS, *DICTS, *OTHERS)


def seen(value: Any, depth: int = 0) -> Any:
    """Say what there is to say of a value, as what can be compared."""
    kind = type(value)
    name = f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}"
    if kind is float:
        return name, "nan" if math.isnan(value) else value.hex()
    if kind in (list, tuple):
        inner = ["deeper"] if depth == 40 else [seen(item, depth + 1) for item in value]
        return name, len(value), inner
    if kind is dict:
        return name, [(seen(key), seen(item, depth + 1)) for key, item in value.items()]
    if kind is memoryview and value is not _RELEASED[0]:
        return name, value.tobytes(), value.format, value.shape, value.readonly
    if kind in (int, bool, str, bytes, bytearray, type(None)):
        return name, bytes(value) if kind is bytearray else value
    return name, id(value)


def called(function: Callable[..., Any], make: Callable[[], list[Any]]) -> Any:
    """Call with fresh arguments; tell the answer or the error, and what became of the arguments."""
    arguments = make()
    try:
        told = ("answer", seen(function(*arguments)))
    except (Exception, RecursionError) as error:  # noqa: BLE001
        kind = type(error)
        told = ("error", (kind.__module__, kind.__qualname__, str(error)))
    after = [
        seen(each) if isinstance(each, (bytearray, list, dict)) else None for each in arguments
    ]
    return told, after, [each.tell() for each in arguments if isinstance(each, io.IOBase)]


def fresh(value: Any) -> Any:
    """Copy what a call may write into, and make what only a function makes anew."""
    if type(value) is FunctionType:
        return value()
    return bytearray(value) if type(value) is bytearray else value
