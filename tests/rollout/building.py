"""Armed components made of plain functions, in this process, on a page of their own."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from twinwheel.rollout import watching
from twinwheel.rollout.component import Component, Declared
from twinwheel.rollout.events import Event, subscribe
from twinwheel.rollout.handling import Handler
from twinwheel.rollout.native import native
from twinwheel.rollout.package import ArmedPackage
from twinwheel.rollout.page import Page, private_page
from twinwheel.rollout.policy import Policy
from twinwheel.rollout.python_slot import PythonSlot
from twinwheel.rollout.shadow import Shadows
from twinwheel.rollout.slots import NativeSlot
from twinwheel.rollout.state import ComponentState, read_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinwheel.rollout.slots import Slot

SECOND = 10**9
_numbers = itertools.count()

needs_native = pytest.mark.skipif(native is None, reason="built without the native slot")
SLOTS = [pytest.param("native", marks=needs_native), "python"]


@dataclass
class Armed:
    """One armed component, and what it was made of."""

    slot: Slot
    package: ArmedPackage
    waits: list[float]
    """The seconds that retries waited."""
    events: list[Event] = field(default_factory=list)

    @property
    def call(self) -> Any:
        """The slot itself."""
        return self.slot.callable

    @property
    def component(self) -> Component:
        return self.slot.component

    @property
    def state(self) -> ComponentState:
        self.slot.refresh(False)
        (state,) = read_state(self.package.page).components
        return state

    def counted(self) -> dict[str, tuple[int, int]]:
        """What was counted, where it is not 0: of the control, of the candidate."""
        names = (
            *("calls", "slow", "contract_errors", "faults", "fallbacks", "retries"),
            *("undecided", "shadowed", "different", "dropped"),
        )
        sides = self.state.sides
        found = {name: (getattr(sides[0], name), getattr(sides[1], name)) for name in names}
        return {name: pair for name, pair in found.items() if any(pair)}

    def follow(self, **policy: Any) -> None:
        """Put another policy into effect."""
        self.package.apply(Policy(**{"candidate": "rust", **policy}))
        self.tick(0)

    def tick(self, now: int) -> None:
        """Do what the watching thread does, at a time of the test's own."""
        self.package.tick(now)


class Builder:
    """Makes armed components with one kind of slot."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.made: list[Armed] = []
        self.ends: list[Callable[[], None]] = []

    def __call__(
        self,
        control: Callable[..., Any],
        candidate: Callable[..., Any],
        /,
        *more: Callable[..., Any],
        declared: Declared | None = None,
        page: Page | None = None,
        **policy: Any,
    ) -> Armed:
        """Arm a component.

        Args:
            control: The implementation ``c``.
            candidate: The implementation ``rust``, which gets all calls unless the policy says so.
            more: Others.
            declared: What the manifest says; pure without any error, if left out.
            page: A page to share.
            policy: Keys of the policy.
        """
        name = f"twin{next(_numbers)}"
        names = ("c", "rust", "python")[: 2 + len(more)]
        about = {"package": name, "version": "1", "components": {"work": list(names)}}
        page = page or private_page(about)
        declared = declared or Declared(effects="pure")
        component = Component(page, 0, name, "work", declared, names, (control, candidate, *more))
        waits: list[float] = []
        shadows = Shadows()
        handler = Handler(component, shadows, waits.append)
        slot = (NativeSlot if self.kind == "native" else PythonSlot)(component, handler)
        package = ArmedPackage(
            name, {"work": "c"}, names, Path("no.toml"), page, [slot], shadows, follows=False
        )
        watching.register(package)
        package.start(Policy(), None)
        armed = Armed(slot, package, waits)
        self.ends.append(subscribe(self._keep(armed)))
        armed.follow(**{"percentage": 100.0, **policy})
        return armed

    def _keep(self, armed: Armed) -> Callable[[Event], None]:
        def keep(event: Event) -> None:
            if event.package == armed.package.name:
                armed.events.append(event)

        return keep

    def end(self) -> None:
        for end in self.ends:
            end()
