"""Recipes as text: the Python source of a call, and what is special about its arguments.

The tags are those of ``runner.building``.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from twinwheel.verify.runner.operations import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Call", "Recipe", "size", "source", "source_of_call", "traits", "walk"]

_MOST_BITS = 10_000
_ANOTHER: Recipe = ("another",)
"""In a step: one more of what the call gives, made anew."""
_LENGTH = re.compile(r"[\d,]+ (characters|bytes|items)")

Recipe: TypeAlias = Any
"""A scalar, or a tuple that begins with a tag."""


class Call(NamedTuple):
    """A call of a component, as a worker is sent it."""

    component: str
    arguments: list[Recipe]
    keywords: list[Recipe]
    """Name, recipe, name, recipe, ..."""
    steps: list[tuple[str, list[Recipe] | None]]
    """What is done with what the call gives: methods and what else ``operations.take`` knows, with
    arguments; None reads an attribute."""


def source(recipe: Recipe) -> str:
    """Give the Python source of a value; names in it are those of ``runner.prelude``."""
    if type(recipe) is float and not math.isfinite(recipe):
        return f'float("{recipe}")'
    if type(recipe) is int and recipe.bit_length() > _MOST_BITS:
        return hex(recipe)  # Python refuses to write so many decimal digits
    if type(recipe) is not tuple:
        return repr(recipe)
    return _SOURCES[recipe[0]](*recipe[1:])


def source_of_call(call: Call) -> str:
    """Give the Python source of a call, in one line."""
    named = {each[1] for recipe in _given(call) for each in walk(recipe) if _tag(each) == "same"}
    parts = [
        f"(argument_{index} := {source(each)})" if index in named else source(each)
        for index, each in enumerate(call.arguments)
    ]
    names = call.keywords[::2]
    parts += [
        f"{name}={source(each)}" for name, each in zip(names, call.keywords[1::2], strict=True)
    ]
    text = f"{call.component}({', '.join(parts)})"
    if not call.steps:
        return text
    another: Recipe = ("call", call.component, call.arguments, call.keywords)
    steps = [
        _source_of_step(
            name, arguments and [another if each == _ANOTHER else each for each in arguments]
        )
        for name, arguments in call.steps
    ]
    return "; ".join([f"it = {text}", *steps])


def _source_of_step(name: str, arguments: list[Recipe] | None) -> str:
    if arguments is None:
        return f"it.{name}"
    if name in SOURCES:
        operands = dict(zip("ab", (_operand(name, each) for each in arguments), strict=False))
        return re.sub(r"\b[ab]\b", lambda match: operands[match[0]], SOURCES[name])
    attribute, _, how = name.partition(".")
    if how == "setter":
        return f"it.{attribute} = {_items(arguments)}"
    return f"del it.{attribute}" if how == "deleter" else f"it.{name}({_items(arguments)})"


def _operand(name: str, recipe: Recipe) -> str:
    """Give a source that means the same beside an operator."""
    text = source(recipe)
    splits = "[" not in SOURCES[name] if _tag(recipe) == "repeat" else name == "__rpow__"
    return f"({text})" if splits else text


def _given(call: Call) -> list[Recipe]:
    return [*call.arguments, *call.keywords[1::2]]


def _tag(recipe: Recipe) -> str:
    return str(recipe[0]) if type(recipe) is tuple else ""


def _items(items: list[Recipe]) -> str:
    return ", ".join(source(each) for each in items)


def _pairs(flat: list[Recipe]) -> str:
    pairs = zip(flat[::2], flat[1::2], strict=True)
    return ", ".join(f"{source(key)}: {source(value)}" for key, value in pairs)


def _joined(parts: list[Recipe]) -> str:
    return "(" + " + ".join(source(each) for each in parts) + ")" if parts else '""'


def _nested(kind: str, depth: int, leaf: Recipe) -> str:
    return f"nested({kind!r}, {depth}, {source(leaf)})"


def _numpy(dtype: str, shape: list[int], data: bytes, layout: str = "C") -> str:
    plain = f"numpy.frombuffer(bytearray({data!r}), {dtype!r}).reshape({shape})"
    return plain if layout == "C" else f"laid_out({plain}, {layout!r})"


def _memoryview(base: Recipe, step: int = 1, form: str = "") -> str:
    text = f"memoryview({source(base)})"
    if form:
        text += f".cast({form!r})"
    return text if step == 1 else f"{text}[::{step}]"


def _made(
    name: str,
    arguments: list[Recipe],
    items: list[Recipe] | None = None,
    flat: list[Recipe] | None = None,
) -> str:
    text = f"{name}({_items(arguments)})"
    if flat:
        return f"filled({text}, [{_items(items or [])}], {{{_pairs(flat)}}})"
    return f"filled({text}, [{_items(items)}])" if items else text


def _subclass(name: str, recipe: Recipe, fields: Sequence[str] = ()) -> str:
    if fields:
        return f"collections.namedtuple({name!r}, {list(fields)})(*{source(recipe)})"
    return f"subclassed({source(recipe)})"


_SOURCES: dict[str, Callable[..., str]] = {
    "list": lambda items: f"[{_items(items)}]",
    "tuple": lambda items: f"({_items(items)}{',' if len(items) == 1 else ''})",
    "set": lambda items: f"{{{_items(items)}}}" if items else "set()",
    "frozenset": lambda items: f"frozenset([{_items(items)}])",
    "dict": lambda flat: f"{{{_pairs(flat)}}}",
    "complex": lambda real, imaginary: f"complex({source(real)}, {source(imaginary)})",
    "bytearray": lambda content: f"bytearray({source(content)})",
    "repeat": lambda unit, count: f"{source(unit)} * {count}",
    "join": _joined,
    "nest": _nested,
    "array": lambda code, data: f"array({code!r}, {data!r})",
    "numpy": _numpy,
    "scalar": lambda dtype, _shape, data: f"{_numpy(dtype, [], data)}[()]",
    "memoryview": _memoryview,
    "view": lambda form, shape, data, readonly: (
        f"memoryview({data!r}).cast({form!r}, {shape})"
        if readonly
        else f"memoryview(bytearray({data!r})).cast({form!r}, {shape})"
    ),
    "file": lambda content, kind="whole": (
        f"file_of({source(content)})"
        if kind == "whole"
        else f"file_of({source(content)}, {kind!r})"
    ),
    "written": lambda content: f"file_of({source(content)})",
    "iterator": lambda items: f"iter([{_items(items)}])",
    "range": lambda start, stop, step: f"range({start}, {stop}, {step})",
    "slice": lambda *ends: f"slice({_items(list(ends))})",
    "make": _made,
    "global": lambda name: str(name).removeprefix("builtins."),
    "call": lambda component, arguments, keywords=(): source_of_call(
        Call(component, arguments, list(keywords), [])
    ),
    "another": lambda: "another",
    "callback": str,
    "same": lambda index: f"argument_{index}",
    "subclass": _subclass,
    "index": lambda value: f"Index({value!r})",
    "floating": lambda value: f"Floating({source(value)})",
    "odd": lambda: "Odd()",
}


def walk(recipe: Recipe) -> Iterator[Recipe]:
    """Give a recipe and all recipes in it."""
    yield recipe
    if type(recipe) is tuple:
        for part in recipe[1:]:
            if type(part) is list:
                for each in part:
                    yield from walk(each)
            elif type(part) is tuple or recipe[0] in ("repeat", "bytearray", "memoryview", "file"):
                yield from walk(part)


def size(recipe: Recipe) -> int:
    """Give how large the largest text, buffer or container in a recipe is, in items."""
    return max(_length(each) for each in walk(recipe))


def _length(recipe: Recipe) -> int:
    if isinstance(recipe, (str, bytes)):
        return len(recipe)
    if type(recipe) is not tuple:
        return 0
    tag = recipe[0]
    if tag == "repeat":
        unit = recipe[1]
        return int(recipe[2]) * (len(unit) if isinstance(unit, (str, bytes)) else 1)
    if tag == "join":
        return sum(_length(each) for each in recipe[1])
    if tag in ("list", "tuple", "set", "frozenset"):
        return len(recipe[1])
    if tag == "dict":
        return len(recipe[1]) // 2
    if tag == "nest":
        return 1
    if tag in ("numpy", "array"):
        return len(recipe[-1]) if tag == "array" else math.prod(recipe[2])
    return 0


def traits(call: Call) -> tuple[str, ...]:
    """Name what is special about the arguments of a call.

    Of a call that was made as small as can be, what is still special about it is what the
    difference needs.
    """
    found: dict[str, None] = {}
    recipes = _given(call)
    for _, arguments in call.steps:
        recipes += arguments or []
    for recipe in recipes:
        pieces: set[int] = set()
        for each in walk(recipe):
            if _tag(each) == "join":
                pieces |= {id(part) for part in each[1]}
            for trait in _traits(each):
                if id(each) not in pieces or not _LENGTH.fullmatch(trait):
                    found[trait] = None
    return tuple(found)


def _traits(value: Recipe) -> Iterator[str]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int):
        yield from _traits_of_int(value)
    elif isinstance(value, float):
        yield from _traits_of_float(value)
    elif isinstance(value, str):
        yield from _traits_of_text(value)
    elif isinstance(value, bytes):
        yield from _traits_of_bytes(value)
    elif type(value) is tuple:
        yield from _traits_of_made(value)


def _traits_of_int(value: int) -> Iterator[str]:
    if abs(value) >= 2**63:
        yield "64-bit integer"
    elif abs(value) >= 2**31:
        yield "32-bit integer"
    elif value < 0:
        yield "negative integer"


def _traits_of_float(value: float) -> Iterator[str]:
    if math.isnan(value):
        yield "NaN"
    elif math.isinf(value):
        yield "infinity"
    elif value == 0 and math.copysign(1, value) < 0:
        yield "-0.0"
    elif 0 < abs(value) < 2.2250738585072014e-308:
        yield "subnormal"
    elif abs(value * 2) % 2 == 1:
        yield "half"


def _traits_of_text(text: str) -> Iterator[str]:
    if not text:
        yield "empty"
    elif len(text) >= 32:
        yield f"{len(text):,} characters"
    if text.isascii():
        if "\0" in text:
            yield "NUL"
        if "\r" in text:
            yield "carriage return"
        return
    if any("\ud800" <= each <= "\udfff" for each in text):
        yield "lone surrogate"
    elif any(unicodedata.combining(each) or each in "\u200d\ufe0f" for each in text):
        yield "combining marks"
    elif max(text) > "\uffff":
        yield "beyond the basic plane"
    else:
        yield "not ASCII"


def _traits_of_bytes(data: bytes) -> Iterator[str]:
    if not data:
        yield "empty"
    elif len(data) >= 32:
        yield f"{len(data):,} bytes"
    if b"\0" in data:
        yield "NUL"
    if any(each >= 128 for each in data):
        yield "bytes of 128 and more"


def _traits_of_made(value: Recipe) -> Iterator[str]:
    tag = value[0]
    length = _length(value)
    if tag in ("list", "tuple", "dict", "set", "frozenset") and length == 0:
        yield "empty"
    elif tag in ("list", "tuple", "dict", "set", "repeat", "join") and length >= 32:
        leaf: Recipe = value
        while _tag(leaf) in ("repeat", "join") and leaf[1]:
            leaf = leaf[1][0] if leaf[0] == "join" else leaf[1]
        units: dict[type, str] = {str: "characters", bytes: "bytes"}
        yield f"{length:,} {units.get(type(leaf), 'items')}"
    if tag == "nest":
        yield f"{value[2]:,} levels"
    elif tag == "memoryview" and len(value) > 2 and value[2] != 1:
        yield "not contiguous"
    elif tag == "memoryview":
        yield "memoryview"
    elif tag == "numpy" and len(value) > 4 and value[4] != "C":
        yield "not contiguous" if value[4] in ("strided", "reversed", "Fortran") else value[4]
    elif tag in ("file", "written"):
        yield "short reads" if len(value) > 2 and value[2] != "whole" else "file object"
    elif tag in ("same", "subclass", "callback", "iterator", "bytearray"):
        yield {"same": "one object twice", "callback": "callback"}.get(tag, tag)
