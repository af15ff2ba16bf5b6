"""``python -m conformance``: build everything twice, print the table, write the page."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from conformance.examining import Examiner, Row
from conformance.subjects import maturin_subjects, scikit_build_core_subjects


def main() -> int:
    parser = argparse.ArgumentParser(prog="conformance", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where everything is built")
    parser.add_argument("--page", type=Path, help="the page to write; the whole table only")
    parser.add_argument("--only", default="", help="take the projects with these words in the name")
    options = parser.parse_args()
    folder = options.folder.resolve()
    examiner = Examiner(folder)
    subjects = [*scikit_build_core_subjects(folder / "peer"), *maturin_subjects()]
    for subject in subjects:
        if options.only in subject.name:
            show(examiner.examine(subject))
    return 0


def show(row: Row) -> None:
    print(f"{row.subject.name}: {row.subject.reason}", flush=True)
    for name, cell in row.cells.items():
        print(f"    {name:13} {cell.state}{' (identical)' * cell.identical}", flush=True)
        for item in cell.differences:
            print(f"        {item}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
