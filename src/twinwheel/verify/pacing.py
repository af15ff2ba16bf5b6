"""How fast a component is, and what it may cost: none may take the time of the others.

A share of the time is each component's own. So a call is waited for as long as calls of it take,
not as long as any call may take, and inputs that would take up much of the share come later.
"""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from twinwheel.verify.recipes import size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.recipes import Call

__all__ = ["Pace"]

_LEAST_LIMIT = 0.7
"""Seconds; what else the machine does takes up less."""
_TIMES_THE_SLOWEST = 50
_PART_OF_SHARE = 20
"""A call that takes more than this part of the share comes after the others."""
_ENOUGH, _KEPT = 3, 15
"""Measurements of inputs about as large."""
_MOST_LATER = 60
_LEAST_MEASURED = 2e-4
"""Seconds; what takes less is quick with the largest inputs too."""
_LEAST_SIZE = 8
"""As a power of two: the time of smaller inputs does not tell that of large ones."""

Measure = tuple[int, int]
"""The largest input of a call and the one after it, as powers of two."""


class Pace:
    """What is known of the time that calls of a component take.

    Args:
        share: Seconds that are the component's own.
        most: Seconds that any call may take.
    """

    def __init__(self, share: float, most: float) -> None:
        self.later: list[Call] = []
        """Calls that will take a large part of the share."""
        self.left_out = 0
        """The size of the smallest input that takes longer than is waited for; 0 for none."""
        self._share, self._most = share, most
        self._slowest, self._quickest = 0.0, most
        self._times: dict[Measure, list[float]] = {}

    @property
    def limit(self) -> float:
        """Seconds after which a call is taken for one that does not end, until that is made sure.

        It goes by the slowest call, and by the share: what costs half of it is not to be met again.
        """
        wanted = min(_TIMES_THE_SLOWEST * self._slowest, self._share / 2)
        return min(self._most, max(_LEAST_LIMIT, wanted))

    def learn(self, call: Call, seconds: float) -> None:
        """Remember how long a call took."""
        self._slowest = max(self._slowest, seconds)
        self._quickest = min(self._quickest, seconds)
        if seconds < _LEAST_MEASURED:
            return
        measure = _measure(call)
        if measure[0] >= _LEAST_SIZE:
            known = self._times.setdefault(measure, [])
            known.append(seconds)
            del known[:-_KEPT]

    def expected(self, call: Call) -> float:
        """Give how many seconds a call takes at least, if its time grows with its input."""
        largest, second = _measure(call)
        found = 0.0
        for (known, other), times in self._times.items():
            if known <= largest and other <= second and len(times) >= _ENOUGH:
                more = max(0.0, median(times) - self._quickest)
                found = max(found, self._quickest + more * 2 ** (largest - known))
        return found

    def without_slow(self, calls: Sequence[Call]) -> list[Call]:
        """Give the calls that cost little; what costs more is kept for later, or left out."""
        if not self._times:
            return list(calls)
        quick = []
        for call in calls:
            seconds = self.expected(call)
            if seconds <= self._share / _PART_OF_SHARE:
                quick.append(call)
            elif seconds > self.limit:
                length = max(_sizes(call))
                self.left_out = min(length, self.left_out or length)
            elif len(self.later) < _MOST_LATER:
                self.later.append(call)
        return quick

    def take_later(self, seconds: float) -> list[Call]:
        """Take as many of the calls that were kept as fit into a time, and one at least."""
        taken: list[Call] = []
        while self.later and (not taken or seconds > self.expected(self.later[0])):
            call = self.later.pop(0)
            seconds -= self.expected(call)
            taken.append(call)
        return taken


def _sizes(call: Call) -> list[int]:
    sizes = [size(each) for each in (*call.arguments, *call.keywords[1::2])]
    for _, arguments in call.steps:
        sizes += map(size, arguments or ())
    return sorted([0, 0, *sizes], reverse=True)


def _measure(call: Call) -> Measure:
    largest, second, *_ = _sizes(call)
    return largest.bit_length(), second.bit_length()
