"""twinwheel: one wheel, a C and a Rust kernel, and the best one bound at import.

``select`` and ``report`` are all that a package needs. Importing this module imports nothing else
that it need not: the build backend is ``twinwheel.build``, the command line ``twinwheel.cli``.
"""

from __future__ import annotations

from twinwheel._version import __version__
from twinwheel.selection import report, select

__all__ = ["__version__", "report", "select"]
