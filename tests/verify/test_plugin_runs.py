"""``pytest --twinwheel``: each implementation in a process of its own, and proof of which it was.

Each test here writes a project and runs pytest on it, which runs pytest again.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from support.suites import Project, twin_project
from support.twins import Maker

PASSING = {"tests/test_it.py": "import twin\ndef test_it(): assert twin.convolve()\n"}
DIFFERING = {
    "tests/test_it.py": """
        import os, subprocess, sys
        import pytest, twin

        def test_same():
            assert twin.convolve() in ("rust", "c", "python")

        def test_odd():
            assert twin.convolve() != "rust", "rust is odd"

        def test_slow():
            if twin.convolve() == "python":
                pytest.skip("too slow")

        def test_dies():
            if twin.convolve() == "c":
                os._exit(7)

        def test_wrong():
            assert not twin.convolve(), "always"

        def test_process():
            code = "import twin; print(twin.convolve())"
            found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
            assert found.stdout.strip() == twin.convolve()

        @pytest.mark.xfail(strict=True)
        def test_expected():
            assert twin.convolve() == "rust"

        @pytest.mark.twinwheel(only=["c", "python"])
        def test_marked():
            assert twin.convolve() != "rust"
    """
}
"""Eight tests, of which three are the same everywhere, and one is wrong everywhere."""


@pytest.mark.parametrize("spread", [(), ("-n2",)], ids=["alone", "xdist"])
def test_outcomes_are_shown_side_by_side(tmp_path: Path, spread: tuple[str, ...]) -> None:
    project = twin_project(tmp_path, DIFFERING)
    done = project.pytest("--twinwheel=all", "--strict-markers", *spread, TWIN_USE_C="0")
    shown = done.section()
    assert done.code == 1
    for name in ("rust", "c", "python"):
        assert f"twinwheel: {name} (twin._{name})" in done.out
    table = [line.split() for line in shown.splitlines()[1:5]]
    assert table == [
        ["passed", "failed", "crashed", "skipped", "xfailed", "left", "out"],
        ["rust", "4", "3", "0", "0", "0", "1"],
        ["c", "5", "1", "1", "0", "1", "0"],
        ["python", "5", "1", "0", "1", "1", "0"],
    ]
    for said, test, why in (
        ("only rust fails", "test_odd", "rust: failed: AssertionError: rust is odd"),
        ("only rust fails", "test_expected", "rust: failed: [XPASS(strict)]"),
        ("only python skips", "test_slow", "python: skipped: Skipped: too slow"),
        ("only c crashes", "test_dies", "c: crashed: "),
    ):
        _, mark, rest = shown.partition(f"\n{said}\n")
        assert mark, shown
        block = rest.partition("\n\n")[0]
        assert f"tests/test_it.py::{test}" in block
        assert why in block
    assert "1 test fails in every implementation: tests/test_it.py::test_wrong" in shown
    assert "4 of 8 differ" in shown
    assert "[TW" not in shown


def test_equal_implementations_are_a_success(tmp_path: Path) -> None:
    """Whatever the user's own variables say, and with the arguments that every run is given."""
    project = twin_project(tmp_path, {**PASSING, "tests/test_off.py": "assert False\n"})
    report = tmp_path / "out" / "report.xml"
    done = project.pytest(
        "--twinwheel=python,c",
        "--import-mode=importlib",
        "--ignore=test_off.py",
        f"--junitxml={report}",
        "-k",
        "test_it",
        cwd="tests",
        TWIN_IMPLEMENTATION="rust",
        TWIN_ROLLOUT="policy.toml",
    )
    assert done.code == 0, done.out
    assert "1 tests, the same with python and c" in done.section()
    assert "twin._rust" not in done.out
    # one after the other, in the order that was given
    assert done.out.index("twinwheel: python") < done.out.index("twinwheel: c")
    for name in ("c", "python"):
        root = ET.parse(report.with_name(f"report-{name}.xml")).getroot()
        assert [each.get("name") for each in root.iter("testcase")] == ["test_it"]


WRONG = {
    "other": (
        {
            "conftest.py": 'import os\nos.environ["TWIN_IMPLEMENTATION"] = "python"\n',
            **PASSING,
        },
        "TW726",
        "convolve is bound to python",
    ),
    "never": ({"test_it.py": "def test_it(): pass\n"}, "TW725", "never imported twin"),
    "replaced": (
        {
            "test_it.py": """
                import sys, twin

                def test_it():
                    import twin._python
                    twin.convolve = twin._python.convolve
            """
        },
        "TW726",
        "twin.convolve is that of python",
    ),
    "thrown out": (
        {"test_it.py": "import sys, twin\ndef test_it(): del sys.modules['twin']\n"},
        "TW727",
        "took it out of sys.modules",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_it_is_an_error_if_another_implementation_ran(tmp_path: Path, case: str) -> None:
    tests, code, why = WRONG[case]
    done = twin_project(tmp_path, tests).pytest("--twinwheel=rust", "-p", "no:cacheprovider")
    assert done.code == 1
    assert f"[{code}]" in done.section()
    assert why in done.section()


def test_a_worker_that_ran_another_one_is_found(tmp_path: Path) -> None:
    """With xdist the workers tell, and one that did not import the package has no say."""
    project = twin_project(
        tmp_path,
        {
            "test_a.py": "def test_a(): pass\n",
            "test_b.py": """
                def test_b(monkeypatch):
                    monkeypatch.setenv("TWIN_IMPLEMENTATION", "python")
                    import twin
                    assert twin.convolve() == "python"
            """,
        },
    )
    done = project.pytest("--twinwheel=rust", "-n2", "--dist=loadfile")
    assert done.code == 1
    assert "[TW726]" in done.section()
    assert "convolve is bound to python" in done.section()


def test_a_component_that_is_missing_is_told(tmp_path: Path) -> None:
    project = twin_project(
        tmp_path,
        {
            "test_it.py": """
                import twin

                def test_it():
                    assert twin.blur() in ("c", "python")
                    assert twin.convolve() in ("rust", "c", "python")
            """
        },
        "convolve",
        "blur",
        rust="def convolve(): return 'rust'\n",
    )
    done = project.pytest("--twinwheel=all")
    assert done.code == 1
    assert "1 tests, the same with rust, c and python" in done.section()
    assert done.section().count("[TW728]") == 1
    assert "rust has no blur, so another implementation was tested there" in done.section()
    assert "[TW726]" not in done.section()


def test_what_cannot_be_imported_is_told_and_the_others_run(tmp_path: Path) -> None:
    project = twin_project(
        tmp_path, PASSING, rust="raise ValueError('no such CPU')\n", c="import os\nos.abort()\n"
    )
    done = project.pytest("--twinwheel=all")
    assert done.code == 1
    shown = done.section()
    assert "[TW729] rust cannot be imported: " in shown
    assert "ValueError: no such CPU" in shown
    assert "[TW729] c cannot be imported: the process was killed by SIGABRT" in shown
    assert "1 tests, the same with python" in shown


def test_a_test_that_hangs_is_stopped_and_the_rest_run(tmp_path: Path) -> None:
    project = twin_project(
        tmp_path,
        {
            "test_it.py": """
                import time, twin

                def test_hangs():
                    if twin.convolve() == "rust":
                        time.sleep(600)

                def test_after():
                    assert twin.convolve()
            """
        },
    )
    done = project.pytest("--twinwheel=rust,c", "--twinwheel-timeout=2")
    shown = done.section()
    assert done.code == 1
    assert "only rust hangs\n  test_it.py::test_hangs\n    rust: hung: not over after 2 s" in shown
    assert ["rust", "1", "1"] in [line.split() for line in shown.splitlines()]


def test_a_module_that_fails_with_one_is_one_difference(tmp_path: Path) -> None:
    project = twin_project(
        tmp_path,
        {
            **PASSING,
            "tests/test_other.py": """
                import twin

                if twin.convolve() == "c":
                    import no_such_module

                def test_one(): pass
                def test_two(): pass
            """,
        },
    )
    done = project.pytest("--twinwheel=rust,c", "--continue-on-collection-errors")
    shown = done.section()
    assert done.code == 1
    assert "only c has an error\n  tests/test_other.py\n" in shown
    assert "there is no module no_such_module" in shown
    assert "1 of 4 differ" in shown


@pytest.mark.parametrize(
    ("arguments", "pyproject", "said"),
    [
        (["--twinwheel=fortran"], None, "[TW730] twin has no implementation 'fortran'"),
        (["--twinwheel=c"], None, "it was not built: no compiler"),
        (["--twinwheel=all"], "", "[TW731] no twin package is named here"),
        (
            ["--twinwheel=all", "--twinwheel-package=json"],
            None,
            "[TW731] json is no twin package: it has no manifest",
        ),
        (
            ["--twinwheel=all", "--twinwheel-package=nothing"],
            None,
            "[TW731] nothing is no twin package: there is no module nothing",
        ),
    ],
    ids=["unknown", "not built", "no package", "no twin", "not there"],
)
def test_mistakes_of_the_user(
    tmp_path: Path, arguments: list[str], pyproject: str | None, said: str
) -> None:
    root = tmp_path / "project"
    root.mkdir()
    Maker(root)(absent={"c": "no compiler"})
    text = '[tool.twinwheel]\npackage = "twin"\n' if pyproject is None else pyproject
    # Else pytest itself would read the broken file.
    project = Project(root).write({"pyproject.toml": text, "pytest.ini": "[pytest]\n", **PASSING})
    done = project.pytest(*arguments)
    assert done.code == 4, done.out
    assert said in done.out
    assert "Traceback" not in done.out


def test_all_packages_of_a_project_are_bound_together(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    make = Maker(root)
    make("one")
    make("two", absent={"c": "not ported"})
    project = Project(root).write(
        {
            "pyproject.toml": "[tool.twinwheel.packages.one]\n[tool.twinwheel.packages.two]\n",
            "test_it.py": """
                import one, two

                def test_it():
                    names = one._kernels.convolve(), two._kernels.convolve()
                    assert names in [("rust", "rust"), ("c", "rust")]
            """,
        }
    )
    done = project.pytest("--twinwheel=rust,c")
    assert done.code == 0, done.out
    done = project.pytest("--twinwheel=rust", "--twinwheel-package=two")
    assert done.code == 0, done.out


def test_no_tests_are_no_success(tmp_path: Path) -> None:
    done = twin_project(tmp_path, {}).pytest("--twinwheel=rust,c")
    assert done.code == pytest.ExitCode.NO_TESTS_COLLECTED


def test_each_implementation_has_its_own_last_failures(tmp_path: Path) -> None:
    project = twin_project(
        tmp_path,
        {
            "test_it.py": """
                import twin
                def test_rust(): assert twin.convolve() == "rust"
                def test_c(): assert twin.convolve() == "c"
            """
        },
    )
    project.pytest("--twinwheel=rust,c")
    done = project.pytest("--twinwheel=rust,c", "--last-failed", "-v")
    assert "test_it.py::test_c FAILED" in done.out
    assert "test_it.py::test_rust FAILED" in done.out
    assert "PASSED" not in done.out


def test_options_of_the_interpreter_hold_in_each_run(tmp_path: Path) -> None:
    text = "import sys, twin\ndef test_it(): assert twin and sys.flags.dev_mode\n"
    project = twin_project(tmp_path, {"test_it.py": text})
    assert project.pytest("--twinwheel=rust", python=("-X", "dev")).code == 0


def test_it_does_next_to_nothing_unless_it_is_asked(tmp_path: Path) -> None:
    """Pytest loads it in each run of each environment that has twinwheel."""
    project = Project(tmp_path / "project").write(
        {
            "test_it.py": """
                import sys

                def test_it(pytestconfig):
                    assert pytestconfig.pluginmanager.has_plugin("twinwheel")
                    loaded = {name for name in sys.modules if name.startswith("twinwheel")}
                    rooms = {name.split(".")[1] for name in loaded if "." in name}
                    assert rooms <= {"manifest", "selection", "verify"}
                    parts = {tuple(name.split(".")[2:4]) for name in loaded if ".verify." in name}
                    assert parts == {("plugin",), ("plugin", "fixtures")}
            """
        }
    )
    done = project.pytest("-Werror", "--strict-config", "--strict-markers", installed=True)
    assert done.code == 0, done.out
    assert "side by side" not in done.out


@pytest.mark.parametrize("option", ["--collect-only", "--markers", "--fixtures", "--version"])
def test_what_runs_no_tests_is_done_once(tmp_path: Path, option: str) -> None:
    done = twin_project(tmp_path, PASSING).pytest("--twinwheel=all", option)
    assert done.code == 0
    assert "side by side" not in done.out


def test_it_may_be_among_addopts(tmp_path: Path) -> None:
    project = twin_project(tmp_path, PASSING)
    project.write({"pytest.ini": "[pytest]\naddopts = --twinwheel=c\n"})
    done = project.pytest(installed=True)
    assert done.code == 0
    assert "1 tests, the same with c" in done.section()


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    left = tmp_path / "left"
    left.mkdir()
    project = twin_project(tmp_path, PASSING)
    project.pytest("--twinwheel=c", TMPDIR=str(left))
    assert list(left.glob("twinwheel*")) == []
