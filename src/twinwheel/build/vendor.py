"""``runtime = "vendored"``: the selector inside the package, so that its wheel depends on nothing.

The author's line stays ``from twinwheel import select``; in the wheel it names the copy.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FOLDER", "stand_in_source", "use_vendored", "vendored_files"]

FOLDER = "_twinwheel"
"""Name of the copy's package, inside the author's."""

_ROOM = Path(__file__).parents[1]
_FILES = ("_version.py", "errors.py", "manifest.py", "selection")
_OFFERED = ("report", "select")
_IMPORT = re.compile(r"^(\s*)from twinwheel((?:\.\w+)*) import", re.MULTILINE)

_INIT = '''\
"""twinwheel's selector, put here when the package was built, so that it depends on nothing."""

from __future__ import annotations

from os import environ

from {copy}.selection import Selection, prefix_of, report
from {copy}.selection import select as _select

__all__ = ["report", "select"]


def select(package: str) -> Selection:
    """Bind each component of a package; a rollout is left to the installed twinwheel."""
    rollout = environ.get(f"{{prefix_of(package)}}_ROLLOUT", "").strip()
    if rollout and rollout.lower() != "off":
        try:
            from twinwheel import select as installed
        except ModuleNotFoundError:
            return _select(package)
        return installed(package)
    return _select(package)
'''

_MAIN = '''\
"""``python -m {copy}``: which implementation is bound, and why."""

import sys

from {copy}.selection.__main__ import main

if __name__ == "__main__":
    sys.exit(main(package="{package}"))
'''

_STAND_IN = '''\
"""Stands for twinwheel in an editable install of {package}, where no twinwheel is installed."""

from {copy} import report, select

__all__ = ["report", "select"]
'''


def vendored_files(package: str) -> dict[str, bytes]:
    """Return the copy of the selector.

    Args:
        package: Full name of the author's package.

    Returns:
        Path in the wheel -> contents.
    """
    copy = f"{package}.{FOLDER}"
    folder = copy.replace(".", "/")
    files = {
        f"{folder}/__init__.py": _INIT.format(copy=copy).encode(),
        f"{folder}/__main__.py": _MAIN.format(copy=copy, package=package).encode(),
        f"{folder}/py.typed": b"",
    }
    for name in _FILES:
        place = _ROOM / name
        for path in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            text = _IMPORT.sub(rf"\1from {copy}\2 import", path.read_text("utf-8"))
            text = text.replace("python -m twinwheel doctor {package}", f"python -m {copy}")
            files[f"{folder}/{path.relative_to(_ROOM).as_posix()}"] = text.encode()
    return files


def stand_in_source(package: str) -> bytes:
    """Return a module that stands for twinwheel where the sources are used as they are."""
    return _STAND_IN.format(package=package, copy=f"{package}.{FOLDER}").encode()


def use_vendored(sources: Mapping[str, bytes], package: str) -> dict[str, bytes]:
    """Make the package's own modules import the copy.

    Args:
        sources: The package's files, by path in the wheel.
        package: Full name of the package.

    Returns:
        The files that changed.

    Raises:
        ConfigError: TW141 when a module imports what the copy does not have.
    """
    folder = package.replace(".", "/") + "/"
    changed = {}
    for path, data in sources.items():
        if not path.startswith(folder) or not path.endswith((".py", ".pyi")):
            continue
        if b"twinwheel" not in data:
            continue
        text = data.decode("utf-8")
        lines = text.splitlines(keepends=True)
        for node in _imports(text, path):
            unknown = [alias.name for alias in node.names if alias.name not in _OFFERED]
            if unknown or node.module != "twinwheel":
                raise ConfigError(
                    f"{path}, line {node.lineno}: the vendored selector has no "
                    f"{', '.join(unknown) or node.module}",
                    code="TW141",
                    where='pyproject.toml, [tool.twinwheel] runtime = "vendored"',
                    accepted=f"from twinwheel import {', '.join(_OFFERED)}",
                    help="import nothing else, or depend on twinwheel: runtime = 'dependency'",
                )
            line = lines[node.lineno - 1]
            start, end = line[: node.col_offset], line[node.col_offset :]
            end = re.sub(r"^from(\s+)twinwheel\b", rf"from\1{package}.{FOLDER}", end)
            lines[node.lineno - 1] = start + end
            changed[path] = "".join(lines).encode()
    return changed


def _imports(text: str, path: str) -> list[ast.ImportFrom]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise ConfigError(
            f"{path} is no Python that this interpreter reads: {error}",
            code="TW142",
            where=path,
            help="correct it, or leave it out: [tool.twinwheel.wheel] exclude",
        ) from None
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.level == 0
        and (node.module or "").partition(".")[0] == "twinwheel"
    ]
