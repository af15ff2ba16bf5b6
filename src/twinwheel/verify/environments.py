"""Environments that twinwheel makes: one for each thing that is compared, kept for the next time.

An environment is made under a name of its own and moved to its place when it is whole, so that two
processes may make the same one, and none that is half made is ever used.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from twinwheel.errors import VerifyError
from twinwheel.verify import installing, pythons
from twinwheel.verify.describing import Interpreter, requested

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Environment", "Source", "cache_folder", "make", "source_of"]

MARKER = "twinwheel-environment.json"
"""Written last, and tells what is in the environment."""

_ABANDONED = 24 * 3600.0
"""Seconds after which what is still half made has been left behind by a process that died."""

_NOT_SOURCE = {
    ".git", ".hg", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".tox", ".venv",
    "__pycache__", "build", "dist", "node_modules", "target", "venv",
}  # fmt: skip
"""Folders in a project that say nothing of what would be built of it."""

_COMPILED = (".pyc", ".so", ".pyd", ".o", ".a", ".obj", ".dylib")

_TOOLS = ["pip", "setuptools", "wheel", "distribute"]
"""What is in an environment without having been asked for."""


@dataclass(frozen=True)
class Source:
    """What is to be installed into an environment."""

    shown: str
    """What the user calls it."""
    requirement: str
    """What pip is given."""
    fingerprint: str
    """Another one means that what was installed before is of no use."""


@dataclass(frozen=True)
class Environment:
    """One in which something is installed."""

    interpreter: Interpreter
    distribution: str
    """Name of what was asked for."""
    version: str


def cache_folder() -> Path:
    """Give the folder that keeps what can be made again.

    Reference: https://specifications.freedesktop.org/basedir-spec/latest/
    """
    named = os.environ.get("XDG_CACHE_HOME", "")
    if Path(named).is_absolute():
        return Path(named, "twinwheel")
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
        return Path(local, "twinwheel", "Cache")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "twinwheel"
    return Path.home() / ".cache" / "twinwheel"


def source_of(word: str) -> Source:
    """Say what a requirement, a wheel, a source distribution or a project's folder is.

    Args:
        word: A requirement, or a path that is there.

    Raises:
        VerifyError: TW714 when pip could not install it.
    """
    path = Path(word).expanduser()
    if path.is_dir():
        if not any((path / name).is_file() for name in ("pyproject.toml", "setup.py")):
            raise VerifyError(
                f"{word} is a folder that cannot be installed",
                code="TW714",
                where=str(path.absolute()),
                accepted="a folder with a pyproject.toml or setup.py, or a virtual environment",
            )
        return Source(word, str(path.resolve()), _print_of_folder(path))
    if path.is_file():
        try:
            with path.open("rb") as file:
                digest = hashlib.sha256()
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        except OSError as error:
            raise VerifyError(
                f"{word} cannot be read: {error.strerror}", code="TW714", where=str(path)
            ) from None
        return Source(word, str(path.resolve()), digest.hexdigest())
    # another day, another release may be the newest
    pinned = "==" in word and "*" not in word
    return Source(word, word, "" if pinned else today())


def today() -> str:
    """Give the date."""
    return datetime.now(timezone.utc).date().isoformat()


def _print_of_folder(folder: Path) -> str:
    """Take a fingerprint of a project from the sizes and times of its files."""
    digest = hashlib.sha256()
    for room, folders, files in os.walk(folder):
        folders[:] = sorted(
            each for each in folders if each not in _NOT_SOURCE and not each.endswith(".egg-info")
        )
        for name in sorted(files):
            path = Path(room, name)
            # what a build leaves in the project must not be taken for a change of it
            if not name.endswith(_COMPILED):
                with suppress(OSError):
                    seen = path.stat()
                    line = f"{path.relative_to(folder)}\0{seen.st_size}\0{seen.st_mtime_ns}\n"
                    digest.update(line.encode(errors="surrogateescape"))
    return digest.hexdigest()


def make(
    source: Source,
    base: Interpreter,
    *,
    cache: Path | None,
    also: Sequence[str] = (),
    on_progress: Callable[[str], None],
) -> Environment:
    """Give an environment with something installed; make it unless there is one already.

    Args:
        source: What is to be installed.
        base: The interpreter that it is to be made of.
        cache: Folder that keeps environments; by default the user's cache.
        also: Requirements that are to be installed with it, such as ``pytest``.
        on_progress: Called with a line when there is something new.

    Raises:
        VerifyError: TW707 to TW710 and TW715, when it cannot be made.
    """
    room = (cache or cache_folder()) / "environments"
    folder = room / _key(source, base, also)
    known = _read(folder, base)
    if known is not None:
        return known
    python = ".".join(base.version.split(".")[:2])
    on_progress(f"installing {source.shown} into an environment of its own (Python {python})")
    try:
        room.mkdir(parents=True, exist_ok=True)
        _sweep(room)
        unfinished = Path(tempfile.mkdtemp(prefix=f"{folder.name}.", suffix=".part", dir=room))
    except OSError as error:
        raise VerifyError(
            f"no environment can be kept in {room}: {error.strerror}",
            code="TW715",
            where=str(room),
            help="name a folder that can be written: XDG_CACHE_HOME=FOLDER",
        ) from None
    try:
        _fill(unfinished, source, base, also, on_progress)
        with suppress(OSError):  # if another process was first, what it has made is as good
            unfinished.rename(folder)
    finally:
        if unfinished.exists():
            shutil.rmtree(unfinished, ignore_errors=True)
    made = _read(folder, base)
    if made is None:
        raise VerifyError(
            f"the environment for {source.shown} could not be moved to its place",
            code="TW715",
            where=str(folder),
            help="remove this folder",
        )
    return made


def _fill(
    folder: Path,
    source: Source,
    base: Interpreter,
    also: Sequence[str],
    on_progress: Callable[[str], None],
) -> None:
    installing.make(folder, base)
    installing.install(folder, base, source.shown, [source.requirement, *also], on_progress)
    wanted, more = _name(source.requirement), [_name(each) for each in also]
    left_out = [each for each in (*_TOOLS, *more) if each != wanted]
    found = requested(_interpreter(folder, base.version), left_out)
    found.sort(key=lambda each: canonicalize_name(each[0]) != wanted)
    if not found:
        raise VerifyError(
            f"{source.shown} was installed, but left no distribution behind",
            code="TW713",
            where=source.requirement,
        )
    name, version = found[0]
    content = {"distribution": name, "version": version, "of": source.requirement}
    (folder / MARKER).write_text(json.dumps(content), "utf-8")


def _name(requirement: str) -> str:
    """Give the name in a requirement as indexes write it; empty for a path."""
    try:
        return canonicalize_name(Requirement(requirement).name)
    except InvalidRequirement:
        return ""


def _key(source: Source, base: Interpreter, also: Sequence[str]) -> str:
    parts = [
        source.requirement,
        source.fingerprint,
        base.version,
        os.path.realpath(base.python),
        sys.platform,
        *sorted(also),
        # from another index comes another package of the same name
        *(os.environ.get(name, "") for name in _INDEXES),
    ]
    digest = hashlib.sha256("\0".join(parts).encode(errors="surrogateescape")).hexdigest()[:16]
    name = "".join(
        character if character.isalnum() else "-" for character in Path(source.shown).name
    )
    return f"{name[:40].strip('-')}-{digest}"


_INDEXES = (
    "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "UV_DEFAULT_INDEX", "UV_INDEX",
    "UV_FIND_LINKS",
)  # fmt: skip


def _interpreter(folder: Path, version: str) -> Interpreter:
    python = pythons.environment_python(folder)
    assert python is not None
    return Interpreter(str(python), version, isolated=True, made=True)


def _read(folder: Path, base: Interpreter) -> Environment | None:
    """Give an environment that is whole; None if there is none."""
    try:
        content = json.loads((folder / MARKER).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    if pythons.environment_python(folder) is None:  # the Python that it was made of is gone
        shutil.rmtree(folder, ignore_errors=True)
        return None
    interpreter = _interpreter(folder, base.version)
    return Environment(interpreter, content["distribution"], content["version"])


def _sweep(room: Path) -> None:
    """Remove what processes that were killed have left half made."""
    for folder in _parts(room):
        with suppress(OSError):
            if time.time() - folder.stat().st_mtime > _ABANDONED:
                shutil.rmtree(folder, ignore_errors=True)


def _parts(room: Path) -> Iterator[Path]:
    yield from room.glob("*.part")
