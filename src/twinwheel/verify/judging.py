"""Two answers to one call: equal, or different in which way.

Scripts that show a finding again have it embedded: so nothing but the standard library of Python
3.8 is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twinwheel.rollout.comparing import Difference, comparator
from twinwheel.verify.answers import align, decode, in_one_order, show
from twinwheel.verify.runner.calling import RAISED, RETURNED
from twinwheel.verify.runner.encoding import unpack
from twinwheel.verify.workers import Death

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinwheel.verify.recipes import Call

__all__ = ["UNORDERED", "Mismatch", "Rules", "judge"]

UNORDERED = "unordered "
"""Before the name of a comparator: items are compared in any order, wherever they stand."""

_PANICS = ("PanicException", "SystemError")
_STALE = "the answer changed when the argument was written into"
_CANDIDATE_MAY_BE_SLOWER = 10
"""Times as slow as the control, and it is still no hang."""


@dataclass(frozen=True)
class Rules:
    """What counts as a difference."""

    compare: str = "exact"
    """The component's comparator."""
    agree: Callable[[Call, Any, Any], bool] | None = None
    """Where the comparator is a function of the author's: asks it, in the control's process."""
    messages: bool = False
    """Do the texts of exceptions count?"""
    seconds: float = 3.0
    """The limit of one call."""

    @property
    def unordered(self) -> bool:
        """Are items compared in any order?"""
        return self.compare.startswith(UNORDERED)


@dataclass(frozen=True)
class Mismatch:
    """How two answers differ."""

    kind: str
    """A key of ``findings.KINDS``."""
    summary: str
    control: str
    candidate: str
    component: str
    """With the method, where that differs first."""
    key: tuple[str, ...]
    """Equal for differences that look alike: kind, and classes of exceptions or types."""


def judge(call: Call, control: Any, candidate: Any, rules: Rules) -> Mismatch | None:
    """Compare two answers.

    Args:
        call: The call that both made.
        control: The control's answer as ``runner.calling`` gives it, or its death.
        candidate: The candidate's.
        rules: What counts.
    """
    sides = (control, candidate)
    if any(not isinstance(each, Death) and each[0] not in (RETURNED, RAISED) for each in sides):
        return None
    if isinstance(control, Death) or isinstance(candidate, Death):
        return _of_deaths(call, control, candidate, rules)
    if control[1] != candidate[1]:
        found = _of_answers(call, unpack(control[1]), unpack(candidate[1]), rules)
        if found is not None:
            return found
    if _ran_out(control):  # in the midst of what it wrote
        return None
    if control[2] != candidate[2] and not _agree_after(call, control[2], candidate[2], rules):
        return _mutation(call, control[2], candidate[2])
    if candidate[4] and not control[4]:
        kind = "stale buffer" if candidate[4] == _STALE else "state"
        text = show(unpack(candidate[1]))
        return _mismatch(call, kind, candidate[4], show(unpack(control[1])), text)
    return None


def _ran_out(reply: Any) -> bool:
    """Did it stop where it had no room, on the stack or in memory, to go on?"""
    answer: Any = unpack(reply[1]) if reply[0] == RAISED else None
    return _is(answer, "error") and answer[1] in ("RecursionError", "MemoryError")


def _mismatch(
    call: Call,
    kind: str,
    summary: str,
    control: str,
    candidate: str,
    *key: str,
    component: str = "",
) -> Mismatch:
    name = component or call.component
    return Mismatch(kind, summary, control, candidate, name, (name, kind, *key))


def _of_deaths(call: Call, control: Any, candidate: Any, rules: Rules) -> Mismatch | None:
    if isinstance(control, Death) and isinstance(candidate, Death):
        return None
    if isinstance(candidate, Death):
        if candidate.kind == "hang" and control[3] * _CANDIDATE_MAY_BE_SLOWER > rules.seconds * 1e9:
            return None
        what = {"crash": "dies", "hang": "does not end", "memory": "takes memory without end"}
        summary = f"the candidate {what[candidate.kind]}: {candidate.detail}"
        return _mismatch(call, candidate.kind, summary, _answer_text(control), candidate.detail)
    if control.kind != "crash":  # a control that is slower or larger is no fault of the candidate's
        return None
    summary = f"the control dies, the candidate does not: {control.detail}"
    return _mismatch(call, "crash", summary, control.detail, _answer_text(candidate), "control")


def _answer_text(reply: Any) -> str:
    return show(unpack(reply[1]))


def _of_answers(call: Call, control: Any, candidate: Any, rules: Rules) -> Mismatch | None:
    if _is(control, "steps") and _is(candidate, "steps"):
        names = ["", *(f".{name.split()[0]}" for name, _ in call.steps)]
        assert len(names) == len(control[1]) == len(candidate[1])
        for name, left, right in zip(names, control[1], candidate[1]):
            found = _of_answer(call, left, right, rules, call.component + name)
            if found is not None:
                return found
        return None
    return _of_answer(call, control, candidate, rules, call.component)


def _is(encoded: Any, tag: str) -> bool:
    return type(encoded) is tuple and encoded[0] == tag


def _is_loose(encoded: Any) -> bool:
    """Is it an object? Of two, a digest does not tell what only one of them shows."""
    loose = type(encoded) is tuple and encoded[0] in ("object", "steps")
    return loose or (_is(encoded, "long") and "loose" in encoded[3:])


def _of_answer(
    call: Call, control: Any, candidate: Any, rules: Rules, component: str
) -> Mismatch | None:
    if _is(control, "error") or _is(candidate, "error"):
        return _of_errors(call, control, candidate, rules, component)
    if _is(control, "long") or _is(candidate, "long"):
        if control == candidate or (_is_loose(control) and _is_loose(candidate)):
            return None
        if rules.unordered:  # a digest has an order
            return None
        texts = show(control), show(candidate)
        return _mismatch(call, "value", "long answers differ", *texts, component=component)
    left, right = align(control, candidate)
    spec = rules.compare
    if rules.unordered:
        spec = spec[len(UNORDERED) :]
        left, right = in_one_order(left), in_one_order(right)
    if left == right and repr(left) == repr(right):  # -0.0 equals 0.0, and True equals 1
        return None
    if rules.agree is not None:
        if rules.agree(call, control, candidate):
            return None
        difference = Difference("", "value", show(control), show(candidate))
    else:
        found = comparator(spec)({}, decode(left), decode(right))
        if found is None:
            return None
        difference = found
    kind = difference.what if difference.what in ("type", "shape") else "value"
    summary = difference.text()
    key: tuple[str, ...] = ()
    if kind == "type":
        key = difference.reference, difference.candidate
    elif _is(left, "view") and _is(right, "view") and left[:4] == right[:4]:
        key = ("read-only",)
        summary = f"only the {'candidate' if left[4] else 'control'}'s view can be written into"
    elif difference.what == "keys" and in_one_order(left) == in_one_order(right):
        key = ("order",)
    return _mismatch(
        call,
        kind,
        summary,
        show(control),
        show(candidate),
        *key,
        component=component,
    )


def _of_errors(
    call: Call, control: Any, candidate: Any, rules: Rules, component: str
) -> Mismatch | None:
    left = control[1] if _is(control, "error") else ""
    right = candidate[1] if _is(candidate, "error") else ""
    texts = show(control), show(candidate)
    if right in _PANICS and left not in _PANICS:
        return _mismatch(
            call, "panic", f"the candidate raises {right}", *texts, component=component
        )
    if "RecursionError" in (left, right):
        if left in ("RecursionError", right):
            return None  # how deep each of them goes is its own affair, as long as it says so
        summary = "the candidate refuses nesting that the control takes"
        return _mismatch(call, "recursion", summary, *texts, component=component)
    if left == "MemoryError":
        return None
    if right == "MemoryError":
        summary = "the candidate has not enough memory"
        return _mismatch(call, "memory", summary, *texts, component=component)
    if left == right:
        if control[2] != candidate[2]:
            summary = f"{left} is another class: {control[2]} and {candidate[2]}"
            return _mismatch(call, "exception type", summary, *texts, component=component)
        if not rules.messages or control[3] == candidate[3]:
            return None
        return _mismatch(
            call,
            "exception message",
            f"{left} says different things",
            *texts,
            left,
            component=component,
        )
    if left and right:
        summary = f"the control raises {left}, the candidate {right}"
    elif left:
        summary = f"the control raises {left}, the candidate returns"
    else:
        summary = f"the control returns, the candidate raises {right}"
    kind = "exception type"
    if not left and "RecursionError" not in (left, right) and _deep(call):
        kind = "recursion"
    return _mismatch(call, kind, summary, *texts, left, right, component=component)


def _deep(call: Call) -> bool:
    return any(
        type(each) is tuple and each[0] == "nest" and each[2] > 20
        for each in (*call.arguments, *call.keywords[1::2])
    )


def _agree_after(call: Call, control: bytes, candidate: bytes, rules: Rules) -> bool:
    """Is what was written into the arguments equal, as the component's comparator has it?"""
    left, right = unpack(control), unpack(candidate)
    if _is(left, "long") or _is(right, "long"):
        return False
    assert len(left) == len(right)
    return all(_of_answer(call, *both, rules, "") is None for both in zip(left, right))


def _mutation(call: Call, control: bytes, candidate: bytes) -> Mismatch:
    texts = [_shown_after(each) for each in (control, candidate)]
    summary = "after the call, an argument is not the same"
    return _mismatch(call, "mutation", summary, *texts)


def _shown_after(data: bytes) -> str:
    plain = unpack(data)
    return ", ".join(show(each, 80) for each in ([plain] if _is(plain, "long") else plain))
