"""Shadows: the candidate is given copies of what the control answered, and the answers compared.

That is done by a thread of its own, which takes no more than its share of a processor. What waits
is bounded; more is dropped.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twinwheel.rollout.faults import is_control_flow
from twinwheel.rollout.layout import Arm, Counter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinwheel.rollout.component import Component
    from twinwheel.rollout.events import Event

__all__ = ["Job", "Shadows"]

_NANO = 1e-9


@dataclass(frozen=True)
class Job:
    """A call that the control answered."""

    component: Component
    word: int
    args: tuple[Any, ...]
    """Copies, made before the control was called; the same of"""
    kwargs: dict[str, Any]
    took: int
    """Nanoseconds that the control took."""
    result: Any
    """A copy of what it returned, or"""
    error: BaseException | None
    """what it raised."""
    written: Mapping[str, Any]
    """Copies of the arguments that it wrote into, by name."""

    def run(self, *, contained: bool = True) -> Event:
        """Call the candidate, compare, count, and tell.

        Args:
            contained: Whether nothing that the candidate raises goes further, as a shadow is
                nobody's call.
        """
        component = self.component
        target = component.targets[component.place(self.word).candidate]
        arguments = component.arguments(self.args, self.kwargs)
        result, error = None, None
        began = time.perf_counter_ns()
        try:
            with component.at_candidate():
                result = target(*self.args, **self.kwargs)
        except BaseException as raised:
            if not contained and is_control_flow(raised):
                raise
            error = raised
        took = time.perf_counter_ns() - began
        component.count(Arm.CANDIDATE, Counter.SHADOWED)
        try:
            difference = self._differ(arguments, result, error)
            equal: bool | None = not difference
        except BaseException as failed:  # noqa: BLE001 (an author's comparator, which may panic)
            difference = f"the comparator raised {type(failed).__name__}"
            equal = None
        if equal is False:
            component.count(Arm.CANDIDATE, Counter.DIFFERENT)
        return component.say(
            "shadow",
            {True: "equal", False: "different", None: "not compared"}[equal],
            severity="info" if equal else "warning",
            control_seconds=self.took * _NANO,
            candidate_seconds=took * _NANO,
            equal=equal,
            difference=difference,
        )

    def _differ(
        self, arguments: Mapping[str, Any], result: Any, error: BaseException | None
    ) -> str:
        sides = [
            "an answer" if each is None else f"a {type(each).__name__}"
            for each in (self.error, error)
        ]
        if sides[0] != sides[1]:
            return f"the control gives {sides[0]}, the candidate {sides[1]}"
        if error is not None:
            return ""
        component, redact = self.component, self.component.policy.redact
        if self.result is not None or result is not None:
            found = component.comparator(arguments, self.result, result)
            if found is not None:
                return found.text(redact=redact)
        mine = component.written(self.args, self.kwargs) or {}
        for name, expected in self.written.items():
            found = component.comparator(arguments, expected, mine.get(name))
            if found is not None:
                return f"argument {name}: {found.text(redact=redact)}"
        return ""


class Shadows:
    """The calls of a package that wait for their shadow, and the thread that makes them.

    Args:
        pause: Lets the thread wait for so many seconds.
    """

    def __init__(self, pause: Callable[[float], object] = time.sleep) -> None:
        self._pause = pause
        self.forked()

    def forked(self) -> None:
        """Begin anew in a process that was forked, which has none of its parent's threads."""
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._busy = 0

    def submit(self, job: Job) -> bool:
        """Have a shadow made; tell whether there was room for it."""
        with self._changed:
            if len(self._jobs) >= job.component.policy.shadow_queue:
                return False
            self._jobs.append(job)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="twinwheel-shadows", daemon=True
                )
                self._thread.start()
            self._changed.notify_all()
        return True

    def flush(self) -> None:
        """Make all shadows that wait, in this thread, and wait for the one that is being made."""
        while self._run_next():
            pass
        with self._changed:
            self._changed.wait_for(lambda: self._busy == 0)

    def _run_next(self) -> Job | None:
        with self._changed:
            if not self._jobs:
                return None
            job = self._jobs.popleft()
            self._busy += 1
        try:
            job.run()
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()
        return job

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._jobs)
            began = time.thread_time()
            job = self._run_next()
            if job is not None:
                share = job.component.policy.shadow_cpu / 100
                # Idle for so long that what was taken is no more than the share.
                self._pause((time.thread_time() - began) * (1 / share - 1))
