"""Values of a domain by chance: most often small, and now and then one that is known to matter."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from twinwheel.verify.domains import (
    ANY,
    ANYTHING,
    FLOATS,
    INTEGERS,
    MADE,
    SCALARS,
    SIZES,
    Domain,
    as_key,
    key_and_value,
)
from twinwheel.verify.texts import bytes_by_chance, edges_of_text, text_by_chance

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from twinwheel.verify.recipes import Recipe

__all__ = ["by_chance", "dict_of"]

_LARGEST = 300
_JSON_KEYS = Domain("str")


def by_chance(domain: Domain, chance: Random, depth: int = 3) -> Recipe:
    """Give a value of a domain."""
    return _DRAWS[domain.kind](domain, chance, depth)


def _size_by_chance(chance: Random) -> int:
    if chance.random() < 0.08:
        return min(chance.choice(SIZES), _LARGEST)
    return min(int(chance.expovariate(0.25)), _LARGEST)


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
        item = domain.inner[0] if domain.inner else chance.choice((ANY, *SCALARS))
        return (tag, _items_by_chance(item, chance, depth) if depth > 0 else [])

    return draw


def _set_by_chance(domain: Domain, chance: Random, depth: int) -> Recipe:
    item = as_key(domain.inner[0]) if domain.inner else chance.choice(SCALARS)
    items = {repr(each): each for each in _items_by_chance(item, chance, depth)}
    return ("set", list(items.values()))


def dict_of(domain: Domain, chance: Random, count: int, depth: int) -> Recipe:
    """Give a dict of so many items, or fewer where keys are equal."""
    key, value = key_and_value(domain)
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
    each
    for each in (*ANYTHING, *edges_of_text())
    if type(each) is tuple and each[0] not in ("nest", "repeat")
)[:40]


def _json_by_chance(_domain: Domain, chance: Random, depth: int) -> Recipe:
    if depth > 0 and chance.random() < 0.4:
        tag = chance.choice(("list", "dict"))
        if tag == "list":
            return ("list", _items_by_chance(Domain("json"), chance, depth))
        inner = (_JSON_KEYS, Domain("json"))
        return dict_of(Domain("dict", inner), chance, chance.randint(0, 5), depth)
    return by_chance(chance.choice(SCALARS), chance, depth)


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


_DRAWS: dict[str, Callable[[Domain, Random, int], Recipe]] = {
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
    "dict": lambda domain, chance, depth: dict_of(
        domain, chance, _size_by_chance(chance) if depth > 0 else 0, depth
    ),
    "array": _array_by_chance,
    "file": _file_by_chance,
    "callback": _callback_by_chance,
    "union": lambda domain, chance, depth: by_chance(chance.choice(domain.inner), chance, depth),
    "literal": lambda domain, chance, _depth: chance.choice(domain.values),
    "make": lambda domain, chance, _depth: chance.choice(MADE[domain.values[0]]),
    "instance": lambda domain, chance, _depth: chance.choice(domain.values),
}
