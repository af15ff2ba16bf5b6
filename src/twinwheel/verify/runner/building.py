"""Recipes: arguments as plain data, and the values that they stand for.

A recipe says how a value is made, so that it can be sent, saved, made smaller, and written as
Python source. What stands for itself in ``encoding`` does here too. The other tags are the keys of
``BUILDERS``; ``recipes.source`` writes each of them as source.
"""

from __future__ import annotations

import array
import collections
import importlib
import io
from typing import TYPE_CHECKING, Any

from . import callbacks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Recipe = Any  # a scalar, or a tuple that begins with a tag

__all__ = ["BUILDERS", "Scope", "build"]


class Scope:
    """What a recipe may refer to: the implementation's components, and the arguments before."""

    def __init__(self, components: dict[str, Callable[..., Any]]) -> None:
        self.components = components
        self.arguments: list[Any] = []


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


def _nest(scope: Scope, kind: str, depth: int, leaf: Recipe) -> Any:
    value = build(leaf, scope)
    for _ in range(depth):
        if kind == "dict":
            value = {"a": value}
        elif kind == "tuple":
            value = (value,)
        else:
            value = [value]
    return value


def _array(_scope: Scope, code: str, data: bytes) -> Any:
    made: Any = array.array(code)
    made.frombytes(data)
    return made


def _numpy(_scope: Scope, dtype: str, shape: list[int], data: bytes, layout: str = "C") -> Any:
    """An array of NumPy, laid out in memory in one of the ways that callers have."""
    numpy = importlib.import_module("numpy")
    plain = numpy.frombuffer(bytearray(data), dtype=dtype).reshape(shape)
    if layout == "Fortran":
        return numpy.asfortranarray(plain)
    if layout == "readonly":
        plain.flags.writeable = False
        return plain
    if layout == "reversed":
        backwards = (slice(None, None, -1),) * plain.ndim
        return numpy.ascontiguousarray(plain[backwards])[backwards]
    if layout == "strided":
        wide = numpy.zeros([2 * length for length in shape], dtype=dtype)
        every_other = (slice(None, None, 2),) * plain.ndim
        wide[every_other] = plain
        return wide[every_other]
    if layout == "swapped":
        return plain.astype(plain.dtype.newbyteorder())
    if layout == "misaligned":
        raw = numpy.zeros(plain.nbytes + 1, dtype="u1")
        moved = raw[1:].view(plain.dtype).reshape(shape)
        moved[...] = plain
        return moved
    return plain


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


class _ShortReads(io.BytesIO):
    """A file that gives fewer bytes than it is asked for, as sockets do."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(size if size is None or size < 0 else min(size, 3))


def _file(scope: Scope, content: Recipe, kind: str = "whole") -> io.StringIO | io.BytesIO:
    made = build(content, scope)
    if isinstance(made, str):
        return io.StringIO(made, newline="")
    return _ShortReads(made) if kind == "short reads" else io.BytesIO(made)


def _make(
    scope: Scope,
    name: str,
    arguments: list[Recipe],
    items: Sequence[Recipe] = (),
    flat: Sequence[Recipe] = (),
) -> Any:
    made = _global(scope, name)(*_all(arguments, scope))
    for item in _all(items, scope):
        made.append(item)
    for key, value in _dict(scope, flat).items():
        made[key] = value
    return made


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


class _Text(str):  # noqa: SLOT000 (as most subclasses are)
    pass


class _Whole(int):
    pass


class _Float(float):
    pass


class _Octets(bytes):
    pass


class _List(list):  # type: ignore[type-arg]  # list[Any] needs Python 3.9
    pass


class _Tuple(tuple):  # type: ignore[type-arg]  # noqa: SLOT001 (as most are)
    pass


class _Dict(dict):  # type: ignore[type-arg]
    pass


class _Set(set):  # type: ignore[type-arg]
    pass


_SUBCLASSES: dict[type, Callable[[Any], Any]] = {
    str: _Text,
    int: _Whole,
    float: _Float,
    bytes: _Octets,
    list: _List,
    tuple: _Tuple,
    dict: _Dict,
    set: _Set,
}


def _subclass(scope: Scope, name: str, recipe: Recipe, fields: Sequence[str] = ()) -> Any:
    made = build(recipe, scope)
    if fields:
        made_of: Any = collections.namedtuple(name, fields)  # type: ignore[misc]  # noqa: PYI024 (it is as data)
        return made_of(*made)
    return _SUBCLASSES.get(type(made), type(made))(made)


class _Index:
    def __init__(self, value: int) -> None:
        self.value = value

    def __index__(self) -> int:
        return self.value


class _Floating:
    def __init__(self, value: float) -> None:
        self.value = value

    def __float__(self) -> float:
        return self.value


class _Odd:
    """Fits nowhere."""

    __hash__ = None  # type: ignore[assignment]


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
    "nest": _nest,
    "array": _array,
    "numpy": _numpy,
    "scalar": _scalar,
    "memoryview": _memoryview,
    "view": _view,
    "file": _file,
    "written": _file,
    "iterator": lambda scope, items: iter(_all(items, scope)),
    "range": lambda _, start, stop, step: range(start, stop, step),
    "slice": lambda scope, *ends: slice(*_all(ends, scope)),
    "make": _make,
    "global": _global,
    "call": _call,
    "callback": lambda _, name: callbacks.CALLBACKS[name],
    "same": lambda scope, index: scope.arguments[index],
    "subclass": _subclass,
    "index": lambda _, value: _Index(value),
    "floating": lambda _, value: _Floating(value),
    "odd": lambda _: _Odd(),
}
"""Tag of a recipe -> what makes the value."""
