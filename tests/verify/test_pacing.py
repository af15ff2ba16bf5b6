"""How long a call is waited for, and which calls come later."""

from __future__ import annotations

import pytest

from twinwheel.verify.pacing import Pace
from twinwheel.verify.recipes import Call


def call(size: int, *more: int) -> Call:
    """Give a call with texts of these sizes."""
    return Call("f", [("repeat", "a", each) for each in (size, *more)], [], [])


def pace(times: dict[int, float], share: float = 2.0) -> Pace:
    """Give what is known after calls of some sizes took so long."""
    made = Pace(share, 3.0)
    for size, seconds in times.items():
        for _ in range(3):
            made.learn(call(size), seconds)
    return made


@pytest.mark.parametrize(
    ("times", "share", "limit"),
    [
        ({}, 2.0, 0.7),
        ({3: 0.001}, 2.0, 0.7),
        ({3: 0.02}, 4.0, 1.0),
        ({3: 1.0}, 4.0, 2.0),
        ({3: 1.0}, 40.0, 3.0),
    ],
)
def test_the_limit_goes_by_the_slowest_and_the_share(
    times: dict[int, float], share: float, limit: float
) -> None:
    assert pace(times, share).limit == pytest.approx(limit)


def test_what_is_quick_is_made_whatever_its_size() -> None:
    known = pace({3: 0.00001, 4_096: 0.0001})
    calls = [call(3), call(500_000)]
    assert known.without_slow(calls) == calls
    assert known.left_out == 0


def test_what_takes_long_whatever_its_size_is_made() -> None:
    known = pace({3: 0.05, 300: 0.05, 4_096: 0.05})
    assert known.without_slow([call(65_537)]) == [call(65_537)]


def test_what_will_take_long_comes_later_or_never() -> None:
    known = pace({3: 0.00001, 1_024: 0.02})
    assert known.without_slow([call(2_047), call(10_000), call(500_000)]) == [call(2_047)]
    assert known.later == [call(10_000)]
    assert known.left_out == 500_000


def test_one_stall_of_the_machine_tells_nothing() -> None:
    known = pace({3: 0.00001, 300: 0.001})
    known.learn(call(300), 0.4)
    assert known.without_slow([call(5_000)]) == [call(5_000)]


def test_two_large_inputs_are_not_one() -> None:
    known = pace({3: 0.00001, 1_024: 0.0003})
    for _ in range(3):
        known.learn(call(1_024, 1_024), 0.02)
    assert known.without_slow([call(65_536), call(16_384, 16_384)]) == [call(65_536)]


def test_later_is_as_much_as_fits_and_one_at_least() -> None:
    known = pace({3: 0.00001, 1_024: 0.02})
    calls = [call(8_192)] * 3
    assert known.without_slow(calls) == []
    assert len(known.take_later(0.35)) == 2
    assert len(known.take_later(0.01)) == 1
    assert known.take_later(1.0) == []
