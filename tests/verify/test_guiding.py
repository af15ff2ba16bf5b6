"""Coverage guidance: atheris finds the calls that chance alone would not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from twinwheel.verify.guiding import can_guide, guided_calls
from twinwheel.verify.recipes import Call
from twinwheel.verify.subjects import Subject
from twinwheel.verify.workers import Limits, Worker

LOCK = """
def parse(text: str) -> int:
    state = 0
    for character in text:
        if state == 0 and character == "Q":
            state = 1
        elif state == 1 and character == "z":
            state = 2
        elif state == 2 and character == "7":
            state = 3
    return state
"""
COMPILED = Subject("compiled", sys.executable, "math", "math")


def subject_in(folder: Path, source: str) -> Subject:
    (folder / "lock.py").write_text(source)
    path = {"PYTHONPATH": f"{folder}:{Path(__file__).parents[2] / 'src'}"}
    return Subject("lock", sys.executable, "lock", "lock", variables=path)


def test_calls_that_reach_something_new_are_kept(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    subject = subject_in(tmp_path, LOCK)
    seeds = [Call("parse", ["abc"], [], [])]
    calls = guided_calls(subject, seeds, 7, 1)
    assert seeds[0] in calls
    with_state = [
        call
        for call in calls
        if type(call.arguments[0]) is str and "z" in call.arguments[0].partition("Q")[2]
    ]
    assert with_state


@pytest.fixture
def with_atheris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a module of that name: that it is there is all that is asked."""
    folder = tmp_path / "installed"
    folder.mkdir()
    (folder / "atheris.py").touch()
    monkeypatch.syspath_prepend(str(folder))


@contextmanager
def working(*subjects: Subject) -> Iterator[list[Worker]]:
    """Start a worker for each subject."""
    with ExitStack() as stack:
        yield [stack.enter_context(closing(Worker(each, Limits()))) for each in subjects]


@pytest.mark.usefixtures("with_atheris")
def test_what_is_in_python_and_run_by_this_interpreter_can_be_looked_into(tmp_path: Path) -> None:
    subject = subject_in(tmp_path, LOCK)
    with working(COMPILED, subject) as workers:
        assert can_guide(workers) is subject
        assert can_guide(workers[:1]) is None
        assert can_guide([]) is None


@pytest.mark.usefixtures("with_atheris")
def test_what_another_interpreter_runs_cannot_be_looked_into(tmp_path: Path) -> None:
    other = tmp_path / "python"
    other.symlink_to(sys.executable)
    with working(replace(subject_in(tmp_path, LOCK), python=str(other))) as workers:
        assert workers[0].file.endswith("lock.py")
        assert can_guide(workers) is None


def test_nothing_can_be_looked_into_without_atheris(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "atheris", None)  # as if it were not installed
    with working(subject_in(tmp_path, LOCK)) as workers:
        assert can_guide(workers) is None


def test_an_implementation_that_dies_costs_only_what_comes_after(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    subject = subject_in(tmp_path, "import os\n\ndef parse(text: str) -> int:\n    os._exit(3)\n")
    seeds = [Call("parse", ["abc"], [], [])]
    assert guided_calls(subject, seeds, 5, 1)[:1] == seeds
