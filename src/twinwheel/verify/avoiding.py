"""What is too much for an implementation, so that nothing like it is tried again.

A call that hangs or dies costs seconds and a process. Whether it is a finding, or none as it is so
on both sides or ends if it is waited for: it must not be met a thousand times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.verify.recipes import size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinwheel.verify.recipes import Call

__all__ = ["TooMuch", "size_of"]

_LARGE_INPUT = 256
_LARGE_NUMBER = 1 << 16


class TooMuch:
    """From where on the calls of a component are too much."""

    def __init__(self) -> None:
        self._size: int | None = None
        self._numbers: dict[tuple[str, int], float] = {}
        """Of each argument: the method or keyword, and the place."""

    @property
    def size(self) -> int:
        """The smallest large input that is too much; 0 for none."""
        return self._size or 0

    @property
    def numbers(self) -> float:
        """The smallest large number that is too much; 0 for none."""
        return min(self._numbers.values(), default=0)

    def remember(self, call: Call) -> None:
        """Remember the size and the large numbers of a call: any of them may be why."""
        largest = size_of(call)
        if largest > _LARGE_INPUT:
            self._size = min(largest, self._size or largest)
        for place, value in _large_numbers(call):
            self._numbers[place] = min(self._numbers.get(place, value), value)

    def without(self, calls: Sequence[Call]) -> list[Call]:
        """Give the calls that are not known to be too much."""
        if self._size is None and not self._numbers:
            return list(calls)
        return [each for each in calls if not self._covers(each)]

    def _covers(self, call: Call) -> bool:
        if self._size is not None and size_of(call) >= self._size:
            return True
        return any(
            place in self._numbers and value >= self._numbers[place]
            for place, value in _large_numbers(call)
        )


def size_of(call: Call) -> int:
    """Give the size of the largest argument."""
    return max((size(each) for each in (*call.arguments, *call.keywords[1::2])), default=0)


def _large_numbers(call: Call) -> Iterator[tuple[tuple[str, int], float]]:
    """Give the large numbers among the arguments, and where they stand."""
    for method, arguments in (("", call.arguments), *call.steps):
        for index, each in enumerate(arguments or ()):
            if isinstance(each, (int, float)) and abs(each) >= _LARGE_NUMBER:
                yield (method, index), abs(each)
    for name, each in zip(call.keywords[::2], call.keywords[1::2], strict=True):
        if isinstance(each, (int, float)) and abs(each) >= _LARGE_NUMBER:
            yield (name, -1), abs(each)
