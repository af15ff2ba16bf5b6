"""What happened: told to whoever subscribed, and kept for whoever asks later."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Event", "Kind", "recent", "subscribe", "tell"]

Kind = Literal["fault", "retry", "shadow", "breaker", "policy"]

_KEPT = 256
_recent: deque[Event] = deque(maxlen=_KEPT)
_subscribers: list[Callable[[Event], None]] = []


@dataclass(frozen=True)
class Event:
    """Something that happened to a component, or to a package's policy."""

    kind: Kind
    package: str
    component: str = ""
    """Empty for what concerns all."""
    control: str = ""
    candidate: str = ""
    message: str = ""
    """In one line."""
    category: str = ""
    """Of an error: ``fault``, ``panic``, ``broken``, ``ambiguous`` or ``transient``."""
    severity: str = "info"
    """``info``, ``warning``, ``error`` or ``critical``."""
    control_seconds: float | None = None
    """How long the control took, and"""
    candidate_seconds: float | None = None
    """how long the candidate."""
    equal: bool | None = None
    """Whether the answers agree; None when that could not be told."""
    difference: str = ""
    """Where they differ first, at a bounded length."""
    when: float = field(default_factory=time.time)
    """Seconds since the epoch."""

    @property
    def speed_up(self) -> float | None:
        """How many times as fast as the control the candidate was."""
        if not self.control_seconds or not self.candidate_seconds:
            return None
        return self.control_seconds / self.candidate_seconds


def subscribe(function: Callable[[Event], None]) -> Callable[[], None]:
    """Have a function called with each event of this process, in the thread where it happens.

    What it raises is logged and goes no further.

    Returns:
        A function that ends the subscription.
    """
    _subscribers.append(function)

    def end() -> None:
        if function in _subscribers:
            _subscribers.remove(function)

    return end


def recent() -> list[Event]:
    """Return the latest events of this process, at most 256, oldest first."""
    return list(_recent)


def tell(event: Event) -> None:
    """Keep an event, log it if it matters, and hand it to the subscribers."""
    _recent.append(event)
    if event.severity != "info":
        import logging

        level = {"warning": logging.WARNING, "error": logging.ERROR, "critical": logging.CRITICAL}
        logging.getLogger("twinwheel.rollout").log(
            level[event.severity],
            "%s: %s%s",
            f"{event.package}.{event.component}" if event.component else event.package,
            event.message,
            f" ({event.difference})" if event.difference else "",
        )
    for function in _subscribers.copy():
        _hand(function, event)


def _hand(function: Callable[[Event], None], event: Event) -> None:
    try:
        function(event)
    except Exception:
        import logging

        logging.getLogger("twinwheel.rollout").exception("a subscriber failed")
