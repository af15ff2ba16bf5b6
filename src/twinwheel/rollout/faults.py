"""What kind of error a call ended in, how bad that is, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from twinwheel.selection.validation import BEFORE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from twinwheel.rollout.policy import Strategy

__all__ = [
    "CONTROL_FLOW",
    "Category",
    "Classified",
    "Severity",
    "bears_name",
    "classify",
    "is_control_flow",
]

Category = Literal["control-flow", "contract", "transient", "ambiguous", "fault", "panic", "broken"]
Severity = Literal["info", "warning", "error", "critical"]

_AMBIGUOUS = ("TypeError", "OverflowError")
_CONTROL_FLOW = ("CancelledError",)
PANIC = "PanicException"


@dataclass(frozen=True)
class Classified:
    """How an error is taken."""

    category: Category
    severity: Severity
    strategy: Strategy


CONTROL_FLOW = Classified("control-flow", "info", "propagate")
_CONTRACT = Classified("contract", "info", "propagate")
_TRANSIENT = Classified("transient", "warning", "retry")
_AMBIGUOUS_KIND = Classified("ambiguous", "warning", "fallback")
_FAULT = Classified("fault", "error", "fallback")
_PANIC_KIND = Classified("panic", "error", "fallback")
_BROKEN = Classified("broken", "critical", "quarantine")


def classify(
    error: BaseException,
    raises: Collection[str],
    transient: Collection[str],
    strategies: Mapping[str, Strategy],
) -> Classified:
    """Tell what an error is.

    Args:
        error: What an implementation raised.
        raises: Names of the exceptions that the component declares: they are answers.
        transient: Names of those that may go away when the call is made again.
        strategies: What the policy says of classes by name, which the defaults stand back from.

    Returns:
        Its category; what is no answer and no matter of the caller's own is a fault of some kind.
    """
    kind = _kind(error, raises, transient)
    if kind is CONTROL_FLOW:
        return kind  # no policy may swallow it
    for name, strategy in strategies.items():
        if bears_name(error, name):
            return replace(kind, strategy=strategy)
    return kind


def _kind(error: BaseException, raises: Collection[str], transient: Collection[str]) -> Classified:
    if getattr(error, BEFORE, False) or any(bears_name(error, name) for name in raises):
        return _CONTRACT
    if is_control_flow(error):
        return CONTROL_FLOW
    if bears_name(error, PANIC):
        return _PANIC_KIND
    if any(bears_name(error, name) for name in transient):
        return _TRANSIENT
    # What the interpreter raises when an extension broke the rules of its C API.
    if isinstance(error, SystemError):
        return _BROKEN
    if type(error).__name__ in _AMBIGUOUS:
        return _AMBIGUOUS_KIND
    return _FAULT


def is_control_flow(error: BaseException) -> bool:
    """Tell whether an error is no matter of who raised it, as when somebody presses Ctrl-C."""
    # Each extension made by PyO3 has a class of panics of its own, which is no Exception.
    if bears_name(error, PANIC):
        return False
    return not isinstance(error, Exception) or any(bears_name(error, n) for n in _CONTROL_FLOW)


def bears_name(error: BaseException, name: str) -> bool:
    """Tell whether an error is of a class of that name, or of a subclass.

    Args:
        error: The error.
        name: Bare, or with the full name of the module before it: each implementation may have a
            class of its own under one name.
    """
    return any(
        name in (cls.__name__, f"{cls.__module__}.{cls.__qualname__}")
        for cls in type(error).__mro__
    )
