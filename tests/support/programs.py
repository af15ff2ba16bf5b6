"""Machines that lack programs."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

__all__ = ["path_without"]


def path_without(folder: Path, hidden: str) -> str:
    """Make a PATH on which no program's name matches a pattern; all others are there.

    Args:
        folder: An empty folder, which is filled with links.
        hidden: Regular expression for whole names.
    """
    for entry in [str(Path(sys.executable).parent), *os.environ["PATH"].split(os.pathsep)]:
        if not Path(entry).is_dir():
            continue
        for program in Path(entry).iterdir():
            link = folder / program.name
            if not re.fullmatch(hidden, program.name) and not link.is_symlink():
                link.symlink_to(program)
    return str(folder)
