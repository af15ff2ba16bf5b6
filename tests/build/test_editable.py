"""Editable installs: edits show at once, and nothing is written between the sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.editable import lend_tools, let_imports_rebuild, rebuild_environ, trees
from support.projects import Environment, Project, names, natives


def install(twin: Project, environment: Environment) -> None:
    """Install it by pip, whose build runs in the environment."""
    lend_tools(environment)
    options = ("--no-deps", "--no-index", "--no-build-isolation")
    environment.pip("install", *options, "-e", str(twin.root), environ=twin.environ)


def git(twin: Project, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=A", "-c", "user.email=a@example.org", *arguments],
        cwd=twin.root,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


@pytest.mark.skipif(shutil.which("git") is None, reason="looks at the tree through git")
def test_the_life_of_a_developer(twin: Project, environment: Environment) -> None:
    git(twin, "init", "--quiet")
    git(twin, "add", ".")
    git(twin, "commit", "--quiet", "--message", "Begin")
    install(twin, environment)
    assert git(twin, "status", "--porcelain") == ""

    bound = "import twin, twin._rust; print(twin.double is twin._rust.double, twin.double(21))"
    assert environment.run("-c", bound) == "True 42"
    native = Path(environment.run("-c", "import twin._c; print(twin._c.__file__)"))
    assert native.is_relative_to(twin.root / "build" / "twinwheel")

    answer = "import twin; print(twin.double(21))"
    kept = rebuild_environ(twin)

    def answers() -> list[str]:
        """What each implementation says."""
        return [
            environment.run("-c", answer, environ={**kept, "TWIN_IMPLEMENTATION": name})
            for name in ("python", "c", "rust")
        ]

    assert answers() == ["42", "42", "42"]
    twin.edit("src/twin/_python.py", "2 * value", "3 * value")
    assert answers() == ["63", "42", "42"]
    again = "import twinwheel, twin; twinwheel.rebuild('twin')"
    twin.edit("cpp/module.c", "2 * number", "4 * number")
    environment.run("-c", again, environ=rebuild_environ(twin))
    assert answers() == ["63", "84", "42"]
    twin.edit("rust/src/lib.rs", "2 * value", "5 * value")
    environment.run("-c", again, environ=rebuild_environ(twin))
    assert answers() == ["63", "84", "105"]
    git(twin, "commit", "--quiet", "--all", "--message", "Change")
    assert git(twin, "status", "--porcelain") == ""

    # A wheel that is built next to it has nothing of the editable install in it.
    wheel = twin.wheel(environ={"TWINWHEEL_C": "off"})
    assert [name.split(".")[0] for name in natives(names(wheel))] == ["twin/_rust"]
    environment.pip("uninstall", "-y", "twin-package")
    assert "No module named 'twin'" in environment.try_run("-c", "import twin").stderr
    assert git(twin, "status", "--porcelain") == ""


def test_a_change_is_built_on_import_where_that_is_asked_for(
    twin: Project, environment: Environment
) -> None:
    let_imports_rebuild(twin)
    output = twin.root.parent
    off = {"TWINWHEEL_RUST": "off"}
    outcome = twin.hook("build_editable", wheel_directory=str(output), environ=off)
    environment.pip("install", "--no-deps", "--no-index", str(output / outcome.result))
    lend_tools(environment)
    answer = "import twin; print(twin.double(21))"
    assert environment.run("-c", answer, environ=rebuild_environ(twin)) == "42"
    (tree,) = trees(twin)
    record = tree.with_name(f"{tree.name}.json")
    built = record.stat().st_mtime_ns
    assert environment.run("-c", answer, environ=rebuild_environ(twin)) == "42"
    assert record.stat().st_mtime_ns == built  # nothing changed, so nothing was built
    twin.edit("cpp/module.c", "2 * number", "40 * number")
    processes = [
        subprocess.Popen(
            [str(environment.python), "-c", answer],
            env={**os.environ, **rebuild_environ(twin)},
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(3)
    ]
    assert [process.communicate()[0].strip() for process in processes] == ["840"] * 3

    twin.edit("cpp/module.c", "40 * number", "nonsense")
    broken = environment.try_run("-c", answer, environ=rebuild_environ(twin))
    assert "[TW353]" in broken.stderr
    assert "nonsense" in broken.stderr


def test_a_rebuild_that_fails_keeps_what_was_there(twin: Project, environment: Environment) -> None:
    output = twin.root.parent
    off = {"TWINWHEEL_RUST": "off"}
    outcome = twin.hook("build_editable", wheel_directory=str(output), environ=off)
    environment.pip("install", "--no-deps", "--no-index", str(output / outcome.result))
    lend_tools(environment)
    twin.edit("cpp/module.c", "2 * number", "nonsense")
    again = "import twinwheel; twinwheel.rebuild('twin')"
    assert "[TW353]" in environment.try_run("-c", again, environ=rebuild_environ(twin)).stderr
    assert environment.run("-c", "import twin; print(twin.double(2))") == "4"


def test_what_is_not_editable_cannot_be_rebuilt(environment: Environment) -> None:
    done = environment.try_run("-c", "import twinwheel; twinwheel.rebuild('twin')")
    assert "[TW351]" in done.stderr


def test_pip_installs_it(twin: Project, environment: Environment) -> None:
    install(twin, environment)
    assert environment.run("-c", "import twin; print(twin.__file__)") == str(
        twin.root / "src" / "twin" / "__init__.py"
    )


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
    assert "install it again" in gone.stderr


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
