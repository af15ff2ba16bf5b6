"""The folder that is put on the path of every process of a suite, and what it is told."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.verify.processes import environment_for

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Expected", "Injection", "environment_of", "make_kit", "write_orders"]

_PACKAGE = "_twinwheel_inside"
_ELSEWHERE = {"_sitecustomize.py": "at_start/sitecustomize.py", "_run.py": "run.py"}
_VARIABLE = "TWINWHEEL_SUITE"


@dataclass(frozen=True)
class Expected:
    """What a package is to be bound to, as the processes themselves check it."""

    package: str
    module: str
    """Full name of the module that is asked for; the package where that is all that is known."""
    loads: tuple[str, ...] = ()
    """Modules that are loaded if it is this implementation that runs."""
    implementation: str = ""
    """Its name in a twin package; empty for another package."""
    components: tuple[str, ...] = ()
    """Of a twin package: those that are to be bound to it."""
    modules: dict[str, str] = field(default_factory=dict)
    """Of a twin package: implementation to module, of those that were built."""
    names: tuple[str, ...] = ()
    """Of a twin package: all its implementations."""
    others: tuple[str, ...] = ()
    """Of another package: what is loaded if it is not this implementation that runs."""
    origin: str = ""
    """The file that the package is to come from; empty if that is all one."""


@dataclass(frozen=True)
class Injection:
    """What puts one implementation in its place."""

    name: str
    """Of the implementation, as the user reads it."""
    expected: tuple[Expected, ...]
    variables: dict[str, str] = field(default_factory=dict)
    """Environment variables to set; an empty value unsets one."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Module to what is given in its place: another module, or the path of its own source, or
    nothing for one that is not to be had."""
    grafts: dict[str, str] = field(default_factory=dict)
    """Module to the folder or file that it is taken from, such as tests that are not installed."""
    pinned: bool = False
    """Whether the package is taken from where the interpreter alone would find it, and not from
    what the tests put on the path."""


def make_kit(room: Path) -> Path:
    """Write the folder that goes on the path, into a room that is thrown away later."""
    kit = room / "kit"
    inside = Path(__file__).with_name("inside")
    for name in (_PACKAGE, "at_start"):
        (kit / name).mkdir(parents=True)
    for path in sorted(inside.glob("*.py")):
        target = _ELSEWHERE.get(path.name, f"{_PACKAGE}/{path.name}")
        shutil.copyfile(path, kit / target)
    return kit


def write_orders(
    path: Path,
    injection: Injection,
    events: Path,
    *,
    done: tuple[str, ...] = (),
    chosen: tuple[str, ...] = (),
    passed_over: tuple[str, ...] = (),
) -> None:
    """Write what the processes of one run are told.

    Args:
        path: The file to write.
        injection: What they put in place.
        events: The file that they append to.
        done: Tests that are not run again.
        chosen: Tests that alone are run; all if there are none.
        passed_over: Modules that are not imported, as that ended a process.
    """
    told = {
        "name": injection.name,
        "expected": [asdict(each) for each in injection.expected],
        "aliases": injection.aliases,
        "grafts": injection.grafts,
        "pinned": injection.pinned,
        "events": str(events),
        "done": done,
        "chosen": chosen,
        "passed_over": passed_over,
    }
    path.write_text(json.dumps(told), "utf-8")


def environment_of(
    injection: Injection,
    kit: Path,
    orders: Path | None,
    *,
    isolated: bool,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Return the environment of a process that is to have an implementation.

    Args:
        injection: What is put in place.
        kit: The folder that goes on the path.
        orders: What the process is told; None for a look around without any injection.
        isolated: Whether what the shell says to this interpreter is no matter of that one.
        environ: The environment of this process.
    """
    made = environment_for(injection.variables, isolated=isolated, environ=environ)
    made.pop(_VARIABLE, None)
    path = [str(kit), made.get("PYTHONPATH", "")]
    if orders is not None:
        made[_VARIABLE] = str(orders)
        if injection.aliases or injection.grafts or injection.pinned:
            # What variables do not do by themselves, each process does when it starts.
            path.insert(0, str(kit / "at_start"))
    made["PYTHONPATH"] = os.pathsep.join(each for each in path if each)
    return {key: value for key, value in made.items() if value or key not in injection.variables}
