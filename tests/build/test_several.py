"""Several twin packages in one distribution, one of them with a crate in a folder of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.projects import RUST_TOOLS, Environment, Project, names, natives, read

SAY = (
    "import several.one as one, several.two as two, twinwheel;"
    "print(one.double(4), one.double.__module__, two.treble(4), two.treble.__module__)"
)


@pytest.fixture
def several(project: Callable[[str], Project]) -> Project:
    """A fresh copy of the distribution."""
    return project("several")


def modules(paths: set[str]) -> list[str]:
    return [name.split(".")[0] for name in natives(paths)]


def test_each_package_has_its_modules_and_its_manifest(
    several: Project, environment: Environment
) -> None:
    before = several.listing()
    wheel = several.wheel()
    assert several.listing() == before
    assert modules(names(wheel)) == [
        "several/one/_c",
        "several/one/_rust",
        "several/two/_c",
        "several/two/_rust",
    ]
    manifests = {}
    for package in ("one", "two"):
        scope: dict[str, dict[str, dict[str, dict[str, list[dict[str, str]]]]]] = {}
        exec(read(wheel, f"several/{package}/_twinwheel_manifest.py"), scope)
        manifests[package] = scope["MANIFEST"]
        for name, item in scope["MANIFEST"]["implementations"].items():
            files = [artifact["file"] for artifact in item["artifacts"]]
            assert [file.split(".")[0] for file in files] == (
                [f"several/{package}/_{name}"] if name != "python" else []
            )
    assert set(manifests["two"]["implementations"]) == {"c", "rust"}

    environment.pip("install", "--no-deps", "--no-index", str(wheel))
    assert environment.run("-c", SAY).startswith("8 ")
    chosen = {"SEVERAL_ONE_IMPLEMENTATION": "python", "SEVERAL_TWO_IMPLEMENTATION": "rust"}
    assert environment.run("-c", SAY, environ=chosen).startswith("8 several.one._python 12 ")


def test_one_switch_holds_for_all_of_them(several: Project) -> None:
    wheel = several.wheel(environ={"TWINWHEEL_C": "off"})
    assert modules(names(wheel)) == ["several/one/_rust", "several/two/_rust"]
    wheel = several.wheel(environ={"TWINWHEEL_RUST": "off"}, folder="other")
    assert modules(names(wheel)) == ["several/one/_c", "several/two/_c"]


def test_a_package_without_any_implementation_left_is_named(
    several: Project, path_without: Callable[[str], str]
) -> None:
    environ = {"PATH": path_without(RUST_TOOLS), "TWINWHEEL_C": "off"}
    outcome = several.hook("get_requires_for_build_wheel", environ=environ)
    assert outcome.error_code() == "TW202"
    assert "several.two" in outcome.text


def test_an_editable_install_finds_all_of_them(several: Project, environment: Environment) -> None:
    before = several.listing()
    output = several.root.parent
    outcome = several.hook("build_editable", wheel_directory=str(output))
    assert outcome.code == 0, outcome.text
    assert several.listing() == before
    environment.pip("install", "--no-deps", "--no-index", str(output / outcome.result))
    assert environment.run("-c", SAY).startswith("8 ")


def test_the_source_distribution_holds_the_inner_project(several: Project) -> None:
    outcome = several.hook("build_sdist", sdist_directory=str(several.root.parent))
    assert outcome.code == 0, outcome.text
    several.edit(
        "pyproject.toml", "[tool.scikit-build]", '[tool.scikit-build]\nsdist.exclude = ["native/"]'
    )
    outcome = several.hook("build_sdist", sdist_directory=str(several.root.parent))
    assert outcome.error_code() == "TW331"
    assert "native/two/Cargo.toml" in outcome.text
