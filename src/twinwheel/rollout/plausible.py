"""Whether the numbers in a page are such as are written there, or something overwrote them."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from typing import TYPE_CHECKING

from twinwheel.rollout import breaker
from twinwheel.rollout.layout import (
    ARMS,
    COMPONENTS,
    COUNTERS,
    MOST_COUNTED,
    WORKERS,
    Arm,
    Field,
    counters_at,
    field_at,
    owner_at,
)
from twinwheel.rollout.policy import Breaker, ComponentPolicy
from twinwheel.rollout.words import BUCKETS, pack, unpack

if TYPE_CHECKING:
    from twinwheel.rollout.page import Page

__all__ = ["has_sound_breaker", "has_sound_policy", "is_sound", "is_word"]

_MOST_PROCESSES = 2**32
_MOST_OPENED = 2**32
_LATEST = 2**62
"""In nanoseconds since the machine was started, or another one that had the page before."""
_MOST = {item.name: item.metadata.get("most", 0) for item in fields(Breaker)}
_MOST_SAMPLE = {item.name: item.metadata.get("most", 0) for item in fields(ComponentPolicy)}[
    "sample"
]
_MOST_OF = {
    Field.BREAKER: breaker.State.QUARANTINED,
    Field.UNTIL: _LATEST,
    Field.OPENED: _MOST_OPENED,
    Field.PROBES_LEFT: _MOST["probes"],
    Field.PROBES_PASSED: _MOST["probes"],
}


@lru_cache(maxsize=256)  # as for words.unpack
def is_word(value: int, implementations: int) -> bool:
    """Tell whether a number is the policy word of a component with so many implementations."""
    word = unpack(value)
    return (
        max(word.control, word.candidate) < implementations
        and max(word.threshold, word.shadow) <= BUCKETS
        and pack(word) == value
    )


def has_sound_policy(page: Page, component: int, implementations: int) -> bool:
    """Tell whether a component's policy may be one."""
    read = page.read_all(field_at(component, Field.WORD), len(Field))
    return (
        is_word(read[Field.WORD], implementations)
        and is_word(read[Field.POLICY], implementations)
        and read[Field.ROUTE] >> 32 <= _MOST_SAMPLE
        and read[Field.SLOW_AFTER] <= _MOST["slow_after"] * 10**9
    )


def has_sound_breaker(page: Page, component: int) -> bool:
    """Tell whether the numbers of a component's breaker may be one's.

    Where its window begins is not looked at: whoever judges does that.
    """
    read = page.read_all(field_at(component, Field.WORD), len(Field))
    return all(read[field] <= most for field, most in _MOST_OF.items())


def is_sound(page: Page) -> bool:
    """Tell whether all numbers are such as are written. Marks of calls are not looked at."""
    for index, names in enumerate(page.about["components"].values()):
        # Before the counters, which only grow.
        bases = [page.read(field_at(index, base)) for base in breaker.BASES]
        counted = breaker.totals(page, index, Arm.CANDIDATE)
        begun = all(
            base <= counted[counter]
            for base, counter in zip(bases, breaker.BASES.values(), strict=True)
        )
        if not (
            begun and has_sound_policy(page, index, len(names)) and has_sound_breaker(page, index)
        ):
            return False
    return all(_is_sound_row(page, row) for row in range(WORKERS + 1))


def _is_sound_row(page: Page, row: int) -> bool:
    counted = (
        max(page.read_all(counters_at(row, component), ARMS * COUNTERS))
        for component in range(COMPONENTS)
    )
    return page.read(owner_at(row)) < _MOST_PROCESSES and max(counted) < MOST_COUNTED
