"""Obtaining projects: scikit-build-core's own test packages, and small ones for maturin."""

from __future__ import annotations

import importlib.metadata
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from support.projects import PACKAGES

from conformance.circumstances import (
    FAILURES,
    MATURIN,
    SCIKIT_BUILD_CORE,
    SETTINGS,
    Circumstances,
    Failure,
    Setting,
)
from conformance.swapping import backend_of

__all__ = ["BACKENDS", "Subject", "maturin_subjects", "scikit_build_core_subjects"]

BACKENDS = {"scikit-build-core": "scikit_build_core.build", "maturin": "maturin"}


@dataclass(frozen=True)
class Subject:
    """A project that another backend builds."""

    name: str
    family: str
    """Distribution of its backend."""

    packages: Path
    """The folder that it was found in."""

    source: Path
    """The folder that is copied."""

    inside: str = "."
    """The project's folder in it."""

    pyproject: str = "pyproject.toml"
    """The file that stands for ``pyproject.toml``."""

    circumstances: Circumstances = field(default_factory=Circumstances)
    reason: str = ""
    """Why there is nothing to compare; empty when there is."""

    @property
    def backend(self) -> str:
        """Object reference of the backend that it is written for."""
        return BACKENDS[self.family]

    @property
    def failures(self) -> tuple[Failure, ...]:
        """All that may go wrong with it."""
        return (*FAILURES[self.family], *self.circumstances.failures)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """All that it is built with besides the default."""
        general = SETTINGS[self.family] if self.circumstances.general else ()
        return (*self.circumstances.settings, *general)


def scikit_build_core_subjects(folder: Path) -> list[Subject]:
    """Take the test packages out of the source distribution of the installed release.

    Args:
        folder: Where it goes; what is there already is used again.
    """
    version = importlib.metadata.version("scikit-build-core")
    top = folder / f"scikit_build_core-{version}"
    if not top.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", "--dest", str(folder), f"scikit-build-core=={version}"]
        subprocess.run(command, check=True)
        with tarfile.open(folder / f"{top.name}.tar.gz") as archive:
            archive.extractall(folder, filter="data")
    packages = top / "tests" / "packages"
    found = [
        subject
        for path in sorted(packages.iterdir())
        if path.is_dir()
        for subject in _in_folder(packages, path)
    ]
    unknown = set(SCIKIT_BUILD_CORE) - {subject.name for subject in found}
    if unknown:
        raise LookupError(f"{version} has no test package {', '.join(sorted(unknown))}")
    return found


def maturin_subjects() -> list[Subject]:
    """Return the small projects of ``tests/packages/maturin``."""
    packages = PACKAGES / "maturin"
    found = []
    for path in sorted(packages.iterdir()):
        (project,) = path.rglob("pyproject.toml")
        inside = project.parent.relative_to(path).as_posix()
        circumstances = MATURIN.get(path.name, Circumstances())
        found.append(
            Subject(path.name, "maturin", packages, path, inside, circumstances=circumstances)
        )
    return found


def _in_folder(packages: Path, path: Path) -> Iterator[Subject]:
    """Find the projects in one of the test packages, and in the folders below it."""
    files = sorted(path.rglob("*.toml"))
    projects = [file for file in files if file.name == "pyproject.toml"]
    if not projects:
        reason = "no `pyproject.toml`: no backend builds it"
        yield Subject(path.name, "scikit-build-core", packages, path, reason=reason)
    for file in files:
        backend = backend_of(file.read_text("utf-8"))
        name = file.parent.relative_to(packages).as_posix()
        if file not in projects:
            if not backend:
                continue
            name = f"{name} [{file.stem}]"  # upstream's tests put it in place of the other
        other = backend not in ("", BACKENDS["scikit-build-core"])
        yield Subject(
            name,
            "scikit-build-core",
            packages,
            file.parent,
            pyproject=file.name,
            circumstances=SCIKIT_BUILD_CORE.get(name, Circumstances()),
            reason=f"not its backend: `{backend}`" if other else "",
        )
