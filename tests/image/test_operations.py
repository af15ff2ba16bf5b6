"""The operations besides ``convolve``: the same bits everywhere, and the right ones."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from image import oracle
from image.cases import as_text, images, outsides, weights
from image.loading import operation_of
from image.oracle import BORDERS, float32, uint8
from numpy.typing import NDArray

from twinwheel.image._python._weights import gaussian

Modules = dict[str, ModuleType]
Image = NDArray[Any]

deviations = st.one_of(st.floats(0.05, 20), st.sampled_from([5e-324, 1e-200, 1e300]))


def run(function: Callable[..., None], image: Image, *lines: Any, **options: Any) -> Image:
    output = np.full(image.shape, 77, image.dtype)
    function(image, *lines, output, **options)
    return output


def agree(
    modules: Modules, operation: str, expected: Image | None, image: Image, *lines: Any, **own: Any
) -> None:
    """All give what is expected, or what the first one gives."""
    for name, function in operation_of(modules, operation).items():
        got = run(function, image, *lines, **own)
        if expected is None:
            expected = got
        assert got.tobytes() == expected.tobytes(), (
            f"{name}:\n{as_text(got)}\nnot\n{as_text(expected)}"
        )


@given(images(), weights(), weights(), outsides())
@settings(max_examples=200)
def test_separable(
    modules: Modules, image: Image, across: Any, down: Any, outside: tuple[str, float]
) -> None:
    border, value = outside
    agree(modules, "convolve_separable", None, image, across, down, border=border, value=value)


@given(images(4), weights(), weights(), outsides())
@settings(max_examples=100)
@example(float32([[-0.0]]), float32([1]), float32([1]), ("constant", 0.0))
@example(float32([[1]]), float32([0, 0, 0]), float32([1, 1, 1]), ("constant", np.inf))
@example(float32([[1, 2]]), float32([1] * 5), float32([2] * 4), ("mirror", 0.0))
@example(uint8([[1, 3]]), float32([0.5]), float32([1, 0.5]), ("constant", 1.0))
def test_separable_by_its_definition(
    modules: Modules, image: Image, across: Any, down: Any, outside: tuple[str, float]
) -> None:
    border, value = outside
    expected = oracle.convolve_separable(image, across, down, border, value)
    lines = (across, down)
    agree(modules, "convolve_separable", expected, image, *lines, border=border, value=value)


@given(images(6), st.sampled_from([0, 1]), outsides())
@settings(max_examples=100)
def test_sobel(modules: Modules, image: Image, axis: int, outside: tuple[str, float]) -> None:
    border, value = outside
    expected = oracle.sobel(image, axis, border, value)
    agree(modules, "sobel", expected, image, axis=axis, border=border, value=value)


@given(images(), deviations, st.integers(0, 12), outsides())
@settings(max_examples=100)
def test_gaussian_blur(
    modules: Modules, image: Image, sigma: float, radius: int, outside: tuple[str, float]
) -> None:
    border, value = outside
    line = np.array(gaussian(sigma, radius), np.float32)
    expected = run(
        modules["python"].convolve_separable, image, line, line, border=border, value=value
    )
    options: dict[str, Any] = {"border": border, "value": value}
    agree(modules, "gaussian_blur", expected, image, sigma=sigma, radius=radius, **options)


@given(images(8), st.sampled_from([3, 5, 7]), outsides())
@settings(max_examples=200)
@example(float32([[0.0, -0.0], [-0.0, 0.0]]), 3, ("wrap", 0.0))
@example(float32([[np.nan, 1, np.inf], [-np.inf, np.nan, np.nan]]), 3, ("nearest", 0.0))
@example(float32([[[-0.0] * 20, [0.0] * 20]]), 3, ("wrap", 0.0))
@example(float32([[[1.0] * 19 + [np.nan]]]), 5, ("nearest", 0.0))
@example(float32([[1]]), 3, ("constant", np.nan))
@example(uint8([[7]]), 3, ("constant", 2.5))
@example(uint8([[7]]), 3, ("constant", -3.0))
@example(uint8([[7]]), 3, ("constant", 300.0))
@example(uint8([[7]]), 3, ("constant", np.nan))
def test_median(modules: Modules, image: Image, size: int, outside: tuple[str, float]) -> None:
    border, value = outside
    expected = oracle.median(image, size, border, value)
    agree(modules, "median", expected, image, size=size, border=border, value=value)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
@pytest.mark.parametrize("border", BORDERS)
def test_rows_longer_than_a_block(modules: Modules, dtype: type, border: str) -> None:
    """The native kernels work in strips and blocks, the one with NumPy in blocks of rows."""
    random = np.random.default_rng(2)
    lines = random.standard_normal((2, 33), np.float32)
    for shape in [(3, 1030), (2, 131), (5, 43, 3), (40, 3), (300, 70)]:
        image: Image = (random.random(shape) * 255).astype(dtype)
        outside: Any = {"border": border, "value": 1.5}
        quick = {name: module for name, module in modules.items() if name != "python"}
        for size in (2, 5, 33):
            across, down = lines[0, :size], lines[1, : 1 + size // 2]
            agree(quick, "convolve_separable", None, image, across, down, **outside)
        agree(quick, "gaussian_blur", None, image, sigma=2.5, radius=10, **outside)
        for axis in (0, 1):
            agree(quick, "sobel", None, image, axis=axis, **outside)
        for size in (3, 5, 7):
            agree(quick, "median", None, image, size=size, **outside)


# The first sum is exact, and adding the second lands in binary64 half way between two binary32;
# see test_bits.
TIE = (1 + 2.0**-12, (1 - 2.0**-12 + 2.0**-24) * 2.0**-24)
NEXT = 1 + 2.0**-23


@pytest.mark.parametrize("turned", [False, True])
def test_sums_that_would_round_twice(modules: Modules, turned: bool) -> None:
    """In the pass along the rows, and in the one along the columns."""
    factor, small = TIE
    with np.errstate(all="ignore"):
        assert np.float32(factor * small + 1.0) == 1
    image = float32([[1, small]])
    line, one = float32([1, factor]), float32([1])
    lines = (line, one)
    if turned:
        image, lines = np.ascontiguousarray(image.T), (one, line)
    for name, function in operation_of(modules, "convolve_separable").items():
        got = run(function, image, *lines)
        assert got.ravel()[1] == np.float32(NEXT), name


def test_each_pass_is_rounded_to_binary32(modules: Modules) -> None:
    """1 + 2**-24 is 1 after the first pass, so that the second has nothing left of it."""
    image = float32([[1, 2.0**-24], [-1, 0]])
    for name, function in operation_of(modules, "convolve_separable").items():
        got = run(function, image, float32([1, 1]), float32([1, 1]))
        assert got[1, 1] == 0, name


def test_uint8_is_rounded_once_and_at_the_end(modules: Modules) -> None:
    image = uint8([[1, 255, 200]])
    for name, function in operation_of(modules, "convolve_separable").items():
        assert run(function, image, float32([1.5]), float32([0.5])).tolist() == [[1, 191, 150]]
        assert run(function, image, float32([-1]), float32([-1])).tolist() == [[1, 255, 200]], name


def test_what_is_outside_goes_through_the_first_pass(modules: Modules) -> None:
    for name, function in operation_of(modules, "convolve_separable").items():
        got = run(function, float32([[1]]), float32([2, 3]), float32([10, 1]), value=5.0)
        assert got[0, 0] == 10 * (2 * 5 + 3 * 5) + (2 * 5 + 3), name


def test_every_nan_is_the_same(modules: Modules) -> None:
    patterns = [[0xFFC12345, 0x7F800001, 0x7FFFFFFF, 0xFF800001]]
    image = np.array(patterns, np.uint32).view(np.float32)
    one = float32([1])
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("convolve_separable", (one, one), {}),
        ("sobel", (), {"axis": 1, "border": "wrap"}),
        ("gaussian_blur", (), {"sigma": 1.0, "radius": 1}),
        ("median", (), {"size": 3, "border": "nearest"}),
    ]
    for operation, lines, options in calls:
        for name, function in operation_of(modules, operation).items():
            got = run(function, image, *lines, **options)
            assert (got.view(np.uint32) == 0x7FC00000).all(), (name, operation)


def test_sobel_is_scipys(modules: Modules) -> None:
    """The numbers are those of ``scipy.ndimage.sobel``, whose default axis is the last one."""
    image = float32([[1, 2, 4], [0, 7, 1], [3, 3, 9]])
    for name, function in operation_of(modules, "sobel").items():
        across = run(function, image, axis=1, border="reflect")
        assert across.tolist() == [[10, 10, 0], [15, 11, -4], [7, 19, 12]], name
        down = run(function, image, axis=0, border="reflect")
        assert down.tolist() == [[2, 6, -4], [7, 9, 16], [5, 3, 20]], name


@pytest.mark.parametrize("sigma", [0.05, 0.3, 0.5, 1.0, 1.7, 10.0, 333.3])
@pytest.mark.parametrize("radius", [0, 1, 4, 40])
def test_gaussian_weights(sigma: float, radius: int) -> None:
    """Within what binary64 loses on the way, they are the right ones, rounded once."""
    got = gaussian(sigma, radius)
    expected = oracle.gaussian(sigma, radius)
    assert len(got) == len(expected) == 2 * radius + 1
    assert got == got[::-1]
    for weight, exact in zip(got, expected, strict=True):
        unit = max(np.spacing(np.float32(float(exact))), np.float32(2.0**-149))
        assert abs(Decimal(weight) - exact) <= Decimal(float(unit)) * Decimal("0.5001")


def test_medians_of_a_picture(modules: Modules) -> None:
    image = uint8([[9, 9, 9, 0], [9, 0, 9, 9], [9, 9, 9, 9]])
    for name, function in operation_of(modules, "median").items():
        assert (run(function, image, size=3, border="nearest") == 9).all(), name
        assert run(function, image, size=3).tolist()[0] == [0, 9, 0, 0], name
