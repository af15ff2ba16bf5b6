"""What is told of a run while it goes on."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from verify.twins import twins

from twinwheel.cli.output import Output
from twinwheel.cli.verify.progress import Progress
from twinwheel.verify.subjects import Resolved


def test_away_from_a_terminal_a_line_is_written_now_and_then(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sides = twins(tmp_path, "", "")
    resolved = Resolved("control", sides, (sides,), (False, False))
    told = ""
    with Progress(Output("never"), every=0.02) as progress:
        progress.of_search(0, resolved)("loads", 1_234, 2, 0.5)
        end = time.monotonic() + 10
        while told.count("\n") < 2 and time.monotonic() < end:
            time.sleep(0.01)
            told += capsys.readouterr().err
    lines = told.splitlines()
    assert len(lines) >= 2
    assert all(
        re.fullmatch(r" +\d+ s  1,234 comparisons, 2 findings: loads", each) for each in lines
    )


def test_a_short_run_says_nothing_there(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(Output("never")) as progress:
        progress.say("looking for what is to be compared")
    assert capsys.readouterr().err == ""
