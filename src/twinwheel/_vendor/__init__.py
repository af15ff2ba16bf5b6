"""Third-party code, unchanged: TOML for CPython 3.10, where the standard library has none.

A backend reads ``pyproject.toml`` before any requirement of its own can be installed, and the base
install of twinwheel has no dependency, so this one library travels with it.
"""
