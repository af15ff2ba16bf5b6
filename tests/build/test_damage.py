"""Thousands of wrong settings: each gives a plan or one coded error, never a traceback."""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.projects import PACKAGES

from twinwheel.build._vendor import tomli
from twinwheel.build.builders import builder_names
from twinwheel.build.metadata import read_metadata
from twinwheel.build.plan import make_plan
from twinwheel.build.settings import current_situation, read_settings
from twinwheel.build.settings.schema import schema
from twinwheel.errors import TwinwheelError

TEXT = (PACKAGES / "twin" / "pyproject.toml").read_text("utf-8")
TWIN = tomli.loads(TEXT)["tool"]["twinwheel"]
HERE = current_situation({}, "wheel", from_sdist=False)
MANY = settings(
    max_examples=1500,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10), st.just("auto")
)


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
        read_settings({"tool": {"twinwheel": table}}, builder_names(), HERE)
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
