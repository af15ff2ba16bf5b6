"""Files that a command is told to write."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from twinwheel import files
from twinwheel.errors import CommandError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["make_folder", "write_whole"]


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, unless it is there.

    Raises:
        CommandError: TW515 when it cannot be made, or cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(folder, error) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise _cannot_write(folder, PermissionError(0, "Permission denied"))


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one step: a reader sees the old content or the new, never a part.

    Raises:
        CommandError: TW515 when it cannot be written; what was there before is left as it was.
    """
    try:
        files.write_whole(path, content)
    except OSError as error:
        raise _cannot_write(path, error) from None


def _cannot_write(path: Path, error: OSError) -> CommandError:
    return CommandError(
        f"{path} cannot be written: {error.strerror or error}",
        code="TW515",
        where=str(path),
        help="name a folder that can be written to with --output",
    )
