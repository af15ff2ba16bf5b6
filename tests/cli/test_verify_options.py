"""``twinwheel verify``: what its words and options may be, and what is said of others."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from support.commands import Run, finish, start
from support.two_modules import LEFT, SAME, WRONG, modules

from twinwheel.cli.verify import _USAGE
from twinwheel.verify.search import seconds_for

SIDES = ("--control", "left", "--candidate", "right")
QUICK = ("--seconds", "1", "--save", "")


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two modules that differ, which can be imported."""
    folder = modules(tmp_path / "modules", left=LEFT, right=WRONG, same=SAME)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


def one_error(err: str) -> str:
    """The code of the one error that there is."""
    (code,) = re.findall(r"^error\[(TW\d{3})\]: ", err, re.MULTILINE)
    return str(code)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--seconds", "0"], "--seconds: '0' is no number above 0"),
        (["--seconds", "-1"], "--seconds: '-1' is no number above 0"),
        (["--seconds", "nan"], "--seconds: 'nan' is no number above 0"),
        (["--seconds", "inf"], "--seconds: 'inf' is no number above 0"),
        (["--seconds", "1e10"], "--seconds: '1e10' is no number above 0 and up to 1,000,000,000"),
        (["--seconds", "soon"], "--seconds: 'soon' is no number"),
        (["--call-seconds", "0"], "--call-seconds: '0'"),
        (["--memory", "1e300"], "--memory: '1e300'"),
        (["--seed", "x"], "--seed: invalid int value: 'x'"),
        (["--output-format", "xml"], "--output-format: invalid choice: 'xml'"),
        (["--component", ""], "--component: it is empty"),
        (["--module", " "], "--module: it is empty"),
        (["--control", ""], "--control: it is empty"),
        (["--candidate", ""], "--candidate: it is empty"),
        (["--python", ""], "--python: it is empty"),
        (["--output", ""], "--output: it is empty"),
        (["--html", ""], "--html: it is empty"),
        (["--accepted", ""], "--accepted: it is empty"),
        (["--strategies", ""], "--strategies: it is empty"),
        (["--tests", ""], "--tests: it is empty"),
        ([""], "WORD: it is empty"),
        (["--sekonds", "3"], "unrecognized arguments: --sekonds"),
        (["--seconds"], "--seconds: expected one argument"),
    ],
)
def test_a_value_that_is_not_accepted_is_a_usage_error(
    run: Run, words: list[str], says: str
) -> None:
    done = run("verify", *words)
    assert (done.code, done.out) == (2, "")
    where, _, what = says.rpartition(": ") if says.startswith(("--", "WORD")) else ("", "", says)
    where, _, before = where.partition(": ")
    assert done.err.startswith(f"error[TW519]: {before or what}")
    assert what in done.err
    assert f"  where:    {where or 'the command line'}\n" in done.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["search"], "TW700", "there is nothing to verify"),
        (["left", "right", "more"], "TW517", "what is 'right'?"),
        (["left", "right", "a b"], "TW517", "--control left --candidate right 'a b'"),
        (["left", "right", "--candidate", "right"], "TW517", "what is 'right'?"),
        (["record", "left", "right", "--", "true"], "TW517", "what is 'right'?"),
        (["left", "--", "-x"], "TW517", "only suite and record take words after --"),
        (["left", "--tests", "tests"], "TW517", "--tests is for suite alone"),
        (["record", "left"], "TW518", "there is nothing to record"),
        (["record", "--", "true"], "TW518", "there is nothing to record"),
        (["record", "left", "--save", "", "--", "true"], "TW518", "there is no place"),
        (["./not-there"], "TW701", "there is no ./not-there"),
        (["left", "--strategies", "none.py"], "TW745", "there is no such file of strategies"),
        (["left", "--accepted", "none.toml"], "TW760", "none.toml"),
        (["left", "--output", "."], "TW515", "it is a folder"),
        (["left", "--html", "."], "TW515", "it is a folder"),
        (["left", "--python", "./no-python"], "TW705", "no-python"),
    ],
)
def test_words_that_mean_nothing_are_one_coded_error(
    run: Run, pair: Path, words: list[str], code: str, says: str
) -> None:
    done = run("verify", *words)
    assert (done.code, done.out) == (2, "")
    assert one_error(done.err) == code
    assert says in done.err


def test_words_and_options_may_stand_in_any_order(run: Run, pair: Path) -> None:
    done = run("verify", "--seconds", "1", "surface", "--save", "", "--control", "left", *SIDES[2:])
    assert done.code == 0
    done = run("verify", "left", "--seconds", "1", "right", "--save", "", "more")
    assert "what is 'right'?" in done.err


@pytest.mark.parametrize("option", ["--output", "--html", "--save"])
def test_a_place_that_cannot_be_written_to_is_found_before_the_search(
    run: Run, pair: Path, tmp_path: Path, option: str
) -> None:
    """A file is in the way of the folder: so it is for whoever may write anywhere, too."""
    (tmp_path / "file").touch()
    done = run("verify", *SIDES, option, tmp_path / "file" / "inner" / "report", "--seconds", "60")
    assert (done.code, done.out) == ((3 if option == "--save" else 2), "")
    assert one_error(done.err) == ("TW743" if option == "--save" else "TW515")
    assert f"{tmp_path / 'file'} is no folder" in done.err


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="may write anywhere")
@pytest.mark.parametrize("option", ["--output", "--html", "--save"])
def test_a_folder_that_is_read_only_is_found_before_the_search(
    run: Run, pair: Path, tmp_path: Path, option: str
) -> None:
    (tmp_path / "closed").mkdir(mode=0o555)
    done = run("verify", *SIDES, option, tmp_path / "closed" / "report", "--seconds", "60")
    assert done.code == (3 if option == "--save" else 2)
    assert "may not be written to" in done.err


def test_a_component_that_is_not_there_is_told_with_those_that_are(run: Run, pair: Path) -> None:
    done = run("verify", *SIDES, *QUICK, "--component", "total", "--component", "totl")
    assert (done.code, done.out) == (2, "")
    assert one_error(done.err) == "TW747"
    assert "no component 'totl'" in done.err
    assert "accepted: Box, backwards, total\n" in done.err


@pytest.mark.parametrize("missing", ["packaging", "psutil", "rich", "jinja2"])
def test_without_the_extra_one_error_says_what_to_install(tmp_path: Path, missing: str) -> None:
    done = finish(start("verify", "markupsafe", cwd=tmp_path, blocked=(missing,)))
    assert (done.code, done.out) == (3, "")
    assert one_error(done.err) == "TW746"
    assert f"not installed: {missing}\n" in done.err
    assert "help:     pip install 'twinwheel[verify]'" in done.err


def test_help_and_usage_need_no_extra(tmp_path: Path) -> None:
    blocked = ("packaging", "psutil", "rich", "jinja2", "hypothesis", "pytest")
    done = finish(start("verify", "--help", cwd=tmp_path, blocked=blocked))
    assert (done.code, done.err) == (0, "")
    done = finish(start("verify", "a", "b", "c", cwd=tmp_path, blocked=blocked))
    assert one_error(done.err) == "TW517"


def test_help_has_each_action_and_option_and_how_long_it_takes(run: Run) -> None:
    text = " ".join(run("verify", "--help").out.split())
    assert text.startswith(f"usage: {_USAGE}")
    for word in ("surface", "search", "suite", "record", "exit codes:", "examples:", "Ctrl-C"):
        assert word in text
    assert "default: 45, or 1.4 for each component and candidate" in text
    assert "never more than 100" in text


@pytest.mark.parametrize(
    ("count", "seconds"), [(0, 45), (5, 45), (32, 45), (33, 46.2), (60, 84), (72, 100), (900, 100)]
)
def test_the_time_goes_by_the_number_of_components(count: int, seconds: float) -> None:
    assert seconds_for(count) == pytest.approx(seconds)
