"""twinwheel: one wheel, a C and a Rust kernel, and the best one bound at import.

``select`` and ``report`` are all that a package needs. Importing this module imports nothing else
that it need not: the build backend is ``twinwheel.build``, the command line ``twinwheel.cli``.
"""

from __future__ import annotations

from twinwheel._version import __version__
from twinwheel.selection import report, select

__all__ = ["__version__", "rebuild", "report", "select"]


def rebuild(package: str, *, only_if_changed: bool = False) -> None:
    """Build the native halves of an editable install again; see ``twinwheel.rebuilding``."""
    from twinwheel.rebuilding import rebuild as run

    run(package, only_if_changed=only_if_changed)
