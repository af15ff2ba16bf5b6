"""Differences that are wanted: read ``twinwheel-accepted.toml``, and set them apart in a report.

An entry says which differences, and why. It is as narrow as its author makes it: everything that it
names must fit. An entry that no longer occurs is told of, so that the file does not rot; but only
when this run would have met the difference.
"""

from __future__ import annotations

import difflib
import re
import stat
import sys
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from twinwheel.errors import VerifyError
from twinwheel.verify.findings import KINDS

if sys.version_info >= (3, 11):
    import tomllib
else:
    from twinwheel._vendor import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from twinwheel.verify.findings import Finding, Report, Searched

__all__ = [
    "ACCEPTED_FILE",
    "Accepted",
    "apply_accepted",
    "entry_for",
    "fits",
    "read_accepted",
]

ACCEPTED_FILE = "twinwheel-accepted.toml"
"""Name of the file, in the project's folder."""

SURFACE_KINDS = frozenset({"missing name", "signature", "surface", "pickle"})
"""What ``verify surface`` finds."""

SUITE_KINDS = frozenset({"test"})
"""What ``verify suite`` finds; all others are found by ``verify search``."""

_OF_CONDITIONS = frozenset({"environment", "leak", "threads", "time"})
"""What is looked for when the search is over, if there is time."""
_NO_TIME = "no time"
"""What notes of components and of reports say of what was left out."""
_ID = re.compile("[0-9a-f]{8}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_HEADER = re.compile(r"^[ \t]*\[\[[ \t]*accepted[ \t]*\]\]", re.MULTILINE)
_LARGEST = 1_000_000
"""Bytes: what is longer is no list of reasons."""
_WANTED = "why is this difference wanted?"


@dataclass(frozen=True)
class Accepted:
    """A difference that is wanted, and why. Texts may hold ``*``, which stands for any text."""

    component: str
    """Which component or test; ``*`` may stand in it."""
    kind: str
    """A key of ``KINDS``."""
    reason: str
    """Why it is wanted."""
    id: str = ""
    """The finding's own id; empty for any."""
    traits: tuple[str, ...] = ()
    """What the finding's smallest input must have, all of it; more is allowed."""
    implementation: str = ""
    """Which candidate; empty for any, and ``*`` may stand in it."""
    control: str = ""
    """What the control did; empty for anything, and ``*`` may stand in it."""
    candidate: str = ""
    """What the candidate did; empty for anything, and ``*`` may stand in it."""
    place: str = ""
    """Where it is written, such as ``twinwheel-accepted.toml, accepted 1, line 3``."""


KEYS = tuple(each.name for each in fields(Accepted) if each.name != "place")
NEEDED = ("component", "kind", "reason")


def read_accepted(path: Path, *, may_be_missing: bool = False) -> tuple[Accepted, ...]:
    """Read a file of accepted differences.

    Args:
        path: The file.
        may_be_missing: Where nobody named it, no file accepts nothing.

    Raises:
        VerifyError: TW760 when the file cannot be read, TW761 when it is no TOML, TW762 for a key
            that is not known, TW763 for a value of a wrong type, TW764 for one that is not
            accepted, TW765 for a key that is missing.
    """
    text = _read(path, may_be_missing=may_be_missing)
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise VerifyError(
            f"the accepted differences are no TOML: {error}",
            code="TW761",
            where=str(path),
            accepted="a TOML document in UTF-8",
            help="correct the place that the message names",
        ) from None
    for key in document:
        if key != "accepted":
            raise _unknown(key, ("accepted",), str(path))
    entries = document.get("accepted", [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
        raise VerifyError(
            "'accepted' is not an array of tables",
            code="TW763",
            where=f"{path}, accepted",
            accepted="[[accepted]] above the keys of each difference",
            help="write the name in two pairs of brackets",
        )
    lines = [text.count("\n", 0, match.start()) + 1 for match in _HEADER.finditer(text)]
    known = len(lines) == len(entries)  # else some are written in another way, or in a string
    return tuple(
        _entry(each, f"{path}, accepted {place}" + (f", line {lines[place - 1]}" if known else ""))
        for place, each in enumerate(entries, 1)
    )


def fits(text: str, pattern: str) -> bool:
    """Tell whether a text is what a pattern says; ``*`` stands for any text, all else for itself.

    Brackets and question marks mean nothing here, as calls, answers and names of tests are full of
    them. It takes time in proportion to the text, whatever the pattern.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    last = rest.pop()
    if not text.startswith(first) or not text[len(first) :].endswith(last):
        return False
    place, end = len(first), len(text) - len(last)
    for piece in rest:
        place = text.find(piece, place, end)
        if place < 0:
            return False
        place += len(piece)
    return True


def apply_accepted(report: Report, accepted: Iterable[Accepted]) -> Report:
    """Return the report with the reason at each finding that is accepted, and with stale entries.

    The first entry that fits a finding gives the reason. An entry is stale if no finding fits it
    although this run would have met one: it was not interrupted, it looks for this kind, and it
    searched the component, or the class whose method it is, to the end; where the entry stands for
    several, none was left out. So it is if there is no such component any more.
    """
    entries = tuple(accepted)
    used: set[int] = set()
    findings = []
    for finding in report.findings:
        fitting = [place for place, each in enumerate(entries) if _covers(each, finding)]
        used.update(fitting)
        reason = entries[fitting[0]].reason if fitting else finding.accepted
        findings.append(replace(finding, accepted=reason))
    left = [each for place, each in enumerate(entries) if place not in used]
    stale = tuple(
        _told(each) + why for each in left if (why := _why_stale(each, report)) is not None
    )
    return replace(report, findings=tuple(findings), stale=report.stale + stale)


def entry_for(finding: Finding, reason: str = "") -> str:
    """Return the TOML that accepts a finding; without a reason it is not taken until it has one.

    It does not name the candidate: the id is that of a cause, and a name may hold a version.
    """
    lines = ["[[accepted]]", f"component = {_pattern(finding.component)}"]
    lines.append(f"kind = {_pattern(finding.kind)}")
    if _ID.fullmatch(finding.id):
        lines.append(f"id = {_quoted(finding.id)}")
    lines.append(f"reason = {_quoted(reason)}" + ("" if reason else f"  # {_WANTED}"))
    return "\n".join(lines) + "\n"


def _read(path: Path, *, may_be_missing: bool) -> str:
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a pipe would be waited for
            raise OSError(0, "it is not a regular file")
        data = path.read_bytes()
        if len(data) > _LARGEST:
            raise OSError(0, f"it is longer than {_LARGEST:,} bytes")
    except (OSError, ValueError) as error:
        if may_be_missing and isinstance(error, FileNotFoundError):
            return ""
        why = error.strerror if isinstance(error, OSError) else error
        raise VerifyError(
            f"the accepted differences cannot be read: {why}",
            code="TW760",
            where=str(path),
            accepted="the path of a TOML file",
            help="write the file, or correct the path",
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise VerifyError(
            f"the accepted differences are not UTF-8: {error}",
            code="TW761",
            where=f"{path}, byte {error.start}",
            accepted="a TOML document in UTF-8",
            help="save the file as UTF-8",
        ) from None


def _entry(table: dict[str, Any], where: str) -> Accepted:
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in KEYS:
            raise _unknown(key, KEYS, where)
        values[key] = _value(key, value, f"{where}, {key}")
    for key in NEEDED:
        if key not in values:
            raise VerifyError(
                f"the entry has no '{key}'",
                code="TW765",
                where=where,
                accepted=f"{', '.join(NEEDED)} in each entry",
                help="say why the difference is wanted" if key == "reason" else f"add {key} = ...",
            )
    return Accepted(**values, place=where)


def _value(key: str, value: object, where: str) -> object:
    if key == "traits":
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise _mistyped(value, "an array of strings", where)
        return tuple(value)
    if not isinstance(value, str):
        raise _mistyped(value, "a string", where)
    if key == "kind" and value not in KINDS:
        near = difflib.get_close_matches(value, KINDS, n=1)
        advice = f"did you mean '{near[0]}'?" if near else "copy the kind from the report"
        raise _refused(f"there is no kind '{value:.60}'", ", ".join(KINDS), where, advice)
    if key == "id" and not _ID.fullmatch(value):
        accepted = "eight hexadecimal digits"
        raise _refused(f"'{value:.60}' is no id", accepted, where, "copy the id from the report")
    if key in NEEDED and not value.strip():
        advice = "say why the difference is wanted" if key == "reason" else "* stands for any text"
        raise _refused(f"'{key}' is empty", "a text", where, advice)
    return value


def _unknown(key: str, known: tuple[str, ...], where: str) -> VerifyError:
    near = difflib.get_close_matches(key, known, n=1)
    return VerifyError(
        f"unknown key '{key:.60}'",
        code="TW762",
        where=where,
        accepted=", ".join(known),
        help=f"did you mean '{near[0]}'?" if near else "correct the key, or take it out",
    )


def _mistyped(value: object, accepted: str, where: str) -> VerifyError:
    try:
        shown = f"{value!r:.60}"
    except ValueError:  # a number of thousands of digits
        shown = "a number of so many digits"
    return VerifyError(
        f"{shown} is not {accepted}",
        code="TW763",
        where=where,
        accepted=accepted,
        help="write text in quotation marks",
    )


def _refused(message: str, accepted: str, where: str, advice: str) -> VerifyError:
    return VerifyError(message, code="TW764", where=where, accepted=accepted, help=advice)


def _covers(entry: Accepted, finding: Finding) -> bool:
    return (
        entry.kind == finding.kind
        and entry.id in ("", finding.id)
        and fits(finding.component, entry.component)
        and set(entry.traits) <= set(finding.traits)
        and all(
            _fits_any(text, pattern)
            for text, pattern in (
                (finding.candidate_name, entry.implementation),
                (finding.control, entry.control),
                (finding.candidate, entry.candidate),
            )
        )
    )


def _why_stale(entry: Accepted, report: Report) -> str | None:
    """Tell what to add to a stale entry; None where this run would not have met its difference."""
    if report.interrupted or not _looks_for(report.command, entry.kind):
        return None
    candidates = report.sides[1:]
    if candidates and not any(_fits_any(each.name, entry.implementation) for each in candidates):
        return None
    if entry.kind in SUITE_KINDS:
        known = {row.test: "not run" not in row.outcomes for row in report.tests}
        known = {name: ran for name, ran in known.items() if fits(name, entry.component)}
    else:
        known = {
            each.component: _was_searched(entry.kind, each, report)
            for each in report.searched
            if _may_mean(entry.component, each.component)
        }
        if not known and report.searched and not report.narrowed:
            return " (there is no such component any more)"
    if "*" in entry.component:
        return "" if known and all(known.values()) and not report.narrowed else None
    return "" if any(known.values()) else None


def _was_searched(kind: str, each: Searched, report: Report) -> bool:
    """Would a difference of this kind have been met in a component?"""
    if kind in SURFACE_KINDS:  # for which what cannot be called is looked at as well
        return True
    if not each.comparisons or each.skipped or each.sources == ("surface",):
        return False
    notes = (each.note, *(report.notes if kind in _OF_CONDITIONS else ()))
    return not any(_NO_TIME in note for note in notes)


def _may_mean(pattern: str, name: str) -> bool:
    """Does a pattern fit a component, or may it fit a method of it?"""
    first, star, _ = pattern.partition("*")
    owner = f"{name}."
    return fits(name, pattern) or first.startswith(owner) or bool(star and owner.startswith(first))


def _fits_any(text: str, pattern: str) -> bool:
    return not pattern or fits(text, pattern)


def _looks_for(command: str, kind: str) -> bool:
    if command == "all":
        return True
    if kind in SURFACE_KINDS:
        return command == "surface"
    return command == ("suite" if kind in SUITE_KINDS else "search")


def _told(entry: Accepted) -> str:
    what = f"{entry.component}: {entry.kind}" + (f" [{entry.id}]" if entry.id else "")
    return f"{entry.place}: {what}" if entry.place else what


def _pattern(text: str) -> str:
    """Quote a text as a pattern that it fits; what TOML cannot hold may be anything."""
    return _quoted(_SURROGATE.sub("*", text))


def _quoted(text: str) -> str:
    """Write a basic string of TOML.

    Reference: https://toml.io/en/v1.0.0#string
    """
    escaped = "".join(
        f"\\{character}"
        if character in '"\\'
        else character
        if character.isprintable()
        else f"\\U{ord(character):08x}"
        for character in _SURROGATE.sub("\ufffd", text)
    )
    return f'"{escaped}"'
