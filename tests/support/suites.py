"""Small projects with a suite of their own, and pytest in a process of its own to run it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from support.twins import SOURCE, Maker

from twinwheel.verify.subjects import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from twinwheel.verify.findings import Report

INIT = """
from twinwheel import select

_kernels = select(__name__)
{names}
"""


@dataclass(frozen=True)
class Done:
    """How pytest ended, and what it wrote."""

    code: int
    out: str

    def section(self) -> str:
        """What the plugin wrote after the runs."""
        _, mark, rest = self.out.partition("twinwheel: side by side")
        assert mark, self.out
        return rest


@dataclass(frozen=True)
class Project:
    """A folder with a package and tests."""

    folder: Path

    def write(self, files: Mapping[str, str]) -> Project:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), "utf-8")
        return self

    def pytest(
        self,
        *arguments: str,
        cwd: str = ".",
        python: tuple[str, ...] = (),
        installed: bool = False,
        **variables: str,
    ) -> Done:
        """Run pytest in the project.

        Args:
            arguments: Of pytest.
            cwd: Folder to run it in.
            python: Options of the interpreter.
            installed: Whether the plugin is an entry point that is installed, as others are.
            variables: Environment variables on top.
        """
        entry = self.folder.parent / "entry" / "twinwheel_plugin-1.dist-info"
        if not entry.is_dir():
            entry.mkdir(parents=True)
            (entry / "METADATA").write_text("Metadata-Version: 2.1\nName: twinwheel-plugin\n")
            (entry / "entry_points.txt").write_text(
                "[pytest11]\ntwinwheel = twinwheel.verify.plugin\n"
            )
        environment = clean_environment()
        if not installed:  # half of the time that pytest takes to start is for finding plugins
            environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
            arguments = ("-p", "twinwheel.verify.plugin", *arguments)
            if any(each.startswith("-n") for each in arguments):
                arguments = ("-p", "xdist.plugin", *arguments)
        path = [str(self.folder), str(SOURCE), str(entry.parent)]
        environment["PYTHONPATH"] = os.pathsep.join(path)
        done = subprocess.run(
            [sys.executable, *python, "-m", "pytest", *arguments],
            cwd=self.folder / cwd,
            env={**environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert "INTERNALERROR" not in done.stdout, done.stdout
        return Done(done.returncode, done.stdout)


def clean_environment() -> dict[str, str]:
    """This process's environment, without what steers Python, pytest or a package under test."""
    steering = ("PYTHON", "PYTEST", "TWIN", "COLUMNS", "FORCE_COLOR", "COV_")
    return {key: value for key, value in os.environ.items() if not key.startswith(steering)}


def twin_project(
    folder: Path, tests: Mapping[str, str], *components: str, **sources: str
) -> Project:
    """A project with the twin package ``twin``.

    Args:
        folder: Where to make it.
        tests: File to text.
        components: What the manifest lists; ``convolve`` by default.
        sources: Implementation to the source of its module.
    """
    names = components or ("convolve",)
    root = folder / "project"
    root.mkdir()
    Maker(root)(
        sources={name: dedent(text) for name, text in sources.items()},
        components=names,
        init=INIT.format(names="\n".join(f"{name} = _kernels.{name}" for name in names)),
    )
    project = Project(root)
    project.write({"pyproject.toml": '[tool.twinwheel]\npackage = "twin"\n', **tests})
    return project


PAIR = """
    try:
        from pkg._fast import double, Box
    except ImportError:
        from pkg._slow import double, Box
"""
FAST = """
    def double(value):
        return value * 2

    class Box:
        kind = "fast"
"""
SLOW = FAST.replace("fast", "slow")


def pair(site: Path, init: str = PAIR, fast: str = FAST, slow: str = SLOW) -> list[Subject]:
    """A package ``pkg`` with two modules that have the same names, as two subjects."""
    files = {"__init__.py": init, "_fast.py": fast, "_slow.py": slow}
    Project(site).write({f"pkg/{name}": text for name, text in files.items()})
    return [subject("pkg._fast"), subject("pkg._slow")]


def subject(module: str, **more: Any) -> Subject:
    """A module of ``pkg``, run by this interpreter."""
    told = {"name": module, "python": sys.executable, "module": module, "package": "pkg"}
    return Subject(**{**told, **more})


def table(report: Report) -> dict[str, tuple[str, ...]]:
    """Test -> its outcomes, without the folders."""
    return {row.test.rpartition("/")[2]: row.outcomes for row in report.tests}


def enter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Go to an empty folder; return another, whose packages every process sees."""
    work = folder / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setenv("PYTHONPATH", str(folder / "site"))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    # Half of the time that pytest takes to start is for plugins that are not needed here.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return folder / "site"
