"""What all tests have in common."""

from __future__ import annotations

from hypothesis import settings

# Shared machines are slow at times; that is no failure.
settings.register_profile("twinwheel", deadline=None)
settings.load_profile("twinwheel")
