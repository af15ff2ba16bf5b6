"""The implementation: its module, and the names that it has to offer."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from importlib.abc import Loader, MetaPathFinder
from types import ModuleType

__all__ = ["load", "public_names"]


class _Aliases(Loader, MetaPathFinder):
    """Gives another module in place of one: the pair's one half in place of the other."""

    def __init__(self, aliases):
        self._aliases = aliases

    def find_spec(self, name, path, target=None):
        if name not in self._aliases:
            return None
        return importlib.util.spec_from_loader(name, self)

    def create_module(self, spec):
        module = importlib.import_module(self._aliases[spec.name])
        # The import system writes into the module that it is given: it gets a stand-in first.
        stand_in = ModuleType(spec.name)
        stand_in.__dict__["_twinwheel_alias_of"] = module
        return stand_in

    def exec_module(self, module):
        sys.modules[module.__name__] = module.__dict__["_twinwheel_alias_of"]


def load(module, package, aliases, components):
    """Import the implementation.

    Returns:
        The module, and its components by name.
    """
    if aliases:
        sys.meta_path.insert(0, _Aliases(dict(aliases)))
    if package and package != module and not module.startswith(package + "."):
        importlib.import_module(package)
    loaded = importlib.import_module(module)
    names = components or public_names(loaded, private=bool(aliases))
    found = {name: getattr(loaded, name) for name in names if hasattr(loaded, name)}
    return loaded, {name: value for name, value in found.items() if callable(value)}


def public_names(module, private=False):
    """Give the names that a module offers: those of ``__all__``, or what looks like its own.

    Args:
        module: The module.
        private: Take names with one underscore too, as the modules of implementations have them.
    """
    declared = getattr(module, "__all__", None)
    if declared is not None and not private:
        return [name for name in declared if isinstance(name, str)]
    root = module.__name__.partition(".")[0]
    names = set(declared or ())
    for name, value in list(vars(module).items()):
        if name.startswith("__") or (name.startswith("_") and not private):
            continue
        if isinstance(value, ModuleType) or type(value).__module__ == "typing":
            continue
        home = getattr(value, "__module__", None)
        if callable(value) and isinstance(home, str) and home.partition(".")[0] != root:
            own = home == module.__name__.rpartition(".")[2] or home in _STATIC
            if not own or _is_foreign(value, home):
                continue
        names.add(name)
    return sorted(names)


_STATIC = ("builtins",)


def _is_foreign(value, home):
    """Is it what the standard library or another package gives? Static types say ``builtins``."""
    if home != "builtins":
        return False
    import builtins

    return getattr(builtins, getattr(value, "__name__", ""), None) is value
