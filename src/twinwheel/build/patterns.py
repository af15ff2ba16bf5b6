"""Patterns as in ``.gitignore``: those of settings, and those of files that git reads too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathspec import GitIgnoreSpec

__all__ = ["gitignore_spec", "lenient_gitignore_spec"]


def gitignore_spec(patterns: Iterable[str], where: str) -> GitIgnoreSpec:
    """Return what matches any of a setting's patterns.

    Args:
        patterns: As in ``.gitignore``.
        where: Table and key that hold them, for the error.

    Raises:
        ConfigError: TW133 when one is no pattern.
    """
    import pathspec

    try:
        return pathspec.GitIgnoreSpec.from_lines(patterns)
    except ValueError as error:
        raise ConfigError(
            str(error),
            code="TW133",
            where=f"pyproject.toml, {where}",
            accepted="patterns as in .gitignore",
        ) from None


def lenient_gitignore_spec(lines: Iterable[str]) -> GitIgnoreSpec:
    """Return what a ``.gitignore`` file matches; as git does, pass over lines that are no pattern.

    Args:
        lines: The file's.
    """
    import pathspec

    known = []
    for line in lines:
        try:
            pathspec.GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        known.append(line)
    return pathspec.GitIgnoreSpec.from_lines(known)
