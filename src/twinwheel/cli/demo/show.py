"""The demonstration's figures as a table for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.cli.output import Cell, Column

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.cli.demo.compare import Comparison, Outcome
    from twinwheel.cli.demo.photograph import Photograph
    from twinwheel.cli.output import Output
    from twinwheel.selection.reporting import Report

__all__ = ["milliseconds", "show"]


def milliseconds(seconds: float) -> str:
    """Give a time in milliseconds to three figures, or to the full ones: 0.620, 35.5 or 1,840."""
    value = seconds * 1000
    return f"{value:#.3g}" if value < 99.95 else f"{value:,.0f}"


def show(
    photograph: Photograph,
    selected: Report,
    comparisons: Sequence[Comparison],
    absent: dict[str, str],
    output: Output,
) -> None:
    """Write what was done, how long it took, and what is bound by default."""
    width, height = photograph.image.size
    scaled = photograph.image.size != photograph.size_in_file
    of = " scaled from {} x {}".format(*photograph.size_in_file) if scaled else ""
    output.line(f"{photograph.name}, {width} x {height}{of}", "title")
    output.line()
    columns = [Column("operation"), Column("implementation"), Column("artifact")]
    columns += [Column("median ms", right=True), Column("speed", right=True), Column("bits")]
    rows = [
        _row(comparison, outcome) for comparison in comparisons for outcome in comparison.outcomes
    ]
    output.table(columns, rows)
    output.line()
    for outcome in _partial(comparisons):
        output.line(
            f"~ {outcome.implementation.label} was slow, so it was timed and compared on the first "
            f"{outcome.rows} of {height} rows; its time is in proportion"
        )
    for name, reason in absent.items():
        output.line(f"{name} took no part: {reason}")
    if all(comparison.agrees for comparison in comparisons):
        count = len(comparisons[0].outcomes)
        output.line(
            f"all bits agree between {count} implementations"
            if count > 1
            else "there is one implementation only, so nothing to compare it with",
            "good",
        )
    else:
        output.line("the implementations do not agree: the table tells where", "bad")
    output.line(f"bound by default: {_why(selected)}")


def _row(comparison: Comparison, outcome: Outcome) -> tuple[Cell | str, ...]:
    implementation = outcome.implementation
    whole = outcome.rows == comparison.operation.source.shape[0]
    ratio = f"{comparison.slowest / outcome.seconds:,.1f} x" if outcome.seconds else "-"
    if outcome.differing:
        many = "s differ" if outcome.differing > 1 else " differs"
        bits = Cell(f"{outcome.differing:,} sample{many}", "bad")
    elif outcome is comparison.outcomes[0]:
        bits = Cell("reference", "dim")
    else:
        bits = Cell("same", "good")
    return (
        comparison.operation.name if outcome is comparison.outcomes[0] else "",
        implementation.label,
        implementation.artifact,
        f"{'' if whole else '~'}{milliseconds(outcome.seconds)}",
        ratio,
        bits,
    )


def _partial(comparisons: Sequence[Comparison]) -> list[Outcome]:
    """Give, for each implementation that was not run on all rows, the outcome with the fewest."""
    fewest: dict[str, Outcome] = {}
    for comparison in comparisons:
        for outcome in comparison.outcomes:
            name = outcome.implementation.name
            if outcome.rows < comparison.operation.source.shape[0] and (
                name not in fewest or outcome.rows < fewest[name].rows
            ):
                fewest[name] = outcome
    return list(fewest.values())


def _why(selected: Report) -> str:
    """Say which implementation convolve is bound to, and why that one."""
    name = selected.components["convolve"]
    said = [f"{key}={value}" for key, value in selected.variables.items() if value.strip()]
    if said:
        return f"{name}, as {' '.join(said)} says"
    passed = [
        f"{other} {state.status}: {state.reason}"
        for other, state in selected.implementations.items()
        if state.status in ("failed", "not built")
    ]
    why = f"{name}, the first that can be had in the package's order of preference"
    return f"{why} ({'; '.join(passed)})" if passed else why
