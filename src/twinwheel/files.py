"""Write a file whole or not at all."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes, *, executable: bool = False) -> None:
    """Write a file in one step: a reader sees the old content or the new, never a part.

    Raises:
        OSError: It cannot be written; what was there before is left as it was.
    """
    # not of tempfile, whose files are their owner's alone: this one has the mode of any new file
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
        if executable:
            unfinished.chmod(0o755)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
