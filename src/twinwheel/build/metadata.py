"""``[project]`` -> METADATA, entry points and licence files: one source for wheel and sdist.

Of the halves' metadata only dynamic fields are taken: the two backends write the same table
differently.
Specifications: PEP 621, PEP 639, https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twinwheel.build.project_table import check_project, read_text_file, wrong_project
from twinwheel.build.settings.tables import shorten
from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pyproject_metadata import StandardMetadata

    from twinwheel.build.plan import Plan

__all__ = ["ProjectMetadata", "metadata_of_another", "read_metadata"]

# What tools take when [project] does not say, as PEP 639 suggests.
_LICENSE_GLOBS = ("LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*")


@dataclass(frozen=True)
class ProjectMetadata:
    """What a distribution says of itself."""

    name: str
    """Normalised for file names: ``my_package``."""

    version: str
    metadata: bytes
    """Contents of METADATA and PKG-INFO."""

    entry_points: bytes
    """Contents of ``entry_points.txt``; empty when there are none."""

    licenses: Mapping[str, bytes]
    """Path relative to the project -> contents."""

    dynamic: Mapping[str, Any] = field(default_factory=dict)
    """Field that ``[project]`` leaves open -> its value, for builders that must be told of it."""

    @property
    def stem(self) -> str:
        """``name-version``, the start of every file name."""
        return f"{self.name}-{self.version}"

    @property
    def dist_info(self) -> str:
        """Name of the metadata folder."""
        return f"{self.stem}.dist-info"

    def files(self) -> dict[str, bytes]:
        """Return the metadata folder's files that do not depend on the build."""
        files = {f"licenses/{path}": content for path, content in self.licenses.items()}
        files["METADATA"] = self.metadata
        if self.entry_points:
            files["entry_points.txt"] = self.entry_points
        return files


def metadata_of_another(name: str, version: str) -> ProjectMetadata:
    """Return what is known of a project whose metadata another backend writes.

    Its halves are told of the version; what else it leaves open says nothing in them, and is not
    read from them.

    Args:
        name: The project's name, as its backend has it.
        version: The project's version, as its backend has it.
    """
    from twinwheel.build.core_metadata import NO_VALUES

    file_name = re.sub(r"[-_.]+", "_", name).lower()
    return ProjectMetadata(file_name, version, b"", b"", {}, {**NO_VALUES, "version": version})


def read_metadata(plan: Plan) -> ProjectMetadata:
    """Read the project's metadata.

    Raises:
        ConfigError: TW121 when ``[project]`` is wrong, TW122 or TW123 when its dynamic fields have
            no value, or two.
    """
    from packaging.utils import canonicalize_name

    check_project(plan.root, plan.pyproject)
    metadata, dynamic = _standard_metadata(plan)
    with _wrong_when_refused():
        text = bytes(metadata.as_rfc822())
    version = str(metadata.version)
    return ProjectMetadata(
        name=canonicalize_name(metadata.name).replace("-", "_"),
        version=version,
        metadata=text,
        entry_points=_entry_points(metadata).encode(),
        licenses=_licenses(plan, metadata),
        dynamic=dynamic,
    )


def _standard_metadata(plan: Plan) -> tuple[StandardMetadata, Mapping[str, Any]]:
    """Return the project's metadata, and the values of its dynamic fields."""
    metadata = _parsed(plan.pyproject, plan.root)
    if not metadata.dynamic:
        return metadata, {}
    from twinwheel.build.dynamic import resolve_dynamic

    project = resolve_dynamic(plan)
    filled = {**plan.pyproject, "project": project}
    metadata = _parsed(filled, plan.root)
    found = set(project).difference(plan.pyproject["project"])
    return metadata, {name: project[name] for name in sorted(found)}


def _parsed(pyproject: Mapping[str, Any], root: Path) -> StandardMetadata:
    from pyproject_metadata import StandardMetadata

    with _wrong_when_refused():
        return StandardMetadata.from_pyproject(pyproject, root, allow_extra_keys=False)


@contextlib.contextmanager
def _wrong_when_refused() -> Iterator[None]:
    """Turn the library's errors into ours: all that it is given is what the author wrote."""
    from pyproject_metadata.errors import ConfigurationError

    place, text = "", ""
    try:
        yield
        return
    except ConfigurationError as error:
        place, text = error.key or "", str(error)
    except Exception as error:  # noqa: BLE001 (it lets pass what its own types rule out)
        text = f"it cannot be read: {type(error).__name__}: {error}"
    raise ConfigError(
        shorten(text),
        code="TW121",
        where=f"pyproject.toml, [{place or 'project'}]",
        accepted="a [project] table as PEP 621 and PEP 639 describe it",
    )


def _entry_points(metadata: StandardMetadata) -> str:
    groups = {
        "console_scripts": metadata.scripts,
        "gui_scripts": metadata.gui_scripts,
        **metadata.entrypoints,
    }
    sections = [
        "\n".join([f"[{group}]", *(f"{name} = {target}" for name, target in entries.items()), ""])
        for group, entries in groups.items()
        if entries
    ]
    return "\n".join(sections)


def _licenses(plan: Plan, metadata: StandardMetadata) -> dict[str, bytes]:
    if metadata.license_files is not None:
        paths = [plan.root / path for path in metadata.license_files]
    else:
        paths = [path for glob in _LICENSE_GLOBS for path in sorted(plan.root.glob(glob))]
        named = getattr(metadata.license, "file", None)
        if named is not None:
            paths.append(plan.root / named)
    contents = {}
    for path in paths:
        if path.is_file():
            name = path.relative_to(plan.root).as_posix()
            stated = metadata.license_files is not None
            contents[name] = _read_license(path, name, stated=stated)
    return contents


def _read_license(path: Path, name: str, *, stated: bool) -> bytes:
    """Return a licence file; one that ``[project]`` names must be UTF-8, says PEP 639."""
    if stated:
        return read_text_file(path, "license-files", name)
    try:
        return path.read_bytes()
    except OSError as error:
        raise wrong_project(
            "license-files", f"'{name}' cannot be read: {error.strerror}", "files to read"
        ) from None
