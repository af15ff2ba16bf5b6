"""``twinwheel verify record PACKAGE -- COMMAND``: keep the arguments of real calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.cli.verify.places import check_places, folder_of
from twinwheel.errors import CommandError
from twinwheel.verify.recordable import recordable
from twinwheel.verify.recording import record as run_and_keep

if TYPE_CHECKING:
    import argparse

    from twinwheel.cli.output import Output

__all__ = ["record"]


def record(
    package: str | None, words: list[str], arguments: argparse.Namespace, output: Output
) -> int:
    """Run a command and keep what the package's functions are given; its exit code is passed on."""
    named = [each for each in (package, arguments.control, *arguments.candidate) if each]
    if not named or not words:
        raise CommandError(
            "there is nothing to record",
            code="TW518",
            where="the command line",
            accepted="a package, -- and a command",
            help="twinwheel verify record PACKAGE -- python -m pytest",
        )
    if not arguments.save:
        raise CommandError(
            "there is no place to keep what is recorded",
            code="TW518",
            where="--save",
            accepted="a folder",
        )
    check_places(arguments)
    found = recordable(named, words[0], python=arguments.python, modules=arguments.module)
    folder = folder_of(arguments, found.package)
    assert folder is not None
    code, counts = run_and_keep(
        words, found.modules, arguments.component, folder, packages=found.packages
    )
    for component, count in sorted(counts.items()):
        output.line(f"{component}: {count:,} different calls")
    if not counts:
        output.line(f"no call of {found.package} was met", "bad")
        return code or 1
    output.line(f"the search of {found.package} begins with them, from {folder}", "good")
    return code
