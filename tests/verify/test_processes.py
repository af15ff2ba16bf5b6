"""The processes that others' code runs in: what they see of the shell, and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from twinwheel.verify.processes import environment_for, kill_tree, name_of_signal

SHELL = {
    "PATH": "/bin",
    "PYTHONHOME": "/python",
    "PYTHONPATH": "/modules",
    "PYTHONUSERBASE": "/user",
    "PYTHONINSPECT": "1",
    "PYTHONSTARTUP": "/start.py",
    "__PYVENV_LAUNCHER__": "/launcher",
}
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"],
                         stdin=subprocess.PIPE, stdout=sys.stdout)
print(child.pid, flush=True)
if sys.argv[1] == "stay":
    child.wait()
"""


def test_another_environment_sees_nothing_of_what_the_shell_says_to_python() -> None:
    assert environment_for({}, isolated=True, environ=SHELL) == {
        "PATH": "/bin",
        "PYTHONNOUSERSITE": "1",
    }


def test_this_environment_sees_what_the_shell_says_to_each_python() -> None:
    kept = environment_for({}, isolated=False, environ=SHELL)
    assert kept == {
        name: SHELL[name] for name in ("PATH", "PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE")
    }


@pytest.mark.parametrize("isolated", [False, True])
def test_what_is_set_for_a_process_counts_more_than_the_shell(isolated: bool) -> None:
    told = {"PYTHONPATH": "/given", "PATH": "/other"}
    made = environment_for(told, isolated=isolated, environ=SHELL)
    assert {name: made[name] for name in told} == told


@pytest.mark.skipif(os.name == "nt", reason="Windows tells of processes in another way")
@pytest.mark.parametrize("parent", ["stay", "end"])
def test_what_a_process_started_is_killed_with_it(parent: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, parent], stdout=subprocess.PIPE, start_new_session=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    if parent == "end":
        process.wait(timeout=30)
    kill_tree(process)
    with process.stdout as pipe:
        assert pipe.read() == b""  # its end comes when nobody holds the other one
    assert process.wait(timeout=30) == (-signal.SIGKILL if parent == "stay" else 0)


def test_a_process_without_a_group_is_killed_alone() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )
    kill_tree(process, leads_group=False)
    assert process.wait(timeout=30) != 0
    assert process.stdin is not None
    process.stdin.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
def test_signals_have_names_and_those_without_a_number() -> None:
    assert name_of_signal(-signal.SIGSEGV) == "SIGSEGV"
    assert name_of_signal(-63) == "signal 63"
