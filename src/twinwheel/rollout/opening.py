"""A page is opened: made if there is none, and refused if it is another's or makes no sense."""

from __future__ import annotations

import json
import mmap
import os
import struct
import sys
from typing import TYPE_CHECKING, Any

from twinwheel.rollout import files
from twinwheel.rollout.layout import COMPONENTS, HEADER, MAGIC, SIZE
from twinwheel.rollout.page import Page
from twinwheel.rollout.plausible import is_sound

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["open_page"]

_ABOUT = 16
"""Offset of what the page is of: the length of a JSON document, and the document."""


def open_page(path: Path, about: dict[str, Any] | None = None) -> Page:
    """Map a page, making it if there is none.

    Args:
        path: From ``files.page_path``.
        about: What a new page is of. Without it none is made.

    Raises:
        RolloutError: TW611 when the folder or the file is another's, a link, or no page.
    """
    try:
        if about is not None:
            files.make(path, _header(about).ljust(SIZE, b"\0"))
        with files.open_own(path) as file:
            file_info = os.fstat(file.fileno())
            if file_info.st_size != SIZE:
                raise files.refused(path, f"it has {file_info.st_size:,} bytes, not {SIZE:,}")
            memory = mmap.mmap(file.fileno(), SIZE)
    except OSError as error:
        raise files.refused(path, f"it cannot be opened ({error.strerror})") from None
    found = _read_header(memory)
    if found is None or (about is not None and found != about):
        memory.close()
        why = "it is no page of this version" if found is None else "it is of another package"
        raise files.refused(path, why)
    # Windows removes no file that is mapped.
    page = Page(memory, found, path, 0 if sys.platform == "win32" else file_info.st_ino)
    if not is_sound(page):
        raise files.refused(path, "its numbers make no sense")
    return page


def _header(about: dict[str, Any]) -> bytes:
    document = json.dumps(about).encode()
    header = MAGIC + bytes(8) + struct.pack("=Q", len(document)) + document
    if len(header) > HEADER:
        raise ValueError(f"the names of the components are longer than {HEADER} bytes")
    return header


def _read_header(memory: mmap.mmap) -> dict[str, Any] | None:
    if memory[: len(MAGIC)] != MAGIC:
        return None
    (length,) = struct.unpack_from("=Q", memory, _ABOUT)
    begin = _ABOUT + 8
    if length > HEADER - begin:
        return None
    try:
        found = json.loads(memory[begin : begin + length])
        names = [
            found["package"],
            *(each for some in found["components"].values() for each in some),
        ]
        fits = len(found["components"]) <= COMPONENTS and all(isinstance(n, str) for n in names)
        return dict(found) if fits else None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
