"""Bad arguments of all operations: the same class and the same message in C, Rust and Python."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from image.oracle import float32

OWN: dict[str, dict[str, Any]] = {
    "convolve": {},
    "convolve_separable": {},
    "gaussian_blur": {"sigma": 1.0, "radius": 1},
    "sobel": {"axis": 1},
    "median": {"size": 3},
    "convolve_fft": {},
}
LINES: dict[str, tuple[str, ...]] = {
    "convolve": ("kernel",),
    "convolve_fft": ("kernel",),
    "convolve_separable": ("across", "down"),
}
SEPARABLE, GAUSSIAN, SOBEL, MEDIAN = list(OWN)[1:5]
ALL = list(OWN)
SHARED = np.ones(40, np.float32)


class Opaque:
    """No buffer, no number, no string."""


class Index:
    """A whole number of its own kind."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __index__(self) -> int:
        return self.number

    def __repr__(self) -> str:
        return f"Index({self.number})"


class Stubborn:
    """A number that fails in a way of its own."""

    def __float__(self) -> float:
        raise KeyError("mine")

    def __index__(self) -> int:
        raise KeyError("mine")


def good(operation: str) -> dict[str, Any]:
    weights: dict[str, Any] = {"kernel": np.ones((3, 3), np.float32)}
    weights |= {"across": np.ones(3, np.float32), "down": np.ones(2, np.float32)}
    return {
        "input": np.ones((3, 4), np.float32),
        **{name: weights[name] for name in LINES.get(operation, ())},
        "output": np.full((3, 4), 7, np.float32),
        **OWN[operation],
    }


def function_of(module: ModuleType, operation: str) -> Callable[..., None]:
    function: Callable[..., None] = getattr(module, operation)
    return function


def refusal(module: ModuleType, operation: str, change: dict[str, Any]) -> Exception:
    function = function_of(module, operation)
    arguments = good(operation) | change
    target = arguments["output"]
    before = target.tobytes() if isinstance(target, np.ndarray) else None
    with pytest.raises(Exception) as caught:
        function(**arguments)
    if before is not None:
        assert target.tobytes() == before
    return caught.value


def case(operation: str, error: type[Exception], message: str, **change: Any) -> Any:
    return pytest.param(operation, error, message, change, id=f"{operation}: {message}"[:100])


def lines(name: str) -> list[Any]:
    return [
        case(
            SEPARABLE,
            TypeError,
            f"{name} must be a buffer, such as an array or a memoryview, not list",
            **{name: [1.0]},
        ),
        case(
            SEPARABLE,
            TypeError,
            f"{name} must hold float32 samples (format 'f'), not format 'd'",
            **{name: np.ones(3)},
        ),
        case(
            SEPARABLE,
            ValueError,
            f"{name} must be one-dimensional: shape (3, 1)",
            **{name: np.ones((3, 1), np.float32)},
        ),
        case(
            SEPARABLE,
            ValueError,
            f"{name} must be one-dimensional: shape ()",
            **{name: np.array(1, np.float32)},
        ),
        case(
            SEPARABLE,
            ValueError,
            f"{name} must not have zero size: shape (0,)",
            **{name: np.ones(0, np.float32)},
        ),
        case(
            SEPARABLE,
            ValueError,
            f"{name} must have lengths below 2**32: shape (4294967296,)",
            **{name: np.broadcast_to(np.float32(1), (2**32,))},
        ),
        case(
            SEPARABLE,
            ValueError,
            f"{name} must be C-contiguous",
            **{name: np.ones(6, np.float32)[::2]},
        ),
        case(
            SEPARABLE,
            ValueError,
            f"output must not overlap {name}",
            **{name: SHARED[10:13], "output": SHARED[:12].reshape(3, 4)},
        ),
    ]


def wholes(operation: str, name: str, words: str, wrong: list[Any]) -> list[Any]:
    """What every whole number is refused for."""
    refused = f"{name} must be a whole number, not "
    return [
        case(operation, TypeError, refused + "bool", **{name: True}),
        case(operation, TypeError, refused + "float", **{name: 1.0}),
        case(operation, TypeError, refused + "str", **{name: "1"}),
        case(operation, TypeError, refused + "NoneType", **{name: None}),
        case(operation, TypeError, refused + "Opaque", **{name: Opaque()}),
        case(operation, TypeError, refused + type(np.True_).__name__, **{name: np.True_}),
        case(operation, KeyError, "'mine'", **{name: Stubborn()}),
        *(
            case(operation, ValueError, f"{name} must be {words}, not {value!r}", **{name: value})
            for value in wrong
        ),
    ]


def sigmas() -> list[Any]:
    number, range_ = "sigma must be a number, not ", "sigma must be above 0 and finite, not "
    wrong = [0, 0.0, -0.0, -1, float("nan"), float("inf"), False, np.float32(-1), 10**400]
    return [
        case(GAUSSIAN, TypeError, number + "str", sigma="1"),
        case(GAUSSIAN, TypeError, number + "NoneType", sigma=None),
        case(GAUSSIAN, TypeError, number + "complex", sigma=1j),
        case(GAUSSIAN, KeyError, "'mine'", sigma=Stubborn()),
        *(case(GAUSSIAN, ValueError, range_ + repr(value), sigma=value) for value in wrong),
    ]


BAD_LINE = np.ones((1, 1), np.float32)
CASES = [
    *lines("across"),
    *lines("down"),
    *sigmas(),
    *wholes(
        GAUSSIAN, "radius", "from 0 to 2147483647", [-1, 2**31, 2**64, np.int64(-3), Index(-1)]
    ),
    *wholes(SOBEL, "axis", "0 or 1", [-1, 2, -(2**70), Index(5)]),
    *wholes(MEDIAN, "size", "3, 5 or 7", [0, 1, 2, 4, 6, 8, 9, -3, 2**32 + 3, 2**64 + 3]),
    # The first of several mistakes is told, and it is the same one.
    case(
        SEPARABLE,
        TypeError,
        "down must be a buffer, such as an array or a memoryview, not Opaque",
        input=np.ones(3),
        across=BAD_LINE,
        down=Opaque(),
    ),
    case(
        SEPARABLE,
        ValueError,
        "across must be one-dimensional: shape (1, 1)",
        across=BAD_LINE,
        down=BAD_LINE,
        output=np.ones(2),
    ),
    case(
        SEPARABLE,
        ValueError,
        "down must be one-dimensional: shape (1, 1)",
        down=BAD_LINE,
        output=np.ones(2, np.float32),
    ),
    case(
        SEPARABLE,
        ValueError,
        "output must not overlap across",
        across=SHARED[10:13],
        down=SHARED[10:13],
        output=SHARED[:12].reshape(3, 4),
    ),
    case(
        GAUSSIAN,
        ValueError,
        "output must have the shape of input, (3, 4), not (2,)",
        output=np.ones(2, np.float32),
        sigma="x",
    ),
    case(GAUSSIAN, ValueError, "sigma must be above 0 and finite, not -1", sigma=-1, radius="x"),
    case(GAUSSIAN, ValueError, "radius must be from 0 to 2147483647, not -1", radius=-1, border=0),
    case(SOBEL, TypeError, "axis must be a whole number, not str", axis="x", border=0),
    case(MEDIAN, ValueError, "size must be 3, 5 or 7, not 4", size=4, border=0),
]
CASES += [
    each
    for operation in ALL
    for each in (
        case(
            operation,
            TypeError,
            "input must hold float32 or uint8 samples (format 'f' or 'B'), not format 'd'",
            input=np.ones((3, 4)),
        ),
        case(
            operation,
            ValueError,
            "output must have the shape of input, (3, 4), not (4, 3)",
            output=np.ones((4, 3), np.float32),
        ),
        case(operation, TypeError, "border must be a string, not int", border=3, value="x"),
        case(
            operation,
            ValueError,
            "border must be one of constant, nearest, reflect, mirror, wrap, not 'replicate'",
            border="replicate",
        ),
        case(operation, TypeError, "value must be a number, not str", value="x", threads="x"),
        case(
            operation,
            TypeError,
            "threads must be a whole number, not str",
            threads="x",
            input=SHARED[:12].reshape(3, 4),
            output=SHARED[11:23].reshape(3, 4),
        ),
        case(
            operation,
            ValueError,
            "output must not overlap input",
            input=SHARED[:12].reshape(3, 4),
            output=SHARED[11:23].reshape(3, 4),
        ),
        *wholes(operation, "threads", "from 1 to 4294967295", [0, -1, 2**32, Index(0)]),
    )
]


@pytest.mark.parametrize(("operation", "error", "message", "change"), CASES)
def test_refused_in_the_same_words(
    module: ModuleType,
    operation: str,
    error: type[Exception],
    message: str,
    change: dict[str, Any],
) -> None:
    caught = refusal(module, operation, change)
    assert type(caught) is error
    assert str(caught) == message


@pytest.mark.parametrize("operation", ALL)
def test_keywords(module: ModuleType, operation: str) -> None:
    """Images and weights by place or by name, the rest by name only."""
    function = function_of(module, operation)
    arguments = good(operation)
    result: object = function(**arguments, border="nearest", value=0.0, threads=1)
    assert result is None
    places = [arguments.pop(name) for name in ("input", *LINES.get(operation, ()), "output")]
    function(*places, **arguments)
    with pytest.raises(TypeError):
        function(*places, *OWN[operation].values(), "nearest")
    for name in arguments:
        with pytest.raises(TypeError):
            function(*places, **{key: value for key, value in arguments.items() if key != name})


def test_whole_numbers_of_other_kinds(module: ModuleType) -> None:
    image, output = float32([[1, 5, 2]]), float32([[0, 0, 0]])
    function_of(module, MEDIAN)(
        image, output, size=Index(3), threads=np.uint32(2**32 - 1), border="nearest"
    )
    assert output.tolist() == [[1, 2, 2]]
    function_of(module, SOBEL)(image, output, axis=np.int8(1), border="nearest")
    assert output.tolist() == [[16, 4, -12]]
    function_of(module, GAUSSIAN)(image, output, sigma=Index(2), radius=Index(0))
    assert output.tolist() == image.tolist()
