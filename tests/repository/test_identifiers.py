"""cibuildwheel builds the documented set of wheels: no wheel more, no wheel less."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PLATFORMS = ("linux", "macos", "windows")


def table(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the table under a heading, without its head."""
    section = page.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows[2:]]


@pytest.fixture(scope="module")
def documented(root: Path) -> dict[str, set[str]]:
    """Platform -> identifiers, from the support matrix."""
    page = (root / "docs/reference/support-matrix.md").read_text("utf-8")
    interpreters = [row[1] for row in table(page, "Interpreters")]
    found: dict[str, set[str]] = {platform: set() for platform in PLATFORMS}
    for platform, _, suffix, *_ in table(page, "Platforms"):
        found[platform] |= {f"{interpreter}-{suffix}" for interpreter in interpreters}
    return found


@pytest.fixture(scope="module")
def architectures(root: Path) -> dict[str, list[str]]:
    """Platform -> architectures that the workflow asks for."""
    workflow = root / ".github/workflows/wheels.yml"
    if not workflow.is_file():
        pytest.skip("the workflows are not part of a source distribution")
    found: dict[str, list[str]] = {}
    pattern = r"\{ platform: (\w+), arch: (\w+), system: [\w.-]+ \}"
    for platform, architecture in re.findall(pattern, workflow.read_text("utf-8")):
        found.setdefault(platform, []).append(architecture)
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_documented_set_is_what_cibuildwheel_builds(
    root: Path,
    documented: dict[str, set[str]],
    architectures: dict[str, list[str]],
    platform: str,
) -> None:
    pytest.importorskip("cibuildwheel", reason="cibuildwheel needs Python 3.11")
    command = [sys.executable, "-m", "cibuildwheel", "--print-build-identifiers"]
    command += ["--platform", platform, "--archs", ",".join(architectures[platform]), str(root)]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("CIBW_")}
    run = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert set(run.stdout.split()) == documented[platform]


def test_every_platform_has_wheels(documented: dict[str, set[str]]) -> None:
    assert {platform: len(names) for platform, names in documented.items()} == {
        "linux": 24,
        "macos": 12,
        "windows": 6,
    }


def test_the_classifiers_name_the_documented_interpreters(
    documented: dict[str, set[str]], pyproject: dict[str, Any]
) -> None:
    prefix = "Programming Language :: Python :: 3."
    classifiers = pyproject["project"]["classifiers"]
    named = {"cp3" + item.removeprefix(prefix) for item in classifiers if item.startswith(prefix)}
    tags = {name.split("-")[0] for names in documented.values() for name in names}
    assert {tag for tag in tags if not tag.endswith("t")} == named
    free_threaded = any("Free Threading" in item for item in classifiers)
    assert free_threaded is any(tag.endswith("t") for tag in tags)
