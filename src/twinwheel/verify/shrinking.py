"""Calls made smaller, as long as they still show the same difference."""

from __future__ import annotations

import hashlib
import math
import time
from typing import TYPE_CHECKING, Any

from twinwheel.verify.recipes import Call
from twinwheel.verify.runner.encoding import pack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twinwheel.verify.recipes import Recipe

__all__ = ["shrink"]

_AT_ONCE = 24
_MOST_PLACES = 400
_SIMPLE: dict[type, tuple[Recipe, ...]] = {
    int: (0, 1),
    float: (0.0, 1.0),
    str: ("", "a"),
    bytes: (b"", b"a"),
}


def shrink(call: Call, shows: Callable[[list[Call]], int | None], seconds: float) -> Call:
    """Make a call smaller.

    Args:
        call: The call.
        shows: Tells which of some calls is the first that shows the difference; None if none does.
        seconds: How long it may take.

    Returns:
        The smallest call that was found to show it.
    """
    end = time.monotonic() + seconds
    tried = {_mark(call)}
    while time.monotonic() < end:
        waiting: list[Call] = []
        better = None
        for smaller in _smaller_calls(call):
            mark = _mark(smaller)
            if time.monotonic() > end:
                break
            if mark in tried:
                continue
            tried.add(mark)
            waiting.append(smaller)
            if len(waiting) == _AT_ONCE:
                better = _first(waiting, shows)
                waiting = []
                if better is not None or time.monotonic() > end:
                    break
        if better is None and waiting:
            better = _first(waiting, shows)
        if better is None:
            break
        call = better
    return call


def _mark(call: Call) -> bytes:
    """Know a call again without keeping it, as it may be large."""
    return hashlib.blake2b(pack(list(call)), digest_size=12).digest()


def _first(calls: list[Call], shows: Callable[[list[Call]], int | None]) -> Call | None:
    index = shows(calls)
    return None if index is None else calls[index]


def _smaller_calls(call: Call) -> Iterator[Call]:
    component, arguments, keywords, steps = call
    for smaller in _fewer(steps):
        yield Call(component, arguments, keywords, smaller)
    for index in range(0, len(keywords), 2):
        yield Call(component, arguments, keywords[:index] + keywords[index + 2 :], steps)
    if arguments:
        yield Call(component, arguments[:-1], keywords, steps)
    for index, argument in enumerate(arguments):
        for smaller in _smaller(argument):
            changed = [*arguments[:index], smaller, *arguments[index + 1 :]]
            yield Call(component, changed, keywords, steps)
    for first in range(len(arguments)):
        for second in range(first + 1, len(arguments)):
            if arguments[first] == arguments[second]:
                for smaller in _smaller(arguments[first]):
                    changed = list(arguments)
                    changed[first] = changed[second] = smaller
                    yield Call(component, changed, keywords, steps)
    for index in range(1, len(keywords), 2):
        for smaller in _smaller(keywords[index]):
            changed = [*keywords[:index], smaller, *keywords[index + 1 :]]
            yield Call(component, arguments, changed, steps)
    for place, (name, given) in enumerate(steps):
        for index, argument in enumerate(given or []):
            assert given is not None
            for smaller in _smaller(argument):
                fewer = [*given[:index], smaller, *given[index + 1 :]]
                yield Call(
                    component,
                    arguments,
                    keywords,
                    [*steps[:place], (name, fewer), *steps[place + 1 :]],
                )


def _fewer(items: list[Any]) -> Iterator[list[Any]]:
    """Give a list without parts of it, large ones first."""
    size = part = len(items)
    while part >= 1:  # the length first, as in a search by halves
        yield items[: size - part]
        part //= 2
    part = size
    while part >= 1:
        starts: Sequence[int] = range(0, size, part)
        if len(starts) > _MOST_PLACES:  # each costs as much as all of the items
            starts = (0, size - part)
        for start in starts:
            yield items[:start] + items[start + part :]
        part //= 2


def _smaller(recipe: Recipe, depth: int = 0) -> Iterator[Recipe]:
    """Give simpler recipes of values of the same kind."""
    if recipe is None or isinstance(recipe, bool):
        return
    if isinstance(recipe, int):
        yield from _smaller_int(recipe)
    elif isinstance(recipe, float):
        yield from _smaller_float(recipe)
    elif isinstance(recipe, (str, bytes)):
        yield from _smaller_text(recipe)
    elif type(recipe) is tuple and depth < 12:
        yield from _smaller_made(recipe, depth)


def _smaller_int(value: int) -> Iterator[int]:
    for simple in (0, 1, -1, 2, 10):
        if abs(simple) < abs(value) or (simple >= 0 > value and simple <= -value):
            yield simple
    if value < 0:
        yield -value
    for power in (7, 8, 15, 16, 31, 32, 53, 63, 64):
        for edge in (2**power, 2**power + 1, -(2**power), -(2**power) - 1):
            if abs(edge) < abs(value) and (edge < 0) == (value < 0):
                yield edge
    half = int(value / 2) if abs(value) < 2**50 else value // 2
    if abs(half) < abs(value):
        yield half
    if abs(value) > 2:
        yield value - (1 if value > 0 else -1)


def _smaller_float(value: float) -> Iterator[float]:
    if math.isnan(value):
        yield from (0.0, 1.0)
        return
    if value in (0.0, 1.0):
        if math.copysign(1, value) < 0:
            yield 0.0
        return
    yield from (0.0, 1.0)
    if value < 0:
        yield -value
    if math.isfinite(value):
        for simple in (float(int(value)), round(value, 1), round(value, 3), 0.5, 1.5, 2.5):
            if simple != value and len(repr(simple)) < len(repr(value)):
                yield simple


def _smaller_text(text: Any) -> Iterator[Recipe]:
    simple = _SIMPLE[type(text)]
    for each in simple:
        if len(each) < len(text):
            yield each
    size = len(text)
    plain = simple[1]
    if size > 64 and text == plain * size:
        yield ("repeat", plain, size)
        return
    part = size // 2
    while part >= 1 and size <= 100_000:
        for start in range(0, size, part):
            yield text[:start] + text[start + part :]
        part //= 2
        if size // max(part, 1) > 400:
            break
    part = size
    while part >= 1:
        for start in range(0, size, part):
            there = text[start : start + part]
            if there != plain * len(there) and not (part == 1 and there in _ORDINARY):
                yield text[:start] + plain * len(there) + text[start + part :]
        part //= 2
        if size // max(part, 1) > 400:
            break


_ORDINARY = tuple("0123456789") + tuple(bytes([each]) for each in b"0123456789")


def _smaller_made(recipe: Recipe, depth: int) -> Iterator[Recipe]:
    tag, parts = recipe[0], recipe[1:]
    if tag == "repeat":
        yield from _smaller_repeat(parts[0], parts[1])
    elif tag == "join":
        yield from _smaller_join(parts[0], depth)
    elif tag in ("list", "tuple", "set", "frozenset", "iterator"):
        for items in _fewer(parts[0]):
            yield (tag, items)
        if len(parts[0]) <= 64:
            yield from _of_items(tag, parts[0], depth)
    elif tag == "dict":
        pairs = list(zip(parts[0][::2], parts[0][1::2], strict=True))
        for fewer in _fewer(pairs):
            yield (tag, [part for pair in fewer for part in pair])
        if len(parts[0]) <= 64:
            yield from _of_items(tag, parts[0], depth)
    elif tag == "nest":
        kind, levels, leaf = parts
        for fewer_levels in _counts(levels):
            yield (tag, kind, fewer_levels, leaf)
    elif tag in ("bytearray", "file", "memoryview", "written"):
        yield from _smaller_wrapped(tag, parts, depth)
    elif tag == "subclass":
        yield parts[1]
        for smaller in _smaller(parts[1], depth + 1):
            yield (tag, parts[0], smaller)
    elif tag == "numpy":
        yield from _smaller_array(parts)
    elif tag in ("array", "view", "scalar"):
        return
    elif tag == "call":
        for index, argument in enumerate(parts[1]):
            for smaller in _smaller(argument, depth + 1):
                yield (
                    tag,
                    parts[0],
                    [*parts[1][:index], smaller, *parts[1][index + 1 :]],
                    *parts[2:],
                )


def _of_items(tag: str, items: list[Recipe], depth: int) -> Iterator[Recipe]:
    for index, item in enumerate(items):
        if type(item) is tuple and item[0] in ("list", "dict", "tuple"):
            yield (tag, [*items[:index], 0, *items[index + 1 :]])
        for smaller in _smaller(item, depth + 1):
            yield (tag, [*items[:index], smaller, *items[index + 1 :]])


def _counts(count: int) -> Iterator[int]:
    """Smaller counts, so that halving and then stepping finds the smallest that shows it."""
    yield from (each for each in (0, 1, 2) if each < count)
    step = count // 2
    while step >= 1:
        if count - step > 2:
            yield count - step
        step //= 2


def _smaller_repeat(unit: Recipe, count: int) -> Iterator[Recipe]:
    if not isinstance(unit, (str, bytes)):
        yield from (("repeat", unit, fewer) for fewer in _counts(count))
        return
    plain = _SIMPLE[type(unit)][1]
    if unit != plain:
        yield ("repeat", plain, count * len(unit))
        if len(unit) > 1:
            yield from (("repeat", unit[index : index + 1], count) for index in range(len(unit)))
    for fewer in _counts(count):
        yield unit * fewer if fewer * len(unit) <= 64 else ("repeat", unit, fewer)


def _smaller_join(parts: list[Recipe], depth: int) -> Iterator[Recipe]:
    for fewer in _fewer(parts):
        if fewer:
            yield ("join", fewer) if len(fewer) > 1 else fewer[0]
    for index, part in enumerate(parts):
        for smaller in _smaller(part, depth + 1):
            yield ("join", [*parts[:index], smaller, *parts[index + 1 :]])
    if all(isinstance(part, (str, bytes)) for part in parts) and parts:
        yield type(parts[0])().join(parts)


def _smaller_wrapped(tag: str, parts: tuple[Recipe, ...], depth: int) -> Iterator[Recipe]:
    if tag != "file":
        yield parts[0]
    if len(parts) > 1 and parts[1] not in (1, "whole"):
        yield (tag, parts[0])
    if tag == "memoryview" and len(parts) > 1 and parts[1] not in (1, 2):
        yield (tag, parts[0], 2, *parts[2:])
    for smaller in _smaller(parts[0], depth + 1):
        if tag != "memoryview" or not isinstance(smaller, str):
            yield (tag, smaller, *parts[1:])


def _smaller_array(parts: tuple[Recipe, ...]) -> Iterator[Recipe]:
    dtype, shape, data = parts[:3]
    layout = parts[3:]
    if layout and layout[0] != "C":
        yield ("numpy", dtype, shape, data)
    count = math.prod(shape)
    if not count:
        return
    item = len(data) // count
    for axis, length in enumerate(shape):
        for fewer in _counts(length):
            smaller = [*shape[:axis], fewer, *shape[axis + 1 :]]
            yield ("numpy", dtype, smaller, data[: math.prod(smaller) * item], *layout)
    if any(data):
        yield ("numpy", dtype, shape, bytes(len(data)), *layout)
        half = len(data) // item // 2 * item
        if half:
            yield ("numpy", dtype, shape, bytes(half) + data[half:], *layout)
            yield ("numpy", dtype, shape, data[:half] + bytes(len(data) - half), *layout)
