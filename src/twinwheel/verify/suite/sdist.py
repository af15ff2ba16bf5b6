"""A package's source distribution, for the tests in it: fetched by pip, unpacked with care."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING

from twinwheel.errors import VerifyError
from twinwheel.verify.foreign import run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["fetch", "unpack"]

_SECONDS = 300
_LARGEST = 1 << 30
"""Bytes that may be unpacked."""


def fetch(distribution: str, version: str, room: Path) -> Path:
    """Download a source distribution and unpack it.

    pip asks the project for its metadata before it keeps the file, for which it builds a whole
    environment and may compile; nothing of that is needed. Without an environment that ends at
    once, if need be in an error, and pip leaves what it has unpacked until then.

    Args:
        distribution: Name of the project.
        version: The release.
        room: Folder to put it in; is made.

    Returns:
        The folder of the project.

    Raises:
        VerifyError: TW735 when it cannot be had.
    """
    what = f"{distribution}=={version}"
    text = ""
    for number, options in enumerate((["--no-build-isolation", "--no-clean"], [])):
        files, left = room / f"files-{number}", room / f"left-{number}"
        files.mkdir(parents=True)
        left.mkdir()
        text = _download(what, files, left, options)
        for archive in files.iterdir():
            return unpack(archive, room / "source")
        for project in left.glob(f"pip-download-*/{_plain(distribution)}_*"):
            if project.is_dir() and any(project.iterdir()):
                return project
        if "No matching distribution" in text:
            break
    lines = [line for line in text.splitlines() if line.strip()]
    raise _unusable(what, lines[-1] if lines else "pip gave no file")


def _download(what: str, files: Path, left: Path, options: Sequence[str]) -> str:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *options]
    command += ["--no-binary", ":all:", "--ignore-requires-python", "--dest", str(files), what]
    environment = {**os.environ, "TMPDIR": str(left), "TEMP": str(left), "TMP": str(left)}
    ended = run(command, seconds=_SECONDS, environment=environment)
    return ended.output if ended.code is not None else f"pip {ended.how}"


def _plain(name: str) -> str:
    """Return the name of the folder that pip unpacks a project into."""
    return re.sub(r"[-_.]+", "-", name).lower()


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a source distribution: plain files in their folders, and nothing else of it.

    Args:
        archive: A ``.tar.gz`` or a ``.zip``.
        folder: Where to; is made.

    Returns:
        The folder of the project in it.

    Raises:
        VerifyError: TW735 when it is damaged, too large, or would write outside of the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    total = 0
    try:
        for name, size, file in _files_of(archive):
            path = PurePosixPath(name)
            total += size
            if path.is_absolute() or ".." in path.parts or ":" in name or "\\" in name:
                raise _unusable(archive.name, f"{name!r} would be written outside of its folder")
            if total > _LARGEST:
                raise _unusable(archive.name, f"it has more than {_LARGEST:,} bytes")
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as made:
                shutil.copyfileobj(file, made)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, OSError, EOFError) as error:
        raise _unusable(archive.name, str(error)) from None
    tops = list(folder.iterdir())
    return tops[0] if len(tops) == 1 and tops[0].is_dir() else folder


def _files_of(archive: Path) -> Iterator[tuple[str, int, IO[bytes]]]:
    """Give each plain file; links and devices are no part of a project's tests."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as zipped:
            for info in zipped.infolist():
                if not info.is_dir():
                    with zipped.open(info) as file:
                        yield info.filename, info.file_size, file
        return
    with tarfile.open(archive) as packed:
        for member in packed:
            file_of = packed.extractfile(member) if member.isfile() else None
            if file_of is not None:
                with file_of:
                    yield member.name, member.size, file_of


def _unusable(what: str, why: str) -> VerifyError:
    return VerifyError(
        f"the source distribution {what} cannot be used: {why}",
        code="TW735",
        where=what,
        help="name the tests yourself: --tests FOLDER",
    )
