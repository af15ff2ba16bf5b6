"""Two modules to compare, and ``twinwheel verify`` on them in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil
from support.twins import SOURCE

LEFT = '''
def backwards(text: str) -> str:
    """Turn a text around."""
    return text[::-1]

def total(values: list[int]) -> int:
    """Add numbers."""
    return sum(values)

class Box:
    """Holds a number."""

    def __init__(self, number: int) -> None:
        """Hold it."""
        self.number = number

    def twice(self) -> int:
        """Give it twice."""
        return 2 * self.number
'''
SAME = LEFT
WRONG = LEFT.replace("sum(values)", "sum(values) if sum(values) >= 0 else 0")
HANGS = LEFT.replace(
    "return text[::-1]", "\n    while len(text) != 1:\n        pass\n    return text"
)
COMMAND = "import sys; from twinwheel.cli import main; sys.exit(main(sys.argv[1:]))"


def modules(folder: Path, **sources: str) -> Path:
    """Write modules into a folder."""
    folder.mkdir(exist_ok=True)
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    return folder


def environment(folder: Path, variables: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables with which the modules of a folder can be imported."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LINES")
    }
    kept["PYTHONPATH"] = os.pathsep.join([str(folder), str(SOURCE)])
    return {**kept, **(variables or {})}


def start(
    folder: Path,
    *arguments: str,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.PIPE,
    variables: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start ``twinwheel verify`` as the leader of a process group, as a shell does."""
    return subprocess.Popen(
        [sys.executable, "-c", COMMAND, "verify", "--save", "", *arguments],
        cwd=folder,
        env=environment(folder, variables),
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        start_new_session=True,
    )


def families(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes that a process has started, and that these have."""
    found: list[psutil.Process] = psutil.Process(process.pid).children(recursive=True)
    return found


def left_alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Which of them are there still, having had a moment to end."""
    alive: list[psutil.Process] = psutil.wait_procs(processes, timeout=10)[1]
    return alive
