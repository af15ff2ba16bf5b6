"""Threads, memory, growth and other environments: found where they are, and nowhere else."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from verify.twins import pair_of, twins

from twinwheel.verify.components import ComponentSearch
from twinwheel.verify.conditions import (
    OTHER_ENVIRONMENTS,
    find_growth,
    find_in_environment,
    find_leak,
    find_race,
    taken_calls,
)
from twinwheel.verify.drawing import Knowledge, draw, ladder
from twinwheel.verify.judging import Rules
from twinwheel.verify.pairs import Pair
from twinwheel.verify.planning import describe_pair, plans_of
from twinwheel.verify.probing import probes
from twinwheel.verify.workers import Limits

LIMITS = Limits(seconds=3.0)
FINE = """
    import functools, json, locale, os, time
    cache = {}
    def work(text: str): return [text.upper(), len(text)] * 2
    def remember(text: str): return cache.setdefault(text[:3], text[:3])
    def sort(items: list[int]): return sorted(items)
    def names(text: str): return {text: [text]}
    async def later(text: str): return text + "."
"""
RACE = """
    current = None
    def work(text: str):
        global current
        current = text
        for _ in range(2_000): pass
        return [current.upper(), len(current)] * 2
"""
LEAK = """
    kept = []
    def work(text: str):
        kept.append([text])
        return [text.upper(), len(text)] * 2
"""
LEAK_OF_BYTES = LEAK.replace("[text])", "bytearray(2_000))")
SQUARE = """
    def work(text: str):
        for each in range(len(text) // 8): text.count(chr(200 + each % 50))
        return [text.upper(), len(text)] * 2
"""
PLACE = """
    import locale, os, time
    def work(text: str):
        if {}: return []
        return [text.upper(), len(text)] * 2
"""


def searches(pair: Pair, seed: int = 0) -> list[ComponentSearch]:
    """Give each component with calls that its control takes."""
    chance = random.Random(seed)
    found = []
    for plan in plans_of(pair, describe_pair(pair)):
        knowledge = Knowledge(plan)
        for call in probes(plan):
            (reply,) = pair.control.make([call])
            knowledge.learn(call, taken=True, returned=reply[0] == "returned")  # type: ignore[index]
        knowledge.corpus = [call for call, _ in zip(ladder(knowledge), range(60), strict=False)]
        knowledge.corpus += [draw(knowledge, chance, []) for _ in range(60)]
        found.append(ComponentSearch(plan, Rules(), knowledge))
    return found


def test_growth_is_found_where_an_argument_has_to_be_given_by_name(tmp_path: Path) -> None:
    control, candidate = (
        each.replace("work(text: str)", "work(text: str, *, mode: int)")
        for each in (FINE[: FINE.index("def remember")], SQUARE)
    )
    with pair_of(tmp_path, control, candidate, LIMITS) as pair:
        (search,) = searches(pair)
        found = find_growth(pair, search)
        assert found is not None
        assert found.mismatch.kind == "time"


@pytest.mark.parametrize(
    ("candidate", "find", "kind"),
    [
        (RACE, find_race, "threads"),
        (LEAK, find_leak, "leak"),
        (LEAK_OF_BYTES, find_leak, "leak"),
        (SQUARE, find_growth, "time"),
    ],
    ids=["race", "leak", "leak of bytes", "growth"],
)
def test_each_is_found(tmp_path: Path, candidate: str, find: object, kind: str) -> None:
    control = FINE[: FINE.index("def remember")]
    with pair_of(tmp_path, control, candidate, LIMITS) as pair:
        (search,) = searches(pair)
        found = find(pair, search)  # type: ignore[operator]
        assert found is not None
        assert found.mismatch.kind == kind
        assert found.calls[-1].component == "work"


@pytest.mark.parametrize(
    "condition",
    [
        "hash('text') % 1000 == {}",
        "time.tzname[0] != {!r}",
        "locale.getpreferredencoding(False) != {!r}",
        "os.environ.get('LANG') == 'C'",
    ],
)
def test_what_depends_on_the_environment_is_found(tmp_path: Path, condition: str) -> None:
    shown = "hash('text') % 1000, time.tzname[0], locale.getpreferredencoding(False)"
    program = f"import locale, time; print({shown})"
    variables = OTHER_ENVIRONMENTS[0]
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, **more},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for more in (variables, {"PYTHONHASHSEED": "0"})
    ]
    if "hash" in condition:
        condition = condition.format(told[0][0])
    elif "tzname" in condition:
        condition = condition.format(told[1][1])
    elif "encoding" in condition:
        condition = condition.format(told[1][2])
    control = FINE[: FINE.index("def remember")]
    sides = twins(tmp_path, control, PLACE.format(condition))
    with pair_of(tmp_path, control, PLACE.format(condition)) as pair:
        (search,) = searches(pair)
        calls = taken_calls(pair, search, 50)
    other = Pair(*sides, LIMITS, variables)
    try:
        found = find_in_environment(other, search, calls, variables)
        assert found is not None
        assert found.mismatch.kind == "environment"
        assert "TZ=America/St_Johns" in found.mismatch.summary
    finally:
        other.close()


def test_an_equal_pair_shows_nothing(tmp_path: Path) -> None:
    sides = twins(tmp_path, FINE, FINE)
    with pair_of(tmp_path, FINE, FINE, LIMITS) as pair:
        others = [(Pair(*sides, LIMITS, each), each) for each in OTHER_ENVIRONMENTS]
        try:
            for seed in range(10):
                for search in searches(pair, seed):
                    calls = taken_calls(pair, search, 20)
                    assert calls
                    name = search.plan.name
                    if seed == 0:
                        assert find_race(pair, search) is None, name
                        assert find_leak(pair, search) is None, name
                        assert find_growth(pair, search) is None, name
                    for other, variables in others:
                        assert find_in_environment(other, search, calls, variables) is None, name
        finally:
            for other, _ in others:
                other.close()
