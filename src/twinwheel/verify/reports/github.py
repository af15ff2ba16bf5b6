"""The report as commands to a workflow on GitHub, which shows them beside the change.

Reference: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.verify.reports.facts import also, facts_of, names_of, why_not
from twinwheel.verify.reports.text import contrast, shorten, visible

if TYPE_CHECKING:
    from twinwheel.verify.findings import Report
    from twinwheel.verify.reports.facts import Cause

__all__ = ["github_text"]

_TITLE = 200
_TEXT = 600


def github_text(report: Report) -> str:
    """Return an error for each cause, a warning for each stale entry, a notice of the rest."""
    facts = facts_of(report)
    lines = [
        _command("error", f"{each.first.component}: {each.first.kind}", _told(report, each))
        for each in facts.causes
    ]
    lines += [
        _command("warning", "an accepted difference did not occur", each) for each in report.stale
    ]
    title = f"twinwheel verify {report.command}: {report.package}"
    notes = [f"not searched: {each.component}: {why_not(each)}" for each in facts.not_searched[:20]]
    text = "\n".join([f"{facts.headline}: {facts.extent}", *notes, *report.notes])
    level = "notice" if facts.verdict in ("clean", "differences") else "warning"
    lines.append(_command(level, title, text))
    return "".join(f"{line}\n" for line in lines)


def _told(report: Report, cause: Cause) -> str:
    finding = cause.first
    lines = [f"{finding.summary} [{finding.id}]"]
    if finding.traits:
        lines.append(f"when: {', '.join(finding.traits)}")
    if finding.call:
        lines.append(f"call: {shorten(finding.call, _TEXT)}")
    answers = contrast(finding.control, finding.candidate, _TEXT)
    for name, parts in zip(names_of(report, finding), answers, strict=True):
        if parts:
            lines.append(f"{name}: {''.join(part.text for part in parts)}")
    if finding.reproducer:
        lines.append(f"show: python {finding.reproducer}")
    if cause.others:
        lines.append(also(cause))
    return "\n".join(lines)


def _command(level: str, title: str, text: str) -> str:
    """Write one command; what is in the texts ends neither it nor its title."""
    title = _data(visible(shorten(title, _TITLE))).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={title}::{_data(visible(shorten(text, 6 * _TEXT), lines=True))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
