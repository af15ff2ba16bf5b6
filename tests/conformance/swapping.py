"""The one line that is swapped: ``build-backend``."""

from __future__ import annotations

import re

__all__ = ["OURS", "backend_of", "restored", "swapped", "with_backend", "with_keys"]

OURS = "twinwheel.build"
_LINE = re.compile(r'^(\s*build-backend\s*=\s*")([\w.:]+)(")', re.MULTILINE)


def backend_of(text: str) -> str:
    """Return the backend that a ``pyproject.toml`` names; empty when it names none."""
    match = _LINE.search(text)
    return match[2] if match else ""


def with_backend(text: str, requirement: str, backend: str) -> str:
    """Name a backend where none is named, so that there is a line to swap."""
    if backend_of(text):
        return text
    return f'[build-system]\nrequires = ["{requirement}"]\nbuild-backend = "{backend}"\n\n{text}'


def with_keys(text: str, table: str, lines: str) -> str:
    """Write keys into a table of a TOML document, which gets the table if it has none."""
    head = re.search(rf"^\[{re.escape(table)}\][^\n]*\n", text, re.MULTILINE)
    if head is None:
        return f"{text.rstrip()}\n\n[{table}]\n{lines}"
    return text[: head.end()] + lines + text[head.end() :]


def swapped(text: str) -> str:
    """Name twinwheel in place of the backend."""
    return _LINE.sub(rf"\g<1>{OURS}\g<3>", text, count=1)


def restored(data: bytes, backend: str) -> bytes:
    """Take the swapped line back in a file that a build copied."""
    return data.replace(f'"{OURS}"'.encode(), f'"{backend}"'.encode(), 1)
