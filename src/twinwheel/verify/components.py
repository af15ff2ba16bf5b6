"""How far the search of one component is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twinwheel.verify.avoiding import TooMuch
from twinwheel.verify.pacing import Pace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinwheel.verify.drawing import Knowledge
    from twinwheel.verify.findings import Finding
    from twinwheel.verify.judging import Mismatch, Rules
    from twinwheel.verify.recipes import Call
    from twinwheel.verify.signatures import Plan

__all__ = ["FIRST_BATCH", "LEAST_OF_A_SLICE", "ComponentSearch"]

FIRST_BATCH = 16
LEAST_OF_A_SLICE = 1.0
"""Seconds."""


@dataclass
class ComponentSearch:
    """How far the search of a component is."""

    plan: Plan
    rules: Rules
    knowledge: Knowledge
    given: list[Call] = field(default_factory=list)
    """What is made before the calls of the stage: calls that were saved, recorded, of the author's
    strategies or of atheris; and those that were not made as one before them killed."""
    stage: str = "given"
    of_stage: Iterator[Call] | None = None
    """What is left of the calls of the stage."""
    batch: int = FIRST_BATCH
    seen: set[tuple[Any, ...]] = field(default_factory=set)
    met: dict[tuple[str, ...], int] = field(default_factory=dict)
    """How often each kind of mismatch was met."""
    findings: dict[str, Finding] = field(default_factory=dict)
    comparisons: int = 0
    returned: int = 0
    seconds: float = 0.0
    largest: int = 0
    skipped: str = ""
    counted: float = 0.0
    """Of the seconds, each slice with a least: who has had least of it is the next."""
    pace: Pace = field(default_factory=lambda: Pace(LEAST_OF_A_SLICE, LEAST_OF_A_SLICE))
    too_much: TooMuch = field(default_factory=TooMuch)
    hanging: list[tuple[Call, Mismatch]] = field(default_factory=list)
    """What seems not to end: one of each kind, for when the others have had their time."""
    smallest: dict[str, tuple[Call, ...]] = field(default_factory=dict)
    """The calls of each finding."""
    left_out: set[str] = field(default_factory=set)
    """Steps that the control does not answer equally."""
    unsteady: int = 0
    """Mismatches that did not come again."""
    put_off: list[Call] = field(default_factory=list)
    """Calls with a mismatch for which there was no time in their slice, or which are not the first.
    They come after the ladder; and once more when the time is over. The rest is told."""
    ending: bool = False
    """Whether the time is over."""
    sources: set[str] = field(default_factory=set)
