"""The same calls under other conditions: threads, another locale, very often, larger inputs."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Any

from twinwheel.verify.confirming import Confirmed
from twinwheel.verify.judging import Mismatch, judge
from twinwheel.verify.proportions import (
    LEAK_ROUNDS,
    MAY_BE_NOISE,
    PROPORTION,
    ROUNDS,
    SLOW_ENOUGH,
    THREADS,
    TIMES_AGAIN,
    factors,
    left_behind,
    out_of_proportion,
    times_often,
)
from twinwheel.verify.recipes import Call, size
from twinwheel.verify.runner.calling import RETURNED
from twinwheel.verify.workers import Death

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinwheel.verify.components import ComponentSearch
    from twinwheel.verify.pairs import Pair
    from twinwheel.verify.recipes import Recipe

__all__ = ["OTHER_ENVIRONMENTS", "find_growth", "find_in_environment", "find_leak", "find_race"]

OTHER_ENVIRONMENTS: tuple[dict[str, str], ...] = (
    {
        "LC_ALL": "C",
        "LANG": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONHASHSEED": "1",
        "TZ": "America/St_Johns",
    },
    {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu"},
)
"""Variables that implementations should not depend on in different ways."""

_CALLS_AT_ONCE = 4
_GROWTH = tuple(4_000 * PROPORTION**power for power in range(3))
_GROWTH_SECONDS = 60.0


def taken_calls(pair: Pair, search: ComponentSearch, most: int) -> list[Call]:
    """Give known calls that both sides answer, of all sizes, the small ones first."""
    corpus = sorted(search.knowledge.corpus, key=_weight)
    if len(corpus) > most:
        corpus = [corpus[round(index * (len(corpus) - 1) / (most - 1))] for index in range(most)]
    answers = pair.make(corpus)
    return [
        call
        for call, (control, candidate) in zip(corpus, answers, strict=True)
        if not isinstance(control, Death)
        and not isinstance(candidate, Death)
        and control[0] == candidate[0] == RETURNED
        and judge(call, control, candidate, search.rules) is None
    ]


def find_race(pair: Pair, search: ComponentSearch) -> Confirmed | None:
    """Make calls from several threads at once, which must not change their answers."""
    calls = [each for each in taken_calls(pair, search, 60) if not each.steps]
    calls = [*calls[1 - _CALLS_AT_ONCE :], *calls[:1]]
    if len(calls) < 2:
        return None
    question = ("together", [list(each) for each in calls], THREADS, ROUNDS)
    for _ in range(2):
        control, candidate = pair.ask(question, seconds=_GROWTH_SECONDS)
        if isinstance(control, Death) or control[0] != "together" or not all(control[1]):
            return None
        if isinstance(candidate, Death):
            pair.candidate.start()
            return _confirmed(
                "threads",
                f"the candidate dies when {THREADS} threads call at once: {candidate.detail}",
                calls[0],
                beside=calls[1:],
            )
        if candidate[0] == "together" and not all(candidate[1]):
            wrong = calls[candidate[1].index(False)]
            summary = f"with {THREADS} threads at once, the answer is not the one that it is alone"
            others = [each for each in calls if each is not wrong]
            return _confirmed("threads", summary, wrong, beside=others)
    return None


def _weight(call: Call) -> int:
    return max((size(each) for each in call.arguments), default=0)


def _confirmed(
    kind: str,
    summary: str,
    call: Call,
    control: str = "the same",
    candidate: str = "another",
    beside: Sequence[Call] = (),
) -> Confirmed:
    key = (call.component, kind)
    mismatch = Mismatch(kind, summary, control, candidate, call.component, key)
    return Confirmed(mismatch, (*beside, call), call)


def find_leak(pair: Pair, search: ComponentSearch) -> Confirmed | None:
    """Make a call again and again: does only the candidate grow?"""
    calls = taken_calls(pair, search, 24)
    chosen = [*calls[:1], *calls[-1:]]
    for call in dict.fromkeys(map(repr, chosen)):
        one = next(each for each in chosen if repr(each) == call)
        found = _leak_of(pair, one)
        if found is not None:
            return found
    return None


def _leak_of(pair: Pair, call: Call) -> Confirmed | None:
    answers = pair.make([call] * 20)
    spent = [
        both[side][3]
        for both in answers[5:]
        for side in (0, 1)
        if not isinstance(both[side], Death)
    ]
    if not spent:
        return None
    times = times_often(spent)
    control, candidate = pair.ask(("often", list(call), times, LEAK_ROUNDS), seconds=30)
    if isinstance(candidate, Death) and candidate.kind == "memory":
        pair.candidate.start()
        summary = f"{times * LEAK_ROUNDS:,} calls take more memory than there is"
        return _confirmed("leak", summary, call, "constant", candidate.detail)
    for side, answer in ((pair.control, control), (pair.candidate, candidate)):
        if isinstance(answer, Death):
            side.start()
            return None
    if "failed" in (control[0], candidate[0]):
        return None
    left = left_behind(control[1], candidate[1], times)
    if not left:
        return None
    summary = f"each call leaves {left} of memory behind"
    return _confirmed("leak", summary, call, "nothing", f"{left} a call")


def find_growth(pair: Pair, search: ComponentSearch, end: float = math.inf) -> Confirmed | None:
    """Give larger and larger inputs: does the candidate's time grow out of proportion?

    Args:
        pair: Both sides.
        search: Of the component.
        end: When no other kind of input is tried, by ``time.monotonic``.
    """
    for call in _growing(search):
        if time.monotonic() > end:
            return None
        found = _growth_of(pair, call)
        if found is not None:
            return found
    return None


def _growing(search: ComponentSearch) -> Iterator[list[Call]]:
    """Give calls of growing size, for each argument that can grow."""
    base = search.knowledge.typical
    if base is None:
        return
    name, named = search.plan.name, search.knowledge.named
    for index, value in enumerate(base):
        for unit in _units(value):
            yield [
                Call(name, [*base[:index], _sized(unit, count), *base[index + 1 :]], named, [])
                for count in _GROWTH
            ]


def _units(value: Recipe) -> Sequence[Recipe]:
    if isinstance(value, str):
        return ("a", "ab ", '"', "é", "<", "[")
    if isinstance(value, bytes) or (type(value) is tuple and value[0] == "bytearray"):
        return (b"a", b"\xff", b"a\n", b"[")
    if type(value) is tuple and value[0] in ("list", "tuple") and value[1]:
        return (value,)
    return ()


def _sized(unit: Recipe, count: int) -> Recipe:
    if isinstance(unit, (str, bytes)):
        return ("repeat", unit, count // len(unit))
    tag, items = unit
    if all(isinstance(each, int) for each in items):
        return (tag, [index * 7919 % count for index in range(count // 4)])
    return (tag, (items * count)[: count // 4])


def _growth_of(pair: Pair, calls: list[Call]) -> Confirmed | None:
    spent: list[tuple[float, float]] = []
    for call in calls:
        answers = pair.make([call])
        first = answers[0]
        if isinstance(first[1], Death) and not isinstance(first[0], Death):
            if first[1].kind != "hang" or first[0][3] > SLOW_ENOUGH:
                return None
            texts = [f"{first[0][3] / 1e6:,.1f} ms", first[1].detail]
            summary = "a larger input takes out of proportion"
            return _confirmed("time", summary, call, texts[0], texts[1], calls[: len(spent)][-1:])
        answers += pair.make([call] * 2)
        if any(isinstance(each, Death) for both in answers for each in both):
            return None
        if answers[0][0][0] != RETURNED or answers[0][1][0] != RETURNED:
            return None
        spent.append((min(both[0][3] for both in answers), min(both[1][3] for both in answers)))
        if spent[-1][1] > 3e9:
            break
    if not out_of_proportion(spent):
        return None
    if spent[-1][1] < MAY_BE_NOISE:  # the machine may have been busy for a moment
        for place in (len(spent) - 2, len(spent) - 1):
            again = pair.make([calls[place]] * TIMES_AGAIN)
            if any(isinstance(each, Death) for both in again for each in both):
                return None
            control, candidate = (min(both[side][3] for both in again) for side in (0, 1))
            spent[place] = min(spent[place][0], control), min(spent[place][1], candidate)
        if not out_of_proportion(spent):
            return None
    control, candidate = factors(spent)
    last = calls[len(spent) - 1]
    summary = (
        f"{PROPORTION:g} times the input takes {candidate:.0f} times as long,"
        f" {control:.0f} times with the control"
    )
    texts = [f"{each / 1e6:,.1f} ms" for each in spent[-1]]
    return _confirmed(
        "time", summary, last, texts[0], texts[1], calls[len(spent) - 2 : len(spent) - 1]
    )


def find_in_environment(
    pair: Pair, search: ComponentSearch, calls: list[Call], variables: dict[str, str]
) -> Confirmed | None:
    """Make calls, which agree elsewhere, under other variables.

    Args:
        pair: Both sides, started with these variables.
        search: Of the component.
        calls: Calls to which both answered alike.
        variables: What is different.
    """
    answers = pair.make(calls)
    for call, (control, candidate) in zip(calls, answers, strict=True):
        found = judge(call, control, candidate, search.rules)
        if found is None:
            continue
        again: list[Any] = pair.judge([call], search.rules)
        if again[0] is None or again[0].key != found.key:
            continue
        told = " ".join(f"{name}={value}" for name, value in variables.items())
        summary = f"with {told}: {found.summary}"
        key = (found.component, "environment")
        mismatch = Mismatch(
            "environment", summary, found.control, found.candidate, found.component, key
        )
        return Confirmed(mismatch, (call,), call, variables)
    return None
