"""Samples of every type, as image, kernel and out, with NumPy and without."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from array import array
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image import oracle
from PIL import Image

from twinwheel.image import convolve

REAL = "bBhHiIlLqQefdg"
ONE = np.ones((1, 1), np.float32)


def weight_of(kernel: Any) -> float:
    """What the kernel's only weight was rounded to."""
    return float(convolve(ONE, kernel)[0, 0])


@pytest.mark.parametrize("order", ["=", "<", ">"])
@pytest.mark.parametrize("letter", REAL)
def test_kernels_of_every_real_type_and_byte_order(letter: Any, order: Any) -> None:
    kernel = np.array([[1, 2], [3, 4]]).astype(np.dtype(letter).newbyteorder(order))
    image = np.arange(6, dtype=np.float32).reshape(2, 3)
    expected = oracle.convolve(image, kernel.astype(np.float32), "constant", 0.0)
    for layout in (kernel, np.asfortranarray(kernel), kernel[::-1, ::-1][::-1, ::-1], list(kernel)):
        assert convolve(image, layout).tobytes() == expected.tobytes()
    scalars = [[kernel[0, 0], kernel[0, 1]], [kernel[1, 0], kernel[1, 1]]]
    assert convolve(image, scalars).tobytes() == expected.tobytes()


@pytest.mark.skipif(np.finfo(np.longdouble).nmant < 63, reason="long double is double here")
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("more", "expected"), [(1, 1 + 2.0**-23), (0, 1.0), (-1, 1.0)])
def test_long_doubles_are_rounded_once(more: int, expected: float, order: Any) -> None:
    """A binary64 cannot tell them from a tie."""
    value = np.longdouble(1) + np.longdouble(2) ** -24 + more * np.longdouble(2) ** -60
    kernel = np.array([[value]]).astype(np.dtype("g").newbyteorder(order))
    assert weight_of(kernel) == expected
    assert weight_of([[value]]) == expected
    assert weight_of([kernel[0]]) == expected


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("letter", ["q", "Q"])
@pytest.mark.parametrize(("more", "expected"), [(1, 2.0**53 + 2**30), (0, 2.0**53)])
def test_whole_numbers_are_rounded_once(
    letter: Any, more: int, expected: float, order: Any
) -> None:
    value = 2**53 + 2**29 + more
    kernel = np.array([[value]], np.dtype(letter).newbyteorder(order))
    assert weight_of(kernel) == expected
    assert weight_of([[value]]) == expected
    assert weight_of(memoryview(array(letter, [value])).cast("B").cast(letter, (1, 1))) == expected


@given(st.integers(-(2**140), 2**140).filter(bool))
def test_whole_numbers_against_the_definition(number: int) -> None:
    assert weight_of([[number]]) == oracle.round_to_binary32(Fraction(number))
    if -(2**63) <= number < 2**63:
        assert weight_of(np.array([[number]], np.int64)) == float(np.int64(number).astype("f"))


def test_what_is_too_large_is_infinite() -> None:
    assert weight_of(np.array([[1e300]])) == np.inf
    assert weight_of(np.array([[-np.finfo(np.longdouble).max]])) == -np.inf
    assert weight_of([[2**130]]) == np.inf


def test_long_doubles_of_ctypes() -> None:
    row = ctypes.c_longdouble * 1
    assert weight_of((row * 1)(row(2.5))) == 2.5


TIMES = np.zeros((2, 2), "M8[s]")
SPANS = np.zeros((2, 2), "m8[D]")
OBJECTS = np.full((2, 2), 1.0, object)
RECORDS = np.zeros((2, 2), [("red", "f4"), ("green", "f4")])
DATED = np.zeros((2, 2), [("when", "M8[s]")])
COMPLEX = np.zeros((2, 2), np.complex64)
WIDE_COMPLEX = np.zeros((2, 2), np.complex128)
TEXT = np.zeros((2, 2), "U3")
STRANGE = [TIMES, SPANS, OBJECTS, RECORDS, DATED, COMPLEX, WIDE_COMPLEX, TEXT]
PICTURE: Any = np.ones((2, 2), np.float32)
IDS = [str(each.dtype) for each in STRANGE]


class Wrapped:
    """Becomes an array when asked."""

    def __init__(self, wrapped: Any) -> None:
        self.wrapped = wrapped

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.wrapped


@pytest.mark.parametrize("strange", STRANGE, ids=IDS)
def test_arrays_without_numbers(strange: Any) -> None:
    wanted = "image must hold float32 or uint8 samples, not "
    for image in (strange, Wrapped(strange)):
        with pytest.raises(TypeError) as caught:
            convolve(image, [[1]])
        assert str(caught.value).startswith(wanted)
    for kernel in (strange, Wrapped(strange), list(strange)):
        with pytest.raises(TypeError) as caught:
            convolve(PICTURE, kernel)
        assert str(caught.value).startswith("kernel must hold real numbers, not ")
    with pytest.raises(TypeError) as caught:
        convolve(PICTURE, [[1]], out=strange)
    assert str(caught.value).startswith("out must hold the samples of image")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (np.complex64(1j), "complex64"),
        (np.complex128(1), "complex128"),
        (np.True_, "bool"),
        (np.datetime64("2020-01-01"), "datetime64"),
        (np.timedelta64(3, "s"), "timedelta64"),
    ],
)
def test_scalars_without_real_numbers(value: Any, name: str) -> None:
    with pytest.raises(TypeError) as caught:
        convolve(PICTURE, [[value]])
    assert str(caught.value) == f"kernel must hold real numbers, not {name}"


@pytest.mark.parametrize(
    ("samples", "name"),
    [
        (TIMES, "datetime64[s]"),
        (SPANS, "timedelta64[D]"),
        (OBJECTS, "object"),
        (COMPLEX, "complex64"),
        (WIDE_COMPLEX, "complex128"),
        (np.zeros((2, 2), np.float16), "float16"),
        (np.zeros((2, 2), ">u2"), "format '>H'" if sys.byteorder == "little" else "uint16"),
        (np.zeros((2, 2), ">f4"), "format '>f'" if sys.byteorder == "little" else None),
        (np.zeros((2, 2), ">g"), np.dtype("g").name),
    ],
)
def test_the_names_of_samples(samples: Any, name: str | None) -> None:
    if name is None:
        pytest.skip("these are samples of this machine's byte order")
    with pytest.raises(TypeError) as caught:
        convolve(samples, [[1]])
    assert str(caught.value) == f"image must hold float32 or uint8 samples, not {name}"


def test_long_doubles_of_another_order_as_out() -> None:
    other: Any = ">" if sys.byteorder == "little" else "<"
    out = np.zeros((2, 2), np.dtype("g").newbyteorder(other))
    with pytest.raises(TypeError) as caught:
        convolve(PICTURE, [[1]], out=out)
    assert str(caught.value) == f"out must hold the samples of image, not {out.dtype}"


def test_masked_arrays() -> None:
    masked: Any = np.ma.masked_equal(np.ones((2, 2), np.float32), 2)
    fill = "must not be a masked array: fill it first, as with its method filled"
    for image in (masked, masked[::-1], memoryview(masked), Wrapped(masked)):
        with pytest.raises(TypeError) as caught:
            convolve(image, [[1]])
        assert str(caught.value) == f"image {fill}"
    kernels: list[Any] = [masked, memoryview(masked), list(masked), [[np.ma.masked]]]
    for kernel in kernels:
        with pytest.raises(TypeError) as caught:
            convolve(PICTURE, kernel)
        assert str(caught.value) == f"kernel {fill}"
    for out in (masked, memoryview(masked)):
        with pytest.raises(TypeError) as caught:
            convolve(PICTURE, [[1]], out=out)
        assert str(caught.value) == "out must not be a masked array: give an array of its own"
    assert (masked.data == 1).all()
    assert (convolve(masked.filled(), [[2]]) == 2).all()


def test_a_released_view_speaks_for_itself() -> None:
    view = memoryview(array("f", [1])).cast("B").cast("f", (1, 1))
    view.release()
    for arguments, options in (
        ((view, [[1]]), {}),
        ((PICTURE, view), {}),
        ((PICTURE, [[1]]), {"out": view}),
    ):
        with pytest.raises(ValueError, match="released memoryview"):
            convolve(*arguments, **options)  # type: ignore[arg-type]


GOOD_MODES = {
    "L": (), "LA": (2,), "La": (2,), "RGB": (3,), "RGBA": (4,), "RGBa": (4,), "RGBX": (4,),
    "CMYK": (4,), "YCbCr": (3,), "F": (),
}  # fmt: skip
BAD_MODES = {
    "1": "image must not be a Pillow image of mode 1, whose samples are single bits",
    "P": "image must not be a Pillow image of mode P, whose samples are palette indices",
    "PA": "image must not be a Pillow image of mode PA, whose samples are palette indices",
    "HSV": "image must not be a Pillow image of mode HSV, whose samples have a hue, which is an "
    "angle",
    "LAB": "image must not be a Pillow image of mode LAB, whose samples are signed and look "
    "unsigned",
}
CONVERT = ": convert it first, as with convert('RGB')"
OTHER_SAMPLES = {
    "I": "image must hold float32 or uint8 samples, not int32",
    "I;16": "image must hold float32 or uint8 samples, not uint16",
    "I;16B": "image must hold float32 or uint8 samples, not format '>H'",
}
if sys.byteorder == "big":
    OTHER_SAMPLES = {"I": OTHER_SAMPLES["I"]}


@pytest.mark.parametrize("mode", GOOD_MODES)
def test_modes_that_are_taken(mode: str) -> None:
    result = convolve(Image.new(mode, (3, 2), None), [[1]])
    assert result.shape == (2, 3, *GOOD_MODES[mode])


@pytest.mark.parametrize("mode", BAD_MODES)
def test_modes_that_are_not_what_they_look_like(mode: str) -> None:
    image = Image.new(mode, (2, 2))
    with pytest.raises(TypeError) as caught:
        convolve(image, [[1]])
    assert str(caught.value) == BAD_MODES[mode] + CONVERT
    with pytest.raises(TypeError) as caught:
        convolve(PICTURE, image)
    assert str(caught.value) == BAD_MODES[mode].replace("image", "kernel", 1) + CONVERT


@pytest.mark.parametrize("mode", OTHER_SAMPLES)
def test_modes_of_other_samples(mode: str) -> None:
    with pytest.raises(TypeError) as caught:
        convolve(Image.new(mode, (2, 2)), [[1]])
    assert str(caught.value) == OTHER_SAMPLES[mode]
    assert convolve(Image.new(mode, (2, 2), 7).convert("F"), [[2]])[0, 0] == 14


WITHOUT_NUMPY = """
import sys
sys.modules["numpy"] = None  # as if it were not installed
import ctypes
from array import array
from twinwheel.image import convolve
from PIL import Image

def told(image, kernel):
    try:
        result = convolve(image, kernel)
    except TypeError as error:
        return str(error)
    return result.tolist()

one = memoryview(array("f", [1])).cast("B").cast("f", (1, 1))
assert told(one, one) == [[1.0]]
for mode, shape in {good!r}.items():
    assert convolve(Image.new(mode, (3, 2)), [[1]]).shape == (2, 3, *shape), mode
for mode, message in {bad!r}.items():
    assert told(Image.new(mode, (2, 2)), [[1]]) == message, mode
    kernel = Image.new(mode, (2, 2))
    assert told(one, kernel) in (message.replace("image", "kernel", 1), [[0.0]]), mode

for letter in "bBhHiIlLqQfd":
    kernel = memoryview(array(letter, [3])).cast("B").cast(letter, (1, 1))
    assert told(one, kernel) == [[3.0]], letter
for number in (ctypes.c_float, ctypes.c_double, ctypes.c_int16, ctypes.c_uint64):
    for kind in (number.__ctype_be__, number.__ctype_le__):
        row = kind * 1
        kernel = (row * 1)(row(5))
        assert told(one, kernel) == [[5.0]], kind
    assert told(one, [row(7)]) == [[7.0]]

class Half:
    __array_interface__ = dict(version=3, typestr="<f2", shape=(1, 1), data=bytes([0, 0x41]))

assert told(one, Half()) == [[2.5]]
assert told(Half(), one) == "image must hold float32 or uint8 samples, not {half}"
class Swapped:
    __array_interface__ = dict(version=3, typestr=">i4", shape=(1, 1), data=bytes([0, 0, 1, 2]))

assert told(one, Swapped()) == [[258.0]]
row = ctypes.c_longdouble * 1
assert told(one, (row * 1)(row(2))) == (
    "kernel holds long doubles, which only NumPy can round: pip install numpy"
)
assert told(one, [[2 ** 53 + 2 ** 29 + 1]]) == [[2.0 ** 53 + 2 ** 30]]
for kind in (ctypes.c_bool, ctypes.c_char, ctypes.c_void_p):
    row = kind * 1
    assert told(one, (row * 1)(row())).startswith("kernel must hold real numbers, not "), kind
print("done")
"""


def test_without_numpy(tmp_path: Path) -> None:
    half = "float16" if sys.byteorder == "little" else "format '<e'"
    bad = {mode: text + CONVERT for mode, text in BAD_MODES.items()} | OTHER_SAMPLES
    code = WITHOUT_NUMPY.format(good=GOOD_MODES, bad=bad, half=half)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "done", done.stderr


def test_nothing_is_imported_to_recognise_foreign_things() -> None:
    code = (
        "import sys, twinwheel.image\n"
        "image = memoryview(bytes(6)).cast('B', (2, 3))\n"
        "twinwheel.image.convolve(image, [[1]], out=memoryview(bytearray(6)).cast('B', (2, 3)))\n"
        "print(*sorted(name for name in sys.modules if name in ('numpy.ma', 'PIL')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "\n", done.stderr
