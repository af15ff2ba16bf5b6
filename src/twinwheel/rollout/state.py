"""What a page says, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinwheel.rollout import breaker, processes
from twinwheel.rollout.layout import (
    BUCKETS,
    WORKERS,
    Arm,
    Counter,
    Field,
    field_at,
    histogram_at,
    owner_at,
    time_of,
)
from twinwheel.rollout.words import BUCKETS as OF_ALL
from twinwheel.rollout.words import unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.rollout.page import Page

__all__ = ["ArmState", "ComponentState", "PackageState", "read_state"]


@dataclass(frozen=True)
class ArmState:
    """What was counted of the calls that one side answered, by all workers."""

    calls: int
    timed: int
    slow: int
    contract_errors: int
    """Errors that are answers."""
    faults: int
    fallbacks: int
    """Calls of the candidate that the control answered after all."""
    retries: int
    undecided: int
    """Errors at the boundary of which nobody could tell whether they are answers."""
    shadowed: int
    different: int
    """Shadows whose answer was another one."""
    dropped: int
    """Shadows that were not made."""
    median: float | None
    """Seconds that half of the timed calls stayed below; less than 1 % off. None without any."""
    p99: float | None
    """The same for 99 of 100."""


@dataclass(frozen=True)
class ComponentState:
    """How a component is served now."""

    name: str
    control: str
    candidate: str
    """Empty for none."""
    percentage: float
    """What is in effect."""
    asked: float
    """What the policy asks for."""
    shadow: float
    sticky: bool
    breaker: str
    """``closed``, ``open``, ``half-open`` or ``quarantined``."""
    sides: tuple[ArmState, ArmState]
    """Of the control and of the candidate."""


@dataclass(frozen=True)
class PackageState:
    """How a package is served now."""

    package: str
    version: str
    workers: tuple[int, ...]
    """Numbers of the processes that share the page."""
    components: tuple[ComponentState, ...]


def read_state(page: Page) -> PackageState:
    """Read all that a page says."""
    names = page.about["components"]
    owners = (
        (page.read(owner_at(worker)), page.read(owner_at(worker) + 8)) for worker in range(WORKERS)
    )
    return PackageState(
        package=page.about["package"],
        version=str(page.about.get("version", "")),
        workers=tuple(
            owner for owner, start in owners if owner and processes.start_of(owner) == start
        ),
        components=tuple(_component(page, index, name) for index, name in enumerate(names)),
    )


def _component(page: Page, index: int, name: str) -> ComponentState:
    word = unpack(page.read(field_at(index, Field.WORD)))
    policy = unpack(page.read(field_at(index, Field.POLICY)))
    implementations = page.about["components"][name]

    is_tried = policy.candidate != policy.control or policy.threshold or policy.shadow

    def named(place: int) -> str:
        return str(implementations[place]) if place < len(implementations) else ""

    return ComponentState(
        name=name,
        control=named(word.control),
        candidate=named(policy.candidate) if is_tried else "",
        percentage=_share(word.threshold),
        asked=_share(policy.threshold),
        shadow=_share(word.shadow),
        sticky=policy.sticky,
        breaker=breaker.state_of(page, index).label,
        sides=(_arm(page, index, Arm.CONTROL), _arm(page, index, Arm.CANDIDATE)),
    )


def _share(buckets: int) -> float:
    return min(buckets, OF_ALL) * 100 / OF_ALL


def _arm(page: Page, index: int, arm: Arm) -> ArmState:
    counted = breaker.totals(page, index, arm)
    histogram = page.read_all(histogram_at(index, arm), BUCKETS, "I")
    return ArmState(
        calls=counted[Counter.CALLS],
        timed=counted[Counter.TIMED],
        slow=counted[Counter.SLOW],
        contract_errors=counted[Counter.CONTRACT_ERRORS],
        faults=counted[Counter.FAULTS],
        fallbacks=counted[Counter.FALLBACKS],
        retries=counted[Counter.RETRIES],
        undecided=counted[Counter.UNDECIDED],
        shadowed=counted[Counter.SHADOWED],
        different=counted[Counter.DIFFERENT],
        dropped=counted[Counter.DROPPED],
        median=quantile(histogram, 0.5),
        p99=quantile(histogram, 0.99),
    )


def quantile(histogram: Sequence[int], share: float) -> float | None:
    """Return the seconds that a share of the counted times stayed below; None without any."""
    total = sum(histogram)
    if not total:
        return None
    below = 0
    for bucket, count in enumerate(histogram):
        below += count
        if below >= share * total:
            return time_of(bucket) * 1e-9
    return None
