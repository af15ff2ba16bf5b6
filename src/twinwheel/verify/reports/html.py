"""The report as one page for a browser: nothing is loaded, and it reads without scripts.

The page allows no more than its own style and its own script, by their hashes, so that even a fault
in the escaping of what foreign code answered could not run or load anything.
"""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import TYPE_CHECKING, Any

from twinwheel._version import __version__
from twinwheel.errors import VerifyError
from twinwheel.verify.accepted import ACCEPTED_FILE, entry_for
from twinwheel.verify.findings import KINDS
from twinwheel.verify.reports.facts import Cause, also, facts_of, family_of, names_of, why_not
from twinwheel.verify.reports.text import contrast, count, duration, shorten, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment

    from twinwheel.verify.findings import Finding, Report, Searched, TestRow
    from twinwheel.verify.reports.facts import Facts

__all__ = ["html_text"]

_ANSWER = 1_500
_CALL = 300
"""Characters; the reproducer has all of it."""
_MOST_NAMES = 200
_ENTRY = 4_000
_LINE = 300
_PASSAGE = 2_000
_LOOKS = {"passed": "good", "failed": "bad", "error": "bad", "xpassed": "bad"}
_OPEN_CARDS = 12
"""How many findings are unfolded when the page is opened."""


def html_text(report: Report) -> str:
    """Return the report as a page of HTML.

    Raises:
        VerifyError: TW766 when Jinja is not installed.
    """
    environment = _environment()
    from markupsafe import Markup

    style, script = _part("page.css"), _part("page.js")
    page = environment.get_template("report.html").render(
        report=report,
        style=Markup(style),
        script=Markup(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
        version=__version__,
        accepted_file=ACCEPTED_FILE,
        **_view(report, facts_of(report)),
    )
    # Style and script are ASCII, so this is text alone, and no encoding on the way can spoil it.
    return page.strip().encode("ascii", "xmlcharrefreplace").decode("ascii") + "\n"


def _environment() -> Environment:
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined
    except ImportError:
        raise VerifyError(
            "the page cannot be made without Jinja",
            code="TW766",
            where="--output-format html",
            accepted="full, concise, json, junit and github need nothing more",
            help="pip install 'twinwheel[verify]'",
        ) from None
    environment = Environment(
        loader=FunctionLoader(_part),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["line"] = _line
    environment.filters["passage"] = _passage
    environment.filters["duration"] = duration
    environment.filters["count"] = count
    return environment


def _view(report: Report, facts: Facts) -> dict[str, Any]:
    """Return what the template shows, worked out as far as it goes."""
    verdicts: dict[str, int] = {}
    for row in facts.different_tests:
        verdicts[row.verdict] = verdicts.get(row.verdict, 0) + 1
    return {
        "facts": facts,
        "sides": [
            {"role": "candidate" if place else "control", "name": side.name, "detail": side.detail}
            for place, side in enumerate(report.sides)
        ],
        "findings": [
            _card(report, each, unfolded=place < _OPEN_CARDS)
            for place, each in enumerate(facts.causes)
        ],
        "accepted": [_card(report, Cause(each), unfolded=False) for each in facts.accepted],
        "kinds": _kinds(each.first for each in facts.causes),
        "verdicts": sorted(verdicts.items(), key=lambda each: (-each[1], each[0])),
        "different_tests": [_test(row) for row in facts.different_tests],
        "same_tests": [_test(row) for row in facts.same_tests],
        "searched": _bars(facts.searched),
        "not_searched": [
            {"component": each.component, "why": why_not(each)} for each in facts.not_searched
        ],
    }


def _card(report: Report, cause: Cause, *, unfolded: bool) -> dict[str, Any]:
    finding = cause.first
    control, candidate = names_of(report, finding)
    one, other = contrast(finding.control, finding.candidate, _ANSWER)
    answers = []
    if finding.control or finding.candidate:
        answers = [
            {"role": "control", "name": control, "parts": one},
            {"role": "candidate", "name": candidate, "parts": other},
        ]
    return {
        "finding": finding,
        "family": family_of(finding.kind),
        "meaning": KINDS.get(finding.kind, ""),
        "call": shorten(finding.call, _CALL),
        "answers": answers,
        "also": also(cause, _MOST_NAMES),
        "entry": shorten(entry_for(finding), _ENTRY),
        "unfolded": unfolded,
    }


def _kinds(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Count the findings of each kind, in the order in which the kinds come."""
    counts: dict[str, int] = {}
    for each in findings:
        counts[each.kind] = counts.get(each.kind, 0) + 1
    return [
        {"kind": kind, "number": number, "family": family_of(kind)}
        for kind, number in counts.items()
    ]


def _test(row: TestRow) -> dict[str, Any]:
    return {
        "test": row.test,
        "outcomes": [{"text": each, "look": _LOOKS.get(each, "other")} for each in row.outcomes],
        "verdict": row.verdict,
    }


def _bars(searched: Iterable[Searched]) -> list[dict[str, Any]]:
    rows = list(searched)
    most = max((each.comparisons for each in rows), default=1)
    return [{"row": each, "share": f"{100 * each.comparisons / most:.1f}"} for each in rows]


def _shown(value: Any) -> Any:
    """Make whatever the template writes fit to be read; the page's own style and script are."""
    return visible(value, lines=True) if type(value) is str else value


def _line(text: str) -> str:
    return visible(shorten(text, _LINE).replace("\n", " "))


def _passage(text: str) -> str:
    return shorten(text, _PASSAGE)


def _part(name: str) -> str:
    folder = resources.files("twinwheel.verify.reports")
    return folder.joinpath("page").joinpath(name).read_text("utf-8").replace("\r\n", "\n")


def _hash(text: str) -> str:
    """Return what a content security policy calls a style or script by.

    Reference: https://www.w3.org/TR/CSP3/#grammardef-hash-source
    """
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
