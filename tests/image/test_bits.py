"""C, Rust and Python give the same bits, at every CPU level, and the right ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from image import oracle
from image.cases import SPECIAL, as_text, images, near_bits, outsides, tiny_bits, weights
from image.loading import Convolve
from image.oracle import BORDERS, float32, uint8
from numpy.typing import NDArray


@st.composite
def cases(
    draw: st.DrawFn, longest: int = 9, largest: int = 7
) -> tuple[NDArray[Any], NDArray[np.float32], str, float]:
    """Image, kernel, border and value."""
    size = draw(st.integers(1, largest))
    return draw(images(longest)), draw(weights(size, size)), *draw(outsides())


def run(
    convolve: Convolve, image: NDArray[Any], kernel: NDArray[Any], border: str, value: float
) -> NDArray[Any]:
    output = np.full(image.shape, 77, image.dtype)
    convolve(image, kernel, output, border=border, value=value)
    return output


@given(cases())
@settings(max_examples=400)
def test_all_agree(
    implementations: dict[str, Convolve],
    case: tuple[NDArray[Any], NDArray[np.float32], str, float],
) -> None:
    expected = run(implementations["python"], *case)
    for name, convolve in implementations.items():
        got = run(convolve, *case)
        assert got.tobytes() == expected.tobytes(), (
            f"{name}:\n{as_text(got)}\nnot\n{as_text(expected)}"
        )


@given(cases(longest=4, largest=4))
@settings(max_examples=150)
@example((float32([[1, 2], [3, 4]]), float32([[1] * 7] * 7), "reflect", 0.0))
@example((float32([[-0.0]]), float32([[1]]), "constant", 0.0))
@example((float32([[-0.0]]), float32([[-0.0, 1], [1, 1]]), "constant", -0.0))
@example((uint8([[1, 3, 5]]), float32([[0.5]]), "constant", 0.0))
def test_agree_with_the_definition(
    implementations: dict[str, Convolve],
    case: tuple[NDArray[Any], NDArray[np.float32], str, float],
) -> None:
    expected = oracle.convolve(*case)
    for name, convolve in implementations.items():
        got = run(convolve, *case)
        assert got.tobytes() == expected.tobytes(), (
            f"{name}:\n{as_text(got)}\nnot\n{as_text(expected)}"
        )


@pytest.mark.parametrize("border", BORDERS)
@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
@pytest.mark.parametrize("size", [1, 2, 5, 8, 33])
def test_rows_longer_than_a_block(
    implementations: dict[str, Convolve], border: str, dtype: type, size: int
) -> None:
    """The native kernels work in blocks of 64 samples, the one with NumPy in blocks of rows."""
    random = np.random.default_rng(size)
    kernel = random.standard_normal((size, size), np.float32)
    for shape in [(3, 64), (2, 65), (5, 43, 3), (40, 3)]:
        image: NDArray[Any] = (random.random(shape) * 255).astype(dtype)
        case = (image, kernel, border, 1.5)
        expected = run(implementations["python"], *case).tobytes()
        for name, convolve in implementations.items():
            assert run(convolve, *case).tobytes() == expected, name


# The first tap gives the addend, the second the product. In binary64 each sum lands just half
# way between two binary32. The factors are (1 + x) and (1 - x + x**2), whose product is 1 +
# x**3, or those for 1 - x**3, scaled to half a unit in the last place of the addend.
ABOVE = (1 + 2.0**-12, 1 - 2.0**-12 + 2.0**-24)
BELOW = (1 - 2.0**-11, 1 + 2.0**-11 + 2.0**-22)
NEXT = 1 + 2.0**-23
LARGEST = float(np.finfo(np.float32).max)


@pytest.mark.parametrize(
    ("a", "b", "c", "expected"),
    [
        pytest.param(ABOVE[0], ABOVE[1] * 2.0**-24, 1.0, NEXT, id="above"),
        pytest.param(BELOW[0], BELOW[1] * 2.0**-24, NEXT, NEXT, id="below"),
        pytest.param(-ABOVE[0], ABOVE[1] * 2.0**-24, -1.0, -NEXT, id="negative"),
        pytest.param(
            ABOVE[0] * 2.0**-75,
            ABOVE[1] * 2.0**-75,
            2.0**-127,
            2.0**-127 + 2.0**-149,
            id="subnormal",
        ),
        pytest.param(BELOW[0] * 2.0**64, BELOW[1] * 2.0**39, LARGEST, LARGEST, id="overflow"),
    ],
)
def test_sums_that_would_round_twice(
    implementations: dict[str, Convolve], a: float, b: float, c: float, expected: float
) -> None:
    for number in (a, b, c, expected):
        assert float(np.float32(number)) == number
    with np.errstate(over="ignore"):
        twice = np.float32(np.float64(a) * np.float64(b) + np.float64(c))
    assert twice != np.float32(expected), "this case tests nothing"
    assert oracle.fma(a, b, c) == expected

    image = float32([[1, b]])
    kernel = float32([[c, a], [0, 0]])
    for name, convolve in implementations.items():
        # Even kernels have their anchor past the middle: output (1, 1) is below right of the taps.
        output = np.empty((2, 2), np.float32)
        convolve(np.vstack([image, image * 0]), kernel, output)
        assert output[1, 1] == np.float32(expected), name


def test_a_sum_next_to_a_tie(implementations: dict[str, Convolve]) -> None:
    """In binary64 this inexact sum is one unit above a tie, to which its error points.

    To step there, as rounding to odd does from an even neighbour, would be wrong.
    """
    a, b = 11801 * 2.0**-30, 5823191 * 2.0**-30
    assert a * b == 2.0**-24 + 2.0**-52 - 2.0**-60
    assert 1.0 + a * b == 1.0 + 2.0**-24 + 2.0**-52
    assert oracle.fma(a, b, 1.0) == NEXT
    image = float32([[1, b], [0, 0]])
    for name, convolve in implementations.items():
        output = np.empty((2, 2), np.float32)
        convolve(image, float32([[1, a], [0, 0]]), output)
        assert output[1, 1] == np.float32(NEXT), name


def test_every_nan_is_the_same(implementations: dict[str, Convolve]) -> None:
    patterns = [[0xFFC12345, 0x7F800001, 0x7FFFFFFF, 0xFF800001]]
    payloads = np.array(patterns, np.uint32).view(np.float32)
    infinite = float32([[np.inf, -np.inf, np.inf, -np.inf]])
    for name, convolve in implementations.items():
        for image, weight in [(payloads, 1), (payloads, np.nan), (infinite, 0), (infinite, np.nan)]:
            output = np.zeros_like(image)
            convolve(image, float32([[weight]]), output)
            assert (output.view(np.uint32) == 0x7FC00000).all(), name


def test_no_tap_is_skipped(implementations: dict[str, Convolve]) -> None:
    image = np.zeros((3, 3), np.float32)
    image[0, 0] = np.nan
    for name, convolve in implementations.items():
        output = np.zeros_like(image)
        convolve(image, np.zeros((3, 3), np.float32), output)
        assert np.isnan(output).sum() == 4, name


def test_uint8_rounds_half_to_even_and_saturates(implementations: dict[str, Convolve]) -> None:
    image = uint8([[1, 3, 5, 7, 100, 255]])
    for name, convolve in implementations.items():
        output = np.zeros_like(image)
        convolve(image, float32([[0.5]]), output)
        assert output.tolist() == [[0, 2, 2, 4, 50, 128]], name
        convolve(image, float32([[3]]), output)
        assert output.tolist() == [[3, 9, 15, 21, 255, 255]], name
        convolve(image, float32([[-1]]), output)
        assert output.tolist() == [[0] * 6], name
        convolve(image, float32([[np.nan]]), output)
        assert output.tolist() == [[0] * 6], name
        convolve(image, float32([[np.inf]]), output)
        assert output.tolist() == [[255] * 6], name


@given(st.tuples(*[st.one_of(near_bits, tiny_bits, st.sampled_from(SPECIAL))] * 3))
def test_the_oracle_adds_as_numpy_does(bits: tuple[int, int, int]) -> None:
    """With a factor of 1 there is one rounding, which NumPy's binary32 addition does as well."""
    _, b, c = (float(np.array(pattern, np.uint32).view(np.float32)) for pattern in bits)
    with np.errstate(all="ignore"):
        expected = np.float32(b) + np.float32(c)
    got = np.float32(oracle.fma(1.0, b, c))
    assert got.tobytes() == expected.tobytes() or (np.isnan(got) and np.isnan(expected))
