"""The bugs of the package gallery: the table of them, and that each shows."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.gallery import PACKAGE, Bug, gallery_bugs, gallery_environ, gallery_python

from twinwheel.build.pyproject import read_pyproject
from twinwheel.verify.findings import KINDS

BUGS = gallery_bugs()
posix = pytest.mark.skipif(os.name == "nt", reason="the trigger's limits are those of POSIX")


@pytest.fixture(scope="module")
def python(pytestconfig: pytest.Config) -> Path:
    return gallery_python(pytestconfig)


def test_the_table_is_in_order() -> None:
    assert len(BUGS) >= 32
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    components = read_pyproject(PACKAGE)["tool"]["twinwheel"]["components"]
    for bug in BUGS:
        assert {*bug.kind} <= {*KINDS}
        assert bug.component in (*components, "MAX_DEPTH")
        assert bug.trait
        assert bug.about.endswith(".")


def test_the_table_and_the_crate_have_the_same_names(python: Path) -> None:
    done = subprocess.run(
        [python, "-c", "import gallery._rust"],
        env=gallery_environ("no-such-bug"),
        check=False,
        capture_output=True,
        text=True,
    )
    line = done.stderr.splitlines()[-1]
    start, _, names = line.partition(" is none of ")
    assert start == "ImportError: GALLERY_BUG=no-such-bug"
    assert sorted(names.split(", ")) == sorted(bug.name for bug in BUGS)


def run(python: Path, half: str, name: str, bugs: tuple[Bug, ...]) -> tuple[int, dict[str, Any]]:
    """Run triggers in a process; give how it ended, and what came of each."""
    environment = bugs[0].environment if name else {}
    done = subprocess.run(
        [python, PACKAGE / "trigger.py", half],
        env=gallery_environ(name, **environment),
        input=json.dumps({bug.name: bug.trigger for bug in bugs}),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=120,
    )
    return done.returncode, dict(map(json.loads, done.stdout.splitlines()))


@functools.cache
def clean(python: Path, half: str) -> dict[str, Any]:
    code, found = run(python, half, "", BUGS)
    assert code == 0
    return found


def told(outcome: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in outcome.items() if key != "seconds"}


@pytest.mark.gallery
@posix
@pytest.mark.parametrize("half", ["rust", "python"])
def test_no_trigger_shows_without_a_bug(python: Path, half: str) -> None:
    wanted = {name: told(outcome) for name, outcome in clean(python, "c").items()}
    assert {name: told(outcome) for name, outcome in clean(python, half).items()} == wanted


@pytest.mark.gallery
@posix
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_bug_shows(python: Path, bug: Bug) -> None:
    kind = bug.kind[0]
    if kind in ("memory", "leak") and sys.platform != "linux":
        pytest.skip("the trigger measures memory as Linux tells it")
    control = clean(python, "c")[bug.name]
    code, found = run(python, "rust", bug.name, (bug,))
    if kind in ("crash", "hang", "memory"):
        wanted = {
            "crash": {-signal.SIGSEGV, -signal.SIGBUS},
            "hang": {-signal.SIGXCPU, -signal.SIGKILL},
            "memory": {-signal.SIGABRT},
        }
        assert found == {}
        assert code in wanted[kind]
        return
    assert code == 0
    candidate = found[bug.name]
    if kind == "panic":
        assert candidate["error"] == "PanicException"
    elif kind == "time":
        assert told(candidate) == told(control)
        assert candidate["seconds"] > 20 * control["seconds"]
    elif kind == "exception type":
        assert candidate.get("error") != control.get("error")
    elif kind == "exception message":
        assert candidate["error"] == control["error"]
        assert candidate["message"] != control["message"]
    elif kind == "recursion":
        assert "answer" in control
        assert "error" in candidate
    elif kind == "signature":
        assert candidate["error"] == "TypeError"
        assert "error" not in control
    else:
        assert candidate["answer"] != control["answer"]
