"""What happened: told to whoever subscribed, and kept for whoever asks later."""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Event", "Kind", "recent", "subscribe", "tell"]

Kind = Literal["fault", "retry", "shadow", "breaker", "policy"]

_KEPT = 256
_QUIET = 1.0
"""Seconds after a log line in which others like it are only counted."""
# Imported here: whoever has to tell of a fault may not be able to read it then.
_log = logging.getLogger("twinwheel.rollout")
_LEVELS = {"warning": logging.WARNING, "error": logging.ERROR, "critical": logging.CRITICAL}
_logged: dict[tuple[object, ...], tuple[float, int]] = {}
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
    """Keep an event, log it if it matters, and hand it to the subscribers.

    Of what happens again and again, one in a second is logged, with how many there were between.
    """
    _recent.append(event)
    if event.severity != "info":
        _log_event(event)
    for function in _subscribers.copy():
        _hand(function, event)


def _log_event(event: Event) -> None:
    key = (event.package, event.component, event.kind, event.category, event.equal)
    if event.kind in ("fault", "shadow"):
        last, between = _logged.get(key, (0.0, 0))
        if event.when - last < _QUIET:
            _logged[key] = last, between + 1
            return
        _logged[key] = event.when, 0
        more = f" [{between} more like this before]" if between else ""
    else:
        more = ""
    _log.log(
        _LEVELS[event.severity],
        "%s: %s%s%s",
        f"{event.package}.{event.component}" if event.component else event.package,
        event.message,
        f" ({event.difference})" if event.difference else "",
        more,
    )


def _hand(function: Callable[[Event], None], event: Event) -> None:
    try:
        function(event)
    except Exception:  # noqa: BLE001 (logged, with its traceback)
        _log.exception("a subscriber failed")
