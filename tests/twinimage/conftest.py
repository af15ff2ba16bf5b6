"""The program, and the sample photograph in formats that every reader decodes alike."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from support.twinimage import PHOTOGRAPH, Program, build


@pytest.fixture(scope="session")
def path() -> Path:
    """The program's file."""
    return build()


@pytest.fixture
def program(path: Path, tmp_path: Path) -> Program:
    """The program, in an empty folder."""
    return Program(path, tmp_path)


@pytest.fixture(scope="session")
def photograph() -> Image.Image:
    """The sample photograph, in colours."""
    with Image.open(PHOTOGRAPH) as image:
        colours: Image.Image = image.convert("RGB")
    return colours


@pytest.fixture(scope="session")
def pictures(photograph: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with photograph.png and .ppm, and grey.png and .pgm.

    Two decoders may round a JPEG's samples differently, so it is decoded once, by Pillow.
    """
    folder = tmp_path_factory.mktemp("pictures")
    for name, image, portable in (
        ("photograph", photograph, "ppm"),
        ("grey", photograph.convert("L"), "pgm"),
    ):
        image.save(folder / f"{name}.png", compress_level=1)
        image.save(folder / f"{name}.{portable}")
    return folder
