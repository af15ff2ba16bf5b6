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

__all__ = ["locked", "make", "open_own", "overwritten", "page_folder", "read_trusted", "refused"]

_ADMINISTRATOR = 0
_OTHERS = 0o022
_WORLD = 0o002


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
    why = _distrust(path.parent.lstat(), "folder", _own(), _OTHERS)
    if why:
        raise refused(path.parent, why)
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
    for each, kind in ((path.parent, "folder"), (path, "file")):
        why = _distrust(each.lstat(), kind, _own(), _OTHERS)
        if why:
            raise refused(each, why)
    with _open(path, os.O_RDWR) as file:
        why = _distrust(os.fstat(file.fileno()), "file", _own(), _OTHERS)
        if why:
            raise refused(path, why)
        yield file


def read_trusted(path: Path, most: int) -> bytes:
    """Read a file that nobody but this user, root, or the file's own group can have written.

    Args:
        path: The file.
        most: Bytes that are read at most.

    Raises:
        OSError: It cannot be opened.
        RolloutError: TW606 when it is somebody else's, a link, or others may write it.
    """
    owners = [*_own(), _ADMINISTRATOR]
    why = _distrust(path.lstat(), "file", owners, _WORLD)
    if not why:
        with _open(path, os.O_RDONLY) as file:
            why = _distrust(os.fstat(file.fileno()), "file", owners, _WORLD)
            if not why:
                return file.read(most)
    raise RolloutError(
        f"the policy is refused: {why}",
        code="TW606",
        where=str(path),
        accepted="a file of this user or of root, no link, that not everybody may write",
        help="name the file itself; chmod o-w it",
    )


def _open(path: Path, mode: int) -> BinaryIO:
    # Neither through a link that was put there meanwhile, nor waiting for who writes into a pipe.
    flags = mode | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags), "rb" if mode == os.O_RDONLY else "r+b")


def _own() -> list[int]:
    return [] if sys.platform == "win32" else [os.getuid()]


def _distrust(about: os.stat_result, kind: str, owners: list[int], writers: int) -> str:
    """Return why a file or folder is not to be trusted; empty if it is.

    Args:
        about: It.
        kind: ``file`` or ``folder``.
        owners: Users that it may belong to.
        writers: The bits of its mode that must not be set.
    """
    if stat.S_ISLNK(about.st_mode):
        return "it is a symbolic link"
    if not (stat.S_ISDIR if kind == "folder" else stat.S_ISREG)(about.st_mode):
        return f"it is no {kind}"
    if sys.platform == "win32":
        return ""  # whose files have no such owner or mode; the folder is the user's own
    if about.st_uid not in owners:
        return f"it belongs to user {about.st_uid}, not to {os.getuid()}"
    if about.st_mode & writers:
        return f"others may write it (mode {stat.S_IMODE(about.st_mode):o})"
    return ""


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


def refused(path: Path | str, why: str) -> RolloutError:
    """TW611: a file that cannot be trusted, or is no page."""
    return RolloutError(
        f"the rollout's shared page is refused: {why}",
        code="TW611",
        where=str(path),
        accepted="a file in a folder, both this user's own, that nobody else may write",
        help="remove it, and start the processes again",
    )


def overwritten(path: Path | str) -> RolloutError:
    """TW611: a page that was sound, and then something else wrote into it."""
    return RolloutError(
        "the rollout's shared page was overwritten: its numbers make no sense",
        code="TW611",
        where=str(path),
        accepted="a page that only the armed processes write",
        help="find what wrote it; twinwheel rollout show tells what is in quarantine",
    )
