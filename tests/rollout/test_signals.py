"""Signals: their handlers come in between any two steps, call the slot themselves, and raise."""

from __future__ import annotations

import functools
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from rollout.building import Armed, Builder

from twinwheel.rollout import python_slot
from twinwheel.rollout.component import Declared
from twinwheel.rollout.python_slot import PythonSlot

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="signals are POSIX's")
PURE = Declared(effects="pure")


class TooLateError(Exception):
    """As a queue of jobs raises it in a job that takes too long."""


def too_late(*_: object) -> None:
    raise TooLateError


class Watch:
    def __call__(self, *_: object) -> None:
        raise TooLateError


def one() -> int:
    return 1


def in_python(number: int) -> None:
    signal.raise_signal(number)


@contextmanager
def handled_by(handler: Callable[..., Any], number: int = signal.SIGINT) -> Iterator[None]:
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def python_slot_of(armed: Armed) -> PythonSlot:
    if not isinstance(armed.slot, PythonSlot):
        pytest.skip("of the slot in Python")
    return armed.slot


def calls_of(armed: Armed) -> int:
    return sum(side.calls for side in armed.state.sides)


def test_a_handler_that_calls_the_slot_is_counted(arm: Builder) -> None:
    armed = arm(one, one, percentage=50.0)
    inside: list[int] = []
    outside = 0

    def call(*_: object) -> None:
        inside.append(armed.call())

    with handled_by(call, signal.SIGALRM):
        signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
        try:
            while len(inside) < 200:
                outside += armed.call()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    assert calls_of(armed) == outside + len(inside)


@pytest.mark.parametrize("inside", [1, 100, 10_000])
def test_a_call_while_another_begins_a_block(
    arm: Builder, monkeypatch: pytest.MonkeyPatch, inside: int
) -> None:
    """As a handler does that comes in just then."""
    armed = arm(one, one, percentage=50.0, sample=7)
    slot = python_slot_of(armed)
    draw, comes = slot._draw, [True]

    def interrupted(size: int) -> bytearray:
        lots = draw(size)
        if comes[0]:
            comes[0] = False
            for _ in range(inside):
                armed.call()
            comes[0] = True
        return lots

    monkeypatch.setattr(slot, "_draw", interrupted)
    before, outside = calls_of(armed), 1000
    for _ in range(outside):
        armed.call()
    blocks = calls_of(armed) - before - outside
    assert blocks > 0
    assert blocks % inside == 0


def test_a_handler_that_raises_while_a_block_begins(
    arm: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    armed = arm(one, one, percentage=50.0)
    slot = python_slot_of(armed)
    draw = slot._draw
    made = 0
    for number in range(10_000):
        with monkeypatch.context() as patch:
            patch.setattr(slot, "_draw", too_late if number % 2 else draw)
            with suppress(TooLateError):
                made += armed.call()
    assert 0 < made < 10_000
    assert calls_of(armed) == made


def test_a_call_while_the_policy_changes(arm: Builder) -> None:
    """The function may have the code of one policy when all else is the other's already."""
    armed = arm(one, one, percentage=50.0)
    slot = python_slot_of(armed)
    for sticky, body in ((True, python_slot._LOT), (False, python_slot._ANY)):
        armed.follow(percentage=50.0, sticky=sticky)
        slot.function.__code__ = slot._make(body).__code__
        before = calls_of(armed)
        assert [armed.call() for _ in range(5000)] == [1] * 5000
        assert calls_of(armed) == before + 5000


@pytest.mark.parametrize("handler", [too_late, Watch(), functools.partial(too_late, 1)])
@pytest.mark.parametrize("written_in", ["C", "Python"])
def test_what_a_handler_raises_is_the_application_s(
    arm: Builder, handler: Callable[..., Any], written_in: str
) -> None:
    """No fault, and not swallowed, whatever was being called."""
    candidate = signal.raise_signal if written_in == "C" else in_python
    armed = arm(lambda number: None, candidate, declared=PURE)
    with handled_by(handler), pytest.raises(TooLateError):
        armed.call(signal.SIGINT)
    assert armed.counted() == {"calls": (0, 1)}


def test_what_a_handler_raises_in_the_control(arm: Builder) -> None:
    armed = arm(signal.raise_signal, lambda number: None, declared=PURE, percentage=0.0)
    with handled_by(too_late), pytest.raises(TooLateError):
        armed.call(signal.SIGINT)
    assert armed.counted() == {"calls": (1, 0)}


def test_what_a_handler_raises_is_not_tried_again(arm: Builder) -> None:
    declared = Declared(effects="pure", transient=("TooLateError",))
    armed = arm(lambda number: None, signal.raise_signal, declared=declared)
    with handled_by(too_late), pytest.raises(TooLateError):
        armed.call(signal.SIGINT)
    assert armed.counted() == {"calls": (0, 1)}


def test_what_a_handler_raises_in_the_middle_of_the_books(
    arm: Builder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(number: int) -> None:
        raise RuntimeError

    armed = arm(lambda number: None, fail, declared=PURE)
    monkeypatch.setattr(
        type(armed.component), "judge", lambda _: signal.raise_signal(signal.SIGINT)
    )
    with handled_by(too_late), pytest.raises(TooLateError):
        armed.call(1)
