"""Throw-away twin packages to select from."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.twins import Maker, Twin


@pytest.fixture
def make(tmp_path: Path) -> Maker:
    return Maker(tmp_path)


@pytest.fixture
def twin(make: Maker) -> Twin:
    """All three implementations, each with one component ``convolve``."""
    return make()
