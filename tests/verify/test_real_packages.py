"""What was met on packages of others, on two modules that have it too."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from verify.twins import call, pair_of, searched

from twinwheel.verify.conditions import _growth_of
from twinwheel.verify.confirming import Confirmed, finding_of
from twinwheel.verify.domains import Domain
from twinwheel.verify.drawing import Knowledge, draw
from twinwheel.verify.judging import Mismatch, Rules
from twinwheel.verify.signatures import Parameter, Plan
from twinwheel.verify.subjects import Subject

GENERIC = """
    from typing import Generic, TypeVar
    T = TypeVar("T")
    class Table(Generic[T]):
        def __init__(self, items=()): self.items = list(items)
    def count(table: Table[int]) -> int: return len(table.items)
"""


def test_an_annotation_may_be_a_class_of_the_package_with_something_in_brackets(
    tmp_path: Path,
) -> None:
    outcome = searched(tmp_path, GENERIC, GENERIC, seconds=1.5)
    assert outcome.findings == []
    assert all(each.comparisons for each in outcome.searched)


SHOWN = """
    class Held:
        def __init__(self, value): self.value = value
        {more}
    def hold(value): return Held(value * 3_000_000)
    def many(value): return value * 3_000_000 + {end!r}
"""


def test_of_long_objects_nobody_knows_what_only_one_of_them_shows(tmp_path: Path) -> None:
    more = "twice = property(lambda self: 2)"
    sources = SHOWN.format(more="pass", end="a"), SHOWN.format(more=more, end="b")
    with pair_of(tmp_path, *sources) as pair:
        held, many = pair.judge([call("hold", "ab"), call("many", "ab")], Rules())
        assert held is None
        assert many is not None
        assert (many.kind, many.summary) == ("value", "long answers differ")


def test_optional_parameters_are_often_all_left_out() -> None:
    """Else a function with ten of them refuses nearly every call."""
    text = Parameter("text", (Domain("str"),))
    options = [Parameter(f"p{each}", (Domain("int"),), required=False) for each in range(10)]
    knowledge = Knowledge(Plan("loads", (text, *options), ()))
    chance = Random(0)
    calls = [draw(knowledge, chance, []) for _ in range(300)]
    plain = sum(len(each.arguments) == 1 and not each.keywords for each in calls)
    assert 100 < plain < 200
    assert any(len(each.arguments) + len(each.keywords) // 2 > 4 for each in calls)


def test_what_could_not_be_made_small_has_no_traits() -> None:
    texts = ["", "\0", "\r", "é", "\ud800", "😀", "e\u0301", "a" * 40, "a" * 50]
    large = call("f", ("list", [*texts, 2**31, 2**63, -1, b"", -0.0]))
    mismatch = Mismatch("value", "it differs", "1", "2", "f", ("f", "value"))
    sides = (Subject("one", "python", "one", "one"), Subject("two", "python", "two", "two"))
    found = finding_of(Confirmed(mismatch, (large,), large), *sides)
    assert found.traits == ()
    assert finding_of(Confirmed(mismatch, (call("f", ""),), large), *sides).traits == ("empty",)


def test_a_proxy_is_no_subclass_of_what_it_stands_for(tmp_path: Path) -> None:
    source = """
        import functools
        class Proxy:
            def __init__(self, value): self._value = value
            __class__ = property(lambda self: type(self._value))
            {more}
        Proxy.__module__ = {name!r}
        def stand(value: list): return Proxy(value)
        def later(value: int): return functools.partial(Proxy, value=value)
    """
    more = "def __iter__(self): return iter(self._value)"
    sources = source.format(more=more, name="one"), source.format(more="pass", name="other")
    with pair_of(tmp_path, *sources) as pair:
        calls = [call("stand", ("list", [1])), call("later", 2)]
        assert pair.judge(calls, Rules()) == [None, None]
    with pair_of(tmp_path, sources[0], sources[0].replace("value=value)", "value=-value)")) as pair:
        assert pair.judge(calls[1:], Rules())[0] is not None


def test_what_has_two_names_on_both_sides_is_searched_once(tmp_path: Path) -> None:
    control = "def loads(a: int): return a + 1\nunpackb = loads\ndef other(a: int): return a\n"
    candidate = control.replace("a + 1", "a + 2")
    given = (call("unpackb", 77),)
    outcome = searched(tmp_path, control, candidate, seconds=3, given=given)
    told = {each.component: each for each in outcome.searched}
    assert told["unpackb"].skipped == "it is another name of loads"
    assert told["other"].comparisons > 0
    assert {each.component for each in outcome.findings} == {"loads"}
    apart = candidate.replace("unpackb = loads", "def unpackb(a: int): return a + 2")
    outcome = searched(tmp_path, control, apart, seconds=3)
    assert {each.component for each in outcome.findings} == {"loads", "unpackb"}


SALTED = """
    def new_key(): return b"k/17c9/0b"
    def seal(text: bytes, key: bytes):
        if not key.startswith(b"k/17c9/0"):
            raise ValueError("no key")
        if {refused}:
            raise ValueError("no text")
        return key + text
"""


def test_what_others_gave_is_tried_where_all_tries_are_refused(tmp_path: Path) -> None:
    """As bcrypt's hashpw takes nothing but a salt, and NUL is refused by one of them only."""
    sources = SALTED.format(refused="b'\\0' in text"), SALTED.format(refused="False")
    outcome = searched(tmp_path, *sources, seconds=4)
    (finding,) = outcome.findings
    assert (finding.component, finding.kind) == ("seal", "exception type")
    assert "NUL" in finding.traits


BUSY = """
    import time
    made = []
    def size(text: str):
        if len(text) > 60_000:
            made.append(1)
            if {slow}:
                time.sleep(0.05)
        return len(text)
"""


@pytest.mark.parametrize(("slow", "found"), [("len(made) < 4", False), ("True", True)])
def test_what_is_slow_for_a_moment_only_is_not_out_of_proportion(
    tmp_path: Path, slow: str, found: bool
) -> None:
    calls = [call("size", ("repeat", "a", count)) for count in (4_000, 16_000, 64_000)]
    with pair_of(tmp_path, BUSY.format(slow="False"), BUSY.format(slow=slow)) as pair:
        assert (_growth_of(pair, calls) is not None) is found
