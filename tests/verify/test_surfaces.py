"""Two implementations from outside: each difference that a caller can meet, and no other."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from verify.twins import module, pair_of, subject

from twinwheel.verify.findings import KINDS, Finding
from twinwheel.verify.pairs import Pair
from twinwheel.verify.surfaces import compare_surfaces
from twinwheel.verify.workers import Limits

LIMITS = Limits(seconds=5.0)
"""Nothing here is slow but the machine."""


def found(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(each.component, each.kind, each.summary) for each in findings]


def compared(folder: Path, control: str, candidate: str, **more: Any) -> list[Finding]:
    with pair_of(folder, control, candidate, LIMITS, **more) as pair:
        return compare_surfaces(pair)[0]


# what the control has, what the candidate has in its place, and what is found
DIFFERENCES: tuple[tuple[str, str, tuple[str, str, str]], ...] = (
    ("def gone(): pass", "", ("gone", "missing name", "the candidate has no gone")),
    (
        "def changed(): pass",
        "class changed: pass",
        ("changed", "surface", "a function is a class"),
    ),
    ("LIMIT = 3", "LIMIT = 4", ("LIMIT", "surface", "the constants differ")),
    ("SIGN = 0.0", "SIGN = -0.0", ("SIGN", "surface", "the constants differ")),
    ("KIND = 1", "KIND = True", ("KIND", "surface", "the constants differ")),
    ("ORDER = (1, 2)", "ORDER = (2, 1)", ("ORDER", "surface", "the constants differ")),
    (
        "TABLE = bytes(100_000)",
        "TABLE = bytes(99_999) + b'!'",
        ("TABLE", "surface", "the constants differ"),
    ),
    ("FIXED = (1, 2)", "FIXED = [1, 2]", ("FIXED", "surface", "a constant is an object")),
    (
        "def told():\n    'Does it.'",
        "def told(): pass",
        ("told", "surface", "the docstring is missing"),
    ),
    (
        "class Told:\n    'A thing.'",
        "class Told: pass",
        ("Told", "surface", "the docstring is missing"),
    ),
    (
        "async def later(): pass",
        "def later(): pass",
        ("later", "surface", "only one is a coroutine function"),
    ),
    (
        "class Failed(ValueError): pass",
        "class Failed(Exception): pass",
        ("Failed", "surface", "it is no ValueError any more"),
    ),
    (
        "class Special(Failed): pass",
        "class Special(ValueError): pass",
        ("Special", "surface", "it is no Failed any more"),
    ),
    (
        "class Record(dict): pass",
        "class Record(collections.UserDict): pass",
        ("Record", "surface", "it is no dict any more"),
    ),
    (
        "class View(collections.abc.Mapping): pass",
        "class View:\n    __len__ = __iter__ = __contains__ = __getitem__ = 1",
        ("View", "surface", "it is no collections.abc.Mapping any more"),
    ),
    (
        "class Open: pass",
        "Open = type(lambda: 0)",
        ("Open", "surface", "it cannot be subclassed"),
    ),
    (
        "class Rows:\n    def __iter__(self): return iter(())",
        "class Rows: pass",
        ("Rows", "surface", "not iterable any more"),
    ),
    (
        "class Steps:\n    __iter__ = id\n    def __next__(self): raise StopIteration",
        "class Steps:\n    __iter__ = id",
        ("Steps", "surface", "not iterator any more"),
    ),
    (
        "class Counted:\n    def __len__(self): return 1",
        "class Counted: pass",
        ("Counted", "surface", "not sized any more"),
    ),
    (
        "class Table:\n    def __getitem__(self, key): return key",
        "class Table: pass",
        ("Table", "surface", "not subscript any more"),
    ),
    (
        "class Entered:\n    def __enter__(self): pass\n    def __exit__(self, *_): pass",
        "class Entered: pass",
        ("Entered", "surface", "not context manager any more"),
    ),
    (
        "class Awaited:\n    def __await__(self): return iter(())",
        "class Awaited: pass",
        ("Awaited", "surface", "not awaitable any more"),
    ),
    (
        "class Called:\n    def __call__(self): pass",
        "class Called: pass",
        ("Called", "surface", "not callable any more"),
    ),
    (
        "class Equal:\n    def __eq__(self, other): return True\n    __hash__ = object.__hash__",
        "class Equal: pass",
        ("Equal", "surface", "not equality any more"),
    ),
    (
        "class Key: pass",
        "class Key:\n    __hash__ = None",
        ("Key", "surface", "not hashable any more"),
    ),
    (
        "class Memory(ctypes.Structure): pass",
        "class Memory: pass",
        ("Memory", "surface", "not buffer any more"),
    ),
    (
        "class Runs:\n    def run(self): pass",
        "class Runs: pass",
        ("Runs.run", "missing name", "Runs has no method run"),
    ),
    (
        "class Field:\n    size = property(id)",
        "class Field: pass",
        ("Field.size", "missing name", "Field has no attribute size"),
    ),
    (
        "class Turned:\n    size = property(id)",
        "class Turned:\n    def size(self): pass",
        ("Turned.size", "surface", "an attribute is a method"),
    ),
    (
        "class Narrow:\n    def run(self, a, b=1): pass",
        "class Narrow:\n    def run(self, a): pass",
        ("Narrow.run", "signature", "b cannot be given by name"),
    ),
    (
        "class Static:\n    @staticmethod\n    def run(a): pass",
        "class Static:\n    def run(self, a): pass",
        ("Static.run", "signature", "the parameter at position 1 is self, not a"),
    ),
    (
        "class Made:\n    def __init__(self, size=3): pass",
        "class Made:\n    def __init__(self, size): pass",
        ("Made", "signature", "size has no default"),
    ),
    (
        "def default(a=1): pass",
        "def default(a=2): pass",
        ("default", "signature", "the default of a is 2, not 1"),
    ),
    (
        "def named_default(*, a=1): pass",
        "def named_default(*, a=2): pass",
        ("named_default", "signature", "the default of a is 2, not 1"),
    ),
    (
        "def mystery(a): pass",
        "mystery = _Callable()",
        ("mystery", "signature", "inspect.signature() finds none"),
    ),
)
# what differs, but not for a caller: the name, what the control has, and the candidate
ALIKE: tuple[tuple[str, str, str], ...] = (
    ("VERSION", "VERSION = '1.0'", "VERSION = '1.1'"),
    ("_private", "_private = 1", "_private = 2"),
    ("_hidden", "def _hidden(): pass", ""),
    ("NAN", "NAN = float('nan')", "NAN = -float('nan')"),
    ("SET", "SET = frozenset('abc')", "SET = frozenset('cba')"),
    ("untold", "def untold(): pass", "def untold():\n    'More than there was.'"),
    ("Wide", "class Wide: pass", "class Wide:\n    def more(self): pass"),
    ("Unhashed", "class Unhashed:\n    __hash__ = None", "class Unhashed: pass"),
    ("Gains", "class Gains: pass", "class Gains(_Base):\n    def __len__(self): return 1"),
    ("Private", "class Private(_Base): pass", "class Private: pass"),
    ("sentinel", *("def sentinel(a=_UNSET, *, b=_UNSET): pass",) * 2),
    ("mode", *("class Mode: pass\ndef mode(a=Mode, *, b=Mode): pass",) * 2),
    ("wider", "def wider(a): pass", "def wider(a, b=1, *c, d=2, **e): pass"),
    ("renamed", "def renamed(a, /): pass", "def renamed(b, /): pass"),
    ("unsure", "def unsure(a=1): pass", "def unsure(a=...): pass"),
    ("instance", "def instance(): pass", "instance = _Callable(inspect.Signature())"),
)
BOTH = """
import collections, collections.abc, ctypes, inspect
_UNSET = object()
class _Base: pass
class _Callable:
    def __init__(self, signature="none that inspect can read"): self.__signature__ = signature
    def __call__(self): pass
"""


def sources() -> tuple[str, str]:
    """Give two modules that have all of the above."""
    rows = [each[:2] for each in DIFFERENCES] + [each[1:] for each in ALIKE]
    return BOTH + "\n".join(row[0] for row in rows), BOTH + "\n".join(row[1] for row in rows)


@pytest.fixture(scope="module")
def all_found(tmp_path_factory: pytest.TempPathFactory) -> list[Finding]:
    return compared(tmp_path_factory.mktemp("all"), *sources())


@pytest.mark.parametrize("row", DIFFERENCES, ids=lambda row: " ".join(row[2]).replace(" ", "-"))
def test_a_difference_is_found(row: tuple[Any, ...], all_found: list[Finding]) -> None:
    assert row[2] in found(all_found)


@pytest.mark.parametrize("name", [row[0] for row in ALIKE])
def test_what_no_caller_meets_is_no_difference(name: str, all_found: list[Finding]) -> None:
    assert [each for each in found(all_found) if each[0].partition(".")[0] == name] == []


SHAPES = (
    *(
        "",
        "a",
        "a, /",
        "*, a",
        "a='d'",
        "a='d', /",
        "*, a='d'",
        "a, b",
        "b, a",
        "a, b='d'",
        "a, /, b",
    ),
    *("a, *, b", "a, *, b='d'", "*c", "**d", "*c, **d", "a, *c", "a, **d", "a, b, /", "x, a"),
    *(
        "x, *, a",
        "x, b",
        "x, /",
        "a='d', b='d'",
        "*, a, b='d'",
        "a, b, x",
        "a, *c, b",
        "b='d', a='d'",
    ),
    *("b, **d", "b='d', **d", "b, /, **d", "b='d', /, **d", "a, *, b, x='d'"),
)


def taken(function: Callable[..., dict[str, Any]], count: int, names: tuple[str, ...]) -> Any:
    """Give which parameter takes each positional argument; None if the call is refused."""
    try:
        by_name = function(*range(count), **dict.fromkeys(names, "named"))
    except TypeError:
        return None
    return {value: name for name, value in by_name.items() if type(value) is int}


def differ(left: str, right: str) -> bool:
    """Is there a call that the first takes, and the second not, or with arguments swapped?"""
    functions = [eval(f"lambda {each}: locals()") for each in (left, right)]
    one, other = map(inspect.signature, functions)
    nameable = {
        name for name, each in one.parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD
    }
    for positional, count in itertools.product(range(4), range(3)):
        for names in itertools.combinations(("a", "b", "x", "z"), count):
            mine, theirs = (taken(each, positional, names) for each in functions)
            if mine is None:
                continue
            if theirs is None:
                return True
            swapped = [
                theirs[place] in one.parameters or name in other.parameters
                for place, name in mine.items()
                if name in nameable and theirs.get(place, name) != name
            ]
            if any(swapped):
                return True
    return False


def test_a_signature_differs_where_a_call_is_refused_or_taken_otherwise(tmp_path: Path) -> None:
    """Of each pair of shapes, as Python takes the arguments of each small call."""
    pairs = list(itertools.product(SHAPES, repeat=2))
    modules = [
        "\n".join(f"def f{index}({shapes[side]}): pass" for index, shapes in enumerate(pairs))
        for side in (0, 1)
    ]
    said = {each.component: each.summary for each in compared(tmp_path, *modules)}
    wrong = []
    for index, (left, right) in enumerate(pairs):
        summary = said.get(f"f{index}", "")
        wraps = "*c" in left or "**d" in left  # it may only pass on what it does not know
        if differ(left, right) != bool(summary) and not (wraps and not summary):
            wrong.append(f"({left}) -> ({right}): {summary!r}")
    assert wrong == []
    assert len(said) > 300


def test_a_wrapper_that_passes_on_all_arguments_says_nothing(tmp_path: Path) -> None:
    left, right = "def f(*args, **kwargs): pass", "def f(*args, data, **kwargs): pass"
    assert compared(tmp_path, left, right) == []


def test_a_signature_is_shown_as_it_is_written(tmp_path: Path) -> None:
    shapes = ["()", "(a, /, b=1, *c, d, e='x', **f)", "(a, *, b)", "(a=None, /)", "(a, b, /, c)"]
    control = "\n".join(f"def f{index}{shape}: pass" for index, shape in enumerate(shapes))
    candidate = "\n".join(f"def f{index}(other, *, more): pass" for index in range(len(shapes)))
    findings = compared(tmp_path, control, candidate)
    assert [each.control for each in findings] == shapes
    assert {each.candidate for each in findings} == {"(other, *, more)"}


def test_equal_modules_have_no_findings(tmp_path: Path) -> None:
    assert found(compared(tmp_path, *sources()[:1] * 2)) == []


def test_a_type_of_c_that_can_be_subclassed_is_no_finding(tmp_path: Path) -> None:
    findings = compared(tmp_path, "class Kind: pass", "Kind = type(__import__('sys'))")
    assert "it cannot be subclassed" not in {each.summary for each in findings}
    assert {each.component.partition(".")[0] for each in findings} == {"Kind"}


def test_each_finding_tells_who_and_is_one_of_the_kinds(all_found: list[Finding]) -> None:
    assert {each.candidate_name for each in all_found} == {"candidate"}
    assert {each.kind for each in all_found} <= KINDS.keys()
    assert len({each.id for each in all_found}) == len(all_found)


def test_a_finding_shows_both_sides(tmp_path: Path) -> None:
    (finding,) = compared(tmp_path, "A = (1, 'x')", "A = (1, 'y')")
    assert (finding.control, finding.candidate) == ("(1, 'x')", "(1, 'y')")


def test_equal_runs_give_equal_ids(tmp_path: Path, all_found: list[Finding]) -> None:
    again = compared(tmp_path, *sources())
    assert [each.id for each in again] == [each.id for each in all_found]


def test_what_the_candidate_alone_has_is_a_note(tmp_path: Path) -> None:
    with pair_of(tmp_path, "A = 1", "A = 1\nB = 2\n_C = 3\ndef d(): pass", LIMITS) as pair:
        findings, searched, notes = compare_surfaces(pair)
    assert findings == []
    assert notes == ["only candidate has B, d"]
    assert [each.component for each in searched] == ["A"]
    # of several modules of a package, each says what it has
    (tmp_path / "wide").mkdir()
    (tmp_path / "wide" / "__init__.py").touch()
    for name, source in (
        ("old", "A = 1"),
        ("new", "A = 1" + "".join(f"\nk{each:02} = 1" for each in range(23))),
    ):
        (tmp_path / "wide" / f"{name}.py").write_text(source)
    sides = [replace(subject(tmp_path, f"wide.{each}"), package="wide") for each in ("old", "new")]
    with closing(Pair(sides[0], sides[1], LIMITS)) as pair:
        (note,) = compare_surfaces(pair)[2]
    assert note.startswith("only wide.new has wide.new.k00, wide.new.k01, ")
    assert note.endswith(" wide.new.k19 and 3 more")


def test_what_was_compared_is_counted(tmp_path: Path) -> None:
    source = "def f(): pass\nclass Box:\n    size = 1\n    def add(self): pass"
    with pair_of(tmp_path, source, source, LIMITS) as pair:
        _, searched, _ = compare_surfaces(pair)
    assert {each.component: each.comparisons for each in searched} == {"f": 1, "Box": 3}
    assert {each.sources for each in searched} == {("surface",)}


def test_only_what_a_manifest_declares_is_missed(tmp_path: Path) -> None:
    control = "A = 1\nB = 1\ndef wanted(): pass\ndef own(): pass\ndef there(): pass"
    candidate = "A = 2\ndef there(): pass"
    declared = ("wanted", "there")
    findings = compared(tmp_path, control, candidate, components=declared)
    assert {each[:2] for each in found(findings)} == {("wanted", "missing name"), ("A", "surface")}


PICKLED = """
    import os
    class Box:
        def __init__(self): self.size = 3
        def __getstate__(self): {}
        def __setstate__(self, state): {}
"""
FINE = ("return {'size': 3}", "self.size = state['size']")


@pytest.mark.parametrize(
    ("control", "candidate", "summary"),
    [
        (FINE, FINE, ""),
        (FINE, ("raise TypeError('no')", FINE[1]), "it cannot be pickled"),
        (FINE, ("os._exit(3)", FINE[1]), "it cannot be pickled"),
        (
            FINE,
            ("return {'length': 3}", "self.size = state['length']"),
            "the candidate does not read the control's pickle",
        ),
        (FINE, (FINE[0], "os._exit(3)"), "the control's pickle kills"),
        (("raise TypeError('no')", FINE[1]), ("raise ValueError('no')", FINE[1]), ""),
        (("os._exit(3)", FINE[1]), FINE, ""),
    ],
    ids=["fine", "refuses", "dies", "other state", "dies of it", "neither", "control dies"],
)
def test_pickles(
    tmp_path: Path, control: tuple[str, str], candidate: tuple[str, str], summary: str
) -> None:
    """Of two modules of one name, as two releases have them: a pickle tells where a class is."""
    module(tmp_path / "left", "box", PICKLED.format(*control))
    module(tmp_path / "right", "box", PICKLED.format(*candidate))
    pair = Pair(subject(tmp_path / "left", "box"), subject(tmp_path / "right", "box"), LIMITS)
    try:
        findings = compare_surfaces(pair)[0]
        assert compare_surfaces(pair)[0] == findings  # whatever died is there again
    finally:
        pair.close()
    assert found(findings) == ([("Box", "pickle", summary)] if summary else [])


def test_a_class_that_cannot_be_made_is_not_pickled(tmp_path: Path) -> None:
    source = "class Box:\n    def __init__(self): raise OSError"
    assert compared(tmp_path, source, source + "\n    def __getstate__(self): 1 / 0") == []


def test_an_object_that_raises_when_it_is_looked_at_ends_nothing(tmp_path: Path) -> None:
    source = """
        class Odd(type):
            def __getattribute__(self, name):
                if name == "__mro__": raise SystemExit
                return type.__getattribute__(self, name)
        Thing = Odd("Thing", (), {})
        A = %s
    """
    assert found(compared(tmp_path, source % 1, source % 2)) == [
        ("A", "surface", "the constants differ")
    ]


def test_what_has_two_names_on_both_sides_is_told_once(tmp_path: Path) -> None:
    control = "class Kind:\n    def gone(self): pass\nOther = Kind\nONE = TWO = 1\n"
    candidate = "class Kind: pass\nOther = Kind\nONE = TWO = 2\n"
    with pair_of(tmp_path, control, candidate, LIMITS) as pair:
        findings, compared, _ = compare_surfaces(pair)
    assert [each.component for each in findings] == ["Kind.gone", "ONE", "TWO"]
    skipped = {each.component: each.skipped for each in compared if each.skipped}
    assert skipped == {"Other": "it is another name of Kind"}
    assert len(compared) == 4
    # an alias that one side alone has is something else
    apart = candidate.replace("Other = Kind", "class Other: pass")
    with pair_of(tmp_path, control, apart, LIMITS) as pair:
        findings = compare_surfaces(pair)[0]
    assert {each.component for each in findings} == {"Kind.gone", "Other.gone", "ONE", "TWO"}
