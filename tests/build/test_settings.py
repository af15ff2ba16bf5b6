"""``[tool.twinwheel]``: what is accepted, and one coded error for everything else."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinwheel.build.builders import builder_names
from twinwheel.build.pyproject import read_pyproject
from twinwheel.build.settings import PackageSettings, current_situation, read_settings
from twinwheel.errors import ConfigError

GOOD: dict[str, Any] = {
    "package": "pkg",
    "prefer": ["rust", "c", "python"],
    "implementations": {
        "c": {"builder": "scikit-build-core", "module": "pkg._c", "build": "auto"},
        "rust": {"builder": "maturin", "module": "pkg._rust"},
        "python": {"module": "pkg._python"},
    },
    "components": {"f": {"raises": ["ValueError"], "effects": "pure", "compare": "ulp(2)"}},
}


HERE = current_situation({}, "wheel", from_sdist=False)


def read(table: object) -> PackageSettings:
    """The settings of the one package in a table."""
    (package,) = read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE).packages
    return package


def changed(path: str, value: object) -> dict[str, Any]:
    table = copy.deepcopy(GOOD)
    inner = table
    *parents, last = path.split("/")
    for key in parents:
        inner = inner.setdefault(key, {})
    inner[last] = value
    return table


def test_every_default_is_filled_in() -> None:
    found = read({k: v for k, v in GOOD.items() if k != "prefer"})
    assert found.prefer == ("rust", "c", "python")
    assert found.implementations["rust"].build == "auto"
    assert found.implementations["python"].builder == ""
    assert found.components["f"].depends == ()


@pytest.mark.parametrize(
    ("path", "value", "code", "said"),
    [
        ("preffer", [], "TW103", "did you mean 'prefer'?"),
        ("package", 3, "TW104", "a string"),
        ("package", "", "TW104", "empty"),
        ("package", "a b", "TW105", "import name"),
        ("prefer", ["rust", "fortran"], "TW105", "fortran"),
        ("prefer", ["rust", "c"], "TW105", "leaves out python"),
        ("prefer", ["c", "c", "rust", "python"], "TW105", "twice"),
        ("prefer", "rust", "TW104", "array"),
        ("implementations", {}, "TW105", "none is declared"),
        ("implementations", [], "TW104", "a table"),
        ("implementations/c/bulid", "off", "TW103", "did you mean 'build'?"),
        ("implementations/c/build", "maybe", "TW105", "auto, require, off"),
        ("implementations/c/build", True, "TW104", "true or false"),
        ("implementations/c/builder", "meson", "TW105", "maturin, "),
        ("implementations/c/builder", "matruin", "TW105", "did you mean 'maturin'?"),
        ("implementations/c/module", "other._c", "TW105", "outside the package"),
        ("implementations/c/module", "pkg", "TW105", "outside the package"),
        ("implementations/c/module", "pkg._rust", "TW105", "is the module of pkg: c and"),
        ("implementations/c/requires", "pybind11", "TW104", "array of strings"),
        ("implementations/python/build", "off", "TW105", "without a builder"),
        ("implementations/Rust", {"module": "pkg._r"}, "TW105", "cannot name"),
        ("implementations/auto", {"module": "pkg._r"}, "TW105", "cannot name"),
        ("components", {}, "TW105", "none is declared"),
        ("components/f/compare", "roughly", "TW105", "no comparator"),
        ("components/f/compare", "close(banana, apple)", "TW105", "close(1e-9, 0)"),
        ("components/f/compare", "close(nan, inf)", "TW105", "no comparator"),
        ("components/f/compare", "close(-1, 0)", "TW105", "no comparator"),
        ("components/f/compare", "close(1e-9)", "TW105", "no comparator"),
        ("package", "x" * 300, "TW105", "too long"),
        ("implementations/c/directory", "a\0", "TW105", "null character"),
        ("implementations/c/directory", "x" * 300, "TW105", "too long"),
        ("implementations/c/directory", "x/" * 600, "TW105", "too long"),
        ("wheel/packages", ["a\0"], "TW105", "null character"),
        ("wheel/packages", ["x" * 300], "TW105", "too long"),
        ("wheel/packages", ["../outside"], "TW105", "outside the project"),
        ("wheel/packages", ["/etc"], "TW105", "outside the project"),
        ("components/f/effects", "none", "TW105", "pure, stateful"),
        ("components/f/effects", {"outplace": ["x"]}, "TW103", "inplace"),
        ("components/f/depends", ["g"], "TW105", "no other component"),
        ("components/not-a-name", {}, "TW105", "identifier"),
        ("components/class", {}, "TW105", "identifier"),
        ("components/__class__", {}, "TW105", "identifier"),
        ("wheel/packages", "src/pkg", "TW104", "array"),
        ("implementations/rust/builder", "bazel", "TW105", "entry-point group twinwheel.builders"),
        ("implementations/rust/builder", "matruin", "TW105", "did you mean 'maturin'?"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: object, code: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read(changed(path, value))
    assert caught.value.code == code
    text = str(caught.value)
    assert said in text
    assert "pyproject.toml, [tool.twinwheel" in text


@pytest.mark.parametrize("compare", ["close(1e-6, 0)", "close(0.5,.5)", "close( 1. , 1E+3 )"])
def test_tolerances_are_numbers(compare: str) -> None:
    assert read(changed("components/f/compare", compare)).components["f"].compare == compare


def test_a_project_without_the_table_is_told_so() -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings({"tool": {"maturin": {}}}, builder_names(), HERE)
    assert caught.value.code == "TW106"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"[tool", "TW102"), (b"a = 1\na = 2", "TW102"), (b"\xff\xfe", "TW102"), (None, "TW101")],
)
def test_a_file_that_is_no_toml(tmp_path: Path, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / "pyproject.toml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_pyproject(tmp_path)
    assert caught.value.code == code


_scalars = st.one_of(st.booleans(), st.integers(), st.text(max_size=8), st.floats(), st.none())
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
_paths = st.sampled_from(
    [
        "package",
        "prefer",
        "implementations",
        "implementations/c",
        "implementations/c/module",
        "implementations/c/builder",
        "implementations/c/build",
        "implementations/c/requires",
        "implementations/c/languages",
        "components",
        "components/f",
        "components/f/raises",
        "components/f/effects",
        "components/f/effects/inplace",
        "components/f/compare",
        "components/f/depends",
        "wheel",
        "wheel/exclude",
        "new",
    ]
)


@given(path=_paths, value=_values)
@settings(max_examples=300)
def test_any_value_anywhere_is_read_or_refused_with_a_code(path: str, value: object) -> None:
    table = copy.deepcopy(GOOD)
    inner: Any = table
    *parents, last = path.split("/")
    for key in parents:
        inner[key] = inner.get(key) if isinstance(inner.get(key), dict) else {}
        inner = inner[key]
    inner[last] = value
    refused = None
    try:
        read(table)
    except ConfigError as error:
        refused = error
    assert refused is None or (refused.code.startswith("TW1") and refused.where)
