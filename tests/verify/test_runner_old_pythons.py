"""What runs beside an implementation works on every Python that an implementation may need."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import twinwheel.verify
from twinwheel.errors import VerifyError
from twinwheel.verify import pythons
from twinwheel.verify.operators import operands_of
from twinwheel.verify.pairs import Pair
from twinwheel.verify.planning import plain
from twinwheel.verify.recipes import Call
from twinwheel.verify.recording import read_recorded, record
from twinwheel.verify.reproducing import EMBEDDED
from twinwheel.verify.runner.building import BUILDERS
from twinwheel.verify.runner.calling import RAISED, RETURNED
from twinwheel.verify.runner.encoding import unpack
from twinwheel.verify.subjects import Subject
from twinwheel.verify.workers import Death, Limits, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

VERIFY = Path(twinwheel.verify.__file__).parent
RUNNER = VERIFY / "runner"
FILES = sorted([*RUNNER.glob("*.py"), *(VERIFY / "recorder").glob("*.py")])
EMBEDDED_FILES = [VERIFY.parent / each for each in EMBEDDED]
OLDER = [f"3.{minor}" for minor in range(pythons.OLDEST[1], sys.version_info[1])]
"""Than the Python of these tests; those that are not on this machine are skipped."""
NEWER_MODULES = {"annotationlib", "compression", "graphlib", "tomllib", "zoneinfo"}
"""Of the standard library, since the oldest Python."""

TRIVIAL = """
import os

def echo(value, *more):
    return value

def add(left, right=1):
    '''Add.'''
    return left + right

def refuse(value):
    raise KeyError(value)

def die(value):
    os._exit(7)

async def later():
    pass

def alike(arguments, control, candidate):
    return arguments == {"left": 1, "right": 2} and control == 3 and candidate == 3

class Point:
    '''A point.'''

    def __init__(self, x: int, y: "list[int]" = ()):
        self.x = x
        self.y = list(y)

    def far(self):
        return self.x > 10

    def __len__(self):
        return len(self.y)
"""
AUTHORS = """
from twinwheel.verify import arguments, relation

@arguments("add")
def numbers():
    raise AssertionError("it is not for the implementation's process")

@relation("add")
def back(names, left, right=1):
    return names.add(left, right) - right
"""
RECIPES: list[Any] = [
    *(None, True, 2**70, -0.0, float("nan"), "ä\ud800", b"\0\xff"),
    ("list", [1, ("list", ["x"])]),
    ("tuple", [1, ("tuple", [])]),
    ("set", [1, 2.5, "x"]),
    ("frozenset", [3, 1, 2]),
    ("dict", ["b", 1, "a", ("list", [2])]),
    ("complex", 1.0, float("nan")),
    ("bytearray", b"abc"),
    ("repeat", "ab", 3),
    ("join", ["a", ("repeat", "b", 2)]),
    ("nest", "dict", 3, 1),
    ("nest", "tuple", 2, 1),
    ("nest", "list", 200, 1),
    ("array", "d", bytes(16)),
    ("memoryview", b"abcd", -1),
    ("memoryview", ("bytearray", b"abcd"), 1, "H"),
    ("view", "H", [2], b"abcd", False),
    ("file", b"abc"),
    ("file", "abc"),
    ("file", b"abcdef", "short reads"),
    ("written", b"abc"),
    ("iterator", [1, "x"]),
    ("range", 1, 9, 2),
    ("slice", None, 3, None),
    ("make", "datetime.datetime", [2020, 1, 2]),
    ("make", "decimal.Decimal", ["1.10"]),
    ("make", "collections.deque", [], [1, 2]),
    ("global", "builtins.Ellipsis"),
    ("call", "add", [1], ["right", 5]),
    ("call", "Point", [1, ("list", [2])], []),
    *(("callback", name) for name in ("identity", "nothing", "refuse")),
    ("subclass", "Text", "abc"),
    ("subclass", "List", ("list", [1])),
    ("subclass", "Dict", ("dict", ["a", 1])),
    ("index", 3),
    ("floating", 1.5),
    ("odd",),
]


@cache
def found(version: str) -> str | None:
    try:
        return pythons.find(version).python
    except VerifyError:
        return None


@pytest.fixture(params=OLDER)
def old(request: pytest.FixtureRequest) -> str:
    """Give an older Python, as ``--python`` would find it."""
    python = found(request.param)
    if python is None:
        pytest.skip(f"no Python {request.param} is here")
    return python


def subject(python: str, folder: Path, authors_file: str = "") -> Subject:
    (folder / "trivial.py").write_text(TRIVIAL, encoding="utf-8")
    variables = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return Subject(
        python, python, "trivial", "trivial", variables=variables, authors_file=authors_file
    )


@pytest.fixture
def pair(old: str, tmp_path: Path) -> Iterator[Pair]:
    """Give this Python and an older one, with the same module in both."""
    authors = tmp_path / "twinwheel_verify.py"
    authors.write_text(AUTHORS, encoding="utf-8")
    made = Pair(
        subject(sys.executable, tmp_path, str(authors)),
        subject(old, tmp_path, str(authors)),
        Limits(seconds=30),
    )
    yield made
    made.close()


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), feature_version=pythons.OLDEST)


def by_name(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def test_there_are_files() -> None:
    assert {"recorder/sitecustomize.py", "runner/serving.py"} <= {by_name(file) for file in FILES}


@pytest.mark.parametrize("file", sorted({*FILES, *EMBEDDED_FILES}), ids=by_name)
def test_the_syntax_is_that_of_the_oldest(file: Path) -> None:
    names = {
        alias.name
        for node in parsed(file).body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
        for alias in node.names
    }

    assert "annotations" in names  # which nothing evaluates then


@pytest.mark.parametrize("file", FILES, ids=by_name)
def test_nothing_is_imported_but_the_standard_library_and_the_runner(file: Path) -> None:
    allowed = sys.stdlib_module_names - NEWER_MODULES
    inside = {each.stem for each in RUNNER.glob("*.py")}
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= allowed
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert str(node.module).partition(".")[0] in allowed
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module] if node.module else [alias.name for alias in node.names]
            assert node.level == 1
            assert file.parent == RUNNER
            assert set(modules) <= inside


def test_every_file_is_imported(old: str) -> None:
    names = [each.stem for each in RUNNER.glob("*.py") if each.stem != "__init__"]
    code = f"""
import importlib, importlib.util, sys
spec = importlib.util.spec_from_file_location(
    "runner", {str(RUNNER / "__init__.py")!r}, submodule_search_locations=[{str(RUNNER)!r}])
sys.modules["runner"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
for name in {names!r}:
    importlib.import_module("runner." + name)
assert "twinwheel" not in sys.modules
"""

    # -I: there is nothing but the standard library; -W: and nothing of it is on its way out
    command = [old, "-I", "-S", "-B", "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_each_kind_of_argument_is_made_and_answered_alike(pair: Pair) -> None:
    assert {each[0] for each in RECIPES if type(each) is tuple} == set(BUILDERS) - {
        *("numpy", "scalar"),  # of what is not in the standard library
        *("same", "another"),  # below
    }
    calls = [Call("echo", [each], [], []) for each in RECIPES]
    calls.append(Call("echo", [("list", [1]), ("same", 0)], [], []))
    calls.append(Call("add", [1], ["right", 2], []))
    calls.append(Call("refuse", [1], [], []))
    calls += [
        Call("Point", [11, ("list", [1])], [], [(name, [("another",)] * len(operands_of(name)))])
        for name in ("__len__", "__eq__", "__hash__", "__reduce__", "__deepcopy__", "__setitem__")
    ]
    calls.append(Call("later", [], [], []))
    calls.append(Call("Point", [11], [], [("far", []), ("x", None), ("none", None)]))

    for call, (mine, other) in zip(calls, pair.make(calls, poke=True), strict=True):
        expected = RAISED if call.component == "refuse" else RETURNED
        assert (mine[0], other[0]) == (expected, expected), call
        assert unpack(other[1]) == unpack(mine[1]) or mine[1] == other[1], call  # NaN
        assert mine[2] == other[2], call
        assert mine[4] == other[4], call


def test_relations_of_authors_are_components(pair: Pair) -> None:
    assert pair.candidate.relations == {"back": ("add", "property")}

    ((_, other),) = pair.make([Call("back", [1], ["right", 5], [])])

    assert unpack(other[1]) == 1


def test_what_it_looks_like_is_described(pair: Pair) -> None:
    kind, encoded = pair.candidate.ask(("describe",))
    names = plain(encoded)["names"]

    assert kind == "described"
    assert names["add"]["document"] == "Add."
    assert names["add"]["parameters"][1][:3] == ["right", "POSITIONAL_OR_KEYWORD", "1"]
    assert names["later"]["is coroutine"]
    assert names["Point"]["parameters"][1][3] == "list[int]"
    assert "sized" in names["Point"]["protocols"]
    assert set(names["Point"]["members"]) == {"far"}


def test_every_other_question_is_answered(pair: Pair) -> None:
    call = list(Call("add", [1], ["right", 2], []))
    point = list(Call("Point", [1], [], []))

    assert pair.candidate.ask(("together", [call, point], 4, 20)) == ("together", [True, True])
    kind, growth = pair.candidate.ask(("often", call, 50, 2))
    assert (kind, len(growth)) == ("often", 2)
    assert pair.candidate.ask(("agree", "trivial:alike", call, 3, 3)) == ("agree", True)
    assert pair.candidate.ask(("agree", "trivial:alike", call, 3, 4)) == ("agree", False)
    kind, pickled, _ = pair.control.ask(("write_pickle", point))
    assert kind == "pickle"
    kind, value = pair.candidate.ask(("read_pickle", pickled))
    assert (kind, value[:2]) == ("value", ("object", "Point"))
    assert pair.candidate.ask(("nonsense",))[0] == "failed"


def test_a_death_is_told_and_the_next_call_is_made(old: str, tmp_path: Path) -> None:
    worker = Worker(subject(old, tmp_path), Limits(seconds=30))
    try:
        dead, alive = worker.make([Call("die", [1], [], []), Call("add", [1], [], [])])
    finally:
        worker.close()

    assert dead == Death("crash", "exit code 7", 0)
    assert not isinstance(alive, Death)
    assert unpack(alive[1]) == 2


def test_calls_are_recorded(
    old: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "trivial.py").write_text(TRIVIAL, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    code = "import trivial; trivial.add(1); trivial.add([2], right=[3]); trivial.echo(iter([]))"

    ended, counts = record([old, "-c", code], ["trivial"], [], tmp_path / "corpus")

    assert capfd.readouterr().err == ""
    assert (ended, counts) == (0, {"add": 2})
    first, second = read_recorded(tmp_path / "corpus")
    assert first == Call("add", [1], [], [])
    assert second == Call("add", [("list", [2])], ["right", ("list", [3])], [])
