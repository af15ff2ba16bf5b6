"""The build backend: ``build-backend = "twinwheel.build"`` (PEP 517 and PEP 660).

Thin hooks over the rooms beside this file; each hook's work is imported when it is called. A
project without ``[tool.twinwheel]`` is handed to the backend that it is written for.
Specifications: https://peps.python.org/pep-0517/ and https://peps.python.org/pep-0660/
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from twinwheel.build.settings import State

    ConfigSettings = Mapping[str, "str | list[str]"] | None

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
]

# Asked for by the get_requires hooks; not there when the frontend was told not to install them.
_OWN_REQUIREMENTS = (
    "elftools",
    "packaging",
    "pathspec",
    "pycparser",
    "pyproject_hooks",
    "pyproject_metadata",
)


def get_requires_for_build_wheel(config_settings: ConfigSettings = None) -> list[str]:
    """Return what this machine lacks of the Python packages that the planned builders need.

    https://peps.python.org/pep-0517/#get-requires-for-build-wheel
    """
    return _requirements("wheel", config_settings)


def get_requires_for_build_editable(config_settings: ConfigSettings = None) -> list[str]:
    """Return the requirements of an editable install.

    https://peps.python.org/pep-0660/#get-requires-for-build-editable
    """
    return _requirements("editable", config_settings)


def get_requires_for_build_sdist(config_settings: ConfigSettings = None) -> list[str]:
    """Return the requirements of a source distribution: no compiler and no Cargo.

    https://peps.python.org/pep-0517/#get-requires-for-build-sdist
    """
    return _requirements("sdist", config_settings)


def build_wheel(
    wheel_directory: str,
    config_settings: ConfigSettings = None,
    metadata_directory: str | None = None,
) -> str:
    """Build every planned half and merge them into one wheel.

    https://peps.python.org/pep-0517/#build-wheel
    """

    def ours() -> str:
        from twinwheel.build.wheel import make_wheel

        return make_wheel(Path.cwd(), Path(wheel_directory), config_settings, metadata_directory)

    arguments = {"wheel_directory": wheel_directory, "metadata_directory": metadata_directory}
    return str(_run("build_wheel", config_settings, arguments, ours))


def build_editable(
    wheel_directory: str,
    config_settings: ConfigSettings = None,
    metadata_directory: str | None = None,
) -> str:
    """Build every planned half into a tree that stays, and a wheel that points there.

    https://peps.python.org/pep-0660/#build-editable
    """

    def ours() -> str:
        from twinwheel.build.editable import make_editable

        return make_editable(Path.cwd(), Path(wheel_directory), config_settings, metadata_directory)

    arguments = {"wheel_directory": wheel_directory, "metadata_directory": metadata_directory}
    return str(_run("build_editable", config_settings, arguments, ours))


def build_sdist(sdist_directory: str, config_settings: ConfigSettings = None) -> str:
    """Pack everything that any half is built from.

    https://peps.python.org/pep-0517/#build-sdist
    """

    def ours() -> str:
        from twinwheel.build.sdist import make_sdist

        return make_sdist(Path.cwd(), Path(sdist_directory), config_settings)

    arguments = {"sdist_directory": sdist_directory}
    return str(_run("build_sdist", config_settings, arguments, ours))


def __getattr__(name: str) -> Callable[..., str]:
    """Provide the optional metadata hooks, where the project's backend has them.

    https://peps.python.org/pep-0517/#prepare-metadata-for-build-wheel
    https://peps.python.org/pep-0660/#prepare-metadata-for-build-editable
    """
    from twinwheel.build.standin import has_hook

    hooks = ("prepare_metadata_for_build_wheel", "prepare_metadata_for_build_editable")
    if name not in hooks or not has_hook(Path.cwd(), name):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def prepare(metadata_directory: str, config_settings: ConfigSettings = None) -> str:
        def ours() -> str:
            from twinwheel.build.wheel import write_metadata

            return write_metadata(Path.cwd(), Path(metadata_directory), config_settings)

        arguments = {"metadata_directory": metadata_directory}
        return str(_run(name, config_settings, arguments, ours))

    prepare.__name__ = prepare.__qualname__ = name
    prepare.__doc__ = "Write the ``.dist-info`` folder of the wheel, without building anything."
    return prepare


def _requirements(state: State, config_settings: ConfigSettings) -> list[str]:
    def ours() -> list[str]:
        from twinwheel.build.requirements import requirements

        return requirements(Path.cwd(), config_settings, state)

    return list(_run(f"get_requires_for_build_{state}", config_settings, {}, ours))


def _run(
    hook: str,
    config_settings: ConfigSettings,
    arguments: Mapping[str, Any],
    ours: Callable[[], Any],
) -> Any:
    """Call the hook of the backend that the project is written for, or ours."""
    from twinwheel.build.standin import call, find_stand_in

    with errors_for_the_user():
        stand_in = find_stand_in(Path.cwd())
        if stand_in is None:
            return ours()
        return call(stand_in, hook, config_settings, **arguments)


@contextlib.contextmanager
def errors_for_the_user() -> Iterator[None]:
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
