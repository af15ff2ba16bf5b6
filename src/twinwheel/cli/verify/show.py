"""A report on the terminal, and in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.cli.files import make_folder, write_whole
from twinwheel.verify.reports import render

if TYPE_CHECKING:
    from pathlib import Path

    from twinwheel.cli.output import Output
    from twinwheel.verify.findings import Report

__all__ = ["save", "show"]


def show(report: Report, form: str, output: Output) -> None:
    """Write a report to standard output, once all of it is made.

    Args:
        report: What was found; accepted differences are already set apart.
        form: One of ``twinwheel.verify.reports.FORMATS``.
        output: Where it goes; colours are for ``full`` alone.

    Raises:
        VerifyError: TW766 when the form is ``html`` and Jinja is not installed.
    """
    if form == "full":
        from twinwheel.verify.reports.full import full_lines, marks_for

        for line in list(full_lines(report, output.width, marks_for(output.encoding))):
            output.pieces(line)
    else:
        output.text(render(report, form))


def save(report: Report, form: str, path: Path) -> None:
    """Write a report to a file: whole, or not at all. Its folder is made.

    Raises:
        CommandError: TW515 when it cannot be written.
        VerifyError: TW766 when the form is ``html`` and Jinja is not installed.
    """
    content = render(report, form).encode("utf-8")
    target = path.resolve()  # a link stays one, and what it leads to is written
    if target.exists() and not target.is_file() and not target.is_dir():
        target.write_bytes(content)  # a pipe or a device is written to, and never replaced
    else:
        make_folder(target.parent)
        write_whole(target, content)
