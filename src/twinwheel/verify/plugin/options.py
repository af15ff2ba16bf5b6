"""Which twin packages a run of pytest is about."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from twinwheel.verify.suite import problems

if sys.version_info >= (3, 11):
    import tomllib
else:
    from twinwheel._vendor import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twinwheel.errors import VerifyError

__all__ = ["manifest_of", "packages_of", "usage_error"]


def packages_of(config: pytest.Config) -> list[str]:
    """Return the names of the twin packages: those that were named, else the project's.

    Raises:
        pytest.UsageError: TW731 when there are none.
    """
    named: list[str] = config.getoption("twinwheel_package")
    if named:
        return list(dict.fromkeys(named))
    for folder in (config.rootpath, *config.rootpath.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            found = _in_project(path)
            if found:
                return found
            break
    raise usage_error(problems.no_twin("", "no twin package is named here"))


def _in_project(path: Path) -> list[str]:
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise usage_error(problems.no_twin("", f"{path.name} cannot be read: {error}")) from None
    table: Any = document.get("tool", {}).get("twinwheel", {})
    if isinstance(table.get("package"), str):
        return [table["package"]]
    return list(table.get("packages", {}))


def manifest_of(package: str) -> Mapping[str, Any]:
    """Return the manifest of a package, which is imported for that.

    Raises:
        VerifyError: TW731 when it is no twin package, or cannot be imported.
    """
    from twinwheel.manifest import load

    try:
        return load(package)
    except ImportError as error:
        raise problems.no_twin(package, str(error)) from None


def usage_error(error: VerifyError) -> pytest.UsageError:
    """Return an error as pytest tells a user's mistake: the text, and exit status 4."""
    return pytest.UsageError(*str(error).splitlines())
