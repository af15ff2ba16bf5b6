"""The model as a JSON Schema, for editors and for validate-pyproject.

Specification: JSON Schema draft 7, as validate-pyproject takes it.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from twinwheel.build.settings.documented import field_texts, first_line
from twinwheel.build.settings.model import Document, OverrideSettings, PackageTable
from twinwheel.build.settings.overrides import FIXED
from twinwheel.build.settings.read import is_needed, keys_of

__all__ = ["schema", "validate_pyproject_schema"]

_DRAFT = "http://json-schema.org/draft-07/schema#"
_IN_PART = "InPart"
_IDENTIFIER = "https://twinwheel.invalid/schema/tool-twinwheel.json"


def schema() -> dict[str, Any]:
    """Return the schema of ``[tool.twinwheel]``."""
    definitions: dict[str, Any] = {}
    _define(Document, definitions)
    _define(Document, definitions, in_part=True)
    document = definitions.pop(Document.__name__)
    # Beside an override's condition stand keys of the table itself, each in part or whole.
    in_part = definitions.pop(f"{Document.__name__}{_IN_PART}")["properties"]
    override = definitions[OverrideSettings.__name__]["properties"]
    override |= {key: value for key, value in in_part.items() if key not in FIXED}
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


def _define(cls: type, definitions: dict[str, Any], *, in_part: bool = False) -> dict[str, Any]:
    """Return a reference to a table's schema, adding it to ``definitions`` when it is not there.

    Args:
        cls: The table's class in the model.
        definitions: Name -> schema.
        in_part: Whether nothing in it is required, as in what an override sets.
    """
    name = f"{cls.__name__}{_IN_PART if in_part else ''}"
    if name not in definitions:
        hints, texts, keys = get_type_hints(cls), field_texts(cls), keys_of(cls)
        definitions[name] = {
            "type": "object",
            "description": first_line(cls),
            "properties": {
                key: {
                    "description": texts[item.name],
                    **_value(hints[item.name], definitions, in_part=in_part),
                    **({"minProperties": 1} if "filled" in item.metadata else {}),
                }
                for key, item in keys.items()
            },
            **({} if in_part else _required(cls)),
            "additionalProperties": False,
        }
    return {"$ref": f"#/definitions/{name}"}


def _required(cls: type) -> dict[str, Any]:
    """Say which keys must be there; of ``[tool.twinwheel]``, those of one package or of several."""
    keys = keys_of(cls)
    needed = [key for key, item in keys.items() if is_needed(item)]
    if cls is not Document:
        return {"required": needed}
    one_package = [{"required": [key]} for key in ("package", *keys_of(PackageTable))]
    return {
        "if": {"required": ["packages"]},
        "then": {"not": {"anyOf": one_package}},
        "else": {"required": needed},
    }


def _value(hint: Any, definitions: dict[str, Any], *, in_part: bool) -> dict[str, Any]:
    if hint is str:
        return {"type": "string", "minLength": 1}
    if hint is bool:
        return {"type": "boolean"}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin is tuple:
        unique = {"uniqueItems": True} if arguments[0] is str else {}
        return {
            "type": "array",
            "items": _value(arguments[0], definitions, in_part=False),
            **unique,
        }
    if origin is Mapping:
        inner = _value(arguments[1], definitions, in_part=in_part)
        return {"type": "object", "additionalProperties": inner}
    if origin in (Union, types.UnionType):
        members = [each for each in arguments if each is not type(None)]
        return {"anyOf": [_value(each, definitions, in_part=in_part) for each in members]}
    assert isinstance(hint, type)
    # A bare $ref would hide the description.
    return {"allOf": [_define(hint, definitions, in_part=in_part)]}
