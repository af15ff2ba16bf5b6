"""A half built by Meson, by meson-python's own hooks; found by its entry point, as a plugin is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinwheel.build.builders.build_files import call_arguments
from twinwheel.build.builders.compilers import probe_compilers
from twinwheel.build.builders.contract import DynamicMetadata, StatedVersion
from twinwheel.build.programs import find_program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from twinwheel.build.builders.contract import BuildContext, Toolchain

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

BACKEND = "mesonpy"
DISTRIBUTION = "meson-python"
REQUIREMENT = "meson-python>=0.16"

_BUILD_FOLDER = {"builddir", "build-dir"}
_SETTINGS = ("dist-args", "setup-args", "compile-args", "install-args", "editable-verbose")


def probe(context: BuildContext) -> Toolchain:
    """Look for the compilers; Meson itself and Ninja can be had as requirements."""
    return probe_compilers(context)


def requirements(context: BuildContext) -> list[str]:
    """Return meson-python, and Ninja where the machine has none."""
    ninja = find_program(("ninja", "ninja-build", "samu"), context.environ)
    return [REQUIREMENT, *([] if ninja else ["ninja>=1.8.2"]), *context.requires]


def accepts_config_setting(context: BuildContext, key: str) -> bool:
    """Take the keys that meson-python documents."""
    return key in config_setting_names(context)


def config_setting_names(context: BuildContext) -> list[str]:
    """Return meson-python's keys."""
    del context
    return [*sorted(_BUILD_FOLDER), *_SETTINGS]


def guard(context: BuildContext) -> dict[str, str]:
    """Return nothing: meson-python downloads no toolchain."""
    del context
    return {}


def environment(context: BuildContext, scratch: Path) -> dict[str, str]:
    """Return nothing: the build folder is a setting."""
    del context, scratch
    return {}


def dynamic_metadata(context: BuildContext, fields: Sequence[str]) -> DynamicMetadata:
    """Tell that the version may come from ``project()`` in meson.build; Meson needs compilers."""
    del context
    return DynamicMetadata(
        fields=frozenset({"version"}.intersection(fields)),
        must_fill=frozenset(fields),
        needs_tools=True,
        help="write the values into [project]",
    )


def config_settings(
    context: BuildContext,
    folder: Path,
    kept: Path | None = None,
) -> Mapping[str, str | list[str]]:
    """Keep Meson's build folder out of the sources, where it is by default."""
    given = context.config_settings
    if _BUILD_FOLDER.intersection(given):
        return given
    return {"build-dir": str(kept or folder), **given}


def build_files(context: BuildContext) -> list[str]:
    """Return the top meson.build."""
    del context
    return ["meson.build"]


def leftovers(context: BuildContext) -> list[Path]:
    """Return nothing: Meson writes to its build folder only."""
    del context
    return []


def outside(context: BuildContext) -> list[Path]:
    """Return nothing: what is read from elsewhere only the build itself knows."""
    del context
    return []


def stated_versions(context: BuildContext) -> list[StatedVersion]:
    """Return the version in the top meson.build's ``project()``, where it is a plain string."""
    project = call_arguments(context.root / "meson.build", "project")
    match = re.search(r"\bversion\s*:\s*'([^'@]+)'", project)
    return [StatedVersion("meson.build", match[1])] if match else []
