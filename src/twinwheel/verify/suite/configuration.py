"""What a project says to pytest, read from where pytest reads it."""

from __future__ import annotations

import configparser
import shlex
import sys
from typing import TYPE_CHECKING, Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    from twinwheel._vendor import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["option", "read_toml", "words_of"]

_INI = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"))
_LATER = (("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))


def option(root: Path, name: str) -> Any:
    """Return an option of a project's pytest configuration; None where it has not got it.

    Args:
        root: The project's folder.
        name: Such as ``addopts``.
    """
    found = _of_ini(root, _INI, name)
    if found is None:
        table = read_toml(root / "pyproject.toml").get("tool", {}).get("pytest", {})
        table = table.get("ini_options", table)
        found = table.get(name)
    return found if found is not None else _of_ini(root, _LATER, name)


def words_of(value: Any) -> list[str]:
    """Return the words of an option that is a list, or text as a shell reads it."""
    if isinstance(value, list):
        return [str(each) for each in value]
    lines = [line for line in str(value or "").splitlines() if not line.lstrip().startswith("#")]
    try:
        return shlex.split("\n".join(lines))
    except ValueError:
        return []


def _of_ini(root: Path, files: tuple[tuple[str, str], ...], name: str) -> str | None:
    for file, section in files:
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(root / file, "utf-8")
        except (configparser.Error, UnicodeDecodeError):
            continue
        if parser.has_option(section, name):
            return parser.get(section, name)
    return None


def read_toml(path: Path) -> dict[str, Any]:
    """Return a document; an empty one where there is none that can be read."""
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
