"""The package's own test suite, run once per implementation, its outcomes side by side.

A suite is a process of its own per implementation, as a package binds when it is imported. What is
put into it, so that the implementation is the one that was asked for, tells in the end whether it
was.
"""

from __future__ import annotations

from twinwheel.verify.suite.running import Progress, run_suite

__all__ = ["Progress", "run_suite"]
