"""Where each number lies in the mapped page: the one description, which the native slot follows.

The header, then for each component its policy and its breaker, then for each component the times
of both arms, then for each worker its own counters, and those of the workers that are gone. All
numbers are of the machine's byte order, since the page never leaves it.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = [
    "ARMS",
    "BUCKETS",
    "COMPONENTS",
    "COUNTERS",
    "GENERATION",
    "HEADER",
    "MAGIC",
    "MOST_COUNTED",
    "RETIRED",
    "SIZE",
    "WORKERS",
    "Arm",
    "Counter",
    "Field",
    "bucket_of",
    "counters_at",
    "field_at",
    "histogram_at",
    "in_flight_at",
    "owner_at",
    "time_of",
]

MAGIC = b"twinwhl\x01"
"""What a page begins with; its last byte is the version of the layout."""

WORKERS = 32
"""Processes that count at once."""
MOST_COUNTED = 2**56
"""More than any process lives to count."""

RETIRED = WORKERS
"""The row where the counters of processes that are gone are added up."""

COMPONENTS = 11
ARMS = 2
COUNTERS = 12
BUCKETS = 2048
"""Of a histogram: 64 for each power of two of nanoseconds, so that a time is less than 1 % off."""

HEADER = 4096
"""Bytes of the magic, the generation, and what the page is of, as JSON."""

GENERATION = 8
"""Offset of the number that grows with each change of a policy word."""

_WORD = 8
_SUB_BITS = 6


class Arm(IntEnum):
    """Which side answered."""

    CONTROL = 0
    CANDIDATE = 1


class Counter(IntEnum):
    """What is counted of each arm by each worker. The native slot counts the first three."""

    CALLS = 0
    TIMED = 1
    SLOW = 2
    CONTRACT_ERRORS = 3
    FAULTS = 4
    FALLBACKS = 5
    RETRIES = 6
    UNDECIDED = 7
    SHADOWED = 8
    DIFFERENT = 9
    DROPPED = 10
    PROBES = 11


class Field(IntEnum):
    """What is kept of each component. The native slot reads the first three."""

    WORD = 0
    ROUTE = 1
    """The seed of the sticky buckets, and above it how seldom a call is timed."""
    SLOW_AFTER = 2
    """Nanoseconds from which a call is slow."""
    POLICY = 3
    """The word as the policy has it, whatever the breaker says."""
    BREAKER = 4
    """A ``breaker.State``."""
    UNTIL = 5
    """When it may close, in nanoseconds of the system's monotonic clock."""
    OPENED = 6
    """How often it opened since the candidate was last well."""
    PROBES_LEFT = 7
    PROBES_PASSED = 8
    BASE_CALLS = 9
    """What the candidate's counters were when the window that is judged began,"""
    BASE_FAULTS = 10
    BASE_TIMED = 11
    BASE_SLOW = 12
    FINGERPRINT = 13
    """Of the component's policy: a change of it closes an open breaker."""


_FIELDS = HEADER
_FIELD_COUNT = 16
_HISTOGRAMS = _FIELDS + COMPONENTS * _FIELD_COUNT * _WORD
_HISTOGRAM = BUCKETS * 4
_ROWS = _HISTOGRAMS + COMPONENTS * ARMS * _HISTOGRAM
_ROW = _WORD * (2 + COMPONENTS * (1 + ARMS * COUNTERS))
SIZE = _ROWS + (WORKERS + 1) * _ROW


def field_at(component: int, field: Field) -> int:
    """Return the offset of one of a component's fields."""
    return _FIELDS + (component * _FIELD_COUNT + field) * _WORD


def histogram_at(component: int, arm: Arm) -> int:
    """Return the offset of a histogram; that of the candidate follows that of the control."""
    return _HISTOGRAMS + (component * ARMS + arm) * _HISTOGRAM


def owner_at(worker: int) -> int:
    """Return the offset of a worker's process number; its start time follows."""
    return _ROWS + worker * _ROW


def in_flight_at(worker: int, component: int) -> int:
    """Return the offset of the count of a worker's calls that are at the candidate now."""
    return owner_at(worker) + _WORD * (2 + component * (1 + ARMS * COUNTERS))


def counters_at(worker: int, component: int, arm: Arm = Arm.CONTROL) -> int:
    """Return the offset of a worker's counters of an arm; the candidate's follow the control's."""
    return in_flight_at(worker, component) + _WORD * (1 + arm * COUNTERS)


def bucket_of(nanoseconds: int) -> int:
    """Return the bucket of a time."""
    shift = max(nanoseconds.bit_length() - _SUB_BITS - 1, 0)
    return min((shift << _SUB_BITS) + (nanoseconds >> shift), BUCKETS - 1)


def time_of(bucket: int) -> float:
    """Return the middle of a bucket, in nanoseconds."""
    shift = max((bucket >> _SUB_BITS) - 1, 0)
    return ((bucket - (shift << _SUB_BITS)) << shift) + ((1 << shift) - 1) / 2
