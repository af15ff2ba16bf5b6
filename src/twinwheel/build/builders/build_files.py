"""Reading of CMake and Meson files, as far as that goes without running them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["call_arguments"]

_COMMENT = re.compile(r"#\[(=*)\[.*?\]\1\]|#[^\n]*", re.DOTALL)


def call_arguments(path: Path, name: str) -> str:
    """Return what stands between the parentheses of the first call of a function.

    Args:
        path: A CMakeLists.txt or meson.build.
        name: The function, in any case.

    Returns:
        The text without comments; empty when there is no such file or call.
    """
    try:
        text = _COMMENT.sub("", path.read_text("utf-8", "replace"))
    except (OSError, ValueError):  # a path that no system has is that of no file
        return ""
    match = re.search(rf"(?<![\w.]){name}\s*\(", text, re.IGNORECASE)
    if match is None:
        return ""
    depth = 1
    for place in range(match.end(), len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if depth == 0:
            return text[match.end() : place]
    return ""
