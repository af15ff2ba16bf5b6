"""Files that builders write between the sources, such as Cargo's lock files."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from twinwheel.build.kept import kept_locks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from twinwheel.build.kept import Keep
    from twinwheel.build.plan import HalfPlan

__all__ = ["untouched"]


@contextlib.contextmanager
def untouched(halves: Iterable[HalfPlan], root: Path, keep: Keep | None = None) -> Iterator[None]:
    """Remove what the hooks of these halves write between the sources, where it was not before.

    Args:
        halves: Whose hooks are called.
        root: The project's folder.
        keep: Where lock files stay for the next build; None when they do not.
    """
    leftovers = [path for half in halves for path in half.builder.leftovers(half.context)]
    absent = [path for path in leftovers if not path.exists()]
    try:
        with kept_locks(absent, root, keep.folder) if keep else contextlib.nullcontext():
            yield
    finally:
        for path in absent:
            if path.exists():  # a folder that cannot be written to has none to remove
                path.unlink()
