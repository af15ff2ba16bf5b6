"""The schema and the reader are made from one model, and accept the same."""

from __future__ import annotations

import copy
from typing import Any

import fastjsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from validate_pyproject import api, errors, plugins

from twinwheel.build.builders import builder_names
from twinwheel.build.settings import current_situation, read_settings
from twinwheel.build.settings.documented import field_texts
from twinwheel.build.settings.schema import schema, validate_pyproject_schema
from twinwheel.errors import ConfigError

HERE = current_situation({}, "wheel", from_sdist=False)
GOOD: dict[str, Any] = {
    "minimum-version": "0.1",
    "runtime": "dependency",
    "package": "pkg",
    "prefer": ["rust", "c", "python"],
    "implementations": {
        "c": {
            "builder": "scikit-build-core",
            "module": "pkg._c",
            "files": ["pkg/libkernel.*"],
            "languages": ["C"],
        },
        "rust": {"builder": "maturin", "module": "pkg._rust", "directory": "native"},
        "python": {"module": "pkg._python"},
    },
    "components": {
        "f": {"raises": ["ValueError"], "effects": {"inplace": ["out"]}},
        "g": {"effects": "pure", "compare": "close(1e-6, 0)", "depends": ["f"]},
    },
    "wheel": {"packages": ["src/pkg"], "exclude": ["*.c"]},
    "overrides": [
        {"if": {"any": {"env": {"CI": True}}}, "implementations": {"c": {"build": "off"}}},
    ],
}
VALIDATE = fastjsonschema.compile(schema())


def accepted_by_schema(table: object) -> bool:
    try:
        VALIDATE(table)
    except fastjsonschema.JsonSchemaValueException:
        return False
    return True


def error_of_reader(table: object) -> str:
    try:
        read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE)
    except ConfigError as error:
        return error.code
    return ""


def test_a_good_table_is_good_to_both() -> None:
    assert accepted_by_schema(GOOD)
    assert error_of_reader(GOOD) == ""


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in the good table, as a path of keys."""
    found = [path] if path else []
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, inner in items:
        found += places(inner, (*path, key))
    return found


def replaced(path: tuple[Any, ...], value: object) -> dict[str, Any]:
    table = copy.deepcopy(GOOD)
    inner: Any = table
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return table


_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=6),
    st.lists(st.one_of(st.text(max_size=4), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=4), st.one_of(st.text(max_size=4), st.booleans()), max_size=2),
)


@given(path=st.sampled_from(places(GOOD)), value=_values)
@settings(max_examples=1000)
def test_the_reader_refuses_what_the_schema_refuses(path: tuple[Any, ...], value: object) -> None:
    """And what only the reader refuses is wrong in a way that a schema cannot say."""
    table = replaced(path, value)
    code = error_of_reader(table)
    if not accepted_by_schema(table):
        assert code.startswith("TW1")
    elif code:
        assert code in ("TW103", "TW104", "TW105", "TW108")


@given(path=st.sampled_from([p for p in places(GOOD) if isinstance(p[-1], str)]))
def test_a_misspelt_key_is_refused_by_both(path: tuple[Any, ...]) -> None:
    parents = path[:-1]
    named = parents and parents[-1] in ("implementations", "components", "env")
    if named:
        return
    table = replaced((*parents, "misspelt"), "x")
    assert error_of_reader(table) == "TW103"
    assert not accepted_by_schema(table)


@pytest.mark.parametrize(
    "path", [p for p in places(GOOD) if isinstance(p[-1], str)], ids=lambda p: ".".join(map(str, p))
)
def test_both_need_the_same_keys(path: tuple[Any, ...]) -> None:
    table = copy.deepcopy(GOOD)
    inner: Any = table
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    code = error_of_reader(table)
    if path[:1] == ("implementations",) and len(path) == 2:
        assert code == "TW105"  # prefer names it: what a schema cannot say
    elif path[:1] == ("implementations",) and path[-1] == "builder":
        assert code == "TW105"  # as above: the other keys mean nothing without it
    elif path == ("components", "f"):
        assert code == "TW105"  # g depends on it
    else:
        assert accepted_by_schema(table) is (code == ""), code


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"package": "pkg"},
        {key: GOOD[key] for key in ("package", "implementations")},
        {key: GOOD[key] for key in ("package", "components")},
        {**GOOD, "implementations": {}},
        {**GOOD, "components": {}},
        {"packages": {}},
        {"packages": {"pkg": {}}},
        {"packages": {"pkg": {"implementations": GOOD["implementations"]}}},
        {**GOOD, "packages": {"pkg": {k: GOOD[k] for k in ("implementations", "components")}}},
        {**GOOD, "overrides": [{}]},
        {**GOOD, "overrides": [{"if": {}}]},
        {**GOOD, "overrides": [{"if": {"any": {}}}]},
        {**GOOD, "overrides": [{"if": {"env": {}}}]},
        {**GOOD, "overrides": [{"if": {"any": {"any": {"state": "wheel"}}}}]},
    ],
)
def test_what_lacks_something_is_refused_by_both(table: dict[str, Any]) -> None:
    assert not accepted_by_schema(table)
    assert error_of_reader(table) in ("TW103", "TW105")


@pytest.mark.parametrize(
    "change",
    [
        {"implementations": {"python": {"modul": "pkg._python"}}},
        {"implementations": {"c": {"builder": 3}}},
        {"implementations": {"c": {"build": "perhaps"}}},
        {"implementations": {"c": "off"}},
        {"implementations": {}},
        {"components": {"f": {"effects": "none"}}},
        {"wheel": {"exclude": "*.c"}},
        {"runtime": "none"},
        {"minimum-version": "0.1"},
        {"cargo": {}},
    ],
)
def test_what_an_override_sets_is_held_to_the_table(change: dict[str, Any]) -> None:
    table = {**GOOD, "overrides": [{"if": {"state": "none"}, **change}]}
    assert not accepted_by_schema(table)
    assert error_of_reader(table) in ("TW103", "TW104", "TW105")


def test_an_override_may_set_a_part() -> None:
    part = {"implementations": {"c": {"build": "off"}}, "components": {"f": {"raises": []}}}
    table = {**GOOD, "overrides": [{"if": {"state": "wheel"}, **part}]}
    assert accepted_by_schema(table)
    assert error_of_reader(table) == ""


def test_several_packages_are_good_to_both() -> None:
    one = {key: GOOD[key] for key in ("implementations", "components", "prefer")}
    table = {"packages": {"pkg": one}, "runtime": "vendored"}
    assert accepted_by_schema(table)
    assert error_of_reader(table) == ""


def test_every_key_is_described() -> None:
    document = schema()
    tables = [document, *document["definitions"].values()]
    for table in tables:
        for key, value in table["properties"].items():
            assert len(value["description"]) > 10, key


def test_validate_pyproject_finds_it() -> None:
    found = [plugin for plugin in plugins.list_from_entry_points() if plugin.tool == "twinwheel"]
    assert len(found) == 1
    validator = api.Validator(plugins=found)
    project = {"name": "pkg", "version": "1"}
    assert validator({"project": dict(project), "tool": {"twinwheel": copy.deepcopy(GOOD)}})
    wrong = replaced(("implementations", "c", "build"), "perhaps")
    with pytest.raises(errors.ValidationError, match="build"):
        validator({"project": dict(project), "tool": {"twinwheel": wrong}})


def test_it_describes_no_other_table() -> None:
    with pytest.raises(ValueError, match="no schema"):
        validate_pyproject_schema("maturin")


def test_texts_of_base_classes_are_there() -> None:
    from twinwheel.build.settings.model import Document

    assert {"package", "implementations"} <= set(field_texts(Document))
