"""What is done with an object besides calling its methods: operators, protocols, attributes set.

Each stands here as the Python that it is, with ``it`` for the object, and ``a`` and ``b`` for what
else it takes. An expression is the answer; after a statement, the object is looked at.
"""

from __future__ import annotations

import ast
import copy
import io
import math
import operator
import os
import pickle
import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["NEEDS", "SOURCES", "name_of_step", "some", "take"]

_ARITHMETIC = {
    "__add__": "+",
    "__sub__": "-",
    "__mul__": "*",
    "__truediv__": "/",
    "__floordiv__": "//",
    "__mod__": "%",
    "__pow__": "**",
    "__matmul__": "@",
    "__lshift__": "<<",
    "__rshift__": ">>",
    "__and__": "&",
    "__or__": "|",
    "__xor__": "^",
}
_BINARY = {
    "__eq__": "==",
    "__ne__": "!=",
    "__lt__": "<",
    "__le__": "<=",
    "__gt__": ">",
    "__ge__": ">=",
    **_ARITHMETIC,
}

SOURCES: dict[str, str] = {
    "__len__": "len(it)",
    "__iter__": "iter(it)",
    "__next__": "next(it)",
    "__getitem__": "it[a]",
    "__contains__": "a in it",
    "__contains__ own": "[each in it for each in some(it)]",
    "__bool__": "bool(it)",
    "__setitem__": "it[a] = b",
    "__delitem__": "del it[a]",
    "__reversed__": "reversed(it)",
    **{f"{name} own": f"it {sign} it" for name, sign in _BINARY.items()},
    **{name: f"it {sign} a" for name, sign in _BINARY.items()},
    **{f"__r{name[2:]}": f"a {sign} it" for name, sign in _ARITHMETIC.items()},
    **{f"__i{name[2:]} own": f"it {sign}= it" for name, sign in _ARITHMETIC.items()},
    **{f"__i{name[2:]}": f"it {sign}= a" for name, sign in _ARITHMETIC.items()},
    "__divmod__": "divmod(it, a)",
    "__rdivmod__": "divmod(a, it)",
    "__hash__": "hash(it) == hash(a) or not it == a",
    "__neg__": "-it",
    "__pos__": "+it",
    "__invert__": "~it",
    "__abs__": "abs(it)",
    "__int__": "int(it)",
    "__float__": "float(it)",
    "__complex__": "complex(it)",
    "__index__": "operator.index(it)",
    "__round__": "round(it)",
    "__round__ to": "round(it, a)",
    "__trunc__": "math.trunc(it)",
    "__floor__": "math.floor(it)",
    "__ceil__": "math.ceil(it)",
    "__bytes__": "bytes(it)",
    "__format__": "format(it, a)",
    "__str__": "str(it)",
    "__repr__": "written(it)",
    "__fspath__": "os.fspath(it)",
    "__length_hint__": "operator.length_hint(it)",
    "__enter__": "within(it)",
    "__exit__": "within(it, a)",
    "__get__": "owner(it)().value",
    "__get__ own": "owner(it).value",
    "__set__": "setattr(owner(it)(), 'value', a)",
    "__delete__": "delattr(owner(it)(), 'value')",
    "__copy__": "it = copy.copy(it)",
    "__deepcopy__": "it = copy.deepcopy(it)",
    "__reduce__": "it = pickled(it)",
}
"""Name -> Python, the more special first. Up to a space, the name is that of a special method."""

_STATE = (
    *("__reduce__", "__reduce_ex__", "__getstate__", "__setstate__"),
    *("__getnewargs__", "__getnewargs_ex__"),
)
NEEDS: dict[str, tuple[str, ...]] = {
    **{name: (name.split()[0],) for name in SOURCES},
    "__iter__": ("__iter__",),
    "__copy__": ("__copy__", *_STATE),
    "__deepcopy__": ("__deepcopy__", *_STATE),
    "__reduce__": _STATE,
}
"""Name -> special methods, one of which a class has to have of its own for it to be tried."""


def some(items: Any) -> list[Any]:
    """Give the first items of what may have no end."""
    return list(islice(items, 100))


def within(manager: Any, error: Any = None) -> Any:
    """Give what ``with`` gives, having raised something inside; unless that comes out."""
    with manager as entered:
        if error is not None:
            raise error("raised inside")
    return entered


def owner(descriptor: Any) -> type:
    """Give a class that has it as an attribute."""
    return type("Owner", (), {"value": descriptor})


def written(value: Any) -> str:
    """Give the repr, with no address of it in it."""
    text = repr(value).replace(str(id(value)), "")
    return re.sub("0x[0-9A-Fa-f]{6,}", "", text)


def pickled(value: Any) -> Any:
    """Give what a pickle of it gives, whatever its class is called, and wherever that is."""
    file = io.BytesIO()
    known: list[Any] = []
    _Pickler(file, known).dump(value)
    file.seek(0)
    return _Unpickler(file, known).load()


_FUNCTIONS = ("function", "builtin_function_or_method", "cython_function_or_method")
_NO_OBJECT = (type(None), type(os))


class _Pickler(pickle.Pickler):
    def __init__(self, file: Any, known: list[Any]) -> None:
        super().__init__(file, 4)
        self._known = known

    def persistent_id(self, value: Any) -> int | None:
        """Of classes and functions, remember which it is: their names are compared elsewhere."""
        if not isinstance(value, type):
            home = getattr(value, "__self__", None)
            if type(value).__name__ not in _FUNCTIONS or not isinstance(home, _NO_OBJECT):
                return None
        self._known.append(value)
        return len(self._known)


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: Any, known: list[Any]) -> None:
        super().__init__(file)
        self._known = known

    def persistent_load(self, key: int) -> Any:
        return self._known[key - 1]


@lru_cache(maxsize=None)
def _performing(name: str) -> tuple[Callable[..., Any], bool]:
    """Make the function of a source; tell whether it gives what is another object, or may be."""
    source = SOURCES[name]
    is_statement = not isinstance(ast.parse(source).body[0], ast.Expr)
    body = f"{source}; return it" if is_statement else f"return {source}"
    room: dict[str, Any] = {}
    taken = ["it", *(name for name in "ab" if re.search(rf"\b{name}\b", source))]
    exec(f"def perform({', '.join(taken)}): {body}", _NAMES, room)
    return room["perform"], is_statement


_NAMES = {
    **{each.__name__: each for each in (copy, math, operator, os)},
    **{each.__name__: each for each in (some, within, owner, written, pickled)},
}


def take(value: Any, name: str, arguments: Sequence[Any]) -> tuple[Any, Any]:
    """Take a step: a method, one of ``SOURCES``, or an attribute's setter or deleter.

    Returns:
        What to go on with, and the answer.
    """
    if name in SOURCES:
        perform, goes_on = _performing(name)
        answer = perform(value, *arguments)
        return (answer if goes_on else value), answer
    attribute, _, how = name.partition(".")
    if how == "setter":
        setattr(value, attribute, *arguments)
        return value, value
    if how == "deleter":
        delattr(value, attribute)
        return value, value
    return value, getattr(value, name)(*arguments)


@lru_cache(maxsize=None)
def _patterns() -> list[tuple[str, ast.stmt]]:
    return [(name, ast.parse(text).body[0]) for name, text in SOURCES.items()]


def name_of_step(node: ast.stmt) -> tuple[str, list[ast.expr]] | None:
    """Give the name, and what else it takes, of a step that is a statement; None for others."""
    for name, pattern in _patterns():
        found: dict[str, ast.expr] = {}
        if _fits(pattern, node, found):
            return name, [found[each] for each in sorted(found)]
    if isinstance(node, (ast.Assign, ast.Delete)) and len(node.targets) == 1:
        target = node.targets[0]
        if isinstance(target, ast.Attribute):
            if isinstance(node, ast.Assign):
                return f"{target.attr}.setter", [node.value]
            return f"{target.attr}.deleter", []
    return None


def _fits(pattern: Any, node: Any, found: dict[str, ast.expr]) -> bool:
    if isinstance(pattern, ast.Name) and pattern.id in ("a", "b"):
        known = found.setdefault(pattern.id, node)
        return known is node or ast.dump(known) == ast.dump(node)
    if isinstance(pattern, list):
        both = isinstance(node, list) and len(pattern) == len(node)
        return both and all(_fits(*each, found) for each in zip(pattern, node))
    if isinstance(pattern, ast.AST):
        return type(pattern) is type(node) and all(
            _fits(getattr(pattern, each), getattr(node, each, None), found)
            for each in pattern._fields
        )
    return bool(pattern == node)
