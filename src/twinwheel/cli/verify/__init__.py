"""``twinwheel verify [surface|suite|search|record] PACKAGE``: find what the test suite did not."""

from __future__ import annotations

import argparse
import math
import secrets
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinwheel.cli.words import Parser
from twinwheel.errors import CommandError, VerifyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.cli.output import Output

__all__ = ["add_arguments", "run"]

ACTIONS = ("surface", "suite", "search", "record")
COULD_NOT_RUN = 3

_COULD_NOT = (
    *("TW707", "TW708", "TW709", "TW710", "TW711", "TW712", "TW715", "TW716"),
    *("TW720", "TW721", "TW722", "TW723", "TW724", "TW725", "TW726", "TW727", "TW729"),
    *("TW732", "TW733", "TW734", "TW735"),
    *("TW740", "TW741", "TW742", "TW743", "TW746", "TW780", "TW781"),
)
"""Codes of what is no fault of the words that the user gave."""
_FORMATS = ("full", "concise", "json", "junit", "github", "html")
_NEEDED = ("packaging", "psutil", "rich", "jinja2")
_MOST = 1e9
"""Seconds or mebibytes: as good as no limit."""

_USAGE = (
    "twinwheel verify [surface|suite|search|record] [PACKAGE | CONTROL CANDIDATE] [OPTION ...]"
    " [-- WORD ...]"
)
_DESCRIPTION = """\
Compare implementations of the same functions and classes, and search for calls to which they
answer differently. One of them, the control, is right; the others are candidates.

  surface   compare names, signatures, classes, constants, docstrings and pickles
  search    call both with the same arguments, from edges to chance, and compare what comes out
  suite     run the package's own tests once per implementation, outcomes side by side
  record    run a command, and keep the arguments that it calls the package with for the search

Without one of these words: surface, then search. PACKAGE alone is enough where it was built by
twinwheel, or has something both compiled and in Python; it need not be installed.
"""
_EPILOG = """\
A SIDE is one of
  rust, c, python            an implementation of PACKAGE, where that was built by twinwheel
  msgpack.fallback           a module
  'bcrypt==4.0.1'            a release, installed into an environment of its own; so are
  dist/pkg-2.0-py3-none-any.whl, dist/pkg-2.0.tar.gz, ./pkg    a wheel, an sdist, a folder
  old/.venv                  an environment, in which PACKAGE is

examples:
  twinwheel verify markupsafe                       what is in a package, with defaults
  twinwheel verify imagetools --candidate rust      one implementation only
  twinwheel verify search msgpack.fallback msgpack._cmsgpack
  twinwheel verify --control 'bcrypt==3.2.2' --candidate 'bcrypt==4.0.1'
  twinwheel verify markupsafe --component escape --seconds 300
  twinwheel verify suite markupsafe -- -x           after --: arguments for pytest
  twinwheel verify record imagetools -- pytest      after --: the command
  twinwheel verify imagetools --output-format junit --output verify.xml

Ctrl-C ends it with a report of what was found until then.

exit codes: 0 clean, 1 differences, 2 usage, 3 it could not run, 130 stopped without a difference
"""


class _Parser(Parser):
    """Takes words between options, as ``nargs="*"`` does not, and sets apart what follows --."""

    def parse_known_args(  # type: ignore[override]
        self, args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[argparse.Namespace, list[str]]:
        words = list(args or ())
        place = words.index("--") if "--" in words else len(words)
        parsed, extra = super().parse_known_args(words[:place], namespace)
        parsed.words = [*parsed.words, *(each for each in extra if not each.startswith("-"))]
        parsed.rest = words[place + 1 :]
        parsed.has_rest = place < len(words)
        return parsed, [each for each in extra if each.startswith("-")]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.__class__ = _Parser
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.usage, parser.description, parser.epilog = _USAGE, _DESCRIPTION, _EPILOG
    parser.add_argument(
        "words",
        metavar="WORD",
        nargs="*",
        type=_text,
        help="surface, search, suite or record (default: surface, then search), and a package, or"
        " the control and the candidate",
    )
    _add_sides(parser.add_argument_group("what is compared"))
    _add_search(parser.add_argument_group("how"))
    _add_report(parser.add_argument_group("the report"))


def _add_sides(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--control", metavar="SIDE", type=_text, help="the one whose answers are right"
    )
    group.add_argument(
        "--candidate",
        metavar="SIDE",
        type=_text,
        action="append",
        default=[],
        help="what is compared with it; may be given several times",
    )
    group.add_argument(
        "--python",
        metavar="PYTHON",
        type=_text,
        help="a version such as 3.12, an executable or an environment to work with; two with a"
        " comma between them are the control's and the candidates'",
    )
    group.add_argument(
        "--module",
        metavar="NAME",
        type=_text,
        action="append",
        default=[],
        help="compare this module of the package only; may be given several times",
    )
    group.add_argument(
        "--component",
        metavar="NAME",
        type=_text,
        action="append",
        default=[],
        help="compare this function or class only; may be given several times",
    )


def _add_search(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--seconds",
        metavar="N",
        type=_positive,
        help="how long to search, all in all (default: 45, or 1.4 for each component and candidate"
        " where that is more, and never more than 100)",
    )
    group.add_argument(
        "--call-seconds",
        metavar="N",
        type=_positive,
        default=3.0,
        help="how long one call may take (default: %(default)g); a test of suite has at least 60",
    )
    group.add_argument(
        "--memory",
        metavar="MIB",
        type=_positive,
        default=1024.0,
        help="memory that the process of an implementation may take (default: %(default)g)",
    )
    group.add_argument(
        "--seed",
        metavar="N",
        type=int,
        help="what chance begins with (default: another one each time; the report tells it)",
    )
    group.add_argument(
        "--messages", action="store_true", help="compare what exceptions say, not only their class"
    )
    group.add_argument(
        "--strategies",
        metavar="FILE",
        type=_path,
        help="a file of arguments and relations (default: twinwheel_verify.py, where there is one)",
    )
    group.add_argument(
        "--tests", metavar="PATH", type=_path, help="where the tests are that suite runs"
    )
    group.add_argument(
        "--save",
        metavar="FOLDER",
        default=".twinwheel/verify",
        help="where findings and recorded calls are kept, which the next run begins with;"
        " '' for nowhere (default: %(default)s)",
    )


def _add_report(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--output-format",
        choices=_FORMATS,
        default="full",
        help="of the report (default: %(default)s)",
    )
    group.add_argument(
        "--output", metavar="FILE", type=_path, help="write the report to a file instead"
    )
    group.add_argument("--html", metavar="FILE", type=_path, help="write an HTML page besides")
    group.add_argument(
        "--accepted",
        metavar="FILE",
        type=_path,
        help="accepted differences (default: twinwheel-accepted.toml, where there is one)",
    )
    group.add_argument(
        "--strict",
        action="store_true",
        help="accepted differences that do not occur are a problem too",
    )


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number <= _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0 and up to {_MOST:,.0f}")
    return number


def _text(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise argparse.ArgumentTypeError("it is empty" if not text.strip() else "it has a NUL")
    return text


def _path(text: str) -> Path:
    return Path(_text(text))


def run(arguments: argparse.Namespace, output: Output) -> int:
    """Verify; the exit code is the report's."""
    from twinwheel.verify.stopping import stoppable

    try:
        with stoppable():
            return _run(arguments, output)
    except VerifyError as error:
        output.error(error)
        return COULD_NOT_RUN if error.code in _COULD_NOT else 2


def _run(arguments: argparse.Namespace, output: Output) -> int:
    action, package = _words(arguments)
    _need_extra()
    if arguments.seed is None:
        arguments.seed = secrets.randbelow(1_000_000)
    if action == "record":
        from twinwheel.cli.verify.record import record

        return record(package, arguments.rest, arguments, output)
    from twinwheel.verify.stopping import deferred

    with deferred():  # who stops it while it still gets ready has a report as well
        from twinwheel.cli.verify.work import verify

        return verify(action, package, arguments, output)


def _words(arguments: argparse.Namespace) -> tuple[str, str | None]:
    """Tell the action and the package, and refuse what fits neither."""
    words = arguments.words
    action = "all"
    if words and words[0] in ACTIONS:
        action, words = words[0], words[1:]
    sides = arguments.control or arguments.candidate
    if len(words) == 2 and not sides and action != "record":
        arguments.control, arguments.candidate = words[0], words[1:]
        words = []
    if len(words) > 1:
        example = " ".join(shlex.quote(each) for each in words[1:])
        raise CommandError(
            f"what is {words[1]!r}?",
            code="TW517",
            where="the command line",
            accepted="one action, and one package or two sides",
            help=f"name what is compared with {words[0]}: twinwheel verify "
            f"--control {shlex.quote(words[0])} --candidate {example}",
        )
    if arguments.has_rest and action not in ("suite", "record"):
        raise CommandError(
            "only suite and record take words after --",
            code="TW517",
            where="the command line",
            accepted="suite PACKAGE -- arguments of pytest, or record PACKAGE -- a command",
        )
    if arguments.tests is not None and action != "suite":
        raise CommandError(
            "--tests is for suite alone",
            code="TW517",
            where="--tests",
            accepted="twinwheel verify suite PACKAGE --tests PATH",
        )
    return action, (words[0] if words else None)


def _need_extra() -> None:
    """Refuse to begin without what the extra brings.

    Raises:
        VerifyError: TW746.
    """
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        raise VerifyError(
            f"verify needs what is not installed: {', '.join(missing)}",
            code="TW746",
            where="this environment",
            help="pip install 'twinwheel[verify]'",
        )
