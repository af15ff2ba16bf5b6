"""What is too much is not tried again, and nothing else is kept away."""

from __future__ import annotations

from typing import Any

import pytest

from twinwheel.verify.avoiding import TooMuch
from twinwheel.verify.recipes import Call


def call(*arguments: Any, **keywords: Any) -> Call:
    """Give a call of one component."""
    flat = [part for pair in keywords.items() for part in pair]
    return Call("f", list(arguments), flat, [])


def steps(*arguments: Any, method: str = "grow") -> Call:
    """Give a call of a method of what a call made."""
    return Call("F", [], [], [(method, list(arguments))])


LONG = ("repeat", "a", 300)
LONGER = ("repeat", "a", 301)
SHORTER = ("repeat", "a", 299)


@pytest.mark.parametrize(
    ("known", "too_much", "fine"),
    [
        ([], [], [call(LONG, 2**64), steps(10**40)]),
        ([call("a", 7)], [], [call("a", 7), call(LONG)]),
        ([call(LONG)], [call(LONG), call(1, LONGER), call(key=LONG)], [call(SHORTER, 10**40)]),
        ([call(LONGER), call(LONG)], [call(LONG)], [call(SHORTER)]),
        ([call(1, 2**20)], [call(1, 2**20), call("a", 2**64)], [call(1, 2**19), call(2**20, 1)]),
        ([call(1, 2**20), call(1, 2**17)], [call(1, 2**18)], [call(1, 2**16)]),
        ([call(-(2**20))], [call(2.0**20), call(float("-inf"))], [call(1.5), call(float("nan"))]),
        ([call(1, 2**20)], [], [call(1e22, 1), call(float("inf")), call(2.0**53, key=1e300)]),
        ([call(count=2**20)], [call(count=2**21)], [call(2**21), call(other=2**21)]),
        ([steps(2**20)], [steps(2**20)], [steps(5), steps(2**20, method="cut"), call(2**20)]),
    ],
)
def test_what_is_as_large_at_the_same_place(
    known: list[Call], too_much: list[Call], fine: list[Call]
) -> None:
    avoided = TooMuch()
    for each in known:
        avoided.remember(each)
    mixed = [*too_much, *fine, *too_much]
    assert avoided.without(mixed) == fine
