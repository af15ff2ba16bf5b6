"""What a build prints: frontends show it on failure, and on success when asked (``pip -v``)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["complain", "say", "warn"]


def say(text: str) -> None:
    """Print one line of progress; what the console cannot show becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    sys.stdout.flush()


def warn(lines: Sequence[str]) -> None:
    """Print a framed warning that stands out in a long log."""
    width = max(len(line) for line in lines) + 4
    frame = "*" * width
    complain("\n".join([frame, *(f"* {line}" for line in lines), frame]))


def complain(text: str) -> None:
    """Print to standard error, after all that was said so far."""
    sys.stdout.flush()
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
