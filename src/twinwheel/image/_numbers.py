"""What the public functions work out of numbers before they call a kernel."""

from __future__ import annotations

import os
from operator import index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["available_threads", "gaussian_radius", "own_axis"]

_INFINITY = float("inf")


def available_threads() -> int:
    """Count the processors that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except (AttributeError, OSError):  # not on this system, or not in this sandbox
        return os.cpu_count() or 1


def gaussian_radius(sigma: object, truncate: object) -> int:
    """Reach as many standard deviations as ``scipy.ndimage`` does."""
    deviation = _number(sigma, "sigma")
    if not 0.0 < deviation < _INFINITY:
        raise ValueError(f"sigma must be above 0 and finite, not {sigma!r}")
    reach = _number(truncate, "truncate")
    if not 0.0 <= reach * deviation < _INFINITY:
        raise ValueError(f"truncate must be 0 or above and finite, not {truncate!r}")
    return int(reach * deviation + 0.5)


def own_axis(axis: Any, dimensions: int) -> Any:
    """Count an axis from the front; what is none is for the kernel to refuse.

    From the back it is counted where there are two: with channels, -1 could be meant for theirs.
    """
    try:
        number = index(axis)
    except TypeError:
        return axis
    if isinstance(axis, bool) or not -2 <= number < 0:
        return axis
    if dimensions != 2:
        raise ValueError(f"axis must be 0 or 1 where there are channels, not {axis!r}")
    return number + 2


def _number(value: Any, name: str) -> float:
    from array import array

    try:
        return float(array("d", [value])[0])  # as the kernels take it: no strings
    except TypeError:
        raise TypeError(f"{name} must be a number, not {type(value).__name__}") from None
    except OverflowError:
        return _INFINITY
