"""The check itself: a header, and the libraries that should be what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.build.abi.compare import compare
from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["check_abi", "find_differences"]


def find_differences(
    header: Path, libraries: Sequence[Path], flags: Sequence[str] = ()
) -> list[str]:
    """Return how the libraries differ from a header, one line each; none when they do not.

    Args:
        header: A C header that compiles by itself.
        libraries: Shared libraries with debug information.
        flags: What the C compiler is told besides, such as ``-DX=1``.

    Raises:
        BuildError: TW362, when one of them cannot be read.
    """
    try:
        from twinwheel.build.abi.header import read_header
        from twinwheel.build.abi.libraries import read_library
    except ModuleNotFoundError as error:
        # What reads C and ELF comes with an extra.
        raise BuildError(
            f"the comparison needs {(error.name or '').partition('.')[0]}, which is not installed",
            code="TW362",
            where="the environment that the comparison runs in",
            help="pip install 'twinwheel[abi]'",
        ) from error
    declared = read_header(header, flags)
    lines = []
    for path in libraries:
        library = read_library(path)
        _demand_types(path, sorted((library.symbols & declared.keys()) - library.described.keys()))
        lines += [f"{library.name}: {line}" for line in compare(header.name, declared, library)]
    return lines


def _demand_types(library: Path, missing: Sequence[str]) -> None:
    """Refuse a library with symbols whose types nobody knows."""
    if missing:
        many = len(missing) != 1
        raise BuildError(
            f"{len(missing)} symbol{'s' * many} of {library.name} {'have' if many else 'has'} no "
            f"debug information, so {'their' if many else 'its'} types cannot be compared: "
            + ", ".join(missing),
            code="TW362",
            where=str(library),
            help="this is no difference from the header: it is not known whether there is one. "
            "Compile each file with -g, without -gsplit-dwarf, which puts the types elsewhere, and "
            "without -flto, which may leave out variables",
        )


def check_abi(header: Path, libraries: Sequence[Path], flags: Sequence[str] = ()) -> None:
    """Demand that libraries export what a header declares, with its types, and nothing else.

    Args:
        header: A C header that compiles by itself.
        libraries: Shared libraries with debug information.
        flags: What the C compiler is told besides, such as ``-DX=1``.

    Raises:
        BuildError: TW361, with what differs; TW362, when one of them cannot be read.
    """
    differences = find_differences(header, libraries, flags)
    if differences:
        raise BuildError(
            f"{len(differences)} difference{'s' * (len(differences) != 1)} "
            f"from {header.name}:\n  " + "\n  ".join(differences),
            code="TW361",
            where=str(header),
            help="correct the library; when the header is to change, change every library with it",
        )
