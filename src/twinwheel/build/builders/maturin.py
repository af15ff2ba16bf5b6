"""The Rust half: Cargo and PyO3, run by maturin's own hooks."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.builders.contract import DynamicMetadata, Toolchain
from twinwheel.build.programs import find_program

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
    return [REQUIREMENT, *cffi, *context.implementation.requires]


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
    return {**guard(context), **chosen}


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


def _has_linker(context: BuildContext) -> bool:
    if os.name == "nt":
        return True  # rustc finds Visual Studio's by itself
    if find_program(("cc",), context.environ) is not None:
        return True
    if any(re.fullmatch(r"CARGO_TARGET_\w+_LINKER", key) for key in context.environ):
        return True
    home = Path(context.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    folders = [context.root / ".cargo", home]
    files = [folder / name for folder in folders for name in ("config.toml", "config")]
    return any(
        re.search(r"^\s*linker\s*=", file.read_text("utf-8", "replace"), re.MULTILINE)
        for file in files
        if file.is_file()
    )
