"""A project without ``[tool.twinwheel]`` is built by the backend that it is written for.

Its hooks are called in this process with what the frontend passed, so that wheels, metadata,
messages and exit codes are its own.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from twinwheel.build.builders import BuildContext, Builder, get_builder
from twinwheel.build.config_settings import Reader, unknown_setting
from twinwheel.build.pyproject import read_pyproject
from twinwheel.errors import BuildError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import ModuleType

__all__ = ["StandIn", "call", "find_stand_in", "has_hook"]

_TABLES = {"scikit-build-core": "scikit-build", "maturin": "maturin"}
_BUILD_FILES = {"scikit-build-core": "CMakeLists.txt", "maturin": "Cargo.toml"}
_JUDGES = {"scikit-build-core"}  # those that refuse settings that they do not know


@dataclass(frozen=True)
class StandIn:
    """The builder that twinwheel stands in for."""

    name: str
    builder: Builder
    context: BuildContext


def find_stand_in(root: Path, environ: Mapping[str, str] | None = None) -> StandIn | None:
    """Tell which backend a project is written for.

    What decides is its table, else what ``build-system.requires`` names, else its build files, else
    scikit-build-core, which builds a project without any table.

    Args:
        root: The project's folder.
        environ: Environment; ``os.environ`` when None.

    Returns:
        The backend, or None when the project has ``[tool.twinwheel]``.

    Raises:
        ConfigError: TW101 or TW102 when ``pyproject.toml`` cannot be read, TW107 when it could be
            either's.
    """
    pyproject = read_pyproject(root)
    tool = pyproject.get("tool", {})
    if not isinstance(tool, dict) or "twinwheel" in tool:
        return None
    name = _decide(root, pyproject, tool)
    context = BuildContext(root, pyproject, os.environ if environ is None else environ)
    return StandIn(name, get_builder(name), context)


def has_hook(root: Path, name: str) -> bool:
    """Tell whether the backend has a hook: scikit-build-core's metadata hooks come and go.

    A backend that is not installed, or a file that cannot be read, is found by the hook itself.
    """
    try:
        stand_in = find_stand_in(root)
    except ConfigError:
        return True
    if stand_in is None or not _is_installed(stand_in):
        return True
    return hasattr(_load(stand_in), name)


def call(
    stand_in: StandIn,
    hook: str,
    config_settings: Mapping[str, str | list[str]] | None,
    **arguments: Any,
) -> Any:
    """Call one of the backend's hooks.

    Args:
        stand_in: The backend.
        hook: Name of a PEP 517 or PEP 660 hook.
        config_settings: What the frontend passed.
        **arguments: The hook's other arguments.

    Returns:
        What the hook returns.

    Raises:
        BuildError: TW302 when the backend is not installed.
        ConfigError: TW111 for a config setting that nobody reads, where the backend would not
            say so.
    """
    settings = dict(config_settings or {})
    _check_settings(stand_in, settings)
    if hook.startswith("get_requires") and not _is_installed(stand_in):
        state = hook.rpartition("_")[2]
        context = replace(stand_in.context, config_settings=settings, state=state)
        builder = stand_in.builder
        also = builder.dynamic_metadata(context, ()).requires
        return list(dict.fromkeys([*builder.requirements(context), *also]))
    os.environ.update(stand_in.builder.guard(stand_in.context))
    return getattr(_load(stand_in), hook)(**arguments, config_settings=settings or None)


def _check_settings(stand_in: StandIn, config_settings: Mapping[str, str | list[str]]) -> None:
    context = stand_in.context
    others = [get_builder(name) for name in _TABLES if name != stand_in.name]
    for key in config_settings:
        if stand_in.builder.accepts_config_setting(context, key):
            continue
        of_another = any(other.accepts_config_setting(context, key) for other in others)
        if stand_in.name in _JUDGES and not of_another and not key.startswith("twinwheel."):
            continue
        raise unknown_setting(key, {stand_in.name: Reader(stand_in.builder, context)})


def _decide(root: Path, pyproject: Mapping[str, Any], tool: Mapping[str, Any]) -> str:
    build_system = pyproject.get("build-system")
    requires = build_system.get("requires") if isinstance(build_system, dict) else ()
    listed = requires if isinstance(requires, list) else ()
    required = {re.split(r"[^A-Za-z0-9._-]", str(item).strip(), maxsplit=1)[0] for item in listed}
    required = {re.sub(r"[-_.]+", "-", name).lower() for name in required}
    in_tables = [name for name, table in _TABLES.items() if table in tool]
    in_requires = [name for name in _TABLES if name in required]
    by_files = [name for name, file in _BUILD_FILES.items() if (root / file).is_file()]
    for candidates in (in_tables, in_requires, by_files):
        if len(candidates) == 1:
            return candidates[0]
    if in_tables:
        raise _undecided(
            "there are tables for scikit-build-core and for maturin, and none says how they meet",
            "pyproject.toml, [tool.scikit-build] and [tool.maturin]",
        )
    if by_files:
        raise _undecided(
            "there are a CMakeLists.txt and a Cargo.toml, and no table says how they meet",
            "the project's folder",
        )
    return "scikit-build-core"


def _undecided(message: str, where: str) -> ConfigError:
    return ConfigError(
        message,
        code="TW107",
        where=where,
        accepted="a [tool.twinwheel] table, or the table of one backend: [tool.scikit-build] or "
        "[tool.maturin]",
        help="describe both halves in [tool.twinwheel.implementations]",
    )


def _is_installed(stand_in: StandIn) -> bool:
    return importlib.util.find_spec(stand_in.builder.BACKEND.partition(".")[0]) is not None


def _load(stand_in: StandIn) -> ModuleType:
    if not _is_installed(stand_in):
        raise BuildError(
            f"the backend '{stand_in.builder.BACKEND}' is not installed",
            code="TW302",
            where="the environment that the build runs in",
            help=f"build with isolation, or install {stand_in.builder.REQUIREMENT}",
        )
    return importlib.import_module(stand_in.builder.BACKEND)
