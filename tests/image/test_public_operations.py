"""The public functions besides ``convolve``, and what they all share."""

from __future__ import annotations

import os
import subprocess
import sys
from array import array
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from image import oracle
from image.oracle import BORDERS, float32, uint8
from numpy.typing import NDArray
from PIL import Image

from twinwheel import image as toolkit
from twinwheel.image import convolve, convolve_separable, gaussian_blur, median, sobel
from twinwheel.image._numbers import available_threads
from twinwheel.image._python._weights import gaussian

LINE = [0.25, 0.5, 0.25]
ONES = np.ones((2, 3), np.float32)
COLOURS = np.ones((2, 3, 3), np.uint8)
# Each with what it needs besides the image.
CALLS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (convolve, ([[0.25, 0.5], [1, 2]],)),
    (convolve_separable, (LINE, LINE)),
    (gaussian_blur, (1.5,)),
    (sobel, ()),
    (median, ()),
]
EACH = pytest.mark.parametrize(
    ("function", "own"), CALLS, ids=[function.__name__ for function, _ in CALLS]
)


def picture(shape: tuple[int, ...], dtype: type) -> NDArray[Any]:
    return np.random.default_rng(4).integers(0, 256, shape).astype(dtype)


def view(letter: Any, shape: tuple[int, ...], numbers: Any) -> memoryview[Any]:
    return memoryview(array(letter, numbers)).cast("B").cast(letter, shape)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 3)])
@pytest.mark.parametrize("border", BORDERS)
def test_what_they_give(dtype: type, shape: tuple[int, ...], border: str) -> None:
    image = picture(shape, dtype)
    options: dict[str, Any] = {"border": border, "value": 2.5}
    across, down = float32([1, 2, -1]), float32([0.5, 0.25])
    expected = oracle.convolve_separable(image, across, down, border, 2.5)
    result = convolve_separable(image, across, down, **options)
    assert type(result) is np.ndarray
    assert result.dtype == dtype
    assert result.tobytes() == expected.tobytes()
    line = np.array(gaussian(0.8, 3), np.float32)
    expected = oracle.convolve_separable(image, line, line, border, 2.5)
    assert gaussian_blur(image, 0.8, **options).tobytes() == expected.tobytes()
    for axis in (0, 1):
        expected = oracle.sobel(image, axis, border, 2.5)
        assert sobel(image, axis, **options).tobytes() == expected.tobytes()
    for size in (3, 5, 7):
        expected = oracle.median(image, size, border, 2.5)
        assert median(image, size, **options).tobytes() == expected.tobytes()


@EACH
def test_kinds_of_images(function: Callable[..., Any], own: tuple[Any, ...]) -> None:
    image = picture((4, 6, 3), np.uint8)
    expected = function(image, *own)
    turned = np.asfortranarray(image)
    assert (function(turned, *own) == expected).all()
    assert (function(np.repeat(image, 2, 1)[::-1, ::2][::-1], *own) == expected).all()
    assert (function(Image.fromarray(image), *own) == expected).all()
    result = function(memoryview(image.tobytes()).cast("B", (4, 6, 3)), *own)
    assert isinstance(result, memoryview)
    assert result.tolist() == expected.tolist()


@EACH
def test_out(function: Callable[..., Any], own: tuple[Any, ...]) -> None:
    image = picture((4, 6), np.float32)
    out = np.empty_like(image)
    assert function(image, *own, out=out) is out
    assert out.tobytes() == function(image, *own).tobytes()
    with pytest.raises(ValueError) as caught:
        function(image, *own, out=image)
    assert str(caught.value) == "out must not overlap image"
    with pytest.raises(TypeError) as wrong:
        function(image, *own, out=np.empty((4, 6)))
    assert str(wrong.value) == "out must hold the samples of image (format 'f'), not format 'd'"


@EACH
@pytest.mark.parametrize(
    ("name", "same"),
    [("replicate", "nearest"), ("reflect_101", "mirror"), ("reflect101", "mirror")],
)
def test_opencvs_borders(
    function: Callable[..., Any], own: tuple[Any, ...], name: str, same: str
) -> None:
    image = picture((3, 4), np.float32)
    expected = function(image, *own, border=same).tobytes()
    assert function(image, *own, border=name).tobytes() == expected
    assert function(image, *own, border="constant").tobytes() == function(image, *own).tobytes()
    assert expected != function(image, *own).tobytes()


@EACH
def test_threads(function: Callable[..., Any], own: tuple[Any, ...]) -> None:
    image = picture((300, 400), np.float32)
    expected = function(image, *own, threads=1).tobytes()
    assert function(image, *own, threads=None).tobytes() == expected
    assert function(image, *own, threads=5).tobytes() == expected
    name = f"kernel_{function.__name__}"
    with mock.patch.object(toolkit, name, wraps=getattr(toolkit, name)) as kernel:
        function(image, *own)
    assert kernel.call_args.kwargs["threads"] == available_threads()


def test_the_processors_that_this_process_may_use() -> None:
    if hasattr(os, "sched_getaffinity"):
        code = (
            "import os\n"
            "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
            "from twinwheel.image._numbers import available_threads\n"
            "print(available_threads())\n"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert done.stdout.strip() == b"1"
        assert available_threads() == len(os.sched_getaffinity(0))
        with mock.patch.object(os, "sched_getaffinity", side_effect=OSError):
            assert available_threads() == (os.cpu_count() or 1)
    else:
        assert available_threads() == (os.cpu_count() or 1)


@pytest.mark.parametrize(
    "line",
    [
        [0.1, 2],
        (0.1, 2),
        [np.float64(0.1), np.int8(2)],
        [Fraction(1, 10), Fraction(2)],
        np.array([0.1, 2]),
        np.array([2, 0.1])[::-1],
        np.array([0.1, 2], np.float32),
        array("d", [0.1, 2]),
        array("f", [0.1, 2]),
    ],
)
def test_lines(line: Any) -> None:
    image, weights = float32([[1, 2, 3], [4, 5, 6]]), float32([0.1, 2])
    expected = oracle.convolve_separable(image, weights, weights, "constant", 0.0)
    assert convolve_separable(image, line, line).tobytes() == expected.tobytes()


def test_whole_numbers_in_lines_are_rounded_once() -> None:
    number = 2**53 + 2**29 + 1
    for line in ([number], np.array([number]), array("q", [number])):
        assert convolve_separable(float32([[1]]), line, [1])[0, 0] == 2.0**53 + 2**30


def test_the_radius_is_scipys() -> None:
    image = picture((30, 30), np.float32)
    for sigma, truncate, radius in [
        (1, 4.0, 4),
        (0.3, 4.0, 1),
        (2.6, 3, 8),
        (0.1, 4, 0),
        (1, 0, 0),
    ]:
        expected = gaussian_blur(image, sigma, radius=radius).tobytes()
        assert gaussian_blur(image, sigma, truncate=truncate).tobytes() == expected
        assert gaussian_blur(image, sigma, truncate=99, radius=radius).tobytes() == expected
    assert gaussian_blur(image, 2).tobytes() == gaussian_blur(image, 2, radius=8).tobytes()


def test_axes() -> None:
    image = picture((5, 6), np.float32)
    across, down = sobel(image, 1), sobel(image, 0)
    assert across.tobytes() != down.tobytes()
    assert sobel(image).tobytes() == sobel(image, -1).tobytes() == across.tobytes()
    assert sobel(image, -2).tobytes() == down.tobytes()
    assert sobel(image, np.int8(-2)).tobytes() == down.tobytes()
    colours = picture((5, 6, 3), np.float32)
    for channel in range(3):
        assert (sobel(colours)[..., channel] == sobel(colours[..., channel])).all()


def test_a_median_takes_out_what_is_alone() -> None:
    image = np.full((9, 9), 7, np.uint8)
    image[4, 4] = 255
    assert (median(image, border="nearest") == 7).all()
    assert median(uint8([[1, 2, 9]]), border="nearest").tolist() == [[1, 2, 9]]


@pytest.mark.parametrize(
    ("function", "arguments", "options", "error", "message"),
    [
        (convolve_separable, (ONES, 3, LINE), {}, TypeError,
         "across must be an array, a buffer or a sequence of numbers, not int"),
        (convolve_separable, (ONES, LINE, None), {}, TypeError,
         "down must be an array, a buffer or a sequence of numbers, not NoneType"),
        (convolve_separable, (ONES, [], LINE), {}, ValueError,
         "across must not have zero size: shape (0,)"),
        (convolve_separable, (ONES, LINE, np.ones(0)), {}, ValueError,
         "down must not have zero size: shape (0,)"),
        (convolve_separable, (ONES, LINE, np.ones(0, np.float32)), {}, ValueError,
         "down must not have zero size: shape (0,)"),
        (convolve_separable, (ONES, np.ones((1, 3)), LINE), {}, ValueError,
         "across must be one-dimensional: shape (1, 3)"),
        (convolve_separable, (ONES, [[1.0]], LINE), {}, TypeError,
         "across must be a sequence of numbers"),
        (convolve_separable, (ONES, LINE, ["a"]), {}, TypeError,
         "down must be a sequence of numbers"),
        (convolve_separable, (ONES, LINE, [10**400]), {}, ValueError,
         "down must hold numbers that fit in a float"),
        (convolve_separable, (ONES, LINE, np.ones(3, np.complex64)), {}, TypeError,
         "down must hold real numbers, not complex64"),
        (convolve_separable, (ONES, LINE, [np.True_]), {}, TypeError,
         "down must hold real numbers, not bool"),
        (convolve_separable, (ONES, np.ma.masked_equal([1.0, 2.0], 2), LINE), {}, TypeError,
         "across must not be a masked array: fill it first, as with its method filled"),
        (gaussian_blur, (ONES, "1"), {}, TypeError, "sigma must be a number, not str"),
        (gaussian_blur, (ONES, "1"), {"radius": 2}, TypeError, "sigma must be a number, not str"),
        (gaussian_blur, (ONES, 0), {}, ValueError, "sigma must be above 0 and finite, not 0"),
        (gaussian_blur, (ONES, float("inf")), {"radius": 1}, ValueError,
         "sigma must be above 0 and finite, not inf"),
        (gaussian_blur, (ONES, 1), {"truncate": None}, TypeError,
         "truncate must be a number, not NoneType"),
        (gaussian_blur, (ONES, 1), {"truncate": -1}, ValueError,
         "truncate must be 0 or above and finite, not -1"),
        (gaussian_blur, (ONES, 1), {"truncate": float("nan")}, ValueError,
         "truncate must be 0 or above and finite, not nan"),
        (gaussian_blur, (ONES, 1e10), {}, ValueError,
         "radius must be from 0 to 2147483647, not 40000000000"),
        (gaussian_blur, (ONES, 1), {"radius": 1.0}, TypeError,
         "radius must be a whole number, not float"),
        (sobel, (ONES, 2), {}, ValueError, "axis must be 0 or 1, not 2"),
        (sobel, (ONES, -3), {}, ValueError, "axis must be 0 or 1, not -3"),
        (sobel, (ONES, None), {}, TypeError, "axis must be a whole number, not NoneType"),
        (sobel, (ONES, True), {}, TypeError, "axis must be a whole number, not bool"),
        (sobel, (COLOURS, -1), {}, ValueError,
         "axis must be 0 or 1 where there are channels, not -1"),
        (median, (ONES, 4), {}, ValueError, "size must be 3, 5 or 7, not 4"),
        (median, (ONES, 3.0), {}, TypeError, "size must be a whole number, not float"),
        (median, (ONES,), {"threads": -1}, ValueError,
         "threads must be from 1 to 4294967295, not -1"),
        (median, (None,), {}, TypeError,
         "image must be an array, a buffer such as a memoryview, or a Pillow image, not NoneType"),
    ],
)  # fmt: skip
def test_refusals(
    function: Callable[..., Any],
    arguments: Any,
    options: Any,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error) as caught:
        function(*arguments, **options)
    assert caught.type is error
    assert str(caught.value) == message


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None  # as if it were not installed
import twinwheel.image as image

pixels = memoryview(bytes([1, 2, 3, 4, 5, 60])).cast("B", (2, 3))
assert image.convolve_separable(pixels, [2], (1, 1)).tolist() == [[2, 4, 6], [10, 14, 126]]
assert image.gaussian_blur(pixels, 0.01).tolist() == pixels.tolist()
assert image.sobel(pixels, border="nearest").tolist() == [[4, 62, 58], [4, 170, 166]]
assert image.median(pixels, border="nearest").tolist() == [[2, 3, 3], [4, 4, 5]]
print("done")
"""


@pytest.mark.parametrize("implementation", ["auto", "python"])
def test_without_numpy(implementation: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NUMPY],
        cwd=tmp_path,
        env=os.environ | {"TWINWHEEL_IMAGE_IMPLEMENTATION": implementation},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "done", done.stderr
