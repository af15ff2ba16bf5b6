"""What an armed call may cost, what it did cost, and the table that the documentation shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = [
    "DIRECT",
    "IMPORT",
    "TARGETS",
    "UNARMED",
    "Target",
    "import_reached",
    "insert",
    "reached",
    "table",
]

DIRECT = "direct"
UNARMED = "a twin package, no rollout"

IMPORT = 1.0
"""Milliseconds of CPU that the selector's import may take over importing the artifact."""


@dataclass(frozen=True)
class Target:
    """What a call may cost: so much more than the direct one, or so many times as much."""

    added: float
    """Nanoseconds."""

    times: float = 0.0
    """0 where only what is added counts."""

    def is_reached(self, took: float, direct: float) -> bool:
        """Tell whether a call is as cheap as asked.

        Args:
            took: Nanoseconds of the call.
            direct: Nanoseconds of the same call without anything between.
        """
        return took - direct <= self.added or took <= self.times * direct

    def __str__(self) -> str:
        return f"{self.added:g} ns" + (f" or {self.times:g} times" if self.times else "")


_ONE = Target(12, 3)
_ROUTED = Target(20, 4)
_PYTHON = Target(80)

TARGETS: Mapping[str, Target] = {
    "native slot, 100 % to the control": _ONE,
    "native slot, 100 % to the candidate": _ONE,
    "native slot, 50 %": _ROUTED,
    "native slot, 50 %, sticky": Target(100),
    "Python slot, 100 % to the control": _PYTHON,
    "Python slot, 100 % to the candidate": _PYTHON,
    "Python slot, 50 %": _PYTHON,
}
"""By the name of the case. What is not here is measured for comparison."""


def verdict(name: str, took: Mapping[str, float]) -> str:
    """Say whether a case reached its target; nothing where it has none.

    Args:
        name: The case.
        took: Nanoseconds of each case.
    """
    target = TARGETS.get(name)
    if target is None:
        return ""
    return "reached" if target.is_reached(took[name], took[DIRECT]) else "missed"


def reached(took: Mapping[str, float]) -> Iterator[str]:
    """Give a line for each case: its time, what it adds, how many times as long, the verdict."""
    direct = took[DIRECT]
    yield f"{'one call':40}{'ns':>10}{'added':>10}{'times':>9}  {'at most':22}"
    for name, each in took.items():
        line = f"{name:40}{each:10.1f}{each - direct:+10.1f}{each / direct:9.1f}"
        target = TARGETS.get(name)
        if name == UNARMED:
            line += f"  {'nothing added':22}the identical object"
        elif target is not None:
            line += f"  {target!s:22}{verdict(name, took)}"
        yield line


def import_reached(milliseconds: float) -> str:
    """Say what the selector's import takes beside what it may take."""
    said = "reached" if milliseconds <= IMPORT else "missed"
    return (
        f"the selector's import, over the artifact's: {milliseconds:.2f} ms of CPU time"
        f" (at most {IMPORT:g} ms: {said})"
    )


def table(took: Mapping[str, float], importing: float) -> str:
    """Return the same in Markdown.

    Args:
        took: Nanoseconds of each case.
        importing: Milliseconds that the selector's import takes over the artifact's.
    """
    direct = took[DIRECT]
    titles = ["one call", "ns", "added, ns", "times direct", "added at most", "verdict"]
    lines = [f"| {' | '.join(titles)} |", f"|{' -- |' * len(titles)}"]
    for name, each in took.items():
        if name == UNARMED:
            lines.append(f"| {name} | {direct:.1f} | 0 | 1.0 | 0 | the identical object |")
            continue
        asked = str(TARGETS.get(name, ""))
        cells = [name, _plain(each), _plain(each - direct), f"{each / direct:,.1f}", asked]
        lines.append(f"| {' | '.join(cells)} | {verdict(name, took)} |")
    return "\n".join(lines) + f"\n\n{import_reached(importing)}\n"


def insert(text: str, version: str, page: Path) -> None:
    """Put a table into a page, between the marks of its Python.

    Args:
        text: The table.
        version: Such as ``3.13``.
        page: The file; its marks are comments, ``CPython 3.13: begin`` and ``end``.

    Raises:
        ValueError: The page has no such marks.
    """
    begin, end = (f"<!-- CPython {version}: {each} -->" for each in ("begin", "end"))
    before, found, rest = page.read_text("utf-8").partition(begin)
    _, found_too, after = rest.partition(end)
    if not (found and found_too):
        raise ValueError(f"{page} has no place for CPython {version}: it lacks {begin} or {end}")
    page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", "utf-8")


def _plain(nanoseconds: float) -> str:
    return f"{nanoseconds:.1f}" if nanoseconds < 1000 else f"{nanoseconds:,.0f}"
