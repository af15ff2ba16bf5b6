"""The outcomes of several implementations side by side: what is the same, and what is not."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinwheel.verify.findings import Finding, TestRow
from twinwheel.verify.suite.outcomes import BAD, Outcome
from twinwheel.verify.suite.wording import verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.suite.outcomes import Reading

__all__ = ["Compared", "compare", "finding_id"]

_NOT_RUN = Outcome("not run")
_KINDS = {"crashed": "crash", "hung": "hang"}
_SHOWN = 5
_ASSERTION = re.compile(r"assert\b|AssertionError\b|Failed: DID NOT RAISE")


@dataclass(frozen=True)
class Compared:
    """All tests, and those that differ."""

    rows: tuple[TestRow, ...]
    findings: tuple[Finding, ...]
    failing: tuple[str, ...]
    """Tests that fail in the same way everywhere."""
    differing: tuple[str, ...]
    """Tests whose outcome may be another when they are run again: no modules, no crashes."""


@dataclass(frozen=True)
class _Row:
    """A test that differs."""

    test: str
    outcomes: tuple[Outcome, ...]
    verdict: str

    def odd(self) -> Outcome:
        """Return the outcome that says most of why."""
        for group in (tuple(_KINDS), BAD):
            found = [each for each in self.outcomes if each.outcome in group]
            if found:
                return found[0]
        return next(each for each in self.outcomes if each.outcome not in ("passed", "left out"))

    def cause(self) -> tuple[str, ...]:
        """Return what rows of one cause have in common: nearly always what was said of them.

        What an assertion says may well be the same for another reason, unless it is the same one
        with other parameters. A crash may be of anything.
        """
        odd = self.odd()
        if odd.outcome in _KINDS or not odd.why:
            return (self.test,)
        function = self.test.partition("[")[0] if _ASSERTION.match(odd.why) else ""
        return (function, self.verdict, odd.outcome, odd.why)


def compare(
    names: Sequence[str],
    readings: Sequence[Reading],
    *,
    partial: bool = False,
    unsteady: Sequence[str] = (),
) -> Compared:
    """Put the outcomes of some implementations side by side.

    Args:
        names: Of the implementations; the control first.
        readings: What each one's run gave.
        partial: Whether the runs were interrupted, so that what one has not run says nothing.
        unsteady: Tests whose difference was not there when they were run again.
    """
    rows: list[TestRow] = []
    differing: dict[tuple[str, ...], list[_Row]] = {}
    """Rows that differ for one cause, as far as that can be told."""
    alone: dict[tuple[str, str], list[str]] = {}
    """Module and verdict to the tests that are not everywhere."""
    failing: list[str] = []
    for test, outcomes in _side_by_side(readings):
        if partial and _NOT_RUN in outcomes:
            continue
        said = verdict(names, [each.outcome for each in outcomes])
        told = f"unsteady: {said}" if test in unsteady else said
        rows.append(TestRow(test, tuple(each.outcome for each in outcomes), told))
        if said == "same":
            if any(each.outcome in BAD and not each.missing for each in outcomes):
                failing.append(test)
        elif _NOT_RUN in outcomes:
            if not _is_explained(test, outcomes, readings):
                alone.setdefault((test.partition("::")[0], said), []).append(test)
        elif test not in unsteady:
            row = _Row(test, tuple(outcomes), said)
            differing.setdefault(row.cause(), []).append(row)
    findings = [_finding(names, alike) for alike in differing.values()]
    findings += [_missing(names, *key, tests, readings) for key, tests in alone.items()]
    single = tuple(
        row.test
        for alike in differing.values()
        for row in alike
        if row.test in readings[0].outcomes and row.odd().outcome not in _KINDS
    )
    return Compared(tuple(rows), tuple(findings), tuple(failing), single)


def _side_by_side(readings: Sequence[Reading]) -> list[tuple[str, list[Outcome]]]:
    """Return every test, and every module that could not be collected somewhere."""
    found: list[tuple[str, list[Outcome]]] = []
    modules = dict.fromkeys(name for reading in readings for name in reading.modules)
    for name in modules:
        outcomes = [reading.modules.get(name, _NOT_RUN) for reading in readings]
        if any(each.outcome != "passed" for each in outcomes):
            found.append((name, outcomes))
    tests = dict.fromkeys(
        name for reading in readings for name in (*reading.tests, *reading.outcomes)
    )
    found += [
        (name, [reading.outcomes.get(name, _NOT_RUN) for reading in readings]) for name in tests
    ]
    return found


def _is_explained(test: str, outcomes: Sequence[Outcome], readings: Sequence[Reading]) -> bool:
    """Tell whether a test is not run where its whole module is not, which is told by itself."""
    module = test.partition("::")[0]
    for outcome, reading in zip(outcomes, readings, strict=True):
        if outcome.outcome == "not run":
            whole = reading.modules.get(module, Outcome("passed")).outcome
            if whole == "passed":
                return False
    return True


def _finding(names: Sequence[str], rows: Sequence[_Row]) -> Finding:
    """Return one finding for tests that differ for one cause."""
    first = rows[0]
    outcomes, control, odd = first.outcomes, first.outcomes[0], first.odd()
    differing = [
        (name, each)
        for name, each in zip(names[1:], outcomes[1:], strict=True)
        if each.outcome not in (control.outcome, "left out")
    ]
    if control.outcome == "left out" or not differing:
        differing = [(names[-1], outcomes[-1])]
    kind = _KINDS.get(odd.outcome, "test")
    summary = f"{first.verdict}: {odd.why}" if odd.why else first.verdict
    if len(rows) > 1:
        summary = f"{summary} ({len(rows)} tests)"
    return Finding(
        id=finding_id(kind, *first.cause(), first.verdict),
        component=first.test,
        kind=kind,
        summary=summary,
        control=_told(control),
        candidate=_told(differing[0][1]),
        candidate_name=", ".join(name for name, _ in differing),
        seen=len(rows),
    )


def _missing(
    names: Sequence[str], module: str, said: str, tests: list[str], readings: Sequence[Reading]
) -> Finding:
    """Return one finding for all tests of a module that are not everywhere."""
    shown = ", ".join(each.rpartition("::")[2] for each in tests[:_SHOWN])
    more = f" and {len(tests) - _SHOWN} more" if len(tests) > _SHOWN else ""
    counts = [sum(each in reading.outcomes for each in tests) for reading in readings]
    few = [name for name, count in zip(names, counts, strict=True) if count < max(counts)]
    return Finding(
        id=finding_id(module, "test", said),
        component=module,
        kind="test",
        summary=f"{said}: {shown}{more}",
        control=f"{counts[0]} of {len(tests)} run",
        candidate=f"{counts[-1]} of {len(tests)} run",
        candidate_name=", ".join(few) if names[0] not in few else ", ".join(names[1:]),
        seen=len(tests),
    )


def _told(outcome: Outcome) -> str:
    return f"{outcome.outcome}: {outcome.why}" if outcome.why else outcome.outcome


def finding_id(*what: str) -> str:
    """Return what names a finding from run to run."""
    return hashlib.sha256("\n".join(what).encode()).hexdigest()[:8]
