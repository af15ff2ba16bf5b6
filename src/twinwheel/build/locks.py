"""Locks between processes, taken back by the system when their holder dies."""

from __future__ import annotations

import contextlib
import sys
from typing import IO, TYPE_CHECKING

from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["locked"]


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock; wait for it where another process has it.

    Args:
        path: File to lock; it is made, with its folder, when it is not there.

    Raises:
        BuildError: TW341 when it cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+b")
    except OSError as error:
        raise BuildError(
            f"the folder of an editable install cannot be written to: {error.strerror}",
            code="TW341",
            where=str(path.parent),
            help="make the project's folder writable, or install without -e",
        ) from None
    with stream:
        _lock(stream)
        yield


def _lock(stream: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        stream.seek(0)
        while True:
            try:
                msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
            except OSError:  # it gives up after ten seconds
                continue
            return
    else:
        import fcntl

        fcntl.flock(stream.fileno(), fcntl.LOCK_EX)
