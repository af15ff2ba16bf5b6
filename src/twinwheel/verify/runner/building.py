"""Recipes: arguments as plain data, and the values that they stand for.

A recipe says how a value is made, so that it can be sent, saved, made smaller, and written as
Python source. What stands for itself in ``encoding`` does here too. The other tags are the keys of
``BUILDERS``; ``recipes.source`` writes each of them as source.
"""

from __future__ import annotations

import array
import collections
import importlib
from typing import TYPE_CHECKING, Any

from .callbacks import CALLBACKS
from .prelude import Floating, Index, Odd, file_of, filled, laid_out, nested, subclassed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Recipe = Any  # a scalar, or a tuple that begins with a tag

__all__ = ["BUILDERS", "Scope", "build"]


class Scope:
    """What a recipe may refer to: the implementation's components, and the arguments before."""

    def __init__(self, components: dict[str, Callable[..., Any]]) -> None:
        self.components = components
        self.arguments: list[Any] = []
        self.another: Recipe = None
        """What makes the object that the steps of a call are taken with."""


def build(recipe: Recipe, scope: Scope) -> Any:
    """Make the value that a recipe stands for."""
    if type(recipe) is not tuple:
        return recipe
    return BUILDERS[recipe[0]](scope, *recipe[1:])


def _all(recipes: Iterable[Recipe], scope: Scope) -> list[Any]:
    return [build(each, scope) for each in recipes]


def _dict(scope: Scope, flat: Sequence[Recipe]) -> dict[Any, Any]:
    values = _all(flat, scope)
    return dict(zip(values[::2], values[1::2]))


def _repeat(scope: Scope, unit: Recipe, count: int) -> Any:
    made = build(unit, scope)
    return made * count


def _join(scope: Scope, parts: list[Recipe]) -> Any:
    made = _all(parts, scope)
    return type(made[0])().join(made) if made else ""


def _array(_scope: Scope, code: str, data: bytes) -> Any:
    made: Any = array.array(code)
    made.frombytes(data)
    return made


def _numpy(_scope: Scope, dtype: str, shape: list[int], data: bytes, layout: str = "C") -> Any:
    numpy = importlib.import_module("numpy")
    return laid_out(numpy.frombuffer(bytearray(data), dtype=dtype).reshape(shape), layout)


def _scalar(scope: Scope, dtype: str, _shape: list[int], data: bytes) -> Any:
    return _numpy(scope, dtype, [], data)[()]


def _memoryview(scope: Scope, base: Recipe, step: int = 1, form: str = "") -> Any:
    view: Any = memoryview(build(base, scope))
    if form:
        view = view.cast(form)
    return view if step == 1 else view[::step]


def _view(_scope: Scope, form: str, shape: list[int], data: bytes, readonly: bool) -> Any:
    """A recorded one."""
    view: Any = memoryview(data if readonly else bytearray(data))
    return view if form == "B" and len(shape) == 1 else view.cast(form, shape)


def _make(
    scope: Scope,
    name: str,
    arguments: list[Recipe],
    items: Sequence[Recipe] = (),
    flat: Sequence[Recipe] = (),
) -> Any:
    made = _global(scope, name)(*_all(arguments, scope))
    return filled(made, _all(items, scope), _dict(scope, flat))


def _global(_scope: Scope, name: str) -> Any:
    module, _, rest = name.partition(".")
    value: Any = importlib.import_module(module)
    for part in rest.split("."):
        value = getattr(value, part)
    return value


def _call(
    scope: Scope, component: str, arguments: list[Recipe], keywords: Sequence[Any] = ()
) -> Any:
    """The answer of another component, of the same implementation."""
    function = scope.components[component]
    keys, values = keywords[::2], _all(keywords[1::2], scope)
    return function(*_all(arguments, scope), **dict(zip(keys, values)))


def _subclass(scope: Scope, name: str, recipe: Recipe, fields: Sequence[str] = ()) -> Any:
    made = build(recipe, scope)
    if fields:
        made_of: Any = collections.namedtuple(name, fields)  # type: ignore[misc]  # noqa: PYI024 (it is as data)
        return made_of(*made)
    return subclassed(made)


BUILDERS: dict[str, Callable[..., Any]] = {
    "list": lambda scope, items: _all(items, scope),
    "tuple": lambda scope, items: tuple(_all(items, scope)),
    "set": lambda scope, items: set(_all(items, scope)),
    "frozenset": lambda scope, items: frozenset(_all(items, scope)),
    "dict": _dict,
    "complex": lambda _, real, imaginary: complex(real, imaginary),
    "bytearray": lambda scope, content: bytearray(build(content, scope)),
    "repeat": _repeat,
    "join": _join,
    "nest": lambda scope, kind, depth, leaf: nested(kind, depth, build(leaf, scope)),
    "array": _array,
    "numpy": _numpy,
    "scalar": _scalar,
    "memoryview": _memoryview,
    "view": _view,
    "file": lambda scope, content, *kind: file_of(build(content, scope), *kind),
    "written": lambda scope, content: file_of(build(content, scope)),
    "iterator": lambda scope, items: iter(_all(items, scope)),
    "range": lambda _, start, stop, step: range(start, stop, step),
    "slice": lambda scope, *ends: slice(*_all(ends, scope)),
    "make": _make,
    "global": _global,
    "call": _call,
    "another": lambda scope: build(scope.another, scope),
    "callback": lambda _, name: CALLBACKS[name],
    "same": lambda scope, index: scope.arguments[index],
    "subclass": _subclass,
    "index": lambda _, value: Index(value),
    "floating": lambda _, value: Floating(value),
    "odd": lambda _: Odd(),
}
"""Tag of a recipe -> what makes the value."""
