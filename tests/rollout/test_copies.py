"""Copies: equal, separate, bounded; and putting back."""

from __future__ import annotations

import array
import ctypes
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinwheel.rollout.comparing import comparator
from twinwheel.rollout.copies import CannotCopyError, Copier, Snapshot

leaves = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.floats()
values = st.recursive(
    leaves | st.builds(bytearray, st.binary()),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner)
        | st.sets(st.integers() | st.text())
    ),
)


def parts(value: Any) -> list[Any]:
    """All that may be changed in a value."""
    if isinstance(value, dict):
        return [value, *(part for each in value.values() for part in parts(each))]
    if isinstance(value, (list, tuple)):
        mine = [value] if isinstance(value, list) else []
        return [*mine, *(part for each in value for part in parts(each))]
    return [value] if isinstance(value, (set, bytearray)) else []


@given(values)
def test_a_copy_is_equal_and_shares_nothing_that_changes(value: Any) -> None:
    made = Copier(10**9).copy(value)
    assert comparator("exact")({}, value, made) is None
    assert not {id(part) for part in parts(made)} & {id(part) for part in parts(value)}


def test_what_is_one_object_stays_one() -> None:
    shared = [1]
    args = (shared, {"again": shared}, shared)
    one, other, last = Copier(10**6).copy(args)
    assert one is other["again"] is last
    assert one is not shared


def test_what_holds_itself() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    made = Copier(10**6).copy(loop)
    assert made[1] is made
    assert made is not loop


def test_what_cannot_change_is_not_copied() -> None:
    text = "x" * 10_000
    assert Copier(0).copy(text) is text


@pytest.mark.parametrize("large", [[0] * 10_000, {n: n for n in range(5000)}], ids=len)
def test_no_more_than_is_allowed(large: Any) -> None:
    with pytest.raises(CannotCopyError):
        Copier(10_000).copy([large])


@pytest.mark.parametrize("odd", [(n for n in [1]), sys.stdout], ids=["generator", "file"])
def test_some_things_have_no_copy(odd: Any) -> None:
    with pytest.raises(CannotCopyError, match=type(odd).__name__):
        Copier(10**6).copy([odd])


RESTORED = [
    [1, [2], "3"],
    bytearray(b"abc"),
    {"a": 1},
    {1, 2},
    memoryview(bytearray(b"abcdef")),
    memoryview(bytearray(b"abcdef"))[::2],
    memoryview(bytearray(16)).cast("d"),
    memoryview(bytearray(16)).cast("B").cast("f", [2, 2]),
    array.array("h", [1, 2, 3]),
    (ctypes.c_int * 3)(1, 2, 3),
]


@pytest.mark.parametrize("value", RESTORED, ids=lambda value: type(value).__name__)
def test_contents_are_put_back(value: Any) -> None:
    def look() -> Any:
        return bytes(value) if not isinstance(value, (list, dict, set)) else repr(value)

    before, snapshot = look(), Snapshot([value], 10**6)
    if isinstance(value, (dict, set)):
        value.clear()
    elif isinstance(value, memoryview) and value.ndim == 2:
        value[0, 0] = 9
    elif isinstance(value, memoryview):
        value[0] = value[1] + 1
    else:
        value[0] = value[1]
    assert look() != before
    snapshot.put_back()
    assert look() == before


def test_what_is_inside_stays_the_same_object() -> None:
    row, more = [1, 2], {"k": [3]}
    whole = [row, (more, [4])]
    snapshot = Snapshot([whole], 10**6)
    row.append(99)
    more["k"].clear()
    more["new"] = [5]
    whole[1][1][0] = 6  # type: ignore[index, assignment]
    whole.reverse()
    snapshot.put_back()
    assert whole == [[1, 2], ({"k": [3]}, [4])]
    assert whole[0] is row
    assert whole[1][0] is more


@pytest.mark.parametrize("grown", [bytearray(b"ab"), array.array("i", [1, 2]), [1, 2]], ids=repr)
def test_what_has_another_size_now(grown: Any) -> None:
    before = grown[:]
    snapshot = Snapshot([grown], 10**6)
    grown.append(3)
    snapshot.put_back()
    assert grown == before


def test_what_cannot_be_put_back_any_more() -> None:
    held = bytearray(b"ab")
    snapshot = Snapshot([held], 10**6)
    held.append(3)
    with memoryview(held), pytest.raises(CannotCopyError):
        snapshot.put_back()


class Odd:
    """Whose contents nobody knows how to put back."""


@pytest.mark.parametrize(
    "value",
    [Odd(), [Odd()], {"k": Odd()}, memoryview(b"x"), [0] * 10_000],
    ids=lambda x: str(type(x)),
)
def test_what_cannot_be_kept(value: Any) -> None:
    with pytest.raises(CannotCopyError):
        Snapshot([value], 10_000)


def test_what_an_object_refers_to_is_counted() -> None:
    odd: Any = Odd()
    odd.data = bytearray(100_000)
    with pytest.raises(CannotCopyError):
        Copier(10_000).copy(odd)
    assert Copier(1_000_000).copy(odd).data == odd.data


def test_arrays() -> None:
    numpy = pytest.importorskip("numpy")
    whole = numpy.arange(24).reshape(4, 6)
    part = whole[::2, ::-1]
    made = Copier(10**6).copy(part)
    assert (made == part).all()
    assert not numpy.shares_memory(made, whole)
    snapshot = Snapshot([part], 10**6)
    part[...] = 0
    snapshot.put_back()
    assert (whole == numpy.arange(24).reshape(4, 6)).all()
    with pytest.raises(CannotCopyError):
        Copier(100).copy(whole)
    with pytest.raises(CannotCopyError, match="array of objects"):
        Snapshot([numpy.array([[1], None], dtype=object)], 10**6)
