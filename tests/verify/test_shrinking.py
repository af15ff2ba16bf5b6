"""Calls made smaller: the least that shows a difference, and nothing that does not show it."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinwheel.verify.chances import by_chance
from twinwheel.verify.domains import Domain
from twinwheel.verify.recipes import Call, size, walk
from twinwheel.verify.runner.building import Scope, build
from twinwheel.verify.shrinking import shrink


def least(recipe: Any, bad: Callable[[Any], bool], seconds: float = 20.0) -> Any:
    """Shrink the argument of a call as long as its value is bad."""

    def shows(calls: list[Call]) -> int | None:
        for index, each in enumerate(calls):
            if each.arguments and bad(build(each.arguments[0], Scope({}))):
                return index
        return None

    return shrink(Call("f", [recipe], [], []), shows, seconds).arguments[0]


@pytest.mark.parametrize(
    ("recipe", "bad", "expected"),
    [
        (("repeat", "é", 65_537), lambda it: len(it) > 4_096, ("repeat", "a", 4_097)),
        (("repeat", b"\xff", 65_537), lambda it: len(it) >= 4_097, ("repeat", b"a", 4_097)),
        (("list", [7] * 20_000), lambda it: len(it) > 4_096, 4_097),
        (65_537, lambda it: it > 4_096, 4_097),
        (2**40, lambda it: it >= 2**31, 2**31),
        (-(2**40), lambda it: it < -(2**31), -(2**31) - 1),
        (("nest", "list", 5_000, 1), lambda it: str(it).count("[") > 200, ("nest", "list", 201, 1)),
        ("abc\\def\\", lambda it: "\\" in it, "\\"),
        (("join", [("repeat", "a", 5_000), "\\", "b"]), lambda it: "\\" in it, "\\"),
        (("list", [3, ("list", [1, float("nan")]), 2]), lambda it: "nan" in str(it), None),
        (("dict", ["a", 1, "b", -5, "c", 2]), lambda it: -5 in it.values(), ("dict", ["", -5])),
        (
            ("memoryview", ("bytearray", b"abcd"), 3),
            lambda it: not getattr(it, "contiguous", True),
            None,
        ),
        (1234.5678, lambda it: it > 2.5, None),
    ],
    ids=lambda each: str(each)[:25],
)
def test_the_least_is_found(recipe: Any, bad: Callable[[Any], bool], expected: Any) -> None:
    if type(recipe) is tuple and recipe[0] == "nest":
        deepest = recipe

        def bad(it: Any) -> bool:
            depth = 0
            while isinstance(it, list):
                it, depth = it[0], depth + 1
            return depth > 200

        assert least(deepest, bad) == expected
        return
    found = least(recipe, bad)
    if isinstance(expected, int) and type(recipe) is tuple:
        assert size(found) == expected
        assert set(found[1]) == {0} or set(found[1]) == {7}
    elif expected is not None:
        assert found == expected
    else:
        assert len(repr(found)) < len(repr(recipe))


@given(st.randoms(use_true_random=False), st.sampled_from(["any", "str", "buffer", "list", "dict"]))
@settings(max_examples=60)
def test_what_is_smaller_still_shows_it(chance: Random, kind: str) -> None:
    chance = Random(chance.getrandbits(64))
    recipe = by_chance(Domain(kind), chance)
    value = build(recipe, Scope({}))
    kinds = {type(value)}
    text = repr(value)
    marks = [each for each in ("é", "\\x", "1", "None", "a") if each in text][:1]

    def bad(it: Any) -> bool:
        return type(it) in kinds and all(each in repr(it) for each in marks)

    if "0x" in text or not bad(value):
        return
    found = least(recipe, bad, 3.0)
    assert bad(build(found, Scope({})))
    assert len(list(walk(found))) <= len(list(walk(recipe)))


def test_several_arguments_keywords_and_steps() -> None:
    call = Call(
        "Box", [5, "abc", 9], ["more", 1, "less", 2], [("add", [3]), ("drop", [9]), ("total", None)]
    )

    def shows(calls: list[Call]) -> int | None:
        for index, each in enumerate(calls):
            names = [name for name, _ in each.steps]
            if "less" in each.keywords and names == sorted(names) and "drop" in names:
                return index
        return None

    found = shrink(call, shows, 10)
    assert found.arguments == []
    assert found.keywords == ["less", 0]
    assert [name for name, _ in found.steps] == ["drop"]


def test_two_that_must_be_alike_become_smaller_together() -> None:
    def shows(calls: list[Call]) -> int | None:
        for index, each in enumerate(calls):
            if len(each.arguments) == 2 and each.arguments[0] == each.arguments[1] != "":
                return index
        return None

    found = shrink(Call("f", ["kitten", "kitten"], [], []), shows, 10)
    assert found.arguments == ["a", "a"]


def test_it_ends_in_its_time() -> None:
    begin = time.monotonic()
    items = ("list", [("list", list(range(200))) for _ in range(2_000)])

    def shows(calls: list[Call]) -> int | None:
        return 0 if chance.random() < 0.2 else None

    chance = Random(1)
    shrink(Call("f", [items], [], []), shows, 0.5)
    assert time.monotonic() - begin < 5


def test_calls_that_are_not_smaller_are_not_tried_again() -> None:
    tried: list[str] = []

    def shows(calls: list[Call]) -> int | None:
        tried.extend(map(repr, calls))
        return None

    shrink(Call("f", ["abcdef", ("list", [1, 2, 3])], [], []), shows, 5)
    assert len(tried) == len(set(tried)) > 10
