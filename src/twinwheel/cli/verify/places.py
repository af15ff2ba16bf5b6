"""Where a run writes to, looked at before it begins: not after a minute of searching."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import CommandError
from twinwheel.verify.saving import check_folder, why_not_in

if TYPE_CHECKING:
    import argparse

    from twinwheel.verify.subjects import Resolved

__all__ = ["check_places", "folder_of", "recorded_in"]


def folder_of(arguments: argparse.Namespace, package: str) -> Path | None:
    """Give the folder where what is found of a package is saved; None if nothing is to be."""
    if not arguments.save:
        return None
    plain = "".join(each if each.isalnum() or each in "._-" else "_" for each in package)
    return Path(arguments.save) / (plain.strip(".") or "package")


def recorded_in(arguments: argparse.Namespace, resolved: Resolved) -> list[Path]:
    """Give the folders that hold calls of a package: it is recorded as it is imported."""
    names = dict.fromkeys((resolved.package, *(each.package for each in resolved.subjects)))
    return [folder for each in names if (folder := folder_of(arguments, each)) is not None]


def check_places(arguments: argparse.Namespace) -> None:
    """Refuse places that cannot be written to; nothing is made yet.

    Raises:
        CommandError: TW515 for the report, or the page.
        VerifyError: TW743 for what is saved.
    """
    for option, path in (("--output", arguments.output), ("--html", arguments.html)):
        if path is None:
            continue
        why = "it is a folder" if path.is_dir() else why_not_in(path.resolve().parent)
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
        check_folder(Path(arguments.save))
