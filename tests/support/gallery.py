"""The package gallery, built and installed once for all processes of all runs that can share it.

Building it takes half a minute, of which most goes into PyO3. So what is made stays in pytest's
cache, under a name that holds all that goes into it.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.projects import PACKAGES, Environment, Project
from support.twins import SOURCE

from twinwheel.build.locks import locked
from twinwheel.build.pyproject import parse_toml

__all__ = ["PACKAGE", "Bug", "gallery_bugs", "gallery_environ", "gallery_python"]

PACKAGE = PACKAGES / "gallery"
VARIABLE = "GALLERY_BUG"
_BESIDE = ("bugs.toml", "trigger.py")  # not in what is built
_STEERING = ("TWINWHEEL_", "SKBUILD_", "MATURIN_", "CMAKE_", "GALLERY_", "PYTHON")


@dataclass(frozen=True)
class Bug:
    """One entry of the package's bugs.toml."""

    name: str
    component: str
    kind: tuple[str, ...]
    """What a finding of it may be called, the best name first."""
    trait: str
    about: str
    trigger: str
    """Python that meets it, with the implementation as ``g``; the last line is the answer."""
    environment: dict[str, str]
    """Variables without which it does not show."""


def gallery_bugs() -> tuple[Bug, ...]:
    """Read what bugs there are."""
    entries: list[dict[str, Any]] = parse_toml(PACKAGE / "bugs.toml")["bug"]
    return tuple(
        Bug(**{"environment": {}, **entry, "kind": tuple(entry["kind"])}) for entry in entries
    )


def gallery_environ(bug: str = "", **variables: str) -> dict[str, str]:
    """Give the environment for a process that imports the package, with a bug if one is named."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_STEERING)}
    return {**kept, VARIABLE: bug, "PYTHONDONTWRITEBYTECODE": "1", **variables}


def gallery_python(config: pytest.Config) -> Path:
    """Give an interpreter that can import gallery and the twinwheel under test.

    Args:
        config: The run's, whose cache holds what is made.
    """
    if config.cache is None:
        raise pytest.UsageError("the tests of the package gallery need pytest's cache")
    return _installed(config.cache.mkdir("gallery"))


@functools.cache
def _installed(cache: Path) -> Path:
    folder = cache / _key()
    python = folder / "environment" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / "done"
    if not done.exists():
        with locked(cache / "lock"):
            if not done.exists():  # another process may have been here meanwhile
                shutil.rmtree(folder, ignore_errors=True)
                _install(folder, python, cache / "cargo")
                done.touch()
    return python


def _key() -> str:
    """Name all that goes into what is made."""
    digest = hashlib.sha256(f"{sys.version}{sys.prefix}{SOURCE}".encode())
    for root in (PACKAGE, SOURCE / "twinwheel" / "build"):
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc" and path.name not in _BESIDE:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0")
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _install(folder: Path, python: Path, cargo: Path) -> None:
    root = folder / "project"
    shutil.copytree(PACKAGE, root, copy_function=shutil.copy)
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
    both = {"TWINWHEEL_C": "require", "TWINWHEEL_RUST": "require"}
    environ = gallery_environ(
        PATH=path, CARGO_TARGET_DIR=os.environ.get("CARGO_TARGET_DIR") or str(cargo), **both
    )
    environ["PYTHONPATH"] = str(SOURCE)
    wheel = Project(root, environ).wheel()
    venv.create(folder / "environment", symlinks=os.name != "nt", with_pip=False)
    environment = Environment(python)
    site = environment.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    Path(site, "twinwheel-under-test.pth").write_text(f"{SOURCE}\n", "utf-8")
    environment.pip("install", "--no-deps", "--no-index", str(wheel))
