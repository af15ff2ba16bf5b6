"""Suites whose process dies, hangs or is stopped, and tests that differ only now and then."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.suites import Project, enter, pair, table

from twinwheel.verify.suite import Progress, run_suite

_SLOW = "pkg.Box.kind == 'slow'"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter(tmp_path, monkeypatch)


def write(tmp_path: Path, **files: str) -> Path:
    named = {f"{name}.py": text for name, text in files.items()}
    return Project(tmp_path / "suite").write(named).folder


def test_the_run_goes_on_after_a_crash_and_after_a_hang(site: Path, tmp_path: Path) -> None:
    tests = write(
        tmp_path,
        test_it=f"""
            import os, signal, threading
            import pkg

            def test_first(): pass

            def test_crash():
                if {_SLOW}:
                    os.kill(os.getpid(), signal.SIGSEGV)

            def test_hang():
                if {_SLOW}:
                    threading.Event().wait()

            def test_exit():
                if {_SLOW}:
                    os._exit(3)

            def test_last(): assert {_SLOW}
        """,
    )
    report = run_suite(pair(site), tests, timeout=2)
    assert table(report) == {
        "test_it.py::test_first": ("passed", "passed"),
        "test_it.py::test_crash": ("passed", "crashed"),
        "test_it.py::test_hang": ("passed", "hung"),
        "test_it.py::test_exit": ("passed", "crashed"),
        "test_it.py::test_last": ("failed", "passed"),
    }
    assert {
        each.component.partition("::")[2]: (each.kind, each.summary) for each in report.findings
    } == {
        "test_crash": ("crash", "only pkg._slow crashes: the process died of SIGSEGV"),
        "test_hang": ("hang", "only pkg._slow hangs: not over after 2 s"),
        "test_exit": (
            "crash",
            "only pkg._slow crashes: the process ended with exit status 3, without a word",
        ),
        "test_last": ("test", "only pkg._fast fails: AssertionError: assert 'fast' == 'slow'"),
    }
    assert report.limits == {"time of one test": "2 s"}


def test_with_workers_too(site: Path, tmp_path: Path) -> None:
    tests = write(
        tmp_path,
        test_it=f"""
            import os, pytest, threading
            import pkg

            @pytest.mark.parametrize("number", range(6))
            def test_it(number):
                if {_SLOW} and number == 1:
                    os.abort()
                if {_SLOW} and number == 4:
                    threading.Event().wait()
        """,
    )
    report = run_suite(pair(site), tests, ("-p", "xdist", "-n2"), timeout=3)
    bad = {test: row[1] for test, row in table(report).items() if row != ("passed", "passed")}
    assert bad == {"test_it.py::test_it[1]": "crashed", "test_it.py::test_it[4]": "hung"}
    assert len(report.tests) == 6
    assert sorted(each.kind for each in report.findings) == ["crash", "hang"]


def test_a_module_whose_import_kills_is_passed_over(site: Path, tmp_path: Path) -> None:
    body = f"import os, pkg\nif {_SLOW}: os.abort()\ndef test_it(): pass\n"
    tests = write(tmp_path, test_a="import pkg\ndef test_it(): pass\n", test_b=body, test_c=body)
    report = run_suite(pair(site), tests)
    assert table(report) == {
        "test_b.py": ("passed", "crashed"),
        "test_c.py": ("passed", "crashed"),
        "test_a.py::test_it": ("passed", "passed"),
        "test_b.py::test_it": ("passed", "not run"),
        "test_c.py::test_it": ("passed", "not run"),
    }
    assert [(each.component, each.kind) for each in report.findings] == [
        ("test_b.py", "crash"),
        ("test_c.py", "crash"),
    ]


def test_a_crash_after_the_last_test_is_a_finding(site: Path, tmp_path: Path) -> None:
    tests = write(
        tmp_path,
        conftest=f"""
            import os

            def pytest_unconfigure():
                import pkg
                if {_SLOW}:
                    os.abort()
        """,
        test_it="import pkg\ndef test_it(): pass\n",
    )
    report = run_suite(pair(site), tests)
    (found,) = report.findings
    assert found.kind == "crash"
    assert found.summary.startswith("only pkg._slow: the process died of SIGABRT after the last")
    assert table(report) == {"test_it.py::test_it": ("passed", "passed")}


def test_what_differs_only_once_is_no_finding(site: Path, tmp_path: Path) -> None:
    tests = write(
        tmp_path,
        test_it=f"""
            import pathlib, pkg
            once = pathlib.Path(__file__).with_name("once")

            def test_unsteady():
                first = not once.exists()
                once.touch()
                assert not first

            def test_odd(): assert not {_SLOW}
        """,
    )
    report = run_suite(pair(site), tests)
    assert [each.component for each in report.findings] == ["test_it.py::test_odd"]
    assert table(report)["test_it.py::test_unsteady"] == ("failed", "passed")
    assert any(
        note.startswith("these had another outcome when they were run again")
        and "test_unsteady" in note
        for note in report.notes
    )


def test_what_differs_only_after_other_tests_is_a_finding(site: Path, tmp_path: Path) -> None:
    tests = write(
        tmp_path,
        test_it=f"""
            import pkg

            def test_before():
                pkg.state = 1

            def test_after():
                assert not ({_SLOW} and hasattr(pkg, "state"))
        """,
    )
    report = run_suite(pair(site), tests)
    assert [each.component for each in report.findings] == ["test_it.py::test_after"]


def test_what_was_done_is_kept_when_the_user_stops_it(site: Path, tmp_path: Path) -> None:
    tests = write(
        tmp_path,
        test_it=f"""
            import pkg, pytest

            @pytest.mark.parametrize("number", range(4))
            def test_it(number): assert not {_SLOW}
        """,
    )

    def stop(progress: Progress) -> None:
        if progress.name == "pkg._slow" and progress.done == 2:
            raise KeyboardInterrupt

    report = run_suite(pair(site), tests, on_progress=stop)
    assert report.interrupted
    assert table(report) == {
        f"test_it.py::test_it[{number}]": ("passed", "failed") for number in range(2)
    }
    assert [each.seen for each in report.findings] == [2]
    assert len(report.sides) == 2


def test_a_limit_of_time_is_shared(site: Path, tmp_path: Path) -> None:
    tests = write(
        tmp_path,
        test_it="""
            import pkg, pytest, time

            @pytest.mark.parametrize("number", range(400))
            def test_it(number):
                time.sleep(0.05)
        """,
    )
    report = run_suite(pair(site), tests, limit=4)
    assert 0 < len(report.tests) < 400
    assert report.findings == ()
    assert [note for note in report.notes if "not all tests were run" in note]
    assert report.limits["time of the suite"] == "4 s"
    assert not report.interrupted
