"""``runtime = "vendored"``: the selector inside the package, so that its wheel depends on nothing.

The author's line stays ``from twinwheel import select``; in the wheel it names the copy. An
editable install uses the sources as they are, so there the copy goes by twinwheel's own name.
"""

from __future__ import annotations

import symtable
from itertools import takewhile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.redirect import redirect

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["FOLDER", "runtime_files", "use_vendored", "vendored_files"]

FOLDER = "_twinwheel"
"""Name of the copy's package, inside the author's."""

_ROOM = Path(__file__).parents[1]
_FILES = ("_version.py", "errors.py", "manifest.py", "manifest_types.py", "selection")
_OFFERED = ("__version__", "library_path", "report", "select")

# The installed twinwheel is looked up by a string: a type checker is not to follow it, since its
# types are not the copy's, and it may not be there.
_INIT = '''\
"""twinwheel's selector, put here when the package was built, so that it depends on nothing."""

from __future__ import annotations

from os import environ

from {copy}.selection import Selection, library_path, prefix_of, report
from {copy}.selection import select as _select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from {copy}._version import __version__

__all__ = ["__version__", "library_path", "report", "select"]


def select(package: str) -> Selection:
    """Bind each component of a package; a rollout is left to the installed twinwheel."""
    rollout = environ.get(f"{{prefix_of(package)}}_ROLLOUT", "").strip()
    if rollout and rollout.lower() != "off":
        from importlib import import_module

        try:
            installed = import_module("twinwheel")
        except ModuleNotFoundError:
            from {copy}.selection.problems import no_rollout

            raise no_rollout(f"{{prefix_of(package)}}_ROLLOUT", rollout) from None
        selection: Selection = installed.select(package)
        return selection
    return _select(package)


if not TYPE_CHECKING:

    def __getattr__(name):
        if name == "__version__":
            from {copy}._version import __version__

            return __version__
        raise AttributeError(f"{{__name__}}, the copy of twinwheel's selector, has no {{name!r}}")
'''

_MAIN = '''\
"""``python -m {copy}``: which implementation is bound, and why."""

import sys

from {copy}.selection.__main__ import main

if __name__ == "__main__":
    sys.exit(main(package="{package}"))
'''

_REBUILDING = '''\
"""Stands for what only an installed twinwheel can do."""

from __future__ import annotations

from twinwheel.selection.problems import no_rebuild

__all__ = ["rebuild"]


def rebuild(package: str, *, only_if_changed: bool = False) -> None:
    """Say that twinwheel is to be installed."""
    raise no_rebuild(package)
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
    offered = _offered()
    files = {
        "__init__.py": _INIT.format(copy=copy).encode(),
        "__main__.py": _MAIN.format(copy=copy, package=package).encode(),
        "py.typed": b"",
    }
    for path, data in _selector().items():
        files[path] = redirect(data, path, copy, offered)
    return {f"{folder}/{path}": data for path, data in files.items()}


def runtime_files() -> dict[str, bytes]:
    """Return a package ``twinwheel`` that is the selector alone.

    Returns:
        Path in a folder of ``sys.path`` -> contents.
    """
    files = {
        "__init__.py": (_ROOM / "__init__.py").read_bytes(),
        "rebuilding.py": _REBUILDING.encode(),
        "py.typed": b"",
        **_selector(),
    }
    return {f"twinwheel/{path}": data for path, data in files.items()}


def use_vendored(sources: Mapping[str, bytes], packages: Sequence[str]) -> dict[str, bytes]:
    """Make the distribution's own modules import the copy.

    Args:
        sources: The distribution's files, by path in the wheel.
        packages: Full names of the twin packages; each has a copy.

    Returns:
        The files that changed.

    Raises:
        ConfigError: TW141 when a module imports what the copy does not have, TW142 when one is no
            Python.
    """
    offered = _offered()
    changed = {}
    for path, data in sources.items():
        if not path.endswith((".py", ".pyi")) or b"twinwheel" not in data:
            continue
        copy = f"{_nearest(path, packages)}.{FOLDER}"
        new = redirect(data, path, copy, offered)
        if new != data:
            changed[path] = new
    return changed


def _nearest(path: str, packages: Sequence[str]) -> str:
    """Return the twin package that a module is in, else one that shares most folders with it."""
    folders = PurePosixPath(path).parent.parts

    def nearness(package: str) -> tuple[int, bool]:
        names = package.split(".")
        pairs = takewhile(lambda pair: pair[0] == pair[1], zip(folders, names, strict=False))
        shared = len(list(pairs))
        return shared, shared == len(names)

    return max(packages, key=nearness)


def _selector() -> dict[str, bytes]:
    """Return the modules of the selector and what they import, by path inside twinwheel."""
    files = {}
    for name in _FILES:
        place = _ROOM / name
        for path in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            data = path.read_bytes()
            # Its own "python -m" goes with the copy; the doctor does not.
            data = data.replace(
                b"python -m twinwheel doctor {package}", b"python -m {package}.%s" % FOLDER.encode()
            )
            files[path.relative_to(_ROOM).as_posix()] = data
    return files


def _offered() -> dict[str, tuple[str, ...]]:
    """Return the names in each module of the copy, by the name of the module in twinwheel."""
    offered: dict[str, tuple[str, ...]] = {"twinwheel": _OFFERED}
    for path, data in _selector().items():
        name = f"twinwheel/{path}".removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        offered[name] = tuple(_bound(data.decode("utf-8"), path))
    return offered


def _bound(text: str, path: str) -> Iterator[str]:
    for symbol in symtable.symtable(text, path, "exec").get_symbols():
        if symbol.is_assigned() or symbol.is_imported():
            yield symbol.get_name()
