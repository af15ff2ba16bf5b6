"""The Rust half: Cargo and PyO3, run by maturin's own hooks."""

from __future__ import annotations

import platform
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
from twinwheel.build.builders.manifests import depends_on, needed_manifests, sources_outside
from twinwheel.build.carried import not_a_file, odd_files, unfit
from twinwheel.build.settings.tables import tool_table

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

BACKEND = "maturin"
DISTRIBUTION = "maturin"

REQUIREMENT = "maturin>=1.10,<2"
# What maturin takes from Cargo.toml: https://www.maturin.rs/metadata
_CARGO_FIELDS = frozenset(
    ("version", "description", "readme", "license", "authors", "keywords", "urls")
)


def probe(context: BuildContext) -> Toolchain:
    """Look for Cargo, the compiler behind it, and the C compiler that links what they make."""
    return probe_cargo(context, _manifest_path(context))


def requirements(context: BuildContext) -> list[str]:
    """Return maturin, and cffi where the bindings want it; never a toolchain."""
    if context.state == "sdist":
        return [REQUIREMENT]
    bindings = tool_table(context.pyproject, "maturin").values.get("bindings")
    wanted = bindings == "cffi" and platform.python_implementation() != "PyPy"  # has it built in
    cffi = ["cffi"] if wanted else []
    return [REQUIREMENT, *cffi, *context.requires]


def accepts_config_setting(context: BuildContext, key: str) -> bool:
    """Take ``build-args``, with and without maturin's prefix; it passes over any other."""
    return key in config_setting_names(context)


def config_setting_names(context: BuildContext) -> list[str]:
    """Return the two names of its one setting."""
    del context
    return ["build-args", "maturin.build-args"]


def guard(context: BuildContext) -> dict[str, str]:
    """Return variables that keep maturin from downloading Rust and from naming another backend."""
    del context
    return {
        "MATURIN_NO_INSTALL_RUST": "1",
        "MATURIN_NO_MISSING_BUILD_BACKEND_WARNING": "1",
    }


def dynamic_metadata(context: BuildContext, fields: Sequence[str]) -> DynamicMetadata:
    """Fill in what Cargo.toml says; Cargo is asked."""
    del context
    return DynamicMetadata(_CARGO_FIELDS.intersection(fields), needs_tools=True)


def environment(context: BuildContext, scratch: Path) -> dict[str, str]:
    """Return variables that keep maturin from writing into the sources, beside those of ``guard``.

    Args:
        context: The build.
        scratch: Folder that may be kept between builds, for Cargo's target tree.
    """
    defaults = {"CARGO_TARGET_DIR": str(scratch / "cargo")}
    if depends_on(context, _manifest_path(context), "pyo3"):
        # The path of an isolated environment's Python differs in each build, and PyO3 rebuilds when
        # it does; the base interpreter is the same one at a path that stays. For bindings by cffi
        # it will not do: that is in the environment.
        defaults["MATURIN_PEP517_USE_BASE_PYTHON"] = "1"
    chosen = {k: v for k, v in defaults.items() if not context.environ.get(k)}
    return {**guard(context), **chosen, **flags_without_paths(context)}


def config_settings(
    context: BuildContext,
    folder: Path,
    kept: Path | None = None,
) -> Mapping[str, str | list[str]]:
    """Return those given: Cargo's target tree is set by a variable.

    Raises:
        ConfigError: TW135 for a pipe or a link to nowhere in the package, which maturin packs with
            all the rest: the one it would wait for without end, the other it fails for.
    """
    del folder, kept
    for package in _packed_folders(context):
        for path in odd_files(package):
            name = path.relative_to(context.root).as_posix()
            raise unfit(name, f"{not_a_file(path)}, and maturin packs it", "remove it")
    stated = tool_table(context.pyproject, "maturin").texts("features") if context.features else ()
    prefixed = "maturin.build-args" in context.config_settings
    key = "maturin.build-args" if prefixed else "build-args"
    return with_features(context, key, (*stated, *context.features))


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


def _packed_folders(context: BuildContext) -> list[Path]:
    """Return where maturin looks for the Python package around the module."""
    table = tool_table(context.pyproject, "maturin")
    module = table.values.get("module-name")
    if not isinstance(module, str):
        return []
    places = [table.path("python-source", "")] if "python-source" in table.values else []
    top = module.partition(".")[0]
    return [context.root / place / top for place in places or (".", "src", "python")]


def _manifest_path(context: BuildContext) -> PurePosixPath:
    table = tool_table(context.pyproject, "maturin")
    likely = ("Cargo.toml", "rust/Cargo.toml")  # where maturin looks
    there = [path for path in likely if (context.root / path).is_file()]
    return PurePosixPath(table.path("manifest-path", (there or ["Cargo.toml"])[0]))
