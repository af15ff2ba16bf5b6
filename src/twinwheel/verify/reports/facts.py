"""What every report says of a run, counted and worded in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinwheel.verify.reports.text import count, duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.findings import Finding, Report, Searched, TestRow

__all__ = [
    "CODES",
    "FAMILIES",
    "Cause",
    "Facts",
    "also",
    "exit_code",
    "facts_of",
    "family_of",
    "names_of",
    "why_not",
]

FAMILIES = {
    "fatal": ("crash", "panic", "hang", "memory", "leak", "recursion", "threads"),
    "wrong": (
        *("stale buffer", "mutation", "value", "shape", "type", "round trip", "property"),
        *("state", "environment", "test"),
    ),
    "contract": (
        *("exception type", "missing name", "signature", "pickle", "surface"),
        "exception message",
    ),
    "slow": ("time",),
}
"""Kinds that weigh about the same, the worst first, and in each the worst first."""

_RANKS = {kind: rank for rank, kind in enumerate(each for row in FAMILIES.values() for each in row)}

CODES = {"clean": 0, "differences": 1, "stale": 1, "nothing": 3, "interrupted": 130}
"""Exit code of each verdict; ``stale`` is one only where entries must not be stale."""


@dataclass(frozen=True)
class Cause:
    """Findings of one candidate that have one cause: the first is shown, the others are named."""

    first: Finding
    others: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Facts:
    """A report, sorted and counted."""

    open: tuple[Finding, ...]
    """The worst first."""
    causes: tuple[Cause, ...]
    """Of these, in the same order."""
    accepted: tuple[Finding, ...]
    searched: tuple[Searched, ...]
    """Components with at least one comparison."""
    not_searched: tuple[Searched, ...]
    comparisons: int
    different_tests: tuple[TestRow, ...]
    same_tests: tuple[TestRow, ...]
    verdict: str
    """A key of ``CODES``: ``clean``, ``differences``, ``nothing`` or ``interrupted``."""
    headline: str
    """The verdict in a few words, such as ``3 differences``, or ``9 differences of 4 causes``."""
    extent: str
    """What was searched, in a sentence without its full stop."""


def facts_of(report: Report) -> Facts:
    """Sort and count."""
    searched = tuple(each for each in report.searched if _was_searched(each))
    not_searched = tuple(each for each in report.searched if not _was_searched(each))
    found = _sorted(report.open)
    causes = _causes(found)
    accepted = _sorted([each for each in report.findings if each.accepted])
    if found:
        verdict, headline = "differences", count(len(found), "difference")
        if len(causes) < len(found):
            headline += f" of {count(len(causes), 'cause')}"
    elif report.interrupted:
        verdict, headline = "interrupted", "No difference was found until it was stopped"
    elif searched or report.tests or accepted:
        verdict, headline = "clean", "No difference was found"
        if accepted:
            headline += (
                f" that is not accepted ({len(accepted):,} {'is' if len(accepted) == 1 else 'are'})"
            )
    else:
        verdict, headline = "nothing", "Nothing was compared"
    return Facts(
        open=found,
        causes=causes,
        accepted=accepted,
        searched=searched,
        not_searched=not_searched,
        comparisons=sum(each.comparisons for each in searched),
        different_tests=tuple(row for row in report.tests if row.verdict != "same"),
        same_tests=tuple(row for row in report.tests if row.verdict == "same"),
        verdict=verdict,
        headline=headline,
        extent=_extent(report, searched, not_searched),
    )


def exit_code(report: Report, *, strict: bool = False) -> int:
    """Return the exit code that a report ends a command with.

    1 for a difference that nobody accepted; 130 when the run was stopped before it found one, as
    what was not searched is not clean; 3 when nothing was compared at all; else 0.

    Args:
        report: What was found; accepted differences are already set apart.
        strict: Whether an accepted difference that did not occur is a problem too.
    """
    verdict = facts_of(report).verdict
    if strict and verdict == "clean" and report.stale:
        verdict = "stale"
    return CODES[verdict]


def family_of(kind: str) -> str:
    """Return the key of ``FAMILIES`` that a kind belongs to."""
    return next((name for name, kinds in FAMILIES.items() if kind in kinds), "wrong")


def names_of(report: Report, finding: Finding) -> tuple[str, str]:
    """Return the names of the two sides of a finding, the control's first."""
    control = report.sides[0].name if report.sides else "control"
    only = report.sides[1].name if len(report.sides) == 2 else "candidate"
    return control, finding.candidate_name or only


def also(cause: Cause, most: int = 20) -> str:
    """Name the other components in which a cause shows; empty if there are none.

    Args:
        cause: What was found.
        most: How many names are given; the rest is counted.
    """
    names = list(dict.fromkeys(each.component for each in cause.others))
    if not names:
        return ""
    left = f" and {len(names) - most:,} more" if len(names) > most else ""
    return f"the same in {len(names):,} more: {', '.join(names[:most])}{left}"


def why_not(each: Searched) -> str:
    """Return why a component was not searched."""
    return each.skipped or each.note or "the run ended before its turn"


def _was_searched(each: Searched) -> bool:
    return bool(each.comparisons) and not each.skipped


def _sorted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Put the worst first, and give the same order however they were met."""
    return tuple(
        sorted(
            findings,
            key=lambda each: (
                _RANKS.get(each.kind, len(_RANKS)),
                each.component,
                each.id,
                each.candidate_name,
            ),
        )
    )


def _causes(findings: Sequence[Finding]) -> tuple[Cause, ...]:
    rows: dict[tuple[str | int, ...], list[Finding]] = {}
    for place, each in enumerate(findings):
        rows.setdefault((each.cause or place, each.candidate_name), []).append(each)
    return tuple(Cause(first, tuple(others)) for first, *others in rows.values())


def _extent(report: Report, searched: Sequence[Searched], not_searched: Sequence[Searched]) -> str:
    comparisons = sum(each.comparisons for each in searched)
    parts = []
    if report.searched:
        parts.append(
            f"{count(comparisons, 'comparison')} in"
            f" {len(searched):,} of {count(len(report.searched), 'component')}"
        )
    if report.tests:
        parts.append(count(len(report.tests), "test"))
    if not parts:
        return "no component was there to be searched"
    text = " and ".join(parts) + f" in {duration(report.seconds)}"
    if not_searched:
        text += f"; {len(not_searched):,} could not be searched"
    return text
