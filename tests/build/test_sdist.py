"""The source distribution holds everything, and needs no compiler and no Cargo."""

from __future__ import annotations

import stat
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.projects import C_TOOLS, RUST_TOOLS, Project, read


def members(sdist: Path) -> dict[str, int]:
    with tarfile.open(sdist) as archive:
        return {m.name.partition("/")[2]: m.mode for m in archive.getmembers() if m.isfile()}


def test_22_both_halves_are_in_it_and_no_tool_is_needed(
    twin: Project, path_without: Callable[[str], str]
) -> None:
    environ = {"PATH": path_without(f"{RUST_TOOLS}|{C_TOOLS}|cmake|ninja|make")}
    assert twin.hook("get_requires_for_build_sdist", environ=environ).code == 0
    sdist = twin.sdist(environ=environ)
    assert sdist.name == "twin_package-1.2.3.tar.gz"
    assert set(members(sdist)) == set(twin.listing()) | {"PKG-INFO"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no executable bit")
def test_22_executable_bits_are_kept(twin: Project) -> None:
    script = twin.root / "tool.sh"
    script.write_text("#!/bin/sh\n", "utf-8")
    script.chmod(0o755)
    found = members(twin.sdist())
    assert found["tool.sh"] & stat.S_IXUSR
    assert not found["README.md"] & stat.S_IXUSR


def test_6_a_build_before_it_changes_nothing(twin: Project) -> None:
    first = members(twin.sdist())
    twin.wheel()
    assert members(twin.sdist()) == first


def test_7_its_metadata_are_the_wheels(twin: Project, twin_wheel: Path) -> None:
    with tarfile.open(twin.sdist()) as archive:
        stream = archive.extractfile("twin_package-1.2.3/PKG-INFO")
        assert stream is not None
        assert stream.read().decode() == read(twin_wheel, "METADATA")


def test_28_twice_the_same_bytes(twin: Project) -> None:
    assert twin.sdist().read_bytes() == twin.sdist().read_bytes()


@pytest.mark.parametrize("needed", ["CMakeLists.txt", "rust/Cargo.toml"])
def test_a_file_that_a_half_needs_cannot_be_left_out(twin: Project, needed: str) -> None:
    twin.edit(
        "pyproject.toml",
        "[tool.scikit-build]",
        f'[tool.scikit-build]\nsdist.exclude = ["{needed}"]',
    )
    outcome = twin.hook("build_sdist", sdist_directory=str(twin.root.parent))
    assert outcome.error_code() == "TW331"
    assert needed in outcome.text
    assert not list(twin.root.parent.glob("*.tar.gz"))


def test_a_crate_outside_of_the_project_cannot_be_left_out(twin: Project) -> None:
    core = twin.root.parent / "core"
    (core / "src").mkdir(parents=True)
    (core / "Cargo.toml").write_text('[package]\nname = "core"\nversion = "1.0.0"\n', "utf-8")
    (core / "src" / "lib.rs").write_text("", "utf-8")
    twin.edit("rust/Cargo.toml", "[dependencies]", '[dependencies]\ncore = { path = "../../core" }')
    outcome = twin.hook("build_sdist", sdist_directory=str(twin.root.parent))
    assert outcome.error_code() == "TW331"
    assert "../core/Cargo.toml" in outcome.text
    assert "lies outside of the project" in outcome.text


def test_the_crate_is_where_maturin_finds_it_by_itself(twin: Project) -> None:
    twin.edit("pyproject.toml", 'manifest-path = "rust/Cargo.toml"\n', "")
    assert "rust/Cargo.toml" in members(twin.sdist())
    twin.edit("pyproject.toml", 'version = "1.2.3"', 'version = "9.9.9"')
    outcome = twin.hook("build_sdist", sdist_directory=str(twin.root.parent))
    assert outcome.error_code() == "TW324"
    assert "rust/Cargo.toml says 1.2.3" in outcome.text


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ('wheel.packages = ["../outside"]', "TW105"),
        ('wheel.packages = ["src/other"]', "TW131"),
        ('wheel.exclude = ["!"]', "TW133"),
        ('wheel.exclude = ["*"]', "TW134"),
    ],
)
def test_none_is_made_from_which_no_wheel_would_be(twin: Project, setting: str, code: str) -> None:
    twin.edit("pyproject.toml", 'package = "twin"', f'package = "twin"\n{setting}')
    (twin.root.parent / "outside").mkdir()
    outcome = twin.hook("build_sdist", sdist_directory=str(twin.root.parent))
    assert outcome.error_code() == code
    assert not list(twin.root.parent.glob("*.tar.gz"))


def test_the_modules_that_the_settings_name_cannot_be_left_out(twin: Project) -> None:
    twin.edit(
        "pyproject.toml",
        "[tool.scikit-build]",
        '[tool.scikit-build]\nsdist.exclude = ["_python.py"]',
    )
    outcome = twin.hook("build_sdist", sdist_directory=str(twin.root.parent))
    assert outcome.error_code() == "TW331"
    assert "src/twin/_python.py" in outcome.text


def test_a_source_date_counts_as_for_a_wheel(twin: Project) -> None:
    empty = twin.sdist(environ={"SOURCE_DATE_EPOCH": ""}).read_bytes()
    assert twin.sdist().read_bytes() == empty
    for moment in ("abc", "-5"):
        outcome = twin.hook(
            "build_sdist",
            sdist_directory=str(twin.root.parent),
            environ={"SOURCE_DATE_EPOCH": moment},
        )
        assert outcome.error_code() == "TW313"


def test_switched_off_halves_are_in_it_all_the_same(twin: Project) -> None:
    off = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}
    assert members(twin.sdist(environ=off)) == members(twin.sdist())
