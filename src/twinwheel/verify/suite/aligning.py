"""Tests whose parameters have other names with another implementation, matched by their order.

A suite that is parametrised by implementations names its tests by the modules, so that the module
that was put in the place of another changes the names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.suite.outcomes import Reading

__all__ = ["align", "rename"]


def align(readings: Sequence[Reading]) -> int:
    """Give tests of all readings the names that the first has for them; tell how many got another.

    Those of one function are matched in their order, where as many are left on both sides.
    """
    control, *candidates = readings
    usual = _by_function(control.tests)
    count = 0
    for reading in candidates:
        names: dict[str, str] = {}
        for function, tests in _by_function(reading.tests).items():
            known = usual.get(function, [])
            mine = [test for test in tests if test not in known]
            theirs = [test for test in known if test not in tests]
            if mine and len(mine) == len(theirs):
                names.update(zip(mine, theirs, strict=True))
        rename(reading, names)
        count = max(count, len(names))
    return count


def rename(reading: Reading, names: dict[str, str]) -> None:
    """Give tests of a reading other names.

    Args:
        reading: Is changed.
        names: What a test is called to what it is to be called.
    """
    reading.tests = [names.get(test, test) for test in reading.tests]
    reading.outcomes = {names.get(test, test): each for test, each in reading.outcomes.items()}
    reading.renamed = names


def _by_function(tests: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for test in tests:
        function, bracket, _ = test.partition("[")
        if bracket:
            found.setdefault(function, []).append(test)
    return found
