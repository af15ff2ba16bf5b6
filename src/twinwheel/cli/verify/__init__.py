"""``twinwheel verify [surface|suite|search|record] PACKAGE``: find what the test suite did not."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import CommandError, VerifyError

if TYPE_CHECKING:
    import argparse

    from twinwheel.cli.output import Output

__all__ = ["add_arguments", "run"]

ACTIONS = ("surface", "suite", "search", "record")
COULD_NOT_RUN = 3

_COULD_NOT = (
    *("TW707", "TW708", "TW709", "TW710", "TW711", "TW712", "TW715", "TW716"),
    *("TW740", "TW741", "TW742", "TW743"),
)
"""Codes of what is no fault of the words that the user gave."""
_FORMATS = ("full", "concise", "json", "junit", "github", "html")
_SECONDS = 45.0
_MEBIBYTE = 1 << 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.formatter_class = _formatter()
    parser.epilog = _EPILOG
    parser.add_argument(
        "words",
        metavar="[surface|suite|search|record] [PACKAGE] [-- ...]",
        nargs="*",
        help="what to do (default: surface, then search), and a package; after -- arguments for"
        " pytest (suite), or a command (record)",
    )
    sides = parser.add_argument_group("what is compared")
    sides.add_argument(
        "--control",
        metavar="SIDE",
        help="an implementation, module, requirement,"
        " wheel, sdist, folder or environment whose answers are right",
    )
    sides.add_argument(
        "--candidate",
        metavar="SIDE",
        action="append",
        default=[],
        help="what is compared with it; may be given several times",
    )
    sides.add_argument(
        "--python",
        metavar="PYTHON",
        help="a version, an executable or an"
        " environment; two with a comma are the control's and the candidates'",
    )
    sides.add_argument(
        "--module",
        metavar="NAME",
        action="append",
        default=[],
        help="compare this module; may be given several times",
    )
    sides.add_argument(
        "--component",
        metavar="NAME",
        action="append",
        default=[],
        help="search this component only; may be given several times",
    )
    search = parser.add_argument_group("how")
    search.add_argument(
        "--seconds",
        metavar="N",
        type=_positive,
        default=_SECONDS,
        help="how long to search (default: %(default)g)",
    )
    search.add_argument(
        "--call-seconds",
        metavar="N",
        type=_positive,
        default=3.0,
        help="how long one call, or test, may take (default: %(default)g; tests 60)",
    )
    search.add_argument(
        "--memory",
        metavar="MIB",
        type=_positive,
        default=1024.0,
        help="memory that an implementation may take (default: %(default)g)",
    )
    search.add_argument("--seed", metavar="N", type=int, help="of what is by chance")
    search.add_argument("--messages", action="store_true", help="compare what exceptions say, too")
    search.add_argument(
        "--strategies",
        metavar="FILE",
        type=Path,
        help="a file of arguments and relations (default: twinwheel_verify.py, where there is one)",
    )
    search.add_argument("--tests", metavar="PATH", type=Path, help="the tests of suite")
    search.add_argument(
        "--save",
        metavar="FOLDER",
        default=".twinwheel/verify",
        help="where findings are saved, and met again; '' for nowhere (default: %(default)s)",
    )
    report = parser.add_argument_group("the report")
    report.add_argument(
        "--output-format",
        choices=_FORMATS,
        default="full",
        help="of the report (default: %(default)s)",
    )
    report.add_argument(
        "--output", metavar="FILE", type=Path, help="write the report to a file instead"
    )
    report.add_argument("--html", metavar="FILE", type=Path, help="write an HTML page besides")
    report.add_argument(
        "--accepted",
        metavar="FILE",
        type=Path,
        help="accepted differences (default: twinwheel-accepted.toml, where there is one)",
    )
    report.add_argument(
        "--strict",
        action="store_true",
        help="accepted differences that do not occur are a problem too",
    )


_EPILOG = """\
examples:
  twinwheel verify imagetools                       all implementations of a package
  twinwheel verify search --control msgpack.fallback --candidate msgpack._cmsgpack
  twinwheel verify search --control 'bcrypt==3.2.2' --candidate 'bcrypt==4.0.1'
  twinwheel verify suite markupsafe -- -x           its own tests, once per implementation
  twinwheel verify record imagetools -- pytest      keep real arguments for the search

exit codes: 0 clean, 1 differences, 2 usage, 3 it could not run, 130 stopped
"""


def _formatter() -> type[argparse.HelpFormatter]:
    import argparse

    return argparse.RawDescriptionHelpFormatter


def _positive(text: str) -> float:
    import argparse
    import math

    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (number > 0 and math.isfinite(number)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Verify; the exit code is the report's."""
    try:
        return _run(arguments, output)
    except VerifyError as error:
        output.progress("")
        output.error(error)
        return COULD_NOT_RUN if error.code in _COULD_NOT else 2


def _run(arguments: argparse.Namespace, output: Output) -> int:
    action, package, rest = _words(arguments.words)
    if action == "record":
        from twinwheel.cli.verify.record import record

        return record(package, rest, arguments, output)
    if rest and action != "suite":
        raise CommandError(
            f"what is {rest[0]!r}?",
            code="TW516",
            where="the command line",
            accepted="one action and one package",
            help="name other sides with --control and --candidate",
        )
    from twinwheel.cli.verify.work import verify

    if arguments.seed is None:
        arguments.seed = secrets.randbelow(1_000_000)
    return verify(action, package, rest, arguments, output)


def _words(words: list[str]) -> tuple[str, str | None, list[str]]:
    """Tell the action, the package, and what follows."""
    action = "all"
    if words and words[0] in ACTIONS:
        action, words = words[0], words[1:]
    if action == "record":
        return action, None, words
    return action, (words[0] if words else None), words[1:]
