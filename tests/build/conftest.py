"""Fixtures: projects to build, machines that lack tools, environments to install into."""

from __future__ import annotations

import os
import shutil
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from support.programs import path_without as hide
from support.projects import PACKAGES, Environment, Project

import twinwheel


@pytest.fixture(scope="session")
def build_environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment without what steers a build; one Cargo tree, so PyO3 is built once."""
    environ = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("TWINWHEEL_", "SKBUILD_", "MATURIN_", "CMAKE_"))
        and key not in ("SOURCE_DATE_EPOCH", "CC", "CXX", "CARGO", "RUSTC", "RUSTFLAGS")
    }
    scripts = sysconfig.get_path("scripts")  # an environment need not be activated to be used
    environ["PATH"] = os.pathsep.join([scripts, environ["PATH"]])
    environ["CARGO_TARGET_DIR"] = str(tmp_path_factory.mktemp("cargo"))
    environ["PYTHONDONTWRITEBYTECODE"] = "1"
    return environ


@pytest.fixture
def project(tmp_path: Path, build_environ: dict[str, str]) -> Callable[[str], Project]:
    """Copy one of tests/packages to a folder of its own.

    The copies are new by their dates. In the one target folder that they share, Cargo takes crates
    of one name for the same, and judges by dates whether what it made of one will do for the other.
    """

    def copy(name: str) -> Project:
        root = tmp_path / name
        shutil.copytree(PACKAGES / name, root, copy_function=shutil.copy)
        return Project(root, build_environ)

    return copy


@pytest.fixture
def twin(project: Callable[[str], Project]) -> Project:
    """A fresh copy of the twin package."""
    return project("twin")


@pytest.fixture(scope="session")
def twin_wheel(tmp_path_factory: pytest.TempPathFactory, build_environ: dict[str, str]) -> Path:
    """The twin package's wheel with both halves; do not change it."""
    root = tmp_path_factory.mktemp("built") / "twin"
    shutil.copytree(PACKAGES / "twin", root, copy_function=shutil.copy)
    return Project(root, build_environ).wheel()


@pytest.fixture(scope="session")
def path_without(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], str]:
    """Make a PATH on which no program matches a pattern; all others are there."""

    def make(hidden: str) -> str:
        return hide(tmp_path_factory.mktemp("path"), hidden)

    return make


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A fresh virtual environment that sees this run's twinwheel."""
    folder = tmp_path / "environment"
    venv.create(folder, symlinks=os.name != "nt", with_pip=False)
    scripts = "Scripts" if os.name == "nt" else "bin"
    python = folder / scripts / ("python.exe" if os.name == "nt" else "python")
    found = Environment(python)
    site = found.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    source = Path(twinwheel.__file__).parents[1]
    Path(site, "twinwheel-under-test.pth").write_text(f"{source}\n", "utf-8")
    return found
