"""What scikit-build-core is told, and by which keys: its environment variables, ``-C``, its table.

Its keys are read from the JSON schema that it ships, as package data: nothing of it is imported.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinwheel.build.settings.tables import tool_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinwheel.build.builders.contract import BuildContext
    from twinwheel.build.settings.tables import Table

__all__ = ["accepts", "declared", "names", "switch", "text", "texts"]

_PREFIX = "skbuild."
_SCHEMA = Path("resources", "scikit-build.schema.json")
_NOT_SETTINGS = {"overrides", "config-setting"}  # tables that no -C reaches
_OTHERS = ("twinwheel.", "maturin.", "cargo.")


def text(context: BuildContext, name: str) -> str:
    """Return a setting as scikit-build-core would find it, but for its overrides.

    Args:
        context: The build.
        name: Dotted name, such as ``cmake.version``.

    Returns:
        Its value; empty when nobody says any.

    Raises:
        ConfigError: TW104 when the table has something else there.
    """
    value = _find(context, name)
    if value is None or isinstance(value, str):
        return value or ""
    table, key = _place(context, name)
    return table.string(key)


def texts(context: BuildContext, name: str) -> list[str]:
    """Return a setting that is a list; in variables and ``-C``, semicolons part the items."""
    value = _find(context, name)
    if isinstance(value, str):
        return [item.strip() for item in value.split(";")]
    return [str(item) for item in value] if isinstance(value, list) else []


def switch(context: BuildContext, name: str, *, otherwise: bool) -> bool:
    """Return a setting that is true or false."""
    value = _find(context, name)
    if isinstance(value, str):
        return value.strip().lower() not in ("0", "false", "off", "no", "")
    return value if isinstance(value, bool) else otherwise


def declared(context: BuildContext) -> list[str]:
    """Return the keys that the project itself declares, in its ``config-setting`` table."""
    table = tool_table(context.pyproject, "scikit-build").values.get("config-setting")
    return list(table) if isinstance(table, dict) else []


def accepts(context: BuildContext, key: str) -> bool:
    """Tell whether scikit-build-core reads a ``-C`` key of this project.

    Where it is not installed, or told to take any key, it takes all that are nobody else's.
    """
    if key in declared(context):
        return True
    known = _known()
    if known is None or not switch(context, "strict-config", otherwise=True):
        return not key.startswith(_OTHERS) and key != "build-args"
    plain = key.removeprefix(_PREFIX)
    if plain in known.keys:
        return True
    return any(plain.startswith(start) and plain != start for start in known.starts)


def names(context: BuildContext) -> list[str]:
    """Return the keys that can be listed; none of its own where it is not installed."""
    known = _known()
    own = [*known.keys, *(f"{start}NAME" for start in known.starts)] if known else []
    return [*declared(context), *own]


@dataclass(frozen=True)
class _Known:
    keys: tuple[str, ...]
    starts: tuple[str, ...]
    """Those that a name of the user's follows: ``cmake.define.``."""


def _known() -> _Known | None:
    """Return the keys of the scikit-build-core that is installed."""
    specification = importlib.util.find_spec("scikit_build_core")
    if specification is None or specification.origin is None:
        return None
    return _read(Path(specification.origin).parent / _SCHEMA)


@functools.cache
def _read(path: Path) -> _Known | None:
    try:
        schema = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    found = list(_walk(schema, ""))
    return _Known(
        tuple(name for name in found if not name.endswith(".")),
        tuple(name for name in found if name.endswith(".")),
    )


def _walk(schema: Mapping[str, Any], start: str) -> Iterator[str]:
    for name, inner in schema.get("properties", {}).items():
        kinds = [inner, *inner.get("oneOf", [])]
        if (not start and name in _NOT_SETTINGS) or any("$ref" in kind for kind in kinds):
            continue
        if inner.get("type") == "array" and inner.get("items", {}).get("type") != "string":
            continue  # tables, for which -C has no way to say them
        if inner.get("type") != "object":
            yield f"{start}{name}"
        elif "patternProperties" in inner or "$ref" in str(inner.get("properties")):
            yield f"{start}{name}."
        yield from _walk(inner, f"{start}{name}.")


def _find(context: BuildContext, name: str) -> object:
    variable = "SKBUILD_" + re.sub(r"[.-]", "_", name).upper()
    if value := context.environ.get(variable):
        return value
    for key in (_PREFIX + name, name):
        if key in context.config_settings:
            return context.config_settings[key]
    table, key = _place(context, name)
    return table.values.get(key)


def _place(context: BuildContext, name: str) -> tuple[Table, str]:
    """Return the table that a setting stands in, and its key there."""
    *outer, key = name.split(".")
    table = tool_table(context.pyproject, "scikit-build")
    for part in outer:
        table = table.table(part)
    return table, key
