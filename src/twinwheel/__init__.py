"""twinwheel: one wheel, a C and a Rust kernel, and the best one bound at import.

``select`` and ``report`` are all that a package needs. Importing this module imports nothing else
that it need not: the build backend is ``twinwheel.build``, the command line ``twinwheel.cli``.
"""

from __future__ import annotations

from twinwheel.selection import library_path, report, select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twinwheel._version import __version__

__all__ = ["__version__", "library_path", "rebuild", "report", "select"]


def rebuild(package: str, *, only_if_changed: bool = False) -> None:
    """Build the native halves of an editable install again; see ``twinwheel.rebuilding``."""
    from twinwheel.rebuilding import rebuild as run

    run(package, only_if_changed=only_if_changed)


if not TYPE_CHECKING:  # a type checker is to know the names, not to take any

    def __getattr__(name):
        if name == "__version__":  # which no import of a twin package needs
            from twinwheel._version import __version__

            return __version__
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
