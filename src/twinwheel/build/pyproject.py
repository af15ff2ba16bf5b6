"""pyproject.toml -> plain data."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from twinwheel.errors import ConfigError

if sys.version_info >= (3, 11):
    import tomllib
else:
    from twinwheel._vendor import tomli as tomllib

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["parse_toml", "read_pyproject"]


def read_pyproject(root: Path) -> dict[str, Any]:
    """Read the project's ``pyproject.toml``.

    Args:
        root: The project's folder.

    Returns:
        The whole document, as ``tomllib`` gives it.

    Raises:
        ConfigError: TW101 when the file is missing or cannot be read, TW102 when it is not TOML.
    """
    path = root / "pyproject.toml"
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"pyproject.toml is not UTF-8: {error}",
            code="TW102",
            where=f"pyproject.toml, byte {error.start}",
            accepted="a TOML 1.0 document in UTF-8",
        ) from None
    except OSError as error:
        raise ConfigError(
            f"pyproject.toml cannot be read: {error.strerror}",
            code="TW101",
            where=str(path),
            help="run the build from the project's folder",
        ) from None
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(
            f"pyproject.toml is not valid TOML: {error}",
            code="TW102",
            where="pyproject.toml",
            accepted="a TOML 1.0 document",
        ) from None


def parse_toml(path: Path) -> dict[str, Any]:
    """Read a file that another tool will judge: what is no TOML, or not there, is empty here."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
