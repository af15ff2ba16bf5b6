"""What an interpreter has to run a suite with, asked in a process of its own."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twinwheel.verify.foreign import Ended, run
from twinwheel.verify.suite import problems
from twinwheel.verify.suite.kit import Injection, environment_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["Imported", "Probed", "probe"]

_MARK = "@twinwheel "
_SECONDS = 120
_FIELDS = ("python", "pytest", "error", "origin", "folder", "tests", "test_module")


@dataclass(frozen=True)
class Imported:
    """What came of importing a module."""

    error: str = ""
    missing: tuple[str, ...] = ()
    """Components that it has not."""
    file: str = ""


@dataclass(frozen=True)
class Probed:
    """What an interpreter has."""

    python: str
    pytest: str
    """Its version; empty if it is not there."""
    error: str
    """Why there is no package; empty if there is one."""
    origin: str
    folder: str
    """The package's own; empty for a single module."""
    tests: str
    """Folder of the tests that are installed with it; empty if there are none."""
    test_module: str
    """File of a module of it that holds tests; empty if there is none."""
    distribution: str
    version: str
    manifest: dict[str, Any] | None
    modules: dict[str, Imported]
    """Of those that were asked for."""
    bound: tuple[str, ...]
    """Of the modules that were asked for, those that the package has names of by itself."""


def probe(
    name: str,
    python: Sequence[str],
    package: str,
    room: Path,
    *,
    isolated: bool,
    whole: bool = True,
    modules: Sequence[str] = (),
    components: Sequence[str] = (),
    binding: Sequence[str] = (),
    variables: dict[str, str] | None = None,
) -> Probed:
    """Ask an interpreter what it has.

    Args:
        name: Of the implementation, for errors.
        python: The interpreter, with options.
        package: Full name of the package.
        room: Folder with the kit.
        isolated: Whether what the shell says to this interpreter is no matter of that one.
        whole: Whether to tell also what the package was installed from, which takes a while.
        modules: To import, all in one process; a crash is told as the error of the module.
        components: To look for in each of them.
        binding: Modules of which to tell which the package takes by itself.
        variables: Environment variables on top.

    Raises:
        VerifyError: TW733 when the interpreter does not run.
    """
    asked = room / f"{uuid.uuid4().hex}.json"
    asked.write_text(
        json.dumps(
            {
                "package": package,
                "whole": whole,
                "modules": list(modules),
                "components": list(components),
                "binding": list(binding),
            }
        ),
        "utf-8",
    )
    injection = Injection(name, (), variables or {})
    environment = environment_of(injection, room / "kit", None, isolated=isolated)
    said: list[dict[str, Any]] = []

    def hear(line: str) -> None:
        if line.startswith(_MARK):
            said.append(json.loads(line[len(_MARK) :]))

    command = [*python, "-m", "_twinwheel_inside.probe", str(asked)]
    try:
        ended = run(command, seconds=_SECONDS, environment=environment, folder=room, on_line=hear)
    except OSError as error:
        raise problems.cannot_probe(name, python[0], str(error)) from None
    if not said:
        raise problems.cannot_probe(name, python[0], f"{ended.output}\nit {ended.how}")
    return _read(said, ended)


def _read(said: list[dict[str, Any]], ended: Ended) -> Probed:
    first, *rest = said
    imported: dict[str, Imported] = {}
    bound: list[str] = []
    for line in rest:
        if "importing" in line:
            imported[line["importing"]] = Imported(_how_it_died(ended))
        elif "bound" in line:
            bound = line["bound"]
        else:
            imported[line["module"]] = Imported(
                line["error"], tuple(line["missing"]), line.get("file", "")
            )
    return Probed(
        **{key: first[key] for key in _FIELDS},
        distribution=first["distribution"],
        version=first["version"],
        manifest=first["manifest"],
        modules=imported,
        bound=tuple(bound),
    )


def _how_it_died(ended: Ended) -> str:
    lines = [line for line in ended.output.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith(_MARK)]
    return f"the process {ended.how}{': ' if told else ''}{''.join(told[-1:])}"
