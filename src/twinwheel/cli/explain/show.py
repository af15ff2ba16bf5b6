"""An explanation as text for a reader, and as data for a program."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from twinwheel.cli.explain.explanations import CLASSES
from twinwheel.cli.output import Cell, Column

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinwheel.cli.explain.explanations import Explanation
    from twinwheel.cli.output import Output

__all__ = ["as_data", "show", "show_list"]


def as_data(explanation: Explanation) -> dict[str, object]:
    """Return what ``--json`` writes of one code."""
    about, error = CLASSES[explanation.code[2]]
    return {**asdict(explanation), "about": about, "class": error.__name__}


def show(explanation: Explanation, output: Output) -> None:
    """Write all that there is on one code."""
    about, error = CLASSES[explanation.code[2]]
    output.line(f"{explanation.code} ({about}, {error.__name__})", "title")
    output.paragraph(explanation.meaning)
    output.line()
    output.paragraph(explanation.text)
    output.line()
    for label, example, style in (
        ("wrong:", explanation.wrong, "bad"),
        ("right:", explanation.right, "good"),
    ):
        if example:
            output.line(label, style)
            for line in example.splitlines():
                output.line(f"    {line}".rstrip())
            output.line()
    output.paragraph(f"What to do: {explanation.remedy}.")
    if explanation.pages:
        pages = ", ".join(f"docs/{page}" for page in explanation.pages)
        output.line(f"See {pages}", "dim")


def show_list(explanations: Iterable[Explanation], output: Output) -> None:
    """Write one line for each code."""
    output.table(
        [Column("code"), Column("meaning")],
        [(Cell(each.code, "title"), each.meaning) for each in explanations],
    )
    output.line("for more: twinwheel explain CODE", "dim")
