"""What was done for a component, and what was not: a search that was cut short has to say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.verify.findings import Searched

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinwheel.verify.components import ComponentSearch

__all__ = ["searched_of"]


def searched_of(search: ComponentSearch) -> Searched:
    """Tell what was done for a component."""
    return Searched(
        component=search.plan.name,
        comparisons=search.comparisons,
        seconds=round(search.seconds, 2),
        largest=f"{search.largest:,} items" if search.largest else "",
        sources=tuple(sorted(search.sources)),
        skipped=search.skipped,
        note="; ".join(_notes(search)),
    )


def _notes(search: ComponentSearch) -> Iterator[str]:
    if search.comparisons and search.returned < search.comparisons / 50 and not search.skipped:
        yield f"the control refused {1 - search.returned / search.comparisons:.0%} of the calls"
    if search.rules.unordered:
        yield "the order of items is not compared, as the control's is by chance"
    if search.plan.untried and not search.skipped:
        yield f"nothing tries {', '.join(search.plan.untried)}"
    if search.left_out:
        names = ", ".join(sorted(search.left_out))
        yield f"left out, as the control does not answer it equally: {names}"
    if search.unsteady:
        yield f"{search.unsteady} differences did not come again"
    left = len(search.put_off) + len(search.hanging)
    if left:
        yield f"there was no time to look into {left} differences"
    if search.comparisons and search.stage != "draw" and not search.skipped:
        yield f"cut short after {search.seconds:.1f} s: not all of its edge cases were tried"
    sizes = [each for each in (search.too_much.size, search.pace.left_out) if each]
    if sizes:
        yield f"inputs of {min(sizes):,} items or more take too long, so few or none were tried"
    if search.too_much.numbers:
        yield f"numbers from {search.too_much.numbers:,.0f} on take too long, so few were tried"
