"""Tests that differ are run again: what differs only now and then is no implementation's.

First alone, as that is quick. What no longer differs then may need the tests before it, so for that
the whole suite is run again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twinwheel.verify.suite.aligning import rename
from twinwheel.verify.suite.comparing import compare
from twinwheel.verify.suite.outcomes import Reading
from twinwheel.verify.suite.starting import run_from

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinwheel.verify.suite.session import Plan
    from twinwheel.verify.suite.starting import Without

__all__ = ["confirm"]

_MOST = 200
"""Of more tests that differ, so many are run again: there is a cause, whatever one of them does."""


def confirm(
    plans: Sequence[Plan],
    readings: Sequence[Reading],
    without: Without,
    on_progress: Callable[[Plan, Reading], Callable[[dict[str, Any]], None]],
) -> tuple[str, ...]:
    """Return the tests that differed once, and not when they were run again.

    Args:
        plans: How each implementation's suite was run.
        readings: What that gave.
        without: What of the suite's configuration was left out.
        on_progress: Makes what is called with each event.
    """
    names = [plan.injection.name for plan in plans]
    differing = compare(names, readings).differing
    if not differing or len(differing) > _MOST:
        return ()
    alone = _again(plans, readings, differing, without, on_progress)
    rest = tuple(test for test in differing if test not in compare(names, alone).differing)
    if not rest:
        return ()
    whole = _again(plans, readings, (), without, on_progress)
    again = compare(names, whole).differing
    return tuple(test for test in rest if test not in again)


def _again(
    plans: Sequence[Plan],
    before: Sequence[Reading],
    chosen: tuple[str, ...],
    without: Without,
    on_progress: Callable[[Plan, Reading], Callable[[dict[str, Any]], None]],
) -> list[Reading]:
    readings = []
    for plan, known in zip(plans, before, strict=True):
        reading = Reading()
        own = {name: test for test, name in known.renamed.items()}
        mine = tuple(own.get(test, test) for test in chosen)
        run_from(replace(plan, chosen=mine), without, reading, on_progress(plan, reading))
        rename(reading, known.renamed)
        # What was not chosen was collected too, and is no matter of this run.
        reading.tests = [test for test in reading.tests if not chosen or test in chosen]
        readings.append(reading)
    return readings
