"""The mapped page: one file for each package, user and machine, which all workers share.

It lies in a folder of the user's own, is the user's own, and is followed through no link; what is
anything else is refused, and the service goes on with the control.
"""

from __future__ import annotations

import mmap
import os
import stat
import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import PolicyError
from twinwheel.rollout.layout import MAGIC, SIZE, WORKERS, owner_at, word_at

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Page", "open_page", "page_path", "process_start"]

_NUMBER = struct.Struct("=Q")
_FOLDER, _FILE = 0o700, 0o600
_DIGEST = len(MAGIC)


class Page:
    """The mapped numbers, and this worker's row among them."""

    def __init__(self, path: Path, memory: mmap.mmap) -> None:
        self.path = path
        self.memory = memory
        self.numbers = memoryview(memory).cast("Q")
        self.worker = take_row(self)

    def read(self, offset: int) -> int:
        """Return the number at an offset."""
        return self.numbers[offset // 8]

    def write(self, offset: int, value: int) -> None:
        """Store a number, in one piece."""
        self.numbers[offset // 8] = value

    def add(self, offset: int, more: int = 1) -> None:
        """Add to a number that this worker alone writes."""
        self.numbers[offset // 8] += more


def page_path(package: str, environ: Mapping[str, str]) -> Path:
    """Return where a package's page lies: in the user's runtime folder, or in a temporary one.

    Reference: https://specifications.freedesktop.org/basedir-spec/latest/
    """
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    if runtime and Path(runtime).is_absolute():
        return Path(runtime, "twinwheel", f"{package}.rollout")
    user = str(os.getuid()) if hasattr(os, "getuid") else environ.get("USERNAME", "user")
    return Path(tempfile.gettempdir(), f"twinwheel-{user}", f"{package}.rollout")


def open_page(path: Path, digest: bytes) -> Page:
    """Map a page, making it if there is none, or if it is of other components.

    Args:
        path: From ``page_path``.
        digest: 32 bytes that tell the package's components and implementations from others'.

    Raises:
        PolicyError: TW611 when the folder or the file is another's, a link, or no page.
    """
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    flags |= getattr(os, "O_BINARY", 0)
    try:
        path.parent.mkdir(mode=_FOLDER, parents=True, exist_ok=True)
        _check_owner(path.parent, path.parent.lstat(), folder=True)
        _make(path, digest)
        file = os.open(path, flags)
    except OSError as error:
        raise _refused(path, f"it cannot be opened: {error.strerror}") from None
    try:
        about = os.fstat(file)
        _check_owner(path, about, folder=False)
        if about.st_size != SIZE:
            raise _refused(path, f"it has {about.st_size:,} bytes, not {SIZE:,}")
        memory = mmap.mmap(file, SIZE)
    finally:
        os.close(file)
    if memory[: len(MAGIC)] != MAGIC:
        memory.close()
        raise _refused(path, "it is no page of this version")
    if memory[_DIGEST : _DIGEST + len(digest)] != digest:
        memory.close()
        raise _refused(path, "it is of another version of the package")
    return Page(path, memory)


def _make(path: Path, digest: bytes) -> None:
    """Make a page in one step: whoever comes later finds a whole one."""
    if path.exists() or path.is_symlink():
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write((MAGIC + digest).ljust(SIZE, b"\0"))
        try:
            os.link(name, path)
        except FileExistsError:
            pass  # another worker was first
        except (AttributeError, OSError):
            Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _check_owner(path: Path, about: os.stat_result, *, folder: bool) -> None:
    right = stat.S_ISDIR(about.st_mode) if folder else stat.S_ISREG(about.st_mode)
    if not right:
        raise _refused(path, f"it is no {'folder' if folder else 'file'} of its own")
    if not hasattr(os, "getuid"):
        return
    if about.st_uid != os.getuid():
        raise _refused(path, f"it belongs to user {about.st_uid}, not to {os.getuid()}")
    if about.st_mode & 0o022:
        raise _refused(path, f"others may write it (mode {stat.S_IMODE(about.st_mode):o})")


def take_row(page: Page) -> int:
    """Take the row of a worker: this process's own, a free one, or that of a dead process.

    Rows are told by process number and start time, as numbers are used again.
    """
    me, start = os.getpid(), process_start(os.getpid())
    rows = [
        (page.read(owner_at(row)), page.read(owner_at(row) + 8), row) for row in range(WORKERS)
    ]
    for pid, began, row in rows:
        if (pid, began) == (me, start):
            return row
    for pid, began, row in rows:
        if pid == 0 or process_start(pid) != began:
            page.write(owner_at(row) + 8, start)
            page.write(owner_at(row), me)
            return row
    raise PolicyError(
        f"{WORKERS} workers share {page.path} already",
        code="TW612",
        where=str(page.path),
        help="end some, or set XDG_RUNTIME_DIR apart for groups of them",
    )


def process_start(pid: int) -> int:
    """Return when a process began, in the system's own count; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
        return int(text.rpartition(b")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        pass
    if Path("/proc/self/stat").exists():
        return 0
    try:  # no such files here: whether it is alive must do
        os.kill(pid, 0)
    except ProcessLookupError:
        return 0
    except OSError:
        return 1
    return 1


def _refused(path: Path, why: str) -> PolicyError:
    return PolicyError(
        f"the rollout's shared page is refused: {why}",
        code="TW611",
        where=str(path),
        accepted="a file and a folder of this user's own, which no other may write",
        help="remove it; the next worker makes it anew",
    )


assert word_at(0) % 8 == 0
