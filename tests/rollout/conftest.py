"""Both kinds of slot, and packages to arm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rollout.building import SLOTS, Builder
from support.twins import Maker

from twinwheel.rollout.native import VARIABLE


@pytest.fixture(params=SLOTS)
def kind(request: pytest.FixtureRequest) -> str:
    """The native slot, and the one in Python."""
    name: str = request.param
    return name


@pytest.fixture
def arm(kind: str) -> Iterator[Builder]:
    """Arm a component."""
    builder = Builder(kind)
    yield builder
    builder.end()


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the pages of this test's processes lie in."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder / "twinwheel"


@pytest.fixture
def make(tmp_path: Path, runtime: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> Maker:
    """Packages whose processes have one kind of slot."""
    monkeypatch.setenv(VARIABLE, kind)
    return Maker(tmp_path)
