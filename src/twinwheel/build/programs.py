"""Finding programs and asking them for their version; nothing is installed or downloaded."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Program", "find_program", "version_tuple"]

_VERSION = re.compile(r"\d+(?:\.\d+)+")
_ANSWER_WITHIN = 60  # seconds; a program that hangs on --version is as good as missing


@dataclass(frozen=True)
class Program:
    """A program that answered when asked for its version."""

    path: str
    description: str
    """First line of what ``--version`` printed."""

    version: str
    """First dotted number in it; empty when there is none."""


def find_program(
    names: Iterable[str], environ: Mapping[str, str], variable: str = ""
) -> Program | None:
    """Find the first program that is on PATH and works.

    Args:
        names: Names to try, best first.
        environ: Environment; its PATH is searched.
        variable: Name of a variable, such as ``CXX``; when set, its command is tried instead.

    Returns:
        The program, or None when no name answers ``--version`` with success.
    """
    chosen = environ.get(variable, "").strip() if variable else ""
    try:
        commands = [shlex.split(chosen, posix=os.name != "nt")] if chosen else [[n] for n in names]
    except ValueError:  # a quotation that is not closed
        return None
    for command in commands:
        path = shutil.which(command[0], path=environ.get("PATH", ""))
        if path is None:
            continue
        found = _ask(path, command[1:], environ)
        if found is not None:
            return found
    return None


def version_tuple(text: str) -> tuple[int, ...]:
    """Return the leading dotted number of ``text`` as integers; empty when there is none."""
    match = re.match(r"[0-9]{1,18}(?:\.[0-9]{1,18})*", text)
    return tuple(int(part) for part in match.group().split(".")) if match else ()


def _ask(path: str, arguments: list[str], environ: Mapping[str, str]) -> Program | None:
    # A rustup shim would download the toolchain that rust-toolchain.toml names: asking must not.
    quiet = {**environ, "RUSTUP_AUTO_INSTALL": "0", "LC_ALL": "C"}
    try:
        answer = subprocess.run(
            [path, *arguments, "--version"],
            capture_output=True,
            env=quiet,
            stdin=subprocess.DEVNULL,
            timeout=_ANSWER_WITHIN,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    if answer.returncode != 0:
        return None
    text = answer.stdout.decode("utf-8", "replace") or answer.stderr.decode("utf-8", "replace")
    description = next(iter(text.strip().splitlines()), "").strip()
    match = _VERSION.search(description)
    return Program(path, description, match.group() if match else "")
