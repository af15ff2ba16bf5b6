"""Write the tables of docs/reference/settings.md from the model; ``nox -s reference`` runs it."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import Field, is_dataclass
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from reference_pages import plain, table, write_between

from twinwheel.build.settings.documented import field_texts, first_line
from twinwheel.build.settings.model import (
    CargoSettings,
    ComponentSettings,
    Conditions,
    Document,
    EditableSettings,
    ImplementationSettings,
    LibrariesSettings,
    LibrarySettings,
    OverrideSettings,
    PackageTable,
    WheelSettings,
)
from twinwheel.build.settings.read import is_needed, keys_of

PAGE = Path(__file__).parent / "reference" / "settings.md"
TITLES = ("key", "type", "default", "meaning")
TABLES = {
    "[tool.twinwheel]": Document,
    "[tool.twinwheel.packages.NAME]": PackageTable,
    "[tool.twinwheel.implementations.NAME]": ImplementationSettings,
    "[tool.twinwheel.components.NAME]": ComponentSettings,
    "[tool.twinwheel.libraries]": LibrariesSettings,
    "[tool.twinwheel.libraries.implementations.NAME]": LibrarySettings,
    "[tool.twinwheel.wheel]": WheelSettings,
    "[tool.twinwheel.editable]": EditableSettings,
    "[tool.twinwheel.cargo]": CargoSettings,
    "[[tool.twinwheel.overrides]]": OverrideSettings,
    "[[tool.twinwheel.overrides]] if": Conditions,
}


def main() -> None:
    """Put the tables between the page's two marks; ``--check`` tells whether they are there."""
    write_between(PAGE, "make_settings.py", tables())


def tables() -> str:
    """Return one section for each table of the model."""
    return "".join(section(title, cls) for title, cls in TABLES.items())


def section(title: str, cls: type) -> str:
    """Return a heading and a row for each key."""
    hints, texts = get_type_hints(cls), field_texts(cls)
    rows = [
        (f"`{key}`", kind(hints[item.name]), default(item), plain(texts[item.name]))
        for key, item in keys_of(cls).items()
    ]
    lines = [f"## `{title}`", "", plain(first_line(cls)), "", *table(TITLES, rows), "", ""]
    return "\n".join(lines)


def kind(hint: Any) -> str:
    """Say in TOML's words what type a key has."""
    if hint in (str, bool):
        return {str: "string", bool: "true or false"}[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(f'`"{choice}"`' for choice in arguments)
    if origin is tuple:
        return "array of tables" if is_dataclass(arguments[0]) else "array of strings"
    if origin in (Union, types.UnionType):
        members = [kind(each) for each in arguments if each is not type(None)]
        return " or ".join(dict.fromkeys(members))
    if origin is Mapping:
        return "table of tables" if is_dataclass(arguments[1]) else "table"
    return "table"


def default(item: Field[Any]) -> str:
    """Say what holds when a key is left out."""
    if is_needed(item):
        return "required"
    value = item.default
    if isinstance(value, str) and value:
        return f'`"{value}"`'
    if isinstance(value, tuple) and value:
        return "`[" + ", ".join(f'"{each}"' for each in value) + "]`"
    return "none"


if __name__ == "__main__":
    main()
