"""What every builder of crates needs to know of Cargo."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from twinwheel.build.builders.contract import StatedVersion, Toolchain
from twinwheel.build.programs import find_program, version_tuple
from twinwheel.build.pyproject import parse_toml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinwheel.build.builders.contract import BuildContext

__all__ = [
    "crate_versions",
    "flags_without_paths",
    "lock_files",
    "probe_cargo",
    "with_features",
]

_NO_VERSION = "0.0.0"  # what Cargo takes for a crate that states none


def probe_cargo(context: BuildContext, manifest: PurePosixPath) -> Toolchain:
    """Look for Cargo, the compiler behind it, and the C compiler that links what they make."""
    tools: dict[str, str] = {}
    missing: list[str] = []
    for name, variable in (("cargo", "CARGO"), ("rustc", "RUSTC")):
        program = find_program((name,), context.environ, variable)
        if program is not None:
            tools[name] = program.version
        elif chosen := context.environ.get(variable, ""):
            missing.append(f"{variable}={chosen} does not run")
        elif shutil.which(name, path=context.environ.get("PATH", "")):
            missing.append(f"{name} is on PATH but does not run (no toolchain installed?)")
        else:
            missing.append(f"{name} is not on PATH")
    wanted = _stated(context, manifest, "rust-version")
    if not missing and version_tuple(tools["rustc"]) < version_tuple(wanted):
        missing.append(f"rustc {tools['rustc']} is older than {wanted}, which the crate needs")
    if not missing and not _has_linker(context):
        missing.append("rustc needs a linker, and cc is not on PATH")
    return Toolchain(
        tools,
        tuple(missing),
        "install Rust (https://rustup.rs, or your system's cargo and rustc packages) "
        "and a C compiler to link with"
        if missing
        else "",
    )


def lock_files(context: BuildContext, manifest: PurePosixPath) -> list[Path]:
    """Return where Cargo writes a lock file when none is there: beside the crate, its workspace."""
    folder = manifest.parent
    return [context.root / parent / "Cargo.lock" for parent in (folder, *folder.parents)]


def crate_versions(context: BuildContext, manifest: PurePosixPath) -> list[StatedVersion]:
    """Return the version of a crate, or of its workspace; nothing when neither states one.

    Source: https://doc.rust-lang.org/cargo/reference/manifest.html#the-version-field
    """
    version = _stated(context, manifest, "version")
    if not version or version == _NO_VERSION:
        return []
    return [StatedVersion(str(manifest), version)]


def _stated(context: BuildContext, manifest: PurePosixPath, key: str) -> str:
    """Return a key of the crate's package table, or of its workspace's; empty when there is none.

    Source: https://doc.rust-lang.org/cargo/reference/workspaces.html#the-package-table
    """
    stated: object = {"workspace": True}
    for folder in (manifest.parent, *manifest.parent.parents):
        document = parse_toml(context.root / folder / manifest.name)
        if folder == manifest.parent:
            stated = _inner(document, "package").get(key, "")
        if isinstance(stated, dict):
            stated = _inner(_inner(document, "workspace"), "package").get(key, stated)
    return stated if isinstance(stated, str) else ""


def _inner(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = table.get(key)
    return inner if isinstance(inner, dict) else {}


def flags_without_paths(context: BuildContext) -> dict[str, str]:
    """Keep the machine's paths out of panic messages; flags from Cargo's own files go before ours.

    The project's own crates are compiled by relative paths. To name its folder here would make
    Cargo build every dependency again for each folder that a project is built in.

    Source: https://doc.rust-lang.org/cargo/reference/config.html#buildrustflags
    """
    if any(re.search(r"^\s*rustflags\s*=", text, re.MULTILINE) for text in _cargo_configs(context)):
        return {}
    flags = context.environ.get("CARGO_ENCODED_RUSTFLAGS", "").split("\x1f")
    if flags == [""]:
        flags = context.environ.get("RUSTFLAGS", "").split()
    flags.append(f"--remap-path-prefix={_cargo_home(context) / 'registry' / 'src'}=cargo")
    return {"CARGO_ENCODED_RUSTFLAGS": "\x1f".join(flags)}


def _has_linker(context: BuildContext) -> bool:
    if os.name == "nt":
        return True  # rustc finds Visual Studio's by itself
    if find_program(("cc",), context.environ) is not None:
        return True
    if any(re.fullmatch(r"CARGO_TARGET_\w+_LINKER", key) for key in context.environ):
        return True
    return any(re.search(r"^\s*linker\s*=", text, re.MULTILINE) for text in _cargo_configs(context))


def _cargo_home(context: BuildContext) -> Path:
    return Path(context.environ.get("CARGO_HOME") or Path.home() / ".cargo")


def _cargo_configs(context: BuildContext) -> list[str]:
    """Return the contents of Cargo's configuration files that hold for the project."""
    folders = [*(parent / ".cargo" for parent in (context.root, *context.root.parents))]
    folders.append(_cargo_home(context))
    files = [folder / name for folder in folders for name in ("config.toml", "config")]
    return [file.read_text("utf-8", "replace") for file in files if file.is_file()]


def with_features(
    context: BuildContext, key: str, features: Sequence[str]
) -> Mapping[str, str | list[str]]:
    """Return the ``-C`` settings that were given, with Cargo features among the arguments.

    Args:
        context: The build.
        key: Of Cargo's arguments among the builder's settings.
        features: Names; none changes nothing.
    """
    given = context.config_settings
    if not features:
        return given
    said = given.get(key, [])
    arguments = shlex.split(said) if isinstance(said, str) else list(said)
    return {**given, key: [*arguments, f"--features={','.join(dict.fromkeys(features))}"]}
