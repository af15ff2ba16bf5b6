"""Accepted differences: what the file may say, what an entry covers, and when it is stale."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinwheel.cli.explain.explanations import EXPLANATIONS
from twinwheel.errors import VerifyError
from twinwheel.verify.accepted import (
    SUITE_KINDS,
    SURFACE_KINDS,
    Accepted,
    apply_accepted,
    entry_for,
    fits,
    read_accepted,
)
from twinwheel.verify.findings import KINDS, Finding, Report, Searched, Side, TestRow

ANY = st.text(st.characters())
"""Half characters too."""
BY_CODE = {each.code: each for each in EXPLANATIONS}

FINDING = Finding(
    id="0123abcd",
    component="Decoder.decode",
    kind="value",
    summary="the last byte is dropped",
    traits=("empty", "4,097 bytes or more"),
    control="returned [1, 2]",
    candidate="returned [1]",
    candidate_name="rust",
)
ENTRY = Accepted(component="Decoder.decode", kind="value", reason="it is wanted")


def written(folder: Path, text: str) -> Path:
    path = folder / "twinwheel-accepted.toml"
    path.write_text(text, "utf-8")
    return path


def error_of(path: Path, **options: bool) -> VerifyError:
    with pytest.raises(VerifyError) as caught:
        read_accepted(path, **options)
    return caught.value


def report_of(*findings: Finding, command: str = "search") -> Report:
    return Report(
        command=command,
        package="p",
        sides=(Side("c"), Side("rust")),
        findings=findings,
        searched=(Searched("Decoder.decode", 10), Searched("loads", 10)),
    )


def test_a_file_says_what_is_accepted_and_where_it_is_written(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
# why we differ
[[accepted]]
component = "loads"
kind = "exception message"
reason = "positions are counted in bytes"

[[accepted]]
component = "Decoder.*"
kind = "value"
id = "0123abcd"
traits = ["empty"]
implementation = "rust"
control = "returned *"
candidate = 'raised ValueError("*")'
reason = "empty input was refused since 2.0"
""",
    )
    assert read_accepted(path) == (
        Accepted(
            component="loads",
            kind="exception message",
            reason="positions are counted in bytes",
            place=f"{path}, accepted 1, line 3",
        ),
        Accepted(
            component="Decoder.*",
            kind="value",
            reason="empty input was refused since 2.0",
            id="0123abcd",
            traits=("empty",),
            implementation="rust",
            control="returned *",
            candidate='raised ValueError("*")',
            place=f"{path}, accepted 2, line 8",
        ),
    )


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "accepted = []\n", "\ufeff"])
def test_a_file_may_accept_nothing(tmp_path: Path, text: str) -> None:
    assert read_accepted(written(tmp_path, text)) == ()


def test_lines_are_told_only_where_they_are_certain(tmp_path: Path) -> None:
    reason = 'reason = """\n[[accepted]]\n"""'
    path = written(tmp_path, f'[[accepted]]\ncomponent = "f"\nkind = "value"\n{reason}\n')
    assert read_accepted(path)[0].place == f"{path}, accepted 1"


ONE = '[[accepted]]\ncomponent = "f"\nkind = "value"\nreason = "r"\n'
WRONG = {
    "no TOML": ("[[accepted]\n", "TW761", "", "no TOML"),
    "two of a key": (ONE + 'kind = "type"\n', "TW761", "", "no TOML"),
    "deep": ("a = " + "[" * 100_000, "TW761", "", "no TOML"),
    "unknown table": ("[acepted]\n", "TW762", "", "did you mean 'accepted'?"),
    "unknown key": (
        ONE + 'reasn = "r"\n',
        "TW762",
        ", accepted 1, line 1",
        "did you mean 'reason'",
    ),
    "unknown in the second": (ONE + ONE + "q = 1\n", "TW762", ", accepted 2, line 5", "component,"),
    "the place is not a key": (
        ONE + 'place = "here"\n',
        "TW762",
        ", line 1",
        "unknown key 'place'",
    ),
    "one table": ("[accepted]\n", "TW763", ", accepted", "[[accepted]]"),
    "a list of texts": ('accepted = ["f"]\n', "TW763", ", accepted", "[[accepted]]"),
    "a number": ("[[accepted]]\ncomponent = 1\n", "TW763", ", line 1, component", "1 is not a str"),
    "a long number": (f"[[accepted]]\nkind = {'9' * 9_000}\n", "TW76", "", ""),
    "traits": (ONE + 'traits = "empty"\n', "TW763", ", line 1, traits", "an array of strings"),
    "numbers as traits": (ONE + "traits = [1]\n", "TW763", ", line 1, traits", "array of strings"),
    "unknown kind": (ONE.replace("value", "message"), "TW764", "1, kind", "exception message"),
    "near kind": (ONE.replace("value", "vallue"), "TW764", "1, kind", "did you mean 'value'?"),
    "empty reason": (ONE.replace('"r"', '"  "'), "TW764", "1, reason", "say why"),
    "empty component": (ONE.replace('"f"', '""'), "TW764", "1, component", "* stands for any text"),
    "a short id": (ONE + 'id = "123"\n', "TW764", "1, id", "eight hexadecimal digits"),
    "an upper id": (ONE + 'id = "0123ABCD"\n', "TW764", "1, id", "copy the id"),
    "no reason": (ONE.replace('reason = "r"\n', ""), "TW765", "accepted 1, line 1", "say why"),
    "no kind": ('[[accepted]]\nreason = "r"\ncomponent = "f"', "TW765", "line 1", "add kind = ..."),
    "nothing": ("[[accepted]]\n", "TW765", "line 1", "component, kind, reason in each entry"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_named_by_file_table_and_key(tmp_path: Path, case: str) -> None:
    text, code, where, says = WRONG[case]
    path = written(tmp_path, text)
    error = error_of(path)
    assert error.code.startswith(code)
    assert error.where.startswith(str(path))
    assert where in error.where
    assert says in str(error)
    assert error.accepted
    assert error.help


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    missing = error_of(tmp_path / "none.toml")
    assert (missing.code, missing.where) == ("TW760", str(tmp_path / "none.toml"))
    assert error_of(tmp_path).code == "TW760"  # a folder
    assert error_of(Path("a\0b")).code == "TW760"
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * 1_000_001)
    assert "longer than 1,000,000 bytes" in error_of(large).message
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"# \xe9\n")
    assert (error_of(latin).code, error_of(latin).where) == ("TW761", f"{latin}, byte 2")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in error_of(tmp_path / "pipe").message


def test_a_file_that_nobody_named_may_be_missing(tmp_path: Path) -> None:
    assert read_accepted(tmp_path / "twinwheel-accepted.toml", may_be_missing=True) == ()
    assert error_of(tmp_path, may_be_missing=True).code == "TW760"


@pytest.mark.parametrize("code", ["TW761", "TW762", "TW763", "TW764", "TW765"])
def test_the_explained_examples_are_true(tmp_path: Path, code: str) -> None:
    explained = BY_CODE[code]
    assert len(read_accepted(written(tmp_path, explained.right))) == 1
    if explained.wrong:
        assert error_of(written(tmp_path, explained.wrong)).code == code


@pytest.mark.parametrize(
    ("text", "pattern", "fitting"),
    [
        ("loads", "loads", True),
        ("loads", "load", False),
        ("load", "loads", False),
        ("loads", "*", True),
        ("", "*", True),
        ("loads", "l*s", True),
        ("aba", "ab*ba", False),  # the two ends may not share a letter
        ("abba", "ab*ba", True),
        ("test[a-b]", "test[a-b]", True),
        ("testa", "test[a-b]", False),
        ("what?", "what?", True),
        ("whats", "what?", False),
        ("a*b", "a*b", True),
        ("one\ntwo", "one*two", True),
    ],
)
def test_only_an_asterisk_means_more_than_itself(text: str, pattern: str, fitting: bool) -> None:
    assert fits(text, pattern) is fitting


@given(st.text("ab", max_size=12), st.text("ab*", max_size=8))
def test_patterns_are_what_a_regular_expression_says(text: str, pattern: str) -> None:
    expected = re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), text, re.DOTALL)
    assert fits(text, pattern) is (expected is not None)


def test_a_pattern_takes_no_time() -> None:
    assert not fits("a" * 100_000, "*a" * 1_000 + "b")


def test_an_accepted_finding_has_its_reason_and_is_no_longer_open() -> None:
    report = apply_accepted(report_of(FINDING), [ENTRY])
    assert report.findings == (replace(FINDING, accepted="it is wanted"),)
    assert report.open == ()
    assert report.stale == ()


def test_the_first_entry_that_fits_gives_the_reason_and_none_of_them_is_stale() -> None:
    second = replace(ENTRY, component="*", reason="another")
    report = apply_accepted(report_of(FINDING), [ENTRY, second])
    assert [each.accepted for each in report.findings] == ["it is wanted"]
    assert report.stale == ()


@pytest.mark.parametrize(
    ("entry", "covered"),
    [
        (ENTRY, True),
        (replace(ENTRY, component="Decoder.*"), True),
        (replace(ENTRY, component="Encoder.*"), False),
        (replace(ENTRY, kind="type"), False),
        (replace(ENTRY, id="0123abcd"), True),
        (replace(ENTRY, id="0123abce"), False),
        (replace(ENTRY, traits=("empty",)), True),
        (replace(ENTRY, traits=("4,097 bytes or more", "empty")), True),
        (replace(ENTRY, traits=("empty", "another")), False),
        (replace(ENTRY, implementation="rust"), True),
        (replace(ENTRY, implementation="python"), False),
        (replace(ENTRY, control="returned [*]"), True),
        (replace(ENTRY, control="raised *"), False),
        (replace(ENTRY, candidate="returned [1]"), True),
        (replace(ENTRY, candidate="returned [1, 2]"), False),
    ],
)
def test_all_that_an_entry_says_must_fit(entry: Accepted, covered: bool) -> None:
    assert bool(apply_accepted(report_of(FINDING), [entry]).open) is not covered


def stale(entry: Accepted, report: Report) -> bool:
    return bool(apply_accepted(report, [entry]).stale)


def test_an_entry_that_no_longer_occurs_is_told_of() -> None:
    entry = replace(ENTRY, id="0123abcd", place="twinwheel-accepted.toml, accepted 1, line 3")
    report = apply_accepted(replace(report_of(), stale=("told before",)), [entry])
    where = "twinwheel-accepted.toml, accepted 1, line 3"
    assert report.stale == ("told before", f"{where}: Decoder.decode: value [0123abcd]")


def test_an_entry_of_a_component_that_is_gone_says_so() -> None:
    entries = [replace(ENTRY, component=name) for name in ("renamed", "loads.read", "Old.*")]
    assert apply_accepted(report_of(), entries).stale == (
        "renamed: value (there is no such component any more)",
        "loads.read: value",
        "Old.*: value (there is no such component any more)",
    )


@pytest.mark.parametrize(
    ("entry", "report", "told"),
    [
        (ENTRY, report_of(), True),
        (ENTRY, replace(report_of(), interrupted=True), False),
        (ENTRY, replace(report_of(), searched=()), False),
        (ENTRY, replace(report_of(), searched=(Searched("Decoder.decode", skipped="?"),)), False),
        (ENTRY, replace(report_of(), searched=(Searched("Decoder.decode", 0),)), False),
        (ENTRY, replace(report_of(), narrowed=True), True),
        (replace(ENTRY, component="De*"), report_of(), True),
        (replace(ENTRY, component="De*"), replace(report_of(), narrowed=True), False),
        (
            replace(ENTRY, component="De*"),
            replace(report_of(), searched=(Searched("Decoder.decode", 9), Searched("Deep"))),
            False,
        ),
        (
            replace(ENTRY, component="De*"),
            replace(report_of(), searched=(Searched("Decoder.decode", 9), Searched("loads"))),
            True,
        ),
        (replace(ENTRY, component="gone"), report_of(), True),
        (replace(ENTRY, component="gone"), replace(report_of(), narrowed=True), False),
        (replace(ENTRY, component="gone"), replace(report_of(), searched=()), False),
        (replace(ENTRY, component="gone*"), report_of(), True),
        (replace(ENTRY, component="gone.*"), report_of(), True),
        (replace(ENTRY, component="gone.method"), replace(report_of(), interrupted=True), False),
        (replace(ENTRY, component="loads.method"), report_of(), True),
        (replace(ENTRY, component="loads.*"), report_of(), True),
        (replace(ENTRY, component="*.method"), report_of(), True),
        (replace(ENTRY, component="loadsmethod.f"), replace(report_of(), narrowed=True), False),
        (replace(ENTRY, component="loads.method"), replace(report_of(), narrowed=True), True),
        (
            replace(ENTRY, component="loads.method"),
            replace(report_of(), searched=(Searched("loads", 9, skipped="?"),)),
            False,
        ),
        (
            replace(ENTRY, component="*.method"),
            replace(report_of(), searched=(Searched("loads", 9), Searched("P", skipped="?"))),
            False,
        ),
        (
            ENTRY,
            replace(report_of(), searched=(Searched(ENTRY.component, 9, note="no time to x"),)),
            False,
        ),
        (
            ENTRY,
            replace(
                report_of(command="all"),
                searched=(Searched(ENTRY.component, 9, sources=("surface",)),),
            ),
            False,
        ),
        (replace(ENTRY, kind="leak"), report_of(), True),
        (
            replace(ENTRY, kind="leak"),
            replace(report_of(), notes=("rust: no time was left for leaks of: loads",)),
            False,
        ),
        (ENTRY, replace(report_of(), notes=("rust: no time was left for leaks of: loads",)), True),
        (replace(ENTRY, implementation="ru*"), report_of(), True),
        (replace(ENTRY, implementation="zig"), report_of(), False),
        (ENTRY, report_of(command="all"), True),
        (ENTRY, report_of(command="surface"), False),
        (ENTRY, report_of(command="suite"), False),
        (replace(ENTRY, kind="signature"), report_of(command="surface"), True),
        (replace(ENTRY, kind="signature"), report_of(command="search"), False),
        (
            replace(ENTRY, kind="signature"),
            replace(report_of(command="all"), searched=(Searched("Decoder.decode", skipped="?"),)),
            True,
        ),
        (replace(ENTRY, kind="signature", component="gone"), report_of(command="all"), True),
        (replace(ENTRY, kind="test"), report_of(command="search"), False),
    ],
)
def test_an_entry_is_stale_only_if_this_run_would_have_met_it(
    entry: Accepted, report: Report, told: bool
) -> None:
    assert stale(entry, report) is told


def test_an_entry_for_a_test_is_stale_only_if_the_test_ran() -> None:
    entry = Accepted(component="test_a.py::test", kind="test", reason="it tests the C half")
    ran = TestRow("test_a.py::test", ("passed", "passed"), "same")
    suite = Report(command="suite", package="p", sides=(), tests=(ran,))
    assert stale(entry, suite)
    left = replace(ran, outcomes=("passed", "not run"))
    assert not stale(entry, replace(suite, tests=(left,)))
    assert not stale(entry, replace(suite, tests=()))
    assert not stale(replace(entry, component="*"), replace(suite, tests=(ran, left)))


def test_every_kind_is_found_by_some_command() -> None:
    assert set(KINDS) > SURFACE_KINDS | SUITE_KINDS


def test_the_entry_to_be_copied_wants_a_reason(tmp_path: Path) -> None:
    entry = entry_for(FINDING)
    assert entry.splitlines() == [
        "[[accepted]]",
        'component = "Decoder.decode"',
        'kind = "value"',
        'id = "0123abcd"',
        'reason = ""  # why is this difference wanted?',
    ]
    error = error_of(written(tmp_path, entry))
    assert (error.code, error.where[-8:]) == ("TW764", ", reason")


FINDINGS = st.builds(
    Finding,
    id=st.from_regex(r"[0-9a-f]{8}", fullmatch=True) | ANY,
    component=ANY.filter(str.strip),
    kind=st.sampled_from(list(KINDS)),
    summary=ANY,
    candidate_name=ANY,
)


@given(finding=FINDINGS, reason=ANY.filter(str.strip))
def test_the_entry_for_a_finding_accepts_it(
    tmp_path_factory: pytest.TempPathFactory, finding: Finding, reason: str
) -> None:
    folder = tmp_path_factory.getbasetemp()
    two = entry_for(finding, reason) + entry_for(replace(finding, component="other"), "other")
    accepted = read_accepted(written(folder, two))
    report = apply_accepted(report_of(finding), accepted[:1])
    assert report.findings[0].accepted == re.sub("[\ud800-\udfff]", "\ufffd", reason)
    assert len(accepted) == 2
