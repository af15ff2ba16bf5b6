"""The Rust half: Cargo and PyO3, run by maturin's own hooks."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.builders.contract import DynamicMetadata, Toolchain
from twinwheel.build.programs import find_program, version_tuple
from twinwheel.build.pyproject import parse_toml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.build.builders.contract import BuildContext

__all__ = [
    "BACKEND",
    "DISTRIBUTION",
    "REQUIREMENT",
    "accepts_config_setting",
    "build_files",
    "dynamic_metadata",
    "environment",
    "guard",
    "leftovers",
    "probe",
    "requirements",
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
    tools: dict[str, str] = {}
    missing: list[str] = []
    for name, variable in (("cargo", "CARGO"), ("rustc", "RUSTC")):
        program = find_program((name,), context.environ, variable)
        if program is not None:
            tools[name] = program.version
        elif shutil.which(name, path=context.environ.get("PATH", "")):
            missing.append(f"{name} is on PATH but does not run (no toolchain installed?)")
        else:
            missing.append(f"{name} is not on PATH")
    wanted = _rust_version_wanted(context)
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


def requirements(context: BuildContext) -> list[str]:
    """Return maturin, and cffi where the bindings want it; never a toolchain."""
    table = context.pyproject.get("tool", {}).get("maturin", {})
    bindings = table.get("bindings") if isinstance(table, dict) else None
    cffi = ["cffi"] if bindings == "cffi" else []
    return [REQUIREMENT, *cffi, *context.requires]


def accepts_config_setting(key: str) -> bool:
    """Take ``build-args``, with and without maturin's prefix."""
    return key == "build-args" or key.startswith("maturin.")


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
    defaults = {
        "CARGO_TARGET_DIR": str(scratch / "cargo"),
        # The path of an isolated environment's Python differs in each build, and PyO3 rebuilds when
        # it does; the base interpreter is the same one at a path that stays.
        "MATURIN_PEP517_USE_BASE_PYTHON": "1",
    }
    chosen = {k: v for k, v in defaults.items() if not context.environ.get(k)}
    return {**guard(context), **chosen, **_flags_without_paths(context)}


def build_files(context: BuildContext) -> list[str]:
    """Return the crate's manifest."""
    return [_manifest_path(context).as_posix()]


def leftovers(context: BuildContext) -> list[Path]:
    """Return the lock files that Cargo writes where none is: the crate's, its workspace's."""
    folder = _manifest_path(context).parent
    return [context.root / parent / "Cargo.lock" for parent in (folder, *folder.parents)]


def _manifest_path(context: BuildContext) -> PurePosixPath:
    table = context.pyproject.get("tool", {}).get("maturin", {})
    stated = table.get("manifest-path") if isinstance(table, dict) else None
    return PurePosixPath(str(stated or "Cargo.toml"))


def _rust_version_wanted(context: BuildContext) -> str:
    """Return ``rust-version`` of the crate or its workspace; empty when neither states one.

    Source: https://doc.rust-lang.org/cargo/reference/rust-version.html
    """
    manifest = _manifest_path(context)
    stated: object = {"workspace": True}
    for folder in (manifest.parent, *manifest.parent.parents):
        path = context.root / folder / manifest.name
        document = parse_toml(path) if path.is_file() else {}
        if folder == manifest.parent:
            stated = document.get("package", {}).get("rust-version", "")
        elif isinstance(stated, dict):
            stated = document.get("workspace", {}).get("package", {}).get("rust-version", stated)
    return stated if isinstance(stated, str) else ""


def _flags_without_paths(context: BuildContext) -> dict[str, str]:
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
