"""Operations on text, by code points."""

from __future__ import annotations

from gallery._python._arguments import as_size, as_text

__all__ = [
    "count",
    "escape",
    "find",
    "fold",
    "length",
    "lines",
    "match",
    "pad",
    "printable",
    "quote",
    "reverse",
    "runs",
    "split",
    "squeeze",
    "truncate",
    "unescape",
    "words",
]

_LETTERS = {"\\": "\\", '"': '"', "\n": "n", "\r": "r", "\t": "t"}
_MEANINGS = {letter: character for character, letter in _LETTERS.items()}
_HEX = "0123456789abcdef"
_WIDEST = 100_000
_LONGEST_PATTERN = 256


def escape(text: str) -> str:
    """Write backslashes, double quotes and control characters as escapes."""
    parts = []
    for character in as_text(text, "text"):
        if character in _LETTERS:
            parts.append("\\" + _LETTERS[character])
        elif character < " " or character == "\x7f":
            parts.append(f"\\x{ord(character):02x}")
        else:
            parts.append(character)
    return "".join(parts)


def unescape(text: str) -> str:
    """Read what escape wrote."""
    exact = as_text(text, "text")
    parts = []
    at = 0
    while at < len(exact):
        character = exact[at]
        if character != "\\":
            parts.append(character)
            at += 1
            continue
        if at + 1 == len(exact):
            raise ValueError(f"unfinished escape at {at}")
        letter = exact[at + 1]
        if letter in _MEANINGS:
            parts.append(_MEANINGS[letter])
            at += 2
            continue
        if letter != "x":
            raise ValueError(f"unknown escape at {at}")
        digits = exact[at + 2 : at + 4]
        if len(digits) < 2 or digits[0] not in _HEX or digits[1] not in _HEX:
            raise ValueError(f"unfinished escape at {at}")
        parts.append(chr(int(digits, 16)))
        at += 4
    return "".join(parts)


def length(text: str) -> int:
    """Count the code points."""
    return len(as_text(text, "text"))


def reverse(text: str) -> str:
    """Give the code points in reverse order."""
    return as_text(text, "text")[::-1]


def truncate(text: str, limit: int) -> str:
    """Give at most so many code points."""
    exact = as_text(text, "text")
    return exact[: as_size(limit, "limit")]


def fold(text: str) -> str:
    """Fold case for comparing, as Unicode says."""
    return as_text(text, "text").casefold()


def words(text: str) -> list[str]:
    """Split at runs of ASCII white space."""
    found = []
    start = None
    exact = as_text(text, "text")
    for at, character in enumerate(exact):
        if character in " \t\n\v\f\r":
            if start is not None:
                found.append(exact[start:at])
            start = None
        elif start is None:
            start = at
    if start is not None:
        found.append(exact[start:])
    return found


def lines(text: str) -> list[str]:
    r"""Split at \n, \r and \r\n; an end at the very end makes no more line."""
    exact = as_text(text, "text")
    found = []
    start = at = 0
    while at < len(exact):
        character = exact[at]
        at += 1
        if character in "\r\n":
            found.append(exact[start : at - 1])
            if character == "\r" and exact[at : at + 1] == "\n":
                at += 1
            start = at
    if start < len(exact):
        found.append(exact[start:])
    return found


def split(text: str, separator: str, limit: int | None = None) -> list[str]:
    """Split at a separator, at most so many times."""
    exact = as_text(text, "text")
    between = as_text(separator, "separator")
    most = as_size(limit, "limit", -1)
    if not between:
        raise ValueError("separator must not be empty")
    return exact.split(between, most)


def find(text: str, part: str, start: int | None = None) -> int:
    """Give the index of the first occurrence at or after start; -1 if there is none."""
    exact = as_text(text, "text")
    wanted = as_text(part, "part")
    return exact.find(wanted, as_size(start, "start", 0))


def count(text: str, part: str) -> int:
    """Count the occurrences that do not overlap."""
    exact = as_text(text, "text")
    wanted = as_text(part, "part")
    if not wanted:
        raise ValueError("part must not be empty")
    return exact.count(wanted)


def quote(text: str) -> str:
    """Put single quotes around, and double those inside."""
    return "'" + as_text(text, "text").replace("'", "''") + "'"


def pad(text: str, width: int, fill: str | None = None) -> str:
    """Append a character until the text is so wide; a space if none is given."""
    exact = as_text(text, "text")
    wide = as_size(width, "width")
    filler = " " if fill is None else as_text(fill, "fill")
    if wide > _WIDEST:
        raise ValueError("width must be at most 100000")
    if len(filler) != 1:
        raise ValueError("fill must be one character")
    return exact + filler * (wide - len(exact))


def squeeze(text: str) -> str:
    """Make one of each run of the same character."""
    parts = []
    before = ""
    for character in as_text(text, "text"):
        if character != before:
            parts.append(character)
        before = character
    return "".join(parts)


def runs(text: str) -> list[tuple[str, int]]:
    """Give each run of the same character with its length."""
    found: list[tuple[str, int]] = []
    for character in as_text(text, "text"):
        if found and found[-1][0] == character:
            found[-1] = (character, found[-1][1] + 1)
        else:
            found.append((character, 1))
    return found


def printable(text: str) -> str:
    """Show control characters as question marks."""
    return "".join(
        "?" if character < " " or "\x7f" <= character < "\xa0" else character
        for character in as_text(text, "text")
    )


def match(pattern: str, text: str) -> bool:
    """Tell whether the whole text matches: * is any run, ? is any one character."""
    exact = as_text(pattern, "pattern")
    whole = as_text(text, "text")
    if len(exact) > _LONGEST_PATTERN:
        raise ValueError("pattern must have at most 256 characters")
    at = place = 0
    star, kept = -1, 0
    while place < len(whole):
        if at < len(exact) and exact[at] == "*":
            star, kept = at, place
            at += 1
        elif at < len(exact) and (exact[at] == "?" or exact[at] == whole[place]):
            at += 1
            place += 1
        elif star >= 0:
            kept += 1
            at, place = star + 1, kept
        else:
            return False
    return all(character == "*" for character in exact[at:])
