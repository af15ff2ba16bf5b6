"""Files that all processes of one user share, and nobody else writes."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from twinwheel.errors import RolloutError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["locked", "make", "open_own", "page_folder", "refused"]


def page_folder(environ: Mapping[str, str]) -> Path:
    """Return where pages lie: in the user's runtime folder, or else in a temporary one.

    Reference: https://specifications.freedesktop.org/basedir-spec/latest/
    """
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if runtime and Path(runtime).is_absolute():
        return Path(runtime, "twinwheel")
    user = str(os.getuid()) if sys.platform != "win32" else environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir(), f"twinwheel-{user}")


def make(path: Path, contents: bytes) -> None:
    """Make a file in one step, unless it is there: whoever comes later finds a whole one.

    Raises:
        OSError: It cannot be made.
        RolloutError: TW611 when the folder is another's, or others may write it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check(path.parent, path.parent.lstat(), stat.S_ISDIR, "folder")
    if path.exists() or path.is_symlink():
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(contents)
        try:
            os.link(name, path)
        except FileExistsError:
            pass  # another process was first
        except OSError:  # a file system without links
            Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def open_own(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading and writing, if it and its folder are this user's own.

    Raises:
        OSError: It cannot be opened.
        RolloutError: TW611 when it is another's, a link, or others may write it.
    """
    _check(path.parent, path.parent.lstat(), stat.S_ISDIR, "folder")
    _check(path, path.lstat(), stat.S_ISREG, "file")
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path, flags | getattr(os, "O_BINARY", 0)), "r+b") as file:
        _check(path, os.fstat(file.fileno()), stat.S_ISREG, "file")
        yield file


def _check(path: Path, about: os.stat_result, is_right: object, what: str) -> None:
    if stat.S_ISLNK(about.st_mode):
        raise refused(path, "it is a symbolic link")
    if not callable(is_right) or not is_right(about.st_mode):
        raise refused(path, f"it is no {what}")
    if sys.platform == "win32":
        return  # whose files have no such owner or mode; the folder is the user's own
    if about.st_uid != os.getuid():
        raise refused(path, f"it belongs to user {about.st_uid}, not to {os.getuid()}")
    if about.st_mode & 0o022:
        raise refused(path, f"others may write it (mode {stat.S_IMODE(about.st_mode):o})")


@contextmanager
def locked(file: BinaryIO) -> Iterator[None]:
    """Hold the lock of an open file against all others that open it."""
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        try:
            yield
        finally:
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


def refused(path: Path, why: str) -> RolloutError:
    """TW611: a file that cannot be trusted, or is no page."""
    return RolloutError(
        f"the rollout's shared page is refused: {why}",
        code="TW611",
        where=str(path),
        accepted="a file in a folder, both this user's own, that nobody else may write",
        help="remove it, and start the processes again",
    )
