"""A suite run in several environments: each has its own release of the package."""

from __future__ import annotations

import os
import site as host_site
import sys
import venv
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.suites import Project, enter, subject, table
from support.twins import Maker

from twinwheel.errors import VerifyError
from twinwheel.verify.subjects import Subject
from twinwheel.verify.suite import run_suite

TESTS = {
    "test_it.py": """
        import pkg, sys

        def test_double(): assert pkg.double(2) == 4
        def test_half(): assert pkg.half(2) == 1
        def test_inner(): assert "pkg.inner" not in sys.modules
    """
}
METADATA = "Metadata-Version: 2.1\nName: pkg-dist\nVersion: {version}\n"


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter(tmp_path, monkeypatch)


def environment(folder: Path, version: str, init: str, *, has_pytest: bool = True) -> Subject:
    """A virtual environment with a release of ``pkg``, and this one's pytest if that is wanted."""
    venv.create(folder, symlinks=os.name != "nt")
    (packages,) = folder.glob("lib/python*/site-packages")
    made = Project(packages).write(
        {
            "pkg/__init__.py": init,
            f"pkg_dist-{version}.dist-info/METADATA": METADATA.format(version=version),
            f"pkg_dist-{version}.dist-info/RECORD": "pkg/__init__.py,,\n",
        }
    )
    if has_pytest:
        paths = [path for path in host_site.getsitepackages() if Path(path, "pytest").is_dir()]
        made.write({"host.pth": "\n".join(paths)})
    python = str(folder / "bin" / "python")
    return subject("pkg", name=f"pkg=={version}", python=python, isolated=True)


DOUBLE = "def double(value): return value * 2\ndef half(value): return value / 2\n"


def test_each_release_is_tested_in_its_own_environment(tmp_path: Path, work: Path) -> None:
    """Whatever is on the path of this process, or beside the tests."""
    subjects = [
        environment(tmp_path / "one", "1.0", DOUBLE),
        environment(tmp_path / "two", "2.0", "def double(value): return value + 1\n"),
    ]
    broken = {"pkg/__init__.py": "raise RuntimeError\n"}
    Project(work).write(broken)
    tests = Project(tmp_path / "suite").write({**TESTS, **broken, "setup.py": ""})
    report = run_suite(subjects, tests.folder)
    assert table(report) == {
        "test_it.py::test_double": ("passed", "failed"),
        "test_it.py::test_half": ("passed", "failed"),
        "test_it.py::test_inner": ("passed", "passed"),
    }
    assert [each.summary for each in report.findings] == [
        "only pkg==2.0 fails: assert 3 == 4",
        "only pkg==2.0 fails: AttributeError: module 'pkg' has no attribute 'half'",
    ]
    python = ".".join(map(str, sys.version_info[:3]))
    for side, version in zip(report.sides, ("1.0", "2.0"), strict=True):
        assert side.detail.startswith(f"pkg-dist {version}, CPython {python}, pytest ")
        assert side.detail.endswith("no extension module")


def test_the_tests_of_the_control_are_run_with_both(tmp_path: Path, work: Path) -> None:
    subjects = [
        environment(tmp_path / "one", "1.0", DOUBLE),
        environment(tmp_path / "two", "2.0", DOUBLE),
    ]
    for name, extra in (("one", ""), ("two", "def test_new(): pass\n")):
        (packages,) = (tmp_path / name).glob("lib/python*/site-packages")
        test = f"from ..tests import helper\nimport pkg\ndef test_it(): assert helper.ONE\n{extra}"
        Project(packages).write(
            {
                "pkg/tests/__init__.py": "",
                "pkg/tests/helper.py": "ONE = 1\n",
                "pkg/tests/test_it.py": test,
            }
        )
    report = run_suite(subjects)
    assert table(report) == {"test_it.py::test_it": ("passed", "passed")}
    assert report.findings == ()


def test_another_package_than_that_of_the_environment_is_found(tmp_path: Path, work: Path) -> None:
    subjects = [
        environment(tmp_path / "one", "1.0", DOUBLE),
        environment(tmp_path / "two", "2.0", DOUBLE),
    ]
    tests = Project(tmp_path / "suite").write(
        {
            "mine/pkg/__init__.py": DOUBLE,
            "conftest.py": """
                import importlib.util, pathlib, sys
                path = pathlib.Path(__file__).with_name("mine") / "pkg" / "__init__.py"
                spec = importlib.util.spec_from_file_location("pkg", path)
                sys.modules["pkg"] = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(sys.modules["pkg"])
            """,
            **TESTS,
        }
    )
    report = run_suite(subjects, tests.folder)
    assert [each.traits for each in report.findings] == [("TW726",), ("TW726",)]
    assert str(tests.folder / "mine/pkg/__init__.py") in report.findings[0].summary
    assert "site-packages" in report.findings[0].summary


def test_an_environment_without_pytest(tmp_path: Path, work: Path) -> None:
    control = environment(tmp_path / "one", "1.0", DOUBLE)
    bare = environment(tmp_path / "two", "2.0", DOUBLE, has_pytest=False)
    tests = Project(tmp_path / "suite").write(TESTS)
    with pytest.raises(VerifyError) as caught:
        run_suite([control, bare], tests.folder)
    assert caught.value.code == "TW721"
    assert caught.value.help == f"install it there: {bare.python} -m pip install pytest"


def test_pytest_is_installed_where_that_is_allowed(
    tmp_path: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From where pip is told to look: here a stand-in that is enough to be found."""
    links = tmp_path / "links"
    links.mkdir()
    for name, version in (("pytest", "99"), ("needed", "1")):
        info = f"{name}-{version}.dist-info"
        with zipfile.ZipFile(links / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{name}.py", "")
            wheel.writestr(
                f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            )
            wheel.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{info}/RECORD", f"{name}.py,,\n{info}/RECORD,,\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(links))
    bare = environment(tmp_path / "one", "1.0", DOUBLE, has_pytest=False)
    tests = Project(tmp_path / "suite").write(TESTS)
    with pytest.raises(VerifyError) as caught:
        run_suite([bare], tests.folder, may_install=True, requirements=["needed"])
    assert caught.value.code == "TW724"  # it is no pytest, but it is there
    (packages,) = (tmp_path / "one").glob("lib/python*/site-packages")
    assert (packages / "pytest.py").is_file()
    assert (packages / "needed.py").is_file()
    with pytest.raises(VerifyError) as caught:
        run_suite([bare], tests.folder, may_install=True, requirements=["nowhere"])
    assert caught.value.code == "TW721"
    assert "nowhere" in caught.value.message


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({"python": "no-such-python"}, "TW733", "no-such-python"),
        ({"python": "false"}, "TW733", "does not run"),
        ({"package": "no_such_package", "module": "no_such_package"}, "TW734", "no module"),
        ({"module": "pkg._rust"}, "TW729", "No module named 'pkg._rust'"),
    ],
)
def test_a_subject_that_is_not_there(
    tmp_path: Path, work: Path, change: dict[str, Any], code: str, said: str
) -> None:
    Project(work).write({"pkg/__init__.py": DOUBLE})
    tests = Project(tmp_path / "suite").write(TESTS)
    control = subject("pkg", name="one")
    with pytest.raises(VerifyError) as caught:
        run_suite([replace(control, **change)], tests.folder)
    assert caught.value.code == code
    assert said in str(caught.value)
    if code == "TW729":
        # Of a candidate it is a finding, and the others are run.
        report = run_suite([control, replace(control, **{"name": "two", **change})], tests.folder)
        assert [each.traits for each in report.findings] == [("TW729",)]
        assert table(report)["test_it.py::test_double"] == ("passed", "not run")


def test_a_crash_at_import_is_told(tmp_path: Path, work: Path) -> None:
    Project(work).write({"pkg/__init__.py": "import os\nos.abort()\n"})
    tests = Project(tmp_path / "suite").write(TESTS)
    with pytest.raises(VerifyError) as caught:
        run_suite([subject("pkg")], tests.folder)
    assert caught.value.code == "TW729"
    assert "the process was killed by SIGABRT" in caught.value.message


def test_a_twin_package_is_found_by_its_manifest_without_being_imported(
    tmp_path: Path, work: Path
) -> None:
    work.mkdir()
    Maker(work)(init="raise RuntimeError('it was imported')\n")
    from twinwheel.verify.suite.kit import make_kit
    from twinwheel.verify.suite.probing import probe

    room = tmp_path / "room"
    room.mkdir()
    make_kit(room)
    found = probe("twin", [sys.executable], "twin", room, isolated=False)
    assert found.manifest is not None
    assert found.manifest["package"] == "twin"
    assert found.error == ""
