"""The networks of the medians are what the program that proves them writes."""

from __future__ import annotations

import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

IN_C = "cpp/src/median_networks.inc.c"
IN_RUST = "rust/kernels/src/median/networks.rs"


@pytest.fixture(scope="module")
def program(root: Path) -> dict[str, Any]:
    """What the program defines."""
    return runpy.run_path(str(root / "cpp/networks/median.py"))


@pytest.mark.parametrize(("function", "path"), [("in_c", IN_C), ("in_rust", IN_RUST)])
def test_the_networks_are_what_the_program_writes(
    root: Path, program: dict[str, Any], function: str, path: str
) -> None:
    assert (root / path).read_text("utf-8") == program[function]()


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (("clang-format", "--dry-run", "--Werror"), IN_C),
        (("rustfmt", "--check", "--edition", "2024"), IN_RUST),
    ],
)
def test_the_formatters_would_not_change_them(
    root: Path, command: tuple[str, ...], path: str
) -> None:
    """Else who formats, and who writes them anew, undo each other's work."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    done = subprocess.run([*command, path], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
