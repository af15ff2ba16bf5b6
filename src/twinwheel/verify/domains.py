"""What a parameter takes, and values of it: the ladders of edges, and values by chance.

A domain is plain data. Ladders hold what differs between implementations in practice: sizes about
powers of two, numbers about the ends of C's types, each width of text, and every kind of buffer.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

from twinwheel.verify.texts import bytes_by_chance, edges_of_bytes, edges_of_text, text_by_chance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twinwheel.verify.recipes import Recipe

__all__ = ["ANY", "INTEGERS", "SIZES", "Domain", "by_chance", "edges"]

SIZES = (
    *(0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257),
    *(1023, 1024, 1025, 4095, 4096, 4097, 8191, 8193, 65535, 65536, 65537),
)
"""Lengths at which implementations change what they do."""

DEPTHS = (1, 2, 5, 20, 63, 64, 127, 128, 129, 200, 256, 500, 900, 5_000, 100_000)

INTEGERS = (
    *(0, 1, -1, 2, 3, 7, 8, 10, 63, 64, 100, 127, 128, -128, -129, 255, 256, 257, 1000, 32767),
    *(32768, -32768, -32769, 65535, 65536, 2**31 - 1, 2**31, -(2**31), -(2**31) - 1, 2**32 - 1),
    *(2**32, 2**32 + 1, 2**53, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64 - 1),
    *(2**64, 10**20, -(10**20), 10**40),
)
FLOATS = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, -0.5, -1.5, 0.1, 0.3, 1 / 3, 3.14159, 100.0, 1e-7, 1e-5),
    *(1e15, 1e16, 1e17, 1e21, 1e22, 1e23, 123456789.125, 16777217.0, 9007199254740993.0, 2.0**31),
    *(2.0**63, -(2.0**63), 1e308, 1.7976931348623157e308, 2.2250738585072014e-308, 5e-324, -5e-324),
    *(1.1e-310, 0.1 + 0.2, 2.675, 1.005, float("inf"), float("-inf"), float("nan")),
)
_LARGEST_BY_CHANCE = 300


@dataclass(frozen=True)
class Domain:
    """What values a parameter takes."""

    kind: str
    """A key of ``_BY_CHANCE``."""
    inner: tuple[Domain, ...] = ()
    """Of what is in it: items, keys and values, or the alternatives of a union."""
    values: tuple[Any, ...] = field(default=(), hash=False)  # recipes may hold lists
    """The values of a ``literal``; the name of a ``make``; the recipes of an ``instance``."""


ANY = Domain("any")
_SCALARS = tuple(Domain(kind) for kind in ("int", "float", "str", "bool", "none"))
_JSON_KEYS = Domain("str")


def edges(domain: Domain) -> Iterator[Recipe]:
    """Give the values of a domain's ladder, the simple ones first."""
    made = _EDGES.get(domain.kind)
    if made is not None:
        yield from made(domain)


def by_chance(domain: Domain, chance: Random, depth: int = 3) -> Recipe:
    """Give a value of a domain."""
    return _BY_CHANCE[domain.kind](domain, chance, depth)


def _edges_of_sequence(tag: str) -> Callable[[Domain], Iterator[Recipe]]:
    def ladder(domain: Domain) -> Iterator[Recipe]:
        item = domain.inner[0] if domain.inner else ANY
        chance = Random(0)
        yield (tag, [])
        for each in _first(edges(item), 40):
            yield (tag, [each])
        for count in (2, 3, 5, 17, 65, 257, 1025, 4097):
            yield (tag, [by_chance(item, chance, 1) for _ in range(count)])
        if item.kind in ("any", "json", "list", "union"):
            for depth in DEPTHS:
                yield ("nest", "tuple" if tag == "tuple" else "list", depth, 1)
        if item.kind in ("float", "any"):
            yield (tag, [3.0, float("nan"), 1.0, 2.0])
            yield (tag, [0.0, -0.0, -0.0, 0.0])
        if item.kind in ("int", "any", "float"):
            yield (tag, [3, 1, 2, 3, 1])
            yield (tag, [2**31, 2**31, -1, 2**63])
        some = [by_chance(item, chance, 1) for _ in range(61)]  # to draw all of them takes seconds
        yield from ((tag, [some[index % 61] for index in range(count)]) for count in (8191, 65537))

    return ladder


def _edges_of_dict(domain: Domain) -> Iterator[Recipe]:
    key, value = _key_and_value(domain)
    chance = Random(0)
    yield ("dict", [])
    for each in _first(edges(key), 40):
        yield ("dict", [each, by_chance(value, chance, 1)])
    for each in _first(edges(value), 40):
        yield ("dict", [by_chance(key, chance, 1), each])
    for count in (2, 3, 9, 65, 257, 4097):
        yield _dict_of(domain, chance, count, 1)
    if value.kind in ("any", "json", "union", "dict"):
        for depth in DEPTHS:
            yield ("nest", "dict", depth, 1)
    if key.kind in ("str", "any"):
        yield ("dict", ["b", 1, "a", 2, "é", 3, "B", 4, "10", 5, "9", 6])


def _edges_of_buffer(_domain: Domain) -> Iterator[Recipe]:
    for data in _first(edges_of_bytes(), 60):
        yield data
    for data in (b"", b"abc", b"\x00\xff\x80 ~", bytes(range(256)), ("repeat", b"ab\xff", 1_366)):
        yield ("bytearray", data)
        yield ("memoryview", data)
        yield ("memoryview", ("bytearray", data))
        yield ("memoryview", data, 2)
        yield ("memoryview", ("bytearray", data), -1)
    yield ("memoryview", b"\x01\x00\x02\x00\xff\xff", 1, "H")
    yield ("array", "B", b"abc")
    yield ("array", "h", b"\x01\x00\xff\xff")


def _edges_of_any(_domain: Domain) -> Iterator[Recipe]:
    yield from (None, True, False, 0, 1, -1, 2**31, 2**63, 10**20, 0.0, -0.0, 1.5, 1e22)
    yield from (
        float("nan"),
        float("inf"),
        float("-inf"),
        5e-324,
        "",
        "a",
        "é",
        "\ud800",
        b"",
        b"a",
    )
    yield from (("list", []), ("dict", []), ("tuple", []), ("set", []), ("bytearray", b"ab"))
    yield from (("list", [1, "a", None, True, 1.5]), ("dict", ["a", 1, "b", ("list", [])]))
    yield from (("complex", 1.0, -0.0), ("global", "builtins.object"), ("odd",), ("range", 0, 3, 1))
    yield from (("subclass", "str", "ab"), ("subclass", "int", 5), ("subclass", "float", 1.5))
    yield from (("subclass", "dict", ("dict", ["a", 1])), ("subclass", "list", ("list", [1])))
    yield from (("index", 3), ("floating", 1.5), ("iterator", [1, 2]), ("memoryview", b"abc"))
    yield from (("make", "decimal.Decimal", ["1.10"]), ("make", "fractions.Fraction", [1, 3]))
    yield ("make", "datetime.date", [2024, 2, 29])
    yield from edges_of_text()
    yield from (("nest", kind, depth, 1) for depth in DEPTHS for kind in ("list", "dict"))
    yield from _first(_edges_of_sequence("list")(Domain("list")), 30)


def _edges_of_array(_domain: Domain) -> Iterator[Recipe]:
    for dtype, code in (("<f4", "f"), ("<f8", "d"), ("|u1", "B"), ("<i4", "i"), ("<i8", "q")):
        for shape in ([0], [1], [5], [1, 1], [3, 4], [17, 5], [2, 3, 3], [64, 65]):
            count = 1
            for each in shape:
                count *= each
            numbers = [(37 * index + 11) % 97 for index in range(count)]
            data = struct.pack(f"<{count}{code}", *numbers)
            yield ("numpy", dtype, shape, data)
            if len(shape) > 1 and dtype in ("<f4", "|u1"):
                for layout in ("strided", "reversed", "Fortran", "readonly", "swapped"):
                    yield ("numpy", dtype, shape, data, layout)
    special = struct.pack("<6f", float("nan"), float("inf"), -0.0, 1e-42, 3.5, float("-inf"))
    yield ("numpy", "<f4", [2, 3], special)
    yield ("numpy", "<f4", [6], special)


def _edges_of_file(domain: Domain) -> Iterator[Recipe]:
    wanted = domain.inner[0].kind if domain.inner else "bytes"
    contents = list(_first(edges_of_text() if wanted == "str" else edges_of_bytes(), 50))
    for content in contents:
        yield ("file", content)
        if wanted != "str":
            yield ("file", content, "short reads")


def _edges_of_union(domain: Domain) -> Iterator[Recipe]:
    ladders = [edges(each) for each in domain.inner]
    while ladders:
        for ladder in list(ladders):
            for value in ladder:
                yield value
                break
            else:
                ladders.remove(ladder)


def _edges_of_set(_domain: Domain) -> Iterator[Recipe]:
    yield ("set", [])
    yield ("set", [1, 2, 3])
    yield ("set", ["b", "a", "c"])
    yield ("frozenset", ["b", "a"])


def _edges_of_iterable(domain: Domain) -> Iterator[Recipe]:
    for each in _edges_of_sequence("list")(domain):
        yield each
        if each[0] == "list" and len(each[1]) < 10:
            yield ("iterator", each[1])
            yield ("tuple", each[1])


def _first(values: Iterator[Recipe], most: int) -> Iterator[Recipe]:
    for _, value in zip(range(most), values, strict=False):
        yield value


_EDGES: dict[str, Callable[[Domain], Iterator[Recipe]]] = {
    "any": _edges_of_any,
    "json": _edges_of_any,
    "none": lambda _domain: iter([None]),
    "bool": lambda _domain: iter([False, True]),
    "int": lambda _domain: iter(INTEGERS),
    "float": lambda _domain: iter((*FLOATS, 1, 2**53 + 1)),
    "complex": lambda _domain: (("complex", a, b) for a in FLOATS[:6] for b in (0.0, -0.0, 1.5)),
    "str": lambda _domain: edges_of_text(),
    "bytes": lambda _domain: edges_of_bytes(),
    "bytearray": lambda _domain: (("bytearray", each) for each in edges_of_bytes()),
    "buffer": _edges_of_buffer,
    "list": _edges_of_sequence("list"),
    "tuple": _edges_of_sequence("tuple"),
    "iterable": _edges_of_iterable,
    "set": _edges_of_set,
    "dict": _edges_of_dict,
    "array": _edges_of_array,
    "file": _edges_of_file,
    "callback": lambda _domain: iter(
        [None, *(("callback", name) for name in ("identity", "as_text", "nothing", "refuse"))]
    ),
    "union": _edges_of_union,
    "literal": lambda domain: iter(domain.values),
    "make": lambda domain: iter(_MADE[domain.values[0]]),
    "instance": lambda domain: iter(domain.values),
}

_MADE: dict[str, tuple[Recipe, ...]] = {
    "datetime.datetime": tuple(
        ("make", "datetime.datetime", list(parts))
        for parts in (
            *((1970, 1, 1), (2024, 2, 29, 23, 59, 59, 999999), (1, 1, 1), (9999, 12, 31)),
            *((2000, 1, 1, 0, 0, 0, 1), (1969, 12, 31, 23, 59, 59), (2038, 1, 19, 3, 14, 8)),
        )
    ),
    "datetime.date": tuple(
        ("make", "datetime.date", list(parts))
        for parts in ((1970, 1, 1), (2024, 2, 29), (1, 1, 1), (9999, 12, 31), (1900, 3, 1))
    ),
    "datetime.time": tuple(
        ("make", "datetime.time", list(parts)) for parts in ((0, 0), (23, 59, 59, 999999), (1, 2))
    ),
    "datetime.timedelta": tuple(
        ("make", "datetime.timedelta", list(parts))
        for parts in ((0,), (1,), (-1,), (0, 1, 1), (999999999,), (0, -1, 5))
    ),
    "decimal.Decimal": tuple(
        ("make", "decimal.Decimal", [text])
        for text in ("0", "-0", "1.10", "1E+20", "NaN", "Infinity", "0.1", "-3.5", "1e-400")
    ),
    "fractions.Fraction": tuple(
        ("make", "fractions.Fraction", list(parts)) for parts in ((0, 1), (1, 3), (-7, 2))
    ),
    "uuid.UUID": tuple(
        ("make", "uuid.UUID", [text]) for text in ("0" * 32, "f" * 32, "12345678" * 4)
    ),
    "pathlib.PurePosixPath": tuple(
        ("make", "pathlib.PurePosixPath", [text]) for text in ("", "a/b", "/", "..", "é")
    ),
}


def _size_by_chance(chance: Random) -> int:
    if chance.random() < 0.08:
        return min(chance.choice(SIZES), 300)
    return min(int(chance.expovariate(0.25)), _LARGEST_BY_CHANCE)


def _int_by_chance(_domain: Domain, chance: Random, _depth: int) -> Recipe:
    draw = chance.random()
    if draw < 0.5:
        return chance.randint(-3, 20)
    if draw < 0.75:
        return chance.choice(INTEGERS)
    return chance.getrandbits(chance.choice((8, 16, 31, 32, 33, 63, 64))) * chance.choice(
        (1, 1, -1)
    )


def _float_by_chance(_domain: Domain, chance: Random, _depth: int) -> Recipe:
    draw = chance.random()
    if draw < 0.3:
        return chance.choice(FLOATS)
    if draw < 0.6:
        return chance.randint(-2000, 2000) / chance.choice((1, 2, 4, 10, 100))
    if draw < 0.9:
        return chance.uniform(-1, 1) * 10.0 ** chance.randint(-12, 25)
    return float(struct.unpack("<d", chance.randbytes(8))[0])


def _items_by_chance(item: Domain, chance: Random, depth: int) -> list[Recipe]:
    return [by_chance(item, chance, depth - 1) for _ in range(_size_by_chance(chance))]


def _sequence_by_chance(tag: str) -> Callable[[Domain, Random, int], Recipe]:
    def draw(domain: Domain, chance: Random, depth: int) -> Recipe:
        if domain.kind == "tuple" and len(domain.inner) > 1:
            return ("tuple", [by_chance(each, chance, depth - 1) for each in domain.inner])
        item = domain.inner[0] if domain.inner else chance.choice((ANY, *_SCALARS))
        return (tag, _items_by_chance(item, chance, depth) if depth > 0 else [])

    return draw


def _set_by_chance(domain: Domain, chance: Random, depth: int) -> Recipe:
    item = domain.inner[0] if domain.inner else chance.choice(_SCALARS)
    items = {repr(each): each for each in _items_by_chance(item, chance, depth)}
    return ("set", list(items.values()))


def _key_and_value(domain: Domain) -> tuple[Domain, Domain]:
    return (domain.inner[0], domain.inner[1]) if len(domain.inner) > 1 else (_JSON_KEYS, ANY)


def _dict_of(domain: Domain, chance: Random, count: int, depth: int) -> Recipe:
    key, value = _key_and_value(domain)
    flat: list[Recipe] = []
    for _ in range(count):
        flat += [by_chance(key, chance, 0), by_chance(value, chance, depth - 1)]
    return ("dict", flat)


def _any_by_chance(_domain: Domain, chance: Random, depth: int) -> Recipe:
    draw = chance.random()
    if depth > 0 and draw < 0.3:
        return by_chance(Domain(chance.choice(("list", "dict", "tuple"))), chance, depth)
    if draw < 0.36:
        return chance.choice(_ODD)
    kind = chance.choice(("int", "float", "str", "str", "bool", "none", "bytes", "int"))
    return by_chance(Domain(kind), chance, depth)


_ODD = tuple(
    each for each in _edges_of_any(ANY) if type(each) is tuple and each[0] not in ("nest", "repeat")
)[:40]


def _json_by_chance(_domain: Domain, chance: Random, depth: int) -> Recipe:
    if depth > 0 and chance.random() < 0.4:
        tag = chance.choice(("list", "dict"))
        if tag == "list":
            return ("list", _items_by_chance(Domain("json"), chance, depth))
        inner = (_JSON_KEYS, Domain("json"))
        return _dict_of(Domain("dict", inner), chance, chance.randint(0, 5), depth)
    return by_chance(chance.choice(_SCALARS), chance, depth)


def _buffer_by_chance(_domain: Domain, chance: Random, _depth: int) -> Recipe:
    data = bytes_by_chance(chance)
    draw = chance.random()
    if draw < 0.5:
        return data
    if draw < 0.7:
        return ("bytearray", data)
    base = data if draw < 0.85 else ("bytearray", data)
    return ("memoryview", base, chance.choice((1, 1, 2, 3, -1)))


def _array_by_chance(_domain: Domain, chance: Random, _depth: int) -> Recipe:
    shape = [
        chance.choice((0, 1, 2, 3, 5, 8, 13, 31)) for _ in range(chance.choice((1, 2, 2, 2, 3)))
    ]
    if chance.random() < 0.8:
        shape = [each or 1 for each in shape]
    count = 1
    for each in shape:
        count *= each
    dtype, code = chance.choice((("<f4", "f"), ("<f4", "f"), ("<f8", "d"), ("|u1", "B")))
    if code == "B":
        data = chance.randbytes(count)
    else:
        data = struct.pack(f"<{count}{code}", *(chance.uniform(-9, 9) for _ in range(count)))
    layouts = ("C", "C", "C", "strided", "reversed", "Fortran", "readonly", "misaligned", "swapped")
    return ("numpy", dtype, shape, data, chance.choice(layouts))


def _file_by_chance(domain: Domain, chance: Random, depth: int) -> Recipe:
    wanted = domain.inner[0] if domain.inner else Domain("bytes")
    content = by_chance(wanted, chance, depth)
    return ("file", content, chance.choice(("whole", "whole", "short reads")))


def _callback_by_chance(_domain: Domain, chance: Random, _depth: int) -> Recipe:
    names = ("identity", "as_text", "nothing", "refuse", "length", "negative", "always")
    return chance.choice((None, *(("callback", name) for name in names)))


_BY_CHANCE: dict[str, Callable[[Domain, Random, int], Recipe]] = {
    "any": _any_by_chance,
    "json": _json_by_chance,
    "none": lambda _domain, _chance, _depth: None,
    "bool": lambda _domain, chance, _depth: chance.random() < 0.5,
    "int": _int_by_chance,
    "float": _float_by_chance,
    "complex": lambda domain, chance, depth: (
        "complex",
        float(_float_by_chance(domain, chance, depth)),
        float(_float_by_chance(domain, chance, depth)),
    ),
    "str": lambda _domain, chance, _depth: text_by_chance(chance),
    "bytes": lambda _domain, chance, _depth: bytes_by_chance(chance),
    "bytearray": lambda _domain, chance, _depth: ("bytearray", bytes_by_chance(chance)),
    "buffer": _buffer_by_chance,
    "list": _sequence_by_chance("list"),
    "tuple": _sequence_by_chance("tuple"),
    "iterable": _sequence_by_chance("list"),
    "set": _set_by_chance,
    "dict": lambda domain, chance, depth: _dict_of(
        domain, chance, _size_by_chance(chance) if depth > 0 else 0, depth
    ),
    "array": _array_by_chance,
    "file": _file_by_chance,
    "callback": _callback_by_chance,
    "union": lambda domain, chance, depth: by_chance(chance.choice(domain.inner), chance, depth),
    "literal": lambda domain, chance, _depth: chance.choice(domain.values),
    "make": lambda domain, chance, _depth: chance.choice(_MADE[domain.values[0]]),
    "instance": lambda domain, chance, _depth: chance.choice(domain.values),
}
