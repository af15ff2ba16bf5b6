"""Pytest is installed where it is missing, if the environment is twinwheel's own."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from twinwheel.verify.foreign import run
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
    ended = run(
        [*_command(subject), "--quiet", *requirements],
        seconds=_SECONDS,
        environment={**os.environ, "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    if ended.code != 0:
        why = ended.last_line() or f"the installer {ended.how}"
        raise problems.no_pytest(subject.name, subject.python, why)


def _command(subject: Subject) -> list[str]:
    uv = shutil.which("uv")
    if uv is not None:
        return [uv, "pip", "install", "--python", subject.python]
    # Its own pip, as not every pip runs on every Python; else this one's, which can help others.
    if run([subject.python, "-c", "import pip"], seconds=_SECONDS).code == 0:
        return [subject.python, "-m", "pip", "install"]
    return [sys.executable, "-m", "pip", "--python", subject.python, "install"]
