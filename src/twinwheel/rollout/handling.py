"""What is done in Python for a call: when it ended in an error, or must be kept, or is shadowed."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twinwheel.rollout import breaker
from twinwheel.rollout.copies import CannotCopyError, Copier, Snapshot
from twinwheel.rollout.faults import CONTROL_FLOW, Classified, classify
from twinwheel.rollout.layout import Arm, Counter
from twinwheel.rollout.shadow import Job
from twinwheel.rollout.signalled import is_from_signal
from twinwheel.rollout.spent import is_spent
from twinwheel.rollout.words import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinwheel.rollout.component import Component
    from twinwheel.rollout.shadow import Shadows

__all__ = ["Handler"]

_log = logging.getLogger("twinwheel.rollout")
_ANSWERED_WRONGLY = Classified("fault", "error", "fallback")


@dataclass
class _Call:
    """A call to the candidate, and how it can be made again."""

    word: int
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    put_back: Callable[[], None] | None
    """Puts the arguments back as they were; None where the call may not be made again."""
    probe: bool = False


def _nothing() -> None:
    """Put back what a pure function changed."""


class Handler:
    """Takes the calls of one component that its slot hands over.

    Args:
        component: The component.
        shadows: Where calls wait for their shadow.
        sleep: Waits for so many seconds before a retry.
    """

    def __init__(
        self, component: Component, shadows: Shadows, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self.component = component
        self.shadows = shadows
        self.sleep = sleep

    def __call__(
        self,
        arm: int,
        word: int,
        args: tuple[Any, ...],
        kwargs: dict[str, Any] | None,
        error: BaseException | None,
    ) -> Any:
        """Answer a call.

        Args:
            arm: The side that the slot chose.
            word: The policy word that it went by.
            args: As the caller gave them,
            kwargs: the same.
            error: What that side raised. None if it was not called yet, and so is not counted yet.

        Raises:
            BaseException: What the component raises.
        """
        kwargs = kwargs or {}
        try:
            if arm == Arm.CONTROL:
                if error is not None:
                    self._count_error_of_control(error)
                    raise error
                return self._shadowed(word, args, kwargs)
            if error is None:
                return self._kept(word, args, kwargs)
            replays = self.component.declared.effects == "pure"
            return self._recover(error, _Call(word, args, kwargs, _nothing if replays else None))
        finally:
            error = None  # its traceback leads here: it would keep itself alive, and the arguments

    def _kept(self, word: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call the candidate so that it can be taken back, or as a probe."""
        component = self.component
        probe = breaker.state_of(component.page, component.index) is breaker.State.HALF_OPEN
        if probe:
            with component.page.locked():
                allowed = breaker.take_probe(component.page, component.index)
            if not allowed:
                return self._control(word, args, kwargs)
        call = _Call(word, args, kwargs, self._keeper(word, args, kwargs), probe)
        component.count(Arm.CANDIDATE, Counter.CALLS)
        error: BaseException | None = None
        try:
            result, slow = self._candidate(call)
        except BaseException as raised:  # noqa: BLE001 (what it is, is told apart below)
            error = raised
        else:
            self._end_probe(call, passed=not slow)
            return result
        try:
            return self._recover(error, call)
        finally:
            error = None

    def _candidate(self, call: _Call) -> tuple[Any, bool]:
        """Call the candidate; tell whether it was slow."""
        component = self.component
        target = component.targets[component.place(call.word).candidate]
        with component.at_candidate():
            began = time.perf_counter_ns()
            result = target(*call.args, **call.kwargs)
        took = time.perf_counter_ns() - began
        return result, component.observe(Arm.CANDIDATE, took) > 0

    def _control(self, word: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Call the control in the candidate's place."""
        target = self.component.targets[self.component.place(word).control]
        self.component.count(Arm.CONTROL, Counter.CALLS)
        try:
            return target(*args, **kwargs)
        except BaseException as error:
            self._count_error_of_control(error)
            raise

    def _keeper(
        self, word: int, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Callable[[], None] | None:
        """Keep what the call may change; return what puts it back, or None where nothing can."""
        component = self.component
        if component.declared.effects == "pure":
            return _nothing
        if component.declared.effects == "stateful" or not _falls_back(word):
            return None
        written = component.written(args, kwargs)
        if written is None:
            return None
        try:
            return Snapshot(written.values(), component.policy.copy_limit).put_back
        except CannotCopyError:
            return None

    def _recover(self, error: BaseException, call: _Call) -> Any:
        """Answer a call in which the candidate raised something."""
        component = self.component
        try:
            kind = self._classify(error)
            for attempt in range(component.policy.retries):
                if kind.strategy != "retry" or not self._put_back(call):
                    break
                component.count(Arm.CANDIDATE, Counter.RETRIES)
                component.say("retry", f"{_named(error)}, so it is tried again", severity="info")
                self.sleep(component.policy.backoff * 2**attempt)
                try:
                    result, slow = self._candidate(call)
                except BaseException as again:  # noqa: BLE001
                    error, kind = again, self._classify(again)
                else:
                    self._end_probe(call, passed=not slow)
                    return result
            if kind.category == "control-flow":
                self._end_probe(call, passed=True)
                raise error
            if kind.category == "contract" and kind.strategy == "propagate":
                component.count(Arm.CANDIDATE, Counter.CONTRACT_ERRORS)
                self._end_probe(call, passed=True)
                raise error
            if kind.category == "ambiguous" and kind.strategy == "fallback":
                return self._decide(error, call)
            self._fault(error, kind, call)
            falls_back = kind.strategy != "propagate" and _falls_back(call.word)
            if not falls_back or not self._put_back(call):
                raise error
            component.count(Arm.CANDIDATE, Counter.FALLBACKS)
            return self._control(call.word, call.args, call.kwargs)
        finally:
            del error

    def _put_back(self, call: _Call) -> bool:
        """Put the arguments back as they were; tell whether that could be done."""
        if call.put_back is None:
            return False
        try:
            call.put_back()
        except CannotCopyError:
            return False
        # Only now, when it is known that it matters, and when containers hold again what they held.
        return not is_spent((*call.args, *call.kwargs.values()))

    def _decide(self, error: BaseException, call: _Call) -> Any:
        """Have the control show whether an error at the boundary is an answer or a fault."""
        component = self.component
        try:
            if not component.place(call.word).guarded or not self._put_back(call):
                component.count(Arm.CANDIDATE, Counter.UNDECIDED)
                self._end_probe(call, passed=True)
                raise error
            try:
                answer = self._control(call.word, call.args, call.kwargs)
            except BaseException as other:
                if self._classify(other).category == "control-flow":
                    self._end_probe(call, passed=True)
                    raise
                if type(other).__name__ == type(error).__name__:
                    component.count(Arm.CANDIDATE, Counter.CONTRACT_ERRORS)
                    self._end_probe(call, passed=True)
                    raise
                self._fault(error, _ANSWERED_WRONGLY, call, f"the control {_named(other)}")
                if _falls_back(call.word):
                    component.count(Arm.CANDIDATE, Counter.FALLBACKS)
                    raise
            else:
                self._fault(error, _ANSWERED_WRONGLY, call, "the control answers")
                if _falls_back(call.word):
                    component.count(Arm.CANDIDATE, Counter.FALLBACKS)
                    return answer
            raise error
        finally:
            del error

    def _fault(self, error: BaseException, kind: Classified, call: _Call, beside: str = "") -> None:
        """Count a fault, tell of it, and judge; what goes wrong in that is not the caller's."""
        try:
            self._count_fault(error, kind, call, beside)
        except Exception as wrong:
            if is_from_signal(wrong):
                raise
            with suppress(Exception):
                _log.exception("a fault could not be counted")

    def _count_fault(
        self, error: BaseException, kind: Classified, call: _Call, beside: str
    ) -> None:
        component = self.component
        component.count(Arm.CANDIDATE, Counter.FAULTS)
        component.say(
            "fault",
            f"the candidate {_named(error)}" + (f", where {beside}" if beside else ""),
            category=kind.category,
            severity=kind.severity,
        )
        if kind.strategy == "quarantine":
            component.quarantine(_named(error))
        elif call.probe:
            self._end_probe(call, passed=False)
        else:
            component.judge()

    def _end_probe(self, call: _Call, *, passed: bool) -> None:
        if not call.probe:
            return
        component, now = self.component, time.monotonic_ns()
        with component.page.locked():
            limits = component.policy.breaker
            said = breaker.end_probe(component.page, component.index, limits, now, passed=passed)
        if said:
            component.refresh(True)
            became = breaker.state_of(component.page, component.index).label
            severity = "info" if became == "closed" else "error"
            component.say("breaker", f"the breaker is {became}: {said}", severity=severity)

    def _classify(self, error: BaseException) -> Classified:
        declared = self.component.declared
        policy = self.component.policy
        kind = classify(error, declared.raises, declared.transient, policy.errors)
        if kind.category not in ("control-flow", "contract") and is_from_signal(error):
            return CONTROL_FLOW  # no policy may swallow it
        return kind

    def _count_error_of_control(self, error: BaseException) -> None:
        category = self._classify(error).category
        if category == "control-flow":
            return
        # What the control raises at the boundary is the truth there.
        is_answer = category in ("contract", "ambiguous")
        self.component.count(Arm.CONTROL, Counter.CONTRACT_ERRORS if is_answer else Counter.FAULTS)

    def _shadowed(self, word: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Let the control answer, and have the candidate called with copies later."""
        component = self.component
        copier = Copier(component.policy.copy_limit)
        try:
            copies = copier.copy((args, kwargs))
        except CannotCopyError:
            component.count(Arm.CANDIDATE, Counter.DROPPED)
            return self._control(word, args, kwargs)
        component.count(Arm.CONTROL, Counter.CALLS)
        began = time.perf_counter_ns()
        error: BaseException | None = None
        result = None
        try:
            result = component.targets[component.place(word).control](*args, **kwargs)
        except BaseException as raised:  # noqa: BLE001 (raised again below)
            error = raised
        took = time.perf_counter_ns() - began
        component.observe(Arm.CONTROL, took)
        if error is not None:
            self._count_error_of_control(error)
        try:
            if error is None or self._classify(error).category != "control-flow":
                self._submit(word, copies, copier.left, took, result, error, args, kwargs)
            if error is not None:
                raise error
            return result
        finally:
            error = None

    def _submit(
        self,
        word: int,
        copies: tuple[tuple[Any, ...], dict[str, Any]],
        allowance: int,
        took: int,
        result: Any,
        error: BaseException | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        component = self.component
        copier = Copier(allowance)
        try:
            # The caller may change them while the candidate is being called.
            kept = copier.copy(result)
            written = copier.copy(component.written(args, kwargs) or {})
        except CannotCopyError:
            component.count(Arm.CANDIDATE, Counter.DROPPED)
            return
        job = Job(component, word, *copies, took, kept, error, written)
        if not self.shadows.submit(job):
            component.count(Arm.CANDIDATE, Counter.DROPPED)


def _falls_back(word: int) -> bool:
    """Tell whether the control may answer, as the policy word says that the call went by."""
    what = unpack(word)
    return what.guarded and not what.closed


def _named(error: BaseException) -> str:
    return f"raised {type(error).__name__}"
