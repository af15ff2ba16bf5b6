"""What is going on, all the while: a line that moves even when a call does not end.

Away from a terminal, as in a log, it is a line now and then.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from twinwheel.verify.reports.full import UNICODE, marks_for
from twinwheel.verify.reports.text import count, shorten, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from twinwheel.cli.output import Output
    from twinwheel.verify.findings import Finding
    from twinwheel.verify.subjects import Resolved

__all__ = ["Progress"]

_EVERY = 0.2
_BAR = 24
_WIDEST, _USUAL_WIDTH = 100, 80
_LONGEST = 300
"""Characters of a line about a finding."""


class Progress:
    """A line on the terminal, drawn anew five times a second; findings stand above it.

    All of it goes to standard error. Where that is no terminal, there is a new line now and then.

    Args:
        output: Where it goes.
        every: Seconds between the lines away from a terminal.
    """

    def __init__(self, output: Output, every: float = 10.0) -> None:
        self._output = output
        self._between = every
        self._text = ""
        self._part: float | None = None
        self._begin = time.monotonic()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._draw, daemon=True)
        self._marks = marks_for(getattr(sys.stderr, "encoding", None) or "ascii")

    def __enter__(self) -> Progress:  # noqa: PYI034 (Self is not in typing before 3.11)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._output.progress("")

    def say(self, text: str) -> None:
        """Show what is being done."""
        self._text = text
        self._part = None

    def of_search(self, number: int, resolved: Resolved) -> Callable[[str, int, int, float], None]:
        """Give what a search tells of itself: component, comparisons, findings, and its part."""
        modules = len(resolved.comparisons)

        def told(what: str, made: int, found: int, part: float) -> None:
            self._part = (number + part) / modules
            self._text = f"{count(made, 'comparison')}, {count(found, 'finding')}: {what}"

        return told

    def of_suite(self, told: Any) -> None:
        """Show how far the test suites are."""
        self._text = str(told)
        self._part = None

    def tell(self, pieces: Sequence[tuple[str, str]]) -> None:
        """Leave a line above."""
        with self._lock:
            self._output.remark(pieces)

    def tell_finding(self, finding: Finding) -> None:
        """Leave a line about what was found."""
        mark, dot = self._marks.bad, self._marks.dot
        summary = shorten(visible(finding.summary), _LONGEST)
        self.tell(
            [
                (f"{mark} {finding.kind}", "bad"),
                (f" {dot} ", ""),
                (visible(finding.component), "title"),
                (f" {dot} {summary}", ""),
            ]
        )

    def _draw(self) -> None:
        live, spoken = _is_live(), self._begin
        with suppress(OSError, ValueError):  # the terminal is gone
            while not self._stop.wait(min(_EVERY, self._between)):
                if live:
                    with self._lock:
                        self._output.progress(self._line(_columns()))
                elif time.monotonic() - spoken >= self._between and sys.stderr is not None:
                    spoken = time.monotonic()
                    sys.stderr.write(f"{self._line()}\n")
                    sys.stderr.flush()

    def _line(self, columns: int = 0) -> str:
        """Give the line, so short that a terminal does not break it: that could not be undone."""
        seconds = time.monotonic() - self._begin
        bar = ""
        if columns and self._part is not None:
            full = round(_BAR * min(self._part, 1.0))
            signs = "━┄" if self._marks == UNICODE else "#-"
            bar = f"{signs[0] * full}{signs[1] * (_BAR - full)} "
        width = min(_WIDEST, columns - 1) if columns else _WIDEST
        return f"{bar}{seconds:3.0f} s  {visible(self._text)}"[:width]


def _is_live() -> bool:
    """Can a line be drawn anew in its place?"""
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or _USUAL_WIDTH
    except (OSError, ValueError):
        return _USUAL_WIDTH
