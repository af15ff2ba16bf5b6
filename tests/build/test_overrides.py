"""``[[tool.twinwheel.overrides]]``: conditions, what they change, and what is wrong with them."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from twinwheel.build.builders import builder_names
from twinwheel.build.settings import read_settings
from twinwheel.build.settings.overrides import Situation
from twinwheel.errors import ConfigError

BASE: dict[str, Any] = {
    "package": "pkg",
    "implementations": {
        "rust": {"builder": "maturin", "module": "pkg._rust"},
        "python": {"module": "pkg._python"},
    },
    "components": {"f": {}},
}
HERE = Situation(
    python_version="3.12.4",
    implementation_name="cpython",
    platform_system="linux",
    platform_machine="x86_64",
    platform_node="builder-7",
    abi_flags="",
    environ={"CI": "true", "FLAVOUR": "small"},
    state="wheel",
    from_sdist=False,
)


def mode(condition: dict[str, Any], situation: Situation = HERE) -> str:
    """How rust is built when an override that switches it off has this condition."""
    change = {"if": condition, "implementations": {"rust": {"build": "off"}}}
    table = {**copy.deepcopy(BASE), "overrides": [change]}
    settings = read_settings({"tool": {"twinwheel": table}}, builder_names(), situation)
    return settings.packages[0].implementations["rust"].build


@pytest.mark.parametrize(
    "condition",
    [
        {"python-version": ">=3.12"},
        {"python-version": ">=3.10,<3.13"},
        {"python-version": "==3.12.*"},
        {"python-version": "!=3.11.*, <=3.12.4"},
        {"implementation-name": "cpython"},
        {"platform-system": "linux"},
        {"platform-system": "win32|linux"},
        {"platform-machine": "x86_64|AMD64"},
        {"env": {"CI": True}},
        {"env": {"NOT_SET": False}},
        {"env": {"FLAVOUR": "sm.*"}},
        {"state": "wheel|editable"},
        {"from-sdist": False},
        {"any": {"platform-system": "win32", "python-version": ">=3.12"}},
        {"platform-system": "linux", "any": {"env": {"CI": True}, "state": "sdist"}},
    ],
)
def test_a_condition_that_holds(condition: dict[str, Any]) -> None:
    assert mode(condition) == "off"


@pytest.mark.parametrize(
    "condition",
    [
        {"python-version": ">=3.13"},
        {"python-version": "<3.12"},
        {"python-version": "==3.12"},
        {"implementation-name": "pypy"},
        {"platform-system": "win32"},
        {"platform-machine": "arm64"},
        {"env": {"CI": False}},
        {"env": {"FLAVOUR": "sm"}},
        {"state": "sdist"},
        {"from-sdist": True},
        {"platform-system": "linux", "python-version": ">=3.13"},
        {"any": {"platform-system": "win32", "python-version": ">=3.13"}},
        {"platform-system": "win32", "any": {"env": {"CI": True}}},
    ],
)
def test_a_condition_that_does_not(condition: dict[str, Any]) -> None:
    assert mode(condition) == "auto"


def test_a_word_of_no_counts_as_not_set() -> None:
    assert mode({"env": {"CI": True}}, replace(HERE, environ={"CI": "0"})) == "auto"


def test_the_later_override_counts_and_tables_are_merged() -> None:
    table = {
        **copy.deepcopy(BASE),
        "overrides": [
            {"if": {"state": "wheel"}, "implementations": {"rust": {"build": "off"}}},
            {"if": {"state": "wheel"}, "implementations": {"rust": {"build": "require"}}},
            {"if": {"state": "wheel"}, "wheel": {"exclude": ["*.txt"]}},
        ],
    }
    settings = read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE)
    rust = settings.packages[0].implementations["rust"]
    assert (rust.build, rust.module) == ("require", "pkg._rust")
    assert settings.wheel.exclude == ("*.txt",)


@pytest.mark.parametrize(
    ("override", "code", "said"),
    [
        ({"implementations": {}}, "TW105", "if: it is missing"),
        ({"if": {}}, "TW105", "no condition"),
        ({"if": {"platform": "linux"}}, "TW103", "platform-system"),
        ({"if": {"platform-system": "("}}, "TW105", "no regular expression"),
        ({"if": {"python-version": "3.12"}}, "TW105", "no version clause"),
        ({"if": {"python-version": ">=3.12.*"}}, "TW105", "no version clause"),
        ({"if": {"from-sdist": "yes"}}, "TW104", "true or false"),
        ({"if": {"env": {"CI": 1}}}, "TW104", "a string"),
        ({"if": {"state": "wheel"}, "minimum-version": "1"}, "TW103", "minimum-version"),
        ({"if": {"platform-system": "win32"}, "pakage": "x"}, "TW103", "did you mean 'package'?"),
        (
            {"if": {"platform-system": "win32"}, "implementations": {"rust": {"bild": "off"}}},
            "TW103",
            "did you mean 'build'?",
        ),
    ],
)
def test_what_is_wrong_shows_on_every_machine(
    override: dict[str, Any], code: str, said: str
) -> None:
    table = {**copy.deepcopy(BASE), "overrides": [override]}
    with pytest.raises(ConfigError) as caught:
        read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE)
    assert caught.value.code == code
    assert said in str(caught.value)


def test_a_project_can_ask_for_a_later_twinwheel() -> None:
    table = {**copy.deepcopy(BASE), "minimum-version": "99", "key-of-the-future": 1}
    with pytest.raises(ConfigError) as caught:
        read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE)
    assert caught.value.code == "TW108"
    table = {**copy.deepcopy(BASE), "minimum-version": "0.1"}
    assert read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE).packages
