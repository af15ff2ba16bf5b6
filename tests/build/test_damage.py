"""Thousands of wrong settings: each gives a plan or one coded error, never a traceback."""

from __future__ import annotations

import contextlib
import copy
import datetime as dt
import functools
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.projects import PACKAGES
from support.toml import dumps

from twinwheel._vendor import tomli
from twinwheel.build.builders import builder_names
from twinwheel.build.dynamic import dynamic_fields, dynamic_requirements
from twinwheel.build.metadata import read_metadata
from twinwheel.build.plan import Plan, make_plan
from twinwheel.build.project_table import check_project
from twinwheel.build.settings import State, current_situation, read_settings
from twinwheel.build.settings.schema import schema
from twinwheel.build.sources import python_sources
from twinwheel.build.versions import check_versions
from twinwheel.errors import TwinwheelError

TEXT = (PACKAGES / "twin" / "pyproject.toml").read_text("utf-8")
TWIN = tomli.loads(TEXT)["tool"]["twinwheel"]
BUILDERS = builder_names()
HERE = current_situation({}, "wheel", from_sdist=False)
MANY = settings(
    max_examples=1500,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10), st.just("auto")
)


@functools.cache
def _keys() -> list[str]:
    """Every key that the schema knows, and a few that it does not."""
    document = schema()
    found = {"twin", "rust", "c", "python", "double", "if", "nonsense", ""}
    for table in (document, *document["definitions"].values()):
        found.update(table["properties"])
    return sorted(found)


_tables = st.recursive(
    _scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(_keys()), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(changes=st.dictionaries(st.sampled_from(_keys()), _tables, min_size=1, max_size=4))
@MANY
def test_any_table_of_known_keys(changes: dict[str, Any]) -> None:
    table = {**copy.deepcopy(TWIN), **changes}
    refused = None
    try:
        read_settings({"tool": {"twinwheel": table}}, BUILDERS, HERE)
    except TwinwheelError as error:
        refused = error
    if refused is not None:
        assert refused.code in ("TW103", "TW104", "TW105", "TW108")
        assert refused.where


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """The text of a project with pieces cut out, doubled, overwritten or swapped."""
    data = bytearray(TEXT.encode())
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 40)))
        kind = draw(st.sampled_from(["cut", "double", "insert", "line"]))
        if kind == "cut":
            del data[start:end]
        elif kind == "double":
            data[start:start] = bytes(data[start:end])
        elif kind == "insert":
            data[start:start] = draw(st.binary(max_size=6))
        else:
            lines = bytes(data).split(b"\n")
            place = draw(st.integers(0, len(lines) - 1))
            lines[place] = draw(
                st.sampled_from(
                    [b"", b"[", b"[[tool]]", b"tool = 1", b'x = "', b"build = []", b"module = 3"]
                )
            )
            data = bytearray(b"\n".join(lines))
    return bytes(data)


@given(content=damaged())
@MANY
def test_any_damage_to_the_file(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pyproject.toml").write_bytes(content)
        code = ""
        (root / "README.md").write_text("# twin", "utf-8")
        (root / "LICENSE.txt").write_text("MIT", "utf-8")
        try:
            plan = make_plan(root, environ={}, state="sdist")
            if b"dynamic" not in content:  # else the builders would be asked
                read_metadata(plan)
        except TwinwheelError as error:
            code = error.code
        assert code == "" or code.startswith("TW1"), code


def whole_documents() -> list[dict[str, Any]]:
    """Good documents of two projects, with every table that is read."""
    twin, several = (
        tomli.loads((PACKAGES / name / "pyproject.toml").read_text("utf-8"))
        for name in ("twin", "several")
    )
    twin["project"] |= {
        "optional-dependencies": {"more": ["twinwheel"]},
        "entry-points": {"group": {"name": "twin:main"}},
        "urls": {"home": "https://example.org"},
        "classifiers": ["Programming Language :: C"],
        "keywords": ["twin"],
    }
    twin["tool"]["twinwheel"] |= {
        "minimum-version": "0.1",
        "runtime": "vendored",
        "wheel": {"packages": ["src/twin"], "exclude": ["*.c"]},
        "cargo": {"manifest-path": "rust/Cargo.toml", "destination": "twin"},
        "editable": {"rebuild": "by-hand"},
        "overrides": [
            {
                "if": {
                    "platform-system": "linux",
                    "abi-flags": "t",
                    "any": {"env": {"CI": True}, "python-version": ">=3.8"},
                },
                "implementations": {"c": {"build": "off"}},
            }
        ],
    }
    twin["tool"]["scikit-build"] |= {
        "cmake": {"version": ">=3.15", "source-dir": "."},
        "ninja": {"version": ">=1.5"},
        "metadata": {"version": {"provider": "x"}},
    }
    twin["tool"]["maturin"]["bindings"] = "pyo3"
    twin["tool"]["dynamic-metadata"] = [{"provider": "x", "field": "version"}]
    return [twin, several]


ODD: list[Any] = [
    *(True, 0, -1, 1.5, float("nan"), dt.date(2020, 1, 1)),
    *("", "x", "\0", "\n", "a\nb", "/abs", "../up", "a/../../b", "~", ".", "..", "C:\\x"),
    *("*", "**", "**x", "[", "(", "(?P<x>", "!", "é", "x" * 300, "x" * 5000, "9" * 5000),
    *("d/" * 600, "٣", ">=٣", ">=3.12", ">=" + "9" * 5000, "==3.*", "~=3", "auto", "off", "src"),
    *("twin", "twin.", "twin._c", "twin._c\n", "class.x", "maturin", "cargo", "meson-python"),
    *("rust/../rust/Cargo.toml", "README.md", "pipe", "dynamic", "version"),
    *([], [1], ["x"], ["x", "x"], [[]], ["\0"], ["."], ["../x"], ["/etc"], ["["], [""], [{}]),
    *({}, {"x": 1}, {"if": {}}, {"file": "README.md"}, {"text": "x"}, [{"if": {}}]),
]
DOCUMENTS = whole_documents()
CONTENTS = [b"# twin", b"", b"\xff\xfe\xe9", b"\0", None]
KEYS = ["file", "text", "dynamic", "license", "license-files", "readme", "console_scripts"]


def places_in(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items: Any = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    return [path, *(place for key, inner in items for place in places_in(inner, (*path, key)))]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A good document with some values replaced, removed or added, anywhere."""
    document: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(DOCUMENTS)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places_in(document)[1:] or [()]))
        if not path:
            break
        inner: Any = document
        for key in path[:-1]:
            inner = inner[key]
        odd = copy.deepcopy(draw(st.sampled_from(ODD) | _tables))
        kind = draw(st.sampled_from(["replace", "replace", "replace", "remove", "add"]))
        target = inner[path[-1]]
        if kind == "remove":
            del inner[path[-1]]
        elif kind == "add" and isinstance(target, dict):
            target[draw(st.sampled_from([*_keys(), *KEYS]))] = odd
        elif kind == "add" and isinstance(target, list):
            target.append(odd)
        else:
            inner[path[-1]] = odd
    return document


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The trees of the two projects, in one folder each."""
    made = [tmp_path_factory.mktemp("damage") / name for name in ("twin", "several")]
    for root in made:
        shutil.copytree(PACKAGES / root.name, root)
        (root / "LICENSE.txt").write_text("MIT", "utf-8")
        if hasattr(os, "mkfifo"):
            os.mkfifo(root / "pipe")
    return made


@given(
    document=mutated(),
    state=st.sampled_from(["wheel", "sdist", "editable"]),
    readme=st.sampled_from(CONTENTS),
    licence=st.sampled_from(CONTENTS),
)
@MANY
def test_any_damage_to_any_table(
    trees: list[Path],
    document: dict[str, Any],
    state: State,
    readme: bytes | None,
    licence: bytes | None,
) -> None:
    """All that is done before the first builder is run, tools there or not."""
    several = "several" in str(document.get("project"))
    root = trees[several]
    (root / "pyproject.toml").write_text(dumps(document), "utf-8", newline="\n")
    for name, content in (("README.md", readme), ("LICENSE.txt", licence)):
        (root / name).unlink(missing_ok=True)
        if content is not None:
            (root / name).write_bytes(content)
    # CMake finds the compilers by the one, and no program is found, nor run, by the other.
    environ = {"CMAKE_TOOLCHAIN_FILE": "toolchain.cmake", "PATH": ""}
    try:
        plan = make_plan(root, environ=environ, state=state)
    except TwinwheelError:
        return
    with contextlib.suppress(TwinwheelError):
        requirements_of(plan)
    with contextlib.suppress(TwinwheelError):
        if dynamic_fields(plan.pyproject):  # the builders would be asked
            check_project(root, plan.pyproject)
            return
        check_versions(plan, read_metadata(plan).version)
        python_sources(plan)


def requirements_of(plan: Plan) -> None:
    """Ask every half, as if all of them were built."""
    dynamic_requirements(plan)
    for half in plan.halves:
        half.builder.requirements(half.context)
        half.builder.build_files(half.context)
        half.builder.leftovers(half.context)
        half.builder.stated_versions(half.context)
