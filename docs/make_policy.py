"""Write the tables of docs/reference/rollout-policy.md from the policy; ``nox -s reference``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from reference_pages import plain, table, write_between

from twinwheel.build.settings.documented import field_texts, first_line
from twinwheel.rollout.policy import Breaker, ComponentPolicy, Policy
from twinwheel.rollout.reading import keys_of

PAGE = Path(__file__).parent / "reference" / "rollout-policy.md"
TITLES = ("key", "type", "default", "meaning")
COMMON = {item.name for item in fields(ComponentPolicy)}
OWN = {item.name for item in fields(Policy)} - COMMON
TABLES = {
    "At the top, for the package": (Policy, OWN, ""),
    "At the top or in `[components.NAME]`": (ComponentPolicy, COMMON, ""),
    "`[breaker]` or `[components.NAME.breaker]`": (Breaker, None, first_line(Breaker)),
}
WORDS = {str: "string", bool: "true or false", int: "whole number", float: "number"}


def main() -> None:
    """Put the tables between the page's two marks; ``--check`` tells whether they are there."""
    write_between(PAGE, "make_policy.py", tables())


def tables() -> str:
    """Return one section for each place where keys may stand."""
    return "".join(section(title, *what) for title, what in TABLES.items())


def section(title: str, cls: type, names: set[str] | None, text: str) -> str:
    """Return a heading and a row for each key.

    Args:
        title: The heading.
        cls: The class that has the keys.
        names: Those fields of it that are meant; all, if None.
        text: What to say of the table.
    """
    hints, texts = get_type_hints(cls), field_texts(cls)
    rows = [
        (f"`{key}`", kind(hints[item.name], item), default(item), plain(texts[item.name]))
        for key, item in keys_of(cls).items()
        if names is None or item.name in names
    ]
    said = [text, ""] if text else []
    return "\n".join([f"### {title}", "", *said, *table(TITLES, rows), "", ""])


def kind(hint: Any, item: Field[Any]) -> str:
    """Say in TOML's words what type a key has, and between what it lies."""
    if hint in WORDS:
        limits = item.metadata
        between = f", {number(limits['least'])} to {number(limits['most'])}" if limits else ""
        return WORDS[hint] + between
    origin = get_origin(hint)
    if origin is Literal:
        return " or ".join(f'`"{choice}"`' for choice in get_args(hint))
    if origin is tuple:
        return "array of strings"
    if origin is Mapping and get_args(hint)[1] is ComponentPolicy:
        return "table of tables"
    return "table"


def default(item: Field[Any]) -> str:
    """Say what holds when a key is left out."""
    value = item.default
    if value is MISSING or value in ("", ()):
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str) else number(value)


def number(value: Any) -> str:
    """Write a number as it would be written by hand."""
    return f"{value:,.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


if __name__ == "__main__":
    main()
