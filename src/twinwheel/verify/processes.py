"""The processes that others' code runs in: what they see of the shell, and how they end.

Scripts that show a finding again have it embedded: so nothing but the standard library of Python
3.8 is used.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["environment_for", "kill_tree", "name_of_signal"]

_OF_THIS_PROCESS = {"PYTHONINSPECT", "PYTHONSTARTUP", "__PYVENV_LAUNCHER__"}
"""No matter of any other process: what is for a prompt, and what macOS tells of this one's file."""
_OF_THIS_SHELL = {"PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE"}
"""Reaches into each interpreter that is started here, so also into another environment."""


def environment_for(
    variables: Mapping[str, str], *, isolated: bool, environ: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment variables of an interpreter's process.

    Args:
        variables: What is set for it.
        isolated: Whether what the shell says to Python is kept from it.
        environ: The environment of this process.
    """
    dropped = _OF_THIS_PROCESS | (_OF_THIS_SHELL if isolated else set())
    kept = {name: value for name, value in environ.items() if name not in dropped}
    if isolated:
        kept["PYTHONNOUSERSITE"] = "1"
    return {**kept, **variables}


def kill_tree(process: subprocess.Popen[bytes], *, leads_group: bool = True) -> None:
    """Kill a process and those that it started; these also where it has ended by itself.

    Args:
        process: It still has to be waited for.
        leads_group: Whether it was started with ``start_new_session``. If not, those that it
            started are killed on Windows alone.
    """
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(
                ["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False
            )
    elif leads_group:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
            return
    if process.poll() is None:
        process.kill()


def name_of_signal(code: int) -> str:
    """Name what killed a process, such as ``SIGSEGV``.

    Args:
        code: Its exit code as ``subprocess`` tells it: below zero.
    """
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
