"""Armed packages as tables, and as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from twinwheel.cli.output import Cell, Column

if TYPE_CHECKING:
    from twinwheel.cli.output import Output
    from twinwheel.errors import RolloutError
    from twinwheel.rollout.state import ArmState, ComponentState, PackageState

__all__ = ["as_data", "show"]

_COLUMNS = [
    Column("component"),
    Column("side"),
    Column("of calls", right=True),
    Column("calls", right=True),
    Column("faults", right=True),
    Column("fallbacks", right=True),
    Column("median", right=True),
    Column("p99", right=True),
    Column("shadows", right=True),
    Column("different", right=True),
    Column("breaker"),
]
_BREAKERS = {"closed": "good", "open": "bad", "half-open": "", "quarantined": "bad"}


def show(state: PackageState, output: Output) -> None:
    """Write the state of a package."""
    workers = len(state.workers)
    processes = f"{workers} process{'' if workers == 1 else 'es'}"
    output.line(f"{state.package} {state.version}: {processes}", "title")
    rows: list[list[Cell | str]] = []
    for component in state.components:
        rows += _rows(component)
    output.table(_COLUMNS, rows)
    output.line()


def _rows(component: ComponentState) -> list[list[Cell | str]]:
    control, candidate = component.sides
    rest = 100 - component.percentage
    name = Cell(component.name, "code")
    rows: list[list[Cell | str]]
    rows = [[name, component.control, *_counts(rest, control), "", "", ""]]
    if component.candidate:
        different = Cell(f"{candidate.different:,}", "bad" if candidate.different else "")
        counts = _counts(component.percentage, candidate)
        state = Cell(component.breaker, _BREAKERS[component.breaker])
        side = f"{component.candidate} (candidate)"
        rows.append(["", side, *counts, f"{candidate.shadowed:,}", different, state])
    return rows


def _counts(percentage: float, arm: ArmState) -> list[Cell | str]:
    faults = Cell(f"{arm.faults:,}", "bad" if arm.faults else "")
    times = [_time(arm.median), _time(arm.p99)]
    return [f"{percentage:g} %", f"{arm.calls:,}", faults, f"{arm.fallbacks:,}", *times]


def _time(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"


def as_data(states: list[PackageState], refused: list[RolloutError]) -> dict[str, Any]:
    """Return the same as plain data."""
    packages = [asdict(state) for state in states]
    for package in packages:
        for component in package["components"]:
            component["sides"] = dict(
                zip(("control", "candidate"), component["sides"], strict=True)
            )
    return {
        "schema": 1,
        "packages": packages,
        "refused": [
            {"code": each.code, "message": each.message, "where": each.where} for each in refused
        ],
    }
