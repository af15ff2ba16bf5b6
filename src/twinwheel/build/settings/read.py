"""A table -> an instance of its class in the model, checked key by key."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from twinwheel.build.settings.model import KEY

if TYPE_CHECKING:
    from twinwheel.build.settings.tables import Table

__all__ = ["is_name", "key_of", "keys_of", "read_table"]

_Class = TypeVar("_Class")


def read_table(cls: type[_Class], table: Table, **given: object) -> _Class:
    """Read one table.

    Args:
        cls: Its class in the model.
        table: The table.
        **given: Values of fields that are no keys, such as the table's name.

    Returns:
        An instance, with a default for every key that is absent.

    Raises:
        ConfigError: TW103 for an unknown key, TW104 for a wrong type, TW105 for a wrong value.
    """
    hints = get_type_hints(cls)
    known = keys_of(cls)
    table.check_keys(known)
    values: dict[str, Any] = dict(given)
    for key, item in known.items():
        if key in table.values:
            values[item.name] = _value(hints[item.name], table, key)
        elif item.default is MISSING and item.default_factory is MISSING:
            raise table.invalid(key, "it is missing", "a value")
    return cls(**values)


def keys_of(cls: type) -> dict[str, Field[Any]]:
    """Return key -> field for everything that the table of a class may say."""
    assert is_dataclass(cls)
    return {key_of(item): item for item in fields(cls) if not is_name(item)}


def is_name(item: Field[Any]) -> bool:
    """Tell whether a field is the name of its table, not a key in it."""
    return item.metadata == KEY


def key_of(item: Field[Any]) -> str:
    """Return how a field is written in TOML: ``minimum-version``, ``if``."""
    return item.name.rstrip("_").replace("_", "-")


def _value(hint: Any, table: Table, key: str) -> Any:
    """Read one value by the type that its field has."""
    if hint is str:
        return table.string(key)
    if hint is bool:
        return table.boolean(key)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return table.choice(key, arguments)
    if origin is tuple and arguments[0] is str:
        return table.strings(key)
    if origin is tuple:
        return tuple(read_table(arguments[0], inner) for inner in table.array(key))
    if origin is Mapping:
        return _mapping(arguments[1], table, key)
    if origin in (Union, types.UnionType):
        return _union(arguments, table, key)
    return read_table(hint, table.table(key))


def _mapping(hint: Any, table: Table, key: str) -> dict[str, Any]:
    inner = table.table(key)
    if not is_dataclass(hint):
        return {name: _value(hint, inner, name) for name in inner.values}
    named = any(is_name(item) for item in fields(hint))
    return {
        name: read_table(hint, inner.table(name), **({"name": name} if named else {}))  # type: ignore[arg-type]
        for name in inner.values
    }


def _union(arguments: tuple[Any, ...], table: Table, key: str) -> Any:
    """Take the member that fits: a table for a class, true or false for bool, else the first."""
    value = table.values[key]
    members = [member for member in arguments if member is not type(None)]
    for member in members:
        if is_dataclass(member) and isinstance(value, dict):
            return _value(member, table, key)
        if member is bool and isinstance(value, bool):
            return value
    return _value(members[0], table, key)
