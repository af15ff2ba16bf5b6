"""Other modules than those that are asked for: how one implementation is put in another's place."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from typing import Any

__all__ = ["alias", "below"]


class Aliases:
    """A finder that gives other modules than those that were asked for."""

    def __init__(self, aliases: dict[str, str]) -> None:
        self.aliases = aliases

    def find_spec(self, name: str, *_: Any) -> Any:
        """Give a module that is another, one from its source, or none."""
        if name not in self.aliases:
            return None
        to = self.aliases[name]
        if not to:
            raise ModuleNotFoundError(f"No module named {name!r} (kept away)", name=name)
        if to.endswith(".py"):
            folders = [str(Path(to).parent)] if Path(to).stem == "__init__" else None
            return importlib.util.spec_from_file_location(
                name, to, submodule_search_locations=folders
            )
        loader: Any = Other(to)
        return importlib.machinery.ModuleSpec(name, loader)


class Other:
    """A loader whose module is another one."""

    def __init__(self, to: str) -> None:
        self.to = to
        self.own: Any = None

    def create_module(self, _: Any) -> Any:
        """Import the other module."""
        module = importlib.import_module(self.to)
        self.own = module.__spec__, getattr(module, "__loader__", None)
        return module

    def exec_module(self, module: Any) -> None:
        """Give it back what the import system has written over; it has run already."""
        module.__spec__, module.__loader__ = self.own


def alias(aliases: dict[str, str], packages: list[str]) -> None:
    """Let the imports of this process give other modules, in these packages from the start."""
    for name in list(sys.modules):
        # this process may use some itself, if they are of the standard library
        if name in aliases or any(name == f"_{each}" or below(name, each) for each in packages):
            del sys.modules[name]
    if aliases:
        sys.meta_path.insert(0, Aliases(aliases))


def below(name: str, package: str) -> bool:
    """Tell whether a module is a package, or is in it."""
    return name == package or name.startswith(package + ".")
