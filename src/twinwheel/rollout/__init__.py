"""Move calls from one implementation to another by percentage, component and session.

``twinwheel.select`` arms a package whose variable ``PREFIX_ROLLOUT`` names a policy file. What is
here is for its operator: what was counted, what happened, and comparing by hand.
"""

from __future__ import annotations

from twinwheel.rollout.events import Event, recent, subscribe
from twinwheel.rollout.operating import compare, flush, problem, resume, state
from twinwheel.rollout.sessions import session
from twinwheel.rollout.state import ArmState, ComponentState, PackageState

__all__ = [
    "ArmState",
    "ComponentState",
    "Event",
    "PackageState",
    "compare",
    "flush",
    "problem",
    "recent",
    "resume",
    "session",
    "state",
    "subscribe",
]
