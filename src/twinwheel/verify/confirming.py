"""From a mismatch to a finding: is it there again, what is the smallest call that shows it?"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinwheel.verify.causes import names_of
from twinwheel.verify.findings import Finding
from twinwheel.verify.recipes import source_of_call, traits
from twinwheel.verify.runner.encoding import pack
from twinwheel.verify.shrinking import shrink

if TYPE_CHECKING:
    from twinwheel.verify.judging import Mismatch, Rules
    from twinwheel.verify.pairs import Pair
    from twinwheel.verify.recipes import Call
    from twinwheel.verify.subjects import Subject

__all__ = ["Confirmed", "confirm", "finding_of"]

_SLOW = ("hang", "memory", "crash")
_PATIENCE = 3
"""A call that does not end is given so many times as long before that is said of it."""
_TRIES_OF_HANG = 4
_MOST_TRIES = 40
_LONGEST_SOURCE = 50_000
"""Characters; reports show less, and the script has all of it."""
_MOST_TRAITS = 8
_SMALL_SOURCE = 500
"""Characters: there was no time to make small what is longer, and chance is special about it."""
_MADE_SMALL = ("value", "type", "shape", "exception type", "exception message", "mutation")


@dataclass(frozen=True)
class Confirmed:
    """A mismatch that came again."""

    mismatch: Mismatch
    calls: tuple[Call, ...]
    """The smallest that show it: one, or several in this order."""
    first: Call
    """As it was met."""
    variables: dict[str, str] = field(default_factory=dict)
    """Environment variables without which it does not show."""


def confirm(
    pair: Pair,
    call: Call,
    mismatch: Mismatch,
    rules: Rules,
    before: list[Call],
    seconds: float,
    quick: float | None = None,
) -> Confirmed | None:
    """Make a call again, and smaller.

    Args:
        pair: Both sides.
        call: The call.
        mismatch: What it showed.
        rules: What counts.
        before: What was called before it, since the processes started.
        seconds: How long making it smaller may take.
        quick: Seconds after which a call was taken for one that does not end; by default the limit
            of the rules.

    Returns:
        None when it does not come again.
    """
    end = time.monotonic() + 2 * seconds  # a history is made smaller more slowly
    if mismatch.kind == "hang":
        return _confirm_hang(pair, call, mismatch, rules, seconds, quick or rules.seconds)
    again = pair.judge([call], rules)[0]
    if again is not None and again.kind in _SLOW and mismatch.kind in _SLOW:
        mismatch = again  # which limit is met first depends on what else the machine does
    if again is None or again.key != mismatch.key:
        return _with_history(pair, call, mismatch, rules, before, end)

    def shows(calls: list[Call]) -> int | None:
        return _first_alike(pair, calls, rules, mismatch)

    smallest = shrink(call, shows, seconds)
    if mismatch.kind in _SLOW:  # the process died, so it was a new one each time
        if smallest == call:
            return Confirmed(again, (call,), call)
        return Confirmed(pair.judge([smallest], rules)[0] or again, (smallest,), call)
    pair.candidate.start()
    pair.history.clear()
    final = pair.judge([smallest], rules)[0]
    if final is None or final.key != mismatch.key:
        return _with_history(pair, call, mismatch, rules, before, end)
    return Confirmed(final, (smallest,), call)


def _confirm_hang(
    pair: Pair, call: Call, mismatch: Mismatch, rules: Rules, seconds: float, quick: float
) -> Confirmed | None:
    """Make a call smaller that does not end, and then wait for it: each try costs the limit."""
    hasty = replace(rules, seconds=quick)

    def shows(calls: list[Call]) -> int | None:
        return _first_alike(pair, calls, hasty, mismatch)

    with pair.within(quick):
        smallest = shrink(call, shows, min(seconds, _TRIES_OF_HANG * quick))
    patience = max(rules.seconds, _PATIENCE * quick)
    for each in (smallest, call):
        with pair.within(patience):
            found = pair.judge([each], replace(rules, seconds=patience))[0]
        if found is not None and found.kind in _SLOW:
            return Confirmed(found, (each,), call)
        if smallest == call:
            break
    return None  # it takes long, but it ends


def _first_alike(pair: Pair, calls: list[Call], rules: Rules, mismatch: Mismatch) -> int | None:
    if mismatch.kind in _SLOW:  # after each that shows it, a process is started
        for index, call in enumerate(calls):
            found = pair.judge([call], rules)[0]
            if found is not None and found.key == mismatch.key:
                return index
        return None
    for index, found in enumerate(pair.judge(calls, rules)):
        if found is not None and found.key == mismatch.key:
            return index
    return None


def _with_history(
    pair: Pair,
    call: Call,
    mismatch: Mismatch,
    rules: Rules,
    before: list[Call],
    end: float,
) -> Confirmed | None:
    """Find the calls before it that it takes: the implementation remembers something.

    Each try starts both processes anew, so the time is up before the tries are.
    """
    own = [each for each in before if each.component == call.component]
    histories = [[call], own[-1:], own[-64:], own, before]
    tried = set()
    for place, history in enumerate(histories):
        if place and time.monotonic() > end:
            return None
        mark = pack([list(each) for each in history])  # for Python, f(1) and f(True) are equal
        if mark in tried:
            continue
        tried.add(mark)
        if history and _shows_after(pair, history, call, rules, mismatch) is not None:
            break
    else:
        return None
    tries = 0
    part = max(1, len(history) // 2)
    while part >= 1 and tries < _MOST_TRIES and len(history) > 1 and time.monotonic() < end:
        for start in range(0, len(history), part):
            fewer = history[:start] + history[start + part :]
            tries += 1
            if fewer and _shows_after(pair, fewer, call, rules, mismatch) is not None:
                history = fewer
                break
            if tries >= _MOST_TRIES or time.monotonic() > end:
                break
        else:
            part //= 2
            continue
        part = min(part, max(1, len(history) // 2))
    final = _shows_after(pair, history, call, rules, mismatch)
    if final is None:
        return None
    stateful = replace(
        final,
        kind="state",
        summary=f"after other calls, {final.summary}",
        key=(final.component, "state"),
    )
    return Confirmed(stateful, (*history, call), call)


def _shows_after(
    pair: Pair, history: list[Call], call: Call, rules: Rules, mismatch: Mismatch
) -> Mismatch | None:
    pair.restart()
    found = pair.judge([*history, call], rules)[-1]
    return found if found is not None and found.component == mismatch.component else None


def finding_of(confirmed: Confirmed, control: Subject, candidate: Subject) -> Finding:
    """Make the finding that the user sees."""
    mismatch, calls = confirmed.mismatch, confirmed.calls
    text = "\n".join(source_of_call(each) for each in calls)
    special = traits(calls[-1])
    if len(special) > _MOST_TRAITS:  # it could not be made small, so they tell nothing
        special = ()
    if mismatch.kind == "state":
        special = (*special, f"after {len(calls) - 1} other call{'s' if len(calls) > 2 else ''}")
    small = len(text) <= _SMALL_SOURCE or mismatch.kind not in _MADE_SMALL
    named = special if small else ()
    identity, cause = names_of(mismatch, calls[-1], named, (control.module, candidate.module))
    left_out = len(text) - _LONGEST_SOURCE
    if left_out > 0:
        text = f"{text[:_LONGEST_SOURCE]} [... {left_out:,} characters ...]"
    return Finding(
        id=identity,
        component=mismatch.component,
        kind=mismatch.kind,
        summary=mismatch.summary,
        traits=special,
        call=text,
        control=mismatch.control,
        candidate=mismatch.candidate,
        candidate_name=candidate.name,
        variables=confirmed.variables,
        cause=cause,
    )
