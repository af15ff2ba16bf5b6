"""From a mismatch to a finding: what comes again, after which calls, and what was nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from verify.twins import LIMITS, call, pair_of

from twinwheel.verify.confirming import Confirmed, confirm, finding_of
from twinwheel.verify.judging import Rules
from twinwheel.verify.pairs import Pair
from twinwheel.verify.recipes import Call


def confirmed(pair: Pair, calls: list[Call]) -> Confirmed | None:
    """Make calls, and confirm the last one's mismatch."""
    found = pair.judge(calls, Rules())[-1]
    assert found is not None
    return confirm(pair, calls[-1], found, Rules(seconds=0.5), calls[:-1], 15.0)


CONTROL = "def f(value): return 0\ndef g(value): return 0\n"
STATE = """
    seen = []
    def g(value): return 0
    def f(value):
        seen.append(value)
        return 1 if 7 in seen[:-1] and 8 in seen[:-1] and value == 9 else 0
"""


def test_what_comes_again_alone_is_made_small(tmp_path: Path) -> None:
    candidate = "def f(value): return 1 if value > 4_096 else 0"
    with pair_of(tmp_path, CONTROL, candidate) as pair:
        found = confirmed(pair, [call("f", 65_537)])
        assert found is not None
        assert found.calls == (call("f", 4_097),), found
        assert found.first == call("f", 65_537)
        assert found.mismatch.kind == "value"


def test_what_depends_on_calls_before_is_state_with_the_fewest(tmp_path: Path) -> None:
    with pair_of(tmp_path, CONTROL, STATE) as pair:
        before = [call("f", each) for each in (1, 7, 3, 8, 5)]
        found = confirmed(pair, [*before, call("g", 1), call("f", 9)])
        assert found is not None
        assert found.mismatch.kind == "state"
        assert [each.arguments[0] for each in found.calls] == [7, 8, 9]
        finding = finding_of(found, pair.control.subject, pair.candidate.subject)
        assert finding.kind == "state"
        assert finding.call == "f(7)\nf(8)\nf(9)"
        assert "after 2 other calls" in finding.traits


def test_a_cache_that_remembers_too_much_is_state(tmp_path: Path) -> None:
    candidate = """
        memory = {}
        def f(value): return memory.setdefault(value, type(value).__name__)
    """
    control = "def f(value): return type(value).__name__"
    with pair_of(tmp_path, control, candidate) as pair:
        found = confirmed(pair, [call("f", 1), call("f", True)])
        assert found is not None
        assert found.mismatch.kind == "state"
        assert found.calls == (call("f", 1), call("f", True))


def test_an_answer_that_the_next_call_changes_is_state(tmp_path: Path) -> None:
    control = "def f(value): return bytearray([value] * 4)"
    candidate = """
        shared = bytearray(4)
        def f(value):
            shared[:] = bytes([value] * 4)
            return shared
    """
    with pair_of(tmp_path, control, candidate) as pair:
        found = confirmed(pair, [call("f", 1), call("f", 2)])
        assert found is not None
        assert found.mismatch.kind == "state"
        assert len(found.calls) == 2


def test_what_does_not_come_again_is_nothing(tmp_path: Path) -> None:
    """Once in the life of the folder, whatever process it is."""
    candidate = """
        import os
        def f(value):
            try: os.close(os.open({!r}, os.O_CREAT | os.O_EXCL))
            except FileExistsError: return 0
            return 1
    """.format(str(tmp_path / "once"))
    with pair_of(tmp_path, CONTROL, candidate) as pair:
        assert confirmed(pair, [call("f", 1)]) is None


def test_a_call_that_only_takes_long_is_no_hang(tmp_path: Path) -> None:
    candidate = """
        import time
        def f(value):
            end = time.monotonic() + value
            while time.monotonic() < end: pass
            return 0
    """
    with pair_of(tmp_path, CONTROL, candidate) as pair:
        assert confirmed(pair, [call("f", 0.9)]) is None
        found = confirmed(pair, [call("f", 1e9)])
        assert found is not None
        assert found.mismatch.kind == "hang"
        assert found.mismatch.candidate == "no end after 1.5 s"


def test_a_death_is_made_small_too(tmp_path: Path) -> None:
    candidate = "import os\ndef f(value): return os._exit(1) if '\\\\' in value else 0"
    with pair_of(tmp_path, CONTROL, candidate) as pair:
        found = confirmed(pair, [call("f", "abcd\\efgh\\")])
        assert found is not None
        assert found.mismatch.kind == "crash"
        assert found.calls == (call("f", "\\"),)


def test_what_takes_memory_without_end_is_memory(tmp_path: Path) -> None:
    candidate = "def f(value): return [bytearray(1 << 24) for _ in range(value << 10)] and 0"
    with pair_of(tmp_path, CONTROL, candidate, replace(LIMITS, seconds=10.0)) as pair:
        found = confirmed(pair, [call("f", 9_999)])
        assert found is not None
        assert found.mismatch.kind == "memory"
        assert found.calls == (call("f", 1),)


def test_the_same_cause_has_the_same_name(tmp_path: Path) -> None:
    candidate = """
        def f(value):
            if type(value) is str: return 1 if len(value) > 4_096 else 0
            return 2 if value > 2**31 else 0
    """
    with pair_of(tmp_path, CONTROL, candidate) as pair:
        sides = pair.control.subject, pair.candidate.subject
        names = []
        for value in (("repeat", "é", 5_000), ("repeat", "ab", 40_000), 2**40, 2**33):
            found = confirmed(pair, [call("f", value)])
            assert found is not None
            names.append(finding_of(found, *sides).id)
        assert names[0] == names[1] != names[2] == names[3]
