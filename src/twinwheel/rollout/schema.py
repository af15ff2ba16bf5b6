"""The policy as a JSON Schema, for editors.

Specification: JSON Schema draft 7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, is_dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

from twinwheel.rollout.policy import Breaker, ComponentPolicy, Policy
from twinwheel.rollout.reading import keys_of

__all__ = ["schema"]

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}


def schema() -> dict[str, Any]:
    """Return the schema of a policy file."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "https://twinwheel.invalid/schema/rollout-policy.json",
        "title": "twinwheel rollout policy",
        **_table(Policy),
        "definitions": {each.__name__: _table(each) for each in (Breaker, ComponentPolicy)},
    }


def _table(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {
        "type": "object",
        "description": " ".join((cls.__doc__ or "").split()),
        "properties": {
            key: {**_value(hints[item.name]), **_limits(item)} for key, item in keys_of(cls).items()
        },
        "additionalProperties": False,
    }


def _value(hint: Any) -> dict[str, Any]:
    if hint in _TYPES:
        return {"type": _TYPES[hint]}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _value(arguments[0])}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _value(arguments[1])}
    assert is_dataclass(hint)
    assert isinstance(hint, type)
    return {"allOf": [{"$ref": f"#/definitions/{hint.__name__}"}]}


def _limits(item: Field[Any]) -> dict[str, Any]:
    limits = {}
    if item.metadata:
        limits = {"minimum": item.metadata["least"], "maximum": item.metadata["most"]}
    if item.default is not MISSING and not isinstance(item.default, tuple):
        limits["default"] = item.default
    return limits
