"""``twinwheel.image.convolve``: images, kernels and results of many kinds."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from array import array
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from image import oracle
from image.oracle import float32, uint8
from numpy.typing import NDArray
from PIL import Image

from twinwheel.image import convolve

BOX = [[1, 1, 1]] * 3


def view(letter: Any, shape: tuple[int, ...], numbers: Any) -> memoryview[Any]:
    return memoryview(array(letter, numbers)).cast("B").cast(letter, shape)


@pytest.mark.parametrize("dtype", [np.float32, np.uint8])
@pytest.mark.parametrize("shape", [(4, 5), (4, 5, 1), (4, 5, 3)])
@pytest.mark.parametrize("border", oracle.BORDERS)
def test_numpy(dtype: type, shape: tuple[int, ...], border: str) -> None:
    random = np.random.default_rng(1)
    image: NDArray[Any] = random.integers(0, 256, shape).astype(dtype)
    kernel = random.random((3, 3), np.float32)
    result = convolve(image, kernel, border=border, value=2.5)
    assert type(result) is np.ndarray
    assert result.dtype == dtype
    assert result.tobytes() == oracle.convolve(image, kernel, border, 2.5).tobytes()


@pytest.mark.parametrize("letter", ["f", "B"])
@pytest.mark.parametrize("shape", [(2, 3), (2, 1, 3)])
def test_buffers(letter: str, shape: tuple[int, ...]) -> None:
    result = convolve(view(letter, shape, range(6)), [[2]])
    assert isinstance(result, memoryview)
    assert (result.format, result.shape, result.c_contiguous) == (letter, shape, True)
    assert array(letter, result.tobytes()).tolist() == [0, 2, 4, 6, 8, 10]


def test_ctypes_arrays() -> None:
    """Their format is '<f', which not even memoryview can read."""
    import ctypes

    row = ctypes.c_float * 3
    image = (row * 2)(row(1, 2, 3), row(4, 5, 6))
    output = (row * 2)()
    weight = ctypes.c_float * 1
    kernel = (weight * 1)(weight(2))
    assert convolve(image, kernel, out=output) is output
    assert [list(line) for line in output] == [[2, 4, 6], [8, 10, 12]]
    result = convolve(image, kernel)
    assert (result.format, result.tolist()) == ("f", [[2, 4, 6], [8, 10, 12]])


@pytest.mark.parametrize(
    ("mode", "shape"), [("L", (4, 6)), ("RGB", (4, 6, 3)), ("RGBA", (4, 6, 4))]
)
def test_pillow(mode: str, shape: tuple[int, ...]) -> None:
    pixels = np.arange(math.prod(shape), dtype=np.uint8).reshape(shape)
    result = convolve(Image.fromarray(pixels, mode), [[0, 0, 0], [0, 0, 1], [0, 0, 0]])
    assert isinstance(result, np.ndarray)
    assert (result[:, :-1] == pixels[:, 1:]).all()


def test_objects_with_array() -> None:
    class Tensor:
        def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
            return np.ones((3, 3), np.float32)

    assert isinstance(convolve(Tensor(), BOX), np.ndarray)
    assert convolve(np.ones((3, 3), np.float32), Tensor())[1, 1] == 9


def test_out() -> None:
    image = np.ones((3, 3), np.float32)
    out = np.empty((3, 3), np.float32)
    assert convolve(image, BOX, out=out) is out
    assert out.tolist() == [[4, 6, 4], [6, 9, 6], [4, 6, 4]]
    buffer = bytearray(4 * 9)
    target = memoryview(buffer).cast("f", (3, 3))
    assert convolve(image, BOX, out=target) is target
    assert bytes(buffer) == out.tobytes()


@pytest.mark.parametrize(
    "kernel",
    [
        [[0.1, 2], [3, 4]],
        ((0.1, 2), (3, 4)),
        [array("f", [0.1, 2]), array("d", [3, 4])],
        np.array([[0.1, 2], [3, 4]]),
        np.array([[0.1, 2], [3, 4]], np.float32),
        np.asfortranarray(np.array([[0.1, 2], [3, 4]], np.float32)),
        view("d", (2, 2), [0.1, 2, 3, 4]),
        view("f", (2, 2), [0.1, 2, 3, 4]),
    ],
)
def test_kernels(kernel: Any) -> None:
    image = np.arange(6, dtype=np.float32).reshape(2, 3)
    expected = oracle.convolve(image, float32([[0.1, 2], [3, 4]]), "constant", 0.0)
    assert convolve(image, kernel).tobytes() == expected.tobytes()


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int32, np.uint64])
def test_whole_number_kernels(dtype: type) -> None:
    assert convolve(float32([[3]]), np.array([[2]], dtype))[0, 0] == 6


@pytest.mark.parametrize("size", [2, 4, 9])
def test_even_kernels_and_kernels_larger_than_the_image(size: int) -> None:
    image = float32([[1, 2, 3], [4, 5, 6]])
    kernel = np.ones((size, size), np.float32)
    for border in oracle.BORDERS:
        expected = oracle.convolve(image, kernel, border, 0.0)
        assert convolve(image, kernel, border=border).tobytes() == expected.tobytes()


def test_values_that_are_no_numbers_are_valid() -> None:
    image = float32([[np.nan, 1, np.inf]])
    assert np.isnan(convolve(image, [[1]])[0, 0])
    assert convolve(image, [[1]])[0, 2] == np.inf
    assert np.isnan(convolve(image, [[math.nan]])).all()
    assert convolve(uint8([[1, 2]]), [[math.inf]]).tolist() == [[255, 255]]
    assert convolve(float32([[1]]), BOX, value=math.inf)[0, 0] == np.inf


ONES = np.ones((2, 3), np.float32)
NOT_LIKE_AN_ARRAY = "image must be an array, a buffer such as a memoryview, or a Pillow image, not "
UNKNOWN_BORDER = "border must be one of constant, nearest, reflect, mirror, wrap, not "
READ_ONLY = memoryview(bytes(24)).cast("f", (2, 3))


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((None, BOX), {}, TypeError, NOT_LIKE_AN_ARRAY + "NoneType"),
        (("cat.png", BOX), {}, TypeError, NOT_LIKE_AN_ARRAY + "str"),
        ((np.ndarray, BOX), {}, TypeError, NOT_LIKE_AN_ARRAY + "type"),
        ((np.ones((2, 3)), BOX), {}, TypeError,
         "image must hold float32 or uint8 samples, not float64"),
        ((np.ones((2, 3), np.int32), BOX), {}, TypeError,
         "image must hold float32 or uint8 samples, not int32"),
        ((np.ones((2, 3), np.bool_), BOX), {}, TypeError,
         "image must hold float32 or uint8 samples, not bool"),
        ((b"abc", BOX), {}, ValueError,
         "image must have 2 dimensions (height, width) or 3 (height, width, channels), not 1"),
        ((np.ones((0, 3), np.uint8), BOX), {}, ValueError,
         "image must not have zero size: shape (0, 3)"),
        ((Image.new("RGB", (0, 3)), BOX), {}, ValueError,
         "image must not have zero size: shape (3, 0, 3)"),
        ((np.broadcast_to(np.uint8(1), (2**31, 2**30, 1)), BOX), {"out": ONES}, TypeError,
         "out must hold the samples of image (format 'B'), not format 'f'"),
        ((ONES, None), {}, TypeError,
         "kernel must be an array, a buffer or nested sequences, not NoneType"),
        ((ONES, 3), {}, TypeError,
         "kernel must be an array, a buffer or nested sequences, not int"),
        ((ONES, []), {}, ValueError, "kernel must not have zero size: shape (0, 0)"),
        ((ONES, np.ones((0, 0))), {}, ValueError, "kernel must not have zero size: shape (0, 0)"),
        ((ONES, np.ones((0, 0), np.float32)), {}, ValueError,
         "kernel must not have zero size: shape (0, 0)"),
        ((ONES, [1, 2]), {}, TypeError, "kernel must be rows of numbers"),
        ((ONES, [["a"]]), {}, TypeError, "kernel must be rows of numbers"),
        ((ONES, [[10**400]]), {}, ValueError, "kernel must hold numbers that fit in a float"),
        ((ONES, [[1, 2], [3]]), {}, ValueError,
         "kernel must be square, (size, size): 2 rows, one of length 1"),
        ((ONES, np.ones((3, 2))), {}, ValueError,
         "kernel must be square, (size, size): shape (3, 2)"),
        ((ONES, np.ones((1, 1), np.complex64)), {}, TypeError,
         "kernel must hold real numbers, not complex64"),
        ((ONES, np.ones((1, 1), np.bool_)), {}, TypeError,
         "kernel must hold real numbers, not bool"),
        ((ONES, BOX), {"border": "reflet"}, ValueError,
         UNKNOWN_BORDER + "'reflet' (did you mean 'reflect'?)"),
        ((ONES, BOX), {"border": "edge"}, ValueError,
         UNKNOWN_BORDER + "'edge' (did you mean 'nearest'?)"),
        ((ONES, BOX), {"border": "Reflect_101"}, ValueError,
         UNKNOWN_BORDER + "'Reflect_101' (did you mean 'reflect_101'?)"),
        ((ONES, BOX), {"border": "xyzzy"}, ValueError,
         UNKNOWN_BORDER + "'xyzzy'"),
        ((ONES, BOX), {"border": 0}, TypeError, "border must be a string, not int"),
        ((ONES, BOX), {"value": "0"}, TypeError, "value must be a number, not str"),
        ((ONES, BOX), {"threads": 0}, ValueError, "threads must be from 1 to 4294967295, not 0"),
        ((ONES, BOX), {"threads": 1.5}, TypeError, "threads must be a whole number, not float"),
        ((ONES, BOX), {"out": [[0.0]]}, TypeError,
         "out must be a buffer, such as an array or a memoryview, not list"),
        ((ONES, BOX), {"out": READ_ONLY}, ValueError, "out must be writable"),
        ((ONES, BOX), {"out": np.ones((3, 2), np.float32)}, ValueError,
         "out must have the shape of image, (2, 3), not (3, 2)"),
        ((ONES, BOX), {"out": np.ones((2, 3))}, TypeError,
         "out must hold the samples of image (format 'f'), not format 'd'"),
        ((ONES, BOX), {"out": np.ones((2, 6), np.float32)[:, ::2]}, ValueError,
         "out must be C-contiguous"),
        ((ONES, BOX), {"out": ONES}, ValueError, "out must not overlap image"),
    ],
)  # fmt: skip
def test_refusals(arguments: Any, options: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        convolve(*arguments, **options)
    assert caught.type is error
    assert str(caught.value) == message


def test_more_than_there_is_memory_for() -> None:
    with pytest.raises(MemoryError):
        convolve(np.broadcast_to(np.uint8(1), (2**31, 2**30)), BOX)


def test_out_must_not_overlap_the_kernel() -> None:
    kernel = np.ones((3, 3), np.float32)
    with pytest.raises(ValueError) as caught:
        convolve(np.ones((3, 3), np.float32), kernel, out=kernel)
    assert str(caught.value) == "out must not overlap kernel"


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None  # as if it were not installed
from array import array
import twinwheel.image
from PIL import Image

result = twinwheel.image.convolve(memoryview(bytes(range(6))).cast("B", (2, 3)), [[2]])
assert (result.shape, result.tolist()) == ((2, 3), [[0, 2, 4], [6, 8, 10]])

photograph = Image.frombytes("RGB", (2, 1), bytes(range(6)))
result = twinwheel.image.convolve(photograph, [[3]])
assert (result.format, result.tolist()) == ("B", [[[0, 3, 6], [9, 12, 15]]])

depth = Image.frombytes("F", (2, 1), array("f", [1.5, -2]).tobytes())
result = twinwheel.image.convolve(depth, [[2]])
assert (result.format, result.tolist()) == ("f", [[3.0, -4.0]])

for image, error in [
    (Image.new("I", (2, 3)), "image must hold float32 or uint8 samples, not int32"),
    (Image.new("L", (0, 3)), "image must not have zero size: shape (3, 0)"),
    (
        type("Tensor", (), {"__array__": lambda self: None})(),
        "image is a Tensor, which only NumPy can read: pip install numpy",
    ),
]:
    try:
        twinwheel.image.convolve(image, [[1]])
    except (TypeError, ValueError) as caught:
        assert str(caught) == error, caught
    else:
        raise AssertionError(error)
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
