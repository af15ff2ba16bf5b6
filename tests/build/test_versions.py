"""One version: what Cargo, CMake and Meson state is held to ``[project]``."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.projects import Project

PURE = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}


def outcome_of(project: Project, environ: dict[str, str] = PURE) -> str:
    """Code of the error that the build ends with; empty when it succeeds."""
    outcome = project.hook("build_wheel", wheel_directory=str(project.root.parent), environ=environ)
    return outcome.error_code() if outcome.code else ""


def state(project: Project, version: str) -> None:
    """Let the project have another version, and Cargo.toml still its own."""
    project.edit("pyproject.toml", 'version = "1.2.3"', f'version = "{version}"')


@pytest.mark.parametrize(
    ("project_says", "cargo_says", "code"),
    [
        ("1.2.3", "1.2.3", ""),
        ("1.2.4", "1.2.3", "TW324"),
        ("1.2", "1.2.0", ""),
        ("1.0rc1", "1.0.0-rc.1", ""),
        ("1.0rc1", "1.0.0-rc1", ""),
        ("1.0a2", "1.0.0-alpha.2", ""),
        ("1.0b3", "1.0.0-beta.3", ""),
        ("1.0rc1", "1.0.0-rc.2", "TW324"),
        ("1.0rc1", "1.0.0", "TW324"),
        ("1.0", "1.0.0-rc.1", "TW324"),
        ("1.0", "1.0.0-nightly", "TW324"),
        ("1.0.post1", "1.0.0", ""),
        ("1.0.dev4", "1.0.0", ""),
        ("1.0", "1.0.0+build.5", ""),
        ("1.2.3", "0.0.0", ""),
    ],
)
def test_cargo(twin: Project, project_says: str, cargo_says: str, code: str) -> None:
    state(twin, project_says)
    twin.edit("rust/Cargo.toml", 'version = "1.2.3"', f'version = "{cargo_says}"')
    assert outcome_of(twin) == code


def test_the_message_names_both_and_the_file(twin: Project) -> None:
    state(twin, "2.0rc1")
    outcome = twin.hook("build_wheel", wheel_directory=str(twin.root.parent), environ=PURE)
    assert outcome.error_code() == "TW324"
    assert "rust/Cargo.toml says 1.2.3, the project is 2.0rc1" in outcome.text
    assert "2.0-rc.1" in outcome.text


def test_a_crate_that_states_none(twin: Project) -> None:
    twin.edit("rust/Cargo.toml", 'version = "1.2.3"\n', "")
    assert outcome_of(twin) == ""


@pytest.mark.parametrize(("version", "code"), [("1.2.3", ""), ("1.2.4", "TW324")])
@pytest.mark.parametrize("spelling", ["version.workspace = true", "version = { workspace = true }"])
def test_a_workspace_s_version(twin: Project, version: str, code: str, spelling: str) -> None:
    twin.edit("rust/Cargo.toml", 'version = "1.2.3"', spelling)
    text = f'[workspace]\nmembers = ["rust"]\n[workspace.package]\nversion = "{version}"\n'
    (twin.root / "Cargo.toml").write_text(text, "utf-8")
    assert outcome_of(twin) == code


def test_a_crate_that_is_its_own_workspace(twin: Project) -> None:
    twin.edit("rust/Cargo.toml", 'version = "1.2.3"', "version.workspace = true")
    text = (twin.root / "rust" / "Cargo.toml").read_text("utf-8")
    text += '[workspace.package]\nversion = "1.2.2"\n'
    (twin.root / "rust" / "Cargo.toml").write_text(text, "utf-8")
    assert outcome_of(twin) == "TW324"


@pytest.mark.parametrize(
    ("project_says", "cmake_says", "code"),
    [
        ("1.2.3", "project(twin VERSION 1.2.3 LANGUAGES C)", ""),
        ("1.2.3", 'project(\n  twin\n  VERSION "1.2.4"\n  LANGUAGES C\n)', "TW324"),
        ("1.2.3", "PROJECT(twin version 1.2.4 LANGUAGES C)", ""),  # the word is upper-case only
        ("1.2.3", "# project(twin VERSION 9)\nproject(twin LANGUAGES C)", ""),
        ("1.2.3", "#[[ project(twin VERSION 9) ]]\nproject(twin LANGUAGES C)", ""),
        ("1.2.3", "project(twin VERSION ${SKBUILD_PROJECT_VERSION} LANGUAGES C)", ""),
        ("1.2.3rc1", "project(twin VERSION 1.2.3 LANGUAGES C)", ""),
        ("1.2", "project(twin VERSION 1.2.0.0 LANGUAGES C)", ""),
        ("1.2.3", "my_project(twin VERSION 9)\nproject(twin LANGUAGES C)", ""),
    ],
)
def test_cmake(twin: Project, project_says: str, cmake_says: str, code: str) -> None:
    state(twin, project_says)
    twin.edit("rust/Cargo.toml", 'version = "1.2.3"\n', "")
    twin.edit("CMakeLists.txt", "project(twin LANGUAGES C)", cmake_says)
    assert outcome_of(twin) == code


@pytest.mark.parametrize(
    ("meson_says", "code"),
    [
        ("version: '1.2.3'", ""),
        ("version : '1.2.4'", "TW324"),
        ("version: run_command('print', '9').stdout()", ""),
        ("license: 'MIT'", ""),
    ],
)
def test_meson(project: Callable[[str], Project], meson_says: str, code: str) -> None:
    half = project("meson_half")
    half.edit("meson.build", "version: '1.2.3'", meson_says)
    assert outcome_of(half) == code


@pytest.mark.parametrize("hook", ["build_sdist", "build_editable"])
def test_every_build_compares(twin: Project, hook: str) -> None:
    state(twin, "1.2.4")
    folder = "sdist_directory" if hook == "build_sdist" else "wheel_directory"
    outcome = twin.hook(hook, environ=PURE, **{folder: str(twin.root.parent)})
    assert outcome.error_code() == "TW324"
