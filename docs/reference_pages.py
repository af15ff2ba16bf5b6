"""What the makers of the references share: pages with tables that are made from the code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["plain", "table", "write", "write_between"]


def write(page: Path, made: str) -> None:
    """Write a page; ``--check`` tells whether it is what would be written."""
    if "--check" in sys.argv:
        same = page.read_text("utf-8") == made
        sys.exit(0 if same else f"{page} is out of date: run nox -s reference")
    page.write_text(made, "utf-8")


def write_between(page: Path, maker: str, made: str) -> None:
    """Write what is between the two marks of a page, or check it.

    Args:
        page: The page.
        maker: Name of the script, which the first mark has.
        made: What is to stand there.
    """
    begin, end = f"<!-- begin: made by docs/{maker} -->", "<!-- end -->"
    before, _, rest = page.read_text("utf-8").partition(begin)
    after = rest.partition(end)[2]
    write(page, f"{before}{begin}\n\n{made}{end}{after}")


def table(titles: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Return the lines of a table."""
    titles = list(titles)
    return [f"| {' | '.join(cells)} |" for cells in (titles, ["--"] * len(titles), *rows)]


def plain(text: str) -> str:
    """Turn the code marks of docstrings into those of Markdown."""
    return text.replace("``", "`").replace("|", "\\|")
