"""Recipes that are nearly like one that is known: how a search goes on from what it has met."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinwheel.verify.domains import INTEGERS, SIZES
from twinwheel.verify.recipes import Call
from twinwheel.verify.texts import bytes_by_chance, text_by_chance

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from twinwheel.verify.recipes import Recipe

__all__ = ["mutate", "mutate_call"]

_LONGEST = 70_000


def mutate_call(call: Call, chance: Random, others: Sequence[Call]) -> Call:
    """Give a call that differs from a known one in an argument, now and then in two."""
    arguments, keywords = list(call.arguments), list(call.keywords)
    steps = list(call.steps)
    for _ in range(1 if chance.random() < 0.7 else 2):
        places = len(arguments) + len(keywords) // 2 + (1 if steps else 0)
        if not places:
            break
        place = chance.randrange(places)
        if place < len(arguments):
            if others and chance.random() < 0.15:
                other = chance.choice(others)
                if len(other.arguments) > place:
                    arguments[place] = other.arguments[place]
                    continue
            arguments[place] = mutate(arguments[place], chance)
        elif place < len(arguments) + len(keywords) // 2:
            index = 2 * (place - len(arguments)) + 1
            keywords[index] = mutate(keywords[index], chance)
        else:
            steps = _mutate_steps(steps, chance)
    return Call(call.component, arguments, keywords, steps)


def _mutate_steps(
    steps: list[tuple[str, list[Recipe] | None]], chance: Random
) -> list[tuple[str, list[Recipe] | None]]:
    index = chance.randrange(len(steps))
    name, arguments = steps[index]
    draw = chance.random()
    if draw < 0.3:
        return [*steps[:index], *steps[index + 1 :]]
    if draw < 0.5:
        return [*steps[: index + 1], steps[index], *steps[index + 1 :]]
    if arguments:
        place = chance.randrange(len(arguments))
        changed = [*arguments[:place], mutate(arguments[place], chance), *arguments[place + 1 :]]
        return [*steps[:index], (name, changed), *steps[index + 1 :]]
    return steps


def mutate(recipe: Recipe, chance: Random) -> Recipe:
    """Give a recipe like another one."""
    if isinstance(recipe, bool) or recipe is None:
        return chance.choice((True, False, None))
    if isinstance(recipe, int):
        return _int(recipe, chance)
    if isinstance(recipe, float):
        return chance.choice((-recipe, recipe * 10, recipe / 3, recipe + 0.5, 0.0, 1e22, 5e-324))
    if isinstance(recipe, (str, bytes)):
        return _text(recipe, chance)
    if type(recipe) is tuple:
        return _made(recipe, chance)
    return recipe


def _int(value: int, chance: Random) -> int:
    draw = chance.random()
    if draw < 0.3:
        return value + chance.choice((-1, 1, 2, -2))
    if draw < 0.5:
        return -value
    if draw < 0.7:
        return value * chance.choice((2, 10, 256))
    return chance.choice(INTEGERS)


def _text(value: Any, chance: Random) -> Recipe:
    """Cut, double, insert, or make it as long as sizes where implementations change."""
    draw = chance.random()
    size = len(value)
    first = chance.randint(0, size)
    last = min(size, first + int(chance.expovariate(0.3)))
    if draw < 0.12:
        return value[:first] + value[last:]
    if draw < 0.24:
        code = chance.randint(32, 126)
        one = bytes([code]) if isinstance(value, bytes) else chr(code)
        return value[:first] + one + value[first + chance.randint(0, 1) :]
    if draw < 0.35:
        return value[:last] + value[first:last] + value[last:]
    if draw < 0.45 and size:
        wanted = chance.choice(SIZES[10:])
        if size * (wanted // size + 1) <= _LONGEST:
            return ("repeat", value, wanted // size + 1)
    if isinstance(value, bytes):
        piece = bytes_by_chance(chance)
        if isinstance(piece, bytes):
            return value[:first] + piece[: chance.randint(1, 6)] + value[last:]
        return ("join", [value[:first], piece, value[last:]])
    text = text_by_chance(chance)
    if isinstance(text, str):
        return value[:first] + text[: chance.randint(1, 6)] + value[last:]
    return ("join", [value[:first], text, value[last:]])


def _made(recipe: Recipe, chance: Random) -> Recipe:
    tag = recipe[0]
    if tag in ("list", "tuple"):
        return (tag, _items(recipe[1], chance))
    if tag == "dict" and recipe[1]:
        flat = list(recipe[1])
        index = chance.randrange(len(flat))
        flat[index] = mutate(flat[index], chance)
        return (tag, flat)
    if tag == "repeat":
        count = chance.choice((recipe[2] - 1, recipe[2] + 1, *SIZES[5:]))
        return (tag, recipe[1], max(0, min(count, _LONGEST)))
    if tag == "join":
        return (
            (tag, _items(recipe[1], chance)) if chance.random() < 0.3 else _one_of(recipe, chance)
        )
    if tag in ("bytearray", "file", "memoryview", "subclass"):
        place = 2 if tag == "subclass" else 1
        return (*recipe[:place], mutate(recipe[place], chance), *recipe[place + 1 :])
    return recipe


def _one_of(recipe: Recipe, chance: Random) -> Recipe:
    parts = list(recipe[1])
    if parts:
        index = chance.randrange(len(parts))
        parts[index] = mutate(parts[index], chance)
    return (recipe[0], parts)


def _items(items: list[Recipe], chance: Random) -> list[Recipe]:
    changed = list(items)
    draw = chance.random()
    if not changed or draw < 0.2:
        changed.insert(chance.randint(0, len(changed)), chance.choice((0, 1, -1, "a", None, 1.5)))
        return _of_one_kind(items, changed)
    index = chance.randrange(len(changed))
    if draw < 0.35:
        del changed[index]
    elif draw < 0.5:
        changed.insert(index, changed[index])
    elif draw < 0.6:
        chance.shuffle(changed)
    elif draw < 0.7 and len(changed) < 5_000:
        changed = changed * chance.choice((2, 3, 8))
    else:
        changed[index] = mutate(changed[index], chance)
    return _of_one_kind(items, changed)


def _of_one_kind(before: list[Recipe], after: list[Recipe]) -> list[Recipe]:
    """Parts of a joined text have to stay text; a list of numbers may become mixed."""
    kinds = {type(each) for each in before if isinstance(each, (str, bytes))}
    if len(kinds) == 1 and all(isinstance(each, (str, bytes, tuple)) for each in before):
        kind = kinds.pop()
        return [each for each in after if type(each) in (kind, tuple)]
    return after
