"""The native half of the rollout, where it can be had."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from twinwheel.rollout import _slot

    native: ModuleType | None = _slot

__all__ = ["VARIABLE", "native"]

VARIABLE = "TWINWHEEL_SLOT"
"""Set to ``python``, it leaves the native half out."""

if not TYPE_CHECKING:
    native = None
    if os.environ.get(VARIABLE, "").strip().lower() != "python":
        try:
            from twinwheel.rollout import _slot as native
        except ImportError:  # built without a C compiler, or in a subinterpreter, which it refuses
            native = None
