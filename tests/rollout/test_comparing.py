"""Comparators: what counts as the same answer, and where two differ."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinwheel.rollout.comparing import comparator
from twinwheel.rollout.copies import Copier

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
)


def differ(spec: str, reference: Any, candidate: Any) -> str:
    found = comparator(spec)({}, reference, candidate)
    return "" if found is None else found.text()


@given(values)
def test_a_copy_agrees(value: Any) -> None:
    for spec in ("exact", "ulp(0)", "close(0, 0)"):
        assert differ(spec, value, Copier(10**9).copy(value)) == ""


@pytest.mark.parametrize(
    ("reference", "candidate", "text"),
    [
        (1, 1.0, "the type differs: int and float"),
        (True, 1, "the type differs: bool and int"),
        (0.0, -0.0, "the value differs: 0.0 and -0.0"),
        (math.nan, 1.0, "the value differs: nan and 1.0"),
        ([1, 2], [1], "the length differs: 2 and 1"),
        ([1, [2, 3]], [1, [2, 4]], "the value differs at [1][1]: 3 and 4"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "the keys differs: ['a', 'b'] and ['b', 'a']"),
        ({"a": 1}, {"a": 2}, "the value differs at ['a']: 1 and 2"),
        (b"ab", bytearray(b"ab"), "the type differs: bytes and bytearray"),
        (bytearray(b"ab"), bytearray(b"ac"), "the value differs at [1]: 98 and 99"),
        ({1, 2}, {1, 3}, "the value differs: {1, 2} and {1, 3}"),
        (1 + 0j, complex(1, -0.0), "the value differs: (1+0j) and (1-0j)"),
        (None, 0, "the type differs: NoneType and int"),
    ],
)
def test_exact(reference: Any, candidate: Any, text: str) -> None:
    assert differ("exact", reference, candidate) == text


def test_all_nans_are_one() -> None:
    (other,) = struct.unpack("<d", struct.pack("<Q", 0xFFF8_0000_0000_0001))
    assert differ("exact", [math.nan], [other]) == ""


@pytest.mark.parametrize("ulps", [0, 1, 4])
@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_units_in_the_last_place(ulps: int, number: float) -> None:
    other = number
    for _ in range(ulps):
        other = math.nextafter(other, math.inf)
    spec = f"ulp({ulps})"
    if math.isinf(other):
        return
    assert differ(spec, number, other) == ""
    further = math.nextafter(other, math.inf)
    assert math.isinf(further) or differ(spec, number, further) != "" or number == further


def test_zeros_are_no_unit_apart() -> None:
    assert differ("ulp(0)", 0.0, -0.0) == ""
    assert differ("ulp(1)", 5e-324, -0.0) == ""
    assert differ("ulp(1)", 5e-324, -5e-324) != ""


def test_close() -> None:
    assert differ("close(1e-3, 0)", 1000.0, 1001.0) == ""
    assert differ("close(1e-3, 0)", 1000.0, 1001.1) != ""
    assert differ("close(0, 0.5)", 0.0, 0.5) == ""
    assert differ("close(0, 0.5)", [0.0, math.inf], [0.5, math.inf]) == ""
    assert differ("close(1, 1)", math.inf, 1.0) != ""
    assert differ("close(1, 1)", 1, 2) != "", "whole numbers are exact"


def test_set() -> None:
    assert differ("set", [1, 2, 2], [2, 1, 2]) == ""
    assert differ("set", [1, 2, 2], [2, 1, 1]) != ""
    assert differ("set", [{"a": 1}, [2]], [[2], {"a": 1}]) == ""
    assert differ("set", [1], [1, 1]) == "the length differs: 1 and 2"


def agrees(arguments: Any, reference: Any, candidate: Any) -> bool:
    return bool(abs(reference - candidate) <= arguments["slack"])


def test_an_author_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "the_authors", sys.modules[__name__])
    compare = comparator("the_authors:agrees")
    assert compare({"slack": 2}, 5, 7) is None
    found = compare({"slack": 1}, 5, 7)
    assert found is not None
    assert found.text() == "the value differs: 5 and 7"


@pytest.mark.parametrize("spec", ["", "equal", "ulp", "ulp(1, 2)", "close(1)"])
def test_no_comparator(spec: str) -> None:
    with pytest.raises(ValueError, match="comparator"):
        comparator(spec)


class Point:
    def __init__(self, x: float) -> None:
        self.x = x


def test_objects_without_an_equality_of_their_own() -> None:
    assert differ("exact", Point(1.0), Point(1.0)) == ""
    assert differ("exact", Point(1.0), Point(2.0)) == (
        "the value differs at .__dict__['x']: 1.0 and 2.0"
    )
    assert differ("close(0, 2)", Point(1.0), Point(2.0)) == ""


def test_exceptions_by_their_arguments() -> None:
    assert differ("exact", [ValueError("a")], [ValueError("a")]) == ""
    assert "[0].args[0]" in differ("exact", [ValueError("a")], [ValueError("b")])


def test_arrays() -> None:
    numpy = pytest.importorskip("numpy")
    one = numpy.arange(6, dtype=numpy.float32).reshape(2, 3)
    other = one.copy()
    assert differ("exact", one, other) == ""
    other[1, 2] = numpy.nextafter(other[1, 2], numpy.float32(9))
    assert differ("exact", one, other).startswith("the value differs at [1, 2]: 5.0 and 5.000000")
    assert differ("ulp(1)", one, other) == ""
    assert differ("close(1e-6, 0)", one, other) == ""
    one[0, 0] = other[0, 0] = math.nan
    one[0, 1], other[0, 1] = 0.0, -0.0
    assert differ("ulp(1)", one, other) == ""
    assert differ("exact", one, one.astype(float)) == (
        "the shape differs: float32[2, 3] and float64[2, 3]"
    )
    assert differ("exact", one[::-1], numpy.ascontiguousarray(one[::-1])) == ""
    objects = numpy.array([1, "a"], dtype=object)
    assert differ("exact", objects, numpy.array([1, "b"], dtype=object)) == (
        "the value differs at [1]: 'a' and 'b'"
    )


def test_views() -> None:
    one = memoryview(struct.pack("<2d", 1.0, 2.0)).cast("d")
    other = memoryview(struct.pack("<2d", 1.0, 2.5)).cast("d")
    assert differ("exact", one, other) == "the value differs at [1]: 2.0 and 2.5"
    assert differ("close(0, 1)", one, other) == ""
    assert differ("exact", one, memoryview(b"")).startswith("the shape differs")
