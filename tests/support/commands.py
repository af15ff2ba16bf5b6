"""The command line in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from support.twins import SOURCE

BLOCKING = """
import sys
for name in {blocked!r}:
    sys.modules[name] = None  # importing it is an error now
from twinwheel.cli import main
sys.exit(main({arguments!r}))
"""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


class Run(Protocol):
    """Runs a command in this process."""

    def __call__(self, *arguments: str | Path) -> Done: ...


def start(
    *arguments: str,
    cwd: Path,
    blocked: tuple[str, ...] = (),
    packages: Path | None = None,
    stdout: int = subprocess.PIPE,
    variables: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command where some modules cannot be imported and some packages can.

    Args:
        arguments: Of the command line.
        cwd: Folder to run in.
        blocked: Modules whose import is to fail.
        packages: Folder with more packages.
        stdout: Where its output goes.
        variables: Environment variables on top of this process's own.
    """
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS")
        and not key.startswith(("TWIN_", "TWINWHEEL_IMAGE_"))
    }
    paths = [str(packages or ""), str(SOURCE), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    code = BLOCKING.format(blocked=blocked, arguments=list(arguments))
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=cwd,
        env={**environment, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


def finish(process: subprocess.Popen[bytes]) -> Done:
    """Wait for a command; it must not have crashed."""
    out, err = process.communicate(timeout=300)
    text = err.decode(errors="replace")
    assert "Traceback" not in text, text
    return Done(process.returncode, (out or b"").decode("utf-8", "replace"), text)
