"""One project, built by its own backend and by twinwheel: what is equal, and what is not."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from support.programs import path_without

from conformance.circumstances import Failure, Setting
from conformance.comparing import (
    NATIVE,
    compare_metadata,
    compare_sdists,
    compare_trees,
    compare_wheels,
    same_payload,
)
from conformance.messages import compare_failures, last_error
from conformance.runs import Bench, Call, Run
from conformance.subjects import Subject
from conformance.swapping import OURS
from conformance.twin_checks import check_twin
from conformance.twins import plan_twin

__all__ = ["COLUMNS", "Cell", "Examiner", "Row"]

COLUMNS = (
    *("wheel", "sdist", "editable", "metadata", "requirements", "failure", "settings", "twin"),
)

# What is meant to differ.
_TWO_VERSIONS = "error[TW324]"
_OUTSIDE = "would lack ../"
_DOWNLOADER = "puccinialin"
_NO_DOWNLOAD = (
    "twinwheel never downloads a Rust toolchain, so it does not ask for the package that does"
)

# What is installed in the base interpreter must not help: only the environment's packages count.
_MASK = {
    "sitecustomize": """\
import site, sys
if sys.prefix == sys.base_prefix:
    hidden = set(site.getsitepackages())
    sys.path[:] = [path for path in sys.path if path not in hidden]
"""
}


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
        columns: What is compared; the wheel always is.
    """

    def __init__(self, folder: Path, columns: Sequence[str] = COLUMNS) -> None:
        self.folder = folder
        self.columns = columns
        self.cargo = folder / "cargo"
        self._paths: dict[str, str] = {}

    def examine(self, subject: Subject) -> Row:
        """Call every hook of both backends, and compare."""
        if subject.reason:
            return Row(subject)
        bench = self.bench(subject)
        theirs, ours = self._both(bench, _default(bench, "build_wheel"), "build_wheel")
        rest: dict[str, Callable[[], Cell]] = {
            "sdist": lambda: self._built(bench, "build_sdist"),
            "editable": lambda: self._built(bench, "build_editable"),
            "metadata": lambda: self._metadata(bench),
            "requirements": lambda: self._requirements(bench),
            "failure": lambda: self._failures(bench),
            "settings": lambda: self._settings(bench, theirs),
            "twin": lambda: self._twin(bench, theirs),
        }
        cells = {"wheel": _judge([compare_builds(bench, theirs, ours)], theirs, ours)}
        cells |= {name: make() for name, make in rest.items() if name in self.columns}
        return Row(subject, cells)

    def bench(self, subject: Subject, folder: str = "") -> Bench:
        """Make the place where a project is built, with what it needs."""
        name = subject.name.replace("/", "-").replace(" ", "-")
        place = self.folder / (folder or subject.family) / name
        site = place / "site"
        shutil.rmtree(place, ignore_errors=True)
        site.mkdir(parents=True)
        for module, text in {**_MASK, **subject.circumstances.modules}.items():
            (site / f"{module}.py").write_text(text, "utf-8")
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
        theirs, ours = self._both(bench, _default(bench, hook), hook)
        return _judge([compare_builds(bench, theirs, ours)], theirs, ours)

    def _metadata(self, bench: Bench) -> Cell:
        found = []
        for hook in ("prepare_metadata_for_build_wheel", "prepare_metadata_for_build_editable"):
            theirs, ours = self._both(bench, _default(bench, hook), hook)
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

    def _settings(self, bench: Bench, default: Run) -> Cell:
        """Build with other settings: equal to upstream's, and not what is built without."""
        if default.code:
            return Cell("-", ("nothing is built with any setting",))
        found, tried = [], []
        for setting in bench.subject.settings:
            differences, effective = self._setting(bench, setting, default)
            found += [f"{setting.name}: {item}" for item in differences]
            tried += [setting.name] if effective else []
        if found:
            return Cell("differs", tuple(found))
        if not tried:
            return Cell("-", ("nothing compiled that the setting could change",))
        return Cell("equal", (f"with {', '.join(tried)}",))

    def _setting(self, bench: Bench, setting: Setting, default: Run) -> tuple[list[str], bool]:
        call = _default(bench, setting.hook)
        if setting.hook != "build_wheel":
            default = bench.run(bench.subject.backend, call, "settings-default")
        call = replace(
            call,
            config_settings={**call.config_settings, **setting.config_settings},
            environ=setting.environ,
        )
        theirs, ours = self._both(bench, call, "settings")
        found = compare_builds(bench, theirs, ours)
        if theirs.code:
            found.append(f"upstream fails: {last_error(theirs.text)}")
        effective = not found and _changed(default, theirs)
        if not found and not effective and not (setting.general and not _native(default)):
            found.append("changes nothing, so it proves nothing")
        return found, effective

    def _twin(self, bench: Bench, theirs: Run) -> Cell:
        """Add the other half, build it in each way, install, and import both."""
        twin = plan_twin(
            bench.subject, bench.root, theirs.output / theirs.result if theirs.code == 0 else None
        )
        if isinstance(twin, str):
            return Cell("-", (twin,))
        found = check_twin(bench, twin, theirs.output / theirs.result)
        if len(found) == 1 and _TWO_VERSIONS in found[0]:
            return Cell("intended", (f"two halves must be of one version: `{found[0]}`",))
        if len(found) == 1 and _OUTSIDE in found[0]:
            why = "the wheel and the editable install import both; no sdist holds what lies outside"
            return Cell("intended", (f"{why}: `{found[0]}`",))
        return Cell("differs", tuple(found)) if found else Cell("both import", tuple(twin.notes()))


_TOOLS = {"scikit-build-core": r"cmake.*|ninja.*", "maturin": r"cargo.*|rust.*"}


def _default(bench: Bench, hook: str) -> Call:
    return Call(hook, bench.subject.circumstances.config_settings)


def _native(run: Run) -> bool:
    """Tell whether a wheel that was built holds a compiled module."""
    with zipfile.ZipFile(run.output / run.result) as archive:
        return any(name.endswith(NATIVE) for name in archive.namelist())


def _changed(default: Run, other: Run) -> bool:
    """Tell whether two calls made something else."""
    if default.result != other.result or default.tree != other.tree:
        return True
    if not isinstance(other.result, str):
        return False
    return not same_payload(default.output / default.result, other.output / other.result)


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


def _judge(parts: list[list[str]], theirs: Run, ours: Run) -> Cell:
    found = [item for part in parts for item in part]
    if found:
        return Cell("differs", tuple(found))
    if theirs.code:
        return Cell("fails alike", (last_error(theirs.text),))
    if isinstance(theirs.result, str) and (theirs.output / theirs.result).is_file():
        one, other = (run.output / run.result for run in (theirs, ours))
        return Cell("equal", identical=one.read_bytes() == other.read_bytes())
    return Cell("equal")
