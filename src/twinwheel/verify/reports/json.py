"""The report as data: everything, in a form that docs/reference/verify-output.md tells."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from twinwheel._version import __version__
from twinwheel.verify.reports.facts import facts_of

if TYPE_CHECKING:
    from twinwheel.verify.findings import Finding, Report

__all__ = ["SCHEMA", "as_data", "json_text"]

SCHEMA = 1
"""Raised when a key goes or changes its meaning; a new key is no new schema."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_text(report: Report) -> str:
    """Return the report as JSON in ASCII, with nothing left out and nothing shortened."""
    return json.dumps(_held(as_data(report)), indent=2, allow_nan=False) + "\n"


def as_data(report: Report) -> dict[str, Any]:
    """Return the report as dictionaries, lists, texts and numbers."""
    facts = facts_of(report)
    return {
        "schema": SCHEMA,
        "twinwheel": __version__,
        "command": report.command,
        "package": report.package,
        "sides": [asdict(side) for side in report.sides],
        "verdict": facts.verdict,
        "headline": facts.headline,
        "counts": {
            "open": len(facts.open),
            "causes": len(facts.causes),
            "accepted": len(facts.accepted),
            "stale": len(report.stale),
            "searched": len(facts.searched),
            "not_searched": len(facts.not_searched),
            "comparisons": facts.comparisons,
            "tests": len(report.tests),
            "tests_different": len(facts.different_tests),
        },
        "findings": [_finding(each) for each in (*facts.open, *facts.accepted)],
        "searched": [{**asdict(each), "sources": list(each.sources)} for each in report.searched],
        "tests": [
            {"test": row.test, "outcomes": list(row.outcomes), "verdict": row.verdict}
            for row in report.tests
        ],
        "notes": list(report.notes),
        "stale": list(report.stale),
        "seed": report.seed,
        "seconds": round(report.seconds, 3),
        "started": report.started,
        "again": report.again,
        "interrupted": report.interrupted,
        "narrowed": report.narrowed,
        "limits": dict(report.limits),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {**asdict(finding), "traits": list(finding.traits)}


def _held(value: Any) -> Any:
    """Write half characters, which many readers of JSON refuse, as the text of their escapes."""
    if isinstance(value, str):
        return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", value)
    if isinstance(value, dict):
        return {_held(key): _held(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_held(each) for each in value]
    return value
