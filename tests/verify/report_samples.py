"""Reports to render: what runs on real packages look like, and what they should never look like."""

from __future__ import annotations

from hypothesis import strategies as st

from twinwheel.verify.accepted import Accepted, apply_accepted
from twinwheel.verify.findings import KINDS, Finding, Report, Searched, Side, TestRow

__all__ = [
    "ANY",
    "HOSTILE",
    "REPORTS",
    "any_report",
    "clean",
    "hostile",
    "many",
    "nothing",
    "several",
    "suite",
]

SIDES = (
    Side("python", "fastjson._python 2.1.0, CPython 3.11.7"),
    Side("rust", "fastjson._rust 2.1.0, _rust.cpython-311-x86_64-linux-gnu.so"),
)

HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "a\x00b\x1b[31mred\x1b[0m\x07\r\n::error::forged\n##[error]forged",
    "\ud800 lone \udfff and \U0001f600\u202egnp.exe\u2066\u200b\u2028\x85\ufeff\uffff",
    "]]> <![CDATA[ &amp; &#0; {{ 7 * 7 }} {% raw %} {# #}",
    "x" * 100_000 + "y",
    '"quotes" \'and\' `backticks` %0A, :: \\ \\x1b "onmouseover="alert(1)',
    "e" + "\u0301" * 40 + " שלום 日本語 \U0001f468\u200d\U0001f469\u200d\U0001f467",
)
"""What comes back from foreign code when it means no good, or only has odd tests."""


def clean() -> Report:
    """Give a run that found nothing."""
    return Report(
        command="search",
        package="fastjson",
        sides=SIDES,
        searched=(
            Searched("dumps", 48_210, 11.2, "65,537 characters", ("stub", "recorded", "mutation")),
            Searched("loads", 51_904, 12.9, "65,537 bytes", ("stub", "recorded", "mutation")),
            Searched("Encoder.encode", 9_120, 6.1, "4,097 items", ("annotations",)),
            Searched("escape", 2_048, 1.4, "257 characters", ("docstring",)),
        ),
        seed=20_240_817,
        seconds=32.4,
        limits={"time": "60 s", "one call": "5 s", "memory": "2 GB"},
        again="twinwheel verify search fastjson --seed 20240817",
        started="2025-03-01T12:00:00Z",
    )


def many() -> Report:
    """Give a run that found a difference of many kinds, with accepted and stale ones."""
    big = "{'text': '" + "a" * 4_086 + "\\nb'}"
    findings = (
        Finding(
            id="1f0c2a77",
            component="loads",
            kind="value",
            summary="the last byte is dropped after an escape",
            traits=("4,097 bytes or more", "an escape in the text"),
            call="loads(b'{\"text\": \"' + b'a' * 4086 + b'\\\\nb\"}')",
            control=f"returned {big}",
            candidate=f"returned {big[:-3]}" + "'}",
            seen=14,
            reproducer=".twinwheel/verify/1f0c2a77.py",
        ),
        Finding(
            id="9be1d003",
            component="loads",
            kind="crash",
            summary="the process dies with signal 11",
            traits=("nesting of 1,025 or more",),
            call="loads('[' * 1025 + ']' * 1025)",
            control="raised RecursionError('maximum recursion depth exceeded')",
            candidate="died of SIGSEGV",
            seen=3,
            reproducer=".twinwheel/verify/9be1d003.py",
        ),
        Finding(
            id="a3340f19",
            component="dumps",
            kind="exception type",
            summary="OverflowError where the control answers",
            traits=("an integer of 2**63 or more",),
            call="dumps(9223372036854775808)",
            control="returned '9223372036854775808'",
            candidate="raised OverflowError('int too big to convert')",
            seen=41,
            reproducer=".twinwheel/verify/a3340f19.py",
        ),
        Finding(
            id="5c5c1e88",
            component="Encoder.encode",
            kind="mutation",
            summary="the argument is sorted in place",
            traits=("a list of 2 items or more",),
            call="encoder = Encoder(sort=True)\nargument = [2, 1]\nencoder.encode(argument)",
            control="returned '[1,2]'; argument afterwards: [2, 1]",
            candidate="returned '[1,2]'; argument afterwards: [1, 2]",
            reproducer=".twinwheel/verify/5c5c1e88.py",
        ),
        Finding(
            id="77aa0912",
            component="dumps",
            kind="value",
            summary="the sign of zero is lost",
            traits=("-0.0",),
            call="dumps(-0.0)",
            control="returned '-0.0'",
            candidate="returned '0.0'",
            seen=9,
            reproducer=".twinwheel/verify/77aa0912.py",
        ),
        Finding(
            id="d01dbeef",
            component="escape",
            kind="time",
            summary="the time grows with the square of the size",
            traits=("4,097 characters or more",),
            call="escape('\"' * 65537)",
            control="took 0.4 ms; 16 times the size took 15 times as long",
            candidate="took 812 ms; 16 times the size took 251 times as long",
            reproducer=".twinwheel/verify/d01dbeef.py",
        ),
        Finding(
            id="0b0b0b0b",
            component="Encoder",
            kind="signature",
            summary="the parameter 'indent' can no longer be given by its name",
            control="Encoder(indent=None, *, sort=False)",
            candidate="Encoder(indent=None, /, *, sort=False)",
        ),
        Finding(
            id="e6e6e6e6",
            component="loads",
            kind="exception message",
            summary="the position is counted in bytes",
            call="loads('é!')",
            control="raised ValueError('unexpected character at 1')",
            candidate="raised ValueError('unexpected character at 2')",
            seen=210,
        ),
    )
    report = Report(
        command="search",
        package="fastjson",
        sides=SIDES,
        findings=findings,
        searched=(
            Searched("loads", 51_904, 22.9, "65,537 bytes", ("stub", "recorded", "mutation")),
            Searched("dumps", 48_210, 14.2, "65,537 characters", ("stub", "recorded")),
            Searched("Encoder.encode", 9_120, 6.1, "4,097 items", ("annotations",)),
            Searched(
                *("escape", 2_048, 1.4, "65,537 characters", ("docstring",), ""),
                note="1,990 of 2,048 calls were refused by both",
            ),
            Searched("Decoder.feed", 640, 0.8, "3 calls", ("author",)),
            Searched(
                "load", skipped="it takes a file object of its own type, and none was recorded"
            ),
            Searched("register", skipped="it changes the state of the process"),
            Searched("unescape"),
        ),
        notes=(
            "atheris is not installed, so the search was not guided by coverage.",
            "The leak check was left out: the time of 60 s was over before its turn came.",
        ),
        seed=20_240_817,
        seconds=58.21,
        limits={"time": "60 s", "one call": "5 s", "memory": "2 GB"},
        again="twinwheel verify search fastjson --seed 20240817",
        started="2025-03-01T12:00:00Z",
    )
    accepted = (
        Accepted(
            component="loads",
            kind="exception message",
            reason="2.1 counts positions in bytes, and its notes say so",
            place="twinwheel-accepted.toml, accepted 1, line 1",
        ),
        Accepted(
            component="dumps",
            kind="shape",
            reason="was wanted in 2.0",
            place="twinwheel-accepted.toml, accepted 2, line 6",
        ),
    )
    return apply_accepted(report, accepted)


def suite() -> Report:
    """Give a run of a suite of 300 tests on three implementations."""
    names = [
        f"tests/test_{part}.py::test_{part}_{n}"
        for part in ("loads", "dumps", "escape", "io", "encoder")
        for n in range(60)
    ]
    rows = []
    findings = []
    for place, name in enumerate(names):
        outcomes = ("passed", "passed", "passed") if place % 29 else ("skipped",) * 3
        verdict = "same"
        if place in (7, 61, 62, 199):
            outcomes, verdict = ("passed", "passed", "failed"), "only rust fails"
        elif place == 120:
            outcomes, verdict = ("passed", "skipped", "passed"), "only c skips"
            name = f"{name}[param-with-a-rather-long-name-that-goes-on-and-on-\u00fc-and-on]"  # noqa: PLW2901
        rows.append(TestRow(name, outcomes, verdict))
        if verdict != "same":
            findings.append(
                Finding(
                    id=f"{place:08x}",
                    component=name,
                    kind="test",
                    summary=verdict,
                    control="passed",
                    candidate="skipped: needs the C half"
                    if "skips" in verdict
                    else "failed\nE   AssertionError: assert 'a' == 'ab'\nE     - ab\nE     + a",
                    candidate_name="c" if "skips" in verdict else "rust",
                )
            )
    return Report(
        command="suite",
        package="fastjson",
        sides=(*SIDES[:1], Side("c", "fastjson._c 2.1.0"), SIDES[1]),
        findings=tuple(findings),
        tests=tuple(rows),
        seconds=141.0,
        seed=7,
        again="twinwheel verify suite fastjson -- tests",
    )


def nothing() -> Report:
    """Give a run that had nothing to compare."""
    why = "it has no signature, no stub, no docstring that tells one, and nothing was recorded"
    return Report(
        command="search",
        package="opaque",
        sides=(Side("opaque==1.4", "CPython 3.11.7"), Side("opaque==2.0", "CPython 3.11.7")),
        searched=tuple(Searched(f"function_{n}", skipped=why) for n in range(9)),
        seconds=0.7,
        seed=1,
        limits={"time": "60 s"},
    )


def hostile() -> Report:
    """Give a report whose every text means no good."""
    findings = tuple(
        Finding(
            id=f"{place:08x}",
            component=text,
            kind=kind,
            summary=text,
            traits=(text, text),
            call=text,
            control=text,
            candidate=text[::-1],
            candidate_name=text,
            reproducer=text,
            accepted=text if place % 2 else "",
        )
        for place, (kind, text) in enumerate(zip(list(KINDS)[:14], HOSTILE * 2, strict=True))
    )
    return Report(
        command="all",
        package=HOSTILE[0],
        sides=(Side(HOSTILE[1], HOSTILE[2]), Side(HOSTILE[3], HOSTILE[4]), Side(HOSTILE[5])),
        findings=findings,
        searched=tuple(
            Searched(text, place, 0.1, text, (text, text), "" if place % 2 else text, text)
            for place, text in enumerate(HOSTILE)
        ),
        tests=tuple(TestRow(text, (text, "failed", "passed"), text) for text in HOSTILE),
        notes=HOSTILE,
        stale=HOSTILE,
        limits=dict(zip(HOSTILE, HOSTILE, strict=True)),
        again=HOSTILE[0],
        started=HOSTILE[1],
        interrupted=True,
    )


def several() -> Report:
    """Give a run with 60 findings."""
    kinds = list(KINDS)
    findings = tuple(
        Finding(
            id=f"{n * 2654435761 % 2**32:08x}",
            component=f"module.function_{n % 17}",
            kind=kinds[n * 7 % len(kinds)],
            summary=f"what differs in case {n}",
            call=f"function_{n % 17}({n}, key='value')",
            control=f"returned {n}",
            candidate=f"returned {n + 1}",
        )
        for n in range(60)
    )
    names = sorted({each.component for each in findings})
    return Report(
        command="all",
        package="package.with_a_long_dotted_name",
        sides=SIDES,
        findings=findings,
        searched=tuple(Searched(name, 1000 + 37 * len(name), 1.0, "257 items") for name in names),
        seconds=3725,
        interrupted=True,
        seed=3,
    )


REPORTS = {
    "clean": clean,
    "many": many,
    "suite": suite,
    "nothing": nothing,
    "hostile": hostile,
    "several": several,
}

ANY = st.text(st.characters(), max_size=20) | st.sampled_from(HOSTILE)
"""Half characters too."""


def any_report() -> st.SearchStrategy[Report]:
    """Give reports with any text anywhere."""
    findings = st.builds(
        Finding,
        id=ANY,
        component=ANY,
        kind=st.sampled_from(list(KINDS)),
        summary=ANY,
        traits=st.tuples(ANY),
        call=ANY,
        control=ANY,
        candidate=ANY,
        candidate_name=ANY,
        seen=st.integers(1, 10**9),
        reproducer=ANY,
        accepted=st.just("") | ANY,
        cause=st.sampled_from(["", "", "c0ffee00", "\x1b[2J"]),
    )
    searched = st.builds(
        Searched,
        component=ANY,
        comparisons=st.integers(0, 10**9),
        seconds=st.floats(0, 10**6),
        largest=ANY,
        sources=st.tuples(ANY),
        skipped=st.just("") | ANY,
        note=ANY,
    )
    return st.builds(
        Report,
        command=st.sampled_from(["search", "suite", "surface", "all"]),
        package=ANY,
        sides=st.tuples(*[st.builds(Side, name=ANY, detail=ANY)] * 2),
        findings=st.lists(findings, max_size=3).map(tuple),
        searched=st.lists(searched, max_size=3).map(tuple),
        tests=st.lists(
            st.builds(TestRow, test=ANY, outcomes=st.tuples(ANY, ANY), verdict=ANY), max_size=2
        ).map(tuple),
        notes=st.lists(ANY, max_size=2).map(tuple),
        stale=st.lists(ANY, max_size=2).map(tuple),
        seed=st.integers(0, 2**64),
        seconds=st.floats(0, 10**6),
        interrupted=st.booleans(),
        limits=st.dictionaries(ANY, ANY, max_size=2),
        narrowed=st.booleans(),
        again=ANY,
        started=ANY,
    )
