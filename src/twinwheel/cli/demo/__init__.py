"""``twinwheel demo [IMAGE] [--output DIR]``: every implementation of convolve on a photograph."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import CommandError, TwinwheelError

if TYPE_CHECKING:
    import argparse

    from twinwheel.cli.output import Output
    from twinwheel.selection.reporting import Report

__all__ = ["add_arguments", "run"]

PACKAGE = "twinwheel.image"

PATIENCE = 60.0
"""Seconds for all operations once. Only pure Python needs more, and then the picture is scaled."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "image",
        metavar="IMAGE",
        nargs="?",
        type=Path,
        help="a photograph, in any format that Pillow reads (default: one that comes along)",
    )
    parser.add_argument(
        "--output",
        metavar="DIR",
        default="twinwheel-demo",
        help="folder for contact-sheet.png and demo.json (default: ./%(default)s)",
    )


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Blur, sharpen and find edges; 1 when the implementations' bits differ."""
    folder = _folder(arguments.output)

    from twinwheel.cli.demo.photograph import read_photograph

    photograph = read_photograph(arguments.image)

    from twinwheel.cli.demo.compare import compare, estimate, find_implementations
    from twinwheel.cli.demo.operations import operations_on
    from twinwheel.cli.demo.record import make_record
    from twinwheel.cli.demo.sheet import draw_sheet
    from twinwheel.cli.demo.show import show
    from twinwheel.cli.files import make_folder, write_whole

    selected = _select()
    implementations, absent = find_implementations(PACKAGE, selected.components["convolve"])
    make_folder(folder)
    output.progress("looking how fast it goes")
    seconds = sum(estimate(each, implementations[0]) for each in operations_on(photograph))
    if seconds > PATIENCE:
        photograph = photograph.scaled(math.sqrt(PATIENCE / seconds))
    comparisons = [
        compare(operation, implementations, output.progress)
        for operation in operations_on(photograph)
    ]
    output.progress("drawing the contact sheet")
    sheet = folder / "contact-sheet.png"
    record = folder / "demo.json"
    write_whole(sheet, draw_sheet(photograph, comparisons))
    write_whole(record, make_record(photograph, selected, comparisons, absent))
    output.progress("")
    show(photograph, selected, comparisons, absent, output)
    output.line(f"contact sheet: {sheet}")
    output.line(f"figures:       {record}")
    return 0 if all(comparison.agrees for comparison in comparisons) else 1


def _folder(name: str) -> Path:
    """Take the folder's name; an empty one would mean the working folder."""
    if not name:
        raise CommandError(
            "the folder of the output has no name",
            code="TW515",
            where="--output",
            accepted="the name of a folder; . is the working folder",
            help="name a folder, or leave --output out",
        )
    return Path(name)


def _select() -> Report:
    """Import the image toolkit; what a wrong variable makes of it is the user's to know."""
    from twinwheel import report

    try:
        return report(PACKAGE)
    except TwinwheelError:
        raise
    except ImportError as error:
        raise CommandError(
            f"{PACKAGE} cannot be imported: {error}",
            code="TW516",
            where=PACKAGE,
            help="correct what the message names; for more: python -m twinwheel doctor",
        ) from None
