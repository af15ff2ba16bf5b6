"""Find an installed package and read its manifest without importing the package.

Importing it is what may go wrong, so the doctor looks from outside.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import CommandError
from twinwheel.manifest import MODULE_NAME, check, no_manifest
from twinwheel.selection.problems import describe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec

    from twinwheel.manifest_types import Artifact, Manifest

__all__ = ["Installed", "find"]


@dataclass(frozen=True)
class Installed:
    """A twin package as it lies on disk."""

    package: str
    manifest: Manifest
    folders: tuple[str, ...]
    """Where its modules are looked for."""

    def module_file(self, module: str) -> Path | None:
        """Give the file that a module of the package would be loaded from."""
        path: Sequence[str] | None = self.folders
        origin = None
        for name in _inner_names(self.package, module):
            spec = _spec(name, path)
            if spec is None:
                return None
            path = spec.submodule_search_locations
            origin = spec.origin if spec.has_location else None
        return Path(origin) if origin else None

    def artifact_file(self, artifact: Artifact, module: str | None) -> Path | None:
        """Give the file of an artifact: as in the wheel, or where its module is loaded from."""
        depth = self.package.count(".")
        for folder in self.folders:
            path = Path(folder).parents[depth] / artifact["file"]
            if path.is_file():
                return path
        loaded = self.module_file(module) if module else None
        if loaded and loaded.name == Path(artifact["file"]).name and loaded.is_file():
            return loaded
        return None


def find(package: str) -> Installed:
    """Find a package by its full name, running none of its code but the manifest.

    Raises:
        CommandError: TW501 when there is no such package.
        SelectionError: TW401 or TW402 when it has no manifest, or one of another layout.
    """
    path: Sequence[str] | None = None
    for name in _inner_names("", package):
        spec = _spec(name, path) if name.rpartition(".")[2].isidentifier() else None
        if spec is None or spec.submodule_search_locations is None:
            raise CommandError(
                f"there is no package {package}"
                if spec is None
                else f"{name} is a module, not a package",
                code="TW501",
                where=package,
                accepted="the full name of an installed package, such as twinwheel.image",
                help=f"install it for this Python: {sys.executable}",
            )
        path = list(spec.submodule_search_locations)
    manifest_spec = _spec(f"{package}.{MODULE_NAME}", path)
    if manifest_spec is None or manifest_spec.loader is None:
        raise no_manifest(package)
    module = module_from_spec(manifest_spec)
    try:
        manifest_spec.loader.exec_module(module)
        manifest: Manifest = module.MANIFEST
        _ = manifest["schema"]
    except (AttributeError, ImportError, KeyError, NameError, SyntaxError, TypeError) as error:
        raise CommandError(
            f"the manifest of {package} cannot be read: {describe(error)}",
            code="TW503",
            where=str(manifest_spec.origin),
            help=f"reinstall {package}",
        ) from None
    check(package, manifest)
    return Installed(package, manifest, tuple(path or ()))


def _inner_names(package: str, module: str) -> list[str]:
    """Full names from below a package down to a module: ``a.b`` and ``a.b.c``, for the two."""
    parts = module.split(".")
    start = len(package.split(".")) if package else 0
    return [".".join(parts[: end + 1]) for end in range(start, len(parts))]


def _spec(name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """Ask the finders as an import would, but import no parent."""
    for finder in sys.meta_path:
        spec = finder.find_spec(name, path) if hasattr(finder, "find_spec") else None
        if spec is not None:
            return spec
    return None
