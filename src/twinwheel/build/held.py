"""Libraries are held to their header when they are built, and then lose their debug information.

The types that a library was compiled with stand in its debug information. So that is made for the
comparison, and taken out again of all that the same builder made.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.console import say
from twinwheel.build.programs import find_program
from twinwheel.build.sources import is_output_of
from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinwheel.build.plan import Plan
    from twinwheel.build.wheelfile import File, Half

__all__ = ["hold_to_headers"]

_ELF_MAGIC = b"\x7fELF"


def hold_to_headers(plan: Plan, halves: Sequence[Half]) -> list[Half]:
    """Compare each library with the header of its package.

    Args:
        plan: What was to be built.
        halves: What was built.

    Returns:
        The halves, those that were compiled with debug information without it.

    Raises:
        BuildError: TW361 when a library differs from the header, TW362 when they cannot be read,
            TW363 when the debug information cannot be taken out.
    """
    if not any(half.plan.context.debug for half in halves):
        return list(halves)
    from twinwheel.build.abi import check_abi

    with tempfile.TemporaryDirectory(prefix="twinwheel-") as temporary:
        for package in plan.settings.packages:
            if not package.libraries.header:
                continue
            libraries = [
                _write(Path(temporary, half.plan.label), path, file)
                for half in halves
                for path, file in half.payload.items()
                if file.data.startswith(_ELF_MAGIC)
                and any(
                    is_output_of(path, item) for item in package.libraries.implementations.values()
                )
            ]
            shared = package.libraries
            check_abi(plan.root / shared.header, libraries, shared.header_flags)
            names = ", ".join(path.name for path in libraries)
            say(f"twinwheel: {names}: the symbols and types of {package.libraries.header}")
        return [
            replace(half, payload=_stripped(half, Path(temporary)))
            if half.plan.context.debug
            else half
            for half in halves
        ]


def _write(folder: Path, path: str, file: File) -> Path:
    """Put a file under its own name into a folder of its own."""
    target = folder / PurePosixPath(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file.data)
    return target


def _stripped(half: Half, folder: Path) -> Mapping[str, File]:
    """Take out what the loader does not need of the native files, as the builders do themselves."""
    payload = dict(half.payload)
    for path, file in half.payload.items():
        if file.data.startswith(_ELF_MAGIC):
            target = _write(folder / half.plan.label, path, file)
            _strip(target, half.plan.context.environ)
            payload[path] = replace(file, data=target.read_bytes())
    return payload


def _strip(library: Path, environ: Mapping[str, str]) -> None:
    program = find_program(["strip", "llvm-strip"], environ, "STRIP")
    why = "there is no strip and no llvm-strip"
    if program:
        command = [program.path, "--strip-unneeded", str(library)]
        done = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
        if done.returncode == 0:
            return
        why = done.stderr.strip()
    raise BuildError(
        f"the debug information of {library.name} cannot be taken out: {why}",
        code="TW363",
        where="the environment that the build runs in",
        help="install binutils, or name the program in STRIP",
    )
