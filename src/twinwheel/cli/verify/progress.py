"""What is going on, all the while: a line that moves even when a call does not end."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from twinwheel.cli.output import Output
    from twinwheel.verify.subjects import Resolved

__all__ = ["Progress"]

_EVERY = 0.2
_BAR = 24
_WIDEST = 100


class Progress:
    """A line on the terminal, drawn anew five times a second."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._text = ""
        self._part: float | None = None
        self._begin = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)

    def __enter__(self) -> Progress:
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
        """Give what a search tells of itself: the component, comparisons, findings, and its part."""
        count = len(resolved.comparisons)

        def told(what: str, made: int, found: int, part: float) -> None:
            noun = "finding" if found == 1 else "findings"
            self._part = (number + part) / count
            self._text = f"{what}: {made:,} comparisons, {found:,} {noun}"

        return told

    def of_suite(self, told: Any) -> None:
        """Show how far the test suites are."""
        self._text = str(told)
        self._part = None

    def _draw(self) -> None:
        while not self._stop.wait(_EVERY):
            seconds = time.monotonic() - self._begin
            bar = ""
            if self._part is not None:
                full = round(_BAR * min(self._part, 1.0))
                bar = f"{'━' * full}{'┄' * (_BAR - full)} "
            self._output.progress(f"{bar}{seconds:3.0f} s  {self._text}"[:_WIDEST])
