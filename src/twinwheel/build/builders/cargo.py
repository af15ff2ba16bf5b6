"""A Rust half without bindings: a plain shared library, which a Python module loads by ctypes.

maturin has no such kind, so the backend behind this builder is twinwheel's own.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.builders.contract import DynamicMetadata
from twinwheel.build.builders.crates import (
    crate_versions,
    flags_without_paths,
    lock_files,
    probe_cargo,
    with_features,
)
from twinwheel.build.builders.manifests import needed_manifests, sources_outside
from twinwheel.build.settings import cargo_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from twinwheel.build.builders.contract import BuildContext, StatedVersion, Toolchain

__all__ = [
    "BACKEND",
    "DISTRIBUTION",
    "REQUIREMENT",
    "accepts_config_setting",
    "build_files",
    "config_setting_names",
    "config_settings",
    "dynamic_metadata",
    "environment",
    "guard",
    "leftovers",
    "outside",
    "probe",
    "requirements",
    "stated_versions",
]

BACKEND = "twinwheel.build.cdylib"
DISTRIBUTION = "twinwheel"
REQUIREMENT = "twinwheel"


def probe(context: BuildContext) -> Toolchain:
    """Look for Cargo, the compiler behind it, and the C compiler that links what they make."""
    return probe_cargo(context, _manifest_path(context))


def requirements(context: BuildContext) -> list[str]:
    """Return what the author asks for: the backend is here already."""
    return list(context.requires)


def accepts_config_setting(context: BuildContext, key: str) -> bool:
    """Take ``cargo.args``: more arguments of ``cargo build``."""
    return key in config_setting_names(context)


def config_setting_names(context: BuildContext) -> list[str]:
    """Return the one key."""
    del context
    return ["cargo.args"]


def guard(context: BuildContext) -> dict[str, str]:
    """Return nothing: Cargo downloads no toolchain."""
    del context
    return {}


def dynamic_metadata(context: BuildContext, fields: Sequence[str]) -> DynamicMetadata:
    """Tell that no field is filled in here."""
    del context, fields
    return DynamicMetadata(frozenset(), help="write the values into [project]")


def environment(context: BuildContext, scratch: Path) -> dict[str, str]:
    """Return variables that keep Cargo from writing into the sources.

    Args:
        context: The build.
        scratch: Folder that may be kept between builds, for Cargo's target tree.
    """
    chosen = context.environ.get("CARGO_TARGET_DIR")
    target = {} if chosen else {"CARGO_TARGET_DIR": str(scratch / "cargo")}
    kept = {"CARGO_PROFILE_RELEASE_DEBUG": "full", "CARGO_PROFILE_RELEASE_STRIP": "none"}
    return {**target, **(kept if context.debug else {}), **flags_without_paths(context)}


def config_settings(
    context: BuildContext,
    folder: Path,
    kept: Path | None = None,
) -> Mapping[str, str | list[str]]:
    """Return those given, with the features: Cargo's target tree is set by a variable."""
    del folder, kept
    return with_features(context, "cargo.args", context.features)


def build_files(context: BuildContext) -> list[str]:
    """Return the manifests of the crate and of those that it depends on by path."""
    return needed_manifests(context, _manifest_path(context))


def leftovers(context: BuildContext) -> list[Path]:
    """Return the lock files that Cargo writes where none is: the crate's, its workspace's."""
    return lock_files(context, _manifest_path(context))


def outside(context: BuildContext) -> list[Path]:
    """Return the crates outside of the folder that the crate depends on by their paths."""
    return sources_outside(context, _manifest_path(context))


def stated_versions(context: BuildContext) -> list[StatedVersion]:
    """Return the crate's version."""
    return crate_versions(context, _manifest_path(context))


def _manifest_path(context: BuildContext) -> PurePosixPath:
    return PurePosixPath(cargo_settings(context.pyproject).manifest_path)
