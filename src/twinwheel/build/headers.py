"""Which libraries are to be compared with a C header, and what that needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from twinwheel.build.settings import Settings

__all__ = ["REQUIREMENTS", "can_compare", "check_headers"]

REQUIREMENTS = ("pycparser>=2.22", "pyelftools>=0.31")


def can_compare() -> bool:
    """Tell whether the comparison knows the libraries of this system, which are to be ELF files."""
    return sys.platform not in ("darwin", "win32", "cygwin", "emscripten")


def check_headers(settings: Settings, root: Path) -> None:
    """Demand that the headers are there.

    Raises:
        ConfigError: TW136 when one is not.
    """
    for package in settings.packages:
        header = package.libraries.header
        if header and not (root / header).is_file():
            raise ConfigError(
                f"the header '{header}' is not there",
                code="TW136",
                where=f"pyproject.toml, the libraries of {package.package}",
                accepted="the path of a C header, relative to pyproject.toml",
            )
