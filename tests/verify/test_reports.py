"""The reports for a terminal, a log, a program, a service and a pull request."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import asdict, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify.report_samples import (
    HOSTILE,
    REPORTS,
    any_report,
    clean,
    hostile,
    many,
    nothing,
    several,
    suite,
)

from twinwheel.verify.findings import KINDS, Finding, Report, Searched, Side, TestRow
from twinwheel.verify.reports import FORMATS, exit_code, render
from twinwheel.verify.reports.facts import FAMILIES, facts_of, family_of
from twinwheel.verify.reports.full import ASCII, UNICODE, columns, full_lines, marks_for
from twinwheel.verify.reports.text import visible

OPEN = Finding(id="0123abcd", component="loads", kind="value", summary="they differ")
ACCEPTED = replace(OPEN, id="4567abcd", accepted="it is wanted")


# what is said of a run


def test_every_kind_weighs_something() -> None:
    ranked = [kind for kinds in FAMILIES.values() for kind in kinds]
    assert sorted(ranked) == sorted(KINDS)
    assert family_of("crash") == "fatal"
    assert family_of("no kind at all") == "wrong"


@pytest.mark.parametrize(
    ("report", "code", "strict"),
    [
        (clean(), 0, 0),
        (many(), 1, 1),
        (nothing(), 3, 3),
        (replace(clean(), stale=("gone",)), 0, 1),
        (replace(clean(), findings=(ACCEPTED,)), 0, 0),
        (replace(clean(), findings=(ACCEPTED, OPEN)), 1, 1),
        (replace(clean(), interrupted=True), 130, 130),
        (replace(clean(), interrupted=True, findings=(OPEN,)), 1, 1),
        (replace(nothing(), findings=(OPEN,)), 1, 1),
        (replace(nothing(), stale=("gone",)), 3, 3),
        (replace(suite(), findings=()), 0, 0),
        (Report(command="search", package="p", sides=()), 3, 3),
        (replace(nothing(), searched=(Searched("f", comparisons=9, skipped="?"),)), 3, 3),
        (replace(nothing(), searched=(Searched("f"),)), 3, 3),
    ],
)
def test_the_exit_code(report: Report, code: int, strict: int) -> None:
    assert exit_code(report) == code
    assert exit_code(report, strict=True) == strict


@pytest.mark.parametrize(
    ("report", "headline", "extent"),
    [
        (
            many(),
            "7 differences",
            "111,922 comparisons in 5 of 8 components in 58 s; 3 could not be searched",
        ),
        (clean(), "No difference was found", "111,282 comparisons in 4 of 4 components in 32 s"),
        (
            replace(clean(), findings=(ACCEPTED,)),
            "No difference was found that is not accepted (1 is)",
            "111,282 comparisons in 4 of 4 components in 32 s",
        ),
        (
            replace(clean(), interrupted=True),
            "No difference was found until it was stopped",
            "111,282 comparisons in 4 of 4 components in 32 s",
        ),
        (
            nothing(),
            "Nothing was compared",
            "0 comparisons in 0 of 9 components in 700 ms; 9 could not be searched",
        ),
        (suite(), "5 differences", "300 tests in 2 min 21 s"),
        (
            Report(command="search", package="p", sides=()),
            "Nothing was compared",
            "no component was there to be searched",
        ),
    ],
)
def test_the_verdict_says_what_was_searched(report: Report, headline: str, extent: str) -> None:
    facts = facts_of(report)
    assert (facts.headline, facts.extent) == (headline, extent)


@given(st.randoms())
def test_the_worst_comes_first_however_it_was_met(random: Any) -> None:
    report = several()
    shuffled = list(report.findings)
    random.shuffle(shuffled)
    facts = facts_of(replace(report, findings=tuple(shuffled)))
    assert facts.open == facts_of(report).open
    ranks = [list(FAMILIES).index(family_of(each.kind)) for each in facts.open]
    assert ranks == sorted(ranks)


# every form


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", REPORTS)
def test_every_report_can_be_written_in_every_form(name: str, form: str) -> None:
    text = render(REPORTS[name](), form)
    assert text.endswith("\n")
    assert text.encode("utf-8")
    assert text.replace("\n", "").isprintable()
    if form in ("json", "junit", "html"):
        assert text.isascii()


@pytest.mark.parametrize("form", [each for each in FORMATS if each != "json"])
def test_long_texts_are_shortened(form: str) -> None:
    assert len(render(hostile(), form)) < 500_000
    assert len(render(hostile(), "json")) > 1_000_000


def test_there_is_no_other_form() -> None:
    with pytest.raises(ValueError, match="'yaml' is none of full, concise, json"):
        render(clean(), "yaml")


def test_only_html_needs_more_than_the_standard_library() -> None:
    """In a process of its own, where what the extra brings cannot be imported."""
    program = """
import sys
for name in ("rich", "jinja2", "markupsafe", "hypothesis", "pytest", "psutil"):
    sys.modules[name] = None
from twinwheel.errors import VerifyError
from twinwheel.verify.findings import Report, Side
from twinwheel.verify.reports import FORMATS, render
report = Report(command="search", package="p", sides=(Side("c"), Side("rust")))
for form in FORMATS:
    try:
        assert render(report, form)
    except VerifyError as error:
        print(form, error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("html [TW766] the page cannot be made without Jinja\n")
    assert "  help:     pip install 'twinwheel[verify]'\n" in done.stdout


# full


def plain(report: Report, width: int = 100) -> list[str]:
    return ["".join(span.text for span in line) for line in full_lines(report, width)]


def test_the_terminal_is_told_all_there_is_to_know_of_a_finding() -> None:
    text = render(many(), "full")
    assert (
        """\
✗ exception type · dumps · a3340f19
  OverflowError where the control answers

  │ dumps(9223372036854775808)
  │
  │ python  returned '9223372036854775808'
  │ rust    raised OverflowError('int too big to convert')

  when  an integer of 2**63 or more
  seen  with 41 inputs
  show  python .twinwheel/verify/a3340f19.py
"""
        in text
    )


def test_the_terminal_is_told_what_was_searched_and_what_was_not() -> None:
    text = render(many(), "full")
    for line in (
        "Searched: 5 components, 111,922 comparisons",
        "  loads                51,904  65,537 bytes         23 s  stub, recorded, mutation",
        "Not searched: 3 components",
        "  load      it takes a file object of its own type, and none was recorded",
        "  unescape  the run ended before its turn",
        "Accepted: 1 difference",
        "Accepted, but did not occur",
        "  · twinwheel-accepted.toml, accepted 2, line 6: dumps: shape",
        "  · atheris is not installed, so the search was not guided by coverage.",
        "  time 60 s, one call 5 s, memory 2 GB, seed 20240817",
        "  again  twinwheel verify search fastjson --seed 20240817",
        '  reason = ""  # why is this difference wanted?',
    ):
        assert line in text.splitlines()


def test_the_last_line_is_the_verdict() -> None:
    for make, last in (
        (clean, "✓ No difference was found (111,282 comparisons in 4 of 4 components in 32 s)"),
        (suite, "✗ 5 differences (300 tests in 2 min 21 s)"),
        (several, "✗ 60 differences (27,952 comparisons in 17 of 17 components in 1 h 2 min)"),
    ):
        assert render(make(), "full").splitlines()[-1] == last
    assert render(nothing(), "full").splitlines()[-1].startswith("! Nothing was compared (0 comp")
    assert "It was stopped before its end" in render(several(), "full")


def test_tests_are_shown_side_by_side() -> None:
    lines = plain(suite())
    assert "Tests: 300, of which 295 have the same outcome" in lines
    assert "  4 only rust fails" in lines
    (row,) = [line for line in lines if line.startswith("  tests/test_io.py::test_io_19")]
    assert row.split()[1:] == ["passed", "passed", "failed"]


def test_a_suite_that_differs_everywhere_is_cut_short() -> None:
    rows = tuple(TestRow(f"t{n}", ("passed", "failed"), "only rust fails") for n in range(1_234))
    report = replace(suite(), tests=rows, findings=(), sides=(Side("c"), Side("rust")))
    assert "  and 1,034 more, which json and html list" in plain(report)


@pytest.mark.parametrize("width", [80, 100, 200])
def test_prose_and_tables_fit_the_terminal(width: int) -> None:
    report = replace(many(), findings=many().findings[4:6])
    for line in plain(report, width):
        if "│" not in line and not line.startswith("  again"):
            assert columns(line.rstrip()) <= width, line


@given(any_report())
def test_no_text_leaves_its_line_of_the_terminal(report: Report) -> None:
    for line in full_lines(report):
        assert all(span.text.isprintable() for span in line)
        assert {span.style for span in line} <= {"", "good", "bad", "code", "dim", "title"}


def test_what_differs_has_the_style_that_says_so() -> None:
    (line,) = [line for line in full_lines(many()) if any("argument aft" in s.text for s in line)][
        :1
    ]
    assert [span.text for span in line if span.style == "good"] == ["2, 1"]


def test_signs_are_those_that_the_terminal_has() -> None:
    assert marks_for("utf-8") == UNICODE
    assert marks_for("cp1252") == marks_for("ascii") == marks_for("no such thing") == ASCII
    for line in full_lines(many(), marks=ASCII):
        "".join(span.text for span in line).encode("ascii")


# concise


def test_a_log_has_a_line_for_each_finding() -> None:
    assert render(many(), "concise").splitlines()[0] == (
        "loads: crash: the process dies with signal 11 [9be1d003]"
    )
    assert render(suite(), "concise").splitlines()[-2:] == [
        "tests/test_loads.py::test_loads_7: test: only rust fails (rust) [00000007]",
        "5 differences: 300 tests in 2 min 21 s",
    ]


@given(any_report())
def test_a_log_has_no_other_lines(report: Report) -> None:
    lines = render(report, "concise").split("\n")
    causes = facts_of(report).causes
    assert len(lines) == len(causes) + len(report.stale) + 2
    assert all(line.isprintable() for line in lines)
    for line, cause in zip(lines, causes, strict=False):
        identity = cause.first.id
        assert f"[{visible(identity[:200])}]" in line or len(identity) > 200 or "\n" in identity
        assert cause.others or line.endswith("]")


# json


def held(value: Any) -> Any:
    """Half characters as their escapes."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", value)
    if isinstance(value, dict):
        return {held(key): held(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [held(each) for each in value]
    return value


@given(any_report())
def test_json_holds_everything(report: Report) -> None:
    data = json.loads(render(report, "json"))
    json.dumps(data, ensure_ascii=False).encode("utf-8")  # no half character is left
    facts = facts_of(report)
    expected = held(asdict(replace(report, findings=facts.open + facts.accepted)))
    expected["seconds"] = round(report.seconds, 3)
    assert {key: data[key] for key in expected} == expected
    assert set(data) - set(expected) == {"schema", "twinwheel", "verdict", "headline", "counts"}
    assert data["schema"] == 1


def test_json_counts() -> None:
    data = json.loads(render(many(), "json"))
    assert data["verdict"] == "differences"
    assert data["counts"] == {
        "open": 7,
        "causes": 7,
        "accepted": 1,
        "stale": 1,
        "searched": 5,
        "not_searched": 3,
        "comparisons": 111_922,
        "tests": 0,
        "tests_different": 0,
    }
    assert json.loads(render(suite(), "json"))["counts"]["tests_different"] == 5


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("JSON", list(json.loads(render(clean(), "json")))),
        ("A finding", [each.name for each in fields(Finding)]),
        ("A component", [each.name for each in fields(Searched)]),
    ],
)
def test_the_page_tells_each_key(heading: str, keys: list[str], pytestconfig: Any) -> None:
    page = (pytestconfig.rootpath / "docs/reference/verify-output.md").read_text("utf-8")
    section = re.split(r"^##+ ", page.partition(f"# {heading}\n")[2], flags=re.MULTILINE)[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(keys)


# junit


ALIKE = Report(
    "search",
    "p",
    (Side("c"), Side("rust"), Side("zig")),
    tuple(
        Finding(
            *(f"0000000{place}", name, kind, "it differs"),
            call=f"{name}([])",
            candidate_name=who,
            cause="" if alone else "c0ffee00",
        )
        for place, (name, kind, who, alone) in enumerate(
            [
                ("a", "exception type", "rust", False),
                ("b", "exception type", "rust", False),
                ("c", "exception type", "rust", False),
                ("c", "exception type", "zig", False),
                ("d", "exception type", "rust", True),
                ("e", "exception type", "rust", True),
            ]
        )
    ),
)


@pytest.mark.parametrize("form", ["full", "concise", "github", "html"])
def test_a_cause_is_shown_once_with_the_components_that_it_shows_in(form: str) -> None:
    text = render(ALIKE, form)
    assert text.count("it differs") == 4, text
    assert text.count("the same in 2 more: b, c") == 1
    assert "6 differences of 4 causes" in text
    assert "b([])" not in text
    many_ = replace(
        ALIKE, findings=tuple(replace(ALIKE.findings[0], component=f"n{at}") for at in range(40))
    )
    assert "40 differences of 1 cause" in render(many_, form)
    assert form == "html" or "n27 and 19 more" in render(many_, form)


def test_programs_are_told_of_each_finding_of_a_cause() -> None:
    data = json.loads(render(ALIKE, "json"))
    assert [each["cause"] for each in data["findings"]].count("c0ffee00") == 4
    assert (data["counts"]["open"], data["counts"]["causes"]) == (6, 4)
    assert render(ALIKE, "junit").count("<failure") == 5
    assert exit_code(ALIKE) == 1


@pytest.mark.parametrize("form", ["full", "html"])
def test_a_call_of_kilobytes_is_not_shown_whole(form: str) -> None:
    finding = Finding("00000001", "f", "value", "it differs", call="f('" + "ab" * 4_000 + "')")
    text = render(Report("search", "p", (Side("c"), Side("rust")), (finding,)), form)
    assert "[... 7,705 characters ...]" in text
    assert "ab" * 160 not in text


@given(any_report())
def test_junit_is_xml_and_counts_its_cases(report: Report) -> None:
    suites = ET.fromstring(render(report, "junit"))
    (tested,) = suites
    cases = tested.findall("testcase")
    names = [each.component for each in report.searched] + [row.test for row in report.tests]
    others = {each.component for each in report.findings} - set(names)
    assert len(cases) == len(names) + len(others)
    open_names = {each.component for each in report.open}
    failed = [case for case in cases if case.find("failure") is not None]
    skipped = [case for case in cases if case.find("skipped") is not None]
    assert len(failed) == len(open_names)
    for element in (suites, tested):
        assert element.get("tests") == str(len(cases))
        assert element.get("failures") == str(len(failed))
    assert tested.get("skipped") == str(len(skipped))
    assert not set(map(id, failed)) & set(map(id, skipped))
    assert [child.tag for child in tested][:1] == ["properties"]
    assert [child.tag for child in tested][-1] == "system-out"
    assert bool(failed) is bool(report.open)


def case_of(report: Report, name: str) -> ET.Element:
    cases = ET.fromstring(render(report, "junit")).iter("testcase")
    (case,) = [case for case in cases if case.get("name") == name]
    return case


def test_a_component_fails_with_all_that_was_found_in_it() -> None:
    failure = case_of(many(), "loads").find("failure")
    assert failure is not None
    assert (failure.get("message") or "").startswith("2 differences: crash: the process dies")
    assert failure.get("type") == "crash, value"
    for text in ("[9be1d003]", "[1f0c2a77]", "accepted: 2.1 counts positions in bytes"):
        assert text in (failure.text or "")
    assert case_of(many(), "Decoder.feed").attrib == {
        "classname": "fastjson.verify.search",
        "name": "Decoder.feed",
        "time": "0.800",
    }
    assert not list(case_of(many(), "Decoder.feed"))


def test_what_was_not_searched_or_is_accepted_is_skipped_with_why() -> None:
    skipped = case_of(many(), "register").find("skipped")
    assert skipped is not None
    assert skipped.get("message") == "not searched: it changes the state of the process"
    report = replace(clean(), findings=(replace(ACCEPTED, component="dumps"),))
    accepted = case_of(report, "dumps").find("skipped")
    assert accepted is not None
    assert accepted.get("message") == "accepted: it is wanted"


def test_a_test_that_is_the_same_everywhere_passes() -> None:
    suites = ET.fromstring(render(suite(), "junit"))
    assert (suites.get("tests"), suites.get("failures")) == ("300", "5")


def test_junit_says_how_to_run_it_again_and_what_else_there_is() -> None:
    (tested,) = ET.fromstring(render(many(), "junit"))
    properties = {each.get("name"): each.get("value") for each in tested.iter("property")}
    assert properties["again"] == "twinwheel verify search fastjson --seed 20240817"
    assert properties["limit time"] == "60 s"
    assert (properties["control"] or "").startswith("python fastjson._python 2.1.0")
    assert tested.get("timestamp") == "2025-03-01T12:00:00"
    out = tested.findtext("system-out") or ""
    assert "accepted, but did not occur: twinwheel-accepted.toml" in out
    assert "atheris is not installed" in out


# github

COMMAND = re.compile(r"::(error|warning|notice) title=([^:,]*)::(.*)")


@given(any_report())
def test_a_workflow_gets_its_commands_and_no_others(report: Report) -> None:
    lines = render(report, "github").split("\n")
    assert lines.pop() == ""
    commands = [COMMAND.fullmatch(line) for line in lines]
    levels = [command[1] if command else "" for command in commands]
    causes = facts_of(report).causes
    assert levels[:-1] == ["error"] * len(causes) + ["warning"] * len(report.stale)
    assert levels[-1] in ("notice", "warning")
    for line in lines:
        assert line.isprintable()
        assert re.fullmatch(r"(?:[^%]|%25|%0A|%3A|%2C)*", line)


def test_what_a_workflow_is_told() -> None:
    lines = render(many(), "github").splitlines()
    assert lines[3].startswith(
        "::error title=loads%3A value::the last byte is dropped after an esc"
    )
    assert "%0Acall: loads(b'" in lines[3]
    assert lines[-1].startswith("::notice title=twinwheel verify search%3A fastjson::7 differences")
    assert "%0Anot searched: register: it changes the state" in lines[-1]
    assert lines[-2].startswith("::warning title=an accepted difference did not occur::twinwheel-")
    assert render(nothing(), "github").startswith("::warning title=twinwheel verify search%3A opa")


def test_hostile_texts_are_in_the_samples_of_every_form() -> None:
    assert any("\ud800" in text for text in HOSTILE)
    assert any("\x1b" in text for text in HOSTILE)
    assert any("<script>" in text for text in HOSTILE)
    assert any("]]>" in text for text in HOSTILE)
    assert any(len(text) > 100_000 for text in HOSTILE)
