"""What a parameter takes, and the values that differ between implementations in practice.

A domain is plain data. So are the values: lengths about powers of two, numbers about the ends of
C's types, and one object of each kind. ``edges`` and ``chances`` make ladders and draws of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from twinwheel.verify.recipes import Recipe

__all__ = [
    "ANY",
    "ANYTHING",
    "DEPTHS",
    "FLOATS",
    "HASHABLE",
    "INTEGERS",
    "MADE",
    "SCALARS",
    "SIZES",
    "Domain",
    "as_key",
    "key_and_value",
]

SIZES = (
    *(0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257),
    *(1023, 1024, 1025, 4095, 4096, 4097, 8191, 8193, 65535, 65536, 65537),
)
"""Lengths at which implementations change what they do."""

DEPTHS = (1, 2, 5, 20, 63, 64, 127, 128, 129, 200, 256, 500, 900, 5_000, 100_000)
"""The same of what is nested."""

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
ANYTHING: tuple[Recipe, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, 10**20, 0.0, -0.0, 1.5, 1e22),
    *(float("nan"), float("inf"), float("-inf"), 5e-324, "", "a", "é", "\ud800", b"", b"a"),
    *(("list", []), ("dict", []), ("tuple", []), ("set", []), ("bytearray", b"ab")),
    *(("list", [1, "a", None, True, 1.5]), ("dict", ["a", 1, "b", ("list", [])])),
    *(("complex", 1.0, -0.0), ("global", "builtins.object"), ("odd",), ("range", 0, 3, 1)),
    *(("subclass", "str", "ab"), ("subclass", "int", 5), ("subclass", "float", 1.5)),
    *(("subclass", "dict", ("dict", ["a", 1])), ("subclass", "list", ("list", [1]))),
    *(("index", 3), ("floating", 1.5), ("iterator", [1, 2]), ("memoryview", b"abc")),
    *(("make", "decimal.Decimal", ["1.10"]), ("make", "fractions.Fraction", [1, 3])),
    ("make", "datetime.date", [2024, 2, 29]),
)
"""One value of each kind, and some that are odd."""

MADE: dict[str, tuple[Recipe, ...]] = {
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


@dataclass(frozen=True)
class Domain:
    """What values a parameter takes."""

    kind: str
    """A key of the tables of ``edges`` and ``chances``."""
    inner: tuple[Domain, ...] = ()
    """Of what is in it: items, keys and values, or the alternatives of a union."""
    values: tuple[Any, ...] = field(default=(), hash=False)  # recipes may hold lists
    """The values of a ``literal``; the name of a ``make``; the recipes of an ``instance``."""


ANY = Domain("any")
SCALARS = tuple(Domain(kind) for kind in ("int", "float", "str", "bool", "none"))
HASHABLE = Domain("union", (*SCALARS, Domain("bytes")))
_TEXT = Domain("str")


def key_and_value(domain: Domain) -> tuple[Domain, Domain]:
    """Give the domains of a dict's keys and values."""
    if len(domain.inner) < 2:
        return _TEXT, ANY
    return as_key(domain.inner[0]), domain.inner[1]


def as_key(domain: Domain) -> Domain:
    """Leave out what has no hash: with one such key, or item of a set, no call can be made."""
    if domain.kind in ("any", "json"):
        return HASHABLE
    if domain.kind == "buffer":
        return Domain("bytes")
    if domain.kind == "tuple" and not domain.inner:
        return replace(domain, inner=(HASHABLE,))
    if domain.kind in ("tuple", "union"):
        return replace(domain, inner=tuple(as_key(each) for each in domain.inner))
    return domain
