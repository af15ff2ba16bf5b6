"""What an implementation looks like from outside, as plain data."""

from __future__ import annotations

import collections.abc
import hashlib
import inspect
import os
import sys
from typing import TYPE_CHECKING, Any

from .encoding import LARGEST, encode, pack, short, without_addresses, without_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType

    Json = dict[str, Any]

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
_ABSTRACT = ("Mapping", "MutableMapping", "Sequence", "MutableSequence", "Set", "MutableSet")
"""Those of ``collections.abc`` that a class is of by its word, not by its methods."""
_CONSTANTS = (int, float, str, bytes, bool, tuple, frozenset, type(None))


def describe(module: ModuleType, names: Iterable[str]) -> Json:
    """Describe a module's names.

    Returns:
        ``{"names": {name: description}, "stubs": [[path, text], ...]}``
    """
    described: Json = {}
    held: list[Any] = []  # so that no two of them are at one address, one after the other
    same: dict[int, list[str]] = {}
    for name in names:
        if not hasattr(module, name):
            continue
        value = getattr(module, name)
        try:
            described[name] = _describe(value)
        except BaseException:  # a foreign object may do anything when it is looked at
            described[name] = {"kind": "odd"}
        held.append(value)
        same.setdefault(id(value), []).append(name)
    for several in same.values():
        for name in several:
            described[name]["all names"] = several
    return {"names": described, "stubs": _stubs(module)}


def _describe(value: Any) -> Json:
    if isinstance(value, type):
        return _describe_class(value)
    if callable(value):
        return _describe_callable(value)
    if isinstance(value, _CONSTANTS):
        packed = without_addresses(pack(encode(value)))
        if len(packed) > LARGEST:
            digest = hashlib.blake2b(packed, digest_size=16).digest()
            packed = pack(("long", digest, len(packed)))
        return {"kind": "constant", "value": packed}
    return {"kind": "object"}


def _describe_callable(value: Callable[..., Any]) -> Json:
    parameters, how = _parameters(value)
    document = inspect.getdoc(value) or ""
    return {
        "kind": "function",
        "parameters": parameters,
        "signature from": how,
        "document": document[:2_000],
        "is coroutine": inspect.iscoroutinefunction(value),
    }


def _parameters(value: Callable[..., Any]) -> tuple[list[list[Any]] | None, str]:
    """Give ``[[name, kind, default, annotation], ...]``, or None, and where that is from."""
    try:
        signature = inspect.signature(value)
    except BaseException:  # what ``inspect`` makes of foreign objects is not bounded
        return None, ""
    found = []
    for each in signature.parameters.values():
        default = None if each.default is each.empty else without_places(short(each.default))
        found.append([each.name, each.kind.name, default, _annotation(each.annotation, each.empty)])
    typed = any(each[3] for each in found)
    return found, "annotations" if typed else "signature"


def _annotation(annotation: Any, empty: Any) -> str:
    if annotation is empty:
        return ""
    if isinstance(annotation, str):
        return annotation
    if isinstance(annotation, type) and not getattr(annotation, "__args__", None):
        return annotation.__qualname__
    return str(annotation).replace("typing.", "").replace("collections.abc.", "")


def _describe_class(kind: type) -> Json:
    made = _describe_callable(kind)
    members: Json = {}
    for name in sorted(set(dir(kind))):
        if name.startswith("_"):
            continue
        try:
            member = inspect.getattr_static(kind, name)
        except AttributeError:
            continue
        how = type(member).__name__
        if how in ("getset_descriptor", "member_descriptor", "property", "cached_property"):
            members[name] = {"kind": "attribute", **_writable(member)}
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
        bases=_bases(kind),
        special=_special(kind),
        protocols=sorted(shown for name, shown in _PROTOCOLS if _has(kind, name)),
        document=(kind.__doc__ or "")[:2_000],
        exception=issubclass(kind, BaseException),
        final=not kind.__flags__ & (1 << 10),
    )


def _writable(member: Any) -> Json:
    """Tell of an attribute how it is set, and whether it can be deleted, as far as it says so."""
    if not isinstance(member, property):
        return {} if type(member).__name__ == "cached_property" else {"set": None}
    found: Json = {}
    if member.fset is not None:
        parameters, how = _parameters(member.fset)
        found["set"] = {"parameters": parameters and parameters[-1:], "signature from": how}
    if member.fdel is not None:
        found["deleted"] = True
    return found


def _special(kind: type) -> Json:
    """Give the special methods that a class has other than ``object``, and what they take."""
    found: Json = {}
    for name in dir(kind):
        if not (name.startswith("__") and name.endswith("__")):
            continue
        value = getattr(kind, name, None)
        if value is getattr(object, name, None) or not (callable(value) or name == "__hash__"):
            continue
        parameters, how = _parameters(value) if callable(value) else (None, "")
        found[name] = {"parameters": parameters, "signature from": how}
    return found


def _bases(kind: type) -> list[str]:
    """Give the names of what ``isinstance`` and ``except`` take it for, the nearest first."""
    found = [base.__name__ for base in kind.__mro__[1:-1]]
    abstract = [name for name in _ABSTRACT if issubclass(kind, getattr(collections.abc, name))]
    return [*found, *(f"collections.abc.{name}" for name in abstract)]


def _has(kind: type, name: str) -> bool:
    found = getattr(kind, name, None)
    if found is None:
        return False
    if name in ("__eq__", "__lt__", "__reduce__"):  # by object's own ``__hash__`` it is hashable
        return found is not getattr(object, name, None)
    if name == "__call__":
        return any("__call__" in vars(base) for base in kind.__mro__[:-1])
    return True


def _stubs(module: ModuleType) -> list[list[str]]:
    """Give the texts of the stubs that describe a module and the packages above it."""
    texts = []
    seen = set()
    name = module.__name__
    while name:
        path = getattr(sys.modules.get(name), "__file__", None)
        if path:
            folder, file = os.path.split(path)
            stub = os.path.join(folder, file.split(".")[0] + ".pyi")
            if stub not in seen and os.path.isfile(stub) and os.path.getsize(stub) < 1_000_000:
                seen.add(stub)
                with open(stub, encoding="utf-8", errors="replace") as opened:
                    texts.append([stub, opened.read()])
        name = name.rpartition(".")[0]
    return texts
