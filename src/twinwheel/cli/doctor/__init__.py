"""``twinwheel doctor [PACKAGE] [--json]``: what is bound, and why each other thing is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from twinwheel.cli.output import Output

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "package",
        metavar="PACKAGE",
        nargs="?",
        default="twinwheel.image",
        help="full name of a package that twinwheel built (default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of tables")


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Examine a package; 1 when anything is not as it should be."""
    from twinwheel.cli.doctor.examine import examine
    from twinwheel.cli.doctor.show import show

    found = examine(arguments.package)
    if arguments.json:
        output.json(found)
    else:
        show(found, output)
    return 1 if found["problems"] else 0
