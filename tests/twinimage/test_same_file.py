"""twinimage and the Python package give the same file, whichever kernel twinimage takes."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image
from support.twinimage import PHOTOGRAPH, Program

from twinwheel import image as toolkit

pytestmark = pytest.mark.twinimage

KERNELS = ("rust", "c", "python")


class Case(NamedTuple):
    """One component, as both are asked for it."""

    name: str
    words: str
    function: Callable[[Any], Any]


SHARPEN = [[0, -0.5, 0], [-0.5, 3, -0.5], [0, -0.5, 0]]
EMBOSS = [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]
BOX = np.full((8, 8), 1 / 64)
BINOMIAL = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16]

CASES = [
    Case(
        "convolve",
        "convolve --weights 0,-1/2,0;-1/2,3,-1/2;0,-1/2,0",
        lambda image: toolkit.convolve(image, SHARPEN),
    ),
    Case(
        "convolve-emboss",
        "convolve --named emboss --border constant --border-value 127.5",
        lambda image: toolkit.convolve(image, EMBOSS, value=127.5),
    ),
    Case(
        "convolve-box",
        "convolve --named box --size 8 --border reflect_101 --threads 1",
        lambda image: toolkit.convolve(image, BOX, border="mirror"),
    ),
    Case(
        "convolve_separable",
        "separable --across 1/16,4/16,6/16,4/16,1/16 --down -1,0.3,1 --border wrap",
        lambda image: toolkit.convolve_separable(image, BINOMIAL, [-1, 0.3, 1], border="wrap"),
    ),
    Case(
        "gaussian_blur",
        "blur --sigma 2.3 --border reflect",
        lambda image: toolkit.gaussian_blur(image, 2.3, border="reflect"),
    ),
    Case(
        "gaussian_blur-radius",
        "gaussian-blur --sigma 1e1 --radius 4",
        lambda image: toolkit.gaussian_blur(image, 10, radius=4),
    ),
    Case("sobel", "sobel", toolkit.sobel),
    Case(
        "sobel-down",
        "sobel --axis down --border nearest",
        lambda image: toolkit.sobel(image, 0, border="nearest"),
    ),
    Case("median", "median", toolkit.median),
    Case(
        "median-7",
        "median --size 7 --border-value 300",
        lambda image: toolkit.median(image, 7, value=300),
    ),
]


def test_every_component_is_compared() -> None:
    """All but the transforms, whose bits may differ: the program has the exact sums only."""
    assert {case.name.split("-")[0] for case in CASES} == {
        name.removeprefix("kernel_") for name in toolkit.__all__ if name.startswith("kernel_")
    } - {"convolve_fft"}


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("picture", ["photograph.ppm", "grey.pgm"])
def test_the_file_is_the_package_s(
    program: Program, pictures: Path, case: Case, kernel: str, picture: str
) -> None:
    """A PPM or PGM has one way to be written: Pillow writes what the package gives."""
    source = pictures / picture
    output = program.folder / f"result{source.suffix}"
    program.must(*case.words.split(), source, "-o", output, "--kernel", kernel)
    expected = io.BytesIO()
    with Image.open(source) as image:
        Image.fromarray(case.function(np.asarray(image))).save(expected, "PPM")
    assert output.read_bytes() == expected.getvalue()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_png_is_the_same_file_by_each_kernel(
    program: Program, pictures: Path, photograph: Image.Image, case: Case
) -> None:
    """Pillow's PNG has other bytes than twinimage's, and the same samples."""
    words = [*case.words.split(), str(pictures / "photograph.png")]
    results = [program.must(*words, "--kernel", kernel) for kernel in KERNELS]
    assert results[1:] == results[:1] * 2
    with Image.open(io.BytesIO(results[0])) as decoded:
        assert decoded.mode == "RGB"
        assert np.array_equal(decoded, case.function(np.asarray(photograph)))


def test_the_photograph_itself_gives_the_same_file_by_each_kernel(program: Program) -> None:
    words = ["median", str(PHOTOGRAPH), "--format", "png"]
    results = {program.must(*words, "--kernel", kernel) for kernel in KERNELS}
    assert len(results) == 1


def test_a_jpeg_is_decoded_nearly_as_by_pillow(program: Program, photograph: Image.Image) -> None:
    """Why the tests above do not start from the JPEG: its samples are the decoder's."""
    decoded = program.must("convolve", "--weights", "1", str(PHOTOGRAPH), "--format", "ppm")
    with Image.open(io.BytesIO(decoded)) as image:
        differences = np.abs(np.asarray(image, int) - np.asarray(photograph, int))
    assert differences.max() <= 8
    assert differences.mean() < 0.5
