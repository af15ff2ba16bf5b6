"""Operations on lists and dicts."""

from __future__ import annotations

from gallery._python._arguments import as_list, as_text, as_texts, wrong

__all__ = [
    "MAX_DEPTH",
    "count_items",
    "flatten",
    "group",
    "lookup",
    "merge",
    "transpose",
    "unique",
]

MAX_DEPTH = 1000
_NOTHING = object()


def count_items(values: list[str]) -> dict[str, int]:
    """Count each string, in the order in which they come first."""
    found: dict[str, int] = {}
    for text in as_texts(values, "values"):
        found[text] = found.get(text, 0) + 1
    return found


def flatten(value: list[object]) -> list[object]:
    """Give what is in a list and in the lists in it, 1000 deep at most."""
    found: list[object] = []
    stack = [iter(as_list(value, "value"))]
    while stack:
        for item in stack[-1]:
            if not issubclass(type(item), list):
                found.append(item)
                continue
            if len(stack) == MAX_DEPTH:
                raise ValueError("nested too deeply")
            stack.append(iter(list.copy(item)))
            break
        else:
            stack.pop()
    return found


def group(values: list[str]) -> dict[str, list[int]]:
    """Give for each string the places where it is."""
    found: dict[str, list[int]] = {}
    for at, text in enumerate(as_texts(values, "values")):
        found.setdefault(text, []).append(at)
    return found


def lookup(mapping: dict[str, object], path: str) -> object:
    """Give what is at a path of keys with dots between, in dicts in dicts."""
    if not issubclass(type(mapping), dict):
        raise wrong("mapping", "dict", mapping)
    found: object = mapping
    for key in as_text(path, "path").split("."):
        found = dict.get(found, key, _NOTHING) if issubclass(type(found), dict) else _NOTHING
        if found is _NOTHING:
            raise KeyError(key)
    return found


def merge(left: dict[object, object], right: dict[object, object]) -> dict[object, object]:
    """Give a dict with the items of both; where both have a key, the right one's value."""
    for name, value in (("left", left), ("right", right)):
        if not issubclass(type(value), dict):
            raise wrong(name, "dict", value)
    merged = dict.copy(left)
    merged.update(right)
    return merged


def transpose(rows: list[list[object]]) -> list[list[object]]:
    """Make columns of rows, which must be of one length."""
    lists = [as_list(row, f"rows[{at}]") for at, row in enumerate(as_list(rows, "rows"))]
    if any(len(row) != len(lists[0]) for row in lists):
        raise ValueError("rows must be of one length")
    return [list(column) for column in zip(*lists, strict=True)]


def unique(values: list[str]) -> list[str]:
    """Give each string once, in the order in which they come first."""
    return list(dict.fromkeys(as_texts(values, "values")))
