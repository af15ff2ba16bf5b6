"""``[[tool.twinwheel.overrides]]``: conditions, what they change, and what is wrong with them."""

from __future__ import annotations

import copy
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import Version

from twinwheel.build.builders import builder_names
from twinwheel.build.settings import current_situation, read_settings
from twinwheel.build.settings.overrides import Situation
from twinwheel.build.settings.pep440 import contains, parse_version
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
    found = read_settings({"tool": {"twinwheel": table}}, builder_names(), situation)
    return found.packages[0].implementations["rust"].build


@pytest.mark.parametrize(
    "condition",
    [
        {"python-version": ">=3.12"},
        {"python-version": ">=3.10,<3.13"},
        {"python-version": "==3.12.*"},
        {"python-version": "!=3.11.*, <=3.12.4"},
        {"python-version": "~=3.12"},
        {"python-version": ">=3.12.0rc1"},
        {"python-version": "<" + "9" * 5000},
        {"platform-node": "builder-"},
        {"abi-flags": "^$"},
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
        {"python-version": "~=3.11.2"},
        {"python-version": ">=" + "9" * 5000},
        {"platform-node": "laptop"},
        {"abi-flags": "t"},
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


def test_a_python_without_a_global_lock() -> None:
    assert mode({"abi-flags": "t"}, replace(HERE, abi_flags="td")) == "off"
    flags = current_situation({}, "wheel", from_sdist=False).abi_flags
    assert flags == getattr(sys, "abiflags", flags)


def test_a_prerelease_is_told_from_its_release_only_by_a_clause_that_names_one() -> None:
    early = replace(HERE, python_version="3.14.0b2")
    assert mode({"python-version": ">=3.14"}, early) == "off"
    assert mode({"python-version": "<3.14"}, early) == "auto"
    assert mode({"python-version": ">=3.14.0b1"}, early) == "off"
    assert mode({"python-version": ">=3.14.0rc1"}, early) == "auto"


_numbers = st.integers(0, 12).map(str)
_releases = st.lists(_numbers, min_size=1, max_size=4).map(".".join)
_stages = st.tuples(st.sampled_from(["a", "b", "rc", "-alpha.", ".pre", "c"]), _numbers)
_ends = st.sampled_from(["", "", ".post1", "-1", "r2", ".dev1", ".dev0", ".post1.dev3"])
_versions = st.tuples(
    st.sampled_from(["", "", "", "1!", "v"]), _releases, st.just("") | _stages.map("".join), _ends
).map("".join)


@given(first=_versions, second=_versions)
@settings(max_examples=400)
def test_versions_are_ordered_as_by_packaging(first: str, second: str) -> None:
    one, other = parse_version(first), parse_version(second)
    assert one is not None
    assert other is not None
    assert (one.key < other.key) is (Version(first) < Version(second))
    assert (one.key == other.key) is (Version(first) == Version(second))


@given(
    operator=st.sampled_from(["~=", "==", "!=", "<=", ">=", "<", ">"]),
    wanted=_versions,
    star=st.booleans(),
    have=st.tuples(_releases, st.just("") | _stages.map("".join)).map("".join),
)
@settings(max_examples=400)
def test_clauses_are_those_of_packaging(operator: str, wanted: str, star: bool, have: str) -> None:
    clause = f"{operator}{wanted}{'.*' * star}"
    version = Version(wanted)
    if version.is_prerelease is False:
        have = Version(have).base_version  # for the rest see the test above
    try:
        expected = SpecifierSet(clause).contains(have, prereleases=True)
    except InvalidSpecifier:
        with pytest.raises(ValueError):
            contains(clause, have)
        return
    if star and (version.pre or version.post is not None):
        with pytest.raises(ValueError):  # what no Python has
            contains(clause, have)
    else:
        assert contains(clause, have) is expected


@pytest.mark.parametrize("clause", ["", "3.12", "=3", "===3.12", "~=3", ">=3.*", ">3+local", "x"])
def test_what_is_no_clause(clause: str) -> None:
    with pytest.raises(ValueError):
        contains(clause, "3.12.4")


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
    found = read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE)
    rust = found.packages[0].implementations["rust"]
    assert (rust.build, rust.module) == ("require", "pkg._rust")
    assert found.wheel.exclude == ("*.txt",)


@pytest.mark.parametrize(
    ("override", "code", "said"),
    [
        ({"implementations": {}}, "TW105", "if: it is missing"),
        ({"if": {}}, "TW105", "no condition"),
        ({"if": {"platform": "linux"}}, "TW103", "platform-system"),
        ({"if": {"platform-system": "("}}, "TW105", "no regular expression"),
        ({"if": {"python-version": "3.12"}}, "TW105", "no version clause"),
        ({"if": {"python-version": ">=3.12.*"}}, "TW105", "no version clause"),
        ({"if": {"python-version": "===3.12"}}, "TW105", "~=3.12"),
        ({"if": {"any": {}}}, "TW105", "no condition"),
        ({"if": {"any": {"any": {"state": "wheel"}}}}, "TW103", "unknown key 'any'"),
        ({"if": {"env": {}}}, "TW105", "no condition"),
        ({"if": {"abi-flags": "("}}, "TW105", "no regular expression"),
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


def test_an_override_makes_nothing_whole() -> None:
    """The table is a project's on every machine, whatever overrides hold there."""
    for missing in ("package", "implementations", "components"):
        change = {"if": {"state": "wheel"}, missing: BASE[missing]}
        table = {key: value for key, value in BASE.items() if key != missing}
        with pytest.raises(ConfigError) as caught:
            read_settings(
                {"tool": {"twinwheel": {**table, "overrides": [change]}}}, builder_names(), HERE
            )
        assert caught.value.code == "TW105"


@pytest.mark.parametrize("path", [["if", *["any"] * 600], ["implementations", *["x"] * 990]])
def test_tables_that_are_too_deep_to_walk(path: list[str]) -> None:
    override: dict[str, Any] = {"if": {"state": "wheel"}}
    inner = override
    for key in path:
        inner[key] = dict(inner.get(key, {}))
        inner = inner[key]
    inner["state"] = "wheel"
    for table in ({**BASE, "overrides": [override]}, {**BASE, "overrides": [], **override}):
        with pytest.raises(ConfigError) as caught:
            read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE)
        assert caught.value.code == "TW103"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ("0.1.dev1", ""),
        ("0.0.9.post2", ""),
        ("v0.1rc1", ""),
        ("9" * 5000, "TW108"),
        ("1!0", "TW108"),
        ("soon", "TW105"),
        (">=0.1", "TW105"),
        ("0.1+local", "TW105"),
    ],
)
def test_any_version_may_be_the_lowest(wanted: str, code: str) -> None:
    table = {**copy.deepcopy(BASE), "minimum-version": wanted}
    found = ""
    try:
        read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE)
    except ConfigError as error:
        found = error.code
    assert found == code


def test_a_project_can_ask_for_a_later_twinwheel() -> None:
    table = {**copy.deepcopy(BASE), "minimum-version": "99", "key-of-the-future": 1}
    with pytest.raises(ConfigError) as caught:
        read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE)
    assert caught.value.code == "TW108"
    table = {**copy.deepcopy(BASE), "minimum-version": "0.1"}
    assert read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE).packages
