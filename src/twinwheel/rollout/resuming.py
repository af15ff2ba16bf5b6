"""End what a breaker decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.errors import RolloutError
from twinwheel.rollout import breaker
from twinwheel.rollout.layout import Field, field_at

if TYPE_CHECKING:
    from twinwheel.rollout.page import Page

__all__ = ["resume", "resume_by_name"]


def resume_by_name(pages: list[Page], package: str, component: str) -> list[str]:
    """Close the breakers of a component in some pages; return what each was.

    Raises:
        RolloutError: TW605 when none of them has such a component.
    """
    known = {name for page in pages for name in page.about["components"]}
    if component not in known:
        raise RolloutError(
            f"{package} has no armed component '{component}'",
            code="TW605",
            where=package,
            accepted=", ".join(sorted(known)) or "nothing here",
        )
    return [
        resume(page, list(page.about["components"]).index(component))
        for page in pages
        if component in page.about["components"]
    ]


def resume(page: Page, component: int) -> str:
    """Close the breaker of a component, for all workers; return what it was."""
    with page.locked():
        was = breaker.state_of(page, component).label
        page.write(field_at(component, Field.OPENED), 0)
        breaker.close(page, component)
    return was
