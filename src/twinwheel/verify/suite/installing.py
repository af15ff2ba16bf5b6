"""Pytest is installed where it is missing, if the environment is twinwheel's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from twinwheel.verify.suite import problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.subjects import Subject

__all__ = ["install"]

_SECONDS = 600


def install(subject: Subject, requirements: Sequence[str]) -> None:
    """Install something into a subject's environment.

    Args:
        subject: The subject; its environment may have no pip of its own.
        requirements: As pip takes them.

    Raises:
        VerifyError: TW721 when that fails.
    """
    uv = shutil.which("uv")
    if uv is not None:
        command = [uv, "pip", "install", "--quiet", "--python", subject.python]
    else:
        command = [sys.executable, "-m", "pip", "--python", subject.python, "install", "--quiet"]
    try:
        done = subprocess.run(
            [*command, *requirements],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise problems.no_pytest(subject.name, subject.python, "installing took too long") from None
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        why = lines[-1] if lines else f"installing ended with {done.returncode}"
        raise problems.no_pytest(subject.name, subject.python, why)
