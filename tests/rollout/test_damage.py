"""A page that something else writes into while it serves: right answers, and one line that says so.

The page is this process's own here; the numbers are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twinwheel.rollout.breaker import BASES, State
from twinwheel.rollout.component import Declared
from twinwheel.rollout.layout import (
    ARMS,
    COUNTERS,
    GENERATION,
    WORKERS,
    Field,
    counters_at,
    field_at,
)
from twinwheel.rollout.policy import Breaker

if TYPE_CHECKING:
    from rollout.building import Armed, Builder

PURE = Declared(effects="pure")
ALL = 2**64 - 1
POLICY = (Field.WORD, Field.POLICY, Field.ROUTE, Field.SLOW_AFTER)
BREAKER = (Field.BREAKER, Field.UNTIL, Field.OPENED, Field.PROBES_LEFT, Field.PROBES_PASSED)


def control(x: int) -> tuple[str, int]:
    return "c", x


def candidate(x: int) -> tuple[str, int]:
    return "rust", x


def overwrite(armed: Armed, value: int, *which: Field) -> None:
    page = armed.package.page
    for each in which:
        page.write(field_at(0, each), value)
    page.write(GENERATION, page.read(GENERATION) + 7)


def told(armed: Armed) -> list[str]:
    return [each.message for each in armed.events if "overwritten" in each.message]


WORDS = [ALL, 0x1FFFF, 0x1FFFF | 1 << 21, 5 << 17, 7 << 21 | 100_000, 0x1FFFF << 32, 1 << 30]


@pytest.mark.parametrize("word", WORDS, ids=hex)
def test_a_word_that_makes_no_sense(arm: Builder, word: int) -> None:
    """Until the next tick, any implementation may answer; then it is as the policy says."""
    armed = arm(control, candidate, declared=PURE, percentage=100.0)
    overwrite(armed, word, Field.WORD)
    armed.slot.refresh(True)
    assert armed.call(3)[1] == 3
    assert armed.state.percentage <= 100
    assert armed.state.shadow <= 100
    armed.tick(0)
    assert armed.call(4) == ("rust", 4)
    assert (armed.state.percentage, armed.state.breaker) == (100.0, "closed")
    assert len(told(armed)) == 1
    problem = armed.package.problem
    assert problem is not None
    assert problem.code == "TW611"


def test_the_control_serves_where_a_word_makes_no_sense(arm: Builder) -> None:
    armed = arm(control, candidate, declared=PURE)
    armed.component.control = 1
    what = armed.component.place(ALL)
    assert (what.control, what.candidate, what.threshold, what.shadow) == (1, 1, 0, 0)
    assert not what.handled


@pytest.mark.parametrize("field", POLICY, ids=lambda field: field.name)
def test_a_policy_that_was_overwritten(arm: Builder, field: Field) -> None:
    armed = arm(control, candidate, declared=PURE, percentage=100.0)
    before = [armed.package.page.read(field_at(0, each)) for each in POLICY]
    for _ in range(3):
        overwrite(armed, ALL, field)
        armed.tick(0)
        assert [armed.package.page.read(field_at(0, each)) for each in POLICY] == before
    assert len(told(armed)) == 1, "said once"


@pytest.mark.parametrize("field", BREAKER, ids=lambda field: field.name)
def test_a_breaker_that_was_overwritten(arm: Builder, field: Field) -> None:
    """The candidate is out of service until somebody has looked, and then it is judged again."""
    limits = Breaker(faults=50.0, at_least=4)
    armed = arm(control, candidate, declared=PURE, percentage=100.0, breaker=limits)
    overwrite(armed, ALL, field)
    for now in range(3):
        armed.tick(now)
    assert armed.call(5) == ("c", 5)
    assert armed.state.breaker == "quarantined"
    assert len([each for each in armed.events if "made no sense" in each.message]) == 1
    assert len(told(armed)) == 1
    assert armed.package.page.read(field_at(0, Field.OPENED)) == 0


def test_all_of_it(arm: Builder) -> None:
    armed = arm(control, candidate, declared=PURE, percentage=100.0)
    for worker in range(WORKERS + 1):
        for offset in range(0, ARMS * COUNTERS * 8, 8):
            armed.package.page.write(counters_at(worker, 0) + offset, ALL)
    overwrite(armed, ALL, *Field)
    for now in range(3):
        armed.tick(now)
    assert len(armed.events) == 2, "the quarantine and the policy, once"
    assert armed.call(5) == ("c", 5)
    assert (armed.state.breaker, armed.state.percentage, armed.state.asked) == (
        State.QUARANTINED.label,
        0.0,
        100.0,
    )


def test_zeros(arm: Builder) -> None:
    armed = arm(control, candidate, declared=PURE, percentage=100.0)
    overwrite(armed, 0, *Field)
    armed.tick(0)
    assert armed.call(5) == ("rust", 5)
    assert len(told(armed)) == 1


@pytest.mark.parametrize("value", [ALL, 1_000_000])
@pytest.mark.parametrize("field", BASES, ids=lambda field: field.name)
def test_a_window_that_begins_after_all_calls(arm: Builder, field: Field, value: int) -> None:
    """There would never be a judgement."""

    def fails(x: int) -> int:
        raise KeyError(x)

    limits = Breaker(faults=50.0, at_least=4)
    armed = arm(control, fails, declared=PURE, percentage=100.0, breaker=limits)
    overwrite(armed, value, field)
    for each in range(10):
        assert armed.call(each) == ("c", each)
    armed.tick(0)
    assert armed.state.breaker == "open"
