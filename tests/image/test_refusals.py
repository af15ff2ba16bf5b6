"""Bad input: the same class and the same message in C, Rust and Python, and nothing written."""

from __future__ import annotations

import ctypes
import sys
from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from image.loading import Convolve
from image.oracle import float32


class Opaque:
    """No buffer, no number, no string."""


class Stubborn:
    """A number that fails in a way of its own."""

    def __float__(self) -> float:
        raise KeyError("mine")


def good() -> dict[str, Any]:
    return {
        "input": np.ones((3, 4), np.float32),
        "kernel": np.ones((3, 3), np.float32),
        "output": np.full((3, 4), 7, np.float32),
    }


@dataclass
class Case:
    """What differs from good arguments, and what comes of it."""

    change: dict[str, Any]
    error: type[Exception]
    message: str


def case(error: type[Exception], message: str, **change: Any) -> Any:
    return pytest.param(Case(change, error, message), id=message)


def frozen(value: np.ndarray) -> np.ndarray:
    value.flags.writeable = False
    return value


SHARED = np.ones(40, np.float32)
UNIT_KERNEL = np.ones((1, 1), np.float32)
HUGE = np.broadcast_to(np.float32(1), (2**32, 1))

CASES = [
    case(
        TypeError,
        "input must be a buffer, such as an array or a memoryview, not Opaque",
        input=Opaque(),
    ),
    case(
        TypeError,
        "input must be a buffer, such as an array or a memoryview, not NoneType",
        input=None,
    ),
    case(
        TypeError,
        "kernel must be a buffer, such as an array or a memoryview, not list",
        kernel=[[1.0]],
    ),
    case(
        TypeError,
        "output must be a buffer, such as an array or a memoryview, not str",
        output="photograph.png",
    ),
    case(
        TypeError,
        "input must hold float32 or uint8 samples (format 'f' or 'B'), not format 'd'",
        input=np.ones((3, 4)),
    ),
    case(
        TypeError,
        "input must hold float32 or uint8 samples (format 'f' or 'B'), not format 'b'",
        input=np.ones((3, 4), np.int8),
    ),
    case(
        TypeError,
        "input must hold float32 or uint8 samples (format 'f' or 'B'), not format '?'",
        input=np.ones((3, 4), np.bool_),
    ),
    case(
        TypeError,
        "input must hold float32 or uint8 samples (format 'f' or 'B'), not format 'Zf'",
        input=np.ones((3, 4), np.complex64),
    ),
    case(
        TypeError,
        f"input must hold float32 or uint8 samples (format 'f' or 'B'), "
        f"not format '{'>f' if sys.byteorder == 'little' else '<f'}'",
        input=np.ones((3, 4), np.dtype(np.float32).newbyteorder()),
    ),
    case(
        ValueError,
        "input must have 2 dimensions (height, width) or 3 (height, width, channels), not 1",
        input=array("f", [1, 2, 3]),
    ),
    case(
        ValueError,
        "input must have 2 dimensions (height, width) or 3 (height, width, channels), not 4",
        input=np.ones((1, 1, 1, 1), np.uint8),
    ),
    case(
        ValueError,
        "input must have 2 dimensions (height, width) or 3 (height, width, channels), not 0",
        input=np.array(1, np.float32),
    ),
    case(
        ValueError,
        "input must not have zero size: shape (0, 4)",
        input=np.ones((0, 4), np.float32),
    ),
    case(
        ValueError,
        "input must not have zero size: shape (3, 4, 0)",
        input=np.ones((3, 4, 0), np.uint8),
    ),
    case(ValueError, "input must have lengths below 2**32: shape (4294967296, 1)", input=HUGE),
    case(
        TypeError,
        "kernel must hold float32 samples (format 'f'), not format 'B'",
        kernel=np.ones((3, 3), np.uint8),
    ),
    case(
        ValueError,
        "kernel must be square, (size, size): shape (3, 2)",
        kernel=np.ones((3, 2), np.float32),
    ),
    case(
        ValueError,
        "kernel must be square, (size, size): shape (9,)",
        kernel=np.ones(9, np.float32),
    ),
    case(
        ValueError,
        "kernel must be square, (size, size): shape ()",
        kernel=np.array(1, np.float32),
    ),
    case(
        ValueError,
        "kernel must not have zero size: shape (0, 0)",
        kernel=np.ones((0, 0), np.float32),
    ),
    case(
        ValueError,
        "kernel must be C-contiguous",
        kernel=np.ones((3, 6), np.float32)[:, ::2],
    ),
    case(
        TypeError,
        "output must hold the samples of input (format 'f'), not format 'B'",
        output=np.zeros((3, 4), np.uint8),
    ),
    case(
        TypeError,
        "output must hold the samples of input (format 'B'), not format 'f'",
        input=np.ones((3, 4), np.uint8),
    ),
    case(ValueError, "output must be writable", output=frozen(np.zeros((3, 4), np.float32))),
    case(
        ValueError,
        "output must have the shape of input, (3, 4), not (4, 3)",
        output=np.zeros((4, 3), np.float32),
    ),
    case(
        ValueError,
        "output must have the shape of input, (3, 4), not (3, 4, 1)",
        output=np.zeros((3, 4, 1), np.float32),
    ),
    case(
        ValueError,
        "output must be C-contiguous",
        output=np.zeros((3, 8), np.float32)[:, ::2],
    ),
    case(ValueError, "output must be C-contiguous", output=np.zeros((4, 3), np.float32).T),
    case(TypeError, "border must be a string, not NoneType", border=None),
    case(TypeError, "border must be a string, not bytes", border=b"wrap"),
    case(
        ValueError,
        'border must be one of constant, nearest, reflect, mirror, wrap, not "it\'s"',
        border="it's",
    ),
    case(
        ValueError,
        "border must be one of constant, nearest, reflect, mirror, wrap, not 'Wrap'",
        border="Wrap",
    ),
    case(
        ValueError,
        "border must be one of constant, nearest, reflect, mirror, wrap, not '\\udc80'",
        border="\udc80",
    ),
    case(TypeError, "value must be a number, not str", value="1"),
    case(TypeError, "value must be a number, not NoneType", value=None),
    case(ValueError, "value must fit in a float", value=10**400),
    case(KeyError, "'mine'", value=Stubborn()),
    case(
        ValueError,
        "output must not overlap input",
        input=SHARED[:12].reshape(3, 4),
        output=SHARED[11:23].reshape(3, 4),
    ),
    case(
        ValueError,
        "output must not overlap input",
        input=frozen(SHARED[12:24].reshape(3, 4)[::-1, ::-1]),
        output=SHARED[1:13].reshape(3, 4),
    ),
    case(
        ValueError,
        "output must not overlap kernel",
        kernel=SHARED[:9].reshape(3, 3),
        output=SHARED[8:20].reshape(3, 4),
    ),
    # The first of several mistakes is told, and it is the same one.
    case(
        TypeError,
        "kernel must be a buffer, such as an array or a memoryview, not Opaque",
        input=np.ones(3),
        kernel=Opaque(),
        border="none",
    ),
    case(
        ValueError,
        "kernel must be square, (size, size): shape (1, 2)",
        kernel=np.ones((1, 2), np.float32),
        output=np.zeros(3, np.float32),
        value="x",
    ),
]


@pytest.mark.parametrize("bad", CASES)
def test_refused_in_the_same_words(convolve: Convolve, bad: Case) -> None:
    arguments = good() | bad.change
    options = {key: arguments.pop(key) for key in ("border", "value") if key in arguments}
    target = arguments["output"]
    before = target.tobytes() if isinstance(target, np.ndarray) else None
    with pytest.raises(bad.error) as caught:
        convolve(arguments["input"], arguments["kernel"], target, **options)
    assert caught.type is bad.error
    assert str(caught.value) == bad.message
    if before is not None:
        assert target.tobytes() == before


def test_indirect_buffers(convolve: Convolve) -> None:
    indirect = pytest.importorskip("_testbuffer", reason="CPython's own test module").ndarray
    flags = __import__("_testbuffer").ND_PIL
    image = indirect([1.0] * 12, shape=[3, 4], format="f", flags=flags)
    arguments = good()
    with pytest.raises(ValueError) as caught:
        convolve(image, arguments["kernel"], arguments["output"])
    assert str(caught.value) == "input must lie in one block of memory, without suboffsets"


def test_released_buffers_speak_for_themselves(convolve: Convolve) -> None:
    arguments = good()
    view = memoryview(arguments["input"])
    view.release()
    with pytest.raises(ValueError, match="released memoryview"):
        convolve(view, arguments["kernel"], arguments["output"])


def test_touching_is_no_overlap(convolve: Convolve) -> None:
    memory = np.ones(12 + 12 + 9, np.float32)
    image, kernel = memory[12:24].reshape(3, 4), memory[24:].reshape(3, 3)
    output = memory[:12].reshape(3, 4)
    convolve(image, kernel, output)
    assert output[1, 1] == 9


def test_buffers_are_let_go(convolve: Convolve) -> None:
    """A bytearray that somebody looks at cannot change its length."""
    memory = bytearray(6)
    kernel = array("f", [1])
    weights = memoryview(kernel).cast("B").cast("f", (1, 1))
    convolve(
        memoryview(bytes(range(6))).cast("B", (2, 3)), weights, memoryview(memory).cast("B", (2, 3))
    )
    assert memory == bytes(range(6))
    with pytest.raises(ValueError):
        convolve(
            memoryview(memory).cast("B", (2, 3)), weights, memoryview(memory).cast("B", (2, 3))
        )
    weights.release()
    memory.append(1)
    kernel.append(1)


def test_value_is_rounded_as_c_does(convolve: Convolve) -> None:
    output = np.zeros((1, 1), np.float32)
    kernel = float32([[1, 0], [0, 0]])
    image = np.zeros((1, 1), np.float32)
    for value, expected in [(0.1, np.float32(0.1)), (1e300, np.inf), (2, 2), (True, 1)]:
        convolve(image, kernel, output, value=value)
        assert output[0, 0] == expected or (value == 1e300 and np.isnan(output[0, 0]))


def test_keywords(convolve: Convolve) -> None:
    arguments = good()
    result: object = convolve(**arguments, border="nearest", value=0.0)  # type: ignore[func-returns-value]
    assert result is None
    assert arguments["output"][0, 0] == 9
    with pytest.raises(TypeError):
        convolve(*arguments.values(), "nearest")
    with pytest.raises(TypeError):
        convolve(arguments["input"], arguments["kernel"])


def test_buffers_that_leave_out_their_strides(convolve: Convolve) -> None:
    """Arrays of ctypes give none, as they are contiguous."""
    row, pixel = ctypes.c_float * 3, ctypes.c_uint8 * 2
    image, output = (row * 2)(row(1, 2, 3), row(4, 5, 6)), (row * 2)()
    weight = ctypes.c_float * 1
    kernel = (weight * 1)(weight(2))
    convolve(image, kernel, output)
    assert [list(line) for line in output] == [[2, 4, 6], [8, 10, 12]]
    line_of_two = pixel * 2
    colours = (line_of_two * 1)(line_of_two(pixel(1, 2), pixel(3, 4)))
    result = (line_of_two * 1)()
    convolve(colours, kernel, result)
    assert bytes(result) == bytes([2, 4, 6, 8])
    with pytest.raises(ValueError) as caught:
        convolve(image, kernel, image)
    assert str(caught.value) == "output must not overlap input"
    memory = bytearray(4 * 12)
    one, other = (row * 2).from_buffer(memory), (row * 2).from_buffer(memory, 4 * 5)
    with pytest.raises(ValueError) as caught:
        convolve(one, kernel, other)
    assert str(caught.value) == "output must not overlap input"
    with pytest.raises(ValueError) as caught:
        convolve((row * 2)(), (row * 3).from_buffer(memory), other)
    assert str(caught.value) == "output must not overlap kernel"
