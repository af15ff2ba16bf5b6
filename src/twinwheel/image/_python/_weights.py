"""The weights of the operations that have their own."""

from __future__ import annotations

from array import array

__all__ = ["gaussian", "sobel"]


def sobel(axis: int) -> tuple[array[float], array[float]]:
    """Weights across and down for the derivative along an axis, 0 for down and 1 for across."""
    derivative, smoothing = array("f", [-1, 0, 1]), array("f", [1, 2, 1])
    return (smoothing, derivative) if axis == 0 else (derivative, smoothing)


def gaussian(sigma: float, radius: int) -> array[float]:
    """The ``2 * radius + 1`` weights of a Gaussian, by the same operations as in C and Rust."""
    total = 1.0  # of the weight at 0 and, from there on, of both sides'
    for x in range(1, radius + 1):
        total += 2.0 * _bell(x, sigma)
    side = array("f", [_bell(x, sigma) / total for x in range(radius + 1)])
    return side[:0:-1] + side


def _bell(x: int, sigma: float) -> float:
    place = x / sigma
    return _exponential(-0.5 * (place * place))


def _exponential(x: float) -> float:
    """``exp(x)`` for x of 0 and below, by operations that give the same bits everywhere."""
    if x < -745.0:
        return 0.0
    # Halved until the series is short, then squared as often.
    halvings = 0
    while x < -0.125:
        x *= 0.5
        halvings += 1
    total = 1.0
    for n in range(14, 0, -1):
        total = 1.0 + total * x / n
    for _ in range(halvings):
        total *= total
    return total
