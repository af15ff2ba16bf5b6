"""TW7xx: what is to be verified cannot be had, run or compared."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import Explanation

__all__ = ["ENTRIES"]

ENTRIES: tuple[Explanation, ...] = ()
