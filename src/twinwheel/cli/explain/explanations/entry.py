"""What is told of one error code."""

from __future__ import annotations

import inspect
from dataclasses import dataclass

__all__ = ["Explanation", "entry"]


@dataclass(frozen=True)
class Explanation:
    """An error code: what it means, why it happens, and what to do."""

    code: str
    """``TW`` and three digits."""

    meaning: str
    """What is wrong, in one line of Markdown."""

    remedy: str
    """What to do, in one line of Markdown."""

    text: str
    """Two to six sentences of Markdown: why it happens, and how to go on."""

    language: str
    """Of ``wrong`` and ``right``, as a fenced block of Markdown names it."""

    wrong: str
    """An example that gives the error; may be empty."""

    right: str
    """The same without the error; may be empty."""

    pages: tuple[str, ...]
    """Pages that tell more, relative to the folder of the documentation."""


def entry(
    code: str,
    meaning: str,
    remedy: str,
    text: str,
    *,
    language: str = "toml",
    wrong: str = "",
    right: str = "",
    pages: tuple[str, ...] = (),
) -> Explanation:
    """Make an explanation out of texts that are indented as the code around them is.

    Args:
        code: ``TW`` and three digits.
        meaning: What is wrong, in one line of Markdown.
        remedy: What to do, in one line of Markdown.
        text: Two to six sentences of Markdown; line breaks count as spaces.
        language: Of the examples: ``toml``, ``console``, ``python``, ``cmake``.
        wrong: An example that gives the error, if a small one shows it.
        right: The same without the error.
        pages: Pages that tell more, relative to ``docs``.
    """
    return Explanation(
        code=code,
        meaning=meaning,
        remedy=remedy,
        text=" ".join(text.split()),
        language=language,
        wrong=inspect.cleandoc(wrong),
        right=inspect.cleandoc(right),
        pages=pages,
    )
