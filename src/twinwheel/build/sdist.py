"""The source distribution: everything that either half is built from, packed without a compiler.

scikit-build-core's hook collects the files: it follows .gitignore, keeps executable bits and needs
no Cargo. The metadata is ours, so that the sdist and every wheel from it say the same.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.builders import BuildContext, get_builder
from twinwheel.build.carried import check_name, not_a_file
from twinwheel.build.console import say
from twinwheel.build.dynamic import told_of
from twinwheel.build.hooks import HookCall, call_hooks
from twinwheel.build.metadata import ProjectMetadata, read_metadata
from twinwheel.build.plan import Plan, make_plan
from twinwheel.build.sources import needed_sources
from twinwheel.build.versions import check_versions
from twinwheel.build.wheelfile import source_date
from twinwheel.errors import BuildError
from twinwheel.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["check_sdist", "make_sdist"]


def make_sdist(
    root: Path,
    sdist_directory: Path,
    config_settings: Mapping[str, str | list[str]] | None = None,
) -> str:
    """Build the source distribution.

    Returns:
        Its file name.

    Raises:
        ConfigError: TW131 to TW135 when no wheel could be built from these sources.
        BuildError: TW331 when a file without which no wheel could be built is left out.
    """
    source_date()  # before the packer reads it
    plan = make_plan(root, config_settings, state="sdist")
    metadata = read_metadata(plan)
    check_versions(plan, metadata.version)
    needed_sources(plan)
    packer = get_builder("scikit-build-core")
    settings = {
        key: value
        for half in plan.halves
        if half.builder is packer
        for key, value in half.context.config_settings.items()
    }
    with tempfile.TemporaryDirectory(prefix="twinwheel-") as temporary:
        output = Path(temporary)
        context = BuildContext(root, plan.pyproject, os.environ)
        told = told_of(packer, context, metadata.dynamic, output)
        call = HookCall("sdist", packer.BACKEND, "build_sdist", root, output, settings, told)
        made = call_hooks([call])["sdist"]
        data = _with_our_metadata(made, plan, metadata)
    name = f"{metadata.stem}.tar.gz"
    sdist_directory.mkdir(parents=True, exist_ok=True)
    write_whole(sdist_directory / name, data)
    return name


def _with_our_metadata(path: Path, plan: Plan, metadata: ProjectMetadata) -> bytes:
    buffer = io.BytesIO()
    date = source_date() or 0
    present: set[str] = set()
    # The stream is compressed apart: tarfile would write the file's name and the time into it.
    with (
        tarfile.open(path) as source,
        gzip.GzipFile(filename="", mode="wb", fileobj=buffer, mtime=date) as stream,
        tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as target,
    ):
        for member in source:
            inside = PurePosixPath(*PurePosixPath(member.name).parts[1:]).as_posix()
            if _is_left_out(member, plan.root / inside, inside):
                continue
            present.add(inside)
            member.name = f"{metadata.stem}/{inside}"
            if inside == "PKG-INFO":
                member.size = len(metadata.metadata)
                target.addfile(member, io.BytesIO(metadata.metadata))
            else:
                target.addfile(member, source.extractfile(member) if member.isreg() else None)
    check_sdist(plan, present, "[tool.scikit-build] sdist.exclude, or .gitignore")
    return buffer.getvalue()


def _is_left_out(member: tarfile.TarInfo, path: Path, inside: str) -> bool:
    """Tell whether the wheel would not hold it either: a link to nowhere, a pipe, a device."""
    check_name(inside)
    kept = member.isreg() or member.isdir() or member.islnk()
    if kept or (member.issym() and path.exists()):
        return False
    say(f"twinwheel: '{inside}' is left out: {not_a_file(path)}")
    return True


def check_sdist(plan: Plan, present: Collection[str], rules: str) -> None:
    """Refuse a source distribution from which no wheel could be built.

    The Python modules that the settings name must be in it, and what the halves are built from.

    Args:
        plan: What is built from it.
        present: What it holds, by path relative to the project.
        rules: Where its author says what it holds.

    Raises:
        BuildError: TW331 when it lacks a file, TW332 when it holds what was built.
    """
    missing = [name for name in _needed(plan) if name not in present]
    outside = [name for name in missing if name.startswith("../")]
    if missing:
        raise BuildError(
            f"the source distribution would lack {', '.join(missing)}",
            code="TW331",
            where=f"pyproject.toml, {rules}",
            help="a wheel could not be built from it; "
            + (
                "move what lies outside of the project into it, or depend on what is published"
                if outside
                else "include these files"
            ),
        )
    made = sorted(name for name in present if name.startswith("build/twinwheel/"))
    if made:
        raise BuildError(
            f"the source distribution would hold what was built here: {made[0]}",
            code="TW332",
            where=f"pyproject.toml, {rules}",
            help="leave /build/ out, or let .gitignore do it",
        )


def _needed(plan: Plan) -> list[str]:
    """Return the files without which nothing could be built."""
    needed = ["pyproject.toml", "PKG-INFO"]
    for half in plan.halves:
        folder = half.context.root.relative_to(plan.root)
        paths = (os.path.normpath(folder / path) for path in half.builder.build_files(half.context))
        needed += [Path(path).as_posix() for path in paths]
    needed += [path.relative_to(plan.root).as_posix() for path in needed_sources(plan)]
    return needed
