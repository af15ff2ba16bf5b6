"""Put one implementation in the place of another before anything imports the package.

What to do is in a file of JSON that an environment variable names, so that each process that a test
starts does the same. PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

__all__ = ["KEPT_AWAY", "VARIABLE", "Finder", "install", "installed"]

KEPT_AWAY = "kept away"
"""Said of a module that is there, and is not to be had."""

VARIABLE = "TWINWHEEL_SUITE"
"""Environment variable with the path of the file."""

_FINDERS: list[Finder] = []
"""None or one: installed once in a process."""


class Finder(importlib.abc.MetaPathFinder):
    """Gives one module where another is asked for, and the package from where it is to come."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told
        self.aliases: dict[str, str] = told["aliases"]
        """Name of a module to what is given: another, or the path of its source, or nothing."""
        self.grafts: dict[str, str] = told["grafts"]
        """Module to the folder or file that it is in, such as the tests of another release."""
        self.packages: list[str] = [each["package"] for each in told["expected"]]
        self.seen: list[str] = []
        """Those of the packages that somebody imported, if only to throw them away."""
        self.problems: dict[str, str] = {}
        """Module to why it could not be put in the place of another."""
        if self.aliases:
            self._forget()
        self.paths: dict[str, list[str]] = {}
        """Top of a package to the folders that it is looked for in, whatever the tests add."""
        if told["pinned"]:
            self._pin()

    def _forget(self) -> None:
        """Have what was imported too early imported again, such as of the standard library."""
        for name in list(sys.modules):
            if name in self.aliases or any(
                name == each or name.startswith(each + ".") for each in self.packages
            ):
                del sys.modules[name]

    def _pin(self) -> None:
        mine = (str(Path(__file__).resolve().parents[1]), "", str(Path.cwd()))
        kept = [path for path in sys.path if path not in mine]
        for name in self.packages:
            top = name.partition(".")[0]
            spec = importlib.machinery.PathFinder.find_spec(top, kept)
            if spec is not None and spec.origin is not None:
                self.paths[top] = kept

    def find_spec(
        self, fullname: str, _path: Any = None, _target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Give the module that is asked for, if it is one of those that are replaced."""
        if fullname in self.packages and fullname not in self.seen:
            self.seen.append(fullname)
        other = self._other(fullname)
        if other is not None:
            if not other:
                raise ModuleNotFoundError(
                    f"No module named {fullname!r} ({KEPT_AWAY})", name=fullname
                )
            if other.endswith(".py"):
                return _spec_of_source(fullname, Path(other))
            loader = _Alias(self, fullname, other)
            return importlib.machinery.ModuleSpec(fullname, loader, origin=f"alias of {other}")
        folder = self.grafts.get(fullname)
        if folder is not None:
            if folder.endswith(".py"):
                return _spec_of_source(fullname, Path(folder))
            return _spec_of_folder(fullname, folder)
        if fullname in self.paths:
            return importlib.machinery.PathFinder.find_spec(fullname, self.paths[fullname])
        return None

    def _other(self, fullname: str) -> str | None:
        for alias, other in self.aliases.items():
            if fullname == alias:
                return other
            if other and not other.endswith(".py") and fullname.startswith(alias + "."):
                return other + fullname[len(alias) :]
        return None


class _Alias(importlib.abc.Loader):
    """Loads a module by handing out another."""

    def __init__(self, finder: Finder, name: str, other: str) -> None:
        self.finder, self.name, self.other = finder, name, other

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave it to the import system to make one, which is thrown away."""

    def exec_module(self, _module: Any) -> None:
        """Import the other, and put it where the import system looks for this one."""
        try:
            other = importlib.import_module(self.other)
        except BaseException as error:
            # The package may go on without it: then this tells why.
            self.finder.problems[self.other] = f"{type(error).__name__}: {error}"
            raise
        sys.modules[self.name] = other


def _spec_of_folder(name: str, folder: str) -> importlib.machinery.ModuleSpec:
    init = Path(folder, "__init__.py")
    if init.is_file():
        return _spec_of_source(name, init)
    spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = [folder]
    return spec


def _spec_of_source(name: str, path: Path) -> importlib.machinery.ModuleSpec:
    folders = [str(path.parent)] if path.stem == "__init__" else None
    spec = importlib.util.spec_from_file_location(name, path, submodule_search_locations=folders)
    assert spec is not None
    return spec


def install() -> Finder | None:
    """Do what the variable's file says, unless that was done."""
    path = os.environ.get(VARIABLE)
    if _FINDERS or not path:
        return installed()
    finder = Finder(json.loads(Path(path).read_text("utf-8")))
    _FINDERS.append(finder)
    sys.meta_path.insert(0, finder)
    return finder


def installed() -> Finder | None:
    """Return the finder of this process, if there is one."""
    return _FINDERS[0] if _FINDERS else None
