"""Which processes are alive, and which interpreter of its process this is."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path

__all__ = ["interpreter", "namespace", "start_of"]


def interpreter() -> int:
    """Return the number of this interpreter among those of the process; 0 is the main one."""
    for name in ("_interpreters", "_xxsubinterpreters"):  # from Python 3.13 on, and before
        try:
            module = import_module(name)
        except ImportError:
            continue
        current = module.get_current()
        return int(current[0] if isinstance(current, tuple) else current)
    return 0


def namespace() -> int:
    """Return what tells the numbers of these processes from those of another container."""
    try:
        return Path("/proc/self/ns/pid").stat().st_ino
    except OSError:
        return 0


def start_of(pid: int) -> int:
    """Return when a process began, in the system's own count; 0 when it is gone.

    Where the system does not tell, as outside Linux, 1 for a process that is alive.
    """
    if sys.platform == "linux":
        try:
            # The name of the program, in parentheses, may hold anything.
            fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            fields = []
        if fields:
            dead = fields[0] in (b"Z", b"X")
            return 0 if dead else int(fields[19])
        if Path("/proc/self/stat").exists():
            return 0
    if sys.platform == "win32":
        return _alive_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return 0
    except OSError:
        return 1  # another user's
    return 1


def _alive_on_windows(pid: int) -> int:
    import ctypes

    kernel = getattr(ctypes, "windll").kernel32  # noqa: B009 (elsewhere there is no such name)
    query, still_active = 0x1000, 259
    handle = kernel.OpenProcess(query, False, pid)
    if not handle:
        return 0
    try:
        code = ctypes.c_ulong()
        known = kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        return int(not known or code.value == still_active)
    finally:
        kernel.CloseHandle(handle)
