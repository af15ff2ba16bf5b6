"""Builds without Cargo, without a C++ compiler, without both; from a checkout and from an sdist."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.projects import C_TOOLS, RUST_TOOLS, Project, manifest_of, names, natives

from twinwheel.build.builders import BuildContext, get_builder

Hide = Callable[[str], str]


def unpacked(project: Project) -> Project:
    """The project as it comes out of its own source distribution."""
    folder = project.root.parent / "unpacked"
    with tarfile.open(project.sdist()) as archive:
        archive.extractall(folder, filter="data")
    return Project(next(folder.iterdir()), project.environ)


def modules_of(wheel: Path) -> list[str]:
    return [name.split(".")[0] for name in natives(names(wheel))]


def test_17_without_cargo_a_checkout_gives_c_only(twin: Project, path_without: Hide) -> None:
    environ = {"PATH": path_without(RUST_TOOLS)}
    output = twin.root.parent / "dist"
    output.mkdir()
    outcome = twin.hook("build_wheel", wheel_directory=str(output), environ=environ)
    assert outcome.code == 0, outcome.text
    assert "the rust implementation of twin is LEFT OUT" in outcome.text
    assert "cargo is not on PATH" in outcome.text
    assert "TWINWHEEL_RUST=require" in outcome.text
    wheel = output / outcome.result
    assert modules_of(wheel) == ["twin/_c"]
    rust = manifest_of(wheel)["implementations"]["rust"]
    assert rust["built"] is False
    assert "cargo is not on PATH" in rust["reason"]


def test_17_nothing_downloads_a_toolchain(twin: Project, path_without: Hide) -> None:
    environ = {"PATH": path_without(RUST_TOOLS)}
    asked = twin.hook("get_requires_for_build_wheel", environ=environ).result
    assert not [item for item in asked if item.startswith(("puccinialin", "maturin"))]
    assert [item for item in asked if item.startswith("scikit-build-core")]


def test_a_compiler_that_the_user_names_is_named_when_it_does_not_run(twin: Project) -> None:
    environ = {"CC": "/nonexistent/cc", "CARGO": "/nonexistent/cargo"}
    output = twin.root.parent / "dist"
    output.mkdir()
    outcome = twin.hook("build_wheel", wheel_directory=str(output), environ=environ)
    assert outcome.code == 0, outcome.text
    assert outcome.result.endswith("-py3-none-any.whl")
    assert "why:  CC=/nonexistent/cc does not run" in outcome.text
    assert "help: correct CC, or unset it" in outcome.text
    assert "why:  CARGO=/nonexistent/cargo does not run" in outcome.text


def test_18_without_a_compiler_a_checkout_is_pure(twin: Project, path_without: Hide) -> None:
    # Rust needs the C compiler to link with, so hiding that hides both.
    wheel = twin.wheel(environ={"PATH": path_without(C_TOOLS)})
    assert wheel.name == "twin_package-1.2.3-py3-none-any.whl"
    assert modules_of(wheel) == []
    reasons = {k: v["reason"] for k, v in manifest_of(wheel)["implementations"].items()}
    assert "a C compiler is not on PATH" in reasons["c"]
    assert "needs a linker" in reasons["rust"]


def test_18_without_the_compiler_that_it_names_c_is_left_out(
    twin: Project, path_without: Hide
) -> None:
    twin.edit("pyproject.toml", 'languages = ["C"]', 'languages = ["C", "CXX"]')
    hidden = r"(.*-)?(c\+\+|g\+\+|clang\+\+)(-[\d.]+)?"
    wheel = twin.wheel(environ={"PATH": path_without(hidden)})
    assert modules_of(wheel) == ["twin/_rust"]
    assert "a C++ compiler is not on PATH" in manifest_of(wheel)["implementations"]["c"]["reason"]


def test_a_compiler_variable_that_does_not_run_counts_as_missing(twin: Project) -> None:
    wheel = twin.wheel(environ={"CC": "no-such-compiler", "TWINWHEEL_RUST": "off"})
    assert (
        "CC=no-such-compiler does not run" in manifest_of(wheel)["implementations"]["c"]["reason"]
    )


def test_a_cargo_that_does_not_run_counts_as_missing(twin: Project, tmp_path: Path) -> None:
    # What a rustup shim does when no toolchain is installed.
    for name in ("cargo", "rustc"):
        shim = tmp_path / "shims" / name
        shim.parent.mkdir(exist_ok=True)
        shim.write_text("#!/bin/sh\nexit 1\n", "utf-8")
        shim.chmod(0o755)
    path = os.pathsep.join([str(tmp_path / "shims"), "/usr/bin", "/bin"])
    outcome = twin.hook(
        "get_requires_for_build_wheel", environ={"PATH": path, "TWINWHEEL_RUST": "require"}
    )
    assert outcome.error_code() == "TW201"
    assert "does not run" in outcome.text


def test_19_switched_off_halves_ask_for_nothing(twin: Project) -> None:
    environ = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}
    asked = twin.hook("get_requires_for_build_wheel", environ=environ).result
    unwanted = ("cmake", "ninja", "scikit", "maturin", "pyproject-hooks")
    assert not [item for item in asked if item.startswith(unwanted)]
    assert twin.wheel(environ=environ).name.endswith("-py3-none-any.whl")


@pytest.mark.parametrize("command", ["gcc 'x", '"', " "])
def test_a_compiler_variable_that_is_no_command(twin: Project, command: str) -> None:
    outcome = twin.hook("get_requires_for_build_wheel", environ={"CC": command})
    assert outcome.code == 0, outcome.text
    found = [item for item in outcome.result if item.startswith("scikit-build-core")]
    assert bool(found) is (not command.strip())  # spaces alone say nothing


def test_a_rustc_that_is_too_old_is_left_out(twin: Project) -> None:
    twin.edit("rust/Cargo.toml", 'edition = "2021"', 'edition = "2021"\nrust-version = "99.1"')
    outcome = twin.hook("get_requires_for_build_wheel", environ={"TWINWHEEL_RUST": "require"})
    assert outcome.error_code() == "TW201"
    assert "is older than 99.1, which the crate needs" in outcome.text
    wheel = twin.wheel(environ={"TWINWHEEL_C": "off"})
    assert wheel.name.endswith("-py3-none-any.whl")


def test_20_every_missing_tool_is_named_at_once(twin: Project, path_without: Hide) -> None:
    sources = unpacked(twin)
    environ = {"PATH": path_without(f"{C_TOOLS}|{RUST_TOOLS}")}
    outcome = sources.hook("get_requires_for_build_wheel", environ=environ)
    assert outcome.error_code() == "TW201"
    assert "the rust implementation cannot be built: cargo is not on PATH" in outcome.text
    assert "the c implementation cannot be built: a C compiler is not on PATH" in outcome.text
    assert "TWINWHEEL_RUST=off TWINWHEEL_C=off" in outcome.text


@pytest.mark.parametrize(
    ("hidden", "missing", "ways_out", "left"),
    [
        (RUST_TOOLS, "rust", {"TWINWHEEL_RUST": "off"}, ["twin/_c"]),
        (C_TOOLS, "rust", {"TWINWHEEL_RUST": "off", "TWINWHEEL_C": "off"}, []),
    ],
)
def test_20_an_sdist_never_gives_less_in_silence(
    twin: Project,
    path_without: Hide,
    hidden: str,
    missing: str,
    ways_out: dict[str, str],
    left: list[str],
) -> None:
    sources = unpacked(twin)
    environ = {"PATH": path_without(hidden)}
    for hook, arguments in (
        ("get_requires_for_build_wheel", {}),
        ("prepare_metadata_for_build_wheel", {"metadata_directory": str(twin.root.parent)}),
        ("build_wheel", {"wheel_directory": str(twin.root.parent)}),
    ):
        outcome = sources.hook(hook, environ=environ, **arguments)
        assert outcome.error_code() == "TW201"
        assert f"the {missing} implementation cannot be built" in outcome.text
        for way_out in (
            f"TWINWHEEL_{missing.upper()}=off",
            f"-C twinwheel.{missing}=off",
            "pip install --only-binary :all: twin-package",
            "--no-cache-dir",
        ):
            assert way_out in outcome.text
    assert not list(twin.root.parent.glob("*.whl"))
    assert modules_of(sources.wheel(environ={**environ, **ways_out})) == left


def test_20_an_sdist_with_c_missing_names_c(twin: Project, path_without: Hide) -> None:
    twin.edit("pyproject.toml", 'languages = ["C"]', 'languages = ["C", "CXX"]')
    sources = unpacked(twin)
    environ = {"PATH": path_without(r"(.*-)?(c\+\+|g\+\+|clang\+\+)(-[\d.]+)?")}
    outcome = sources.hook("get_requires_for_build_wheel", environ=environ)
    assert outcome.error_code() == "TW201"
    assert "TWINWHEEL_C=off" in outcome.text
    wheel = sources.wheel(environ=environ, config_settings={"twinwheel.c": "off"})
    assert modules_of(wheel) == ["twin/_rust"]


def test_16_what_is_there_is_not_asked_for(twin: Project, path_without: Hide) -> None:
    asked = twin.hook("get_requires_for_build_wheel").result
    assert [item for item in asked if item.startswith("maturin")]
    assert [item for item in asked if item.startswith("scikit-build-core")]
    hidden = {"PATH": path_without("cmake.*|ninja.*|make|gmake")}
    asked = twin.hook("get_requires_for_build_wheel", environ=hidden).result
    assert [item for item in asked if item.startswith("cmake>=")]
    assert [item for item in asked if item.startswith("ninja>=")]


def test_16_a_cmake_that_is_too_old_is_asked_for(twin: Project) -> None:
    twin.edit(
        "pyproject.toml", "[tool.scikit-build]", '[tool.scikit-build]\ncmake.version = ">=99"'
    )
    asked = twin.hook("get_requires_for_build_wheel").result
    assert "cmake>=99" in asked


@pytest.mark.parametrize(
    ("stated", "needed"),
    [
        ("VERSION 99.1", ">=99.1"),
        ("VERSION 99.1...99.5 FATAL_ERROR", ">=99.1"),
        ('VERSION "99.1"', ">=99.1"),
        ("VERSION 3.1", ">=3.15"),
        ("VERSION ${ANY}", ">=3.15"),
    ],
)
def test_16_the_cmake_that_cmakelists_asks_for(
    twin: Project, path_without: Hide, stated: str, needed: str
) -> None:
    twin.edit("CMakeLists.txt", "VERSION 3.18...4.0", stated)
    environ = {} if "99" in needed else {"PATH": path_without("cmake.*")}
    for line in ("", 'cmake.version = "CMakeLists.txt"\n'):
        twin.edit("pyproject.toml", "[tool.scikit-build]\n", f"[tool.scikit-build]\n{line}")
        asked = twin.hook("get_requires_for_build_wheel", environ=environ).result
        assert f"cmake{needed}" in asked


def test_16_what_the_c_half_asks_for_itself_is_asked_for(twin: Project) -> None:
    twin.edit(
        "pyproject.toml", "[tool.scikit-build]", '[tool.scikit-build]\nbuild.requires = ["numpy"]'
    )
    assert "numpy" in twin.hook("get_requires_for_build_wheel").result


def hiding(folder: Path, *modules: str) -> str:
    """Return a PYTHONPATH on which modules cannot be imported."""
    (folder / "hiding").mkdir()
    lines = ["import sys", *(f"sys.modules[{name!r}] = None" for name in modules)]
    (folder / "hiding" / "sitecustomize.py").write_text("\n".join(lines), "utf-8")
    return os.pathsep.join([str(folder / "hiding"), os.environ.get("PYTHONPATH", "")])


@pytest.mark.parametrize(
    ("hidden", "module", "missing", "help_"),
    [
        ("cmake.*", "cmake", "cmake is not on PATH", "pip install cmake"),
        ("ninja.*|make|gmake", "ninja", "neither ninja nor make is on PATH", "pip install ninja"),
    ],
)
def test_18_without_cmake_or_ninja_and_without_isolation(
    twin: Project,
    tmp_path: Path,
    path_without: Hide,
    hidden: str,
    module: str,
    missing: str,
    help_: str,
) -> None:
    modules = hiding(tmp_path, module)  # not both: a program may be a script that imports its own
    environ = {"PATH": path_without(hidden), "PYTHONPATH": modules, "TWINWHEEL_RUST": "off"}
    require = {**environ, "TWINWHEEL_C": "require"}
    wheel = twin.wheel(environ=environ)
    assert modules_of(wheel) == []
    assert manifest_of(wheel)["implementations"]["c"]["reason"] == missing
    output = str(tmp_path)
    for project, variables in ((twin, require), (unpacked(twin), environ)):
        for hook, arguments in (
            ("build_wheel", {"wheel_directory": output}),
            ("prepare_metadata_for_build_wheel", {"metadata_directory": output}),
        ):
            outcome = project.hook(hook, environ=variables, **arguments)
            assert outcome.error_code() == "TW201"
            assert missing in outcome.text
            assert help_ in outcome.text
        # A frontend that isolates the build installs it, when it is asked to.
        asked = project.hook("get_requires_for_build_wheel", environ=variables).result
        assert [item for item in asked if item.startswith(help_.rsplit(maxsplit=1)[-1])]


def test_18_a_cmake_that_is_too_old_is_named(twin: Project) -> None:
    twin.edit("CMakeLists.txt", "VERSION 3.18...4.0", "VERSION 99.1")
    wheel = twin.wheel(environ={"TWINWHEEL_RUST": "off"})
    reason = manifest_of(wheel)["implementations"]["c"]["reason"]
    assert "the project needs CMake >=99.1, and CMake " in reason


def test_tools_that_were_installed_as_requirements_are_there(
    tmp_path: Path, path_without: Hide, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {"PATH": path_without("cmake.*|ninja.*|make|gmake")}
    site = tmp_path / "site"
    for name in ("cmake", "ninja"):
        (site / name).mkdir(parents=True)
        (site / f"{name}-99.1.dist-info").mkdir()
        information = f"Metadata-Version: 2.1\nName: {name}\nVersion: 99.1\n"
        (site / f"{name}-99.1.dist-info" / "METADATA").write_text(information, "utf-8")
        (site / name / "__init__.py").touch()
    monkeypatch.syspath_prepend(site)
    (tmp_path / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 99)", "utf-8")
    builder = get_builder("scikit-build-core")
    found = builder.probe(BuildContext(tmp_path, {}, environ))
    assert found.missing == ()
    assert found.tools["cmake"] == "99.1"
    (tmp_path / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 99.2)", "utf-8")
    context = BuildContext(tmp_path, {}, environ)
    assert len(builder.probe(context).missing) == 1
    assert builder.probe(replace(context, requirements_follow=True)).missing == ()


def test_a_cmake_variable_that_does_not_run_counts_as_missing(twin: Project) -> None:
    environ = {"TWINWHEEL_C": "require", "CMAKE_EXECUTABLE": "/no such/cmake"}
    outcome = twin.hook("get_requires_for_build_wheel", environ=environ)
    assert outcome.error_code() == "TW201"
    assert "CMAKE_EXECUTABLE=/no such/cmake does not run" in outcome.text


def test_make_will_do_where_there_is_no_ninja(
    twin: Project, tmp_path: Path, path_without: Hide
) -> None:
    environ = {"PATH": path_without("ninja.*"), "PYTHONPATH": hiding(tmp_path, "ninja")}
    only_c = {**environ, "TWINWHEEL_RUST": "off"}
    assert modules_of(twin.wheel(environ=only_c)) == ["twin/_c"]
    outcome = twin.hook(
        "build_wheel",
        environ={**only_c, "CMAKE_GENERATOR": "Ninja", "TWINWHEEL_C": "require"},
        wheel_directory=str(tmp_path),
    )
    assert outcome.error_code() == "TW201"
    assert "ninja is not on PATH" in outcome.text


def test_16_an_implementation_has_requirements_of_its_own(twin: Project) -> None:
    twin.edit("pyproject.toml", 'languages = ["C"]', 'requires = ["pybind11>=3"]')
    assert "pybind11>=3" in twin.hook("get_requires_for_build_wheel").result
    off = twin.hook("get_requires_for_build_wheel", environ={"TWINWHEEL_C": "off"}).result
    assert "pybind11>=3" not in off


def test_without_any_implementation_nothing_is_built(twin: Project) -> None:
    twin.edit(
        "pyproject.toml", '[tool.twinwheel.implementations.python]\nmodule = "twin._python"\n', ""
    )
    environ = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}
    outcome = twin.hook("get_requires_for_build_wheel", environ=environ)
    assert outcome.error_code() == "TW202"
