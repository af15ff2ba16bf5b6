"""``[project]``, checked where the library that reads it says nothing, or fails without a word.

Specifications: PEP 621, PEP 639,
https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["check_project", "read_text_file", "wrong_project"]

_LINE = re.compile(r"[^\n\r]+\Z")  # what readers of other groups make of it is theirs
_SCRIPTS = {"console_scripts": "scripts", "gui_scripts": "gui-scripts"}
_ENTRY_NAME = re.compile(r"[^\s=\[]([^=\n\r]*[^\s=])?\Z")
_TARGET = re.compile(
    r"[^\W\d]\w*(\.[^\W\d]\w*)*"
    r"( *: *[^\W\d]\w*(\.[^\W\d]\w*)*)?"
    r"( *\[[\w .,-]*\])? *\Z"
)


def check_project(root: Path, pyproject: Mapping[str, Any]) -> None:
    """Refuse what would otherwise pass, or end in a traceback.

    Args:
        root: The project's folder.
        pyproject: The whole ``pyproject.toml``.

    Raises:
        ConfigError: TW121 for the first thing that is wrong.
    """
    project = pyproject.get("project")
    if not isinstance(project, dict):
        raise ConfigError(
            "there is no [project] table",
            code="TW121",
            where="pyproject.toml",
            accepted="a table with at least 'name' and 'version' (PEP 621)",
        )
    dynamic = project.get("dynamic", [])
    if not isinstance(dynamic, list) or not all(isinstance(name, str) for name in dynamic):
        raise wrong_project("dynamic", "it is no array of strings", "such as ['version']")
    description = project.get("description", "")
    if isinstance(description, str) and len(description.splitlines()) > 1:
        raise wrong_project("description", "it has several lines", "one line; the rest is readme")
    _check_entry_points(project)
    _check_readme(root, project)
    _check_licenses(root, project)


def wrong_project(key: str, message: str, accepted: str, help: str = "") -> ConfigError:  # noqa: A002
    """Return the error for a field of ``[project]``."""
    return ConfigError(
        f"{key}: {message}",
        code="TW121",
        where=f"pyproject.toml, [project] {key}",
        accepted=accepted,
        help=help,
    )


def read_text_file(path: Path, key: str, name: str) -> bytes:
    """Return the contents of a file that a field names, which must be text in UTF-8.

    Args:
        path: The file.
        key: The field of ``[project]``.
        name: The file, as the field has it.

    Raises:
        ConfigError: TW121 when it cannot be read, or is no UTF-8.
    """
    try:
        data = path.read_bytes()
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise wrong_project(
            key,
            f"'{name}' is not UTF-8, at byte {error.start}",
            "a text file in UTF-8",
            "save it in UTF-8",
        ) from None
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or error
        raise wrong_project(key, f"'{name}' cannot be read: {what}", "a file to read") from None
    return data


def _check_entry_points(project: Mapping[str, Any]) -> None:
    groups = project.get("entry-points")
    groups = dict(groups) if isinstance(groups, dict) else {}
    for group, key in _SCRIPTS.items():
        if group in groups:
            raise wrong_project(
                f"entry-points.{group}",
                f"PEP 621 has [project.{key}] for these",
                "other groups of entry points",
                f"move them to [project.{key}]",
            )
        groups[group] = project.get(key)
    for group, entries in groups.items():
        for name, target in entries.items() if isinstance(entries, dict) else ():
            key = _SCRIPTS.get(group, f"entry-points.{group}")
            if not _ENTRY_NAME.match(name):
                raise wrong_project(
                    key, f"{name!r} names no entry point", "a name in one line, without ="
                )
            form = _TARGET if group in _SCRIPTS else _LINE
            if isinstance(target, str) and not form.match(target):
                raise wrong_project(
                    key, f"{target!r} is no object to refer to", "module, or module:object"
                )


def _check_readme(root: Path, project: Mapping[str, Any]) -> None:
    readme = project.get("readme")
    name = readme.get("file") if isinstance(readme, dict) else readme
    if isinstance(name, str) and name:
        read_text_file(root / name, "readme", name)


def _check_licenses(root: Path, project: Mapping[str, Any]) -> None:
    table = project.get("license")
    name = table.get("file") if isinstance(table, dict) else None
    if isinstance(name, str) and name:
        read_text_file(root / name, "license", name)
    patterns = project.get("license-files")
    for pattern in patterns if isinstance(patterns, list) else ():
        if not isinstance(pattern, str):
            continue
        try:
            list(root.glob(pattern))
        except (ValueError, LookupError, NotImplementedError, OSError) as error:
            raise wrong_project(
                "license-files",
                f"{pattern!r} is no pattern: {error}",
                "patterns of files in the project, such as LICENSE* or licenses/*.txt",
            ) from None
