"""Real arguments, kept while a program runs: each function of some modules gets a wrapper.

``sitecustomize`` in the folder ``recorder`` beside this one begins it, in every Python that the
command starts. Calls are added to a file at once, so that a crash loses none.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import os
import struct
import sys
import threading
from importlib.abc import MetaPathFinder
from typing import TYPE_CHECKING, Any, cast

from .building import BUILDERS
from .encoding import encode, pack
from .loading import public_names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from types import ModuleType

    from .encoding import Plain

__all__ = ["begin"]

_LENGTH = struct.Struct("<I")
_LARGEST = 200_000
_MOST_OF_ONE = 3_000


def begin(
    modules: Sequence[str], components: Sequence[str], packages: Sequence[str], folder: str
) -> None:
    """Wrap the functions of modules as soon as these are imported.

    Args:
        modules: Full names.
        components: Names of functions; empty for all that are public.
        packages: What comes with the modules.
        folder: Where each process writes a file of its own.
    """
    recorder = _Recorder(components, packages, folder)
    sys.meta_path.insert(0, _Finder(frozenset(modules), recorder))


def _can_be_built(encoded: Plain) -> bool:
    """Can the value of plain data be built again?"""
    if type(encoded) is list:
        return all(_can_be_built(each) for each in encoded)
    if type(encoded) is not tuple:
        return True
    return encoded[0] in BUILDERS and all(_can_be_built(each) for each in encoded[1:])


class _Recorder:
    def __init__(self, components: Sequence[str], packages: Sequence[str], folder: str) -> None:
        self._components = components
        self._packages = packages
        self._folder = folder
        self._seen: set[bytes] = set()
        self._count: dict[str, int] = {}
        self._lock = threading.Lock()
        self._busy = threading.local()

    def wrap_all(self, module: ModuleType) -> None:
        names = self._components or public_names(module, self._packages, private=True)
        for name in names:
            value = getattr(module, name, None)
            if value is None or isinstance(value, type) or not callable(value):
                continue
            with contextlib.suppress(AttributeError, TypeError):
                setattr(module, name, self._wrapped(name, value))

    def _wrapped(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def recorded(*arguments: Any, **keywords: Any) -> Any:
            if not getattr(self._busy, "on", False):
                self._busy.on = True
                try:
                    self._keep(name, arguments, keywords)
                except Exception:  # the program goes on, whatever its arguments are
                    pass
                finally:
                    self._busy.on = False
            return function(*arguments, **keywords)

        try:
            return functools.wraps(function)(recorded)
        except (AttributeError, TypeError):
            return recorded

    def _keep(self, name: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> None:
        if self._count.get(name, 0) >= _MOST_OF_ONE:
            return
        given = [encode(each) for each in arguments if not _is_consumed(each)]
        named = [part for key, each in keywords.items() for part in (key, encode(each))]
        if len(given) < len(arguments) or not _can_be_built([given, named]):
            return
        data = pack([name, given, named])
        mark = hashlib.blake2b(data, digest_size=12).digest()
        if len(data) > _LARGEST or mark in self._seen:
            return
        with self._lock:
            self._seen.add(mark)
            self._count[name] = self._count.get(name, 0) + 1
            path = os.path.join(self._folder, f"calls-{os.getpid()}")
            with open(path, "ab") as file:
                file.write(_LENGTH.pack(len(data)) + data)


def _is_consumed(value: Any) -> bool:
    """To look at an iterator, or a file, would be to take what is in it."""
    kind = type(value)
    return hasattr(kind, "__next__") or (hasattr(kind, "read") and not hasattr(kind, "getvalue"))


class _Finder(MetaPathFinder):
    def __init__(self, modules: frozenset[str], recorder: _Recorder) -> None:
        self._modules = modules
        self._recorder = recorder
        self._finding = threading.local()

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,  # noqa: ARG002 (what the machinery passes)
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        if name not in self._modules or getattr(self._finding, "name", None) == name:
            return None
        self._finding.name = name
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._finding.name = None
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = cast("Loader", _Loader(spec.loader, self._recorder))
        return spec


class _Loader:
    """Another loader, and the wrappers once it is done."""

    def __init__(self, loader: Any, recorder: _Recorder) -> None:
        self._loader = loader
        self._recorder = recorder

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        self._recorder.wrap_all(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)
