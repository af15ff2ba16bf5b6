"""Answers of two processes as values again, so that comparators of components can compare them.

Scripts that show a finding again have it embedded, as ``judging``: so nothing but the standard
library of Python 3.8 is used.
"""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from typing import Any

from twinwheel.verify.runner.encoding import MOST_FROM_ITERATOR

__all__ = ["align", "decode", "in_one_order", "show"]

_SHORT = 160
_SEVERAL = re.compile(r"[\[({].*, .*[\])}]", re.DOTALL)
"""A text that shows several items."""
_TOKEN = re.compile(r"\w+|[^\w\s]")


def align(control: Any, candidate: Any) -> tuple[Any, Any]:
    """Leave out of objects of the same class what only one side shows: that is the surface's."""
    if type(control) is not tuple or type(candidate) is not tuple or control[0] != candidate[0]:
        return control, candidate
    if control[0] == "object" and control[1] == candidate[1]:
        left = dict(zip(control[2][::2], control[2][1::2]))
        right = dict(zip(candidate[2][::2], candidate[2][1::2]))
        pairs = {name: align(left[name], right[name]) for name in left if name in right}
        sides = ([], []) if not pairs else tuple(zip(*pairs.values()))
        flat = [_flat(pairs, values) for values in sides]
        return ("object", control[1], flat[0]), ("object", candidate[1], flat[1])
    if len(control) == 2 and type(control[1]) is list and type(candidate[1]) is list:
        pairs_ = [align(*pair) for pair in zip(control[1], candidate[1])]
        both = len(pairs_)
        left_items = [each[0] for each in pairs_] + control[1][both:]
        right_items = [each[1] for each in pairs_] + candidate[1][both:]
        return (control[0], left_items), (candidate[0], right_items)
    return control, candidate


def in_one_order(encoded: Any) -> Any:
    """Put items into an order of their own, and so those that stand in a text."""
    if isinstance(encoded, str):
        return " ".join(sorted(_TOKEN.findall(encoded))) if _SEVERAL.search(encoded) else encoded
    if type(encoded) is not tuple:
        return encoded
    tag, parts = encoded[0], encoded[1:]
    if tag in ("list", "iterator", "set", "frozenset"):
        if len(parts[0]) >= MOST_FROM_ITERATOR:  # these may be any of its items
            return (tag, [len(parts[0])])
        return (tag, sorted(map(in_one_order, parts[0]), key=repr))
    if tag == "dict":
        flat = [in_one_order(each) for each in parts[0]]
        pairs = sorted(zip(flat[::2], flat[1::2]), key=repr)
        return (tag, [part for pair in pairs for part in pair])
    return (
        tag,
        *(
            list(map(in_one_order, each)) if type(each) is list else in_one_order(each)
            for each in parts
        ),
    )


def _flat(names: Any, values: Any) -> list[Any]:
    return [part for pair in zip(names, values) for part in pair]


@lru_cache(maxsize=None)
def _class(name: str, *bases: type) -> type:
    """Make a class of a name that stands for one of the implementations'."""
    own = {} if bases else {"__repr__": lambda _: f"<{name}>"}
    return type(name, bases, {"__module__": "answers", **own})


def _object(name: str, state: dict[str, Any]) -> Any:
    made = _class(name)()
    made.__dict__.update(state)
    return made


def decode(encoded: Any) -> Any:
    """Turn plain data into values that compare as the answers would."""
    if type(encoded) is not tuple:
        return encoded
    tag, parts = encoded[0], encoded[1:]
    if tag == "list":
        return [decode(each) for each in parts[0]]
    if tag == "tuple":
        return tuple(decode(each) for each in parts[0])
    if tag == "dict":
        flat = [decode(each) for each in parts[0]]
        return _mapping(flat)
    if tag in ("set", "frozenset"):
        items = [decode(each) for each in parts[0]]
        return _class(tag, list)(items)
    if tag == "complex":
        return complex(*parts)
    if tag == "bytearray":
        return bytearray(parts[0])
    if tag in ("numpy", "scalar"):
        return _numpy(*parts)
    if tag == "iterator":
        return _class("iterator", list)(decode(each) for each in parts[0])
    if tag == "error":
        return _object(parts[0], {"bases": tuple(parts[1])})
    if tag == "object":
        state = {name: decode(each) for name, each in zip(*[iter(parts[1])] * 2)}
        return _object(parts[0], state)
    if tag == "subclass":
        return _object(parts[0], {"value": decode(parts[1]), "more": parts[2:]})
    if tag == "view":
        return _object("memoryview", {"format": parts[0], "content": parts[1:]})
    return _object(tag, {"parts": [decode(each) for each in parts]})


def _mapping(flat: list[Any]) -> Any:
    try:
        return dict(zip(flat[::2], flat[1::2]))
    except TypeError:  # a key that stands for an object, and has no hash here
        return _object("dict", {"items": flat})


def _numpy(dtype: str, shape: list[int], data: bytes) -> Any:
    try:
        import numpy as np
    except ImportError:
        return _object("ndarray", {"dtype": dtype, "shape": shape, "data": data})
    return np.frombuffer(data, dtype=dtype).reshape(shape)


def show(encoded: Any, most: int = _SHORT) -> str:
    """Give plain data as a short text, such as a user would see the value."""
    text = _shown(encoded, most)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _shown(encoded: Any, room: int) -> str:
    if type(encoded) is not tuple:
        return repr(encoded[: room + 1]) if isinstance(encoded, (str, bytes)) else _number(encoded)
    tag, parts = encoded[0], encoded[1:]
    if tag in ("list", "tuple", "set", "frozenset", "iterator"):
        opening, closing = {"list": ("[", "]"), "tuple": ("(", ")")}.get(tag, ("{", "}"))
        inner = _several(parts[0], room)
        prefix = {"frozenset": "frozenset", "iterator": "iterator of "}.get(tag, "")
        comma = "," if tag == "tuple" and len(parts[0]) == 1 else ""
        return f"{prefix}{opening}{inner}{comma}{closing}"
    if tag == "dict":
        pairs = zip(parts[0][::2], parts[0][1::2])
        shown = [f"{_shown(key, room)}: {_shown(value, room)}" for key, value in _some(pairs, room)]
        return f"{{{', '.join(shown)}}}"
    if tag == "error":
        return f"{parts[0]}: {parts[2]}" if parts[2] else str(parts[0])
    if tag == "object":
        shown = [
            f"{name}={_shown(each, 40)}"
            for name, each in _some(zip(parts[1][::2], parts[1][1::2]), room)
        ]
        return f"<{parts[0]} {', '.join(shown)}>" if shown else f"<{parts[0]}>"
    if tag in ("numpy", "scalar"):
        return _shown_array(parts, room)
    if tag == "subclass":
        return f"{parts[0]}({_shown(parts[1], room)})"
    if tag == "long":
        return f"<an answer of {parts[1]:,} bytes, digest {parts[0].hex()[:8]}>"
    if tag == "steps":
        return "; ".join(_shown(each, 60) for each in parts[0])
    return f"{tag}({_several(list(parts), room)})"


def _number(value: Any) -> str:
    """A number of thousands of digits is not written out: Python would refuse."""
    if isinstance(value, int) and value.bit_length() > 600:
        return f"<an integer of {value.bit_length():,} bits>"
    return repr(value)


def _shown_array(parts: tuple[Any, ...], room: int) -> str:
    dtype, shape, data = parts
    if "numpy" in sys.modules or len(data) <= 4096:
        try:
            import numpy as np

            values = np.frombuffer(data, dtype=dtype).tolist()
            inner = ", ".join(repr(each) for each in values[: max(4, room // 8)])
            return f"array({dtype}, shape {tuple(shape)}: {inner})"
        except ImportError:
            pass
    return f"array({dtype}, shape {tuple(shape)})"


def _several(items: Any, room: int) -> str:
    return ", ".join(_shown(each, room) for each in _some(items, room))


def _some(items: Any, room: int) -> Any:
    for index, each in enumerate(items):
        if index > room // 2:
            return
        yield each
