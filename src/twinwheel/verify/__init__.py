"""Two implementations -> differences: surface, suite and search.

Data walks one way: words of the command line -> ``subjects`` -> ``workers`` (each implementation
runs in a process of its own, so that a crash is a finding and not the end) -> ``search`` ->
``findings`` -> ``reports``. What runs inside of the other processes is ``runner``, which needs
nothing but a Python.

``arguments`` and ``relation`` are what an author's ``twinwheel_verify.py`` imports. They are had
when they are asked for: every run of pytest where twinwheel is installed imports this package.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twinwheel.verify.authoring import arguments, relation

__all__ = ["arguments", "relation"]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if not TYPE_CHECKING:  # a type checker is to know the names, not to take any

    def __getattr__(name):
        if name in __all__:
            from twinwheel.verify import authoring

            return getattr(authoring, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
