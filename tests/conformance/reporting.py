"""Reporting: the table, as a page of the documentation."""

from __future__ import annotations

import importlib.metadata
import platform
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

from conformance.examining import COLUMNS, Cell, Row

__all__ = ["page", "summary"]

_HEAD = Template(Path(__file__).with_name("page.md").read_text("utf-8"))
_TITLES = {
    "scikit-build-core": "scikit-build-core's own test packages",
    "maturin": "maturin projects",
}
_WORDS = {"differs": "DIFFERS", "both import": "imported"}


def page(rows: Sequence[Row]) -> str:
    """Return the page for all rows."""
    names = ("scikit-build-core", "maturin")
    versions = [f"{name} {importlib.metadata.version(name)}" for name in names]
    versions.append(f"{platform.python_implementation()} {platform.python_version()}")
    versions.append(f"{platform.system()} {platform.machine()}")
    parts = [_HEAD.substitute(versions=", ".join(versions))]
    for family, title in _TITLES.items():
        chosen = [row for row in rows if row.subject.family == family]
        compared = [row for row in chosen if row.cells]
        parts.append(f"## {title}\n")
        parts.append(_table(("project", *COLUMNS), map(_cells, compared)))
        parts.append(f"{summary(compared)}\n")
        parts.append(_notes(compared))
        given = [
            (f"`{row.subject.name}`", row.subject.circumstances.note)
            for row in compared
            if row.subject.circumstances.note
        ]
        if given:
            parts.append("What is given to a project, as upstream's own tests do:\n")
            parts.append(_table(("project", "given"), given))
        left_out = [row for row in chosen if not row.cells]
        if left_out:
            parts.append("These are no subject:\n")
            reasons = [(f"`{row.subject.name}`", row.subject.reason) for row in left_out]
            parts.append(_table(("project", "why"), reasons))
    return "\n".join(part for part in parts if part)


def summary(rows: Sequence[Row]) -> str:
    """Return the counts in one sentence."""
    counts = Counter(cell.state for row in rows for cell in row.cells.values())
    wheels = [
        cell for row in rows for name, cell in row.cells.items() if name in ("wheel", "editable")
    ]
    equal = [cell for cell in wheels if cell.state == "equal"]
    words = ", ".join(
        f"{count} {_WORDS.get(state, state)}" for state, count in counts.most_common()
    )
    return (
        f"{len(rows)} projects: {words}. Of {len(equal)} equal wheels, "
        f"{sum(cell.identical for cell in equal)} are one file, byte for byte."
    )


def _cells(row: Row) -> list[str]:
    cells = [row.cells[name].state for name in COLUMNS]
    return [f"`{row.subject.name}`", *(_WORDS.get(state, state) for state in cells)]


def _notes(rows: Iterable[Row]) -> str:
    """Say why, for each cell that is not simply equal; one line for each reason."""
    columns: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        for column in COLUMNS:
            cell = row.cells[column]
            for text in _reasons(cell):
                key = (_WORDS.get(cell.state, cell.state), text, row.subject.name)
                columns.setdefault(key, []).append(column)
    names: dict[tuple[str, str, str], list[str]] = {}
    for (state, text, name), found in columns.items():
        names.setdefault((state, text, ", ".join(dict.fromkeys(found))), []).append(f"`{name}`")
    lines = [
        (", ".join(subjects), what, state, text)
        for (state, text, what), subjects in sorted(names.items())
    ]
    return _table(("project", "what", "result", "why"), lines) if lines else ""


def _reasons(cell: Cell) -> list[str]:
    if cell.state == "fails alike":
        return [f"upstream: `{_without_machine(text)}`" for text in cell.differences]
    if cell.state == "differs":
        return [f"`{_without_machine(text)}`" for text in cell.differences]
    return list(cell.differences)


def _without_machine(text: str) -> str:
    """Leave out the folders of the machine, and what would break the table."""
    text = re.sub(r"/[\w.@+-]+(?:/[\w.@+-]+)+/", ".../", text)
    return re.sub(r"\s+", " ", text.replace("|", "/").replace("`", "'")).strip()


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["--"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)
