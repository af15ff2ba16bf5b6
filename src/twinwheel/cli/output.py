"""What goes to the terminal: one place decides on tables, colours and closed pipes.

With rich, and where colour is wanted, tables are drawn by rich. Else they are plain text, which is
what another program gets to read. No text is ever taken for markup.
"""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import sys
from typing import TYPE_CHECKING, NamedTuple, TextIO

from twinwheel.cli.prose import parts_of, wrap
from twinwheel.errors import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console, RenderableType

    from twinwheel.errors import TwinwheelError

__all__ = ["COLOURS", "Cell", "Column", "Output"]

COLOURS = ("auto", "always", "never")

STYLES = {
    "": "",
    "good": "green",
    "bad": "bold red",
    "code": "cyan",
    "dim": "dim",
    "title": "bold",
}
"""Name of each style, and how rich spells it."""

UNSTYLED_WIDTH = 100

CLOSED_PIPE = (errno.EPIPE, errno.EINVAL) if sys.platform == "win32" else (errno.EPIPE,)


class Cell(NamedTuple):
    """Text in a table, with one of ``STYLES``."""

    text: str
    style: str = ""


class Column(NamedTuple):
    """A table's column."""

    name: str
    right: bool = False
    """Aligned to the right, as numbers are."""


class Output:
    """Writes to standard output, and errors to standard error.

    A reader that closes the pipe early has read enough: what follows is dropped, and the command
    goes on to its own exit code.
    """

    def __init__(self, color: str = "auto") -> None:
        self._muted = sys.stdout is None
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # a name that cannot be encoded is no crash
                stream.reconfigure(errors="backslashreplace")
        self._console = _console(sys.stdout, color)
        self._error_console = _console(sys.stderr, color)

    @property
    def width(self) -> int:
        """Columns of a line that is easy to read, and that fits."""
        if sys.stdout is not None and sys.stdout.isatty():
            return min(UNSTYLED_WIDTH, shutil.get_terminal_size().columns)
        return UNSTYLED_WIDTH

    @property
    def encoding(self) -> str:
        """What the output can hold, by the name of its encoding."""
        return getattr(sys.stdout, "encoding", None) or "ascii"

    def line(self, text: str = "", style: str = "") -> None:
        """Write one line in one style."""
        if self._console is None or not style:
            self._write(f"{text}\n")
        else:
            from rich.text import Text

            self._write(f"{_drawn(self._console, Text(text, STYLES[style]))}\n")

    def pieces(self, pieces: Iterable[tuple[str, str]]) -> None:
        """Write one line of pieces: the text of each, and its style."""
        if self._console is None:
            self._write("".join(text for text, _ in pieces).rstrip() + "\n")
        else:
            from rich.text import Text

            styled = Text.assemble(*((text, STYLES[style]) for text, style in pieces))
            self._write(f"{_drawn(self._console, styled)}\n")

    def text(self, text: str) -> None:
        """Write a text as it is."""
        self._write(text)

    def paragraph(self, text: str) -> None:
        """Write a paragraph, in lines of a readable length; code in it stands in backticks."""
        for line in wrap(text, self.width):
            if self._console is None:
                self._write(f"{line}\n")
            else:
                from rich.text import Text

                pieces = [(part, STYLES["code"] if code else "") for part, code in parts_of(line)]
                self._write(f"{_drawn(self._console, Text.assemble(*pieces))}\n")

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell | str]]) -> None:
        """Write a table; a cell is a ``Cell`` or plain text."""
        cells = [[Cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows]
        if self._console is None:
            self._write(_plain_table(columns, cells))
        else:
            self._write(_rich_table(self._console, columns, cells))

    def json(self, data: object) -> None:
        """Write data as JSON and nothing else."""
        self._write(json.dumps(data, indent=2) + "\n")

    def progress(self, text: str) -> None:
        """Show on a terminal what is going on, in place of what was shown; empty text clears it."""
        if sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            sys.stderr.write(f"\r\033[K{text}")
            sys.stderr.flush()

    def remark(self, pieces: Iterable[tuple[str, str]]) -> None:
        """Write a line to standard error if that is a terminal, in place of the progress there."""
        if sys.stderr is None or not sys.stderr.isatty():
            return
        if self._error_console is None:
            line = "".join(text for text, _ in pieces)
        else:
            from rich.text import Text

            styled = Text.assemble(*((text, STYLES[style]) for text, style in pieces))
            line = _drawn(self._error_console, styled)
        self.progress("")
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def error(self, error: TwinwheelError) -> None:
        """Write a coded error to standard error, and how to learn more of it."""
        first = f"error[{error.code}]: "
        details = {"where": error.where, "accepted": error.accepted, "help": error.help}
        rest = [error.message]
        rest += [f"  {label + ':':9} {text}" for label, text in details.items() if text]
        more = f"  for more: twinwheel explain {error.code}"
        if self._error_console is not None:
            from rich.text import Text

            first = _drawn(self._error_console, Text(first, STYLES["bad"]))
            more = _drawn(self._error_console, Text(more, STYLES["dim"]))
        if sys.stderr is not None:
            try:
                sys.stderr.write(first + "\n".join([*rest, more]) + "\n")
                sys.stderr.flush()
            except OSError:  # there is nobody left to tell
                pass

    def finish(self) -> None:
        """Hand over what is still in the buffer."""
        self._write("")

    def _write(self, text: str) -> None:
        if self._muted:
            return
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as error:
            self._mute()
            if error.errno in CLOSED_PIPE:
                return
            raise CommandError(
                f"the output cannot be written: {error.strerror}",
                code="TW502",
                where="standard output",
            ) from None

    def _mute(self) -> None:
        """Write no more, at exit neither."""
        self._muted = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _console(stream: TextIO | None, color: str) -> Console | None:
    """Give a rich console to draw with, or None for plain text."""
    if stream is None or color == "never":
        return None
    if color == "auto" and (
        not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    ):
        return None
    try:
        from rich.console import Console
    except ImportError:
        return None
    console = Console(
        file=stream,
        width=None if stream.isatty() else UNSTYLED_WIDTH,
        force_terminal=True,
        color_system="standard",
        no_color=False,  # NO_COLOR was considered above
    )
    return None if console.legacy_windows else console  # that one draws by calls, not by characters


def _drawn(console: Console, what: RenderableType) -> str:
    with console.capture() as capture:
        console.print(what, highlight=False, markup=False, emoji=False, soft_wrap=True, end="")
    return capture.get()


def _rich_table(console: Console, columns: Sequence[Column], rows: list[list[Cell]]) -> str:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            Text(column.name), justify="right" if column.right else "left", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(cell.text, STYLES[cell.style]) for cell in row))
    with console.capture() as capture:
        console.print(table)
    return capture.get()


def _plain_table(columns: Sequence[Column], rows: list[list[Cell]]) -> str:
    widths = [
        max(len(column.name), *(len(row[index].text) for row in rows), 0)
        for index, column in enumerate(columns)
    ]
    lines = [[column.name for column in columns], ["-" * width for width in widths]]
    lines += [[cell.text for cell in row] for row in rows]
    return "".join(
        "  ".join(
            text.rjust(width) if column.right else text.ljust(width)
            for text, width, column in zip(line, widths, columns, strict=True)
        ).rstrip()
        + "\n"
        for line in lines
    )
