"""What a caller gave -> plain values of the exact type, or the error that C and Rust raise too.

Types are judged by ``type(value)``, as C does, and never by ``__class__``. What subclasses
override is passed by: the methods of the exact types are called on the values.
"""

from __future__ import annotations

import math
from operator import index

__all__ = [
    "LARGEST",
    "as_bytes",
    "as_floats",
    "as_ints",
    "as_list",
    "as_number",
    "as_size",
    "as_text",
    "as_texts",
    "wrong",
]

LARGEST = 2**63 - 1


def wrong(name: str, expected: str, value: object) -> TypeError:
    """Give the error for a value of the wrong type."""
    return TypeError(f"{name} must be {expected}, not {type(value).__name__}")


def as_text(value: object, name: str) -> str:
    """Give a str of the exact type."""
    if not issubclass(type(value), str):
        raise wrong(name, "str", value)
    return str.__str__(value)


def as_bytes(value: object) -> bytes:
    """Copy whatever has a buffer, in C order where it has gaps."""
    return memoryview(value).tobytes()


def as_size(value: object, name: str, default: int | None = None) -> int:
    """Give a whole number that is not negative; None is the default if there is one."""
    if value is None and default is not None:
        return default
    number = index(value)
    if number < 0:
        raise ValueError(f"{name} must not be negative")
    return min(number, LARGEST)


def as_number(value: object) -> float:
    """Give what C's ``PyFloat_AsDouble`` gives, which no builtin does without a detour."""
    return math.ldexp(value, 0)


def as_list(value: object, name: str) -> list[object]:
    """Copy a list, so that nothing that happens to it meanwhile matters."""
    if not issubclass(type(value), list):
        raise wrong(name, "list", value)
    return list.copy(value)


def as_floats(value: object, name: str) -> list[float]:
    """Give the floats in a list."""
    return [as_number(item) for item in as_list(value, name)]


def as_ints(value: object, name: str) -> list[int]:
    """Give the whole numbers in a list."""
    return [index(item) for item in as_list(value, name)]


def as_texts(value: object, name: str) -> list[str]:
    """Give the strings in a list."""
    return [as_text(item, f"{name}[{at}]") for at, item in enumerate(as_list(value, name))]
