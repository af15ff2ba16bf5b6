"""Rebuilding: what is watched, what is kept between builds, and what goes wrong."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from support.editable import (
    ANSWER,
    ONLY_C,
    in_an_environment_that_stays,
    install_editable,
    lend_tools,
    let_imports_rebuild,
    rebuild_environ,
    trees,
)
from support.projects import PACKAGES, Environment, Project, read

from twinwheel.build.builders import BuildContext
from twinwheel.build.builders.manifests import sources_outside
from twinwheel.build.watch import native_sources

REBUILD = "import twinwheel; twinwheel.rebuild('twin')"


def build(project: Project, environ: dict[str, str] = ONLY_C, **arguments: object) -> str:
    """Build for an editable install, which must succeed; return what was said."""
    outcome = project.hook(
        "build_editable", wheel_directory=str(project.root.parent), environ=environ, **arguments
    )
    assert outcome.code == 0, outcome.text
    return outcome.text


def kept(project: Project) -> list[Path]:
    """The builders' trees that are kept."""
    return sorted((project.root / "build" / "twinwheel").glob("native-*"))


def objects(project: Project) -> dict[str, int]:
    """Object file -> time of its compilation."""
    (folder,) = kept(project)
    found = [path for path in folder.rglob("*") if path.suffix in (".o", ".obj")]
    assert found
    return {str(path): path.stat().st_mtime_ns for path in found}


@pytest.mark.parametrize("name", ["twin", "meson_half"])
def test_what_did_not_change_is_not_compiled_again(
    project: Callable[[str], Project], name: str
) -> None:
    subject = in_an_environment_that_stays(project(name))
    build(subject)
    first = objects(subject)
    build(subject)
    assert objects(subject) == first
    subject.edit("cpp/module.c", "2 * ", "20 * ")
    build(subject)
    assert objects(subject) != first
    second = objects(subject)
    subject.edit("cpp/module.c", "20 * ", "30 * ")
    os.utime(subject.root / "cpp" / "module.c", (1_000_000_000, 1_000_000_000))
    build(subject)  # a source that was put back, and is older than the object
    assert objects(subject) != second
    second = objects(subject)
    subject.wheel(environ=ONLY_C)
    assert objects(subject) == second  # a wheel is built from scratch


def test_a_kept_tree_is_begun_anew_where_it_does_not_fit(twin: Project) -> None:
    twin = in_an_environment_that_stays(twin)
    vanished = twin.root / "build" / "twinwheel" / "native-c-vanished"
    vanished.mkdir(parents=True)
    (vanished / "twinwheel.json").write_text(json.dumps({"environment": "/nowhere"}), "utf-8")
    build(twin)
    assert not vanished.exists()  # of an environment that is no more
    (folder,) = kept(twin)
    mark = folder / "tree" / "mark"
    mark.touch()
    build(twin)
    assert mark.exists()
    build(twin, {**ONLY_C, "CMAKE_ARGS": "-DK=1"})
    assert not mark.exists()

    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine", "utf-8")
    build(twin)
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_the_user_s_own_build_folder_goes_first(twin: Project) -> None:
    twin = in_an_environment_that_stays(twin)
    build(twin, config_settings={"build-dir": "own"})
    assert (twin.root / "own" / "CMakeCache.txt").is_file()
    assert kept(twin) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_nothing_is_kept_of_an_isolated_environment(
    twin: Project, path_without: Callable[[str], str]
) -> None:
    """Its CMake and its Ninja are gone after the build, and so belong to what a rebuild needs."""
    import scikit_build_core

    twin = in_an_environment_that_stays(twin)
    site = Path(scikit_build_core.__file__).parents[1]
    overlay = twin.root.parent / "pip-build-env-x1" / "overlay"
    shutil.copytree(site / "scikit_build_core", overlay / "scikit_build_core")
    for info in site.glob("scikit_build_core-*.dist-info"):
        shutil.copytree(info, overlay / info.name)
    paths = os.pathsep.join([str(overlay), os.environ.get("PYTHONPATH", "")])
    cmake = shutil.which("cmake", path=twin.environ["PATH"])
    assert cmake
    (overlay / "bin").mkdir()
    (overlay / "bin" / "cmake").symlink_to(cmake)
    others = path_without(r"cmake.*")
    environ = {"PYTHONPATH": paths.rstrip(os.pathsep)}
    environ["PATH"] = os.pathsep.join([str(overlay / "bin"), others])
    build(twin, {**ONLY_C, **environ})
    assert kept(twin) == []
    (wheel,) = twin.root.parent.glob("*.whl")
    assert "'cmake>=" in read(wheel, "_twinwheel_editable_twin_package.py")


def test_cargo_s_choice_of_versions_is_kept(tmp_path: Path, build_environ: dict[str, str]) -> None:
    """Where no lock file is committed, and without one between the sources."""
    root = tmp_path / "bound"
    for name in ("skeleton", "rust_cdylib"):
        folder = PACKAGES / "bindings" / name
        shutil.copytree(folder, root, dirs_exist_ok=True, copy_function=shutil.copy)
    project = Project(root, build_environ)
    for lock in project.root.rglob("Cargo.lock"):
        lock.unlink()
    before = project.listing()
    build(project, {})
    (lock,) = (project.root / "build" / "twinwheel" / "locks").iterdir()
    lock.write_text("# chosen once\n" + lock.read_text("utf-8"), "utf-8")
    build(project, {})
    assert "# chosen once\n" in lock.read_text("utf-8")  # Cargo was given it
    assert project.listing() == before


def test_a_module_of_another_name_must_be_installed_again(
    twin: Project, environment: Environment
) -> None:
    install_editable(twin, environment)
    lend_tools(environment)
    twin.edit("pyproject.toml", 'module = "twin._c"', 'module = "twin._second"')
    twin.edit("CMakeLists.txt", "_c", "_second")
    twin.edit("cpp/module.c", "PyInit__c", "PyInit__second")
    done = environment.try_run("-c", REBUILD, environ=rebuild_environ(twin))
    assert "error[TW352]" in done.stderr
    assert environment.run("-c", ANSWER) == "42"


def without_tools(twin: Project) -> dict[str, str]:
    """Variables under which Python finds nothing of what a build needs."""
    folder = twin.root.parent / "hiding"
    folder.mkdir()
    tools = ("packaging", "pathspec", "pyproject_hooks", "pyproject_metadata", "scikit_build_core")
    lines = ["import sys", *(f"sys.modules[{name!r}] = None" for name in tools)]
    (folder / "sitecustomize.py").write_text("\n".join(lines), "utf-8")
    return {"PYTHONPATH": str(folder)}


def test_imports_that_build(twin: Project, environment: Environment) -> None:
    """Only when something changed, and then each until it succeeds."""
    let_imports_rebuild(twin)
    install_editable(twin, environment)
    environ = rebuild_environ(twin)
    (tree,) = trees(twin)
    lock = Path(f"{tree}.lock")
    lock.mkdir()  # stands for a tree that cannot be written to
    if sys.platform != "win32":
        (twin.root / "cpp" / ".#module.c").symlink_to("user@machine.1234:5678")
        (twin.root / "cpp" / "gone.h").symlink_to("nowhere.h")
    # Nothing changed: neither the lock nor what a build needs is asked for.
    assert environment.run("-c", ANSWER, environ=environ) == "42"
    (twin.root / "cpp" / "k.tbl").write_text("7", "utf-8")
    twin.edit("cpp/module.c", "2 * number", '\n#include "k.tbl"\n* number')
    refused = environment.try_run("-c", ANSWER, environ=environ)
    assert "error[TW341]" in refused.stderr
    assert refused.stderr.count("Traceback") == 1  # the import's own
    lock.rmdir()
    lacking = environment.try_run("-c", ANSWER, environ={**environ, **without_tools(twin)})
    assert "error[TW203]" in lacking.stderr
    assert "pip install" in lacking.stderr
    assert "scikit-build-core" in lacking.stderr

    lend_tools(environment)
    # What the shell says of the halves now does not change what was installed.
    stray = {**environ, "TWINWHEEL_C": "off", "TWINWHEEL_RUST": "require"}
    assert environment.run("-c", ANSWER, environ=stray) == "147"
    (twin.root / "cpp" / "k.tbl").write_text("8", "utf-8")
    assert environment.run("-c", ANSWER, environ=environ) == "168"

    (twin.root / "cpp" / "k.tbl").write_text("nonsense", "utf-8")
    twice = """
for attempt in range(2):
    try:
        import twin
    except Exception as error:
        print(error.code)
"""
    assert environment.run("-c", twice, environ=environ).split() == ["TW353", "TW353"]


def test_what_was_installed_with_other_settings_has_a_tree_of_its_own(twin: Project) -> None:
    for settings in ({}, {"cmake.define.K": "50"}, {"cmake.define.K": "51"}):
        build(twin, config_settings=settings)
    assert len(trees(twin)) == 3


WATCHED = (
    *("CMakeLists.txt", "pyproject.toml", "cpp/module.c", "cpp/k.tbl", "cpp/deep/target/k.h"),
    *("cpp/build/k.txt", "cpp/dist/k.h", "rust/src/k.txt", "include/build/k.h", "shared.h"),
)
PASSED_OVER = (
    *("README.md", "docs/page.md", "build/x.h", "dist/x.h", ".hidden/x.c", "cpp/module.py"),
    *("cpp/.#module.c", "cpp/module.c~", "rust/target/x.rs", "env/include/x.h", "out/x.h"),
    *("cpp/module.so", "node_modules/x.c"),
)
MARKS = ("rust/target/CACHEDIR.TAG", "env/pyvenv.cfg", "out/CMakeCache.txt")


def test_what_is_watched(tmp_path: Path) -> None:
    for name in (*WATCHED, *PASSED_OVER, *MARKS, "rust/src/lib.rs"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")
    assert set(native_sources(tmp_path)) == {*WATCHED, "rust/src/lib.rs"}
    more = [str(tmp_path / "docs"), str(tmp_path / "README.md"), str(tmp_path / "gone")]
    added = set(native_sources(tmp_path, more)) - set(native_sources(tmp_path))
    assert added == {(tmp_path / name).as_posix() for name in ("docs/page.md", "README.md")}


CRATES = {
    "project/rust": "[dependencies]\na = { path = '../../a' }\n[target.'cfg(unix)'.dependencies]\n"
    "b = { path = '../../b' }\nnear = { path = '../near' }\nserde = '1'\n",
    "a": "[build-dependencies]\nc = { path = '../c' }\n",
    "b": "[patch.crates-io]\nd = { path = '../d' }\n",
    "c": "",
    "d": "not [ TOML",
    "project/near": "",
    "unrelated": "",
}


def test_crates_outside_of_the_project_are_known(tmp_path: Path) -> None:
    for name, text in CRATES.items():
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / "Cargo.toml").write_text(text, "utf-8")
    context = BuildContext(tmp_path / "project", {}, {})
    found = sources_outside(context, PurePosixPath("rust/Cargo.toml"))
    assert [path.name for path in found] == ["a", "b", "c", "d"]
    (tmp_path / "Cargo.toml").write_text("[workspace]\nmembers = ['project/rust']\n", "utf-8")
    with (tmp_path / "project/rust/Cargo.toml").open("a", encoding="utf-8") as manifest:
        manifest.write("[package]\nversion.workspace = true\n")
    found = sources_outside(context, PurePosixPath("rust/Cargo.toml"))
    assert {"Cargo.toml", "Cargo.lock"} <= {path.name for path in found}
