"""Hooks run side by side, and when one fails the others are stopped with their children."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from twinwheel.build.hooks import HookCall, call_hooks
from twinwheel.errors import BuildError

BACKEND = """
import os, pathlib, subprocess, sys, time

def meet(me, other, folder):
    "Wait until the other one is running too."
    folder = pathlib.Path(folder)
    (folder / me).touch()
    for _ in range(2400):
        if (folder / other).exists():
            return
        time.sleep(0.05)
    raise SystemExit("the other hook never ran")

def build_wheel(output, config_settings=None, metadata_directory=None):
    mode = config_settings["mode"]
    if mode == "meet":
        meet(config_settings["me"], config_settings["other"], config_settings["folder"])
        return config_settings["me"] + ".whl"
    if mode == "fail":
        meet("fail", "hang", config_settings["folder"])
        print("it went wrong")
        raise SystemExit(3)
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    pathlib.Path(config_settings["folder"], "child").write_text(str(child.pid))
    meet("hang", "fail", config_settings["folder"])
    child.wait()
"""


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for backends, in which the hooks of this test's processes look for them."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def call(folder: Path, label: str, **settings: str) -> HookCall:
    """A call of a backend of its own, which is the same module under another name."""
    (folder / f"{label}_backend.py").write_text(BACKEND, "utf-8")
    config: dict[str, str | list[str]] = {"folder": str(folder), **settings}
    return HookCall(label, f"{label}_backend", "build_wheel", folder, folder, config)


def running(process: int) -> bool:
    """Tell whether a process is there and is no zombie."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/status")
    return not (status.exists() and "State:\tZ" in status.read_text("utf-8"))


def test_they_run_at_the_same_time(backend: Path) -> None:
    calls = [
        call(backend, "left", mode="meet", me="left", other="right"),
        call(backend, "right", mode="meet", me="right", other="left"),
    ]
    assert call_hooks(calls) == {
        "left": backend / "left.whl",
        "right": backend / "right.whl",
    }


def test_calls_of_one_backend_run_in_turn(backend: Path) -> None:
    """Each leaves a mark while it runs, and fails where it finds the other's."""
    (backend / "alone.py").write_text(
        "import pathlib, time\n"
        "def build_wheel(output, config_settings=None, metadata_directory=None):\n"
        "    mark = pathlib.Path(output, 'running')\n"
        "    mark.touch(exist_ok=False)\n"
        "    time.sleep(0.2)\n"
        "    mark.unlink()\n"
        "    return config_settings['me']\n",
        "utf-8",
    )
    calls = [
        HookCall(name, "alone", "build_wheel", backend, backend, {"me": name})
        for name in ("first", "second")
    ]
    assert call_hooks(calls) == {name: backend / name for name in ("first", "second")}


def test_what_the_frontend_told_us_is_not_told_on(
    backend: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a project with a ``backend-path`` could not be built: its builders are not in there."""
    monkeypatch.setenv("_PYPROJECT_HOOKS_BACKEND_PATH_JSON", '["/nowhere"]')
    monkeypatch.setenv("_PYPROJECT_HOOKS_BUILD_BACKEND", "twinwheel.build")
    alone = call(backend, "left", mode="meet", me="left", other="left")
    assert call_hooks([alone]) == {"left": backend / "left.whl"}


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX's")
def test_a_failure_stops_the_others(backend: Path, capfd: pytest.CaptureFixture[str]) -> None:
    calls = [call(backend, "good", mode="hang"), call(backend, "bad", mode="fail")]
    with pytest.raises(BuildError) as caught:
        call_hooks(calls)
    assert caught.value.code == "TW301"
    assert "exit code 3" in caught.value.message
    assert "the bad half" in caught.value.where
    assert "[bad] it went wrong" in capfd.readouterr().out
    child = int((backend / "child").read_text("utf-8"))
    while running(child):  # it was told to end; a child that was not would hang the test
        time.sleep(0.01)


def test_a_backend_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError) as caught:
        call_hooks([HookCall("c", "no_such_backend", "build_wheel", tmp_path, tmp_path, {})])
    assert caught.value.code == "TW302"
    assert "no_such_backend" in str(caught.value)


def test_nothing_to_call(tmp_path: Path) -> None:
    assert call_hooks([]) == {}
