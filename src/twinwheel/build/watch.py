"""What a native build may read, and whether it changed since the last build.

An import asks this each time where ``editable.rebuild = "on-import"``, in environments that need
not hold what a build needs: only the standard library is imported here, and no file is read.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "EditableInstall",
    "Record",
    "copied_files",
    "native_sources",
    "read_record",
    "record_of",
]

# A folder with one of these is native: what else is in it, or below it, may be read by the build.
_COMPILED = (
    *(".c", ".cc", ".cpp", ".cxx", ".cu", ".rs", ".pyx", ".f", ".f90"),
    *("CMakeLists.txt", "meson.build", "Cargo.toml"),
)
# Watched wherever they are.
_NATIVE = (
    *(".h", ".hh", ".hpp", ".hxx", ".inc", ".inl", ".in", ".pxd", ".pxi", ".cmake", ".build"),
    *(".toml", ".lock", ".udl", "meson.options", "meson_options.txt"),
)
_UNITS = tuple(name for name in _COMPILED if name.startswith("."))
_PYTHON = (".py", ".pyi", ".pyc")
_MADE = (".so", ".pyd", ".dylib", ".dll", ".o", ".obj", "~")
_NO_SOURCES = ("__pycache__", "node_modules")
# In the folder itself: Cargo's target folder, a virtual environment, a tree of CMake's.
_MARKS = ("CACHEDIR.TAG", "pyvenv.cfg", "CMakeCache.txt")


@dataclass(frozen=True)
class EditableInstall:
    """What an editable install is made with, kept in its finder so that it can be made again."""

    root: str
    tree: str
    """Folder of the native modules and the manifests."""

    packages: tuple[str, ...]
    config_settings: Mapping[str, str | list[str]]
    environ: Mapping[str, str]
    """The variables that chose the halves; empty where one was not set."""

    name: str = ""
    version: str = ""
    """What another backend calls the project, where that writes the metadata; empty where we do."""

    modules: tuple[str, ...] = ()
    """Paths, inside the tree, of what can be imported from it."""

    requires: tuple[str, ...] = ()
    """PEP 508 requirements of the build."""


@dataclass(frozen=True)
class Record:
    """What the last build of a tree was made from; kept beside it."""

    files: Mapping[str, list[int]]
    """Path -> time of change and size."""

    more: tuple[str, ...] = ()
    """Files and folders that are watched besides: path dependencies, files that were installed."""

    def write(self) -> bytes:
        """Return it as JSON."""
        return json.dumps({"files": self.files, "more": self.more}, indent=0).encode()

    def holds(self, root: Path) -> bool:
        """Tell whether nothing changed since."""
        return self.files == native_sources(root, self.more)


def record_of(tree: Path) -> Path:
    """Return where the record of a tree is."""
    return tree.with_name(f"{tree.name}.json")


def read_record(tree: Path) -> Record | None:
    """Return the record of a tree; None when there is none that can be read."""
    try:
        found: dict[str, Any] = json.loads(record_of(tree).read_text("utf-8"))
        return Record(found["files"], tuple(found["more"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def native_sources(root: Path, more: Iterable[str] = ()) -> dict[str, list[int]]:
    """Return path -> time of change and size of every file that a native build may read.

    Args:
        root: The project's folder; hidden folders and those of build outputs are passed over.
        more: Absolute paths of files, and of folders with all that is in them.
    """
    found: dict[str, list[int]] = {}
    for entry in _sources(root):
        _note(found, Path(entry.path).relative_to(root).as_posix(), entry)
    for item in more:
        _note(found, item, Path(item))
        for entry in _sources(Path(item), everything=True):
            _note(found, Path(entry.path).as_posix(), entry)
    return found


def copied_files(root: Path, made: Mapping[str, bytes]) -> dict[str, list[int]]:
    """Return the files of the project that a half installed as they are, with their states.

    Args:
        root: The project's folder.
        made: What the halves made, by path.
    """
    wanted: dict[str, list[bytes]] = {}
    for path, data in made.items():
        if data:
            wanted.setdefault(PurePosixPath(path).name, []).append(data)
    found: dict[str, list[int]] = {}
    for entry, _ in _walk(str(root), top=True, everything=True):
        if entry.name in wanted:
            state: dict[str, list[int]] = {}
            _note(state, entry.path, entry)
            sizes = [size for _, size in state.values()]
            alike = [data for data in wanted[entry.name] if [len(data)] == sizes]
            if alike and Path(entry.path).read_bytes() in alike:
                found |= state
    return found


def _sources(folder: Path, *, everything: bool = False) -> Iterator[os.DirEntry[str]]:
    for entry, below in _walk(str(folder), top=True, everything=everything):
        if below and not entry.name.endswith((*_PYTHON, *_MADE)):
            yield entry


def _walk(
    folder: str, *, top: bool = False, everything: bool = False
) -> Iterator[tuple[os.DirEntry[str], bool]]:
    """Yield every file that may be a source, and whether the build may read it."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:  # no folder, or gone since
        return
    names = [entry.name for entry in entries]
    if not top and any(name in _MARKS for name in names):
        return
    # The top is a native folder only where sources lie in it, and then without what is below.
    marks = _UNITS if top else _COMPILED
    here = everything or any(name.endswith(marks) for name in names)
    below = everything or (here and not top)
    for entry in entries:
        name = entry.name
        if name.startswith((".", "#")):
            continue
        try:
            is_folder, is_file = entry.is_dir(follow_symlinks=False), entry.is_file()
        except OSError:
            continue
        if is_folder:
            passed_over = name in _NO_SOURCES or name.endswith((".egg-info", ".dist-info"))
            if not passed_over and not (top and name in ("build", "dist")):
                yield from _walk(entry.path, everything=below)
        elif is_file:  # and so no link that leads nowhere, as editors' locks are
            yield entry, here or name.endswith((*_COMPILED, *_NATIVE))


def _note(found: dict[str, list[int]], key: str, file: os.DirEntry[str] | Path) -> None:
    """Note the state of a file, unless it is none, or gone since it was seen."""
    try:
        if file.is_file():
            state = file.stat()
            found[key] = [state.st_mtime_ns, state.st_size]
    except OSError:
        return
