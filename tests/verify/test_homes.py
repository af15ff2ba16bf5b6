"""Two environments are in two places, and have their objects at two addresses: no difference."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from verify.twins import LIMITS, module, subject

from twinwheel.verify.pairs import Pair
from twinwheel.verify.running import search
from twinwheel.verify.search import Options
from twinwheel.verify.subjects import Subject
from twinwheel.verify.surfaces import compare_surfaces

SOURCE = """
    import sys
    HOME = sys.prefix
    nothing = object()
    class Maker:
        def __call__(self): pass
    def include(): return [sys.prefix + "/include", {"b": (sys.prefix + "/lib").encode()}]
    def get(name=sys.prefix, other=nothing, made=Maker()): return None
    def refuse(text: str): raise LookupError("nothing in " + sys.prefix)
    class Where:
        def __init__(self, key: int = 0): self.place = sys.prefix
        def __str__(self): return "in " + self.place
"""


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Subject, Subject]:
    made = []
    for name in ("one", "the-other"):
        home = tmp_path / name
        command = [sys.executable, "-m", "venv", "--without-pip", str(home)]
        subprocess.run(command, check=True, timeout=60)
        python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        module(tmp_path / f"{name}-code", "where", SOURCE)
        made.append(replace(subject(tmp_path / f"{name}-code", "where"), python=str(python)))
    return made[0], made[1]


def found(sides: tuple[Subject, Subject]) -> dict[str, str]:
    pair = Pair(*sides, LIMITS)
    try:
        findings, _, _ = compare_surfaces(pair)
    finally:
        pair.close()
    options = Options(seconds=1.5, messages=True, call_seconds=0.5, memory=400 << 20)
    findings += search(sides[0], [sides[1]], options, (), None, lambda *_: None).findings
    return {each.component: each.summary for each in findings}


def test_where_an_environment_is_makes_no_difference(sides: tuple[Subject, Subject]) -> None:
    assert found(sides) == {}


def test_another_place_in_it_does(tmp_path: Path, sides: tuple[Subject, Subject]) -> None:
    other = SOURCE.replace("/include", "/includes").replace("=nothing", "=None")
    module(
        tmp_path / "the-other-code", "where", other.replace("sys.prefix\n", "'/' + sys.prefix\n")
    )
    assert found(sides) == {
        "HOME": "the constants differ",
        "Where": "the value differs at .__dict__['place']: '<prefix>' and '/<prefix>'",
        "get": "the default of other is None, not <object object>",
        "include": "the value differs at [0]: '<prefix>/include' and '<prefix>/includes'",
    }
