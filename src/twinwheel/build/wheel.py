"""Plan -> halves -> wheel."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.build.announce import announce
from twinwheel.build.build_tag import stated_build_tag
from twinwheel.build.dynamic import told_of
from twinwheel.build.held import hold_to_headers
from twinwheel.build.hooks import HookCall, call_hooks
from twinwheel.build.kept import Keep, kept_tree
from twinwheel.build.leftovers import untouched
from twinwheel.build.merge import Contents, merge
from twinwheel.build.metadata import ProjectMetadata, read_metadata
from twinwheel.build.plan import Plan, make_plan
from twinwheel.build.sources import needed_sources
from twinwheel.build.tags import PURE, WheelTag
from twinwheel.build.versions import check_versions
from twinwheel.build.wheelfile import read_half, source_date, wheel_description, write_wheel
from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["build_contents", "check_metadata", "make_wheel", "scratch_folder", "write_metadata"]


def make_wheel(
    root: Path,
    wheel_directory: Path,
    config_settings: Mapping[str, str | list[str]] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Build one wheel.

    Args:
        root: The project's folder.
        wheel_directory: Where the wheel goes.
        config_settings: What the frontend passed to the hook.
        metadata_directory: The ``.dist-info`` folder of ``write_metadata``, if it was kept.

    Returns:
        The wheel's file name.

    Raises:
        TwinwheelError: With a code, when anything is wrong; nothing is written then.
    """
    source_date()  # before anything is compiled
    plan = make_plan(root, config_settings)
    metadata = read_metadata(plan)
    needed_sources(plan)
    check_metadata(metadata, metadata_directory)
    announce(plan)
    contents = build_contents(plan, metadata)
    return write_wheel(
        wheel_directory,
        metadata.stem,
        contents.tag,
        contents.payload,
        contents.dist_info,
        contents.build_tag,
    )


def write_metadata(
    root: Path, folder: Path, config_settings: Mapping[str, str | list[str]] | None = None
) -> str:
    """Write the metadata folder of the wheel that would be built.

    Returns:
        Its name.
    """
    plan = make_plan(root, config_settings)
    metadata = read_metadata(plan)
    description = wheel_description(_likely_tag(plan), stated_build_tag(plan))
    for path, data in {**metadata.files(), "WHEEL": description}.items():
        target = folder / metadata.dist_info / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return metadata.dist_info


def _likely_tag(plan: Plan) -> WheelTag:
    """Return the tag that the wheel will have, or a narrower one: abi3 shows in the build only."""
    from packaging.tags import sys_tags

    return WheelTag.parse(str(next(sys_tags()))) if plan.built else PURE


def check_metadata(metadata: ProjectMetadata, metadata_directory: str | None) -> None:
    """Refuse to build a wheel other than the one whose metadata the frontend was given.

    Raises:
        BuildError: TW303 when they differ.
    """
    if metadata_directory is None:
        return
    for path, data in metadata.files().items():
        promised = Path(metadata_directory, path)
        if not promised.is_file() or promised.read_bytes() != data:
            raise BuildError(
                f"{path} is not what was promised before the build",
                code="TW303",
                where=metadata_directory,
                help="pyproject.toml or a licence file changed during the build; build again",
            )


def build_contents(plan: Plan, metadata: ProjectMetadata, *, keep: Keep | None = None) -> Contents:
    """Run the builders that the plan names, side by side, and merge what they make.

    Args:
        plan: What to build.
        metadata: The project's.
        keep: Where the builders' trees and lock files stay for the next build of an editable
            install; None when nothing of an earlier build may be seen.
    """
    check_versions(plan, metadata.version)
    build_tag = stated_build_tag(plan)
    with (
        tempfile.TemporaryDirectory(prefix="twinwheel-") as temporary,
        untouched(plan.built, plan.root, keep),
        contextlib.ExitStack() as trees,
    ):
        scratch = scratch_folder(plan.root, Path(temporary))
        calls = []
        for place, half in enumerate(plan.built):
            output = Path(temporary, str(place))
            output.mkdir()
            environment = half.builder.environment(half.context, scratch)
            told = told_of(half.builder, half.context, metadata.dynamic, output)
            tree = trees.enter_context(kept_tree(half, keep)) if keep else None
            settings = half.builder.config_settings(half.context, output / "build", tree)
            calls.append(
                HookCall(
                    label=half.label,
                    backend=half.builder.BACKEND,
                    hook="build_wheel",
                    folder=half.context.root,
                    output=output,
                    config_settings=dict(settings),
                    environment={**environment, **told},
                    way_out=half.way_out,
                )
            )
        wheels = call_hooks(calls)
        halves = [read_half(half, wheels[half.label]) for half in plan.built]
    halves = hold_to_headers(plan, halves)
    # What a half calls itself may come of a condition that only its builder can judge.
    build_tag = next((half.build_tag for half in halves if half.build_tag), build_tag)
    return replace(merge(plan, metadata, halves), build_tag=build_tag)


def scratch_folder(root: Path, otherwise: Path) -> Path:
    """Return a folder that stays between builds, out of sight of version control and of sdists.

    Args:
        root: The project's folder; ``build/twinwheel`` in it is used when it can be written to.
        otherwise: Taken when it cannot.
    """
    folder = root / "build" / "twinwheel"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", "utf-8")
    except OSError:
        return otherwise
    return folder if os.access(folder, os.W_OK) else otherwise
