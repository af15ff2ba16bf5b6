"""The command line: thin commands over the rooms.

A command is a module with ``add_arguments(parser)`` and ``run(arguments, output) -> int``; adding
one takes a line in ``COMMANDS``. Exit codes: 0 all is well, 1 the command found a problem, 2 it was
called wrongly or is set up wrongly.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import TYPE_CHECKING, Protocol, cast

from twinwheel._version import __version__
from twinwheel.cli.output import COLOURS, Output
from twinwheel.cli.words import Parser
from twinwheel.errors import CommandError, TwinwheelError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

COMMANDS = {
    "doctor": ("twinwheel.cli.doctor", "tell which implementation of a package is on, and why"),
    "demo": ("twinwheel.cli.demo", "run every implementation of convolve on a photograph"),
    "verify": ("twinwheel.cli.verify", "compare implementations, and search for what differs"),
    "rollout": ("twinwheel.cli.rollout", "show what armed packages do, check a policy, resume"),
    "explain": ("twinwheel.cli.explain", "tell what an error code means, and what to do"),
}
"""Name of each command: its module, and what it does."""

USAGE = 2
INTERRUPTED = 130


class Command(Protocol):
    """What the module of a command provides."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own arguments."""

    def run(self, arguments: argparse.Namespace, output: Output) -> int:
        """Do the work; give the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments without the program's name; by default the process's own.

    Returns:
        The exit code.
    """
    parser = _parser()
    try:
        arguments = parser.parse_args(argv)
    except CommandError as error:
        Output("auto").error(error)
        return USAGE
    except SystemExit:  # argparse has said what was asked for
        return 0
    output = Output(getattr(arguments, "color", "auto"))
    if arguments.command is None:
        parser.print_help(sys.stderr)
        return USAGE
    try:
        code = _load(arguments.command).run(arguments, output)
        output.finish()
    except TwinwheelError as error:
        output.error(error)
        return USAGE
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _load(name: str) -> Command:
    return cast("Command", importlib.import_module(COMMANDS[name][0]))


def _parser() -> Parser:
    common = Parser(add_help=False)
    common.add_argument(
        "--color",
        choices=COLOURS,
        default=argparse.SUPPRESS,  # before or after the command; a default would hide the former
        help="when to use colour; auto: on a terminal, unless NO_COLOR is set (default: auto)",
    )
    parser = Parser(
        prog="twinwheel",
        description="Build a C and a Rust kernel into one wheel, and select the best at import.",
        parents=[common],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"twinwheel {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    for name, (_, summary) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}.",
            parents=[common],
            allow_abbrev=False,
        )
        _load(name).add_arguments(command)
    return parser
