"""One report, six forms: for a terminal, a log, a program, a service, a pull request, a browser.

What each says is worded and counted in ``facts``; what comes from foreign code goes through
``text`` first, so that it can be read and does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.verify.reports.facts import exit_code

if TYPE_CHECKING:
    from twinwheel.verify.findings import Report

__all__ = ["FORMATS", "exit_code", "render"]

FORMATS = ("full", "concise", "json", "junit", "github", "html")


def render(report: Report, form: str) -> str:
    """Return the whole report in one form, without colours; whoever writes it, writes it whole.

    Args:
        report: What was found; accepted differences are already set apart.
        form: One of ``FORMATS``.

    Raises:
        VerifyError: TW766 when the form is ``html`` and Jinja is not installed.
        ValueError: There is no such form.
    """
    if form == "full":
        from twinwheel.verify.reports.full import full_text

        return full_text(report)
    if form == "concise":
        from twinwheel.verify.reports.concise import concise_text

        return concise_text(report)
    if form == "json":
        from twinwheel.verify.reports.json import json_text

        return json_text(report)
    if form == "junit":
        from twinwheel.verify.reports.junit import junit_text

        return junit_text(report)
    if form == "github":
        from twinwheel.verify.reports.github import github_text

        return github_text(report)
    if form == "html":
        from twinwheel.verify.reports.html import html_text

        return html_text(report)
    raise ValueError(f"{form!r} is none of {', '.join(FORMATS)}")
