"""The report with one line for each cause, for a log or another program's eye."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.verify.reports.facts import also, facts_of
from twinwheel.verify.reports.text import shorten, visible

if TYPE_CHECKING:
    from twinwheel.verify.findings import Finding, Report

__all__ = ["concise_text", "line_of"]

_TEXT, _NAMES = 300, 3_000


def concise_text(report: Report) -> str:
    """Return ``component: kind: summary [id]`` of each cause, and one line of verdict."""
    facts = facts_of(report)
    several = len(report.sides) > 2
    lines = []
    for each in facts.causes:
        more = f"; {visible(shorten(also(each), _NAMES))}" if each.others else ""
        lines.append(line_of(each.first, several=several) + more)
    lines += [f"accepted, but did not occur: {_one(each)}" for each in report.stale]
    lines.append(f"{facts.headline}: {facts.extent}")
    return "".join(f"{line}\n" for line in lines)


def line_of(finding: Finding, *, several: bool) -> str:
    """Return a finding in one line.

    Args:
        finding: What was found.
        several: Whether there are several candidates, so that this one is to be named.
    """
    who = f" ({_one(finding.candidate_name)})" if several and finding.candidate_name else ""
    what = f"{_one(finding.component)}: {_one(finding.kind)}: {_one(finding.summary)}"
    return f"{what}{who} [{_one(finding.id)}]"


def _one(text: str) -> str:
    return visible(shorten(text, _TEXT).replace("\n", " "))
