"""One project, built by its own backend and by twinwheel: what is equal, and what is not."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from support.programs import path_without

from conformance.comparing import (
    compare_metadata,
    compare_sdists,
    compare_trees,
    compare_wheels,
)
from conformance.installing import install_and_import
from conformance.messages import compare_failures
from conformance.runs import Bench, Call, Run
from conformance.subjects import Failure, Subject
from conformance.swapping import OURS
from conformance.twins import plan_twin, write_other_half

__all__ = ["COLUMNS", "Cell", "Examiner", "Row"]

COLUMNS = ("wheel", "sdist", "editable", "metadata", "requirements", "failure", "twin")

# What is meant to differ.
_DOWNLOADER = "puccinialin"
_NO_DOWNLOAD = (
    "twinwheel never downloads a Rust toolchain, so it does not ask for the package that does"
)


@dataclass(frozen=True)
class Cell:
    """One comparison."""

    state: str
    """``equal``, ``fails alike``, ``intended``, ``both import``, ``-`` or ``differs``."""

    differences: tuple[str, ...] = ()
    identical: bool = False
    """Whether the two files are the same, byte for byte."""


@dataclass(frozen=True)
class Row:
    """One project in the table."""

    subject: Subject
    cells: Mapping[str, Cell] = field(default_factory=dict)


class Examiner:
    """Examines projects, each in a folder of its own.

    Args:
        folder: Where everything goes.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cargo = folder / "cargo"
        self._paths: dict[str, str] = {}

    def examine(self, subject: Subject) -> Row:
        """Call every hook of both backends, and compare."""
        if subject.reason:
            return Row(subject)
        bench = self.bench(subject)
        cells = {
            "wheel": self._built(bench, "build_wheel"),
            "sdist": self._built(bench, "build_sdist"),
            "editable": self._built(bench, "build_editable"),
            "metadata": self._metadata(bench),
            "requirements": self._requirements(bench),
            "failure": self._failures(bench),
            "twin": self._twin(bench),
        }
        return Row(subject, cells)

    def bench(self, subject: Subject, folder: str = "") -> Bench:
        """Make the place where a project is built, with what it needs."""
        name = subject.name.replace("/", "-").replace(" ", "-")
        place = self.folder / (folder or subject.family) / name
        site = place / "site"
        shutil.rmtree(place, ignore_errors=True)
        site.mkdir(parents=True)
        for need in subject.circumstances.needs:
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
            command += ["--no-build-isolation", "--target", str(site)]
            subprocess.run([*command, str(subject.packages / need)], check=True)
        return Bench(place, subject, self.cargo, site)

    def path_without(self, hidden: str) -> str:
        """Return a PATH without the programs whose names match a pattern."""
        if hidden not in self._paths:
            folder = self.folder / "paths" / str(len(self._paths))
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            self._paths[hidden] = path_without(folder, hidden)
        return self._paths[hidden]

    def _both(self, bench: Bench, call: Call, keep: str) -> tuple[Run, Run]:
        theirs = bench.run(bench.subject.backend, call, f"{keep}-theirs")
        return theirs, bench.run(OURS, call, f"{keep}-ours")

    def _built(self, bench: Bench, hook: str) -> Cell:
        call = Call(hook, bench.subject.circumstances.config_settings)
        theirs, ours = self._both(bench, call, hook)
        return _judge([compare_builds(bench, theirs, ours)], theirs, ours)

    def _metadata(self, bench: Bench) -> Cell:
        found = []
        for hook in ("prepare_metadata_for_build_wheel", "prepare_metadata_for_build_editable"):
            call = Call(hook, bench.subject.circumstances.config_settings)
            theirs, ours = self._both(bench, call, hook)
            found.append(compare_builds(bench, theirs, ours))
        return _judge(found, theirs, ours)

    def _requirements(self, bench: Bench) -> Cell:
        found, intended = [], False
        for hidden in ("", _TOOLS[bench.subject.family]):
            environ = {"PATH": self.path_without(hidden)} if hidden else {}
            for kind in ("wheel", "sdist", "editable"):
                hook = f"get_requires_for_build_{kind}"
                settings = bench.subject.circumstances.config_settings
                theirs, ours = self._both(bench, Call(hook, settings, environ), hook)
                if theirs.code == 0 and _DOWNLOADER in theirs.result:
                    intended = True
                    rest = [item for item in theirs.result if item != _DOWNLOADER]
                    theirs = replace(theirs, result=rest)
                found.append(compare_builds(bench, theirs, ours))
        cell = _judge(found, theirs, ours)
        return Cell("intended", (_NO_DOWNLOAD,)) if intended and cell.state == "equal" else cell

    def _failures(self, bench: Bench) -> Cell:
        found = [list(self._failure(bench, failure)) for failure in bench.subject.failures]
        differences = tuple(item for part in found for item in part)
        return Cell("differs", differences) if differences else Cell("equal")

    def _failure(self, bench: Bench, failure: Failure) -> Iterator[str]:
        settings = {**bench.subject.circumstances.config_settings, **failure.config_settings}
        environ = dict(failure.environ)
        if failure.hidden:
            environ["PATH"] = self.path_without(failure.hidden)
        theirs, ours = self._both(bench, Call("build_wheel", settings, environ), "failure")
        for item in compare_builds(bench, theirs, ours):
            yield f"{failure.name}: {item}"

    def _twin(self, bench: Bench) -> Cell:
        """Add the other half, build, install, and import both."""
        subject = bench.subject
        settings = subject.circumstances.config_settings
        theirs = bench.run(subject.backend, Call("build_wheel", settings), "twin-theirs")
        wheel = theirs.output / theirs.result if theirs.code == 0 else None
        twin = plan_twin(subject, bench.root, wheel)
        if isinstance(twin, str):
            return Cell("-", (twin,))
        required = {"TWINWHEEL_C": "require", "TWINWHEEL_RUST": "require"}
        call = Call("build_wheel", settings, required)
        ours = bench.run(OURS, call, "twin", partial(write_other_half, twin))
        if ours.code:
            return Cell("differs", (_last_error(ours.text),))
        modules = [twin.package, twin.own, twin.added]
        found = install_and_import(
            ours.output / ours.result, modules, bench.folder / "environment", bench.site
        )
        return Cell("differs", tuple(found)) if found else Cell("both import")


_TOOLS = {"scikit-build-core": r"cmake.*|ninja.*", "maturin": r"cargo.*|rust.*"}


def compare_builds(bench: Bench, theirs: Run, ours: Run) -> list[str]:
    """Compare two calls of one hook, whatever it makes."""
    if theirs.code or ours.code:
        return compare_failures(theirs, ours, bench.temporary)
    if theirs.result != ours.result:
        return [f"result: {theirs.result}, {ours.result}"]
    found = compare_trees(theirs.tree, ours.tree)
    if not isinstance(theirs.result, str):
        return found
    one, other = theirs.output / theirs.result, ours.output / ours.result
    if theirs.result.endswith(".whl"):
        return found + compare_wheels(one, other, bench.copy)
    if theirs.result.endswith(".tar.gz"):
        return found + compare_sdists(one, other, bench.subject.backend)
    return found + compare_metadata(theirs.output, ours.output, bench.copy)


def _last_error(text: str) -> str:
    """Return the line that says best what went wrong."""
    lines = [line.strip(" |") for line in text.splitlines() if re.search(r"[A-Za-z]", line)]
    for pattern in (r"error\[", r"Caused by:|Error: (?!command)", r"rror|fail"):
        found = [line for line in lines if re.search(pattern, line)]
        if found:
            return found[-1]
    return (lines or [""])[-1]


def _judge(parts: list[list[str]], theirs: Run, ours: Run) -> Cell:
    found = [item for part in parts for item in part]
    if found:
        return Cell("differs", tuple(found))
    if theirs.code:
        return Cell("fails alike", (_last_error(theirs.text),))
    if isinstance(theirs.result, str) and (theirs.output / theirs.result).is_file():
        one, other = (run.output / run.result for run in (theirs, ours))
        return Cell("equal", identical=one.read_bytes() == other.read_bytes())
    return Cell("equal")
