"""Stop where it does no harm: what the user asks for waits until the search next waits itself.

An exception out of a signal may come between any two instructions, as between the start of a
process and the line that keeps it. So within ``deferred`` the first signal is remembered, and
``check``, which every wait for an implementation calls, raises it. A second one is not kept back.
"""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["at_once", "check", "deferred", "forget", "stoppable", "stopped_by"]

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class _State:
    depth = 0
    """How many ``deferred`` are open."""
    waiting = False
    """Whether a signal has come that nobody has acted on."""
    signal = 0
    """The last one; 0 for none."""


_state = _State()


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn each signal that asks to stop into a ``KeyboardInterrupt``, at once or deferred."""
    _state.signal, _state.waiting = 0, False
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    before = {}
    try:
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            # what a shell told a process in the background to ignore stays ignored
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, _asked)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def deferred() -> Iterator[None]:
    """Keep the first signal back until ``check``."""
    _state.depth += 1
    try:
        yield
    finally:
        _state.depth -= 1


@contextmanager
def at_once() -> Iterator[None]:
    """Keep nothing back, within ``deferred`` either: for what is made to be interrupted."""
    depth, _state.depth = _state.depth, 0
    try:
        check()
        yield
    finally:
        _state.depth = depth


def check() -> None:
    """Raise ``KeyboardInterrupt`` if it was kept back."""
    if _state.waiting:
        _state.waiting = False
        raise KeyboardInterrupt


def forget() -> None:
    """Pass over what was kept back: it has been acted on, or there is nothing left to stop."""
    _state.waiting = False


def stopped_by() -> int:
    """Give the number of the last signal that asked to stop; 0 for none."""
    return _state.signal


def _asked(number: int, _: FrameType | None) -> None:
    _state.signal = number
    if _state.depth and not _state.waiting:
        _state.waiting = True
        return
    raise KeyboardInterrupt
