"""What the reader of a suite's report must know besides: what was not run, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinwheel.verify.suite.outcomes import BAD, KEPT_AWAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twinwheel.verify.suite.comparing import Compared
    from twinwheel.verify.suite.outcomes import Reading

__all__ = ["notes_of"]

_FIXTURE = re.compile(r"fixture '(\w+)' not found")
_SHOWN = 6


def notes_of(
    names: Sequence[str], readings: Sequence[Reading], compared: Compared, unsteady: Sequence[str]
) -> list[str]:
    """Return what is to be told besides the differences.

    Args:
        names: Of the implementations.
        readings: What each one's run gave.
        compared: The outcomes side by side.
        unsteady: Tests that differed only once.
    """
    notes = []
    for name, reading in zip(names, readings, strict=True):
        notes += [f"{name}: {each}" for each in _of_one(reading)]
        notes += reading.notes
    # What is so for each of them is said once.
    everyone = {note.partition(": ")[2] for note in notes}
    for said in sorted(everyone):
        theirs = [note for note in notes if note.partition(": ")[2] == said]
        if len(theirs) == len(names) > 1:
            notes = [note for note in notes if note not in theirs] + [said]
    if compared.failing:
        many = (
            f"{len(compared.failing)} tests fail" if len(compared.failing) > 1 else "1 test fails"
        )
        notes.append(f"{many} in every implementation: {_some(compared.failing)}")
    if unsteady:
        notes.append(
            "these had another outcome when they were run again, so they are no findings:"
            f" {_some(unsteady)}"
        )
    return notes


def _of_one(reading: Reading) -> list[str]:
    notes = []
    kept_away = [
        name
        for name, outcome in (*reading.modules.items(), *reading.outcomes.items())
        if outcome.outcome == "left out" and KEPT_AWAY in outcome.why
    ]
    if kept_away:
        notes.append(
            "these import a module themselves that is kept away, so they are not compared:"
            f" {_some(kept_away)}"
        )
    absent: dict[str, list[str]] = {}
    for module, outcome in reading.modules.items():
        if outcome.outcome == "error":
            absent.setdefault(outcome.missing, []).append(module)
    for missing, modules in absent.items():
        if missing:
            notes.append(
                f"there is no module {missing}, so these tests are not run: {_some(modules)}"
            )
        else:
            notes.append(f"these could not be collected: {_some(modules)}")
    fixtures: dict[str, int] = {}
    coroutines = 0
    for outcome in reading.outcomes.values():
        if outcome.outcome in BAD:
            for name in _FIXTURE.findall(outcome.why):
                fixtures[name] = fixtures.get(name, 0) + 1
            coroutines += "async def functions are not natively supported" in outcome.why
    if fixtures:
        told = ", ".join(f"{name} ({count} tests)" for name, count in sorted(fixtures.items()))
        notes.append(f"fixtures of pytest plugins that are not installed are asked for: {told}")
    if coroutines:
        notes.append(
            f"{coroutines} tests are coroutines, and no pytest plugin that runs them is there"
        )
    return notes


def _some(names: Iterable[str]) -> str:
    everything = list(names)
    more = f" and {len(everything) - _SHOWN} more" if len(everything) > _SHOWN else ""
    return ", ".join(everything[:_SHOWN]) + more
