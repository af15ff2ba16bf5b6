"""Does the control answer equal calls equally? What it does not is compared with nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinwheel.verify.judging import UNORDERED, judge
from twinwheel.verify.workers import Death

if TYPE_CHECKING:
    from twinwheel.verify.components import ComponentSearch
    from twinwheel.verify.judging import Rules
    from twinwheel.verify.pairs import Pair
    from twinwheel.verify.recipes import Call

__all__ = ["stands_firm"]

_TIMES_STEADY = 5
"""Calls more: two items that stand in an order by chance are in the same one half of the time."""
_QUICK = 20e6
"""Nanoseconds: what takes longer is not made so often."""


def stands_firm(pair: Pair, search: ComponentSearch, call: Call) -> bool:
    """Tell whether a mismatch can be looked into: the control's answers to equal calls are equal.

    If they are but for the order of their items, that is not compared from now on, and what was
    found is looked at again. If they are not, the step of which that is true is left out, or a
    component without findings given up.
    """
    rules, first = search.rules, not search.findings
    strict = rules if rules.unordered else replace(rules, compare="exact", agree=None)
    unsteady = _unsteady(pair, call, strict, anew=first)
    if unsteady is None:
        return True
    loose = replace(rules, compare=UNORDERED + rules.compare)
    fits = rules.agree is None and not rules.unordered
    if fits and _unsteady(pair, call, loose, anew=first) is None:
        search.rules = loose
        search.given += [call, *(calls[-1] for calls in search.smallest.values())]
        for kept in (search.findings, search.smallest, search.met):
            kept.clear()
    elif unsteady:
        search.left_out.add(unsteady)
        search.given.append(call)
    elif first:
        _give_up(search)
    else:
        search.unsteady += 1
    return False


def _unsteady(pair: Pair, call: Call, rules: Rules, *, anew: bool) -> str | None:
    """Tell what the control answers unequally, though the calls are equal, in a new process too.

    Returns:
        None if there is nothing of the kind; the step where it begins, or empty for the call.
    """
    answers = pair.control.make([call, call], full=True)
    if all(not isinstance(each, Death) and each[3] < _QUICK for each in answers):
        answers += pair.control.make([call] * _TIMES_STEADY, full=True)
    if anew:
        pair.control.start()
        answers += pair.control.make([call], full=True)
    told = [(*each[:4], "") for each in answers if not isinstance(each, Death)]
    for each in told:
        found = judge(call, told[0], each, rules)
        if found is not None:
            return found.component.removeprefix(call.component).removeprefix(".")
    return None


def _give_up(search: ComponentSearch) -> None:
    search.skipped = "the control does not answer equal calls equally"
    search.findings.clear()
