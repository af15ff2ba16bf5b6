"""Where each number lies in the mapped page: the one description, which the native slot follows.

The header, the policy words, then for each component the times of both arms, then for each worker
its own counters. All numbers are of the machine's byte order, since the page never leaves it.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = [
    "ARMS",
    "BUCKETS",
    "COMPONENTS",
    "COUNTERS",
    "HEADER",
    "MAGIC",
    "SIZE",
    "WORKERS",
    "Arm",
    "Counter",
    "counters_at",
    "histogram_at",
    "in_flight_at",
    "owner_at",
    "word_at",
]

MAGIC = b"twinwhl\x01"
WORKERS = 32
COMPONENTS = 11
ARMS = 2
COUNTERS = 8
BUCKETS = 2048
"""Of a histogram: 64 for each power of two of nanoseconds, so that a time is less than 1 % off."""

HEADER = 1024
"""Bytes of magic, generation, and the SHA-256 of what the components are."""

_WORD = 8
_WORDS = HEADER
_HISTOGRAMS = _WORDS + 16 * _WORD
_HISTOGRAM = BUCKETS * 4
_WORKERS = _HISTOGRAMS + COMPONENTS * ARMS * _HISTOGRAM
_ROW = _WORD * (2 + COMPONENTS * (1 + ARMS * COUNTERS))
SIZE = _WORKERS + WORKERS * _ROW


class Arm(IntEnum):
    """Which side answered."""

    CONTROL = 0
    CANDIDATE = 1


class Counter(IntEnum):
    """What is counted of each arm by each worker."""

    CALLS = 0
    TIMED = 1
    SLOW = 2
    CONTRACT_ERRORS = 3
    FAULTS = 4
    FALLBACKS = 5
    SHADOWED = 6
    DIFFERENT = 7


def word_at(component: int) -> int:
    """Return the offset of a component's policy word."""
    return _WORDS + component * _WORD


def histogram_at(component: int) -> int:
    """Return the offset of a component's histograms: of the control, then of the candidate."""
    return _HISTOGRAMS + component * ARMS * _HISTOGRAM


def owner_at(worker: int) -> int:
    """Return the offset of a worker's process number and start time."""
    return _WORKERS + worker * _ROW


def in_flight_at(worker: int, component: int) -> int:
    """Return the offset of the count of a worker's calls that are at the candidate now."""
    return owner_at(worker) + _WORD * (2 + component * (1 + ARMS * COUNTERS))


def counters_at(worker: int, component: int) -> int:
    """Return the offset of a worker's counters of a component: the control's, the candidate's."""
    return in_flight_at(worker, component) + _WORD
