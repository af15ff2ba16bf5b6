"""The implementation: its module, and the names that it has to offer."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .aliases import alias
from .owning import OWN, whose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["load", "public_names"]


def load(
    module: str,
    package: str,
    aliases: dict[str, str],
    components: Sequence[str],
    also: Sequence[str] = (),
) -> tuple[ModuleType, dict[str, Callable[..., Any]]]:
    """Import the implementation.

    Args:
        module: Its full name.
        package: The package that users import, which comes first.
        aliases: Module names that are to give another module; see ``aliases.alias``.
        components: The names to compare; empty for all that are public.
        also: Names to compare besides those that are public.

    Returns:
        The module, and its components by name.
    """
    alias(aliases, [package] if aliases else [])
    if package and package != module:
        importlib.import_module(package)
    loaded = importlib.import_module(module)
    names = components or [*public_names(loaded), *also]
    found = {name: getattr(loaded, name) for name in names if hasattr(loaded, name)}
    return loaded, {name: value for name, value in found.items() if callable(value)}


def public_names(
    module: ModuleType, packages: Sequence[str] = (), *, private: bool = False
) -> list[str]:
    """Give the names that a module offers: those of ``__all__``, or what looks like its own.

    Args:
        module: The module.
        packages: What comes with it.
        private: Take names with one underscore too, as the modules of implementations have them.
    """
    declared = getattr(module, "__all__", None)
    if declared is not None and not private:
        return [name for name in declared if isinstance(name, str) and name[:2] != "__"]
    names = set(declared or ())
    for name, value in list(vars(module).items()):
        if name.startswith("__") or (name.startswith("_") and not private):
            continue
        if not isinstance(value, ModuleType) and whose(value, module.__name__, packages) == OWN:
            names.add(name)
    return sorted(names)
