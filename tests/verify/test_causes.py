"""Names of findings: of each component its own, of a cause the same, of two causes two."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from verify.twins import call, module, pair_of, searched, subject

from twinwheel.verify.causes import names_of
from twinwheel.verify.confirming import Confirmed, finding_of
from twinwheel.verify.findings import Finding
from twinwheel.verify.judging import Mismatch, Rules
from twinwheel.verify.pairs import Pair
from twinwheel.verify.recipes import Call
from twinwheel.verify.running import search
from twinwheel.verify.search import Options
from twinwheel.verify.subjects import Subject
from twinwheel.verify.surfaces import compare_surfaces

CONTROL = """
    def f(value):
        {}
        if type(value) is not str: raise TypeError(f"unhashable type: {type(value).__name__!r}")
        if value.startswith("-"): raise ValueError("no number")
        if not value.isascii(): raise ValueError("no number")
        return memoryview(value.encode()).toreadonly() if value else 0
    g = lambda value: f(value)
    def keys(value): return dict.fromkeys(value, 1)
    def low(value):
        if value < 0: raise ValueError("below zero")
"""
CANDIDATE = """
    def f(value): return memoryview(bytearray(value.encode())) if value in ("a", "\\0") else None
    g = lambda value: None
    def keys(value): return dict.fromkeys(reversed(value), 1)
    def low(value): return None
"""


def found_with(pair: Pair, *calls: Call) -> list[Finding]:
    findings = []
    for each in calls:
        mismatch = pair.judge([each], Rules())[0]
        assert mismatch is not None, each
        sides = pair.control.subject, pair.candidate.subject
        findings.append(finding_of(Confirmed(mismatch, (each,), each), *sides))
    return findings


@pytest.mark.parametrize(
    ("component", "values"),
    [
        ("keys", [["ab"], ["b\0"], ["éa"]]),
        ("f", [[("list", [])], [("bytearray", b"")], [0], [None], [("odd",)], [1.5], [b"\x80"]]),
        ("low", [[-1], [-1.0], [-2.0]]),
        ("f", [["a"], ["\0"]]),
    ],
    ids=["order", "wrong type", "sign", "view"],
)
def test_one_cause_has_one_name_whatever_value_shows_it(
    tmp_path: Path, component: str, values: list[list[Any]]
) -> None:
    control = CONTROL.replace("{}\n", "pass\n")
    candidate = CANDIDATE.replace("value.encode()", "str(value).encode()")
    with pair_of(tmp_path, control, candidate) as pair:
        found = found_with(pair, *(call(component, *each) for each in values))
    assert len({each.id for each in found}) == 1, found
    if values[0] == ["a"]:
        assert found[0].summary == "only the candidate's view can be written into"


def test_two_causes_in_one_function_have_two_names(tmp_path: Path) -> None:
    with pair_of(tmp_path, CONTROL.replace("{}\n", "pass\n"), CANDIDATE) as pair:
        found = found_with(pair, call("f", "-1"), call("f", "é"), call("f", 0), call("f", "b"))
    assert len({each.id for each in found[1:]}) == 3, found
    assert len({each.cause for each in found[1:]}) == 3, found


def test_one_cause_in_two_functions_is_one_cause_with_two_names(tmp_path: Path) -> None:
    with pair_of(tmp_path, CONTROL.replace("{}\n", "pass\n"), CANDIDATE) as pair:
        found = found_with(pair, call("f", 0), call("g", None), call("f", ""), call("g", ""))
    assert found[0].cause == found[1].cause
    assert found[0].id != found[1].id
    assert found[2].kind == found[3].kind == "type"
    assert found[2].cause == found[3].cause != found[0].cause


def test_another_key_is_no_other_order(tmp_path: Path) -> None:
    control = "def f(value): return dict.fromkeys(value)"
    candidate = "def f(value): return dict.fromkeys(value[::-1].replace('\\0', 'x'))"
    with pair_of(tmp_path, control, candidate) as pair:
        found = found_with(pair, call("f", "ab"), call("f", "a\0"))
    assert found[0].id != found[1].id


def test_a_value_tells_too_little_to_be_one_cause_in_two_functions(tmp_path: Path) -> None:
    control = "def f(value): return 1\ndef g(value): return 1"
    with pair_of(tmp_path, control, control.replace("1", "2")) as pair:
        found = found_with(pair, call("f", 0), call("g", 0))
    assert found[0].cause != found[1].cause


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("TypeError: must be str, not int", "TypeError: must be str, not NoneType", True),
        ("TypeError: expected one of {'a', 'b'}", "TypeError: expected one of {'b', 'c'}", True),
        ("TypeError: takes b or a", "TypeError: takes a or b", True),
        ("TypeError: <C object> has no len()", "TypeError: <D> has no len()", True),
        ("TypeError: object has no len()", "TypeError: object is not callable", False),
    ],
)
def test_messages_are_compared_without_what_they_name(one: str, other: str, *, same: bool) -> None:
    names = set()
    for text in (one, other):
        key = ("f", "exception type", "TypeError", "")
        mismatch = Mismatch("exception type", "", text, "0", "f", key)
        names.add(names_of(mismatch, call("f", 0), (), ("a", "b")))
    assert len(names) == (1 if same else 2)


def test_what_is_remembered_is_one_cause_whatever_is_asked_then() -> None:
    mismatch = Mismatch("state", "", "0", "2", "f", ("f", "state"))
    names = {
        names_of(mismatch, call("f", value), (trait, "after 1 other call"), ("a", "b"))
        for value, trait in ((2, ""), (2**63, "64-bit integer"), (-1.0, "negative"))
    }
    assert len(names) == 1


def test_what_could_not_be_made_small_is_no_cause_of_its_own() -> None:
    sides = [Subject(name, "python", name, name) for name in ("a", "b")]
    mismatch = Mismatch("value", "", "1", "2", "f", ("f", "value"))
    large = call("f", ("list", [*range(300), -1, 2**40]))
    found = [
        finding_of(Confirmed(mismatch, (each,), each), *sides)
        for each in (large, call("f", 0), call("f", -1))
    ]
    assert found[0].id == found[1].id != found[2].id
    assert found[0].traits == ("302 items", "negative integer", "32-bit integer")


def test_functions_of_one_name_in_two_modules_have_findings_of_their_own(tmp_path: Path) -> None:
    """All that is saved of a package is in one folder: the second wrote over the first."""
    save = tmp_path / "saved"
    names = []
    for name in ("osa", "hamming"):
        module(tmp_path, name, "def f(text: str): return 0")
        module(tmp_path, f"{name}_c", "def f(text: str): return 1")
        sides = subject(tmp_path, name), subject(tmp_path, f"{name}_c")
        options = Options(seconds=0.7, call_seconds=0.5, memory=400 << 20)
        outcome = search(sides[0], [sides[1]], options, (), save, lambda *_: None)
        assert outcome.findings
        for each in outcome.findings:
            names.append(each.id)
            assert f"{name}.f" in Path(each.reproducer).read_text("utf-8").splitlines()[0]
    assert len(list(save.glob("finding_*.json"))) == len(set(names)) == len(names)


def test_names_stay_from_run_to_run(tmp_path: Path) -> None:
    control = CONTROL.replace("{}\n", "pass\n")
    ids = []
    for seed in (1, 2):
        found = searched(tmp_path, control, "def f(value): return None", seed=seed).findings
        ids.append([each.id for each in found if "TypeError" in each.control])
    assert len(ids[0]) == 1
    assert ids[0] == ids[1]


def test_what_all_signatures_lack_is_one_cause(tmp_path: Path) -> None:
    control = """
        def f(value): "It is."
        def g(value): "It is."
        ONE, TWO = 1, 2
    """
    candidate = "def f(value): pass\ndef g(other): pass\nONE, TWO = 3, 4"
    with pair_of(tmp_path, control, candidate) as pair:
        found, _, _ = compare_surfaces(pair)
    assert len({each.id for each in found}) == len(found) == 5, found
    assert len({each.cause for each in found}) == 4, found
