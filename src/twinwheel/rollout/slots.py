"""The slot of a component: native where it can be had, else in Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from twinwheel.rollout.layout import Arm, Field, counters_at, field_at, histogram_at, in_flight_at
from twinwheel.rollout.native import native
from twinwheel.rollout.python_slot import PythonSlot
from twinwheel.rollout.sessions import KEY

if TYPE_CHECKING:
    from twinwheel.rollout.component import Component
    from twinwheel.rollout.handling import Handler

__all__ = ["Slot", "make_slot"]


class Slot(Protocol):
    """What a package does with a slot."""

    component: Component
    callable: Any
    """The object that stands for the component."""

    def refresh(self, changed: bool) -> None:
        """Put into the page what was counted, and follow what changed in it."""

    def forked(self) -> None:
        """Count into the row of a process that was forked."""


class NativeSlot:
    """A slot that reads the page at each call, and counts into it."""

    def __init__(self, component: Component, handler: Handler) -> None:
        assert native is not None
        self.component = component
        self.callable = native.Slot(
            package=component.package,
            name=component.name,
            targets=component.targets,
            handler=handler,
            session=KEY,
            **self._place(),
        )
        component.refresh = self.refresh

    def refresh(self, changed: bool) -> None:
        """Follow another rate of timed calls."""
        if changed:
            self.callable.renew()

    def forked(self) -> None:
        """Count into the row of a process that was forked."""
        self.callable.settle(*self._place().values())

    def _place(self) -> dict[str, Any]:
        page, index = self.component.page, self.component.index
        return {
            "page": page.memory,
            "fields": field_at(index, Field.WORD),
            "counters": counters_at(page.worker, index),
            "in_flight": in_flight_at(page.worker, index),
            "histograms": histogram_at(index, Arm.CONTROL),
        }


def make_slot(component: Component, handler: Handler) -> Slot:
    """Return a slot for a component."""
    return (PythonSlot if native is None else NativeSlot)(component, handler)
