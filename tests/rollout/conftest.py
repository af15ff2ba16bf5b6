"""Both kinds of slot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rollout.building import SLOTS, Builder


@pytest.fixture(params=SLOTS)
def arm(request: pytest.FixtureRequest) -> Iterator[Builder]:
    """Arm a component by the native slot, and by the one in Python."""
    builder = Builder(request.param)
    yield builder
    builder.end()
