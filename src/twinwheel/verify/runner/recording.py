"""Real arguments, kept while a program runs: each function of some modules gets a wrapper.

``sitecustomize`` in the folder ``recorder`` beside this one begins it, in every Python that the
command starts. Calls are added to a file at once, so that a crash loses none.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import struct
import sys
import threading
from importlib.abc import MetaPathFinder

from .building import BUILDERS
from .encoding import encode, pack
from .loading import public_names

__all__ = ["begin", "can_be_built"]

_LENGTH = struct.Struct("<I")
_LARGEST = 200_000
_MOST_OF_ONE = 3_000


def begin(modules, components, folder):
    """Wrap the functions of modules as soon as these are imported.

    Args:
        modules: Full names.
        components: Names of functions; empty for all that are public.
        folder: Where each process writes a file of its own.
    """
    recorder = _Recorder(components, folder)
    sys.meta_path.insert(0, _Finder(frozenset(modules), recorder))


def can_be_built(encoded):
    """Can the value of plain data be built again?"""
    if type(encoded) is list:
        return all(can_be_built(each) for each in encoded)
    if type(encoded) is not tuple:
        return True
    return encoded[0] in BUILDERS and all(can_be_built(each) for each in encoded[1:])


class _Recorder:
    def __init__(self, components, folder):
        self._components = components
        self._folder = folder
        self._seen = set()
        self._count = {}
        self._lock = threading.Lock()
        self._busy = threading.local()

    def wrap_all(self, module):
        names = self._components or public_names(module, private=True)
        for name in names:
            value = getattr(module, name, None)
            if value is None or isinstance(value, type) or not callable(value):
                continue
            try:
                setattr(module, name, self._wrapped(name, value))
            except (AttributeError, TypeError):
                pass

    def _wrapped(self, name, function):
        def recorded(*arguments, **keywords):
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

    def _keep(self, name, arguments, keywords):
        if self._count.get(name, 0) >= _MOST_OF_ONE:
            return
        given = [encode(each) for each in arguments if not _is_consumed(each)]
        named = [part for key, each in keywords.items() for part in (key, encode(each))]
        if len(given) < len(arguments) or not can_be_built(given) or not can_be_built(named):
            return
        data = pack([name, given, named])
        mark = hashlib.blake2b(data, digest_size=12).digest()
        if len(data) > _LARGEST or mark in self._seen:
            return
        with self._lock:
            self._seen.add(mark)
            self._count[name] = self._count.get(name, 0) + 1
            path = os.path.join(self._folder, "calls-%d" % os.getpid())
            with open(path, "ab") as file:
                file.write(_LENGTH.pack(len(data)) + data)


def _is_consumed(value):
    """To look at an iterator, or a file, would be to take what is in it."""
    kind = type(value)
    return hasattr(kind, "__next__") or (hasattr(kind, "read") and not hasattr(kind, "getvalue"))


class _Finder(MetaPathFinder):
    def __init__(self, modules, recorder):
        self._modules = modules
        self._recorder = recorder
        self._finding = threading.local()

    def find_spec(self, name, path, target=None):
        if name not in self._modules or getattr(self._finding, "name", None) == name:
            return None
        self._finding.name = name
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._finding.name = None
        if spec is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, self._recorder)
        return spec


class _Loader:
    """Another loader, and the wrappers once it is done."""

    def __init__(self, loader, recorder):
        self._loader = loader
        self._recorder = recorder

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        self._recorder.wrap_all(module)

    def __getattr__(self, name):
        return getattr(self._loader, name)
