"""What an implementation looks like from outside, as plain data."""

from __future__ import annotations

import hashlib
import inspect
import os
import pickle
import sys

from .encoding import LARGEST, encode, pack, qualified, short

__all__ = ["describe"]

_PROTOCOLS = (
    ("__iter__", "iterable"),
    ("__next__", "iterator"),
    ("__len__", "sized"),
    ("__getitem__", "subscript"),
    ("__contains__", "container"),
    ("__enter__", "context manager"),
    ("__await__", "awaitable"),
    ("__call__", "callable"),
    ("__hash__", "hashable"),
    ("__eq__", "equality"),
    ("__lt__", "order"),
    ("__bool__", "truth"),
    ("__reduce__", "pickle"),
    ("__buffer__", "buffer"),
)
_CONSTANTS = (int, float, str, bytes, bool, tuple, frozenset, type(None))


def describe(module, names, components):
    """Describe a module's names.

    Returns:
        ``{"names": {name: description}, "stubs": [text], "python": ..., "file": ...}``
    """
    described = {}
    for name in names:
        if not hasattr(module, name):
            continue
        try:
            described[name] = _describe(name, getattr(module, name), components)
        except BaseException as error:  # a foreign object may do anything when it is looked at
            described[name] = {"kind": "odd", "error": short(error)}
    return {
        "names": described,
        "stubs": _stubs(module),
        "python": ".".join(map(str, sys.version_info[:3])),
        "file": getattr(module, "__file__", "") or "",
        "version": _version(module),
    }


def _describe(name, value, components):
    if isinstance(value, type):
        return _describe_class(value)
    if callable(value):
        return _describe_callable(value)
    if isinstance(value, _CONSTANTS):
        packed = pack(encode(value))
        if len(packed) > LARGEST:
            digest = hashlib.blake2b(packed, digest_size=16).digest()
            packed = pack(("long", digest, len(packed)))
        return {"kind": "constant", "type": type(value).__name__, "value": packed}
    return {"kind": "object", "type": type(value).__name__}


def _describe_callable(value):
    parameters, how = _parameters(value)
    document = inspect.getdoc(value) or ""
    return {
        "kind": "function",
        "type": type(value).__name__,
        "parameters": parameters,
        "signature from": how,
        "document": document[:2_000],
        "is coroutine": inspect.iscoroutinefunction(value),
        "name": getattr(value, "__name__", ""),
        "module": getattr(value, "__module__", "") or "",
        "text signature": getattr(value, "__text_signature__", None) or "",
    }


def _parameters(value):
    """Give ``[[name, kind, default, annotation], ...]``, or None, and where that is from."""
    try:
        signature = inspect.signature(value)
    except BaseException:  # what ``inspect`` makes of foreign objects is not bounded
        return None, ""
    found = []
    for each in signature.parameters.values():
        default = None if each.default is each.empty else short(each.default)
        found.append([each.name, each.kind.name, default, _annotation(each.annotation, each.empty)])
    typed = any(each[3] for each in found)
    return found, "annotations" if typed else "signature"


def _annotation(annotation, empty):
    if annotation is empty:
        return ""
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, type) and not getattr(annotation, "__args__", None):
        return annotation.__qualname__
    return str(annotation).replace("typing.", "").replace("collections.abc.", "")


def _describe_class(kind):
    made = _describe_callable(kind)
    members = {}
    for name in sorted(set(dir(kind))):
        if name.startswith("__") or (name.startswith("_")):
            continue
        try:
            member = inspect.getattr_static(kind, name)
        except AttributeError:
            continue
        how = type(member).__name__
        if how in ("getset_descriptor", "member_descriptor", "property", "cached_property"):
            members[name] = {"kind": "attribute"}
            continue
        value = getattr(kind, name, member)
        if callable(value):
            shown = _describe_callable(value)
            if how in ("staticmethod", "classmethod", "classmethod_descriptor"):
                shown["how"] = "static" if how == "staticmethod" else "class"
            members[name] = dict(shown, kind="method")
        else:
            members[name] = {"kind": "attribute"}
    return dict(
        made,
        kind="class",
        members=members,
        bases=[base.__name__ for base in kind.__mro__[1:-1] if base.__module__ == "builtins"],
        protocols=sorted(shown for name, shown in _PROTOCOLS if _has(kind, name)),
        document=(kind.__doc__ or "")[:2_000],
        exception=issubclass(kind, BaseException),
        final=not kind.__flags__ & (1 << 10),
        abstract=inspect.isabstract(kind),
        pickles=_public(kind),
    )


def _has(kind, name):
    found = getattr(kind, name, None)
    if found is None:
        return False
    if name in ("__hash__", "__eq__", "__lt__", "__reduce__"):
        return found is not getattr(object, name, None)
    if name == "__call__":
        return any("__call__" in vars(base) for base in kind.__mro__[:-1])
    return True


def _public(kind):
    """Where does a pickle of the class point to?"""
    try:
        return pickle.whichmodule(kind, kind.__qualname__) if kind.__qualname__ else qualified(kind)
    except BaseException:
        return ""


def _stubs(module):
    """Give the texts of the stubs that describe a module and the packages above it."""
    texts = []
    path = getattr(module, "__file__", None)
    seen = set()
    name = module.__name__
    while name:
        here = sys.modules.get(name)
        path = getattr(here, "__file__", None)
        if path:
            folder, file = os.path.split(path)
            for stub in (os.path.join(folder, file.split(".")[0] + ".pyi"),):
                if stub not in seen and os.path.isfile(stub) and os.path.getsize(stub) < 1_000_000:
                    seen.add(stub)
                    with open(stub, encoding="utf-8", errors="replace") as opened:
                        texts.append([stub, opened.read()])
        name = name.rpartition(".")[0]
    return texts


def _version(module):
    root = sys.modules.get(module.__name__.partition(".")[0], module)
    version = getattr(root, "__version__", "")
    return version if isinstance(version, str) else ""
