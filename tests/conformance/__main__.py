"""``python -m conformance``: build everything twice, print the table, write the page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance.examining import COLUMNS, Examiner, Row
from conformance.reporting import page, summary
from conformance.subjects import maturin_subjects, scikit_build_core_subjects


def main() -> int:
    """Examine the projects; return 1 when something differs that should not."""
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where everything is built")
    parser.add_argument("--page", type=Path, help="the page to write when all is examined")
    parser.add_argument("--only", default="", help="examine what has this in BACKEND/PROJECT")
    parser.add_argument("--columns", nargs="+", choices=COLUMNS, default=COLUMNS)
    options = parser.parse_args()
    if sys.prefix == sys.base_prefix:
        parser.error("run it in a virtual environment: the base interpreter's packages are hidden")
    folder = options.folder.resolve()
    examiner = Examiner(folder, options.columns)
    subjects = [*scikit_build_core_subjects(folder / "peer"), *maturin_subjects()]
    chosen = [item for item in subjects if options.only in f"{item.family}/{item.name}"]
    if not chosen:
        parser.error(f"no project has '{options.only}' in its name")
    rows = []
    for subject in chosen:
        rows.append(examiner.examine(subject))
        show(rows[-1])
    if len(set(options.columns)) == len(COLUMNS):
        text = page(rows)
        print(text)
        if options.page is not None and chosen == subjects:
            options.page.write_text(text, "utf-8")
    print(summary([row for row in rows if row.cells]))
    return int(any(cell.state == "differs" for row in rows for cell in row.cells.values()))


def show(row: Row) -> None:
    """Print one project's result as soon as it is there."""
    print(f"{row.subject.family}/{row.subject.name}: {row.subject.reason}".rstrip(": "))
    for name, cell in row.cells.items():
        print(f"    {name:13} {cell.state}{', byte for byte' * cell.identical}")
        for item in cell.differences:
            print(f"        {item}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
