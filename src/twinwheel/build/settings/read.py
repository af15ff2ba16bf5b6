"""A table -> an instance of its class in the model, checked key by key."""

from __future__ import annotations

import functools
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from twinwheel.build.settings.model import KEY

if TYPE_CHECKING:
    from twinwheel.build.settings.tables import Table

__all__ = ["check_filled", "is_name", "is_needed", "key_of", "keys_of", "read_table"]

_Class = TypeVar("_Class")


def read_table(
    cls: type[_Class], table: Table, *, in_part: bool = False, **given: object
) -> _Class:
    """Read one table.

    Args:
        cls: Its class in the model.
        table: The table.
        in_part: Whether a key that is required may be absent, here and in the tables below, as in
            what an override sets. It is read as an empty string then.
        **given: Values of fields that are no keys, such as the table's name.

    Returns:
        An instance, with a default for every key that is absent.

    Raises:
        ConfigError: TW103 for an unknown key, TW104 for a wrong type, TW105 for a wrong value.
    """
    plain: type = cls
    hints = _hints(plain)
    known = keys_of(cls)
    table.check_keys(known)
    values: dict[str, Any] = dict(given)
    for key, item in known.items():
        if key in table.values:
            check_filled(item, table, key)
            values[item.name] = _value(hints[item.name], table, key, in_part=in_part)
        elif _has_no_default(item):
            if not in_part:
                raise table.invalid(key, "it is missing", "a value")
            values[item.name] = ""
    return cls(**values)


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def check_filled(item: Field[Any], table: Table, key: str) -> None:
    """Refuse an empty table where the model wants something in it."""
    if table.values[key] == {} and "filled" in item.metadata:
        raise table.invalid(key, item.metadata["filled"], "at least one key")


def keys_of(cls: type) -> dict[str, Field[Any]]:
    """Return key -> field for everything that the table of a class may say."""
    assert is_dataclass(cls)
    return {key_of(item): item for item in fields(cls) if not is_name(item)}


def is_name(item: Field[Any]) -> bool:
    """Tell whether a field is the name of its table, not a key in it."""
    return item.metadata == KEY


def is_needed(item: Field[Any]) -> bool:
    """Tell whether a key must be there."""
    return "needed" in item.metadata or (_has_no_default(item) and not is_name(item))


def _has_no_default(item: Field[Any]) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


def key_of(item: Field[Any]) -> str:
    """Return how a field is written in TOML: ``minimum-version``, ``if``."""
    return item.name.rstrip("_").replace("_", "-")


def _value(hint: Any, table: Table, key: str, *, in_part: bool) -> Any:
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
        return _mapping(arguments[1], table, key, in_part=in_part)
    if origin in (Union, types.UnionType):
        return _union(arguments, table, key, in_part=in_part)
    return read_table(hint, table.table(key), in_part=in_part)


def _mapping(hint: Any, table: Table, key: str, *, in_part: bool) -> dict[str, Any]:
    inner = table.table(key)
    if not is_dataclass(hint):
        return {name: _value(hint, inner, name, in_part=in_part) for name in inner.values}
    named = any(is_name(item) for item in fields(hint))
    return {
        name: read_table(
            hint,  # type: ignore[arg-type]
            inner.table(name),
            in_part=in_part,
            **({"name": name} if named else {}),
        )
        for name in inner.values
    }


def _union(arguments: tuple[Any, ...], table: Table, key: str, *, in_part: bool) -> Any:
    """Take the member that fits: a table for a class, true or false for bool, else the first."""
    value = table.values[key]
    members = [member for member in arguments if member is not type(None)]
    for member in members:
        if is_dataclass(member) and isinstance(value, dict):
            return _value(member, table, key, in_part=in_part)
        if member is bool and isinstance(value, bool):
            return value
    return _value(members[0], table, key, in_part=in_part)
