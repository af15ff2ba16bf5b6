"""Two answers to one call: equal, or different in which way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from verify.twins import call, module, pair_of

from twinwheel.verify.findings import KINDS
from twinwheel.verify.judging import Rules, judge
from twinwheel.verify.recipes import Call
from twinwheel.verify.runner.encoding import encode, encode_error, pack
from twinwheel.verify.workers import Death, not_made

CALL = Call("f", [1], [], [])
DEEP = Call("f", [("nest", "list", 500, 1)], [], [])


def gave(value: Any, after: Any = None, seen: str = "", spent: int = 1_000) -> tuple[Any, ...]:
    packed = b"" if after is None else pack([encode(after)])
    return ("returned", pack(encode(value)), packed, spent, seen)


def raised(error: BaseException, after: Any = None) -> tuple[Any, ...]:
    packed = b"" if after is None else pack([encode(after)])
    return ("raised", pack(encode_error(error)), packed, 1_000, "")


class PanicException(BaseException):
    """As PyO3's."""


Like = type("LookupError", (ValueError,), {})
STALE = "the answer changed when the argument was written into"
EARLIER = "the answer of the call before changed"
CRASH, HANG, MEMORY = (Death(each, each, 0) for each in ("crash", "hang", "memory"))


@pytest.mark.parametrize(
    ("control", "candidate", "kind"),
    [
        (gave(1), gave(1), None),
        (gave(1), gave(2), "value"),
        (gave(1), gave(1.0), "type"),
        (gave(True), gave(1), "type"),
        (gave([1]), gave([True]), "type"),
        (gave([1]), gave((1,)), "type"),
        (gave("a"), gave(b"a"), "type"),
        (gave(None), gave(0), "type"),
        (gave(0.0), gave(-0.0), "value"),
        (gave([0.0]), gave([-0.0]), "value"),
        (gave(float("nan")), gave(-float("nan")), None),
        (gave([float("nan"), 1]), gave([float("nan"), 2]), "value"),
        (gave([1, 2]), gave([1, 2, 3]), "value"),
        (gave({"a": 1, "b": 2}), gave({"b": 2, "a": 1}), "value"),
        (gave({"b", "a"}), gave({"a", "b"}), None),
        (gave({1, 2}), gave({1, 3}), "value"),
        (gave(10**5000), gave(10**5000 + 1), "value"),
        (raised(ValueError("a")), raised(ValueError("b")), None),
        (raised(ValueError()), raised(TypeError()), "exception type"),
        (raised(ValueError()), gave(1), "exception type"),
        (gave(1), raised(ValueError()), "exception type"),
        (raised(LookupError()), raised(Like()), "exception type"),
        (gave(1), raised(PanicException()), "panic"),
        (raised(ValueError()), raised(SystemError()), "panic"),
        (raised(SystemError()), raised(ValueError()), "exception type"),
        (raised(SystemError()), raised(SystemError()), None),
        (gave(1), raised(RecursionError()), "recursion"),
        (raised(RecursionError()), gave(1), None),
        (raised(RecursionError()), raised(ValueError()), None),
        (raised(RecursionError()), raised(PanicException()), "panic"),
        (gave(1), raised(MemoryError()), "memory"),
        (raised(MemoryError()), gave(1), None),
        (gave(1), CRASH, "crash"),
        (CRASH, gave(1), "crash"),
        (CRASH, CRASH, None),
        (HANG, CRASH, None),
        (gave(1), HANG, "hang"),
        (gave(1, spent=400_000_000), HANG, None),
        (HANG, gave(1), None),
        (gave(1), MEMORY, "memory"),
        (MEMORY, gave(1), None),
        (gave(1, [1]), gave(1, [1, 2]), "mutation"),
        (gave(1, [0.0]), gave(1, [-0.0]), "mutation"),
        (gave(1, [1]), gave(1, [True]), "mutation"),
        (raised(ValueError(), [1]), raised(ValueError(), []), "mutation"),
        (gave(1, [1]), gave(1, [1]), None),
        (gave(1), gave(1, seen=STALE), "stale buffer"),
        (gave(1, seen=STALE), gave(1, seen=STALE), None),
        (gave(1, seen=STALE), gave(1), None),
        (gave(1), gave(1, seen=EARLIER), "state"),
        (not_made(), gave(1), None),
        (("no input", b"", b"", 0, ""), gave(1), None),
        (not_made(), CRASH, None),
    ],
)
def test_each_pair_of_outcomes(control: Any, candidate: Any, kind: str | None) -> None:
    found = judge(CALL, control, candidate, Rules())
    assert (found.kind if found else None) == kind
    if found is not None:
        assert found.kind in KINDS
        assert found.summary
        assert found.control != "" or found.candidate != ""
        assert found.component == "f"


def test_messages_count_if_they_are_to() -> None:
    sides = raised(ValueError("a")), raised(ValueError("b"))
    assert judge(CALL, *sides, Rules(messages=True)).kind == "exception message"  # type: ignore[union-attr]
    assert judge(CALL, *sides, Rules()) is None


def test_refused_nesting_is_recursion() -> None:
    found = judge(DEEP, gave(1), raised(ValueError("too deep")), Rules())
    assert found is not None
    assert found.kind == "recursion"


def test_what_was_written_before_there_was_no_room_to_go_on_is_no_mutation() -> None:
    for error in (RecursionError(), MemoryError()):
        control = raised(error, after=[1])
        assert judge(CALL, control, gave(None, after=[1, 2]), Rules()) is None
        assert judge(CALL, control, raised(error, after=[1, 2]), Rules()) is None
    found = judge(CALL, raised(ValueError(), after=[1]), raised(ValueError(), after=[2]), Rules())
    assert found is not None
    assert found.kind == "mutation"


def test_what_only_one_object_shows_is_for_the_surface() -> None:
    class Box:
        def __init__(self, **shown: Any) -> None:
            self.__dict__.update(shown)

    more = gave([Box(a=1, b=2)]), gave([Box(a=1)])
    assert judge(CALL, *more, Rules()) is None
    assert judge(CALL, gave(1, [Box(a=1, b=2)]), gave(1, [Box(a=1)]), Rules()) is None
    found = judge(CALL, gave([Box(a=1, b=2)]), gave([Box(a=2)]), Rules())
    assert found is not None
    assert found.kind == "value"


def test_the_step_that_differs_is_named() -> None:
    call_ = Call("Box", [], [], [("add", [1]), ("total", None)])

    def steps(*answers: Any) -> tuple[Any, ...]:
        return ("returned", pack(("steps", list(answers))), b"", 1, "")

    found = judge(call_, steps(0, None, 1), steps(0, None, 2), Rules())
    assert found is not None
    assert (found.component, found.kind) == ("Box.total", "value")
    error = encode_error(KeyError())
    found = judge(call_, steps(0, error, 1), steps(0, None, 1), Rules())
    assert found is not None
    assert (found.component, found.kind) == ("Box.add", "exception type")


@pytest.mark.parametrize(
    ("compare", "control", "candidate", "agree"),
    [
        ("ulp(2)", 1.0, 1.0 + 2**-52, True),
        ("ulp(2)", 1.0, 1.0 + 2**-49, False),
        ("ulp(2)", [1.0, "a"], [1.0 + 2**-52, "a"], True),
        ("ulp(2)", [1.0, "a"], [1.0 + 2**-52, "b"], False),
        ("close(0.01, 0)", {"a": 100.0}, {"a": 100.5}, True),
        ("close(0.01, 0)", {"a": 100.0}, {"a": 102.0}, False),
        ("close(0.01, 0)", 1.0, 1, False),
        ("close(0.1, 0.1)", float("nan"), float("nan"), True),
        ("close(0.1, 0.1)", 0.0, -0.0, True),
        ("set", [1, 2, 3], [3, 1, 2], True),
        ("set", [1, 2, 2], [1, 1, 2], False),
        ("exact", 1.0, 1.0 + 2**-52, False),
    ],
)
def test_comparators_hold_for_answers_and_for_what_is_written_into(
    compare: str, control: Any, candidate: Any, agree: bool
) -> None:
    rules = Rules(compare)
    assert (judge(CALL, gave(control), gave(candidate), rules) is None) is agree
    found = judge(CALL, gave(0, control), gave(0, candidate), rules)
    assert (found is None) is agree
    assert found is None or found.kind == "mutation"


SUMS = """
    def total(numbers, out):
        out[:] = [{0}] * 3_000
        return {0}
    def words(text): return text.split(){1}
    def own(text): return text + {2!r}
"""
AUTHOR = """
    def near(arguments, control, candidate):
        assert set(arguments) == {"text"}, arguments
        return control.strip("!") == candidate.strip("!")
    def broken(arguments, control, candidate): raise ValueError
"""


def test_comparators_of_a_manifest(tmp_path: Path) -> None:
    compares = {"total": "close(1e-9, 0)", "words": "set", "own": "author:near"}
    module(tmp_path, "author", AUTHOR)
    sources = SUMS.format(0.3, "", "!"), SUMS.format(0.1 + 0.2, "[::-1]", "!!")
    numbers = call("total", ("list", [0.5]), ("list", []))
    calls = [numbers, call("words", "a b c"), call("own", "a")]
    with pair_of(tmp_path, *sources, compares=compares) as pair:
        for each in calls:
            assert pair.judge([each], pair.rules(each.component)) == [None]
            found = pair.judge([each], Rules())[0]
            assert found is not None, each
    with pair_of(tmp_path, *sources, compares={"own": "author:broken"}) as pair:
        assert pair.judge([calls[2]], pair.rules("own"))[0] is not None
        assert pair.judge([calls[1]], Rules("set")) == [None]


def test_a_death_of_one_side_is_no_matter_for_the_other(tmp_path: Path) -> None:
    control = "def f(value): return value\n"
    candidate = "import os\ndef f(value): return value if value < 3 else os._exit(1)\n"
    with pair_of(tmp_path, control, candidate) as pair:
        found = pair.judge([call("f", each) for each in (1, 2, 3, 4)], Rules())
        assert [each.kind if each else None for each in found][:3] == [None, None, "crash"]
        assert pair.control.starts == 1
