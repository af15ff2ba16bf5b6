"""The breaker of a candidate: closed, open (the control answers), half-open, and quarantined.

Its state lies in the page, so that all workers have one breaker. What it decides goes into the
policy word that the slots read, so that it costs a call nothing. All that changes something here is
called with the page's lock held.

Reference: M. Nygard, Release It!, 2018, chapter 5 (Circuit Breaker); here an open one never raises.
"""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum
from typing import TYPE_CHECKING

from twinwheel.rollout.layout import RETIRED, Arm, Counter, Field, counters_at, field_at
from twinwheel.rollout.words import Word, pack, unpack

if TYPE_CHECKING:
    from twinwheel.rollout.page import Page
    from twinwheel.rollout.policy import Breaker

__all__ = [
    "BASES",
    "State",
    "clear",
    "close",
    "end_probe",
    "judge",
    "quarantine",
    "reopen",
    "settle",
    "state_of",
    "take_probe",
    "totals",
    "wake",
]

_LONGEST = 86_400 * 10**9
BASES = {
    Field.BASE_CALLS: Counter.CALLS,
    Field.BASE_FAULTS: Counter.FAULTS,
    Field.BASE_TIMED: Counter.TIMED,
    Field.BASE_SLOW: Counter.SLOW,
}
"""Where it is kept what a counter of the candidate was when the window began."""


class State(IntEnum):
    """What the candidate is given."""

    CLOSED = 0
    """All that the policy says."""
    OPEN = 1
    """Nothing, until the cool-down is over."""
    HALF_OPEN = 2
    """A number of probes."""
    QUARANTINED = 3
    """Nothing, until somebody resumes it."""

    @property
    def label(self) -> str:
        """What it is called where people read it, such as ``half-open``."""
        return self.name.lower().replace("_", "-")


def state_of(page: Page, component: int) -> State:
    """Return the breaker's state."""
    return State(min(page.read(field_at(component, Field.BREAKER)), State.QUARANTINED))


def totals(page: Page, component: int, arm: Arm) -> list[int]:
    """Return what all workers counted, by ``Counter``, those included that are gone."""
    begins = [counters_at(worker, component, arm) for worker in range(RETIRED + 1)]
    rows = [page.read_all(begin, len(Counter)) for begin in begins]
    return [sum(column) for column in zip(*rows, strict=True)]


def settle(page: Page, component: int) -> None:
    """Put into effect what policy and breaker together say."""
    policy = unpack(page.read(field_at(component, Field.POLICY)))
    state = state_of(page, component)
    word = policy
    if state in (State.OPEN, State.QUARANTINED):
        word = Word(policy.control, policy.candidate)
    elif state is State.HALF_OPEN:
        word = replace(policy, handled=True, shadow=0)
    value = pack(word)
    if value != page.read(field_at(component, Field.WORD)):
        page.write(field_at(component, Field.WORD), value)
        page.changed()


def close(page: Page, component: int) -> None:
    """Let the candidate have all that the policy says, and judge it from here on."""
    _begin_window(page, component)
    _become(page, component, State.CLOSED)


def quarantine(page: Page, component: int) -> None:
    """Take the candidate out of service until somebody resumes it."""
    _become(page, component, State.QUARANTINED)


def clear(page: Page, component: int) -> None:
    """Forget all that was kept of the candidate, as nobody knows any more what it means."""
    for field in (Field.UNTIL, Field.OPENED, Field.PROBES_LEFT, Field.PROBES_PASSED):
        page.write(field_at(component, field), 0)
    _begin_window(page, component)
    quarantine(page, component)


def reopen(page: Page, component: int, limits: Breaker, now: int) -> None:
    """Open the breaker for the cool-down, which doubles each time."""
    opened = page.read(field_at(component, Field.OPENED))
    longest = min(int(limits.cool_down * 1e9) << min(opened, 40), _LONGEST)
    page.write(field_at(component, Field.OPENED), opened + 1)
    page.write(field_at(component, Field.UNTIL), now + longest)
    _become(page, component, State.OPEN)


def judge(page: Page, component: int, limits: Breaker, now: int) -> str:
    """Open the breaker if the candidate's latest calls are bad.

    Returns:
        Why it was opened; empty if it was not.
    """
    if state_of(page, component) is not State.CLOSED:
        return ""
    now_counted = totals(page, component, Arm.CANDIDATE)
    since = [
        now_counted[counter] - page.read(field_at(component, base))
        for base, counter in BASES.items()
    ]
    if min(since) < 0:  # something overwrote them; or else there would never be a judgement
        _begin_window(page, component)
        return ""
    calls, faults, timed, slow = since
    why = ""
    if calls >= limits.at_least and faults * 100 >= limits.faults * calls > 0:
        why = f"{faults:,} of the latest {calls:,} calls had a fault"
    elif timed >= max(limits.at_least / 10, 1) and slow * 100 >= limits.slow * timed:
        why = f"{slow:,} of the latest {timed:,} timed calls took {limits.slow_after:g} s or more"
    if why:
        reopen(page, component, limits, now)
    elif calls >= limits.window and (timed == 0 or timed >= limits.at_least / 10):
        page.write(field_at(component, Field.OPENED), 0)  # it is well
        _begin_window(page, component)
    return why


def wake(page: Page, component: int, limits: Breaker, now: int) -> bool:
    """Make an open breaker half-open when its cool-down is over; tell whether it was."""
    state = state_of(page, component)
    left = page.read(field_at(component, Field.UNTIL)) - now
    # More than there can be: the machine was started anew, and so was its clock.
    if state in (State.CLOSED, State.QUARANTINED) or 0 < left <= _LONGEST:
        return False
    # Half-open for as long, and still not done: probes got lost with the processes that made them.
    page.write(field_at(component, Field.UNTIL), now + int(limits.cool_down * 1e9))
    page.write(field_at(component, Field.PROBES_LEFT), limits.probes)
    page.write(field_at(component, Field.PROBES_PASSED), 0)
    _become(page, component, State.HALF_OPEN)
    return state is State.OPEN


def take_probe(page: Page, component: int) -> bool:
    """Take one of the probes that are left, if there is one."""
    left = page.read(field_at(component, Field.PROBES_LEFT))
    if state_of(page, component) is not State.HALF_OPEN or left == 0:
        return False
    page.write(field_at(component, Field.PROBES_LEFT), left - 1)
    return True


def end_probe(page: Page, component: int, limits: Breaker, now: int, *, passed: bool) -> str:
    """Count a probe, and close or open the breaker if that decides it.

    Returns:
        What was decided; empty if nothing was.
    """
    if state_of(page, component) is not State.HALF_OPEN:
        return ""
    if not passed:
        reopen(page, component, limits, now)
        return "a probe failed"
    count = page.read(field_at(component, Field.PROBES_PASSED)) + 1
    page.write(field_at(component, Field.PROBES_PASSED), count)
    if count < limits.probes:
        return ""
    close(page, component)
    return f"{count:,} probes passed"


def _become(page: Page, component: int, state: State) -> None:
    page.write(field_at(component, Field.BREAKER), state)
    settle(page, component)


def _begin_window(page: Page, component: int) -> None:
    counted = totals(page, component, Arm.CANDIDATE)
    for base, counter in BASES.items():
        page.write(field_at(component, base), counted[counter])
