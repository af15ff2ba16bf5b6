"""Values as plain data: the same in each process, and apart where a user sees a difference."""

from __future__ import annotations

import collections
import datetime as dt
import decimal
import enum
import fractions
import io
import math
import os
import subprocess
import sys
import uuid
import weakref
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinwheel.verify.runner.building import Scope, build
from twinwheel.verify.runner.encoding import (
    encode,
    encode_error,
    pack,
    unpack,
    without_addresses,
)


def packed(value: Any) -> bytes:
    """As a call's answer is packed."""
    return without_addresses(pack(encode(value)))


def test_weak_references_show_nothing_of_what_is_left_in_them() -> None:
    class Thing:
        pass

    kept = Thing()
    for weak in (weakref.WeakKeyDictionary({kept: 1}), weakref.WeakSet([kept]), weakref.ref(kept)):
        assert encode(weak) == ("object", type(weak).__name__, [])


VALUES = """
import collections, datetime, decimal, enum, os, sys
from twinwheel.verify.runner.encoding import encode, pack, without_addresses

class Colour(enum.Enum):
    RED = 1

class Thing:
    def __init__(self): self.names, self.odd = {"a", "b", "c"}, object()
    def method(self): pass

class Shown:
    def __repr__(self): return "Shown"

Point = collections.namedtuple("Point", "x y")
words = ["word%d" % number for number in range(50)]
values = [
    set(words), frozenset(words), [set(words), {"a": frozenset(words)}], {(1, "a"), ("b", 2.5)},
    Thing(), [Thing(), Thing()], Shown(), Colour.RED, Point(1, "é"), repr(object()),
    [repr(Thing()), b"at 0x12 " + repr(Thing()).encode()], Thing().method, len, Thing, iter(words),
    datetime.datetime(2024, 2, 29), decimal.Decimal("1.10"), collections.OrderedDict(a=1),
    collections.Counter("abca"), collections.deque([1, 2]), collections.defaultdict(list, a=[1]),
    sys.intern("interned"), "".join(["inter", "ned"]), float("nan"), -float("nan"), 2**70,
]
for value in values:
    os.write(1, without_addresses(pack(encode(value))).hex().encode() + b"\\n")
"""


def test_two_processes_with_other_hash_seeds_give_equal_bytes() -> None:
    outputs = []
    for seed in ("1", "2"):
        environment = dict(os.environ, PYTHONHASHSEED=seed)
        command = [sys.executable, "-c", VALUES]
        done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=60)
        outputs.append(done.stdout.splitlines())
    assert len(outputs[0]) == 26
    assert outputs[0] == outputs[1]


def test_addresses_do_not_matter_however_long_they_are() -> None:
    one, other = "<X object at 0x1c3f2a0>", "<X object at 0x7f00deadbeef>"
    for wrap in (lambda text: text, lambda text: [text], lambda text: {text: text.encode()}):
        assert packed(wrap(one)) == packed(wrap(other))
    assert packed("at 0x12 and more") != packed("at 0x12 and less")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (0.0, -0.0),
        (1, 1.0),
        (1, True),
        (1.0, True),
        ([1], (1,)),
        ([], ()),
        ("a", b"a"),
        (b"a", bytearray(b"a")),
        ([0.0], [-0.0]),
        ({1: 2}, {True: 2}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        (set(), frozenset()),
        ({1}, {1.0}),
        (None, False),
        (complex(0.0, 0.0), complex(0.0, -0.0)),
        (memoryview(b"ab"), memoryview(bytearray(b"ab"))),
        (array("b", b"\1\0"), array("h", b"\1\0")),
        (list(range(200_001)), list(range(200_002))),
        ([0] * 200_001, [0] * 200_000 + [1]),
        (range(3), [0, 1, 2]),
        (ValueError("a"), KeyError("a")),
        (int, float),
        (slice(1, 2), slice(1, None)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_apart(one: Any, other: Any) -> None:
    assert packed(one) != packed(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (float("nan"), -float("nan")),
        ([math.nan, 1.0], [float("inf") - float("inf"), 1.0]),
        ({3, 1, 2}, {2, 3, 1}),
        ({"a", 1, None, 2.5, (1, 2)}, {(1, 2), 2.5, None, 1, "a"}),
        (set(range(300_000)), {*reversed(range(300_000))}),
        (memoryview(b"abcd")[::2], memoryview(b"ac")),
        (ValueError("a"), ValueError("a")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_alike(one: Any, other: Any) -> None:
    assert packed(one) == packed(other)


def test_cycles_and_deep_nesting_end() -> None:
    ring: list[Any] = [1]
    ring.append(ring)
    mapping: dict[str, Any] = {}
    mapping["a"] = [mapping]
    other: list[Any] = [1]
    other.append(other)
    assert packed(ring) == packed(other) != packed(mapping)
    deep: Any = 0
    for _ in range(100_000):
        deep = [deep]
    assert packed(deep)
    while deep:  # it is taken apart here, as to free it all at once would be too deep
        deep = deep[0]


class Node:
    """Each look gives new objects."""

    @property
    def first(self) -> Node:
        return Node()

    second = third = fourth = fifth = sixth = seventh = eighth = ninth = tenth = first
    a = b = c = d = e = f = g = h = i = j = k = l = m = n = o = p = q = r = s = t = first  # noqa: E741


def test_objects_that_give_objects_without_end_end() -> None:
    assert len(packed(Node())) < 1 << 20


class Stop(BaseException):
    """As ``KeyboardInterrupt`` is, but pytest goes on."""


class Raises:
    """Whatever is done with it raises."""

    def __getattribute__(self, name: str) -> Any:
        raise Stop

    def __dir__(self) -> Any:
        raise Stop

    def __repr__(self) -> str:
        raise Stop

    __str__ = __len__ = __iter__ = __repr__


class Words(list[Any]):
    def __iter__(self) -> Any:
        raise Stop


class Number(int):
    def __int__(self) -> int:
        raise ZeroDivisionError

    def __repr__(self) -> str:
        raise ZeroDivisionError


class Loud(str):
    __slots__ = ()

    def __str__(self) -> str:
        return "other"


class NaughtyError(Exception):
    def __str__(self) -> str:
        raise Stop


@pytest.mark.parametrize("kind", [Raises, Words, Number, NaughtyError, Loud])
def test_nothing_that_a_value_does_stops_it(kind: Any) -> None:
    assert packed(kind()) == packed(kind())
    assert packed([kind()]) == packed([kind()])
    assert packed({"a": (kind(),)}) == packed({"a": (kind(),)})
    assert packed(kind()) != packed(object())


def test_a_subclass_is_looked_at_as_what_it_is() -> None:
    assert encode(Loud("abc")) == ("subclass", "Loud", "abc")
    assert encode(Number(7)) == ("subclass", "Number", 7)
    assert encode(Words([1, 2])) == ("subclass", "Words", ("list", [1, 2]))


class Colour(enum.Enum):
    RED = 1


class Flag(enum.IntFlag):
    A = 1
    B = 2


def test_what_is_seen_of_objects() -> None:
    class Thing:
        def __init__(self, value: Any) -> None:
            self.value = value
            self._hidden = object()

    assert packed(Thing(1)) == packed(Thing(1)) != packed(Thing(2))
    assert packed(Thing(1.0)) != packed(Thing(1))
    assert packed(Colour.RED) == packed(Colour.RED)
    assert packed(Flag.A) != packed(Flag.B) != packed(Flag.A | Flag.B)
    assert packed(io.BytesIO(b"a")) != packed(io.BytesIO(b"b"))
    closed = io.StringIO()
    closed.close()
    assert packed(closed)
    released = memoryview(b"a")
    released.release()
    assert packed(released)


def test_an_error_is_its_name_its_bases_and_its_message() -> None:
    class OwnError(KeyError):
        pass

    assert encode_error(OwnError("a")) == (
        "error",
        "OwnError",
        ["KeyError", "LookupError", "Exception", "BaseException"],
        "'a'",
    )
    assert encode_error(ValueError("<X object at 0x12ab34cd>"))[3] == "<X object>"


def test_iterators_end() -> None:
    import itertools

    assert len(unpack(packed(itertools.count()))[1]) == 1_000

    def broken() -> Any:
        yield 1
        raise Stop

    assert unpack(packed(broken()))[1][1][1] == "Stop"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(), inner, max_size=4)
        | st.tuples(inner)
    ),
    max_leaves=20,
)
STANDARD: st.SearchStrategy[Any] = (
    st.binary()
    | st.binary().map(bytearray)
    | st.complex_numbers(allow_nan=False)
    | st.sets(st.integers() | st.text(), max_size=5)
    | st.frozensets(st.integers(), max_size=5)
    | st.datetimes()
    | st.datetimes(timezones=st.just(dt.timezone.utc))
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.uuids()
    | st.ip_addresses()
    | st.builds(collections.OrderedDict, st.dictionaries(st.text(), st.integers(), max_size=3))
    | st.builds(collections.deque, st.lists(st.integers(), max_size=3))
    | st.builds(range, st.integers(-5, 5), st.integers(-5, 5))
    | st.builds(slice, st.none() | st.integers(), st.none() | st.text())
    | st.lists(st.integers(-128, 127), max_size=5).map(lambda items: array("b", items))
)


@given(JSON | STANDARD)
def test_what_is_encoded_can_be_built(value: Any) -> None:
    encoded = unpack(pack(encode(value)))
    made = build(encoded, Scope({}))
    assert made == value
    assert type(made) is type(value)
    assert packed(made) == packed(value)


@pytest.mark.parametrize(
    "value",
    [
        decimal.Decimal("NaN"),
        decimal.Decimal("-0"),
        fractions.Fraction(1, 3),
        uuid.UUID(int=5),
        collections.Counter("abca"),
        collections.defaultdict(list, a=[1]),
        dt.timezone(dt.timedelta(hours=3)),
        Ellipsis,
        memoryview(b"abc"),
        memoryview(bytearray(b"abcd")).cast("H"),
        memoryview(bytes(12)).cast("B", [3, 4]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_these_too(value: Any) -> None:
    assert packed(build(unpack(packed(value)), Scope({}))) == packed(value)


def test_arrays_of_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    plain = numpy.arange(12, dtype="f4").reshape(3, 4)
    for laid_out in (numpy.asfortranarray(plain), plain[::-1][::-1], plain.copy()[:, :]):
        assert packed(laid_out) == packed(plain)
    assert packed(plain) != packed(plain.astype("f8")) != packed(plain.ravel())
    assert packed(plain) != packed(plain.astype(">f4"))
    missing = numpy.array([numpy.nan], "f8")
    assert packed(missing) == packed(-missing)
    half = numpy.array([1 + 2j, complex(0.0, math.nan)])
    assert packed(half) == packed(half.copy())
    assert packed(numpy.float64(1.5)) != packed(1.5)
    assert packed(numpy.array([None, "a"], object)) == packed(numpy.array([None, "a"], object))
    for value in (plain, plain.astype(">f4"), numpy.float32(2), numpy.array(5), missing):
        made = build(unpack(packed(value)), Scope({}))
        assert packed(made) == packed(value)
        assert type(made) is type(value)
    records = numpy.zeros(2, [("a", "i4"), ("b", "f8")])
    assert packed(records) == packed(records.copy())
    assert packed(records) != packed(numpy.zeros(2, [("a", "i4"), ("c", "f8")]))
    assert packed(numpy.array(["2024-02-29", "NaT"], "M8[D]")) == packed(
        numpy.array(["2024-02-29", "NaT"], "M8[D]")
    )
