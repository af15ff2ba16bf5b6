"""``twinwheel explain [CODE] [--json]``: what an error code means, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from twinwheel.cli.output import Output

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "code",
        metavar="CODE",
        nargs="?",
        help="an error code, such as TW201, tw201 or 201 (default: list every code)",
    )
    parser.add_argument("--json", action="store_true", help="write JSON instead of text")


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Explain one code, or list them all."""
    from twinwheel.cli.explain.explanations import EXPLANATIONS
    from twinwheel.cli.explain.find import find
    from twinwheel.cli.explain.show import as_data, show, show_list

    if arguments.code is None:
        if arguments.json:
            output.json([as_data(explanation) for explanation in EXPLANATIONS])
        else:
            show_list(EXPLANATIONS, output)
        return 0
    explanation = find(arguments.code)
    if arguments.json:
        output.json(as_data(explanation))
    else:
        show(explanation, output)
    return 0
