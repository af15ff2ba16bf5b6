"""``twinwheel verify``: what is compared, what it writes where, and how long it takes."""

from __future__ import annotations

import json
import os
import sys
import time
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path
from typing import Any

import pytest
from support.commands import Run
from support.twins import SOURCE, Maker
from support.two_modules import HANGS, LEFT, SAME, WRONG, modules
from verify.making import wheel

from twinwheel.cli.verify.work import merged
from twinwheel.verify.findings import Searched

SIDES = ("--control", "left", "--candidate", "right")
QUICK = ("--seconds", "0.6", "--save", "")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose modules can be imported."""
    folder = modules(tmp_path / "modules", left=LEFT, right=WRONG, same=SAME, hangs=HANGS)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(SOURCE)]))
    return folder


def verified(run: Run, *words: str | Path, code: int = 1) -> dict[str, Any]:
    """Run it, and give the report as data; standard error is to be empty."""
    done = run("verify", *words, "--output-format", "json")
    assert done.code == code, done.err
    assert done.err == ""
    report: dict[str, Any] = json.loads(done.out)
    return report


def components(report: dict[str, Any]) -> set[str]:
    return {each["component"] for each in report["searched"]}


def found(report: dict[str, Any]) -> set[str]:
    """The components with a difference: of which kinds depends on what chance brings, too."""
    return {each["component"] for each in report["findings"]}


def test_two_modules_that_differ(run: Run, folder: Path) -> None:
    report = verified(run, *SIDES, *QUICK)
    assert found(report) == {"total"}
    assert components(report) == {"Box", "backwards", "total"}
    assert report["findings"][0]["reproducer"] == ""
    assert not Path(".twinwheel").exists()
    assert report["limits"]["time"] == "0.6 s"


def test_two_modules_that_do_not(run: Run, folder: Path) -> None:
    report = verified(run, "--control", "left", "--candidate", "same", *QUICK, code=0)
    assert report["findings"] == []
    assert report["interrupted"] is False


def test_two_candidates_have_one_row_for_each_component(run: Run, folder: Path) -> None:
    report = verified(run, *SIDES, "--candidate", "same", *QUICK)
    assert [each["name"] for each in report["sides"]] == ["left", "right", "same"]
    assert sorted(each["component"] for each in report["searched"]) == ["Box", "backwards", "total"]
    assert {each["candidate_name"] for each in report["findings"]} == {"right"}


def test_only_the_components_that_were_asked_for(run: Run, folder: Path) -> None:
    report = verified(run, *SIDES, *QUICK, "--component", "backwards", code=0)
    assert components(report) == {"backwards"}
    report = verified(run, *SIDES, *QUICK, "--component", "Box.twice", code=0)
    assert components(report) == {"Box"}


def test_surface_alone_makes_no_search(run: Run, folder: Path) -> None:
    (folder / "less.py").write_text(LEFT.replace("def total", "def sum_of"))
    report = verified(run, "surface", "--control", "left", "--candidate", "less", "--save", "")
    assert found(report) == {"total"}
    assert "time" not in report["limits"]
    report = verified(
        run, "surface", "--control", "left", "--candidate", "less", "--component", "Box", code=0
    )
    assert components(report) == {"Box"}


def test_search_alone_does_not_look_at_the_names(run: Run, folder: Path) -> None:
    (folder / "less.py").write_text(LEFT.replace("def total", "def sum_of"))
    report = verified(run, "search", "--control", "left", "--candidate", "less", *QUICK, code=0)
    assert components(report) == {"Box", "backwards"}


def test_what_is_saved_is_met_first_next_time(run: Run, folder: Path) -> None:
    """Its seed alone would not have it: nothing is drawn in the second run."""
    words = ("search", "--control", "one", "--candidate", "two", "--save", "kept")
    body = "def check(text: str) -> int:\n    return {}\n"
    modules(folder, one=body.format("0"), two=body.format("int(len(text) == 3)"))
    first = verified(run, *words, "--seconds", "1")
    scripts = {str(each) for each in Path("kept/one").glob("finding_*.py")}
    assert {each["reproducer"] for each in first["findings"]} == scripts
    assert len(list(Path("kept/one").glob("test_finding_*.py"))) == len(scripts)
    again = verified(run, *words, "--seconds", "0.3")
    assert {each["id"] for each in again["findings"]} >= {first["findings"][0]["id"]}


def test_the_seed_is_that_of_the_report(run: Run, folder: Path) -> None:
    report = verified(run, *SIDES, *QUICK, "--seed", "7")
    assert report["seed"] == 7
    assert "--seed" in report["again"]


def test_messages_count_when_they_are_asked_for(run: Run, folder: Path) -> None:
    body = "def check(text: str) -> None:\n    raise ValueError({!r})\n"
    modules(folder, one=body.format("no"), two=body.format("never"))
    words = ("--control", "one", "--candidate", "two", *QUICK)
    verified(run, *words, code=0)
    assert found(verified(run, *words, "--messages")) == {"check"}


def test_a_file_of_strategies_is_drawn_from(run: Run, folder: Path) -> None:
    """What only its argument reaches is found."""
    body = "def check(text):\n    return {}\n"
    modules(folder, one=body.format("0"), two=body.format("int(text == 'needle in it')"))
    text = (
        "from hypothesis import strategies as st\n"
        "from twinwheel.verify import arguments\n"
        "@arguments('check')\n"
        "def texts():\n    return st.tuples(st.just('needle in it'))\n"
    )
    words = ("--control", "one", "--candidate", "two", *QUICK)
    verified(run, *words, code=0)
    Path("mine.py").write_text(text)
    assert found(verified(run, *words, "--strategies", "mine.py")) == {"check"}


def test_a_file_of_strategies_that_fails_is_one_error(run: Run, folder: Path) -> None:
    """Here by its default name."""
    Path("twinwheel_verify.py").write_text("1 / 0\n")
    done = run("verify", *SIDES, *QUICK)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error[TW744]: ")
    assert "ZeroDivisionError" in done.err


def test_two_words_are_the_control_and_the_candidate(run: Run, folder: Path) -> None:
    report = verified(run, "search", "left", "right", *QUICK)
    assert [each["name"] for each in report["sides"]] == ["left", "right"]
    assert found(report) == {"total"}


PROGRAM = "import left; left.total([1, 2]); left.backwards('needle'); left.total([3])"


@pytest.mark.parametrize("words", [("left",), SIDES, ("left", *SIDES)])
def test_recorded_calls_are_kept_and_counted(
    run: Run, folder: Path, words: tuple[str, ...]
) -> None:
    """Of anything that can be imported: the command needs one implementation only."""
    done = run("verify", "record", *words, "--", sys.executable, "-c", PROGRAM)
    assert done.code == 0, done.err
    assert "total: 2 different calls" in done.out
    assert "the search of left begins with them" in done.out
    assert Path(".twinwheel/verify/left/recorded.calls").is_file()


def test_what_is_not_there_cannot_be_recorded(run: Run, folder: Path) -> None:
    done = run("verify", "record", "nowhere", "--", sys.executable, "-c", PROGRAM)
    assert (done.code, done.out) == (2, "")
    assert "error[TW701]: nowhere cannot be imported" in done.err
    done = run("verify", "record", "same", "--", sys.executable, "-c", PROGRAM)
    assert (done.code, done.out) == (1, "no call of same was met\n")


LOCK = """
def unlock(text: str) -> int:
    if not text.startswith("k-4711-0815-"):
        raise ValueError(text)
    return {answer}
"""


def test_a_comparison_of_releases_begins_with_what_was_recorded(run: Run, folder: Path) -> None:
    """The distribution has another name than what is imported, and the function is beside it."""
    files = {"lock/__init__.py": "from _lock import unlock\n"}
    for version, answer in (("1.0", "len(text)"), ("2.0", "len(text) % 7")):
        source = LOCK.format(answer=answer)
        wheel(folder / "wheels", "Key-Lock", version, {**files, "_lock.py": source})
    one, two = sorted((folder / "wheels").glob("*.whl"))
    with zipfile.ZipFile(one) as file:
        file.extractall(folder)
    program = "import lock; lock.unlock('k-4711-0815-a')"
    sides = ("--control", "key-lock==1.0", "--candidate", "key-lock==2.0")
    done = run("verify", "record", *sides, "--", sys.executable, "-c", program)
    assert done.code == 0, done.err
    assert "the search of lock begins with them" in done.out
    words = ("search", "--control", str(one), "--candidate", str(two), "--seconds", "1")
    assert found(verified(run, *words)) == {"unlock"}


def test_accepted_differences_and_stale_ones(run: Run, folder: Path) -> None:
    entry = '[[accepted]]\ncomponent = "{}"\nkind = "missing name"\nreason = "so it is"\n'
    (folder / "less.py").write_text(LEFT.replace("def total", "def sum_of"))
    words = ("surface", "--control", "left", "--candidate", "less", "--save", "")
    Path("twinwheel-accepted.toml").write_text(entry.format("total"))
    verified(run, *words, code=0)
    Path("other.toml").write_text(entry.format("total") + entry.format("Box"))
    verified(run, *words, "--accepted", "other.toml", code=0)
    verified(run, *words, "--accepted", "other.toml", "--strict", code=1)


def test_each_format_is_alone_on_standard_output(run: Run, folder: Path) -> None:
    words = ("surface", *SIDES, "--save", "")
    done = run("verify", *words, "--output-format", "junit")
    assert done.err == ""
    assert ET.fromstring(done.out).tag in ("testsuites", "testsuite")
    done = run("verify", *words, "--output-format", "github")
    assert all(line.startswith("::") for line in done.out.splitlines())
    done = run("verify", *words, "--output-format", "html")
    assert done.out.startswith("<!doctype html>")
    done = run("verify", *words, "--output-format", "concise")
    assert "No difference was found" in done.out


def test_the_report_goes_to_files_and_nowhere_else(run: Run, folder: Path) -> None:
    words = ("surface", *SIDES, "--save", "", "--html", "new/page.html")
    done = run("verify", *words, "--output", "new/report.json", "--output-format", "json")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert json.loads(Path("new/report.json").read_text())["package"] == "left"
    assert Path("new/page.html").read_text().startswith("<!doctype html>")


def test_a_twin_package_and_one_of_its_implementations(
    run: Run, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = "def double(value: int) -> int:\n    return 2 * value{}\n"
    twin = make(
        components=["double"],
        sources={"rust": body.format(" % 1000"), "c": body.format(""), "python": body.format("")},
    )
    monkeypatch.setenv("PYTHONPATH", str(twin.folder))
    report = verified(run, "twin", "--candidate", "rust", "--control", "python", *QUICK)
    assert [each["name"] for each in report["sides"]] == ["python", "rust"]
    assert found(report) == {"double"}


def test_several_modules_name_their_components(run: Run, folder: Path) -> None:
    """A package whose modules have counterparts in Python, as many packages with pairs have."""
    package = folder / "paired"
    for version, source in (("1.0", LEFT), ("2.0", WRONG)):
        files = {
            "paired/__init__.py": "",
            "paired/first.py": source,
            "paired/second.py": source.replace("backwards", "turned"),
        }
        wheel(package, "paired", version, files)
    one, two = sorted(package.glob("*.whl"))
    words = ("--control", one, "--candidate", two, "--seconds", "2", "--save", "")
    modules_ = ("--module", "paired.first", "--module", "paired.second")
    report = verified(run, *map(str, words), *modules_)
    assert found(report) == {"paired.first.total", "paired.second.total"}
    assert "paired.second.turned" in components(report)
    narrowed = verified(
        run, "surface", *map(str, words), *modules_, "--component", "paired.first.total", code=0
    )
    assert components(narrowed) == {"paired.first.total"}


def test_it_ends_in_time_whatever_hangs(run: Run, folder: Path) -> None:
    """Each call of one component hangs, and each of the other takes long."""
    slow = "import time\ndef nap(number: int) -> int:\n    time.sleep(0.2)\n    return number\n"
    modules(folder, one=LEFT + slow, two=HANGS + slow)
    begin = time.monotonic()
    report = verified(
        run, "--control", "one", "--candidate", "two", "--seconds", "4", "--call-seconds", "0.5"
    )
    assert time.monotonic() - begin < 4 + 2 + 4  # the grace, and starting
    assert "hang" in {each["kind"] for each in report["findings"]}
    assert any("no time was left" in each or "time was over" in each for each in report["notes"])


def test_rows_of_several_candidates_are_one() -> None:
    rows = merged(
        [
            Searched("f", comparisons=1, sources=("surface",)),
            Searched("g", comparisons=1, sources=("surface",)),
            Searched("f", comparisons=10, largest="9 items", sources=("stub",), note="one"),
            Searched("f", comparisons=5, largest="1,000 items", sources=("recorded",), note="two"),
        ]
    )
    assert rows == [
        Searched(
            "f",
            comparisons=15,
            largest="1,000 items",
            sources=("recorded", "stub"),
            note="one; two",
        ),
        Searched("g", comparisons=1, sources=("surface",)),
    ]
