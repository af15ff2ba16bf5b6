"""The outcomes of several implementations side by side: what is the same, and what is not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinwheel.verify.findings import Finding, TestRow
from twinwheel.verify.suite.outcomes import BAD, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.suite.outcomes import Reading

__all__ = ["Compared", "compare", "finding_id", "verdict"]

_NOT_RUN = Outcome("not run")
_VERBS = {
    "passed": ("passes", "pass"),
    "failed": ("fails", "fail"),
    "error": ("has an error", "have an error"),
    "skipped": ("skips", "skip"),
    "xfailed": ("fails as expected", "fail as expected"),
    "xpassed": ("passes unexpectedly", "pass unexpectedly"),
    "crashed": ("crashes", "crash"),
    "hung": ("hangs", "hang"),
    "not run": ("does not have it", "do not have it"),
}
_KINDS = {"crashed": "crash", "hung": "hang"}
_SHOWN = 5


@dataclass(frozen=True)
class Compared:
    """All tests, and those that differ."""

    rows: tuple[TestRow, ...]
    findings: tuple[Finding, ...]
    failing: tuple[str, ...]
    """Tests that fail in the same way everywhere."""


def compare(
    names: Sequence[str], readings: Sequence[Reading], *, partial: bool = False
) -> Compared:
    """Put the outcomes of some implementations side by side.

    Args:
        names: Of the implementations; the control first.
        readings: What each one's run gave.
        partial: Whether the runs were interrupted, so that what one has not run says nothing.
    """
    rows: list[TestRow] = []
    findings: list[Finding] = []
    failing: list[str] = []
    alone: dict[tuple[str, str], list[str]] = {}
    """Module and verdict to the tests that are not everywhere."""
    for test, outcomes in _side_by_side(readings):
        if partial and _NOT_RUN in outcomes:
            continue
        said = verdict(names, [each.outcome for each in outcomes])
        rows.append(TestRow(test, tuple(each.outcome for each in outcomes), said))
        if said == "same":
            if any(each.outcome in BAD and not each.missing for each in outcomes):
                failing.append(test)
        elif any(each.outcome == "not run" for each in outcomes):
            if not _is_explained(test, outcomes, readings):
                alone.setdefault((test.partition("::")[0], said), []).append(test)
        else:
            findings.append(_finding(names, test, outcomes, said))
    findings += [_missing(names, *key, tests, readings) for key, tests in alone.items()]
    return Compared(tuple(rows), tuple(findings), tuple(failing))


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


def verdict(names: Sequence[str], outcomes: Sequence[str]) -> str:
    """Say in words how outcomes differ; ``same`` if they do not.

    Args:
        names: Of the implementations.
        outcomes: Of each. One that a marker left out has no say.
    """
    groups: dict[str, list[str]] = {}
    for name, outcome in zip(names, outcomes, strict=True):
        if outcome != "left out":
            groups.setdefault(outcome, []).append(name)
    if len(groups) <= 1:
        return "same"
    if len(groups) == 2 and "not run" in groups:
        (having,) = (group for outcome, group in groups.items() if outcome != "not run")
        return f"only {_together(having)} {'has' if len(having) == 1 else 'have'} it"
    if len(groups) == 2:
        # What is odd is told, and of two that are alike odd the one that does not pass.
        ranked = sorted(groups, key=lambda each: (len(groups[each]), each == "passed"))
        odd, usual = ranked
        if usual == "passed" or len(groups[odd]) < len(groups[usual]):
            if len(groups[odd]) == 1:
                return f"only {groups[odd][0]} {_VERBS[odd][0]}"
            return f"only {_together(groups[odd])} {_VERBS[odd][1]}"
    return ", ".join(
        f"{_together(group)} {_VERBS[outcome][len(group) > 1]}" for outcome, group in groups.items()
    )


def _together(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _finding(names: Sequence[str], test: str, outcomes: Sequence[Outcome], said: str) -> Finding:
    control = outcomes[0]
    differing = [
        (name, each)
        for name, each in zip(names[1:], outcomes[1:], strict=True)
        if each.outcome not in (control.outcome, "left out")
    ]
    if control.outcome == "left out" or not differing:
        differing = [(names[-1], outcomes[-1])]
    worst = [each for each in outcomes if each.outcome in _KINDS]
    bad = worst or [each for each in outcomes if each.outcome in BAD]
    odd = (bad or [each for each in outcomes if each.outcome != "passed"])[0]
    kind = _KINDS.get(odd.outcome, "test")
    return Finding(
        id=finding_id(test, kind, said),
        component=test,
        kind=kind,
        summary=f"{said}: {odd.why}" if odd.why else said,
        control=_told(control),
        candidate=_told(differing[0][1]),
        candidate_name=", ".join(name for name, _ in differing),
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
