"""``twinwheel verify`` on the gallery: it finds the bugs, and nothing where there is none."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from support.gallery import Bug, gallery_bugs, gallery_environ, gallery_python

if TYPE_CHECKING:
    from pathlib import Path

BUGS = {bug.name: bug for bug in gallery_bugs()}
SAMPLE = ("checksum-block", "match-cache", "xor-null", "window-stale", "constant-differs")
"""One of each way that a difference is met in: a size, a history, a death, a buffer, a name."""
WITH_MESSAGES = ("loads-message",)
"""Bugs that show in what exceptions say alone, which is not compared by default."""
WITHIN = 120.0
"""Seconds that finding a bug may take."""


def verify(
    config: pytest.Config, folder: Path, bug: str, *options: str, **variables: str
) -> tuple[int, dict[str, Any], float]:
    """Run it as a user would; give the exit code, the report, and how long it took."""
    begin = time.monotonic()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "twinwheel", "verify", *options, "gallery"),
            *("--control", "c", "--candidate", "rust"),
            *("--python", str(gallery_python(config)), "--output-format", "json", "--save", ""),
        ],
        cwd=folder,
        env={**gallery_environ(bug, **variables), "PYTHONPATH": gallery_source()},
        capture_output=True,
        text=True,
        timeout=10 * 60,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), time.monotonic() - begin


def gallery_source() -> str:
    """The twinwheel under test, for the process that searches."""
    from support.twins import SOURCE

    return str(SOURCE)


def is_found(bug: Bug, report: dict[str, Any]) -> bool:
    """Is there a finding that names the bug's component and its class?"""
    return any(
        finding["kind"] in bug.kind and bug.component in finding["component"]
        for finding in report["findings"]
    )


@pytest.mark.parametrize("name", SAMPLE)
def test_a_bug_is_found_in_its_component(
    name: str, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    bug = BUGS[name]
    options = ["--seconds", "4", "--component", bug.component]
    if bug.kind[0] == "surface":
        options = ["surface"]
    code, report, _ = verify(pytestconfig, tmp_path, name, *options, **bug.environment)
    assert is_found(bug, report), report["findings"]
    assert code == 1


def test_where_there_is_no_bug_nothing_is_found(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    code, report, _ = verify(pytestconfig, tmp_path, "", "--seconds", "8")
    assert report["findings"] == []
    assert code == 0


@pytest.mark.gallery
@pytest.mark.parametrize("name", BUGS)
def test_each_bug_is_found_by_default(
    name: str, pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    bug = BUGS[name]
    options = ("--messages",) if name in WITH_MESSAGES else ()
    code, report, seconds = verify(pytestconfig, tmp_path, name, *options, **bug.environment)
    print(f"{name}: {seconds:.0f} s, {[each['kind'] for each in report['findings']]}")
    assert is_found(bug, report), report["findings"]
    assert code == 1
    assert seconds < WITHIN


@pytest.mark.gallery
@pytest.mark.parametrize("seed", range(10))
def test_a_clean_pair_stays_clean(seed: int, pytestconfig: pytest.Config, tmp_path: Path) -> None:
    code, report, _ = verify(pytestconfig, tmp_path, "", "--seed", str(seed))
    assert report["findings"] == []
    assert code == 0
