"""Editable installs: edits show at once, and nothing is written between the sources."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path

import pytest
from support.projects import Environment, Project, names, natives


def install(twin: Project, environment: Environment) -> None:
    """Install it by pip, whose build runs in the environment and needs this run's build tools."""
    site = environment.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    Path(site, "tools.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    environment.pip(
        "install",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
        "-e",
        str(twin.root),
        environ=twin.environ,
    )


def test_the_life_of_a_developer(twin: Project, environment: Environment) -> None:
    before = twin.listing()
    output = twin.root.parent / "editable"
    output.mkdir()
    outcome = twin.hook("build_editable", wheel_directory=str(output))
    assert outcome.code == 0, outcome.text
    assert twin.listing() == before
    wheel = output / outcome.result
    assert natives(names(wheel)) == []
    environment.pip("install", "--no-deps", "--no-index", str(wheel))

    bound = "import twin, twin._rust; print(twin.double is twin._rust.double, twin.double(21))"
    assert environment.run("-c", bound) == "True 42"
    where = "import twin._c; print(twin._c.__file__)"
    native = Path(environment.run("-c", where))
    assert native.is_relative_to(twin.root / "build" / "twinwheel")

    only_python = {"TWIN_IMPLEMENTATION": "python"}
    answer = "import twin; print(twin.double(21))"
    assert environment.run("-c", answer, environ=only_python) == "42"
    twin.edit("src/twin/_python.py", "2 * value", "3 * value")
    assert environment.run("-c", answer, environ=only_python) == "63"
    assert environment.run("-c", answer, environ={"TWIN_IMPLEMENTATION": "c"}) == "42"
    twin.edit("src/twin/_python.py", "3 * value", "2 * value")

    # A wheel that is built next to it has nothing of the editable install in it.
    wheel = twin.wheel(environ={"TWINWHEEL_C": "off"})
    assert [name.split(".")[0] for name in natives(names(wheel))] == ["twin/_rust"]

    environment.pip("uninstall", "-y", "twin-package")
    gone = environment.try_run("-c", "import twin")
    assert "No module named 'twin'" in gone.stderr
    assert twin.listing() == before


def test_pip_installs_it(twin: Project, environment: Environment) -> None:
    install(twin, environment)
    assert environment.run("-c", "import twin; print(twin.__file__)") == str(
        twin.root / "src" / "twin" / "__init__.py"
    )


def trees(twin: Project) -> list[Path]:
    """The folders that editable installs of the project point to."""
    return sorted((twin.root / "build" / "twinwheel").glob("editable-*"))


def test_a_second_build_replaces_the_first(twin: Project) -> None:
    off = {"TWINWHEEL_RUST": "off"}

    def modules() -> list[str]:
        outcome = twin.hook("build_editable", wheel_directory=str(twin.root.parent), environ=off)
        assert outcome.code == 0, outcome.text
        (tree,) = trees(twin)
        return [path.name.split(".")[0] for path in tree.rglob("*.so")]

    assert modules() == ["_c"]
    twin.edit("pyproject.toml", 'module = "twin._c"', 'module = "twin._second"')
    twin.edit("CMakeLists.txt", "_c", "_second")
    twin.edit("cpp/module.c", "PyInit__c", "PyInit__second")
    assert modules() == ["_second"]


def test_environments_with_other_halves_do_not_disturb_each_other(
    twin: Project, environment: Environment
) -> None:
    output = str(twin.root.parent)
    off = {"TWINWHEEL_RUST": "off"}
    first = twin.hook("build_editable", wheel_directory=output, environ=off)
    environment.pip("install", "--no-deps", "--no-index", str(twin.root.parent / first.result))
    second = {**off, "TWINWHEEL_C": "off"}
    assert twin.hook("build_editable", wheel_directory=output, environ=second).code == 0
    assert len(trees(twin)) == 2
    script = "import twin, twin._c; print(twin.double is twin._c.double)"
    assert environment.run("-c", script) == "True"
    for tree in trees(twin):
        shutil.rmtree(tree)
    gone = environment.try_run("-c", "import twin")
    assert "[TW401]" in gone.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_failed_build_leaves_the_last_one(twin: Project) -> None:
    output = str(twin.root.parent)
    off = {"TWINWHEEL_RUST": "off"}
    assert twin.hook("build_editable", wheel_directory=output, environ=off).code == 0
    (tree,) = trees(twin)
    kept = sorted(path.name for path in tree.rglob("*"))
    twin.edit("cpp/module.c", "return NULL;", "return nonsense;")
    outcome = twin.hook("build_editable", wheel_directory=output, environ=off)
    assert outcome.error_code() == "TW301"
    assert sorted(path.name for path in tree.rglob("*")) == kept


def test_a_place_that_cannot_be_written_to_is_named(twin: Project) -> None:
    (twin.root / "build").write_text("a file where the folder should be", "utf-8")
    off = {"TWINWHEEL_RUST": "off", "TWINWHEEL_C": "off"}
    outcome = twin.hook("build_editable", wheel_directory=str(twin.root.parent), environ=off)
    assert outcome.error_code() == "TW341"
