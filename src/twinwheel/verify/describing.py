"""Ask an interpreter what it has, in a process of its own: see ``runner/describing.py``."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinwheel.errors import VerifyError
from twinwheel.verify.foreign import Ended, run
from twinwheel.verify.processes import environment_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "Described",
    "Files",
    "Interpreter",
    "Looked",
    "Name",
    "current",
    "describe",
    "look",
    "requested",
]

SCRIPT = Path(__file__).with_name("runner") / "describing.py"

LOOKING = 60.0
"""Seconds that looking at what is installed may take."""

IMPORTING = 45.0
"""Seconds that importing a package's modules may take, all together."""

PATIENCE = 10.0
"""Seconds that one of them may take, once the package itself is imported."""


@dataclass(frozen=True)
class Interpreter:
    """A Python, and how its processes are started."""

    python: str
    """Path of the executable."""
    version: str
    """Such as ``3.11.7``."""
    isolated: bool = False
    """Whether what the shell says to Python is kept from it."""
    made: bool = False
    """Whether it is in an environment that twinwheel made."""
    variables: dict[str, str] = field(default_factory=dict)
    """Environment variables that it needs to find what this process finds."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of its processes."""
        return environment_for(self.variables, isolated=self.isolated)


@dataclass(frozen=True)
class Files:
    """Where a module lies."""

    extension: str
    """Its compiled form; empty if there is none."""
    source: str
    package: bool


@dataclass(frozen=True)
class Looked:
    """What a name stands for, without any of it having been run."""

    importable: bool
    """Whether it is the name of a module."""
    origin: str
    """The module's file."""
    distribution: str
    """Name of the distribution that has it; empty if there is none."""
    version: str
    roots: tuple[str, ...]
    """Packages and modules of the distribution that have none above them."""
    modules: dict[str, Files]
    """All modules below them."""
    manifest: Any
    """``file`` and ``content`` of a twin package's manifest; None if it is none."""

    @property
    def there(self) -> bool:
        """Whether it is the name of anything."""
        return self.importable or bool(self.distribution)


@dataclass(frozen=True)
class Name:
    """What a module has under one name."""

    kind: str
    """``function``, ``class``, ``module``, ``value``, or ``nothing`` for None."""
    compiled: bool
    """Whether calling it runs compiled code of the package."""
    public: bool
    home: str
    """The module that it says it is of."""
    whose: str
    """Whose it is in truth; see ``runner.owning``."""
    id: int
    """Equal for what is the same object, within one description."""

    @property
    def called(self) -> bool:
        """Whether it is a component: something that is called."""
        return self.kind in ("function", "class")


@dataclass(frozen=True)
class Described:
    """What importing some modules gave."""

    modules: dict[str, dict[str, Name]]
    """Those that could be imported, and their names."""
    failed: dict[str, str]
    """Those that could not, and why."""
    first: dict[str, str]
    """What the first module's import loaded: module to file."""
    loaded: dict[str, str]
    """What was loaded by all of them."""

    def public(self, module: str) -> list[str]:
        """Give the names of a module's components."""
        names = self.modules.get(module, {})
        return [name for name, what in names.items() if what.public and what.called]


def look(interpreter: Interpreter, name: str) -> Looked:
    """Find out what a name stands for: an import name, or that of a distribution."""
    (told,) = _told(interpreter, {"do": "look", "name": name}, f"looking for {name}")
    modules = {name: Files(**files) for name, files in told.pop("modules").items()}
    return Looked(roots=tuple(told.pop("roots")), modules=modules, **told)


def requested(interpreter: Interpreter, left_out: Sequence[str]) -> list[tuple[str, str]]:
    """Find out which distributions were asked for when an environment was made.

    Args:
        interpreter: That of the environment.
        left_out: Names, as indexes write them, that do not count.
    """
    question = {"do": "requested", "left out": list(left_out)}
    (told,) = _told(interpreter, question, "looking at what is installed")
    return [(name, version) for name, version in told["distributions"]]


def describe(
    interpreter: Interpreter,
    modules: Sequence[str],
    *,
    packages: Sequence[str],
    aliases: Mapping[str, str] | None = None,
    variables: Mapping[str, str] | None = None,
) -> Described:
    """Import modules and find out what is in each.

    A module that ends the process, or does not end, is left out, and the others are tried again.

    Args:
        interpreter: What imports them.
        modules: Their names.
        packages: The packages that they are of.
        aliases: Modules that are to give others, as for a ``Subject``.
        variables: Environment variables on top.
    """
    wanted, failed = list(modules), dict[str, str]()
    deadline = time.monotonic() + IMPORTING
    while True:
        seconds = max(deadline - time.monotonic(), PATIENCE)
        question = {
            "do": "describe",
            "modules": wanted,
            "packages": list(packages),
            "aliases": dict(aliases or {}),
            "seconds": seconds,
            "patience": PATIENCE,
        }
        lines, ended = _ask(interpreter, question, seconds + PATIENCE, variables or {})
        described = _described(lines)
        if lines and lines[-1].get("end"):
            return replace(described, failed={**failed, **described.failed})
        begun = [line["begin"] for line in lines if "begin" in line]
        if not begun:
            raise _speechless(interpreter, ended, "importing " + ", ".join(modules[:3]))
        failed[begun[-1]] = reason = f"its import {_as_import(ended)}"
        if begun[-1] == modules[0]:  # and with it, all that is in it
            return Described({}, dict.fromkeys(modules, reason), {}, {})
        if time.monotonic() > deadline:  # those that are known to be good are enough
            late = "there was no time left to import it"
            failed = {**{name: late for name in wanted if name not in described.modules}, **failed}
        wanted = [name for name in wanted if name not in failed]


def _as_import(ended: Ended) -> str:
    if ended.code is None or "Timeout (" in ended.output:
        return "did not end in time"
    if ended.code < 0:
        return ended.how
    last = ended.last_line()
    return f"ended the process with code {ended.code}" + (f": {last}" if last else "")


def _described(lines: Sequence[dict[str, Any]]) -> Described:
    modules: dict[str, dict[str, Name]] = {}
    failed: dict[str, str] = {}
    first: dict[str, str] = {}
    loaded: dict[str, str] = {}
    for line in lines:
        if "error" in line:
            failed[line["module"]] = line["error"]
        elif "module" in line:
            modules[line["module"]] = {name: Name(**what) for name, what in line["names"].items()}
        first = line.get("first", first)
        loaded = line.get("loaded", loaded)
    return Described(modules, failed, first, loaded)


def _told(interpreter: Interpreter, question: dict[str, Any], what: str) -> list[dict[str, Any]]:
    """Ask what has to have an answer."""
    lines, ended = _ask(interpreter, question, LOOKING, {})
    if not lines or not lines[-1].get("end"):
        raise _speechless(interpreter, ended, what)
    return lines[:-1]


def _speechless(interpreter: Interpreter, ended: Ended, what: str) -> VerifyError:
    return VerifyError(
        f"{interpreter.python} {ended.how} while {what}",
        code="TW705",
        where=interpreter.python,
        help=ended.last_line() or "try whether it runs: python -c pass",
    )


def _ask(
    interpreter: Interpreter,
    question: dict[str, Any],
    seconds: float,
    variables: Mapping[str, str],
) -> tuple[list[dict[str, Any]], Ended]:
    """Put a question; give the lines of the answer, and how the process ended."""
    with tempfile.TemporaryDirectory(prefix="twinwheel-", ignore_cleanup_errors=True) as room:
        folder = Path(room)
        # what is imported may write to its standard output, so the answer goes into a file
        asked, answered = folder / "question.json", folder / "answer.jsonl"
        asked.write_text(json.dumps(question), "utf-8")
        (folder / "here").mkdir()
        try:
            ended = run(
                [interpreter.python, "-X", "utf8", SCRIPT, asked, answered],
                seconds=seconds,
                environment={**interpreter.environment, **variables},
                folder=folder / "here",
            )
        except OSError as error:
            raise VerifyError(
                f"{interpreter.python} cannot be run: {error.strerror or error}",
                code="TW705",
                where=interpreter.python,
                accepted="a Python of version 3.8 or newer",
            ) from None
        return _lines(answered), ended


def _lines(file: Path) -> list[dict[str, Any]]:
    text = file.read_text("utf-8", "replace") if file.exists() else ""
    # where the process ended within a line, that is the last one
    whole = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
    return [json.loads(line) for line in whole]


def current() -> Interpreter:
    """Give the interpreter that runs this, with what it finds and a new one would not."""
    # the first is where the code is, which with -c is the folder that this runs in
    code = "import sys; print('\\0'.join(sys.path[1:]))"
    ended = run([sys.executable, "-c", code], seconds=LOOKING)
    usual = {os.path.realpath(each) for each in ended.output.strip("\n").split("\0")}
    scripts = os.path.realpath(Path(sys.argv[0]).parent)
    more = [
        each or str(Path.cwd())
        for each in sys.path
        if Path(each or ".").is_dir() and os.path.realpath(each or ".") not in usual
    ]
    # where the script `twinwheel` lies there is nothing to import
    more = [str(Path(each).absolute()) for each in more if os.path.realpath(each) != scripts]
    paths = [*more, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    version = ".".join(str(part) for part in sys.version_info[:3])
    variables = {"PYTHONPATH": os.pathsep.join(paths)} if more else {}
    return Interpreter(sys.executable, version, variables=variables)
