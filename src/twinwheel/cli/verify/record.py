"""``twinwheel verify record PACKAGE -- COMMAND``: keep the arguments of real calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.cli.verify.places import check_places, folder_of
from twinwheel.errors import CommandError
from twinwheel.verify.naming import resolve
from twinwheel.verify.recording import record as run_and_keep

if TYPE_CHECKING:
    import argparse

    from twinwheel.cli.output import Output

__all__ = ["record"]


def record(
    package: str | None, words: list[str], arguments: argparse.Namespace, output: Output
) -> int:
    """Run a command and keep what the package's functions are given; its exit code is passed on."""
    if package is None or not words:
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
    resolved = resolve(
        package,
        arguments.control,
        arguments.candidate,
        python=arguments.python,
        modules=arguments.module,
    )
    subjects = [each for one in resolved.comparisons for each in one]
    modules = list(
        dict.fromkeys([*(each.module for each in subjects), resolved.subjects[0].package])
    )
    components = list(dict.fromkeys(name for each in subjects for name in each.components))
    folder = folder_of(arguments, resolved.package)
    assert folder is not None
    code, counts = run_and_keep(words, modules, components, folder)
    for component, count in sorted(counts.items()):
        output.line(f"{component}: {count:,} different calls")
    if not counts:
        output.line(f"no call of {resolved.package} was met", "bad")
        return code or 1
    output.line(f"the search of {resolved.package} begins with them, from {folder}", "good")
    return code
