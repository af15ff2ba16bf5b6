"""Correlation by Fourier transforms: when it is taken, and how close it is."""

from __future__ import annotations

from twinwheel.image._words import check_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["ERROR", "agree", "is_taken", "tolerance"]

_METHODS = ("direct", "fft", "auto")

_SMALLEST = 23
"""The smallest kernel for which ``auto`` may take it."""
_LARGEST = 384
"""The largest one that there are transforms for; past it the sums are direct."""
_PARTS = ((96, 256, 20_000_000), (_LARGEST, 512, 200_000_000))
"""Up to which kernel an image is transformed in squares of which side, and how many taps take about
as long as one of them, on the processors that were measured."""

_LEAST, _MOST = 2.0**-40, 2.0**40
"""Between which the largest magnitude of the samples lies, and that of the weights."""

ERROR = 64 * 2.0**-24
"""Of a sum, per largest magnitude of the samples and per sum of the weights' magnitudes."""


def is_taken(method: object, shape: tuple[int, ...], size: int) -> bool:
    """Say whether a kernel is applied by transforms.

    Args:
        method: What the user asked for.
        shape: Of the image.
        size: Of the kernel.

    Raises:
        TypeError: The method is no string.
        ValueError: There is no such method.
    """
    if check_word(method, "method", _METHODS) != "auto":
        return method == "fft"
    if not _SMALLEST <= size <= _LARGEST:
        return False
    height, width = shape[:2]
    side, taps = next((side, taps) for largest, side, taps in _PARTS if size <= largest)
    reach = side - size + 1  # rows and columns of results that a square gives
    parts = -(-height // reach) * -(-width // reach)
    return height * width * size * size >= parts * taps


def tolerance(samples: float, weights: float) -> float:
    """Tell how far a sum may be from what it would be without any rounding.

    Args:
        samples: The largest magnitude of the image's samples, and of what lies outside.
        weights: The sum of the weights' magnitudes.
    """
    return ERROR * samples * weights


def agree(arguments: Mapping[str, Any], reference: Any, candidate: Any) -> bool:
    """Compare two answers of ``convolve_fft``: the comparator of the component.

    Either may be off by the tolerance, and bytes besides by their rounding.

    Args:
        arguments: What both were called with, by name.
        reference: One output, as a buffer.
        candidate: The other.
    """
    from math import isnan

    expected, found = memoryview(reference), memoryview(candidate)
    if (found.shape, found.format) != (expected.shape, expected.format):
        return False
    samples = [abs(each) for each in _numbers(arguments["input"])]
    weights = [abs(each) for each in _numbers(arguments["kernel"])]
    if arguments.get("border", "constant") == "constant":
        samples.append(abs(arguments.get("value", 0.0)))
    if len(weights) > _LARGEST * _LARGEST or not (_is_fit(samples) and _is_fit(weights)):
        return expected.tobytes() == found.tobytes()  # it is direct then, and so exact
    limit = 2.0 * tolerance(max(samples), sum(weights))
    if expected.format == "B":
        limit = int(limit) + 1
    pairs = zip(_numbers(expected), _numbers(found), strict=True)
    return all(a == b or abs(a - b) <= limit or (isnan(a) and isnan(b)) for a, b in pairs)


def _is_fit(magnitudes: list[float]) -> bool:
    """Tell whether the largest of them is one that a transform neither spreads nor loses."""
    # max passes over a NaN that is not the first: each is asked.
    return all(each <= _MOST for each in magnitudes) and max(magnitudes) >= _LEAST


def _numbers(buffer: Any) -> memoryview[Any]:
    view = memoryview(buffer)
    letter: Any = view.format
    return memoryview(view.tobytes()).cast(letter)
