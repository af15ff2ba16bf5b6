"""Plain values as text: JSON, strictly read, with as much of str and int as Python has.

Both ways without recursion: containers that are not finished yet are on a stack.
"""

from __future__ import annotations

import re

from gallery._python._arguments import as_text
from gallery._python._containers import MAX_DEPTH

__all__ = ["FormatError", "dumps", "loads"]

_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WRITTEN = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LITERALS = {"null": None, "true": True, "false": False}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_HEX = re.compile(r"[0-9a-fA-F]{4}")


class FormatError(ValueError):
    """The text is not what dumps writes."""

    __module__ = "gallery"


def dumps(value: object) -> str:
    """Write None, bool, int, float, str, list and dict, but not what is derived from them."""
    parts: list[str] = []
    stack: list[tuple[object, str]] = []  # what is left of each container, and its end
    step = _start(value, parts, stack)
    while stack:
        items, end = stack[-1]
        for item in items:
            if not step:
                parts.append(",")
            if end == "}":
                key, item = item  # noqa: PLW2901
                if type(key) is not str:
                    raise TypeError(f"keys must be str, not {type(key).__name__}")
                _write_text(key, parts)
                parts.append(":")
            step = _start(item, parts, stack)
            if step:
                break
        else:
            parts.append(end)
            stack.pop()
            step = False
    return "".join(parts)


def _start(value: object, parts: list[str], stack: list[tuple[object, str]]) -> bool:
    """Write a value, or how a container begins; tell whether it was one."""
    kind = type(value)
    if kind is list or kind is dict:
        if len(stack) == MAX_DEPTH:
            raise ValueError("nested too deeply")
        parts.append("[" if kind is list else "{")
        stack.append((iter(value), "]") if kind is list else (iter(value.items()), "}"))
        return True
    if kind is str:
        _write_text(value, parts)
    elif kind is int:
        parts.append(int.__repr__(value))
    elif kind is float:
        if value - value != 0.0:
            raise ValueError("numbers must be finite")
        parts.append(float.__repr__(value))
    elif value is None or kind is bool:
        parts.append({None: "null", True: "true", False: "false"}[value])
    else:
        raise TypeError(f"cannot write {kind.__name__}")
    return False


def _write_text(text: str, parts: list[str]) -> None:
    parts.append('"')
    for character in text:
        if character in _WRITTEN:
            parts.append(_WRITTEN[character])
        elif character < " ":
            parts.append(f"\\u{ord(character):04x}")
        else:
            parts.append(character)
    parts.append('"')


def loads(text: str) -> object:
    """Read what dumps wrote, and other JSON."""
    return _Reader(as_text(text, "text")).read()


class _Reader:
    """A place in a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def read(self) -> object:
        """Read one value, which must be all."""
        stack: list[list[object] | dict[str, object]] = []
        keys: list[str] = []
        while True:
            # A value begins here, or the first item of a container, or the container's end.
            value = self.begin(len(stack))
            if value in ("[", "{") and type(value) is str:
                stack.append([] if value == "[" else {})
                if self.look() == ("]" if value == "[" else "}"):
                    self.at += 1
                    value = stack.pop()
                else:
                    if value == "{":
                        keys.append(self.key())
                    continue
            elif type(value) is tuple:
                (value,) = value
            # A value ends here; the containers that end with it do, too.
            while stack:
                inner = stack[-1]
                if type(inner) is dict:
                    inner[keys.pop()] = value
                else:
                    inner.append(value)
                after = self.need()
                if after == ",":
                    self.at += 1
                    if type(inner) is dict:
                        keys.append(self.key())
                    break
                if after != ("}" if type(inner) is dict else "]"):
                    raise self.error("unexpected character")
                self.at += 1
                value = stack.pop()
            else:
                if self.look():
                    raise self.error("trailing data")
                return value

    def begin(self, depth: int) -> object:
        """Read a plain value, which comes in a tuple, or how a container begins."""
        character = self.need()
        if character in "[{":
            if depth == MAX_DEPTH:
                raise self.error("nested too deeply")
            self.at += 1
            return character
        if character == '"':
            return (self.string(),)
        if character == "-" or "0" <= character <= "9":
            return (self.number(),)
        for word, value in _LITERALS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return (value,)
        raise self.error("unexpected character")

    def look(self) -> str:
        """Pass white space, and give the character after it, if any."""
        while self.at < len(self.text) and self.text[self.at] in " \t\n\r":
            self.at += 1
        return self.text[self.at : self.at + 1]

    def need(self) -> str:
        """Pass white space, and give the character after it."""
        character = self.look()
        if not character:
            raise FormatError("unexpected end")
        return character

    def key(self) -> str:
        """Read a key and the colon after it."""
        if self.need() != '"':
            raise self.error("unexpected character")
        key = self.string()
        if self.need() != ":":
            raise self.error("unexpected character")
        self.at += 1
        return key

    def string(self) -> str:
        """Read a string from its first quote to its last."""
        parts = []
        self.at += 1
        while True:
            if self.at == len(self.text):
                raise FormatError("unexpected end")
            character = self.text[self.at]
            if character == '"':
                self.at += 1
                return "".join(parts)
            if character < " ":
                raise self.error("control character")
            if character == "\\":
                parts.append(self.escape())
            else:
                parts.append(character)
                self.at += 1

    def escape(self) -> str:
        """Read an escape: two surrogates after each other are one character."""
        letter = self.text[self.at + 1 : self.at + 2]
        if letter in _ESCAPES:
            self.at += 2
            return _ESCAPES[letter]
        unit = self.unit(self.at)
        if unit is None:
            raise self.error("bad escape")
        self.at += 6
        if 0xD800 <= unit < 0xDC00:
            low = self.unit(self.at)
            if low is not None and 0xDC00 <= low < 0xE000:
                self.at += 6
                return chr(0x10000 + (unit - 0xD800 << 10) + low - 0xDC00)
        return chr(unit)

    def unit(self, at: int) -> int | None:
        """Read what an escape of four digits stands for, if there is one."""
        found = _HEX.match(self.text, at + 2) if self.text.startswith("\\u", at) else None
        return None if found is None else int(found[0], 16)

    def number(self) -> float:
        """Read an int, or a float where there is a point or an exponent."""
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            raise self.error("bad number")
        self.at = found.end()
        return int(found[0]) if found[2] is None and found[3] is None else float(found[0])

    def error(self, what: str) -> FormatError:
        """Give the error for what is at this place."""
        return FormatError(f"{what} at {self.at}")
