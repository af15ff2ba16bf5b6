"""Where a run writes to, looked at before it begins: not after a minute of searching."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import CommandError, VerifyError

if TYPE_CHECKING:
    import argparse

__all__ = ["check_places", "folder_of"]


def folder_of(arguments: argparse.Namespace, package: str) -> Path | None:
    """Give the folder where what is found of a package is saved; None if nothing is to be."""
    if not arguments.save:
        return None
    plain = "".join(each if each.isalnum() or each in "._-" else "_" for each in package)
    return Path(arguments.save) / (plain.strip(".") or "package")


def check_places(arguments: argparse.Namespace) -> None:
    """Refuse places that cannot be written to; nothing is made yet.

    Raises:
        CommandError: TW515 for the report, or the page.
        VerifyError: TW743 for what is saved.
    """
    for option, path in (("--output", arguments.output), ("--html", arguments.html)):
        if path is None:
            continue
        why = "it is a folder" if path.is_dir() else _why_not(path.resolve().parent)
        if path.exists() and not path.is_dir() and not os.access(path, os.W_OK):
            why = "permission denied"
        if why:
            raise CommandError(
                f"the report cannot be written to {path}: {why}",
                code="TW515",
                where=f"{option} {path}",
                accepted="the path of a file",
                help="name a file in a folder that can be written to",
            )
    if arguments.save:
        why = _why_not(Path(arguments.save).resolve())
        if why:
            raise VerifyError(
                f"what is found cannot be saved: {why}",
                code="TW743",
                where=f"--save {arguments.save}",
                accepted="a folder that can be written to",
                help="name another one with --save, or --save '' to save nothing",
            )


def _why_not(folder: Path) -> str:
    """Tell why nothing can be written to a folder, which may have to be made; empty if it can."""
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir():
        return f"{there} is no folder"
    return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} may not be written to"
