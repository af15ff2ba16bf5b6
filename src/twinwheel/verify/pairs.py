"""The control and a candidate, asked the same at the same time."""

from __future__ import annotations

import math
from collections import deque
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twinwheel.verify.judging import Mismatch, Rules, judge
from twinwheel.verify.recipes import size
from twinwheel.verify.runner.calling import SKIPPED
from twinwheel.verify.runner.encoding import unpack
from twinwheel.verify.workers import Death, Limits, Worker, not_made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twinwheel.verify.recipes import Call
    from twinwheel.verify.subjects import Subject

__all__ = ["Pair", "was_made"]

_REMEMBERED = 4_000
_LARGEST_REMEMBERED = 1_000
_LONGEST_DIGEST = 100
_MOST_DEATHS = 3
_MOST_IN_FULL = 32 << 20
"""Bytes of long answers that are held at once."""


class Pair:
    """Two workers that make the same calls.

    Args:
        control: The implementation whose answers are the truth.
        candidate: The one that is tried.
        limits: What a call may take.
        variables: Environment variables for both.

    Raises:
        VerifyError: As ``Worker``.
    """

    def __init__(
        self,
        control: Subject,
        candidate: Subject,
        limits: Limits,
        variables: dict[str, str] | None = None,
    ) -> None:
        self.limits = limits
        self.control = Worker(control, limits, variables)
        try:
            self.candidate = Worker(candidate, limits, variables)
        except BaseException:
            self.control.close()
            raise
        self.history: deque[Call] = deque(maxlen=_REMEMBERED)
        """What was called since both were started."""
        self.made = 0
        """Calls that were compared."""

    def make(
        self,
        calls: Sequence[Call],
        *,
        poke: bool = False,
        full: bool = False,
        seconds: float = math.inf,
    ) -> list[tuple[Any, Any]]:
        """Make calls on both sides.

        Args:
            calls: What to call.
            poke: Write into the arguments after each call, and see whether the answer changes.
            full: Ask for whole answers; else long ones that are equal are digests.
            seconds: When this time is over, the rest of the calls is not made.

        Returns:
            For each call, the answer or death of the control, and of the candidate.
        """
        if not calls:
            return []
        question = ("calls", [list(each) for each in calls], poke, full, seconds)
        first, second = self.ask(question)
        died = isinstance(first, Death) or isinstance(second, Death)
        # what is too much for both is no difference, and each hang costs seconds: once the first is
        # known, calls like it need not be made
        both = isinstance(first, Death) and isinstance(second, Death)
        hangs = any(isinstance(each, Death) and each.kind == "hang" for each in (first, second))
        most = 1 if both or hangs else _MOST_DEATHS
        left, right = (
            worker.finish(calls, answer, poke=poke, full=full, most_deaths=most, seconds=seconds)
            for worker, answer in ((self.control, first), (self.candidate, second))
        )
        self.made += sum(map(was_made, zip(left, right, strict=True)))
        if died:
            self.history.clear()
        else:
            self.history.extend(each for each in calls if _is_small(each))
        answers = list(zip(left, right, strict=True))
        return answers if full else self._in_full(calls, answers, poke=poke)

    def _in_full(
        self, calls: Sequence[Call], answers: list[tuple[Any, Any]], *, poke: bool
    ) -> list[tuple[Any, Any]]:
        """Ask again where digests tell that answers differ, but not in what."""
        room = _MOST_IN_FULL
        for index, both in enumerate(answers):
            if not _is_long(*both):
                continue
            if room > 0:
                whole = self.make([calls[index]], poke=poke, full=True)[0]
                room -= sum(len(each[1]) for each in whole if not isinstance(each, Death))
                answers[index] = whole
            else:  # all of them would not fit into memory
                answers[index] = (not_made(), not_made())
        return answers

    def ask(self, question: tuple[Any, ...], seconds: float | None = None) -> tuple[Any, Any]:
        """Ask both the same question at once."""
        workers = (self.control, self.candidate)
        answers: list[Any] = [None, None]
        for worker in workers:
            worker.send(question)
        while None in answers:
            for index, worker in enumerate(workers):
                if answers[index] is None:
                    answers[index] = worker.poll(seconds)
        return answers[0], answers[1]

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Wait for a call as long as this, within the block."""
        limits = replace(self.limits, seconds=seconds)
        self.control.limits = self.candidate.limits = limits
        try:
            yield
        finally:
            self.control.limits = self.candidate.limits = self.limits

    def end_at(self, until: float) -> None:
        """Wait for no answer after this time, by ``time.monotonic``: see ``TimeIsOver``."""
        self.limits = replace(self.limits, until=until)
        self.control.limits = self.candidate.limits = self.limits

    def rules(self, component: str, messages: bool = False) -> Rules:
        """Give what counts as a difference of a component, as the control's manifest has it."""
        of, _ = self.control.relations.get(component, (component, ""))
        spec = self.control.subject.compares.get(of, "exact")
        agree = self._agree(spec) if ":" in spec else None
        return Rules(spec, agree, messages=messages, seconds=self.limits.seconds)

    def _agree(self, spec: str) -> Callable[[Call, Any, Any], bool]:
        """Ask a comparator of the author's, in the control's process."""

        def agree(call: Call, control: Any, candidate: Any) -> bool:
            answer = self.control.ask(("agree", spec, list(call), control, candidate))
            if isinstance(answer, Death):
                self.control.start()
                return False
            return bool(answer[0] == "agree" and answer[1])

        return agree

    def judge(
        self, calls: Sequence[Call], rules: Rules, *, poke: bool = True
    ) -> list[Mismatch | None]:
        """Make calls and compare: the mismatch of each, or None."""
        answers = self.make(calls, poke=poke)
        return [judge(call, *both, rules) for call, both in zip(calls, answers, strict=True)]

    def restart(self) -> None:
        """Start both anew, so that nothing is remembered of the calls before."""
        self.control.start()
        self.candidate.start()
        self.history.clear()

    def close(self) -> None:
        """End both."""
        self.control.close()
        self.candidate.close()


def was_made(both: tuple[Any, Any]) -> bool:
    """Tell whether a call was made on both sides."""
    return all(isinstance(each, Death) or each[0] != SKIPPED for each in both)


def _is_small(call: Call) -> bool:
    return all(size(each) <= _LARGEST_REMEMBERED for each in call.arguments)


def _is_long(control: Any, candidate: Any) -> bool:
    if isinstance(control, Death) or isinstance(candidate, Death):
        return False
    return any(
        control[part] != candidate[part]
        and (_is_digest(control[part]) or _is_digest(candidate[part]))
        for part in (1, 2)  # the answer, and the arguments after the call
    )


def _is_digest(packed: bytes) -> bool:
    if not packed or len(packed) >= _LONGEST_DIGEST:
        return False
    plain = unpack(packed)
    return type(plain) is tuple and plain[0] == "long"
