"""Outcomes out of events, side by side, in words, and what is made of them."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

import twinwheel.verify.suite
from twinwheel.verify.findings import KINDS
from twinwheel.verify.suite import proving
from twinwheel.verify.suite.aligning import align
from twinwheel.verify.suite.comparing import compare
from twinwheel.verify.suite.kit import Expected, Injection
from twinwheel.verify.suite.outcomes import Outcome, Reading, outcome_of
from twinwheel.verify.suite.wording import verdict

INSIDE = Path(twinwheel.verify.suite.__file__).with_name("inside")


def reading(**outcomes: str) -> Reading:
    """A run of tests of one module, with an outcome each."""
    named = {f"test_it.py::{test}": Outcome(word) for test, word in outcomes.items()}
    return Reading(tests=list(named), outcomes=named)


def report(when: str, outcome: str, expected: bool = False) -> dict[str, Any]:
    told = {"when": when, "outcome": outcome, "expected": expected}
    return told if outcome == "passed" else {**told, "why": f"{when} {outcome}"}


@pytest.mark.parametrize(
    ("reports", "outcome", "why"),
    [
        (["setup passed", "call passed", "teardown passed"], "passed", ""),
        (["setup passed", "call failed", "teardown passed"], "failed", "call failed"),
        (["setup failed", "teardown passed"], "error", "setup failed"),
        (["setup passed", "call passed", "teardown failed"], "error", "teardown failed"),
        (["setup passed", "call failed", "teardown failed"], "failed", "call failed"),
        (["setup skipped", "teardown passed"], "skipped", "setup skipped"),
        (["setup passed", "call skipped", "teardown passed"], "skipped", "call skipped"),
        (["setup passed", "call skipped!", "teardown passed"], "xfailed", "call skipped"),
        (["setup skipped!", "teardown passed"], "xfailed", "setup skipped"),
        (["setup passed", "call passed!", "teardown passed"], "xpassed", ""),
        # subtests report as calls of the test
        (["setup passed", "call failed", "call passed"], "failed", "call failed"),
        (["setup passed", "call skipped", "call passed"], "passed", ""),
        # another plugin runs it again
        (["setup passed", "call rerun", "setup passed", "call passed"], "passed", ""),
    ],
)
def test_an_outcome_is_made_of_reports(reports: list[str], outcome: str, why: str) -> None:
    made = [
        report(when, outcome.rstrip("!"), expected=outcome.endswith("!"))
        for when, outcome in map(str.split, reports)
    ]
    assert outcome_of(made) == Outcome(outcome, why)


def test_a_test_that_has_only_been_set_up_has_no_outcome() -> None:
    assert outcome_of([report("setup", "passed")]) is None
    assert outcome_of([]) is None


def test_a_test_that_is_run_several_times_is_as_bad_as_at_its_worst() -> None:
    made = Reading()
    for outcome in ("passed", "failed", "passed"):
        made.feed({"event": "start", "test": "t"}, 0)
        made.feed({"event": "report", "test": "t", **report("call", outcome)}, 0)
        made.feed({"event": "finish", "test": "t"}, 0)
    assert made.outcomes["t"].outcome == "failed"


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ("passed passed", "same"),
        ("failed failed", "same"),
        ("passed failed", "only b fails"),
        ("failed passed", "only a fails"),
        ("passed skipped", "only b skips"),
        ("skipped passed", "only a skips"),
        ("passed error", "only b has an error"),
        ("passed crashed", "only b crashes"),
        ("passed hung", "only b hangs"),
        ("failed skipped", "a fails, b skips"),
        ("xfailed xpassed", "a fails as expected, b passes unexpectedly"),
        ("passed not-run", "only a has it"),
        ("not-run failed", "only b has it"),
        ("passed left-out", "same"),
        ("passed passed failed", "only c fails"),
        ("passed failed failed", "only a passes"),
        ("failed failed skipped", "only c skips"),
        ("passed failed skipped", "a passes, b fails, c skips"),
        ("not-run passed passed", "only b and c have it"),
        ("failed passed failed passed", "only a and c fail"),
        ("passed failed failed error", "a passes, b and c fail, d has an error"),
        ("passed left-out failed", "only c fails"),
    ],
)
def test_what_differs_is_said_in_words(outcomes: str, said: str) -> None:
    words = [each.replace("-", " ") for each in outcomes.split()]
    assert verdict("abcd"[: len(words)], words) == said


def test_findings_are_named_alike_from_run_to_run() -> None:
    sides = reading(one="passed", two="failed"), reading(one="failed", two="failed")
    (found,) = compare("ab", sides).findings
    (again,) = compare("ab", sides).findings
    assert found.id == again.id
    assert len(found.id) == 8
    (other,) = compare("ab", sides[::-1]).findings
    assert other.id != found.id
    assert compare("ab", sides).failing == ("test_it.py::two",)


def test_a_crash_is_of_its_own_kind() -> None:
    sides = reading(a="passed", b="passed", c="failed"), reading(a="crashed", b="hung", c="crashed")
    kinds = [each.kind for each in compare("ab", sides).findings]
    assert kinds == ["crash", "hang", "crash"]
    assert set(kinds) <= set(KINDS)


def test_tests_that_differ_for_one_cause_are_one_finding() -> None:
    def told(outcome: str, *why: str) -> Reading:
        named = {f"test_it.py::t{n}": Outcome(outcome, each) for n, each in enumerate(why)}
        return Reading(tests=list(named), outcomes=named)

    passed = told(*["passed"] * 9)
    skipped = told("skipped", *["no extension"] * 7, "too slow")
    one, other = compare("ab", [passed, skipped]).findings
    assert one.summary == "only b skips: no extension (7 tests)"
    assert (one.component, one.seen) == ("test_it.py::t0", 7)
    assert other.summary == "only b skips: too slow"
    fewer = told("skipped", *["no extension"] * 3)
    assert compare("ab", [told(*["passed"] * 4), fewer]).findings[0].id == one.id
    raised = told("failed", *["AttributeError: no attribute 'x'"] * 3)
    assert len(compare("ab", [told(*["passed"] * 4), raised]).findings) == 1
    for why in ("assert 1 == 2", "AssertionError: assert 1 == 2", "", "Failed: DID NOT RAISE E"):
        failed = told("failed", *[why] * 3)
        assert len(compare("ab", [told(*["passed"] * 4), failed]).findings) == 3


def test_parameters_that_fail_alike_are_one_finding() -> None:
    failed = Outcome("failed", "assert 1 == 2")
    tests = [f"test_it.py::{name}" for name in ("t[1]", "t[2]", "u[1]")]
    good = Reading(tests=tests, outcomes=dict.fromkeys(tests, Outcome("passed")))
    bad = Reading(tests=tests, outcomes=dict.fromkeys(tests, failed))
    assert [(each.component, each.seen) for each in compare("ab", [good, bad]).findings] == [
        ("test_it.py::t[1]", 2),
        ("test_it.py::u[1]", 1),
    ]


def test_what_was_unsteady_is_no_finding() -> None:
    sides = reading(t="passed", u="passed"), reading(t="failed", u="failed")
    assert compare("ab", sides).differing == ("test_it.py::t", "test_it.py::u")
    compared = compare("ab", sides, unsteady=["test_it.py::t"])
    assert [each.component for each in compared.findings] == ["test_it.py::u"]
    assert [row.verdict for row in compared.rows] == ["unsteady: only b fails", "only b fails"]


def test_what_asks_for_the_other_one_is_not_compared() -> None:
    made = Reading()
    why = "ModuleNotFoundError: No module named 'pkg._c' (kept away)"
    made.feed({"event": "close", "node": "test_c.py", "outcome": "failed", "why": why}, 0)
    for outcome in ("failed", "skipped"):
        made.feed({"event": "start", "test": outcome}, 0)
        made.feed(
            {"event": "report", "test": outcome, **report("call", outcome), "why": f"it: {why}"}, 0
        )
        made.feed({"event": "finish", "test": outcome}, 0)
    assert {each.outcome for each in (*made.modules.values(), *made.outcomes.values())} == {
        "left out"
    }


def test_the_candidates_that_differ_are_named() -> None:
    sides = reading(t="passed"), reading(t="failed"), reading(t="passed"), reading(t="skipped")
    (found,) = compare(["c", "rust", "zig", "python"], sides).findings
    assert (found.control, found.candidate) == ("passed", "failed")
    assert found.candidate_name == "rust, python"


def test_tests_that_only_one_has_are_one_finding_for_a_module() -> None:
    one, other = reading(**{f"t{n}": "passed" for n in range(9)}), reading(t0="passed")
    (found,) = compare("ab", [one, other]).findings
    assert found.component == "test_it.py"
    assert found.summary == "only a has it: t1, t2, t3, t4, t5 and 3 more"
    assert (found.control, found.candidate, found.seen) == ("8 of 8 run", "0 of 8 run", 8)
    assert found.candidate_name == "b"
    (found,) = compare("ab", [other, one]).findings
    assert found.candidate_name == "b"
    assert compare("ab", [one, other], partial=True).findings == ()


def test_names_are_matched_only_where_as_many_are_left() -> None:
    one = reading(**{"t[a0]": "passed", "t[a1]": "failed", "u[x]": "passed", "v": "passed"})
    other = reading(**{"t[b]": "passed", "t[c]": "failed", "u[x]": "passed", "u[y]": "passed"})
    assert align([one, other]) == 2
    assert other.tests == [f"test_it.py::{each}" for each in ("t[a0]", "t[a1]", "u[x]", "u[y]")]
    assert other.outcomes["test_it.py::t[a1]"] == Outcome("failed")
    assert align([one, other]) == 0


def proved(*told: dict[str, Any], module: str = "pkg._c", **expected: Any) -> list[str]:
    injection = Injection("c", (Expected("pkg", module, **expected),))
    usual = {"package": "pkg", "imported": True, "ever": True, "file": "", "bound": {}}
    events = [
        {"when": "end", "told": {**usual, "wrong": [], "compiled": [], **each}} for each in told
    ]
    found = proving.prove(injection, Reading(proofs=events))
    return [f"{each.code} {each.message}" for each in found]


def test_one_process_that_was_wrong_is_enough() -> None:
    assert proved({}, {}) == []
    (wrong,) = proved({}, {"wrong": ["it is not"]}, {"wrong": ["it is not"]})
    assert wrong.startswith("TW726")


def test_one_process_that_was_right_is_enough() -> None:
    absent = {"imported": False, "ever": False}
    assert proved(absent, {}) == []
    (wrong,) = proved(absent, absent)
    assert wrong.startswith("TW725")


@pytest.mark.parametrize("told", [(), ({"failed": "OSError: no"},), ({"imported": False},)])
def test_what_no_process_tells_is_no_success(told: tuple[dict[str, Any], ...]) -> None:
    (wrong,) = proved(*told)
    assert wrong.startswith("TW727")


def test_that_no_name_is_of_the_module_is_told() -> None:
    injection = Injection("c", (Expected("pkg", "pkg._c", ("pkg._c",), others=("pkg._py",)),))
    (doubt,) = proving.doubts(injection, Reading())
    assert "no name of pkg is of it" in doubt
    told = {"when": "end", "told": {"package": "pkg", "bound": {"pkg.f": "f"}}}
    assert proving.doubts(injection, Reading(proofs=[told])) == []


@pytest.mark.parametrize("path", sorted(INSIDE.glob("*.py")), ids=lambda path: path.name)
def test_what_runs_elsewhere_needs_no_more_than_python_3_8(path: Path) -> None:
    """And nothing but the standard library, pytest and itself."""
    tree = ast.parse(path.read_text("utf-8"), feature_version=(3, 8))
    modules = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    }
    allowed = {"__future__", "builtins", "importlib", "json", "os", "pathlib", "platform", "re"}
    assert modules <= {*allowed, "signal", "sys", "typing", "pytest", "_twinwheel_inside"}
