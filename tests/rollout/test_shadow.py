"""Shadows: copies before either runs, the control's answer, everything contained and bounded."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from rollout.building import Armed, Builder
from rollout.test_guard import INPLACE, PURE, STATEFUL, PanicException, add, raising

from twinwheel import rollout
from twinwheel.errors import RolloutError
from twinwheel.rollout.component import Declared
from twinwheel.rollout.events import Event, tell


def shadows(armed: Armed) -> list[Any]:
    armed.package.shadows.flush()
    return [event for event in armed.events if event.kind == "shadow"]


def double(x: Any) -> Any:
    return x + x


def test_an_a_a_run(arm: Builder) -> None:
    """The documented first step: the control against itself finds nothing."""
    armed = arm(double, double, declared=PURE, candidate="c", percentage=0.0, shadow=100.0)
    for value in (1, 2.5, float("nan"), -0.0, "text", [1, [2]], b"bytes", 3):
        armed.call(value)
    found = shadows(armed)
    assert [(event.equal, event.severity) for event in found] == [(True, "info")] * 8
    assert all(event.control_seconds and event.candidate_seconds for event in found)
    assert found[0].speed_up == found[0].control_seconds / found[0].candidate_seconds
    assert armed.counted() == {"calls": (8, 0), "shadowed": (0, 8)}


def test_the_control_answers_and_the_difference_is_told(arm: Builder) -> None:
    armed = arm(
        lambda x: [x, 2 * x, {"k": x}],
        lambda x: [x, 2 * x, {"k": x + 1}],
        declared=PURE,
        percentage=0.0,
        shadow=100.0,
        redact=False,
    )
    assert armed.call(7) == [7, 14, {"k": 7}]
    (event,) = shadows(armed)
    assert (event.equal, event.severity) == (False, "warning")
    assert event.difference == "the value differs at [2]['k']: 7 and 8"
    assert armed.counted() == {"calls": (1, 0), "shadowed": (0, 1), "different": (0, 1)}


def test_values_are_left_out_unless_asked_for(arm: Builder) -> None:
    armed = arm(
        lambda x: {"secret-key": x}, lambda x: {"secret-key": "x"}, percentage=0.0, shadow=100.0
    )
    armed.call("secret")
    (event,) = shadows(armed)
    assert event.difference == "the value differs"
    assert "secret" not in repr(event)


def test_a_description_is_bounded(arm: Builder) -> None:
    armed = arm(
        lambda x: x, lambda x: x[:-1], percentage=0.0, shadow=100.0, redact=False, copy_limit=10**8
    )
    armed.call("y" * 1_000_000)
    (event,) = shadows(armed)
    assert len(event.difference) < 300


@pytest.mark.parametrize("error", [RuntimeError("x"), PanicException(), SystemExit(1)], ids=repr)
def test_what_the_candidate_raises_is_contained(arm: Builder, error: BaseException) -> None:
    def fails(x: int) -> int:
        raise error

    armed = arm(double, fails, declared=PURE, percentage=0.0, shadow=100.0)
    assert armed.call(2) == 4
    (event,) = shadows(armed)
    kind = type(error).__name__
    assert event.difference == f"the control gives an answer, the candidate a {kind}"
    assert armed.counted() == {"calls": (1, 0), "shadowed": (0, 1), "different": (0, 1)}
    assert armed.state.breaker == "closed"


def test_two_errors_of_one_class_are_equal(arm: Builder) -> None:
    def refuses(x: int) -> int:
        raise ValueError("in other words")

    armed = arm(refuses, refuses, declared=PURE, percentage=0.0, shadow=100.0)
    with pytest.raises(ValueError, match="in other words"):
        armed.call(1)
    assert [event.equal for event in shadows(armed)] == [True]


def test_a_call_that_is_interrupted_has_no_shadow(arm: Builder) -> None:
    armed = arm(raising(KeyboardInterrupt()), double, percentage=0.0, shadow=100.0)
    with pytest.raises(KeyboardInterrupt):
        armed.call(1)
    assert shadows(armed) == []
    assert armed.counted() == {"calls": (1, 0)}


def test_a_comparator_that_fails_is_contained(arm: Builder) -> None:
    class Hostile:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError("not to be compared")

        __hash__ = None  # type: ignore[assignment]

    armed = arm(Hostile, Hostile, percentage=0.0, shadow=100.0)
    assert isinstance(armed.call(), Hostile)
    (event,) = shadows(armed)
    assert (event.equal, event.difference) == (None, "the comparator raised RuntimeError")
    assert armed.counted() == {"calls": (1, 0), "shadowed": (0, 1)}


def test_a_comparator_that_panics_does_not_end_the_shadows(arm: Builder) -> None:
    class Hostile:
        def __eq__(self, other: object) -> bool:
            raise PanicException("in a comparator")

        __hash__ = None  # type: ignore[assignment]

    armed = arm(Hostile, Hostile, percentage=0.0, shadow=100.0)
    for _ in range(3):
        armed.call()
    assert [event.equal for event in shadows(armed)] == [None] * 3


def test_arguments_are_written_into_once(arm: Builder) -> None:
    seen: list[Any] = []

    def candidate(output: list[int], value: int) -> None:
        seen.append(output)
        add(output, value + 1)

    armed = arm(add, candidate, declared=INPLACE, percentage=0.0, shadow=100.0, redact=False)
    output = [1, 2]
    armed.call(output, 10)
    after = list(output)
    output[0] = 500  # the caller goes on before the candidate is called
    (event,) = shadows(armed)
    assert after == [11, 12]
    assert output == [500, 12]
    assert seen[0] is not output
    assert event.difference == "argument output: the value differs at [0]: 11 and 12"


def test_what_the_caller_does_with_the_answer_is_not_seen(arm: Builder) -> None:
    armed = arm(lambda x: [x], lambda x: [x], percentage=0.0, shadow=100.0)
    armed.call(1).append("later")
    assert [event.equal for event in shadows(armed)] == [True]


def test_a_stateful_component_is_not_shadowed(arm: Builder) -> None:
    calls: list[int] = []
    armed = arm(double, calls.append, declared=STATEFUL, percentage=0.0, shadow=100.0)
    armed.call(1)
    assert shadows(armed) == []
    assert calls == []


def test_what_is_too_large_is_not_copied(arm: Builder) -> None:
    armed = arm(len, len, percentage=0.0, shadow=100.0, copy_limit=1000)
    assert armed.call([bytearray(10_000)] * 3) == 3
    assert armed.call([0] * 1000) == 1000
    assert armed.call([b"never copied" * 1000] * 10) == 10
    assert len(shadows(armed)) == 1
    assert armed.counted() == {"calls": (3, 0), "shadowed": (0, 1), "dropped": (0, 2)}


def test_what_cannot_be_copied_is_not_shadowed(arm: Builder) -> None:
    armed = arm(lambda lock: 1, lambda lock: 1, percentage=0.0, shadow=100.0)
    assert armed.call(threading.Lock()) == 1
    assert armed.counted() == {"calls": (1, 0), "dropped": (0, 1)}


def test_what_waits_is_bounded(arm: Builder) -> None:
    """While one shadow takes its time, so many wait, and the others are dropped."""
    began, go_on = threading.Event(), threading.Event()

    def candidate(x: int) -> int:
        began.set()
        go_on.wait(30)
        return 2 * x

    armed = arm(double, candidate, percentage=0.0, shadow=100.0, shadow_queue=3)
    armed.call(0)
    assert began.wait(30)
    assert [armed.call(n) for n in range(10)] == [2 * n for n in range(10)]
    assert armed.counted()["dropped"] == (0, 7)
    go_on.set()
    assert len(shadows(armed)) == 4


def test_a_share_of_the_processor(arm: Builder) -> None:
    """After a shadow of 50 ms, at half of the processor, 50 ms without."""
    paused: list[float] = []
    done = threading.Event()

    def pause(seconds: float) -> None:
        paused.append(seconds)
        done.set()

    def candidate(x: int) -> int:
        end = time.thread_time() + 0.05
        while time.thread_time() < end:
            pass
        return 2 * x

    armed = arm(double, candidate, percentage=0.0, shadow=100.0, shadow_cpu=50.0)
    armed.package.shadows._pause = pause
    assert armed.call(1) == 2
    assert done.wait(30)
    assert 0.05 <= paused[0] < 0.09


def test_a_share_of_the_calls_is_shadowed(arm: Builder) -> None:
    armed = arm(double, double, percentage=0.0, shadow=10.0, shadow_queue=10_000)
    for n in range(2000):
        armed.call(n)
    assert 120 < len(shadows(armed)) < 280


def test_calls_of_the_candidate_are_not_shadowed(arm: Builder) -> None:
    armed = arm(double, double, percentage=100.0, shadow=100.0)
    armed.call(1)
    assert shadows(armed) == []


def test_the_component_is_compared_by_its_own_comparator(arm: Builder) -> None:
    declared = Declared(effects="pure", compare="close(1e-3, 0)")
    armed = arm(lambda x: x, lambda x: x * 1.0005, declared=declared, percentage=0.0, shadow=100.0)
    armed.call(3.0)
    assert [event.equal for event in shadows(armed)] == [True]


def test_comparing_by_hand(arm: Builder) -> None:
    armed = arm(add, lambda output, value: add(output, 2 * value), declared=INPLACE, redact=False)
    output = [1, 2]
    event = rollout.compare(armed.call, output, value=5)
    assert output == [1, 2], "each side has a copy"
    assert (event.control, event.candidate, event.equal) == ("c", "rust", False)
    assert event.difference == "argument output: the value differs at [0]: 6 and 11"
    assert event.control_seconds is not None


def test_comparing_by_hand_is_interrupted(arm: Builder) -> None:
    def interrupted(x: int) -> int:
        raise KeyboardInterrupt

    armed = arm(double, interrupted)
    with pytest.raises(KeyboardInterrupt):
        rollout.compare(armed.call, 1)


def test_comparing_by_hand_what_acts(arm: Builder) -> None:
    calls: list[int] = []
    armed = arm(calls.append, calls.append, declared=STATEFUL)
    with pytest.raises(RolloutError) as caught:
        rollout.compare(armed.call, 1)
    assert (caught.value.code, calls) == ("TW617", [])


def test_comparing_by_hand_what_is_not_armed(arm: Builder) -> None:
    with pytest.raises(RolloutError) as caught:
        rollout.compare(len, [1])
    assert caught.value.code == "TW613"
    armed = arm(double, double, candidate="", percentage=0.0)
    with pytest.raises(RolloutError) as caught:
        rollout.compare(armed.call, 1)
    assert caught.value.code == "TW614"
    armed = arm(double, double)
    with pytest.raises(RolloutError) as caught:
        rollout.compare(armed.call, threading.Lock())
    assert caught.value.code == "TW615"


def test_subscribers_hear_every_event_and_break_nothing(arm: Builder) -> None:
    heard: list[str] = []

    def hear(event: Any) -> None:
        heard.append(event.kind)
        raise RuntimeError("a subscriber's own")

    end = rollout.subscribe(hear)
    armed = arm(double, double, percentage=0.0, shadow=100.0)
    armed.call(1)
    shadows(armed)
    end()
    count = len(heard)
    assert "shadow" in heard
    armed.call(1)
    shadows(armed)
    assert len(heard) == count
    assert rollout.recent()[-1].package == armed.package.name


def test_what_happens_again_and_again_is_logged_once_a_second(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for when in (100.0, 100.1, 100.9, 101.1, 101.2):
        tell(Event("fault", "again", message="it broke", severity="error", when=when))
    assert [record.getMessage() for record in caplog.records] == [
        "again: it broke",
        "again: it broke [2 more like this before]",
    ]
