"""The policy: which implementation serves which component, and how a candidate is tried.

The file is TOML. What stands at its top holds for each component; a table for a component says what
is different there.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (read again at run time)
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Breaker", "ComponentPolicy", "Fail", "Policy", "Strategy"]

Fail = Literal["open", "closed"]
Strategy = Literal["propagate", "retry", "fallback", "quarantine"]


def _between(least: float, most: float) -> Mapping[str, Any]:
    return {"least": least, "most": most}


@dataclass(frozen=True)
class Breaker:
    """When a candidate is taken out of service by itself, and how it is let in again."""

    faults: float = field(default=5.0, metadata=_between(0.001, 100))
    """Per cent of the candidate's calls from which faults are too many."""

    slow: float = field(default=50.0, metadata=_between(0.001, 100))
    """Per cent of the candidate's timed calls from which slow ones are too many."""

    slow_after: float = field(default=1.0, metadata=_between(0.000001, 3600))
    """Seconds from which a call is slow."""

    window: int = field(default=1000, metadata=_between(1, 1_000_000_000))
    """Calls of the candidate that are judged together; then a new window begins."""

    at_least: int = field(default=100, metadata=_between(1, 1_000_000_000))
    """Calls in the window, of all workers, before there is a judgement. Of timed ones, a tenth."""

    cool_down: float = field(default=60.0, metadata=_between(0.001, 86400))
    """Seconds that it stays open at first; each time that it opens again, twice as long, up to a
    day."""

    probes: int = field(default=10, metadata=_between(1, 10_000))
    """Calls of all workers that the candidate gets, half-open, to show that it is well again."""


@dataclass(frozen=True)
class ComponentPolicy:
    """What holds for one component."""

    control: str = ""
    """The implementation in service; the one that is selected without a rollout, if empty."""

    candidate: str = ""
    """The implementation that is tried; none, if empty."""

    percentage: float = field(default=0.0, metadata=_between(0, 100))
    """Per cent of calls that go to the candidate, or of sessions; to three places."""

    sticky: bool = False
    """Whether the session's key decides which side answers, rather than chance."""

    shadow: float = field(default=0.0, metadata=_between(0, 100))
    """Per cent of the control's calls that the candidate is given too, to be compared."""

    guard: bool = True
    """Whether the control answers where the candidate has a fault, as far as that is safe."""

    fail: Fail = "open"
    """``open``: the control answers where the candidate has a fault. ``closed``: the fault is
    raised."""

    errors: Mapping[str, Strategy] = field(default_factory=dict)
    """What to do about a class of error, by its name, other than by default: ``propagate``,
    ``retry``, ``fallback`` or ``quarantine``."""

    retries: int = field(default=2, metadata=_between(0, 100))
    """How often a call is tried again after an error that is declared transient."""

    backoff: float = field(default=0.01, metadata=_between(0, 60))
    """Seconds before the first retry; twice as long before each next one."""

    sample: int = field(default=100, metadata=_between(0, 1_000_000_000))
    """One call in so many is timed; 0 for none."""

    copy_limit: int = field(default=1_000_000, metadata=_between(0, 1_000_000_000_000))
    """Bytes of arguments that are copied at most, for a shadow or for a fallback: beyond, there is
    none."""

    shadow_cpu: float = field(default=5.0, metadata=_between(0.001, 100))
    """Per cent of one processor that shadows may take in each process."""

    shadow_queue: int = field(default=100, metadata=_between(1, 1_000_000))
    """Calls that may wait for their shadow in each process; more are dropped, and counted."""

    redact: bool = True
    """Whether descriptions of differences leave out the values."""

    breaker: Breaker = field(default_factory=Breaker)
    """When the candidate is taken out of service by itself."""


@dataclass(frozen=True)
class Policy(ComponentPolicy):
    """A policy file; what it says at its top holds for each component that says nothing else."""

    kill: bool = False
    """Whether every call goes to the control, whatever else is said."""

    salt: str = ""
    """What the buckets of sessions depend on: another one shares them out anew."""

    allow: tuple[str, ...] = ()
    """The components that may be tried; all, if empty."""

    components: Mapping[str, ComponentPolicy] = field(default_factory=dict)
    """What is different for a component, by its name."""

    def of(self, component: str) -> ComponentPolicy:
        """Return what holds for a component."""
        return self.components.get(component, self)

    def may_try(self, component: str) -> bool:
        """Tell whether a component's candidate may be called at all."""
        return not self.kill and (not self.allow or component in self.allow)
