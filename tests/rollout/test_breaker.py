"""The breaker: opens on faults and on slow calls, means the control, and tries a few probes."""

from __future__ import annotations

import time
from typing import Any

import pytest
from rollout.building import SECOND, Armed, Builder
from rollout.test_guard import PURE, STATEFUL, PanicException

from twinwheel.rollout.layout import Arm, Counter, Field, field_at
from twinwheel.rollout.policy import Breaker
from twinwheel.rollout.resuming import resume


class Wavering:
    """A candidate that is well or not, as it is told."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.calls = 0

    def __call__(self, x: int) -> int:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return 2 * x


def control(x: int) -> int:
    return 2 * x


def opened_at(armed: Armed) -> int:
    """When the breaker may close."""
    return armed.package.page.read(field_at(0, Field.UNTIL))


def times_opened(armed: Armed) -> int:
    return armed.package.page.read(field_at(0, Field.OPENED))


def ask(armed: Armed, times: int) -> None:
    """Every answer is right, whoever gives it."""
    assert [armed.call(n) for n in range(times)] == [2 * n for n in range(times)]


@pytest.mark.parametrize("error", [RuntimeError(), PanicException()], ids=repr)
def test_it_opens_and_the_control_serves(arm: Builder, error: BaseException) -> None:
    candidate = Wavering(error)
    armed = arm(control, candidate, declared=PURE, breaker=Breaker(at_least=20))
    ask(armed, 100)
    assert candidate.calls == 20
    assert armed.state.breaker == "open"
    assert (armed.state.percentage, armed.state.asked) == (0.0, 100.0)
    assert armed.counted() == {"calls": (100, 20), "faults": (0, 20), "fallbacks": (0, 20)}
    (event,) = [each for each in armed.events if each.kind == "breaker"]
    assert event.message == "the breaker opened: 20 of the latest 20 calls had a fault"


def test_it_judges_after_so_many_calls_only(arm: Builder) -> None:
    candidate = Wavering(RuntimeError())
    armed = arm(control, candidate, declared=PURE, breaker=Breaker(at_least=50))
    ask(armed, 49)
    assert armed.state.breaker == "closed"
    ask(armed, 1)
    assert armed.state.breaker == "open"


def test_few_faults_are_borne(arm: Builder) -> None:
    """4 % of calls where 5 % are too many, window after window."""
    calls = [0]

    def candidate(x: int) -> int:
        calls[0] += 1
        if calls[0] % 25 == 0:
            raise RuntimeError
        return 2 * x

    armed = arm(control, candidate, declared=PURE, breaker=Breaker(window=200, at_least=100))
    ask(armed, 2000)
    assert armed.state.breaker == "closed"
    assert armed.counted()["faults"] == (0, 80)


def test_old_calls_do_not_outweigh_a_candidate_that_fails_now(arm: Builder) -> None:
    candidate = Wavering()
    armed = arm(control, candidate, declared=PURE, breaker=Breaker(window=1000, at_least=100))
    for _ in range(100):
        ask(armed, 200)
        armed.slot.refresh(False)
        armed.tick(0)
    candidate.error = RuntimeError()
    before = candidate.calls
    ask(armed, 3000)
    assert armed.state.breaker == "open"
    assert candidate.calls - before <= 1100


def slow(armed: Armed, calls: int) -> None:
    """Count timed calls as slow, as if they had been."""
    for _ in range(calls):
        armed.component.count(Arm.CANDIDATE, Counter.CALLS)
        armed.component.observe(Arm.CANDIDATE, 2 * SECOND)


def test_slow_calls_open_it(arm: Builder) -> None:
    armed = arm(control, Wavering(), declared=PURE, breaker=Breaker(at_least=100, slow_after=1.0))
    slow(armed, 9)
    armed.tick(0)
    assert armed.state.breaker == "closed"
    slow(armed, 1)
    armed.tick(0)
    assert armed.state.breaker == "open"
    assert "took 1 s or more" in armed.events[-1].message
    ask(armed, 10)


def test_every_call_that_takes_long_is_found_slow(arm: Builder) -> None:
    """By the clock: with no time allowed, every timed call is slow."""
    least = Breaker(slow_after=0.000001, at_least=10)

    def candidate(x: int) -> int:
        return sum(range(3000)) * 0 + 2 * x

    armed = arm(control, candidate, declared=PURE, sample=1, breaker=least)
    ask(armed, 30)
    armed.tick(0)
    assert armed.state.breaker == "open"


def half_open(armed: Armed) -> None:
    armed.tick(opened_at(armed) + 1)
    assert armed.state.breaker == "half-open"


def test_probes_that_pass_close_it(arm: Builder) -> None:
    candidate = Wavering(RuntimeError())
    armed = arm(control, candidate, declared=PURE, breaker=Breaker(at_least=10, probes=5))
    ask(armed, 20)
    candidate.error, candidate.calls = None, 0
    armed.tick(opened_at(armed) - 1)
    ask(armed, 20)
    assert (armed.state.breaker, candidate.calls) == ("open", 0)
    half_open(armed)
    ask(armed, 4)
    assert (armed.state.breaker, candidate.calls) == ("half-open", 4)
    ask(armed, 1)
    armed.slot.refresh(True)
    ask(armed, 15)
    assert (armed.state.breaker, candidate.calls) == ("closed", 20)


def test_a_probe_that_fails_opens_it_for_longer(arm: Builder) -> None:
    candidate = Wavering(RuntimeError())
    limits = Breaker(at_least=10, probes=5, cool_down=100.0)
    armed = arm(control, candidate, declared=PURE, breaker=limits)
    ask(armed, 20)
    candidate.calls = 0
    waits = []
    for _ in range(12):
        half_open(armed)
        ask(armed, 20)
        assert armed.state.breaker == "open"
        waits.append((opened_at(armed) - time.monotonic_ns()) / SECOND)
    assert candidate.calls == 12, "one probe each time"
    assert waits[:3] == pytest.approx([200, 400, 800], abs=60)
    assert waits[-1] == pytest.approx(86400, abs=60), "a day at most"


def test_a_window_without_faults_makes_it_forget(arm: Builder) -> None:
    """The next cool-down is as long as the first."""
    candidate = Wavering(RuntimeError())
    limits = Breaker(at_least=10, window=50, probes=5, cool_down=100.0)
    armed = arm(control, candidate, declared=PURE, sample=0, breaker=limits)
    ask(armed, 20)
    half_open(armed)
    candidate.error = None
    ask(armed, 5)
    armed.slot.refresh(True)
    ask(armed, 60)
    armed.tick(0)
    candidate.error = RuntimeError()
    ask(armed, 20)
    assert armed.state.breaker == "open"
    assert (opened_at(armed) - time.monotonic_ns()) / SECOND == pytest.approx(100, abs=60)


def test_half_open_it_makes_no_shadows(arm: Builder) -> None:
    """They would be calls of the candidate beside the probes."""
    candidate = Wavering(RuntimeError())
    limits = Breaker(at_least=10, probes=1000)
    armed = arm(control, candidate, percentage=50.0, shadow=100.0, breaker=limits)
    while armed.state.breaker == "closed":
        armed.call(1)
    armed.package.shadows.flush()
    shadowed = armed.counted()["shadowed"]
    candidate.error = None
    half_open(armed)
    ask(armed, 50)
    armed.package.shadows.flush()
    assert armed.state.breaker == "half-open"
    assert armed.counted()["shadowed"] == shadowed


def test_a_contract_error_is_a_probe_that_passes(arm: Builder) -> None:
    candidate = Wavering(RuntimeError())
    armed = arm(control, candidate, declared=PURE, breaker=Breaker(at_least=10, probes=3))
    ask(armed, 20)
    candidate.error = ValueError("an answer")
    half_open(armed)
    for _ in range(3):
        with pytest.raises(ValueError, match="an answer"):
            armed.call(1)
    assert armed.state.breaker == "closed"


def test_a_slow_probe_opens_it(arm: Builder) -> None:
    candidate = Wavering(RuntimeError())
    armed = arm(control, candidate, declared=PURE, breaker=Breaker(at_least=10, slow_after=1e-6))
    ask(armed, 20)
    half_open(armed)
    candidate.error = None

    armed.package.page.write(field_at(0, Field.SLOW_AFTER), 0)
    ask(armed, 1)
    assert armed.state.breaker == "open"


def test_probes_that_get_lost_do_not_keep_it_half_open(arm: Builder) -> None:
    """As when the process that took them is killed."""
    candidate = Wavering(RuntimeError())
    armed = arm(control, candidate, declared=PURE, breaker=Breaker(at_least=10, probes=2))
    ask(armed, 20)
    half_open(armed)
    armed.package.page.write(field_at(0, Field.PROBES_LEFT), 0)
    candidate.error = None
    ask(armed, 5)
    assert armed.state.breaker == "half-open"
    half_open(armed)
    ask(armed, 5)
    assert armed.state.breaker == "closed"


def test_it_never_raises_where_replay_is_not_safe(arm: Builder) -> None:
    """Faults of a stateful candidate are raised; once it is open, the control serves."""
    armed = arm(control, Wavering(RuntimeError()), declared=STATEFUL, breaker=Breaker(at_least=5))
    for _ in range(5):
        with pytest.raises(RuntimeError):
            armed.call(1)
    ask(armed, 20)


def test_another_policy_closes_it(arm: Builder) -> None:
    limits: Any = Breaker(at_least=10)
    candidate = Wavering(RuntimeError())
    armed = arm(control, candidate, declared=PURE, breaker=limits)
    ask(armed, 20)
    assert armed.state.breaker == "open"
    candidate.error = None
    armed.follow(percentage=50.0, breaker=limits)
    assert (armed.state.breaker, times_opened(armed)) == ("closed", 0)


def test_the_same_policy_again_does_not(arm: Builder) -> None:
    armed = arm(control, Wavering(RuntimeError()), declared=PURE, breaker=Breaker(at_least=10))
    ask(armed, 20)
    armed.follow(percentage=100.0, breaker=Breaker(at_least=10))
    assert armed.state.breaker == "open"


def test_it_is_resumed_by_hand(arm: Builder) -> None:
    candidate = Wavering(SystemError())
    armed = arm(control, candidate, declared=PURE)
    ask(armed, 3)
    assert armed.state.breaker == "quarantined"
    candidate.error = None
    assert resume(armed.package.page, 0) == "quarantined"
    armed.slot.refresh(True)
    before = candidate.calls
    ask(armed, 3)
    assert (armed.state.breaker, candidate.calls) == ("closed", before + 3)


def test_resumed_it_forgets_how_often_it_opened(arm: Builder) -> None:
    armed = arm(control, Wavering(RuntimeError()), declared=PURE, breaker=Breaker(at_least=10))
    ask(armed, 20)
    assert times_opened(armed) == 1
    assert resume(armed.package.page, 0) == "open"
    assert times_opened(armed) == 0


def test_a_clock_that_was_set_back_by_a_restart(arm: Builder) -> None:
    """A page that outlived the machine's boot names a time that is far away."""
    armed = arm(control, Wavering(RuntimeError()), declared=PURE, breaker=Breaker(at_least=10))
    ask(armed, 20)
    armed.package.page.write(field_at(0, Field.UNTIL), 10**17)
    armed.tick(SECOND)
    assert armed.state.breaker == "half-open"
