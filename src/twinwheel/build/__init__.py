"""The build backend: ``build-backend = "twinwheel.build"`` (PEP 517 and PEP 660).

Thin hooks over the rooms beside this file; each hook's work is imported when it is called.
Specifications: https://peps.python.org/pep-0517/ and https://peps.python.org/pep-0660/
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    ConfigSettings = Mapping[str, "str | list[str]"] | None

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]


# Asked for by the get_requires hooks; not there when the frontend was told not to install them.
_OWN_REQUIREMENTS = ("packaging", "pathspec", "pyproject_hooks", "pyproject_metadata")


@contextlib.contextmanager
def _errors_for_the_user() -> Iterator[None]:
    """Print an error that is meant for the user, and exit, in place of a traceback."""
    from twinwheel.build.console import complain
    from twinwheel.errors import ToolchainError, TwinwheelError

    try:
        try:
            yield
        except ModuleNotFoundError as missing:
            if (missing.name or "").partition(".")[0] not in _OWN_REQUIREMENTS:
                raise
            raise ToolchainError(
                f"the build needs the Python module '{missing.name}'",
                code="TW203",
                where="the environment that the build runs in",
                help="build with isolation, or install what get_requires_for_build_wheel asks for",
            ) from None
    except TwinwheelError as error:
        complain(f"\nerror[{error.code}]: {error.message}{error.details()}")
        raise SystemExit(1) from None


def get_requires_for_build_wheel(config_settings: ConfigSettings = None) -> list[str]:
    """Return what this machine lacks of the Python packages that the planned builders need.

    https://peps.python.org/pep-0517/#get-requires-for-build-wheel
    """
    from twinwheel.build.requirements import requirements_for_wheel

    with _errors_for_the_user():
        return requirements_for_wheel(Path.cwd(), config_settings)


def get_requires_for_build_editable(config_settings: ConfigSettings = None) -> list[str]:
    """Return the requirements of an editable install: those of a wheel.

    https://peps.python.org/pep-0660/#get-requires-for-build-editable
    """
    return get_requires_for_build_wheel(config_settings)


def get_requires_for_build_sdist(config_settings: ConfigSettings = None) -> list[str]:
    """Return the requirements of a source distribution: no compiler and no Cargo.

    https://peps.python.org/pep-0517/#get-requires-for-build-sdist
    """
    from twinwheel.build.requirements import requirements_for_sdist

    with _errors_for_the_user():
        return requirements_for_sdist(Path.cwd(), config_settings)


def prepare_metadata_for_build_wheel(
    metadata_directory: str, config_settings: ConfigSettings = None
) -> str:
    """Write the ``.dist-info`` folder that the wheel will have, without building anything.

    https://peps.python.org/pep-0517/#prepare-metadata-for-build-wheel
    """
    from twinwheel.build.wheel import write_metadata

    with _errors_for_the_user():
        return write_metadata(Path.cwd(), Path(metadata_directory), config_settings)


def prepare_metadata_for_build_editable(
    metadata_directory: str, config_settings: ConfigSettings = None
) -> str:
    """Write the metadata of an editable install: those of the wheel.

    https://peps.python.org/pep-0660/#prepare-metadata-for-build-editable
    """
    return prepare_metadata_for_build_wheel(metadata_directory, config_settings)


def build_wheel(
    wheel_directory: str,
    config_settings: ConfigSettings = None,
    metadata_directory: str | None = None,
) -> str:
    """Build every planned half and merge them into one wheel.

    https://peps.python.org/pep-0517/#build-wheel
    """
    from twinwheel.build.wheel import make_wheel

    with _errors_for_the_user():
        return make_wheel(Path.cwd(), Path(wheel_directory), config_settings, metadata_directory)


def build_editable(
    wheel_directory: str,
    config_settings: ConfigSettings = None,
    metadata_directory: str | None = None,
) -> str:
    """Build every planned half into a tree that stays, and a wheel that points there.

    https://peps.python.org/pep-0660/#build-editable
    """
    from twinwheel.build.editable import make_editable

    with _errors_for_the_user():
        return make_editable(Path.cwd(), Path(wheel_directory), config_settings, metadata_directory)


def build_sdist(sdist_directory: str, config_settings: ConfigSettings = None) -> str:
    """Pack everything that any half is built from.

    https://peps.python.org/pep-0517/#build-sdist
    """
    from twinwheel.build.sdist import make_sdist

    with _errors_for_the_user():
        return make_sdist(Path.cwd(), Path(sdist_directory), config_settings)
