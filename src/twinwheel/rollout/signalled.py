"""Errors that a signal's handler raised, wherever the interpreter was when the signal came."""

from __future__ import annotations

import functools
import signal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import CodeType

__all__ = ["is_from_signal"]


def is_from_signal(error: BaseException) -> bool:
    """Tell whether an error came out of a signal's handler that is written in Python.

    Such an error is the application's own, as the one by which a queue of jobs ends a job that
    takes too long: whichever function was being called has nothing to do with it.

    Args:
        error: As it was caught, with its traceback. It is told by a handler that is still set, as
            nothing else tells a handler from any other function.
    """
    step = error.__traceback__
    handlers = _handlers() if step else set()
    while handlers and step is not None:
        if step.tb_frame.f_code in handlers:
            return True
        step = step.tb_next
    return False


def _handlers() -> set[CodeType]:
    """Return the code of all handlers that are set."""
    found = map(_code_of, filter(callable, map(signal.getsignal, signal.valid_signals())))
    return {code for code in found if code is not None}


def _code_of(handler: Any) -> CodeType | None:
    """Return the code of what is called, as far as it is in Python."""
    while isinstance(handler, functools.partial):
        handler = handler.func
    for each in (handler, type(handler).__call__):
        code: CodeType | None = getattr(each, "__code__", None)  # a method has its function's
        if code is not None:
            return code
    return None
