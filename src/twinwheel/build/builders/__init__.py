"""Builders: each wraps one PEP 517 backend that compiles one half of the wheel.

A builder is a module, or an object, with what ``Builder`` lists. It knows what the backend needs of
the machine and how to call its hooks; it knows nothing of wheels, tags or the other half. Those of
other distributions are found by the entry-point group ``twinwheel.builders``.
"""

from __future__ import annotations

import functools
import importlib.metadata
import sys
from typing import TYPE_CHECKING, cast

from twinwheel.build.builders import cargo, maturin, scikit_build_core
from twinwheel.build.builders.contract import (
    BuildContext,
    Builder,
    DynamicMetadata,
    StatedVersion,
    Toolchain,
)
from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ENTRY_POINTS",
    "BuildContext",
    "Builder",
    "DynamicMetadata",
    "StatedVersion",
    "Toolchain",
    "builder_names",
    "get_builder",
]

ENTRY_POINTS = "twinwheel.builders"

# Known without an installed distribution, since twinwheel builds itself from its sources.
_BUILT_IN: Mapping[str, Builder] = {
    "cargo": cargo,
    "maturin": maturin,
    "scikit-build-core": scikit_build_core,
}


def builder_names() -> list[str]:
    """Return the name of every builder there is."""
    return sorted({*_BUILT_IN, *(entry.name for entry in _installed(tuple(sys.path)))})


def get_builder(name: str) -> Builder:
    """Return a builder.

    Args:
        name: One of ``builder_names()``.

    Raises:
        ConfigError: TW109 when the entry point cannot be loaded or is no builder.
    """
    if name in _BUILT_IN:
        return _BUILT_IN[name]
    (entry, *_) = (each for each in _installed(tuple(sys.path)) if each.name == name)
    where = f"entry point {entry.name} = {entry.value} in the group {ENTRY_POINTS}"
    try:
        found = entry.load()
    except Exception as error:  # noqa: BLE001 (a plugin's import may raise anything)
        raise ConfigError(
            f"the builder '{name}' cannot be loaded: {type(error).__name__}: {error}",
            code="TW109",
            where=where,
            help="report it to the distribution that provides the builder",
        ) from None
    missing = [item for item in _members() if not hasattr(found, item)]
    if missing:
        raise ConfigError(
            f"'{name}' is no builder: it lacks {', '.join(missing)}",
            code="TW109",
            where=where,
            accepted="a module or an object with the members of twinwheel.build.builders.Builder",
            help="report it to the distribution that provides the builder",
        )
    return cast("Builder", found)


@functools.lru_cache(maxsize=1)
def _installed(path: tuple[str, ...]) -> tuple[importlib.metadata.EntryPoint, ...]:
    """Search every distribution once, though settings are read several times in a build."""
    del path  # it is sys.path, and what it leads to
    return tuple(importlib.metadata.entry_points(group=ENTRY_POINTS))


def _members() -> list[str]:
    functions = [name for name, value in vars(Builder).items() if callable(value)]
    names = [*Builder.__annotations__, *functions]
    return [name for name in names if not name.startswith("_")]
