"""Texts of foreign code, made fit to be read: whatever is in them, it is seen, and does nothing.

What implementations answer reaches a report as text, and may hold anything: escapes that move a
cursor, marks that turn the direction of writing, half characters, a hundred thousand letters.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

__all__ = ["Part", "contrast", "count", "duration", "shorten", "visible"]

_ODD = re.compile("[^ -~]+")
_MARKS = 4
_WORD = 6
"""Letters: what two words share at their ends by chance, as ``ValueError`` and ``TypeError`` do."""


class Part(NamedTuple):
    """A piece of an answer, and whether the other answer has another one in its place."""

    text: str
    different: bool


def visible(text: str, *, lines: bool = False) -> str:
    """Replace what cannot be seen by its escape: controls, half characters, odd spaces.

    Of the marks that stand on one character a few stay: a tower of them covers other lines.

    Args:
        text: Any text.
        lines: Whether line breaks stay.
    """
    return _ODD.sub(lambda odd: _escaped(odd[0], lines=lines), text)


def shorten(text: str, most: int) -> str:
    """Leave out the middle of a text that is longer than so many characters, and say so."""
    if len(text) <= most:
        return text
    tail = most // 3
    return _cut(text, most - tail, tail)


def contrast(one: str, other: str, most: int) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
    """Split two answers into what they share and what they do not.

    What is long is shortened, but never where they begin to differ. Nothing is marked where they
    share too little for marks to help the eye.

    Args:
        one: An answer.
        other: Another one.
        most: About how many characters of each to show.
    """
    before = _shared(one, other)
    shortest = min(len(one), len(other))
    after = min(_shared(one[::-1], other[::-1]), shortest - before)
    if one == other or (before + after) * 3 < shortest:
        return (Part(shorten(one, most), False),), (Part(shorten(other, most), False),)
    before -= _letters(one[:before][::-1])
    after -= _letters(one[len(one) - after :])
    return _parts(one, before, after, most), _parts(other, before, after, most)


def count(number: int, noun: str, plural: str = "") -> str:
    """Return a number and what it counts, such as ``1 test`` and ``1,200 tests``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration(seconds: float) -> str:
    """Return a time as one reads it: ``40 ms``, ``5.2 s``, ``58 s``, ``2 min 5 s``."""
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"


def _escaped(odd: str, *, lines: bool) -> str:
    seen = []
    marks = 0
    for character in odd:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        fit = character.isprintable() and marks <= _MARKS
        if not fit and not (lines and character == "\n"):
            character = character.encode("unicode_escape").decode("ascii")  # noqa: PLW2901
        seen.append(character)
    return "".join(seen)


def _cut(text: str, head: int, tail: int) -> str:
    """Keep so much of both ends."""
    left_out = len(text) - head - tail
    if left_out < 32:  # no longer than what would stand in its place
        return text
    end = text[len(text) - tail :]
    return f"{text[:head]} [... {left_out:,} characters ...] {end}"


def _parts(text: str, before: int, after: int, most: int) -> tuple[Part, ...]:
    end = len(text) - after
    if len(text) <= most:
        pieces = text[:before], text[before:end], text[end:]
    else:  # half is for the difference; the beginning tells what kind of thing it is
        pieces = (
            _cut(text[:before], most // 12, most // 6),
            shorten(text[before:end], most // 2),
            _cut(text[end:], most // 6, most // 12),
        )
    parts = zip(pieces, (False, True, False), strict=True)
    return tuple(Part(piece, different) for piece, different in parts if piece)


def _shared(one: str, other: str) -> int:
    """Count the characters that two texts have in common at their beginning."""
    least, most = 0, min(len(one), len(other))
    while least < most:  # halving: comparing slices is fast, and characters one by one is not
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _letters(text: str) -> int:
    """Count the letters that a text begins with; 0 if they are many."""
    letters = next((place for place, each in enumerate(text) if not each.isalpha()), len(text))
    return letters if letters <= _WORD else 0
