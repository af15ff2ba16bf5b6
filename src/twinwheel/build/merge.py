"""Two halves and the Python sources -> the contents of one wheel."""

from __future__ import annotations

import stat
import struct
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.describe import describe
from twinwheel.build.sbom import merge_sboms
from twinwheel.build.settings import ImplementationSettings
from twinwheel.build.sources import (
    file_patterns,
    is_module_file,
    is_output_of,
    package_folders,
    python_sources,
)
from twinwheel.build.tags import WheelTag, correct_machine, intersect, tag_of_extension
from twinwheel.build.vendor import use_vendored, vendored_files
from twinwheel.build.wheelfile import File, Half
from twinwheel.errors import BuildError
from twinwheel.manifest import MODULE_NAME, render

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from twinwheel.build.metadata import ProjectMetadata
    from twinwheel.build.plan import Decision, Plan

__all__ = ["Contents", "merge"]

_METADATA_FILES = ("METADATA", "WHEEL", "RECORD", "entry_points.txt")
_NATIVE_SUFFIXES = (".so", ".pyd", ".dylib", ".dll", ".exe")
_ELF_MAGIC = b"\x7fELF"


@dataclass(frozen=True)
class Contents:
    """What goes into a wheel."""

    tag: WheelTag
    sources: Mapping[str, File]
    """The packages' own files, by path in the wheel."""

    native: Mapping[str, File]
    """What the builders made, by path in the wheel."""

    generated: Mapping[str, File]
    """What twinwheel writes into the packages: manifests, and the selector if it is vendored."""

    dist_info: Mapping[str, bytes]
    build_tag: str = ""
    """Stands behind the version in the wheel's name; empty when there is none."""

    @property
    def payload(self) -> dict[str, File]:
        """All files outside of the metadata folder."""
        return {**self.sources, **self.native, **self.generated}


def merge(plan: Plan, metadata: ProjectMetadata, halves: Sequence[Half]) -> Contents:
    """Put the halves together.

    The Python sources are read from the tree; of a half, only what it made is taken. Where both
    have a file it must be the same.

    Args:
        plan: What was to be built.
        metadata: The project's.
        halves: What was built.

    Raises:
        BuildError: TW321 to TW323 when the halves do not fit together, TW312 when no tag fits both.
    """
    sources = {
        path: File(file.read_bytes(), bool(file.stat().st_mode & stat.S_IXUSR))
        for path, file in python_sources(plan).items()
    }
    native: dict[str, File] = {}
    makers: dict[str, Half] = {}
    tags: dict[str, WheelTag] = {}
    for half in halves:
        _check_identity(half, plan, metadata)
        outputs = _outputs(plan, half, sources)
        for path, file in outputs.items():
            if path in native and native[path] != file:
                raise BuildError(
                    f"the {makers[path].plan.label} and the {half.plan.label} half both made "
                    f"'{path}', with different contents",
                    code="TW321",
                    where=path,
                    help="install the file from one half only",
                )
            native[path] = file
            makers.setdefault(path, half)
        tags[half.plan.label] = _true_tag(half, outputs)
    tag = intersect(tags)
    generated = {}
    for package in plan.settings.packages:
        compiled = {
            path: (native[path].data, str(tags[half.plan.label]), half.plan)
            for path, half in makers.items()
            if path.endswith(_NATIVE_SUFFIXES)
        }
        manifest = describe(plan, package, metadata.version, str(tag), compiled)
        path = f"{package.package.replace('.', '/')}/{MODULE_NAME}.py"
        generated[path] = File(render(manifest).encode())
        if plan.settings.runtime == "vendored":
            vendored = vendored_files(package.package)
            generated |= {path: File(data) for path, data in vendored.items()}
    if plan.settings.runtime == "vendored":
        texts = {path: file.data for path, file in sources.items()}
        changed = use_vendored(texts, [package.package for package in plan.settings.packages])
        sources |= {path: replace(sources[path], data=data) for path, data in changed.items()}
    dist_info = {**_licenses(halves), **_more_metadata(halves), **metadata.files()}
    if halves:
        sbom = merge_sboms(plan, metadata, halves)
        dist_info[f"sboms/{metadata.name}.cyclonedx.json"] = sbom
    return Contents(tag, sources, native, generated, dist_info)


def _check_identity(half: Half, plan: Plan, metadata: ProjectMetadata) -> None:
    """Hold a half to the project's version, and to its name where it is built in its folder."""
    from packaging.version import Version

    same_folder = half.plan.context.root.resolve() == plan.root.resolve()
    # A crate that states no version is 0.0.0 to maturin, and may be so: see check_versions.
    silent = half.version == "0.0.0" and not half.plan.builder.stated_versions(half.plan.context)
    same_version = silent or Version(half.version) == Version(metadata.version)
    if not same_version or (same_folder and half.name != metadata.name):
        raise BuildError(
            f"the {half.plan.label} half calls itself {half.name} {half.version}, "
            f"the project is {metadata.name} {metadata.version}",
            code="TW322",
            where=f"the {half.plan.label} half",
            help="let [project] state name and version, and the halves read them there",
        )


def _outputs(plan: Plan, half: Half, sources: Mapping[str, File]) -> dict[str, File]:
    """Return what the half made, without its copy of the sources and leftovers of other builds."""
    wanted = [decision for decision in half.plan.decisions if decision.build]
    half = replace(half, payload=_placed(half, wanted))
    unwanted = [
        item
        for package in plan.settings.packages
        for item in package.compiled
        if not any(decision.implementation is item for decision in wanted)
    ]
    in_tree = _files_in_tree(plan, half)
    copied = _copied_modules(half, wanted, in_tree)
    outputs: dict[str, File] = {}
    for path, file in half.payload.items():
        if path in copied or any(is_output_of(path, item) for item in unwanted):
            continue
        if any(is_output_of(path, decision.implementation) for decision in wanted):
            outputs[path] = file
        elif path in sources:
            if sources[path].data != file.data:
                raise BuildError(
                    f"the {half.plan.label} half changed the source file '{path}'",
                    code="TW321",
                    where=path,
                    help="let the half write files of its own only",
                )
        elif path not in in_tree or _is_new(in_tree[path], path, file):
            outputs[path] = file  # else it is a file that the package leaves out
    for decision in wanted:
        if not any(is_output_of(path, decision.implementation) for path in outputs):
            raise _module_missing(half, decision, outputs)
    return outputs


def _placed(half: Half, wanted: Sequence[Decision]) -> dict[str, File]:
    """Move a compiled module to its package, where the builder knew of no package to put it into.

    maturin, in a folder without Python sources, makes ``_rust/_rust.so`` and an ``__init__.py``
    beside it, or ``_rust.so``, whatever its module-name says.
    """
    payload = dict(half.payload)
    for decision in wanted:
        item = decision.implementation
        if not isinstance(item, ImplementationSettings):
            continue
        if any(is_output_of(path, item) for path in payload):
            continue
        module, leaf = item.module, item.module.rpartition(".")[2]
        strays = [path for path in payload if is_module_file(path, leaf)]
        strays = [path for path in strays if is_module_file(PurePosixPath(path).name, leaf)]
        if len(strays) == 1:
            name = PurePosixPath(strays[0]).name
            file = payload[strays[0]]
            payload = {k: v for k, v in payload.items() if not is_module_file(k, leaf)}
            payload[f"{module.replace('.', '/').removesuffix(leaf)}{name}"] = file
    return payload


def _is_new(in_tree: Path, path: str, file: File) -> bool:
    """Tell whether a compiled file was made now, where another build left one in the tree."""
    return path.endswith(_NATIVE_SUFFIXES) and in_tree.read_bytes() != file.data


def _files_in_tree(plan: Plan, half: Half) -> dict[str, Path]:
    """Return the half's paths at which the source tree has a file too."""
    folders = {folder.name: folder.path for folder in package_folders(plan)}
    found = {}
    for path in half.payload:
        top, *rest = PurePosixPath(path).parts
        if top in folders and folders[top].joinpath(*rest).is_file():
            found[path] = folders[top].joinpath(*rest)
    return found


def _copied_modules(
    half: Half, wanted: Sequence[Decision], in_tree: Mapping[str, Path]
) -> set[str]:
    """Return compiled modules that were copied from between the sources, not built.

    One that equals the file in the tree was copied, unless it is the only one there is.
    """
    copied: set[str] = set()
    for decision in wanted:
        compiled = [path for path in half.payload if is_output_of(path, decision.implementation)]
        stale = [
            path
            for path in compiled
            if path in in_tree and in_tree[path].read_bytes() == half.payload[path].data
        ]
        if len(stale) < len(compiled):
            copied.update(stale)
    return copied


def _module_missing(half: Half, decision: Decision, outputs: Mapping[str, File]) -> BuildError:
    item = decision.implementation
    native = [path for path in outputs if path.endswith(_NATIVE_SUFFIXES)]
    patterns = file_patterns(item)
    wanted = f"file like {' or '.join(patterns)}"
    if isinstance(item, ImplementationSettings) and not patterns:
        wanted = f"module '{item.module}'"
    return BuildError(
        f"the {half.plan.label} half holds no {wanted}",
        code="TW323",
        where=f"pyproject.toml, the {item.title} of {decision.package}",
        accepted="what the half made: " + (", ".join(native) or "no native file at all"),
        help="make the name, the CMake install destination or maturin's module-name agree",
    )


def _true_tag(half: Half, outputs: Mapping[str, File]) -> WheelTag:
    """Return the half's tag, mended where its files are of another word size than it says.

    A file that is named for one interpreter is imported by no other, whatever the tag claims.
    """
    words = [
        32 if file.data[4] == 1 else 64
        for file in outputs.values()
        if file.data[:4] == _ELF_MAGIC and len(file.data) > 4
    ]
    bits = min(words, default=struct.calcsize("P") * 8)
    platforms = tuple(correct_machine(name, bits) for name in half.tag.platforms)
    tags = {half.plan.label: WheelTag(half.tag.interpreters, half.tag.abis, platforms)}
    named = {path: tag_of_extension(path) for path in outputs}
    return intersect({**tags, **{path: tag for path, tag in named.items() if tag}})


def _more_metadata(halves: Sequence[Half]) -> dict[str, bytes]:
    """Collect what the halves put into the metadata folder beside what every wheel has there."""
    found: dict[str, bytes] = {}
    for half in halves:
        for path, data in half.dist_info.items():
            if path in _METADATA_FILES or path.startswith(("licenses/", "sboms/")):
                continue
            if found.setdefault(path, data) != data:
                raise BuildError(
                    f"two halves made '{path}' in the metadata folder, with different contents",
                    code="TW321",
                    where=path,
                    help="install the file from one half only",
                )
    return found


def _licenses(halves: Sequence[Half]) -> dict[str, bytes]:
    """Collect the halves' licence files; of one name and other contents, both are kept."""
    found: dict[str, bytes] = {}
    for half in halves:
        for path, data in half.dist_info.items():
            if not path.startswith("licenses/"):
                continue
            if found.setdefault(path, data) != data:
                found[path.replace("licenses/", f"licenses/{half.plan.label}/", 1)] = data
    return found
