"""The calls of a finding made again: what the script runs that the finding is saved with.

It is embedded there with all that it imports, which is the search's own way to make calls and to
judge them: so nothing but the standard library of Python 3.8 is used.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from twinwheel.errors import VerifyError
from twinwheel.verify.answers import show
from twinwheel.verify.judging import Rules, judge
from twinwheel.verify.proportions import (
    LEAK_ROUNDS,
    MAY_BE_NOISE,
    ROUNDS,
    THREADS,
    TIMES_AGAIN,
    left_behind,
    out_of_proportion,
    times_often,
)
from twinwheel.verify.runner.calling import RETURNED, SKIPPED
from twinwheel.verify.runner.encoding import pack, unpack
from twinwheel.verify.runner.sources import names_of_steps
from twinwheel.verify.subjects import Subject
from twinwheel.verify.workers import Death, Limits, Worker

if TYPE_CHECKING:
    from collections.abc import Sequence

    Seen = tuple[str, Sequence[str]]  # how they differ, if they do, and what each of them shows

__all__ = ["Saved", "replay"]

_RACE_SECONDS = 3.0
_TIMES = 3
"""That a call is timed, to see whether it takes longer than another."""
_WARM, _CALLS = 5, 20
"""How often a call is made to see how often it can be made; the first are slower."""


@dataclass(frozen=True)
class Saved:
    """A finding, as it stands in its script."""

    sides: Sequence[dict[str, Any]]
    """The control and the candidate: fields of ``Subject``."""
    sources: Sequence[str]
    """The calls, as Python."""
    names: Sequence[str]
    """Components that are named in them."""
    kind: str
    compare: str
    seconds: float
    """The limit of a call."""
    memory: int
    """Bytes that a process may have."""
    variables: dict[str, str]

    @property
    def calls(self) -> list[list[str]]:
        """As ``runner.sources`` takes them."""
        return [[each] for each in self.sources]


def replay(saved: Saved) -> tuple[int, str]:
    """Make the calls on both sides and compare.

    Returns:
        The exit code, 1 while they differ, 0 if they agree and 3 if that cannot be said; and what
        the user reads.
    """
    sides: list[_Side] = []
    try:
        for told in saved.sides:
            sides += [_Side(saved, Subject(**told))]
        how, texts = _LOOKS.get(saved.kind, _answers)(saved, *sides)
    except VerifyError as error:
        return 3, str(error)
    finally:
        for side in sides:
            side.close()
    lines = [f"{side.subject.name}: {text}" for side, text in zip(sides, texts)]
    lines.append(f"they differ: {how}" if how else "they agree")
    return (1 if how else 0), "\n".join(lines)


class _Side(Worker):
    """A worker that is asked for calls that are Python, and does without psutil."""

    def __init__(self, saved: Saved, subject: Subject) -> None:
        self._names = list(saved.names)
        super().__init__(subject, Limits(saved.seconds, saved.memory), saved.variables)

    def _load(self) -> None:
        super()._load()
        missing = [each for each in self._names if each not in self.components]
        if missing:
            raise VerifyError(
                f"it has no {', '.join(missing)}", code="TW740", where=self.subject.name
            )
        self.ask(("take_sources", self._names))

    def receive(self, seconds: float | None = None) -> Any:
        """Wait for an answer; a call that stands wrong is none of the implementation's.

        Raises:
            VerifyError: TW740, the call cannot be made.
        """
        answer = super().receive(seconds)
        if not isinstance(answer, Death) and answer[0] == "failed" and answer[1][1] == "NotMade":
            raise VerifyError(
                f"the call cannot be made: {answer[1][3]}", code="TW740", where=self.subject.name
            )
        return answer

    def _memory(self) -> int:
        assert self._process is not None
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text("ascii").split()[1]
            return int(pages) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError, ValueError):  # it has ended, or the system does not say
            return 0


def _answers(saved: Saved, *sides: _Side) -> Seen:
    """See all of the last call: its answer, arguments and answers before it, or a death."""
    replies = [side.make(saved.calls, poke=True, full=True) for side in sides]
    return _judged(saved, sides[0], [_last(each) for each in replies])


def _last(replies: Sequence[Any]) -> Any:
    """Give the last reply, or the death for which the rest was not made."""
    made = (each for each in reversed(replies) if _died([each]) or each[0] != SKIPPED)
    return next(made)


def _died(answers: Sequence[Any]) -> bool:
    return any(isinstance(each, Death) for each in answers)


def _judged(saved: Saved, control: _Side, replies: Sequence[Any]) -> Seen:
    def agree(_call: Any, left: Any, right: Any) -> bool:
        answer = control.ask(("agree", saved.compare, saved.calls[-1], left, right))
        return not isinstance(answer, Death) and bool(answer[1])

    rules = Rules(
        saved.compare,
        agree if ":" in saved.compare else None,
        messages=saved.kind == "exception message",
        seconds=saved.seconds,
    )
    steps = [(name, None) for name in names_of_steps(saved.sources[-1])]
    call: Any = SimpleNamespace(component="", arguments=[], keywords=[], steps=steps)
    found = judge(call, replies[0], replies[1], rules)
    if found is None:
        return "", [_text(each) for each in replies]
    return found.summary, (found.control, found.candidate)


def _of_deaths(saved: Saved, control: _Side, answers: Sequence[Any]) -> Seen:
    """See what answers to something else than calls are, of which one is a death."""
    alive = (RETURNED, pack(None), b"", 0, "")
    return _judged(saved, control, [each if _died([each]) else alive for each in answers])


def _text(reply: Any) -> str:
    return reply.detail if isinstance(reply, Death) else show(unpack(reply[1]))


def _leak(saved: Saved, *sides: _Side) -> Seen:
    call = saved.calls[-1]
    replies: list[list[Any]] = [side.make([call] * _CALLS) for side in sides]
    if any(map(_died, replies)):
        return _judged(saved, sides[0], [_last(each) for each in replies])
    times = times_often([each[3] for side in replies for each in side[_WARM:]])
    answers = [side.ask(("often", call, times, LEAK_ROUNDS)) for side in sides]
    if _died(answers):
        return _of_deaths(saved, sides[0], answers)
    left = left_behind(answers[0][1], answers[1][1], times)
    texts = ["memory stays as it is", "memory grows with each call" if left else "the same"]
    return f"each call leaves {left} of memory behind" if left else "", texts


def _threads(saved: Saved, *sides: _Side) -> Seen:
    end = time.monotonic() + _RACE_SECONDS
    wrong = [False, False]
    while not any(wrong) and time.monotonic() < end:
        answers = [side.ask(("together", saved.calls, THREADS, ROUNDS)) for side in sides]
        if _died(answers):
            return _of_deaths(saved, sides[0], answers)
        wrong = [not all(each[1]) for each in answers]
    texts = [f"answers {'change' if each else 'stay'} with threads" for each in wrong]
    return texts[1] if wrong == [False, True] else "", texts


def _growth(saved: Saved, *sides: _Side) -> Seen:
    spent: list[list[float]] = []
    for call in saved.calls:
        replies: list[list[Any]] = [side.make([call] * _TIMES) for side in sides]
        if not any(map(_died, replies)) and replies[1][-1][3] < MAY_BE_NOISE:
            replies = [side.make([call] * TIMES_AGAIN) for side in sides]
        if any(map(_died, replies)):
            return _judged(saved, sides[0], [_last(each) for each in replies])
        spent.append([min(each[3] for each in made) for made in replies])
    texts = [", ".join(f"{each / 1e6:.1f} ms" for each in side) for side in zip(*spent)]
    grows = out_of_proportion([(each[0], each[1]) for each in spent])
    return "time grows out of proportion" if grows else "", texts


_LOOKS = {"leak": _leak, "threads": _threads, "time": _growth}
"""Kind -> how it is seen; others are seen in the answers."""
