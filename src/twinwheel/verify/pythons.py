"""Find the interpreter that ``--python`` names: a version, an executable or an environment."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import VerifyError
from twinwheel.verify.describing import Interpreter
from twinwheel.verify.foreign import run

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["OLDEST", "environment_python", "find", "installed", "is_version"]

OLDEST = (3, 8)
"""The oldest Python that what runs inside of other environments works on."""

_ANSWERS = 30.0
"""Seconds that an interpreter may take to say which one it is."""

_VERSION = re.compile(r"(?:python)?(3(?:\.\d+){0,2}t?)", re.IGNORECASE)

_WHICH = "import json, sys; print(json.dumps([sys.executable, *sys.version_info[:3]]))"


def is_version(word: str) -> bool:
    """Tell whether a word names a version, such as ``3.9`` or ``python3.9``."""
    return _VERSION.fullmatch(word) is not None


def find(word: str) -> Interpreter:
    """Find an interpreter.

    Args:
        word: A version, the path or name of an executable, or a virtual environment's folder.

    Raises:
        VerifyError: TW705 when there is none or it does not run, TW706 when it is too old.
    """
    match = _VERSION.fullmatch(word)
    if match:
        return _of_version(match[1])
    path = Path(word).expanduser()
    if path.is_dir():
        executable = environment_python(path)
        if executable is None:
            raise VerifyError(
                f"{word} is a folder, but no virtual environment",
                code="TW705",
                where=word,
                accepted=_ACCEPTED,
            )
        return _checked(str(executable), word)
    known = shutil.which(word)
    if known is None:
        raise VerifyError(f"there is no {word}", code="TW705", where=word, accepted=_ACCEPTED)
    return _checked(str(Path(known).absolute()), word)


_ACCEPTED = "a version such as 3.9, a Python's path, or a virtual environment's folder"


def environment_python(folder: Path) -> Path | None:
    """Give the interpreter of a virtual environment; None where there is none."""
    names = ("Scripts/python.exe",) if sys.platform == "win32" else ("bin/python", "bin/python3")
    if (folder / "pyvenv.cfg").is_file():
        return next((folder / name for name in names if (folder / name).exists()), None)
    return None


def installed() -> list[str]:
    """Give the minor versions that are on this machine and new enough, oldest first.

    For advice in messages: those that are found without asking each of them.
    """
    found = set()
    for minor in range(OLDEST[1], sys.version_info[1] + 8):
        version = f"3.{minor}"
        if any(_tell(candidate) for candidate in _candidates(version, searched=False)):
            found.add(minor)
    return [f"3.{minor}" for minor in sorted(found)]


def _of_version(version: str) -> Interpreter:
    if not version.endswith("t") and _fits(version, sys.version_info[:3]):
        return Interpreter(sys.executable, ".".join(map(str, sys.version_info[:3])))
    for candidate in _candidates(version, searched=True):
        told = _tell(candidate)
        if told and _fits(version.rstrip("t"), told[1]):
            return _checked(candidate, version)
    others = ", ".join(installed())
    raise VerifyError(
        f"there is no Python {version} on this machine",
        code="TW705",
        where=version,
        accepted=f"{others}; {_ACCEPTED}" if others else _ACCEPTED,
        help=f"install it, for example: uv python install {version}",
    )


def _fits(version: str, found: tuple[int, ...]) -> bool:
    wanted = tuple(int(part) for part in version.split("."))
    return found[: len(wanted)] == wanted


def _candidates(version: str, *, searched: bool) -> Iterator[str]:
    """Give executables that may be of a version, nearest first.

    Args:
        version: Such as ``3.9``.
        searched: Whether to run other programs to find more.
    """
    for name in (f"python{version}", "python3", "python"):
        found = shutil.which(name)
        if found and (name.endswith(version) or searched):
            yield found
    # the shims of pyenv are there for all versions, but work for those that are switched on only
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    versions = [*root.glob(f"versions/{version}"), *root.glob(f"versions/{version}.*")]
    for folder in sorted(versions, key=_by_patch, reverse=True):
        name = "python.exe" if sys.platform == "win32" else "bin/python"
        if (folder / name).exists():
            yield str(folder / name)
    if searched:
        launcher, uv = shutil.which("py"), shutil.which("uv")
        if launcher:
            ended = run([launcher, f"-{version}", "-c", _WHICH], seconds=_ANSWERS)
            if ended.code == 0:
                yield str(json.loads(ended.last_line())[0])
        if uv:
            command = [uv, "python", "find", "--no-python-downloads", version]
            ended = run(command, seconds=_ANSWERS)
            if ended.code == 0:
                yield ended.last_line()


def _by_patch(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", folder.name))


def _tell(executable: str) -> tuple[str, tuple[int, ...]] | None:
    """Ask an executable which Python it is; None if it is none."""
    try:
        ended = run([executable, "-c", _WHICH], seconds=_ANSWERS)
        path, *version = json.loads(ended.last_line())
    except (OSError, ValueError, TypeError):
        return None
    return (str(path or executable), tuple(version)) if ended.code == 0 else None


def _checked(executable: str, word: str) -> Interpreter:
    """Make sure that an executable is a Python that is new enough."""
    told = _tell(executable)
    if told is None:
        raise VerifyError(
            f"{word} is no Python that runs", code="TW705", where=executable, accepted=_ACCEPTED
        )
    path, version = told
    text = ".".join(str(part) for part in version)
    if version < OLDEST:
        oldest = ".".join(str(part) for part in OLDEST)
        raise VerifyError(
            f"Python {text} is too old to verify on",
            code="TW706",
            where=path,
            accepted=f"{oldest} or newer",
            help="name a newer one with --python, and a release of the package that runs on it",
        )
    return Interpreter(path, text)
