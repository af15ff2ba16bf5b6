"""twinwheel: one wheel, a C and a Rust kernel, and the best one bound at import.

``select`` and ``report`` are all that a package needs. Importing this module imports nothing else
that it need not: the build backend is ``twinwheel.build``, the command line ``twinwheel.cli``.
"""

from __future__ import annotations

from os import environ

from twinwheel.selection import Selection, library_path, prefix_of, report
from twinwheel.selection import select as _select

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twinwheel._version import __version__
    from twinwheel.rollout.sessions import session

__all__ = ["__version__", "library_path", "rebuild", "report", "select", "session"]


def select(package: str) -> Selection:
    """Bind each component of a package to the first implementation in order that has it.

    Call it in the package's ``__init__.py`` with ``__name__``. Called again, as by a reload, it
    gives the same object for as long as the manifest and the variables are the same.

    Args:
        package: Full name of the twin package, such as ``imagetools``.

    Returns:
        An object with one attribute per component: the implementation's own function or class, or
        a slot where ``PREFIX_ROLLOUT`` names a policy.

    Raises:
        SelectionError: A variable has a wrong value, what it demands cannot be had, or a
            component is in no implementation. It is an ``ImportError`` too.
    """
    policy = environ.get(f"{prefix_of(package)}_ROLLOUT", "").strip()
    if not policy or policy.lower() == "off":
        return _select(package)
    from twinwheel.rollout.arming import arm

    return arm(package, policy)


def rebuild(package: str, *, only_if_changed: bool = False) -> None:
    """Build the native halves of an editable install again; see ``twinwheel.rebuilding``."""
    from twinwheel.rebuilding import rebuild as run

    run(package, only_if_changed=only_if_changed)


if not TYPE_CHECKING:  # a type checker is to know the names, not to take any

    def __getattr__(name):
        if name == "__version__":  # which no import of a twin package needs
            from twinwheel._version import __version__

            return __version__
        if name == "session":
            from twinwheel.rollout.sessions import session

            return session
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
