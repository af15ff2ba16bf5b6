"""The benchmark of armed calls judges what it measured by its targets, and writes it down."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import dispatch_targets as targets
else:
    _path = Path(__file__).parents[2] / "benchmarks/dispatch_targets.py"
    _spec = importlib.util.spec_from_file_location("dispatch_targets", _path)
    targets = importlib.util.module_from_spec(_spec)
    sys.modules[_spec.name] = targets  # where dataclasses look for it
    _spec.loader.exec_module(targets)

ONE = "native slot, 100 % to the control"
ROUTED = "native slot, 50 %"
PYTHON = "Python slot, 50 %"
PEER = "functools.singledispatch"


def took(**more: float) -> dict[str, float]:
    return {targets.DIRECT: 5.0, targets.UNARMED: 5.1, **more}


@pytest.mark.parametrize(
    ("name", "nanoseconds", "said"),
    [
        (ONE, 17.0, "reached"),  # 12 ns more
        (ONE, 17.1, "missed"),
        (ROUTED, 25.0, "reached"),
        (ROUTED, 25.1, "missed"),
        (PYTHON, 85.0, "reached"),
        (PYTHON, 85.1, "missed"),
        (PEER, 1.0, ""),
    ],
)
def test_what_is_added_to_a_cheap_call(name: str, nanoseconds: float, said: str) -> None:
    assert targets.verdict(name, took(**{name: nanoseconds})) == said


@pytest.mark.parametrize(
    ("name", "nanoseconds", "said"),
    [
        (ONE, 60.0, "reached"),  # three times as long, though 40 ns more
        (ONE, 60.1, "missed"),
        (ROUTED, 80.0, "reached"),
        (ROUTED, 80.1, "missed"),
        (PYTHON, 100.1, "missed"),  # where only what is added counts
    ],
)
def test_multiples_of_a_dear_call(name: str, nanoseconds: float, said: str) -> None:
    assert targets.verdict(name, {targets.DIRECT: 20.0, name: nanoseconds}) == said


def test_the_import() -> None:
    assert "at most 1 ms: reached" in targets.import_reached(1.0)
    assert "at most 1 ms: missed" in targets.import_reached(1.01)


def test_the_lines_and_the_table_say_the_same() -> None:
    measured = took(**{ONE: 16.0, ROUTED: 30.0, PEER: 2000.0})
    lines = list(targets.reached(measured))
    assert [line.split()[-1] for line in lines[3:5]] == ["reached", "missed"]
    assert lines[2].endswith("the identical object")
    table = targets.table(measured, 0.5)
    assert f"| {ONE} | 16.0 | 11.0 | 3.2 | 12 ns or 3 times | reached |" in table
    assert f"| {ROUTED} | 30.0 | 25.0 | 6.0 | 20 ns or 4 times | missed |" in table
    assert f"| {PEER} | 2,000 | 1,995 | 400.0 |  |  |" in table
    assert f"| {targets.UNARMED} | 5.0 | 0 | 1.0 | 0 | the identical object |" in table


def test_a_table_is_put_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    begin, end = "<!-- CPython 3.13: begin -->", "<!-- CPython 3.13: end -->"
    page.write_text(f"before\n\n{begin}\n\nold\n\n{end}\n\nafter\n")
    for _ in range(2):
        targets.insert("new\n", "3.13", page)
        assert page.read_text() == f"before\n\n{begin}\n\nnew\n\n{end}\n\nafter\n"
    with pytest.raises(ValueError, match="no place") as caught:
        targets.insert("new\n", "3.11", page)
    assert "3.11" in str(caught.value)


def test_the_documentation_has_a_place_for_each_python() -> None:
    root: Any = Path(__file__).parents[2]
    page = (root / "docs/reference/performance-of-calls.md").read_text("utf-8")
    for version in ("3.11", "3.13"):
        assert f"<!-- CPython {version}: begin -->" in page
        assert f"<!-- CPython {version}: end -->" in page
