"""Two halves and the Python sources -> the contents of one wheel."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
import stat
import struct
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from twinwheel import __version__
from twinwheel.build.sbom import merge_sboms
from twinwheel.build.sources import is_module_file, package_folders, python_sources
from twinwheel.build.tags import WheelTag, correct_machine, intersect
from twinwheel.build.wheelfile import File, Half
from twinwheel.errors import BuildError
from twinwheel.manifest import MODULE_NAME, SCHEMA, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinwheel.build.metadata import ProjectMetadata
    from twinwheel.build.plan import Plan
    from twinwheel.manifest import Artifact, Component, Implementation, Manifest

__all__ = ["Contents", "merge"]

_NATIVE_SUFFIXES = (".so", ".pyd", ".dylib", ".dll", ".exe")
_ELF_MAGIC = b"\x7fELF"


@dataclass(frozen=True)
class Contents:
    """What goes into a wheel."""

    tag: WheelTag
    sources: Mapping[str, File]
    """The package's own files, by path in the wheel."""

    native: Mapping[str, File]
    """What the builders made, by path in the wheel."""

    manifest: tuple[str, File]
    """Path in the wheel, and the generated module."""

    dist_info: Mapping[str, bytes]

    @property
    def payload(self) -> dict[str, File]:
        """All files outside of the metadata folder."""
        path, file = self.manifest
        return {**self.sources, **self.native, path: file}


def merge(plan: Plan, metadata: ProjectMetadata, halves: Sequence[Half]) -> Contents:
    """Put the halves together.

    The Python sources are read from the tree; of a half, only what it made is taken. Where both
    have a file it must be the same.

    Args:
        plan: What was to be built.
        metadata: The project's.
        halves: One for each implementation that was built.

    Raises:
        BuildError: TW321 to TW323 when the halves do not fit together, TW312 when no tag fits both.
    """
    sources = {
        path: File(file.read_bytes(), bool(file.stat().st_mode & stat.S_IXUSR))
        for path, file in python_sources(plan).items()
    }
    made: dict[str, File] = {}
    maker: dict[str, str] = {}
    for half in halves:
        _check_identity(half, metadata)
        for path, file in _outputs(plan, half, sources).items():
            if path in made and made[path] != file:
                raise BuildError(
                    f"the {maker[path]} and the {half.implementation} half both made '{path}', "
                    "with different contents",
                    code="TW321",
                    where=path,
                    help="install the file from one half only",
                )
            made[path] = file
            maker.setdefault(path, half.implementation)
    tags = {half.implementation: _true_tag(half, made, maker) for half in halves}
    tag = intersect(tags)
    artifacts = {
        half.implementation: [
            _artifact(path, made[path], tags[half.implementation])
            for path in sorted(made)
            if maker[path] == half.implementation and path.endswith(_NATIVE_SUFFIXES)
        ]
        for half in halves
    }
    manifest = _manifest(plan, metadata, artifacts, tag)
    manifest_path = f"{plan.settings.package.replace('.', '/')}/{MODULE_NAME}.py"
    dist_info = {**_licenses(halves), **metadata.files()}
    if halves:
        sbom = merge_sboms(plan, metadata, halves)
        dist_info[f"sboms/{metadata.name}.cyclonedx.json"] = sbom
    return Contents(tag, sources, made, (manifest_path, File(render(manifest).encode())), dist_info)


def _check_identity(half: Half, metadata: ProjectMetadata) -> None:
    if (half.name, half.version) != (metadata.name, metadata.version):
        raise BuildError(
            f"the {half.implementation} half calls itself {half.name} {half.version}, "
            f"the project is {metadata.name} {metadata.version}",
            code="TW322",
            where=f"the {half.implementation} half",
            help="let [project] state name and version, and the halves read them there",
        )


def _outputs(plan: Plan, half: Half, sources: Mapping[str, File]) -> dict[str, File]:
    """Return what the half made, without its copy of the sources and leftovers of other builds."""
    modules = {name: item.module for name, item in plan.settings.implementations.items()}
    own = modules.pop(half.implementation)
    folders = {folder.name: folder.path for folder in package_folders(plan)}
    in_tree = {
        path: folders[top].joinpath(*rest)
        for path in half.payload
        for top, *rest in (PurePosixPath(path).parts,)
        if top in folders and folders[top].joinpath(*rest).is_file()
    }
    # A compiled module that equals one between the sources was copied from there, unless it is the
    # only one there is.
    compiled = [path for path in half.payload if is_module_file(path, own)]
    copied = [
        path
        for path in compiled
        if path in in_tree and in_tree[path].read_bytes() == half.payload[path].data
    ]
    outputs: dict[str, File] = {}
    for path, file in half.payload.items():
        if path in compiled:
            if path not in copied or len(copied) == len(compiled):
                outputs[path] = file
            continue
        if path in sources:
            if sources[path].data != file.data:
                raise BuildError(
                    f"the {half.implementation} half changed the source file '{path}'",
                    code="TW321",
                    where=path,
                    help="let the half write files of its own only",
                )
            continue
        if path in in_tree or any(is_module_file(path, module) for module in modules.values()):
            continue  # a file that the package leaves out, or a leftover of another build
        outputs[path] = file
    if not any(is_module_file(path, own) for path in outputs):
        native = [path for path in outputs if path.endswith(_NATIVE_SUFFIXES)]
        raise BuildError(
            f"the {half.implementation} half holds no module '{own}'",
            code="TW323",
            where=f"pyproject.toml, [tool.twinwheel.implementations.{half.implementation}] module",
            accepted="what the half made: " + (", ".join(native) or "no native file at all"),
            help="make the name, the CMake install destination or maturin's module-name agree",
        )
    return outputs


def _true_tag(half: Half, made: Mapping[str, File], maker: Mapping[str, str]) -> WheelTag:
    """Return the half's tag, mended where its files are of another word size than it says."""
    words = [
        32 if file.data[4] == 1 else 64
        for path, file in made.items()
        if maker[path] == half.implementation and file.data[:4] == _ELF_MAGIC
    ]
    bits = min(words, default=struct.calcsize("P") * 8)
    platforms = tuple(correct_machine(name, bits) for name in half.tag.platforms)
    return WheelTag(half.tag.interpreters, half.tag.abis, platforms)


def _artifact(path: str, file: File, tag: WheelTag) -> Artifact:
    return {
        "file": path,
        "tag": str(tag),
        "cpu": "baseline",
        "sha256": hashlib.sha256(file.data).hexdigest(),
        "size": len(file.data),
    }


def _licenses(halves: Sequence[Half]) -> dict[str, bytes]:
    """Collect the halves' licence files; of one name and other contents, both are kept."""
    found: dict[str, bytes] = {}
    for half in halves:
        for path, data in half.dist_info.items():
            if not path.startswith("licenses/"):
                continue
            if found.setdefault(path, data) != data:
                found[path.replace("licenses/", f"licenses/{half.implementation}/", 1)] = data
    return found


def _manifest(
    plan: Plan, metadata: ProjectMetadata, artifacts: Mapping[str, list[Artifact]], tag: WheelTag
) -> Manifest:
    settings = plan.settings
    decisions = {decision.implementation.name: decision for decision in plan.decisions}
    implementations: dict[str, Implementation] = {}
    for name in settings.prefer:
        item = settings.implementations[name]
        decision = decisions.get(name)
        tools: dict[str, str] = {}
        if decision is not None and decision.build:
            distribution = decision.builder.DISTRIBUTION
            tools = {distribution: importlib.metadata.version(distribution)}
            tools |= decision.toolchain.tools
        implementations[name] = {
            "module": item.module,
            "builder": item.builder or "none",
            "built": decision is None or decision.build,
            "reason": decision.reason if decision is not None else "",
            "tools": tools,
            "artifacts": artifacts.get(name, []),
        }
    components: dict[str, Component] = {
        name: {
            "raises": list(component.raises),
            "effects": component.effects
            if isinstance(component.effects, str)
            else dict(component.effects),
            "compare": component.compare,
            "depends": list(component.depends),
        }
        for name, component in settings.components.items()
    }
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return {
        "schema": SCHEMA,
        "package": settings.package,
        "version": metadata.version,
        "prefer": list(settings.prefer),
        "implementations": implementations,
        "components": components,
        "built_with": {"twinwheel": __version__, "python": python, "tag": str(tag)},
    }
