"""What ``pytest --twinwheel`` writes besides what each run of pytest does."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from _pytest.config import create_terminal_writer

from twinwheel.verify.suite.outcomes import BAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from twinwheel.errors import VerifyError
    from twinwheel.verify.suite.comparing import Compared
    from twinwheel.verify.suite.outcomes import Reading

__all__ = ["Shown"]

_ORDER = (
    *("passed", "failed", "error", "crashed", "hung", "skipped", "xfailed", "xpassed"),
    *("left out", "not run"),
)
_COLOURS = {"passed": "green", "skipped": "yellow", "xfailed": "yellow", "xpassed": "yellow"}


class Shown:
    """Writes to the terminal, in the colours that pytest would use."""

    def __init__(self, config: pytest.Config) -> None:
        self.writer: Any = create_terminal_writer(config, sys.stdout)

    def head(self, name: str, modules: Sequence[str]) -> None:
        """Say which implementation runs next."""
        self.writer.line()
        self.writer.sep("=", f"twinwheel: {name} ({', '.join(modules)})", bold=True)
        self.writer.flush()

    def end(
        self,
        names: Sequence[str],
        readings: Sequence[Reading],
        compared: Compared,
        problems: Sequence[VerifyError],
        notes: Sequence[str],
    ) -> None:
        """Show everything side by side.

        Args:
            names: Of the implementations.
            readings: What each one's run gave.
            compared: Their outcomes.
            problems: Why the runs do not say what they should.
            notes: What else is to be known.
        """
        writer = self.writer
        writer.line()
        writer.sep("=", "twinwheel: side by side", bold=True)
        columns = [[row.outcomes[place] for row in compared.rows] for place in range(len(names))]
        self._counts(names, columns)
        self._differing(names, readings, compared)
        for reading, name in zip(readings, names, strict=True):
            for death in reading.deaths:
                where = ", ".join(death.where) or f"after {death.after or 'its start'}"
                writer.line(f"{name}: {death.why}: {where}", red=True)
        for note in notes:
            writer.line(f"note: {note}", yellow=True)
        for problem in problems:
            writer.line(f"ERROR: {problem}", red=True)
        differ = len(compared.findings)
        if differ:
            end = f"{differ} of {len(compared.rows)} differ"
        else:
            end = f"{len(compared.rows)} tests, the same with {_all_of(names)}"
        bad = differ or problems or any(set(BAD) & set(row.outcomes) for row in compared.rows)
        writer.sep("=", end, **{"red" if bad else "green": True, "bold": True})

    def _counts(self, names: Sequence[str], outcomes: Sequence[Sequence[str]]) -> None:
        """Write a table: a row for each implementation, a column for each outcome that occurs."""
        used = [each for each in _ORDER if any(each in column for column in outcomes)]
        wide = max(map(len, names), default=0)
        self.writer.line("  ".join([" " * wide, *used]).rstrip())
        for name, column in zip(names, outcomes, strict=True):
            self.writer.write(name.ljust(wide))
            for each in used:
                count = column.count(each)
                colour = _COLOURS.get(each, "red" if each in BAD else "")
                mark = {colour: True} if count and colour else {}
                self.writer.write("  ")
                self.writer.write(str(count).rjust(len(each)), **mark)
            self.writer.line()

    def _differing(
        self, names: Sequence[str], readings: Sequence[Reading], compared: Compared
    ) -> None:
        """Write what differs, under what it has in common."""
        groups: dict[str, list[str]] = {}
        for row in compared.rows:
            if row.verdict != "same":
                groups.setdefault(row.verdict, []).append(row.test)
        for said, tests in groups.items():
            self.writer.line()
            self.writer.line(said, bold=True)
            for test in tests:
                self.writer.line(f"  {test}")
                for name, reading in zip(names, readings, strict=True):
                    ended = reading.outcomes.get(test) or reading.modules.get(test)
                    if ended is not None and ended.outcome != "passed":
                        why = f": {ended.why}" if ended.why else ""
                        self.writer.line(f"    {name}: {ended.outcome}{why}")
        if groups:
            self.writer.line()


def _all_of(names: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]])) or "nothing"
