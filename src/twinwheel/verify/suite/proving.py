"""Whether the implementation that was asked for is the one that ran, by what the processes told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinwheel.verify.findings import Finding
from twinwheel.verify.suite import problems
from twinwheel.verify.suite.comparing import finding_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.errors import VerifyError
    from twinwheel.verify.suite.kit import Expected, Injection
    from twinwheel.verify.suite.outcomes import Reading

__all__ = ["as_finding", "details", "doubts", "prove"]


def prove(injection: Injection, reading: Reading) -> list[VerifyError]:
    """Return what speaks against a run being of the implementation that was asked for.

    Args:
        injection: What was asked for.
        reading: What the processes told.
    """
    found = []
    for expected in injection.expected:
        problem = _problem(injection.name, expected, _told_of(expected, reading, "end"))
        if problem is not None:
            found.append(problem)
    return found


def _told_of(expected: Expected, reading: Reading, when: str) -> list[dict[str, Any]]:
    return [
        each["told"]
        for each in reading.proofs
        if each["when"] == when and each["told"]["package"] == expected.package
    ]


def _problem(name: str, expected: Expected, told: Sequence[dict[str, Any]]) -> VerifyError | None:
    package = expected.package
    if not told:
        return problems.not_told(name, package, "no process lived to the end of its tests")
    failed = [each["failed"] for each in told if "failed" in each]
    if failed:
        return problems.not_told(name, package, f"looking at {package} raised {failed[0]}")
    having = [each for each in told if each["imported"]]
    if not having:
        if any(each["ever"] for each in told):
            return problems.not_told(name, package, "the tests took it out of sys.modules")
        return problems.never_imported(name, package)
    wrong = dict.fromkeys(line for each in having for line in each["wrong"])
    return problems.bound_to_another(name, package, wrong) if wrong else None


def doubts(injection: Injection, reading: Reading) -> list[str]:
    """Return what is not wrong, but cannot be seen either."""
    if injection.aliases:
        return []
    return [
        f"{injection.name}: {', '.join(each.loads)} was imported, but no name of {each.package} is"
        " of it, so it is not proved that the package uses it"
        for each in injection.expected
        if each.others and each.loads and not each.implementation
        if not any(told.get("bound") for told in _told_of(each, reading, "end"))
    ]


def details(injection: Injection, reading: Reading) -> list[str]:
    """Return what a run was of, more exactly: interpreter, pytest, extension modules."""
    parts = [reading.python, f"pytest {reading.pytest}" if reading.pytest else ""]
    for expected in injection.expected:
        told = [each for each in _told_of(expected, reading, "end") if each.get("imported")]
        compiled = list(dict.fromkeys(name for each in told for name in each["compiled"]))
        if expected.implementation:
            parts.append(f"{expected.package} by {expected.module}")
        elif compiled:
            parts.append(f"compiled: {', '.join(compiled)}")
        elif told:
            parts.append("no extension module")
    return [part for part in parts if part]


def as_finding(name: str, package: str, problem: VerifyError) -> Finding:
    """Tell a problem as a finding, as what was compared is not what was to be."""
    lines = " ".join(problem.where.split("\n")) if problem.where != package else ""
    return Finding(
        id=finding_id(package, problem.code, name),
        component=package,
        kind="test",
        summary=f"[{problem.code}] {problem.message}{': ' if lines else ''}{lines}",
        traits=(problem.code,),
        candidate=problem.message,
        candidate_name=name,
    )
