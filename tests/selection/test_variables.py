"""The table of variables: each row, each accepted word, each refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from twinwheel.errors import SelectionError
from twinwheel.selection import prefix_of, use_variable
from twinwheel.selection.environment import NO, YES, choose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.manifest_types import Implementation, Manifest
    from twinwheel.selection.binding import Choice


def manifest(prefer: tuple[str, ...] = ("rust", "c", "python")) -> Manifest:
    def implementation(name: str) -> Implementation:
        return {
            "module": f"twin._{name}",
            "builder": "none",
            "built": True,
            "reason": "",
            "tools": {},
            "artifacts": [],
        }

    return {
        "schema": 1,
        "package": "twin",
        "version": "1.0",
        "prefer": list(prefer),
        "implementations": {name: implementation(name) for name in ("rust", "c", "python")},
        "components": {},
        "libraries": {},
        "built_with": {},
    }


def chosen(variables: Mapping[str, str], *prefer: str) -> Choice:
    table = manifest(prefer) if prefer else manifest()
    return choose("twin", table, {f"TWIN_{key}": value for key, value in variables.items()})


def refused(variables: Mapping[str, str]) -> SelectionError:
    with pytest.raises(SelectionError) as caught:
        chosen(variables)
    return caught.value


def test_names_of_variables() -> None:
    assert prefix_of("twinwheel.image") == "TWINWHEEL_IMAGE"
    assert use_variable("TWIN", "rust") == "TWIN_USE_RUST"


@pytest.mark.parametrize("value", ["", " ", "auto", "AUTO", " Auto "])
def test_auto_is_the_preferred_order_and_demands_nothing(value: str) -> None:
    choice = chosen({"IMPLEMENTATION": value})
    assert choice.order == ["rust", "c", "python"]
    assert choice.demanded == set()
    assert chosen({"IMPLEMENTATION": value}, "c", "rust").order == ["c", "rust"]


@pytest.mark.parametrize("value", ["c", "C", " c ", "\tC"])
def test_one_name_is_a_demand(value: str) -> None:
    choice = chosen({"IMPLEMENTATION": value})
    assert choice.order == ["c"]
    assert choice.demanded == {"c"}
    assert choice.left_out["rust"] == ("not listed", f"TWIN_IMPLEMENTATION={value}")


@pytest.mark.parametrize(
    ("value", "order"),
    [
        ("c,python", ["c", "python"]),
        ("python,c", ["python", "c"]),
        (" Python , RUST,c", ["python", "rust", "c"]),
    ],
)
def test_a_list_is_an_order_and_demands_nothing(value: str, order: list[str]) -> None:
    choice = chosen({"IMPLEMENTATION": value})
    assert choice.order == order
    assert choice.demanded == set()


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("fortran", "no implementation here"),
        ("c,fortran", "no implementation here"),
        ("c,", "empty element"),
        (",", "empty element"),
        ("c,,python", "empty element"),
        ("c,C", "names C twice"),
        ("auto,c", "auto stands alone"),
        ("c,auto", "auto stands alone"),
        ("0", "no implementation here"),
        ("c python", "no implementation here"),
    ],
)
def test_wrong_names_are_refused(value: str, says: str) -> None:
    error = refused({"IMPLEMENTATION": value})
    assert error.code == "TW403"
    assert says in error.message
    assert repr(value) in error.message
    assert error.where == "environment variable TWIN_IMPLEMENTATION"
    assert error.accepted.startswith("auto, one of rust, c, python,")
    assert "unset TWIN_IMPLEMENTATION" in error.help


@pytest.mark.parametrize("word", [form(word) for word in YES for form in (str.lower, str.upper)])
def test_yes_demands_and_comes_first(word: str) -> None:
    choice = chosen({"USE_C": f" {word} "})
    assert choice.order == ["c", "rust", "python"]
    assert choice.demanded == {"c"}


@pytest.mark.parametrize("word", [form(word) for word in NO for form in (str.lower, str.title)])
def test_no_takes_it_away(word: str) -> None:
    choice = chosen({"USE_RUST": word})
    assert choice.order == ["c", "python"]
    assert choice.demanded == set()
    assert choice.left_out["rust"] == ("off", f"TWIN_USE_RUST={word}")


@pytest.mark.parametrize("word", ["", "  "])
def test_an_empty_switch_says_nothing(word: str) -> None:
    choice = chosen({"USE_RUST": word, "ROLLOUT": "off"})
    assert choice.order == ["rust", "c", "python"]
    assert choice.demanded == set()


@pytest.mark.parametrize("word", ["maybe", "2", "-1", "y", "n", "t", "none", "yes no", "auto"])
def test_other_words_are_refused(word: str) -> None:
    error = refused({"USE_RUST": word})
    assert error.code == "TW404"
    assert repr(word) in error.message
    assert error.where == "environment variable TWIN_USE_RUST"
    for accepted in (*YES, *NO):
        assert accepted in error.accepted.replace(",", "").split()


def test_several_that_are_on_come_in_the_preferred_order() -> None:
    choice = chosen({"USE_PYTHON": "1", "USE_C": "1"})
    assert choice.order == ["c", "python", "rust"]
    assert choice.demanded == {"c", "python"}


def test_one_that_is_on_comes_first_in_a_list_too() -> None:
    choice = chosen({"IMPLEMENTATION": "python,c,rust", "USE_C": "1"})
    assert choice.order == ["c", "python", "rust"]
    assert choice.demanded == {"c"}


def test_one_that_is_not_preferred_can_be_switched_on_or_named() -> None:
    assert chosen({"USE_RUST": "on"}, "c", "python").order == ["rust", "c", "python"]
    assert chosen({"IMPLEMENTATION": "rust"}, "c", "python").order == ["rust"]


@pytest.mark.parametrize(
    "variables",
    [
        {"IMPLEMENTATION": "rust", "USE_RUST": "0"},
        {"IMPLEMENTATION": "c,rust", "USE_RUST": "off"},
        {"IMPLEMENTATION": "c", "USE_RUST": "1"},
        {"IMPLEMENTATION": "c,python", "USE_RUST": "on"},
    ],
)
def test_contradictions_are_refused(variables: dict[str, str]) -> None:
    error = refused(variables)
    assert error.code == "TW406"
    for key, value in variables.items():
        assert f"TWIN_{key}={value}" in error.message


@pytest.mark.parametrize(
    "variables",
    [
        {"IMPLEMENTATION": "c", "USE_C": "1"},
        {"IMPLEMENTATION": "c", "USE_RUST": "0"},
        {"IMPLEMENTATION": "auto", "USE_RUST": "0", "USE_PYTHON": "no"},
    ],
)
def test_agreement_is_no_contradiction(variables: dict[str, str]) -> None:
    assert chosen(variables).order == ["c"]


def test_none_left_is_refused() -> None:
    error = refused({"USE_RUST": "0", "USE_C": "false", "USE_PYTHON": "off"})
    assert error.code == "TW407"
    for setting in ("TWIN_USE_RUST=0", "TWIN_USE_C=false", "TWIN_USE_PYTHON=off"):
        assert setting in error.message


@pytest.mark.parametrize("value", ["", " ", "off", "OFF", " Off "])
def test_rollout_off_is_fine(value: str) -> None:
    assert chosen({"ROLLOUT": value, "IMPLEMENTATION": "c"}).order == ["c"]


@pytest.mark.parametrize("value", ["on", "policy.toml", "/etc/policy.toml"])
def test_a_rollout_is_no_matter_of_the_selection(value: str) -> None:
    assert chosen({"ROLLOUT": value, "IMPLEMENTATION": "c"}).order == ["c"]
