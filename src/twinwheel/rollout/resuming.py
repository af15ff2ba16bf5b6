"""End what a breaker decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.rollout import breaker
from twinwheel.rollout.layout import Field, field_at

if TYPE_CHECKING:
    from twinwheel.rollout.page import Page

__all__ = ["resume"]


def resume(page: Page, component: int) -> str:
    """Close the breaker of a component, for all workers; return what it was."""
    with page.locked():
        was = breaker.state_of(page, component).name.lower().replace("_", "-")
        page.write(field_at(component, Field.OPENED), 0)
        breaker.close(page, component)
    return was
