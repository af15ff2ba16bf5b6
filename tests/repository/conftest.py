"""What the tests of the repository itself read."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from twinwheel.build.pyproject import read_pyproject

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository's folder."""
    return ROOT


@pytest.fixture(scope="session")
def pyproject() -> dict[str, Any]:
    """The repository's pyproject.toml."""
    return read_pyproject(ROOT)


@pytest.fixture(scope="session")
def tracked() -> list[Path]:
    """Every file that git knows and that is there, relative to the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: there is no list of what belongs to the repository")
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [Path(name) for name in listing.split("\0") if name and (ROOT / name).is_file()]
