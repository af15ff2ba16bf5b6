"""Files that builders write between the sources, such as Cargo's lock files."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twinwheel.build.plan import HalfPlan

__all__ = ["untouched"]


@contextlib.contextmanager
def untouched(halves: Iterable[HalfPlan]) -> Iterator[None]:
    """Remove what the hooks of these halves write between the sources, where it was not before."""
    leftovers = [path for half in halves for path in half.builder.leftovers(half.context)]
    absent = [path for path in leftovers if not path.exists()]
    try:
        yield
    finally:
        for path in absent:
            if path.exists():  # a folder that cannot be written to has none to remove
                path.unlink()
