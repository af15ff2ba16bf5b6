"""What is written in more than one place says the same in each."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import twinwheel
from twinwheel._vendor import tomli


def test_one_version(root: Path, pyproject: dict[str, Any]) -> None:
    version = pyproject["project"]["version"]
    cargo = tomli.loads((root / "rust/Cargo.toml").read_text("utf-8"))
    assert twinwheel.__version__ == version
    assert cargo["workspace"]["package"]["version"] == version


def test_the_readme_names_the_lowest_rust_and_python(root: Path, pyproject: dict[str, Any]) -> None:
    readme = (root / "README.md").read_text("utf-8")
    cargo = tomli.loads((root / "rust/Cargo.toml").read_text("utf-8"))
    rust = cargo["workspace"]["package"]["rust-version"]
    python = pyproject["project"]["requires-python"].removeprefix(">=")
    assert f"Python {python} or newer, a C++ compiler and Rust {rust} or newer" in readme


@pytest.mark.parametrize("maker", ["make_errors.py", "make_policy.py", "make_settings.py"])
def test_a_page_is_what_the_code_makes_it(root: Path, maker: str) -> None:
    command = [sys.executable, str(root / "docs" / maker), "--check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


def test_the_changelog_knows_the_version(root: Path, pyproject: dict[str, Any]) -> None:
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[(.+?)\]", changelog, re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert pyproject["project"]["version"] in changelog


@pytest.mark.parametrize(
    ("hook", "requirement"),
    [
        ("astral-sh/ruff-pre-commit", "ruff"),
        ("pre-commit/mirrors-mypy", "mypy"),
        ("pre-commit/mirrors-clang-format", "clang-format"),
        ("codespell-project/codespell", "codespell"),
        ("hukkin/mdformat", "mdformat"),
        ("zizmorcore/zizmor-pre-commit", "zizmor"),
    ],
)
def test_pre_commit_and_the_lint_group_have_the_same_linters(
    root: Path, pyproject: dict[str, Any], hook: str, requirement: str
) -> None:
    config = (root / ".pre-commit-config.yaml").read_text("utf-8")
    revision = re.search(rf"repo: https://github.com/{hook}\n +rev: v?(\S+)", config)
    assert revision is not None, f"{hook} is not in .pre-commit-config.yaml"
    assert f"{requirement}=={revision[1]}" in pyproject["dependency-groups"]["lint"]


def test_the_builders_get_what_the_test_extra_has(pyproject: dict[str, Any]) -> None:
    """The tests build without isolation, so the extra covers what the C half asks for."""
    extra = {re.split(r"[<>=\[; ]", item)[0] for item in optional(pyproject, "test")}
    for table in pyproject["tool"]["twinwheel"]["implementations"].values():
        for requirement in table.get("requires", []):
            assert re.split(r"[<>=\[; ]", requirement)[0] in extra


def optional(pyproject: dict[str, Any], extra: str) -> list[str]:
    """Return the requirements of an extra."""
    requirements: list[str] = pyproject["project"]["optional-dependencies"][extra]
    return requirements


def test_the_pins_of_the_wheel_builder_agree(pyproject: dict[str, Any]) -> None:
    from packaging.requirements import Requirement

    (pinned,) = (Requirement(item) for item in pyproject["dependency-groups"]["wheels"])
    (accepted,) = (
        requirement
        for requirement in map(Requirement, optional(pyproject, "test"))
        if requirement.name == pinned.name
    )
    (version,) = (specifier.version for specifier in pinned.specifier)
    assert accepted.specifier.contains(version)


def words(text: str, pattern: str) -> set[str]:
    """Return the words in what a pattern finds once, whichever way they are set apart."""
    (found,) = re.findall(pattern, text, re.DOTALL)
    return set(re.split(r"[\s;,\"]+", found)) - {""}


def test_cargo_compiles_the_c_kernels_as_cmake_does(root: Path) -> None:
    """But for -O3, which Cargo's build script sets for all files."""
    cmake = (root / "cpp/CMakeLists.txt").read_text("utf-8")
    script = (root / "rust/kernels/build.rs").read_text("utf-8")
    numeric = words(cmake, r"-Wall -Wextra (-f.*?) *\n")
    assert words(script, r"FLAGS: &\[&str\] = &\[(.*?)\]") == numeric
    assert words(script, r"X86_32: &\[&str\] = &\[(.*?)\]") == words(
        cmake, r"KERNEL_X86_32\)\n *target_compile_options\(kernel_flags INTERFACE (.*?)\)"
    )
    for level in ("avx2", "avx512"):
        options = words(cmake, rf'level_{level}.c PROPERTIES\s+COMPILE_OPTIONS "(.*?)"')
        assert options - {"-O3"} == words(script, rf"{level.upper()}: &\[&str\] = &\[(.*?)\]")


def test_cargo_renames_all_that_the_header_declares(root: Path) -> None:
    header = (root / "cpp/include/kernel.h").read_text("utf-8")
    script = (root / "rust/kernels/build.rs").read_text("utf-8")
    declared = re.findall(r"^KERNEL_API .*?(kernel_\w+)\(", header, re.MULTILINE)
    assert words(script, r"FUNCTIONS: &\[&str\] = &\[(.*?)\]") == set(declared)
