"""The model as a JSON Schema, for editors and for validate-pyproject.

Specification: JSON Schema draft 7, as validate-pyproject takes it.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import MISSING
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from twinwheel.build.settings.documented import field_texts, first_line
from twinwheel.build.settings.model import Document, OverrideSettings
from twinwheel.build.settings.overrides import FIXED
from twinwheel.build.settings.read import keys_of

__all__ = ["schema", "validate_pyproject_schema"]

_DRAFT = "http://json-schema.org/draft-07/schema#"
_IDENTIFIER = "https://twinwheel.invalid/schema/tool-twinwheel.json"


def schema() -> dict[str, Any]:
    """Return the schema of ``[tool.twinwheel]``."""
    definitions: dict[str, Any] = {}
    _define(Document, definitions)
    document = definitions.pop(Document.__name__)
    # Beside an override's condition stand keys of the table itself, each in part or whole.
    override = definitions[OverrideSettings.__name__]["properties"]
    for key, value in document["properties"].items():
        if key not in FIXED:
            override[key] = {"description": value["description"]}
    return {
        "$schema": _DRAFT,
        "$id": _IDENTIFIER,
        "title": "twinwheel",
        **document,
        "definitions": definitions,
    }


def validate_pyproject_schema(tool_name: str) -> dict[str, Any]:
    """Return the schema to validate-pyproject, which names the table.

    https://validate-pyproject.readthedocs.io/en/latest/dev-guide.html
    """
    if tool_name != "twinwheel":
        raise ValueError(f"there is no schema for [tool.{tool_name}] here")
    return schema()


def _define(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return a reference to a table's schema, adding it to ``definitions`` when it is not there."""
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}  # seen, for the table that can hold itself
        hints, texts, keys = get_type_hints(cls), field_texts(cls), keys_of(cls)
        definitions[cls.__name__] = {
            "type": "object",
            "description": first_line(cls),
            "properties": {
                key: {
                    "description": texts[item.name],
                    **_value(hints[item.name], definitions),
                }
                for key, item in keys.items()
            },
            "required": [
                key
                for key, item in keys.items()
                if item.default is MISSING and item.default_factory is MISSING
            ],
            "additionalProperties": False,
        }
    return {"$ref": f"#/definitions/{cls.__name__}"}


def _value(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if hint is str:
        return {"type": "string", "minLength": 1}
    if hint is bool:
        return {"type": "boolean"}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        unique = {"uniqueItems": True} if arguments[0] is str else {}
        return {"type": "array", "items": _value(arguments[0], definitions), **unique}
    if origin is Mapping:
        return {"type": "object", "additionalProperties": _value(arguments[1], definitions)}
    if origin in (Union, types.UnionType):
        members = [_value(each, definitions) for each in arguments if each is not type(None)]
        return {"anyOf": members}
    assert isinstance(hint, type)
    return {"allOf": [_define(hint, definitions)]}  # a bare $ref would hide the description
