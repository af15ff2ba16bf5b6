"""Paragraphs with code in backticks: broken into lines between words, never inside of code."""

from __future__ import annotations

import re
import textwrap

__all__ = ["parts_of", "wrap"]

_CODE = re.compile(r"`[^`]*`")
_SPACE_IN_CODE = "\0"


def wrap(text: str, width: int) -> list[str]:
    """Break a paragraph into lines.

    Args:
        text: The paragraph; code stands in backticks.
        width: Columns of a line. A word or a piece of code that is longer stays whole.
    """
    held = _CODE.sub(lambda code: code[0].replace(" ", _SPACE_IN_CODE), text)
    lines = textwrap.wrap(held, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_SPACE_IN_CODE, " ") for line in lines]


def parts_of(line: str) -> list[tuple[str, bool]]:
    """Return the pieces of a line without backticks, and whether each is code."""
    return [(part, place % 2 == 1) for place, part in enumerate(line.split("`")) if part]
