"""What is out of proportion between both sides: memory that stays, and time that grows.

The search asks it, and the scripts that its findings are saved with, where this is embedded: so
nothing but the standard library of Python 3.8 is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "LEAK_ROUNDS",
    "MAY_BE_NOISE",
    "PROPORTION",
    "ROUNDS",
    "SLOW_ENOUGH",
    "THREADS",
    "TIMES_AGAIN",
    "factors",
    "left_behind",
    "out_of_proportion",
    "times_often",
]

THREADS, ROUNDS = 4, 200
"""That call at once, and how often each."""
LEAK_ROUNDS = 3
"""In which a call is made often; each has to leave something behind."""
PROPORTION = 4
"""Of the sizes of inputs that grow: how much larger each is than the one before."""
SLOW_ENOUGH = 20e6
"""Nanoseconds; below, times are noise."""
MAY_BE_NOISE = 300e6
"""The same; below, they are measured again, so many times:"""
TIMES_AGAIN = 7
_LEAK_SECONDS = 0.05
_TIMES_AS_FAST = 3.0
"""Growth of the candidate's time beyond the control's that is out of proportion."""


def times_often(nanoseconds: Sequence[float]) -> int:
    """Give how many times a call is made in a round, of which some took so long."""
    return max(50, min(3_000, int(_LEAK_SECONDS * 1e9 / max(nanoseconds))))


def left_behind(
    control: Sequence[Sequence[int]], candidate: Sequence[Sequence[int]], times: int
) -> str:
    """Tell what each call of the candidate's leaves behind, as the control's do not.

    Args:
        control: For each round, the blocks and bytes by which it grew.
        candidate: The same.
        times: Calls in a round.

    Returns:
        Such as ``2.0 blocks``; empty if there is nothing.
    """
    for unit, place, least in (("blocks", 0, 0.5), ("bytes", 1, 64.0)):
        mine = [each[place] for each in candidate]
        other = [each[place] for each in control]
        enough = least * times if unit == "blocks" else max(least * times, 100_000)
        if min(mine) >= enough and max(other) < min(mine) / 2:
            return f"{min(mine) / times:,.1f} {unit}"
    return ""


def factors(spent: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Give how much longer the largest takes than the one before: the control, the candidate.

    Args:
        spent: Nanoseconds of both with each input, the smallest first.
    """
    last, before = spent[-1], spent[-2]
    return max(last[0], 1.0) / max(before[0], 1.0), max(last[1], 1.0) / max(before[1], 1.0)


def out_of_proportion(spent: Sequence[tuple[float, float]]) -> bool:
    """Does the candidate's time grow out of proportion, to the input and to the control's?"""
    if len(spent) < 2 or spent[-1][1] < SLOW_ENOUGH:
        return False
    control, candidate = factors(spent)
    return candidate >= 2 * PROPORTION and candidate >= _TIMES_AS_FAST * max(control, 1.0)
