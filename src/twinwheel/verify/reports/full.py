"""The report for a terminal: lines of styled pieces, for whoever writes them to colour or not.

The words are the same with and without colour, and so is their place.
"""

from __future__ import annotations

import textwrap
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from twinwheel.verify.accepted import ACCEPTED_FILE, entry_for
from twinwheel.verify.reports.facts import also, facts_of, names_of, why_not
from twinwheel.verify.reports.text import contrast, count, duration, shorten, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinwheel.verify.findings import Finding, Report, TestRow
    from twinwheel.verify.reports.facts import Cause, Facts

__all__ = ["ASCII", "UNICODE", "Line", "Marks", "Span", "full_lines", "full_text", "marks_for"]

WIDTH = 100
_ANSWER = 400
_CALL = 300
"""Characters; the reproducer has all of it."""
_NAME = 60
_TESTS = 200
"""Rows: how many differing tests are listed; the rest is counted, and in the other formats."""


class Span(NamedTuple):
    """A piece of a line, and its style: ``good``, ``bad``, ``code``, ``dim``, ``title`` or none."""

    text: str
    style: str = ""


Line = tuple[Span, ...]


class Marks(NamedTuple):
    """Signs that not every terminal can show."""

    good: str
    bad: str
    unsure: str
    bar: str
    dot: str


UNICODE = Marks("✓", "✗", "!", "│", "·")
ASCII = Marks("ok", "x", "!", "|", "-")

_EMPTY: Line = ()


def marks_for(encoding: str) -> Marks:
    """Return the signs that a stream with this encoding can write."""
    try:
        "".join(UNICODE).encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return ASCII
    return UNICODE


def full_text(report: Report) -> str:
    """Return the report as plain text."""
    return "".join(
        "".join(span.text for span in line).rstrip() + "\n" for line in full_lines(report)
    )


def full_lines(report: Report, width: int = WIDTH, marks: Marks = UNICODE) -> Iterator[Line]:
    """Give the lines of the report.

    Args:
        report: What was found and searched.
        width: Columns of the terminal; prose is wrapped to them, code is not.
        marks: The signs that it can show.
    """
    facts = facts_of(report)
    yield from _sides(report, width)
    for cause in facts.causes:
        yield from _cause(report, cause, width, marks)
    yield from _tests(report, facts, width)
    yield from _searched(facts, width)
    yield from _not_searched(facts, width)
    yield from _accepted(facts, width)
    yield from _texts("Accepted, but did not occur", report.stale, "bad", width, marks)
    yield from _texts("Notes", report.notes, "", width, marks)
    if facts.open:
        yield from _how_to_accept(facts.open[-1])  # the least of them: a crash is hardly wanted
    yield from _limits(report, width)
    yield from _verdict(report, facts, width, marks)


def _sides(report: Report, width: int) -> Iterator[Line]:
    yield (Span(f"verify {report.command}: {_one(report.package)}", "title"),)
    rows = []
    for place, side in enumerate(report.sides):
        role = "candidate" if place else "control"
        rows.append([Span(role, "dim"), Span(_one(side.name), "code"), Span(_one(side.detail))])
    yield from _aligned(rows, wrap=width)
    yield _EMPTY


def _cause(report: Report, cause: Cause, width: int, marks: Marks) -> Iterator[Line]:
    finding = cause.first
    yield (
        Span(f"{marks.bad} {finding.kind}", "bad"),
        Span(f" {marks.dot} "),
        Span(_one(finding.component), "title"),
        Span(f" {marks.dot} {_one(finding.id)}", "dim"),
    )
    yield from _wrapped(finding.summary, "  ", width)
    yield _EMPTY
    bar = Span(f"  {marks.bar} ", "dim")
    for text in visible(shorten(finding.call, _CALL), lines=True).splitlines():
        yield bar, Span(text, "code")
    yield from _answers(report, finding, bar)
    rows = []
    if finding.traits:
        rows.append(("when", ", ".join(map(_one, finding.traits))))
    if finding.call:
        rows.append(("seen", f"with {count(finding.seen, 'input')}"))
    if finding.reproducer:
        rows.append(("show", f"python {_one(finding.reproducer)}"))
    if cause.others:
        rows.append(("also", _one(also(cause), 3_000)))
    if rows:
        yield _EMPTY
    for label, text in rows:
        first, *rest = textwrap.wrap(text, max(width - 8, 20), break_on_hyphens=False) or [""]
        yield Span(f"  {label}  ", "dim"), Span(first)
        for line in rest:
            yield (Span(" " * 8 + line),)
    yield _EMPTY


def _answers(report: Report, finding: Finding, bar: Span) -> Iterator[Line]:
    if not finding.control and not finding.candidate:
        return
    if finding.call:
        yield (bar,)
    names = [_one(name) for name in names_of(report, finding)]
    margin = max(map(columns, names)) + 2
    answers = contrast(finding.control, finding.candidate, _ANSWER)
    for name, parts, style in zip(names, answers, ("good", "bad"), strict=True):
        label = Span(_padded(name, margin), "dim")
        pieces = [
            (visible(part.text, lines=True), style if part.different else "") for part in parts
        ]
        for line in _split(pieces) or [()]:
            yield bar, label, *line
            label = Span(" " * margin)


def _split(pieces: Sequence[tuple[str, str]]) -> list[Line]:
    """Break styled text at its line breaks."""
    lines: list[list[Span]] = [[]]
    for text, style in pieces:
        first, *rest = text.split("\n")
        lines[-1].append(Span(first, style))
        lines += [[Span(each, style)] for each in rest]
    return [tuple(line) for line in lines]


def _tests(report: Report, facts: Facts, width: int) -> Iterator[Line]:
    if not report.tests:
        return
    same = len(facts.same_tests)
    yield (Span(f"Tests: {len(report.tests):,}, of which {same:,} have the same outcome", "title"),)
    verdicts: dict[str, int] = {}
    for row in facts.different_tests:
        verdicts[row.verdict] = verdicts.get(row.verdict, 0) + 1
    for verdict, number in sorted(verdicts.items(), key=lambda each: -each[1]):
        yield Span(f"  {number:,} ", "bad"), Span(_one(verdict))
    if facts.different_tests:
        yield _EMPTY
        head = [Span(f"  {'test'}", "dim")]
        head += [Span(_one(side.name), "dim") for side in report.sides]
        rows = [_test_row(row) for row in facts.different_tests[:_TESTS]]
        yield from _aligned([head, *rows], most=max(width // 2, 30))
        left = len(facts.different_tests) - _TESTS
        if left > 0:
            yield (Span(f"  and {left:,} more, which json and html list", "dim"),)
    yield _EMPTY


def _test_row(row: TestRow) -> list[Span]:
    styles = {"passed": "good", "failed": "bad", "error": "bad"}
    return [Span(f"  {_one(row.test)}"), *(Span(_one(o), styles.get(o, "")) for o in row.outcomes)]


def _searched(facts: Facts, width: int) -> Iterator[Line]:
    if not facts.searched:
        return
    total = count(facts.comparisons, "comparison")
    yield (Span(f"Searched: {count(len(facts.searched), 'component')}, {total}", "title"),)
    head = ("  component", "comparisons", "largest input", "time", "inputs from")
    rows = [[Span(name, "dim") for name in head]]
    for each in facts.searched:
        sources = ", ".join(map(_one, each.sources))
        note = f"{sources}; {_one(each.note)}" if sources and each.note else sources + each.note
        rows.append(
            [
                Span(f"  {_one(each.component)}", "code"),
                Span(f"{each.comparisons:,}"),
                Span(_one(each.largest)),
                Span(duration(each.seconds)),
                Span(_one(note, 500)),
            ]
        )
    yield from _aligned(rows, right=(1, 3), most=max(width // 3, 24), wrap=width)
    yield _EMPTY


def _not_searched(facts: Facts, width: int) -> Iterator[Line]:
    if not facts.not_searched:
        return
    number = count(len(facts.not_searched), "component")
    yield (Span(f"Not searched: {number}", "title"),)
    rows = [
        [Span(f"  {_one(each.component)}", "code"), Span(_one(why_not(each), 500))]
        for each in facts.not_searched
    ]
    yield from _aligned(rows, most=max(width // 3, 24), wrap=width)
    yield _EMPTY


def _accepted(facts: Facts, width: int) -> Iterator[Line]:
    if not facts.accepted:
        return
    yield (Span(f"Accepted: {count(len(facts.accepted), 'difference')}", "title"),)
    rows = [
        [
            Span(f"  {_one(each.component)}", "code"),
            Span(each.kind),
            Span(_one(each.id), "dim"),
            Span(_one(each.accepted, 500)),
        ]
        for each in facts.accepted
    ]
    yield from _aligned(rows, most=max(width // 3, 24), wrap=width)
    yield _EMPTY


def _texts(
    title: str, texts: Sequence[str], style: str, width: int, marks: Marks
) -> Iterator[Line]:
    if not texts:
        return
    yield (Span(title, "title"),)
    for text in texts:
        first, *rest = _wrapped(text, "    ", width) or [(Span(""),)]
        yield Span(f"  {marks.dot} ", style), Span(first[0].text.lstrip())
        yield from rest
    yield _EMPTY


def _how_to_accept(finding: Finding) -> Iterator[Line]:
    yield (
        Span("To accept a difference", "title"),
        Span(f", write into {ACCEPTED_FILE} why it is wanted:"),
    )
    for line in entry_for(finding).splitlines():
        yield (Span(f"  {shorten(line, 2 * WIDTH)}", "code"),)
    yield _EMPTY


def _limits(report: Report, width: int) -> Iterator[Line]:
    limits = [f"{_one(name)} {_one(value)}" for name, value in report.limits.items()]
    text = ", ".join([*limits, f"seed {report.seed}"])
    yield (Span("Limits", "title"),)
    yield from _wrapped(text, "  ", width)
    if report.again:
        yield Span("  again  ", "dim"), Span(_one(report.again, 1000), "code")
    yield _EMPTY


def _verdict(report: Report, facts: Facts, width: int, marks: Marks) -> Iterator[Line]:
    style, mark = {
        "clean": ("good", marks.good),
        "differences": ("bad", marks.bad),
    }.get(facts.verdict, ("bad", marks.unsure))
    if report.interrupted and facts.open:
        yield (Span("It was stopped before its end: what is here was found until then.", "bad"),)
    text = f"{mark} {facts.headline}"
    extent = f" ({facts.extent})"
    if columns(text + extent) > width:
        yield from _wrapped(facts.extent, "", width)
        extent = ""
    yield Span(text, style), Span(extent)


def _one(text: str, most: int = _NAME * 2) -> str:
    """Make a text fit for a place in a line."""
    return visible(shorten(text, most).replace("\n", " "))


def _wrapped(text: str, indent: str, width: int) -> list[Line]:
    text = _one(text, 2_000)
    wrapped = textwrap.wrap(text, max(width - len(indent), 20), break_on_hyphens=False)
    return [(Span(indent + line),) for line in wrapped]


def _aligned(
    rows: Sequence[Sequence[Span]], right: Sequence[int] = (), most: int = _NAME, wrap: int = 0
) -> Iterator[Line]:
    """Lay out columns.

    Args:
        rows: The cells.
        right: Which columns are aligned to the right.
        most: Columns of the terminal that a cell may take; what is longer loses its middle.
        wrap: Where to wrap the last column; 0 for nowhere.
    """
    last = max((len(row) for row in rows), default=1) - 1
    cut = [
        [
            cell if place == last and place else Span(_fitted(cell.text, most), cell.style)
            for place, cell in enumerate(row)
        ]
        for row in rows
    ]
    widths = [
        max((columns(row[place].text) for row in cut if place < len(row)), default=0)
        for place in range(last + 1)
    ]
    margin = sum(widths[:last]) + 2 * last
    for row in cut:
        cells = [
            Span(_padded(cell.text, widths[place], right=place in right) + "  ", cell.style)
            for place, cell in enumerate(row[:last])
        ]
        final = row[last] if len(row) > last else Span("")
        pieces = [final.text]
        if wrap:
            pieces = textwrap.wrap(final.text, max(wrap - margin, 20), break_on_hyphens=False)
        yield *cells, Span(pieces[0] if pieces else "", final.style)
        for piece in pieces[1:]:
            yield Span(" " * margin), Span(piece, final.style)


def columns(text: str) -> int:
    """Count the columns that a text takes in a terminal."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(each) else 1 + (unicodedata.east_asian_width(each) in "WF")
        for each in text
    )


def _padded(text: str, width: int, *, right: bool = False) -> str:
    space = " " * (width - columns(text))
    return space + text if right else text + space


def _fitted(text: str, most: int) -> str:
    """Take out the middle of a name that is too long for its column."""
    if columns(text) <= most:
        return text
    half = (most - 3) // (1 if text.isascii() else 2) // 2
    return f"{text[:half]}...{text[len(text) - half :]}"
