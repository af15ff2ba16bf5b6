"""What the search learns from an answer: what is taken, and what leads to new answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinwheel.verify.avoiding import size_of
from twinwheel.verify.runner.calling import RAISED, RETURNED
from twinwheel.verify.runner.encoding import unpack
from twinwheel.verify.workers import Death

if TYPE_CHECKING:
    from random import Random

    from twinwheel.verify.components import ComponentSearch
    from twinwheel.verify.recipes import Call, Recipe

__all__ = ["learn"]

_LONGEST_IN_POOL = 20_000
_SLOW_TO_BORROW = 30e6
"""Nanoseconds."""
_REFUSALS = ("TypeError", "AttributeError", "SystemError")


def learn(
    search: ComponentSearch, call: Call, control: Any, pool: list[Recipe], chance: Random
) -> None:
    """Learn from the control's answer how the component is called, and what leads to new answers.

    Args:
        search: Of the component.
        call: The call.
        control: Its answer, or its death.
        pool: What was answered, which may be an argument elsewhere.
        chance: Decides which of it is dropped when there is too much.
    """
    if isinstance(control, Death) or control[0] not in (RETURNED, RAISED):
        return
    largest = size_of(call)
    search.largest = max(search.largest, largest)
    returned = control[0] == RETURNED
    search.returned += returned
    packed = control[1]
    answer = unpack(packed) if len(packed) < _LONGEST_IN_POOL else None
    name = answer[1] if not returned and type(answer) is tuple else ""
    taken = returned or name not in _REFUSALS
    if search.stage == "probe" or search.knowledge.typical is None:
        # what is borrowed and takes long would make each call of the ladder as slow
        quick = search.stage != "borrow" or control[3] < _SLOW_TO_BORROW
        search.knowledge.learn(call, taken=taken, returned=returned and quick)
    kinds = tuple(
        type(each).__name__ if type(each) is not tuple else each[0] for each in call.arguments
    )
    sizes = largest.bit_length(), len(packed).bit_length(), len(call.keywords)
    mark = (kinds, name, type(answer).__name__, *sizes)
    if mark not in search.seen:
        search.seen.add(mark)
        if taken and largest <= 5_000 and len(search.knowledge.corpus) < 400:
            search.knowledge.corpus.append(call)
        if returned and answer is not None and len(packed) > 8:
            value = answer[1][0] if type(answer) is tuple and answer[0] == "steps" else answer
            if _may_be_argument(value):
                pool.append(value)
                if len(pool) > 500:
                    del pool[chance.randrange(len(pool))]


def _may_be_argument(value: Any) -> bool:
    if type(value) is tuple:
        return value[0] in ("list", "dict", "tuple", "bytearray") and len(repr(value)) < 2_000
    return isinstance(value, (str, bytes)) and len(value) > 0
