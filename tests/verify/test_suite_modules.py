"""A suite run with one module of a package, and with another in its place."""

from __future__ import annotations

import os
from pathlib import Path
from textwrap import dedent

import pytest
from support.suites import INIT, PAIR, SLOW, Project, enter, pair, subject, table
from support.twins import SOURCE, Maker

from twinwheel.errors import VerifyError
from twinwheel.verify.suite import Progress, run_suite

TESTS = {
    "test_it.py": """
        import subprocess, sys
        import pkg, pytest

        def test_same():
            assert pkg.double(2) == 4

        def test_odd():
            assert pkg.Box.kind == "fast"

        def test_skipped():
            if pkg.Box.kind == "slow":
                pytest.skip("it is slow")

        def test_process():
            code = "import pkg._fast; print(pkg.Box.kind, pkg._fast.Box.kind)"
            found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
            assert found.stdout.split() == [pkg.Box.kind, pkg.Box.kind]

        def test_spawned():
            import multiprocessing
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                assert pool.apply(eval, ("__import__('pkg').Box.kind",)) == pkg.Box.kind
    """
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter(tmp_path, monkeypatch)


@pytest.fixture
def tests(tmp_path: Path) -> Path:
    return Project(tmp_path / "suite").write(TESTS).folder


@pytest.mark.parametrize("spread", [(), ("-p", "xdist", "-n2")], ids=["alone", "xdist"])
def test_each_module_is_put_in_the_place_of_the_other(
    site: Path, tests: Path, spread: tuple[str, ...]
) -> None:
    seen: list[Progress] = []
    report = run_suite(pair(site), tests, spread, on_progress=seen.append)
    assert table(report) == {
        "test_it.py::test_same": ("passed", "passed"),
        "test_it.py::test_odd": ("passed", "failed"),
        "test_it.py::test_skipped": ("passed", "skipped"),
        "test_it.py::test_process": ("passed", "passed"),
        "test_it.py::test_spawned": ("passed", "passed"),
    }
    assert {each.component: each.summary for each in report.findings} == {
        "test_it.py::test_odd": "only pkg._slow fails: AssertionError: assert 'slow' == 'fast'",
        "test_it.py::test_skipped": "only pkg._slow skips: Skipped: it is slow",
    }
    odd = report.findings[0]
    assert (odd.kind, odd.control, odd.candidate_name) == ("test", "passed", "pkg._slow")
    assert odd.candidate == "failed: AssertionError: assert 'slow' == 'fast'"
    assert [side.name for side in report.sides] == ["pkg._fast", "pkg._slow"]
    assert report.notes == (f"the tests are those of {tests}",)
    assert not report.interrupted
    assert report.seconds > 0
    assert {each.name for each in seen} == {"pkg._fast", "pkg._slow"}
    assert max(each.done for each in seen) == max(each.total for each in seen) == 5


def test_the_control_may_be_the_one_that_the_package_does_not_take(site: Path, tests: Path) -> None:
    report = run_suite(pair(site)[::-1], tests, ("-k", "odd"))
    assert table(report) == {"test_it.py::test_odd": ("failed", "passed")}
    assert report.findings[0].control == "failed: AssertionError: assert 'slow' == 'fast'"


def test_a_module_may_be_kept_from_being_imported(site: Path, tests: Path) -> None:
    pair(site)
    without = subject("pkg._slow", name="without", aliases={"pkg._fast": ""})
    itself = "def test_itself(): import pkg._fast\n"
    Project(tests).write({"test_own.py": f"{itself}def test_odd(): pass\n"})
    Project(tests).write({"test_all.py": f"import pkg._fast\n{itself}"})
    report = run_suite([subject("pkg._fast"), without], tests, ("-k", "odd or itself"))
    assert table(report) == {
        "test_it.py::test_odd": ("passed", "failed"),
        "test_own.py::test_odd": ("passed", "passed"),
        "test_own.py::test_itself": ("passed", "left out"),
        "test_all.py": ("passed", "left out"),
        "test_all.py::test_itself": ("passed", "not run"),
    }
    assert [each.component for each in report.findings] == ["test_it.py::test_odd"]
    assert (
        "without: these import a module themselves that is kept away, so they are not compared:"
        " test_all.py, test_own.py::test_itself"
    ) in report.notes


def test_a_module_may_be_loaded_from_its_source(site: Path, tests: Path, tmp_path: Path) -> None:
    """As where it lies beside what was compiled from it."""
    pair(site)
    source = Project(tmp_path / "source").write({"_fast.py": SLOW}).folder / "_fast.py"
    aliases = {"pkg._fast": str(source)}
    python = subject("pkg", name="python", aliases=aliases, loads=("pkg._fast",))
    compiled = subject("pkg", name="compiled", loads=("pkg._fast",))
    report = run_suite([python, compiled], tests, ("-k", "odd"))
    assert table(report) == {"test_it.py::test_odd": ("failed", "passed")}
    assert [each.traits for each in report.findings] == [()]


def test_the_package_stands_for_itself_without_the_module(site: Path, tests: Path) -> None:
    init = """
        def double(value): return value * 2

        class Box:
            kind = "slow"

        try:
            from pkg._fast import double, Box
        except ImportError:
            pass
    """
    fast = pair(site, init=init)[0]
    report = run_suite([fast, subject("pkg", name="python")], tests, ("-k", "odd"))
    assert table(report) == {"test_it.py::test_odd": ("passed", "failed")}
    assert [each.candidate_name for each in report.findings] == ["python"]


@pytest.mark.parametrize(
    ("init", "said"),
    [
        (
            "from pkg._slow import double, Box\nimport pkg._fast\n",
            "pkg.double is of pkg._slow pkg.Box is of pkg._slow",
        ),
        ("from pkg._slow import double, Box\n", "pkg._fast was never imported"),
    ],
    ids=["bound", "imported"],
)
def test_what_ran_is_proved(site: Path, tests: Path, init: str, said: str) -> None:
    pair(site, init=init)
    slow = subject("pkg._slow", aliases={"pkg._fast": "pkg._slow"})
    report = run_suite([subject("pkg._fast"), slow], tests, ("-k", "same"))
    found = [each.summary for each in report.findings if each.candidate_name == "pkg._fast"]
    assert found == [f"[TW726] the suite was to run pkg by pkg._fast, and did not: {said}"]


def test_a_module_that_nothing_imports_is_not_replaced(site: Path, tests: Path) -> None:
    pair(site, init="from pkg._slow import double, Box\n")
    subjects = [subject("pkg._slow"), subject("pkg._fast", aliases={"pkg._other": "pkg._fast"})]
    report = run_suite(subjects, tests, ("-k", "same"))
    (found,) = report.findings
    assert found.traits == ("TW726",)
    assert found.summary.endswith(": pkg._fast was never imported")


def test_a_package_that_falls_back_in_silence_is_found(site: Path, tests: Path) -> None:
    """The module can be imported by itself, but not by the suite."""
    init = """
        try:
            from pkg._fast import double, Box
        except Exception:
            def double(value): return value * 2
    """
    pair(site, init=init, slow=f"import sys\nassert 'pytest' not in sys.modules\n{dedent(SLOW)}")
    slow = subject("pkg._slow", aliases={"pkg._fast": "pkg._slow"})
    report = run_suite([subject("pkg._fast"), slow], tests, ("-k", "same"))
    (found,) = report.findings
    assert found.traits == ("TW726",)
    assert "pkg._slow: AssertionError: " in found.summary


def test_a_package_that_uses_none_of_the_modules(site: Path, tests: Path) -> None:
    subjects = pair(site, init="double = Box = None\n")
    with pytest.raises(VerifyError) as caught:
        run_suite(subjects, tests)
    assert caught.value.code == "TW732"


def test_a_package_that_is_filled_when_it_is_asked(site: Path, tests: Path) -> None:
    """It imports a part of itself only when a name of it is asked for."""
    init = """
        def __dir__():
            return ["double", "Box"]

        def __getattr__(name):
            import pkg._api as api
            return getattr(api, name)
    """
    subjects = pair(site, init=init)
    Project(site).write({"pkg/_api.py": PAIR})
    report = run_suite(subjects, tests, ("-k", "odd"))
    assert table(report) == {"test_it.py::test_odd": ("passed", "failed")}
    assert [each.kind for each in report.findings] == ["test"]


def test_one_that_is_kept_beside_the_other_is_no_mistake(site: Path, tests: Path) -> None:
    init = "from pkg._slow import double as slow_double\nfrom pkg._fast import double, Box\n"
    report = run_suite(pair(site, init=init), tests, ("-k", "same"))
    assert report.findings == ()


def test_a_source_tree_does_not_hide_what_is_installed(site: Path, tmp_path: Path) -> None:
    """Pytest puts the folder of the tests on the path, and there may be another package there."""
    project = Project(tmp_path / "project").write(
        {
            "pyproject.toml": "[tool.pytest.ini_options]\npythonpath = ['.']\n",
            "conftest.py": "",
            "pkg/__init__.py": "raise RuntimeError('it is not compiled')\n",
            "test_it.py": "import pkg\ndef test_it(): assert pkg.double(1) == 2\n",
        }
    )
    report = run_suite(pair(site)[:1], project.folder)
    assert table(report) == {"test_it.py::test_it": ("passed",)}
    assert report.findings == ()


def test_tests_inside_of_a_source_tree_are_those_of_the_installed_package(
    site: Path, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project").write(
        {
            "setup.py": "",
            "src/pkg/__init__.py": "raise RuntimeError('it is not compiled')\n",
            "src/pkg/tests/__init__.py": "",
            "src/pkg/tests/helper.py": "from pkg import double\n",
            "src/pkg/tests/test_it.py": """
                from ..tests.helper import double
                def test_it(): assert double(1) == 2
            """,
        }
    )
    for tests in (project.folder, project.folder / "src/pkg/tests"):
        report = run_suite(pair(site)[:1], tests)
        assert table(report) == {"test_it.py::test_it": ("passed",)}
        assert report.findings == ()


def test_tests_that_are_installed_need_not_be_named(site: Path) -> None:
    subjects = pair(site)[:1]
    Project(site).write(
        {
            "pkg/tests/__init__.py": "",
            "pkg/tests/test_it.py": "from pkg import Box\ndef test_it(): assert Box\n",
        }
    )
    report = run_suite(subjects)
    assert [row.test for row in report.tests] == ["pkg/tests/test_it.py::test_it"]
    assert report.notes == (f"the tests are those of {site / 'pkg/tests'}",)


def test_the_project_in_the_current_folder_is_looked_at(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(tmp_path / "project").write(
        {
            "pyproject.toml": "[tool.pytest.ini_options]\ntestpaths = ['checks']\n",
            "src/pkg/__init__.py": "",
            "checks/test_it.py": "import pkg\ndef test_it(): assert pkg.double(1) == 2\n",
            "test_other.py": "def test_other(): assert 0\n",
        }
    )
    monkeypatch.chdir(project.folder)
    report = run_suite(pair(site)[:1])
    assert [row.test for row in report.tests] == ["checks/test_it.py::test_it"]


def test_tests_that_are_named_by_modules_are_matched_by_their_order(
    site: Path, tmp_path: Path
) -> None:
    project = Project(tmp_path / "suite").write(
        {
            "test_it.py": """
                import importlib, pytest
                modules = [importlib.import_module(f"pkg.{name}") for name in ("_slow", "_fast")]

                @pytest.mark.parametrize("module", modules, ids=lambda each: each.__name__)
                @pytest.mark.parametrize("number", [1, 2])
                def test_it(module, number):
                    assert module.double(number) == 2 * number
                    assert number == 1 or module.Box.kind == "fast"
            """
        }
    )
    report = run_suite(pair(site), project.folder)
    assert table(report) == {
        "test_it.py::test_it[1-pkg._slow]": ("passed", "passed"),
        "test_it.py::test_it[1-pkg._fast]": ("passed", "passed"),
        "test_it.py::test_it[2-pkg._slow]": ("failed", "failed"),
        "test_it.py::test_it[2-pkg._fast]": ("passed", "failed"),
    }
    assert [each.component for each in report.findings] == ["test_it.py::test_it[2-pkg._fast]"]
    assert any("4 parametrised tests have other names" in note for note in report.notes)


def test_a_twin_package_is_bound_by_its_variable(
    tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.mkdir()
    Maker(site)(
        components=["convolve", "blur"],
        sources={"rust": "def convolve(): return 'rust'\n"},
        init=INIT.format(names="convolve = _kernels.convolve"),
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(SOURCE)]))
    monkeypatch.setenv("TWIN_USE_RUST", "0")
    project = Project(tmp_path / "suite").write(
        {"test_it.py": "import twin\ndef test_it(): assert twin.convolve() != 'rust'\n"}
    )
    subjects = [
        subject(
            f"twin._{name}",
            name=name,
            package="twin",
            variables={"TWIN_IMPLEMENTATION": name},
            components=("convolve", "blur"),
        )
        for name in ("c", "rust", "python")
    ]
    report = run_suite(subjects, project.folder)
    assert table(report) == {"test_it.py::test_it": ("passed", "failed", "passed")}
    summaries = [each.summary for each in report.findings]
    assert summaries == [
        "[TW728] rust has no blur, so another implementation was tested there",
        "only rust fails: AssertionError: assert 'rust' != 'rust'",
    ]
    unknown = subject("twin._d", name="d", package="twin", variables={"TWIN_IMPLEMENTATION": "d"})
    with pytest.raises(VerifyError) as caught:
        run_suite([subjects[0], unknown], project.folder)
    assert caught.value.code == "TW730"
    assert caught.value.accepted == "all, rust, c, python"
