"""Small operations on text, bytes, numbers and containers, each in C, Rust and Python.

The Rust half carries bugs on demand: ``GALLERY_BUG=name``, with a name out of ``bugs.toml``, turns
one of them on. Without it, the three halves are equal.
"""

from twinwheel import select

_kernels = select(__name__)
globals().update(vars(_kernels))

MAX_DEPTH = 1000
"""How deep containers may be in each other."""

__all__ = ["MAX_DEPTH", *vars(_kernels)]  # noqa: PLE0604
