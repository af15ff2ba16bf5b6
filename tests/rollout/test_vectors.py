"""The buckets of sessions are those that the documentation promises, in Python and natively."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from rollout.building import needs_native

from twinwheel.rollout.native import native
from twinwheel.rollout.sessions import bucket, seed_of

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "rollout-policy.md"
ROW = re.compile(r"^\|(.*)\| `0x([0-9A-F]{8})` \| (\d+) \|$", re.MULTILINE)


class Vector(NamedTuple):
    """A row of the page's table."""

    salt: str
    component: str
    key: str
    seed: int
    bucket: int


def vectors() -> list[Vector]:
    """Read the page's table; ``empty`` without code marks stands for no text."""
    found = []
    for texts, seed, number in ROW.findall(PAGE.read_text("utf-8")):
        cells = [cell.strip() for cell in texts.split("|")]
        salt, component, key = ("" if each == "empty" else each.strip("`") for each in cells)
        found.append(Vector(salt, component, key, int(seed, 16), int(number)))
    return found


def test_the_page_has_vectors_of_each_sort() -> None:
    found = vectors()
    assert len(found) >= 12
    assert any(not each.salt for each in found)
    assert any(not each.key for each in found)
    assert any(not each.key.isascii() for each in found)
    assert any(not each.salt.isascii() for each in found)


@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: "-".join(vector[:3]))
def test_a_vector_holds(vector: Vector) -> None:
    assert seed_of(vector.salt, vector.component) == vector.seed
    assert bucket(vector.seed, vector.key) == vector.bucket


@needs_native
@pytest.mark.parametrize("vector", vectors(), ids=lambda vector: "-".join(vector[:3]))
def test_a_vector_holds_natively(vector: Vector) -> None:
    assert native is not None
    assert native.bucket(vector.seed, vector.key) == vector.bucket
