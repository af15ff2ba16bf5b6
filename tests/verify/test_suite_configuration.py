"""Suites whose configuration, conftest or tests ask for what is not installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.suites import Project, enter, pair, table

from twinwheel.errors import VerifyError
from twinwheel.verify.suite import run_suite
from twinwheel.verify.suite.configuration import option, words_of

PASSES = "import pkg\ndef test_it(): assert pkg.double(1) == 2\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("file", "text", "note"),
    [
        (
            "pytest.ini",
            """
                [pytest]
                # of plugins that are not here
                addopts =
                  -p no_such_plugin
                  -x
                  # how much is covered
                  --no-such-cov --no-such-report='a&b'
                  -m "not slow"
            """,
            "-p no_such_plugin --no-such-cov '--no-such-report=a&b' of its addopts, which pytest",
        ),
        (
            "setup.cfg",
            """
                [tool:pytest]
                required_plugins = no-such-plugin
                addopts = -m 'not slow'
            """,
            "its required_plugins, as pytest says: Missing required plugins: no-such-plugin",
        ),
        (
            "pyproject.toml",
            """
                [tool.pytest.ini_options]
                addopts = ["-m", "not slow"]
                filterwarnings = ["error::NoSuchWarning"]
            """,
            "its filterwarnings, as pytest says: ",
        ),
        (
            "tox.ini",
            """
                [pytest]
                minversion = 99
                python_files = other_*.py
            """,
            "its pytest configuration, as pytest says: ",
        ),
    ],
    ids=["addopts", "required_plugins", "filterwarnings", "minversion"],
)
def test_what_pytest_does_not_know_is_left_out_and_told(
    site: Path, tmp_path: Path, file: str, text: str, note: str
) -> None:
    slow = "import pytest\n@pytest.mark.slow\ndef test_slow(): pytest.skip('it is slow')\n"
    project = Project(tmp_path / "suite").write({file: text, "test_a.py": PASSES + slow})
    report = run_suite(pair(site)[:1], project.folder)
    rows = table(report)
    assert rows.pop("test_a.py::test_it") == ("passed",)
    assert list(rows) == (["test_a.py::test_slow"] if file == "tox.ini" else [])
    assert report.notes[1].startswith(f"the suite is run without {note}")
    assert report.findings == ()


def test_what_one_needs_is_left_out_for_all(site: Path, tmp_path: Path) -> None:
    """The first is run again, as it would have run by another configuration."""
    conftest = """
        import sys, pkg

        def pytest_addoption(parser):
            if pkg.Box.kind == "fast":
                parser.addoption("--only-there")
    """
    files = {"conftest.py": conftest, "pytest.ini": "[pytest]\naddopts = --only-there=1\n"}
    project = Project(tmp_path / "suite").write(files)
    project.write(
        {"test_it.py": "def test_it(pytestconfig): assert 'only_there' in pytestconfig.option\n"}
    )
    report = run_suite(pair(site), project.folder)
    assert report.notes[1] == (
        "the suite is run without --only-there=1 of its addopts, which pytest does not know there"
    )
    assert table(report) == {"test_it.py::test_it": ("passed", "failed")}


def test_a_configuration_that_works_is_followed(site: Path, tmp_path: Path) -> None:
    """But for what would end a run early."""
    project = Project(tmp_path / "suite").write(
        {
            "pytest.ini": "[pytest]\naddopts = -x -k 'not third'\npython_functions = check_*\n",
            "test_it.py": """
                import pkg
                def check_first(): assert 0
                def check_second(): assert pkg.double(1) == 2
                def check_third(): assert 0
                def test_fourth(): assert 0
            """,
        }
    )
    report = run_suite(pair(site)[:1], project.folder)
    assert table(report) == {
        "test_it.py::check_first": ("failed",),
        "test_it.py::check_second": ("passed",),
    }
    assert report.notes == (
        f"the tests are those of {project.folder}",
        "1 test fails in every implementation: test_it.py::check_first",
    )
    assert {each.name for each in project.folder.iterdir()} <= {
        *("pytest.ini", "test_it.py", "__pycache__")
    }


def test_what_is_missing_is_told_and_the_rest_is_run(site: Path, tmp_path: Path) -> None:
    project = Project(tmp_path / "suite").write(
        {
            "test_a.py": PASSES,
            "test_b.py": f"import no_such.inner\n{PASSES}",
            "test_c.py": f"import no_such\n{PASSES}",
            "test_d.py": "syntax error\n",
            "test_e.py": """
                def test_fixture(no_such): pass
                async def test_coroutine(): pass
            """,
        }
    )
    report = run_suite(pair(site), project.folder)
    assert report.findings == ()
    rows = table(report)
    assert rows["test_a.py::test_it"] == ("passed", "passed")
    assert rows["test_b.py"] == rows["test_c.py"] == rows["test_d.py"] == ("error", "error")
    assert set(report.notes[1:-1]) == {
        "there is no module no_such, so these tests are not run: test_b.py, test_c.py",
        "these could not be collected: test_d.py",
        "fixtures of pytest plugins that are not installed are asked for: no_such (1 tests)",
        "1 tests are coroutines, and no pytest plugin that runs them is there",
    }
    assert report.notes[-1].startswith("3 tests fail in every implementation: test_d.py, ")


@pytest.mark.parametrize(
    ("conftest", "said"),
    [
        ("import no_such_module\n", "fails with pkg._fast: there is no module no_such_module"),
        ("1 / 0\n", "fails with pkg._fast: it cannot be imported"),
    ],
)
def test_a_conftest_that_fails(site: Path, tmp_path: Path, conftest: str, said: str) -> None:
    project = Project(tmp_path / "suite").write({"conftest.py": conftest, "test_it.py": PASSES})
    with pytest.raises(VerifyError) as caught:
        run_suite(pair(site)[:1], project.folder)
    assert caught.value.code == "TW723"
    assert said in caught.value.message


def test_pytest_that_does_not_start(site: Path, tmp_path: Path) -> None:
    project = Project(tmp_path / "suite").write({"test_it.py": PASSES})
    with pytest.raises(VerifyError) as caught:
        run_suite(pair(site)[:1], project.folder, ["--no-such-option"])
    assert caught.value.code == "TW724"
    assert "unrecognized arguments: --no-such-option" in caught.value.where


def test_a_process_that_dies_at_once(site: Path, tmp_path: Path) -> None:
    files = {"conftest.py": "import os\nos.abort()\n", "test_it.py": PASSES}
    project = Project(tmp_path / "suite").write(files)
    with pytest.raises(VerifyError) as caught:
        run_suite(pair(site)[:1], project.folder)
    assert caught.value.code == "TW724"
    assert "SIGABRT" in caught.value.where


@pytest.mark.parametrize("arguments", [[], ["-k", "nothing"]])
def test_no_tests(site: Path, tmp_path: Path, arguments: list[str]) -> None:
    files = {"conftest.py": ""} if not arguments else {"test_it.py": PASSES}
    project = Project(tmp_path / "suite").write(files)
    with pytest.raises(VerifyError) as caught:
        run_suite(pair(site)[:1], project.folder, arguments)
    assert caught.value.code == "TW722"


@pytest.mark.parametrize(
    ("files", "value"),
    [
        ({"pytest.ini": "[pytest]\naddopts = -a\n", "tox.ini": "[pytest]\naddopts = -b\n"}, ["-a"]),
        ({"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '-a \"b c\"'\n"}, ["-a", "b c"]),
        ({"pyproject.toml": "[tool.pytest]\naddopts = ['-a', 'b c']\n"}, ["-a", "b c"]),
        ({"tox.ini": "[pytest]\naddopts =\n  -a\n  # -b\n  -c\n"}, ["-a", "-c"]),
        ({"setup.cfg": "[tool:pytest]\naddopts = -a 100%\n"}, ["-a", "100%"]),
        ({"setup.cfg": "nonsense", "tox.ini": "[tox]\n", "pyproject.toml": "[tool"}, []),
        ({"tox.ini": "[pytest]\naddopts = 'never closed\n"}, []),
        ({}, []),
    ],
)
def test_options_are_read_from_where_pytest_reads_them(
    tmp_path: Path, files: dict[str, str], value: list[str]
) -> None:
    project = Project(tmp_path / "suite").write(files)
    assert words_of(option(project.folder, "addopts")) == value
