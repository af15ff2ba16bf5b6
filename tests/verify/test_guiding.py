"""Coverage guidance: atheris finds the calls that chance alone would not."""

from __future__ import annotations

import sys
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


def test_what_is_compiled_or_elsewhere_cannot_be_looked_into(tmp_path: Path) -> None:
    subject = subject_in(tmp_path, LOCK)
    worker = Worker(subject, Limits())
    try:
        found = can_guide([worker])
        assert found is None or found is subject
        if "atheris" in sys.modules or found is not None:
            pytest.importorskip("atheris")
        worker.file = "/somewhere/lock.cpython-311-x86_64-linux-gnu.so"
        assert can_guide([worker]) is None
    finally:
        worker.close()


def test_an_implementation_that_dies_costs_only_what_comes_after(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    subject = subject_in(tmp_path, "import os\n\ndef parse(text: str) -> int:\n    os._exit(3)\n")
    seeds = [Call("parse", ["abc"], [], [])]
    assert guided_calls(subject, seeds, 5, 1)[:1] == seeds
