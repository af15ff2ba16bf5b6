"""Two implementations -> differences: surface, suite and search.

Data walks one way: words of the command line -> ``subjects`` -> ``workers`` (each implementation
runs in a process of its own, so that a crash is a finding and not the end) -> ``search`` ->
``findings`` -> ``reports``. What runs inside of the other processes is ``runner``, which needs
nothing but a Python.

``arguments`` and ``relation`` are what an author's ``twinwheel_verify.py`` imports.
"""

from __future__ import annotations

from twinwheel.verify.authoring import arguments, relation

__all__ = ["arguments", "relation"]
