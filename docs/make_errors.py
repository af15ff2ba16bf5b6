"""Write docs/reference/errors.md from the explanations; ``nox -s reference`` runs it."""

from __future__ import annotations

import posixpath
from pathlib import Path

from reference_pages import table, write

from twinwheel.cli.explain.explanations import CLASSES, EXPLANATIONS, Explanation
from twinwheel.cli.prose import wrap

DOCS = Path(__file__).parent
PAGE = DOCS / "reference" / "errors.md"
WIDTH = 120
INTRODUCTION = """\
Every error that twinwheel raises on purpose is a `twinwheel.errors.TwinwheelError`. It has a
`code`, a message, and, as far as they apply, `where` the fault is, what would have been `accepted`,
and a line of `help`. A code has one meaning for good. The first digit tells the class.
`twinwheel explain CODE` tells on the command line what is written here.
"""
HEAD = [
    "# Error codes",
    "",
    "<!-- made by docs/make_errors.py from src/twinwheel/cli/explain/explanations -->",
    "",
    *wrap(INTRODUCTION, WIDTH),
    "",
]


def main() -> None:
    """Write the page; ``--check`` tells whether it is what would be written."""
    write(PAGE, "\n".join([*HEAD, *(section(digit) for digit in CLASSES)]))


def section(digit: str) -> str:
    """Return the codes of one class: a table, then what there is to tell of each."""
    about, error = CLASSES[digit]
    explanations = [each for each in EXPLANATIONS if each.code[2] == digit]
    lines = [
        f"## TW{digit}xx: {about} (`{error.__name__}`)",
        "",
        *table(("code", "meaning", "what to do"), map(row, explanations)),
        "",
    ]
    return "\n".join(lines) + "".join(f"\n{details(each)}" for each in explanations)


def row(explanation: Explanation) -> tuple[str, str, str]:
    """Return the cells of the table, with a link to the rest."""
    code = explanation.code
    return f"[`{code}`](#{code.lower()})", explanation.meaning, explanation.remedy


def details(explanation: Explanation) -> str:
    """Return all that the table does not say of a code."""
    lines = [f"### {explanation.code}", "", *wrap(explanation.text, WIDTH), ""]
    for label, example in (("Wrong", explanation.wrong), ("Right", explanation.right)):
        if example:
            lines += [f"{label}:", "", f"```{explanation.language}", example, "```", ""]
    if explanation.pages:
        lines += [f"See {', '.join(link(page) for page in explanation.pages)}.", ""]
    return "\n".join(lines)


def link(page: str) -> str:
    """Return a link to a page, named by its heading."""
    heading = (DOCS / page).read_text("utf-8").partition("\n")[0].removeprefix("# ")
    return f"[{heading}]({posixpath.relpath(page, PAGE.parent.relative_to(DOCS).as_posix())})"


if __name__ == "__main__":
    main()
