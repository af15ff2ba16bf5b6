"""The policy of one component as one 64-bit word, so that a change of it is one store.

The native slot reads the same bits: ``cpp/slot/route.h``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

__all__ = ["BUCKETS", "Word", "pack", "unpack"]

BUCKETS = 100_000
"""Buckets that calls and sessions fall into: a percentage has three places after the point."""

STICKY = 1 << 25
GUARDED = 1 << 26
HANDLED = 1 << 27
CLOSED = 1 << 28

_CONTROL, _CANDIDATE, _SHADOW = 17, 21, 32
_SHARE, _INDEX = 0x1FFFF, 0xF


@dataclass(frozen=True)
class Word:
    """What a word says."""

    control: int
    """Which implementation is in service, as a place in the slot's targets."""

    candidate: int
    """Which one is being tried."""

    threshold: int = 0
    """Buckets below this go to the candidate: 0 for none, 100,000 for all."""

    shadow: int = 0
    """Of 100,000 calls to the control, so many are made to the candidate too, and compared."""

    sticky: bool = False
    """Whether the session's key decides, not chance. Without a key, the control is called."""

    guarded: bool = False
    """Whether the control answers where the candidate has a fault."""

    handled: bool = False
    """Whether each call to the candidate goes by the handler, as when arguments must be kept."""

    closed: bool = False
    """Whether a fault is raised all the same: the component fails closed."""


def pack(word: Word) -> int:
    """Return the word as an integer of 64 bits."""
    flags = word.sticky * STICKY | word.guarded * GUARDED
    flags |= word.handled * HANDLED | word.closed * CLOSED
    indexes = word.control << _CONTROL | word.candidate << _CANDIDATE
    return word.threshold | indexes | flags | word.shadow << _SHADOW


@lru_cache(maxsize=256)  # the handler asks at each call, and there are few words at a time
def unpack(value: int) -> Word:
    """Return what an integer of 64 bits says."""
    return Word(
        control=value >> _CONTROL & _INDEX,
        candidate=value >> _CANDIDATE & _INDEX,
        threshold=value & _SHARE,
        shadow=value >> _SHADOW & _SHARE,
        sticky=bool(value & STICKY),
        guarded=bool(value & GUARDED),
        handled=bool(value & HANDLED),
        closed=bool(value & CLOSED),
    )
