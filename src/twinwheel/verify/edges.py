"""The ladder of a domain: the values about which implementations differ, the simple ones first."""

from __future__ import annotations

import struct
from random import Random
from typing import TYPE_CHECKING

from twinwheel.verify.chances import by_chance, dict_of
from twinwheel.verify.domains import (
    ANY,
    ANYTHING,
    DEPTHS,
    FLOATS,
    HASHABLE,
    INTEGERS,
    MADE,
    Domain,
    as_key,
    key_and_value,
)
from twinwheel.verify.texts import edges_of_bytes, edges_of_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twinwheel.verify.recipes import Recipe

__all__ = ["edges"]

_CONTAINERS = ("list", "iterable", "tuple", "set", "dict")


def edges(domain: Domain) -> Iterator[Recipe]:
    """Give the values of a domain's ladder, the simple ones first."""
    made = _LADDERS.get(domain.kind)
    if made is not None:
        yield from made(domain)


def _edges_of_sequence(tag: str) -> Callable[[Domain], Iterator[Recipe]]:
    def ladder(domain: Domain) -> Iterator[Recipe]:
        item = domain.inner[0] if domain.inner else ANY
        chance = Random(0)
        yield (tag, [])
        for each in _first(edges(item), 40):
            yield (tag, [each])
        large = any(each.kind in _CONTAINERS for each in (item, *item.inner))
        most = 61 if large else 4_097  # to draw all of them takes seconds
        for count in (2, 3, 5, 17, 65, 257, 1025, 4097):
            drawn = [by_chance(item, chance, 1) for _ in range(min(count, most))]
            yield (tag, [drawn[index % most] for index in range(count)])
        if item.kind in ("any", "json", "list", "union"):
            for depth in DEPTHS:
                yield ("nest", "tuple" if tag == "tuple" else "list", depth, 1)
        if item.kind in ("float", "any"):
            yield (tag, [3.0, float("nan"), 1.0, 2.0])
            yield (tag, [0.0, -0.0, -0.0, 0.0])
        if item.kind in ("int", "any", "float"):
            yield (tag, [3, 1, 2, 3, 1])
            yield (tag, [2**31, 2**31, -1, 2**63])
        some = [by_chance(item, chance, 1) for _ in range(61)]
        yield from ((tag, [some[index % 61] for index in range(count)]) for count in (8191, 65537))

    return ladder


def _edges_of_tuple(domain: Domain) -> Iterator[Recipe]:
    if len(domain.inner) < 2:
        yield from _edges_of_sequence("tuple")(domain)
        return
    chance = Random(0)
    for index, item in enumerate(domain.inner):
        for each in _first(edges(item), 40):
            items = [by_chance(other, chance, 1) for other in domain.inner]
            yield ("tuple", [*items[:index], each, *items[index + 1 :]])


def _edges_of_dict(domain: Domain) -> Iterator[Recipe]:
    key, value = key_and_value(domain)
    chance = Random(0)
    yield ("dict", [])
    for each in _first(edges(key), 40):
        yield ("dict", [each, by_chance(value, chance, 1)])
    for each in _first(edges(value), 40):
        yield ("dict", [by_chance(key, chance, 1), each])
    for count in (2, 3, 9, 65, 257, 4097):
        yield dict_of(domain, chance, count, 1)
    if value.kind in ("any", "json", "union", "dict"):
        for depth in DEPTHS:
            yield ("nest", "dict", depth, 1)
    if key.kind == "str" or key == HASHABLE:
        flat: list[Recipe] = []
        for number, name in enumerate(("b", "a", "é", "B", "10", "9"), 1):
            plain = value.kind in ("any", "json", "int", "float")
            flat += [name, number if plain else by_chance(value, chance, 1)]
        yield ("dict", flat)


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
    yield from ANYTHING
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


def _edges_of_set(domain: Domain) -> Iterator[Recipe]:
    yield ("set", [])
    if not domain.inner:
        yield ("set", [1, 2, 3])
        yield ("set", ["b", "a", "c"])
        yield ("frozenset", ["b", "a"])
        return
    item = as_key(domain.inner[0])
    chance = Random(0)
    for each in _first(edges(item), 40):
        yield ("set", [each])
    for count in (2, 3, 9, 65, 257):
        some = {repr(each): each for each in (by_chance(item, chance, 1) for _ in range(count))}
        yield ("set", list(some.values()))
    yield ("frozenset", [by_chance(item, chance, 1)])


def _edges_of_iterable(domain: Domain) -> Iterator[Recipe]:
    for each in _edges_of_sequence("list")(domain):
        yield each
        if each[0] == "list" and len(each[1]) < 10:
            yield ("iterator", each[1])
            yield ("tuple", each[1])


def _first(values: Iterator[Recipe], most: int) -> Iterator[Recipe]:
    for _, value in zip(range(most), values, strict=False):
        yield value


_LADDERS: dict[str, Callable[[Domain], Iterator[Recipe]]] = {
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
    "tuple": _edges_of_tuple,
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
    "make": lambda domain: iter(MADE[domain.values[0]]),
    "instance": lambda domain: iter(domain.values),
}
