"""Comparing how two builds failed: the exit code and the messages."""

from __future__ import annotations

import re
from pathlib import Path

from conformance.runs import Run

__all__ = ["compare_failures", "last_error"]

_FRAME = re.compile(r'^( +|\s*\|\s+)(File ".*|.*\^+.*|\S.*)$')
# twinwheel's own error when a builder fails: why it did stands above.
_BUILDER_FAILED = "error[TW301]"
_NUMBER_OF_SECONDS = re.compile(r"\b\d+\.\d+ ?(s|seconds?)\b")
# What Cargo says of its work depends on what is compiled already.
_CARGO = re.compile(
    r"^\s+(Compiling|Downloading|Downloaded|Fresh|Checking|Finished|Blocking|Locking|Updating|Adding"
    r"|Building|Dirty)\s"
)


def compare_failures(theirs: Run, ours: Run, temporary: Path) -> list[str]:
    """Compare two builds of which at least one failed.

    A traceback is compared by its last line: the frames name the caller.

    Args:
        theirs: Upstream's.
        ours: twinwheel's.
        temporary: The folder of temporary files, whose names are drawn by lot.
    """
    found = []
    if theirs.code != ours.code:
        found.append(f"exit code: {theirs.code}, {ours.code}")
    one, other = (_lines(run.text, temporary) for run in (theirs, ours))
    missing = [line for line in one if line not in other]
    extra = [line for line in other if line not in one]
    found += [f"message missing: {line.strip()}" for line in missing[:3]]
    found += [f"message too many: {line.strip()}" for line in extra[:3]]
    if not missing and not extra and one != other and theirs.code:
        found.append("messages in another order")
    return found


def last_error(text: str) -> str:
    """Return the line that says best what went wrong."""
    lines = [line.strip(" |") for line in text.splitlines() if re.search(r"[A-Za-z]", line)]
    lines = [line for line in lines if _BUILDER_FAILED not in line] or lines
    for pattern in (r"error\[", r"Caused by:|Error: (?!command)", r"rror|fail"):
        found = [line for line in lines if re.search(pattern, line)]
        if found:
            return found[-1]
    return (lines or [""])[-1]


def _lines(text: str, temporary: Path) -> list[str]:
    text = re.sub(re.escape(str(temporary)) + r"/[^\s/'\"]+", "<temporary>", text)
    text = _NUMBER_OF_SECONDS.sub("<seconds>", text)
    lines: list[str] = []
    in_traceback = False
    for line in text.splitlines():
        if "Traceback (most recent call last)" in line:
            in_traceback = True
            lines.append("Traceback")
            continue
        if in_traceback and _FRAME.match(line):
            continue
        in_traceback = False
        if line.strip() and not _CARGO.match(line):
            lines.append(line.rstrip())
    return lines
