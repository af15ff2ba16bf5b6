"""What Cargo manifests say of the crates that are built with a crate.

Source: https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from twinwheel.build.pyproject import parse_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinwheel.build.builders.contract import BuildContext

__all__ = ["depends_on", "needed_manifests", "sources_outside"]

_TABLES = ("dependencies", "build-dependencies")
_LOADED = (*_TABLES, "dev-dependencies")  # Cargo reads their manifests too, to choose versions


def depends_on(context: BuildContext, manifest: PurePosixPath, crate: str) -> bool:
    """Tell whether a crate names another one as a dependency, on any platform."""
    document = _read(context.root / manifest)
    return any(
        crate in (name, entry.get("package")) for name, entry in _entries(document, *_TABLES)
    )


def needed_manifests(context: BuildContext, manifest: PurePosixPath) -> list[str]:
    """Return the manifests without which a crate cannot be built from a copy of its project.

    They are its own, those of the crates that it depends on by path, and those of the workspaces
    that they take values from. One outside of the builder's folder starts with ``../``.

    Returns:
        Paths relative to the builder's folder, the crate's own first.
    """
    found = {manifest.as_posix(): None}
    waiting = [manifest.as_posix()]
    while waiting:
        document = _read(context.root / waiting[-1])
        folder = PurePosixPath(waiting.pop()).parent
        more = [
            os.path.normpath(folder / str(entry["path"]) / "Cargo.toml")
            for _, entry in _entries(document, *_LOADED)
            if "path" in entry
        ]
        if _inherits(document):
            more += _workspace(context, folder)
        for path in (Path(each).as_posix() for each in more):
            if path not in found:
                found[path] = None
                waiting.append(path)
    return list(found)


def sources_outside(context: BuildContext, manifest: PurePosixPath) -> list[Path]:
    """Return what a crate is built from outside of the builder's folder.

    That is the folders of crates, and of workspaces the manifest and the lock file.
    """
    found: set[Path] = set()
    for path in needed_manifests(context, manifest):
        if path.startswith("../"):
            place = Path(os.path.normpath(context.root / path))
            document = _read(place)
            workspace = "workspace" in document and "package" not in document
            found |= {place, place.with_name("Cargo.lock")} if workspace else {place.parent}
    return sorted(found)


def _read(path: Path) -> Mapping[str, Any]:
    return parse_toml(path) if path.is_file() else {}


def _entries(document: Mapping[str, Any], *tables: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk the tables of dependencies, those of each platform and of the workspace too."""
    targets, patches = document.get("target", {}), document.get("patch", {})
    places = [document, document.get("workspace", {})]
    places += [{tables[0]: each} for each in patches.values()] if isinstance(patches, dict) else []
    places += targets.values() if isinstance(targets, dict) else []
    for place in places:
        for table in tables:
            entries = place.get(table, {}) if isinstance(place, dict) else {}
            for name, entry in entries.items() if isinstance(entries, dict) else ():
                yield name, entry if isinstance(entry, dict) else {}


def _inherits(table: object) -> bool:
    """Tell whether anything in a manifest is taken from its workspace."""
    if not isinstance(table, dict):
        return False
    return table.get("workspace") is True or any(map(_inherits, table.values()))


def _workspace(context: BuildContext, folder: PurePosixPath) -> list[str]:
    """Look for the nearest workspace above a crate, outside of the builder's folder too."""
    place = PurePosixPath(os.path.normpath(context.root / folder))
    for above in (place, *place.parents):
        if "workspace" in _read(Path(above) / "Cargo.toml"):
            return [os.path.relpath(Path(above) / "Cargo.toml", context.root)]
    return []
