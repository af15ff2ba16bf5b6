"""Packages to examine, and the command line in this process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.commands import Done, Run
from support.twins import Maker

from twinwheel.cli import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run a command in this process, in an empty folder, with no variable that steers it."""
    for variable in list(os.environ):
        if variable.startswith(("TWIN_", "TWINWHEEL_IMAGE_")):
            monkeypatch.delenv(variable)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)

    def call(*arguments: str | Path) -> Done:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Done(code, captured.out, captured.err)

    return call


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    """A maker of twin packages that can be found, here and in processes started from here."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return Maker(folder)
