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

_asked = os.environ.get(VARIABLE, "").strip().lower()
if _asked not in ("", "auto", "native", "python"):
    import logging

    logging.getLogger("twinwheel.rollout").warning(
        "%s=%r is none of auto, native and python, so it is taken for auto", VARIABLE, _asked
    )

if not TYPE_CHECKING:
    native = None
    if _asked != "python":
        try:
            from twinwheel.rollout import _slot as native
        except ImportError:  # built without a C compiler, or in a subinterpreter, which it refuses
            native = None
