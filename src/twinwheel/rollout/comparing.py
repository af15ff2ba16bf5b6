"""Comparators: whether two answers agree, as a component's ``compare`` says, and where they do not.

An answer is a value of any kind. Containers are walked side by side; numbers, which alone may be
allowed to differ, are compared by a rule; anything else has to be equal. Scripts that show a
finding again have it embedded: so nothing but the standard library of Python 3.8 is used.
"""

from __future__ import annotations

import math
import re
import struct
import sys
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Comparator = Callable[[Mapping[str, Any], Any, Any], "Difference | None"]
    # takes the arguments by name, the reference's answer and the candidate's

    _Rule = Callable[[float, float, int], bool]
    # takes two numbers, and the bytes that each of them has

__all__ = ["Comparator", "Difference", "comparator"]

_FLOATS = {2: ("e", "h"), 4: ("f", "i"), 8: ("d", "q")}
"""Bytes -> codes of ``struct``, for a float and for an integer of the same bits."""
_SHORT = 80
_DEEPEST = 100
_MISSING = object()
_CALL = re.compile(r"(\w+)\(([^)]*)\)\Z")


@dataclass(frozen=True)
class Difference:
    """Where two answers differ first."""

    place: str
    """From the answer to what differs, such as ``[3].name``; empty for the answer itself."""
    what: str
    """What differs there: ``type``, ``shape``, ``length``, ``value`` and the like."""
    reference: str
    """The reference's, as a short text, and"""
    candidate: str
    """the candidate's."""

    def text(self, *, redact: bool = False) -> str:
        """Return it in one line, without the values if they may be private."""
        where = f" at {self.place}" if self.place and not redact else ""
        shown = not redact or self.what not in ("value", "keys")
        sides = f": {self.reference} and {self.candidate}" if shown else ""
        return f"the {self.what} differs{where}{sides}"


@lru_cache(maxsize=None)
def comparator(spec: str) -> Comparator:
    """Return the comparator that a component names.

    Args:
        spec: ``exact``, ``ulp(n)``, ``close(rtol, atol)``, ``set`` or ``module:function``. Such a
            function is called with the arguments by name, the reference's answer and the
            candidate's, and returns whether they agree. It is called for what was returned, unless
            both returned None, and for each argument that was written into.

    Raises:
        ValueError: There is no such comparator.
    """
    if ":" in spec:
        return _of_the_author(spec)
    match = _CALL.match(spec)
    numbers = [float(each) for each in match[2].split(",")] if match else []
    rule: _Rule | None = None
    if match is None:
        rule = {"exact": _same_bits, "set": _same_bits}.get(spec)
    elif match[1] == "ulp" and len(numbers) == 1:
        rule = _within_ulps(numbers[0])
    elif match[1] == "close" and len(numbers) == 2:
        rule = _close(*numbers)
    if rule is None:
        raise ValueError(f"{spec!r} is no comparator")
    find = _find_in_any_order if spec == "set" else _find
    return lambda _arguments, reference, candidate: find(reference, candidate, rule, "", 0)


def _of_the_author(spec: str) -> Comparator:
    from twinwheel.selection.validation import named_function

    agrees = named_function(spec)

    def compare(arguments: Mapping[str, Any], reference: Any, candidate: Any) -> Difference | None:
        if agrees(arguments, reference, candidate):
            return None
        return Difference("", "value", _short(reference), _short(candidate))

    return compare


def _same_bits(reference: float, candidate: float, _width: int) -> bool:
    """All NaNs are one; -0.0 is not 0.0."""
    if math.isnan(reference):
        return math.isnan(candidate)
    return reference == candidate and math.copysign(1, reference) == math.copysign(1, candidate)


def _or_near(near: _Rule) -> _Rule:
    """Make a rule for finite numbers one for all: an infinity is near to itself, and NaN to NaN."""

    def agree(reference: float, candidate: float, width: int) -> bool:
        if reference == candidate or (math.isnan(reference) and math.isnan(candidate)):
            return True
        if not (math.isfinite(reference) and math.isfinite(candidate)):
            return False
        return near(reference, candidate, width)

    return agree


def _within_ulps(most: float) -> _Rule:
    def near(reference: float, candidate: float, width: int) -> bool:
        return abs(_place_of(reference, width) - _place_of(candidate, width)) <= most

    return _or_near(near)


def _place_of(number: float, width: int) -> int:
    """Return the place of a number among all floats of so many bytes."""
    code, whole = _FLOATS[width]
    (bits,) = struct.unpack(f"<{whole}", struct.pack(f"<{code}", number))
    return int(bits if bits >= 0 else -(bits & (1 << 8 * width - 1) - 1))


def _close(relative: float, absolute: float) -> _Rule:
    def near(reference: float, candidate: float, _width: int) -> bool:
        return abs(reference - candidate) <= absolute + relative * abs(reference)

    return _or_near(near)


def _find(reference: Any, candidate: Any, rule: _Rule, place: str, depth: int) -> Difference | None:
    """Return where two values differ first."""
    if reference is candidate and not isinstance(reference, float):
        return None
    if depth > _DEEPEST:
        return None if reference == candidate else _differ(place, "value", reference, candidate)
    left, right = type(reference), type(candidate)
    if left is not right and left.__qualname__ != right.__qualname__:
        return Difference(place, "type", left.__qualname__, right.__qualname__)
    if left is float:
        agree = rule(reference, candidate, 8)
    elif left is complex:
        pairs = (reference.real, candidate.real), (reference.imag, candidate.imag)
        agree = all(rule(*pair, 8) for pair in pairs)
    elif left in (int, str, bytes, bool):
        agree = bool(reference == candidate)
    elif hasattr(reference, "__array_interface__") and hasattr(candidate, "__array_interface__"):
        return _find_in_arrays(reference, candidate, rule, place)
    elif isinstance(reference, (list, tuple)):
        return _find_in_order(reference, candidate, rule, place, depth)
    elif isinstance(reference, dict):
        return _find_in_mappings(reference, candidate, rule, place, depth)
    elif isinstance(reference, (set, frozenset)):
        agree = reference == candidate
    else:
        return _find_in_others(reference, candidate, rule, place, depth)
    return None if agree else _differ(place, "value", reference, candidate)


def _find_in_order(
    reference: Any, candidate: Any, rule: _Rule, place: str, depth: int
) -> Difference | None:
    for index, (left, right) in enumerate(zip_longest(reference, candidate, fillvalue=_MISSING)):
        if left is _MISSING or right is _MISSING:
            return Difference(place, "length", str(len(reference)), str(len(candidate)))
        found = _find(left, right, rule, f"{place}[{index}]", depth + 1)
        if found is not None:
            return found
    return None


def _find_in_any_order(
    reference: Any, candidate: Any, rule: _Rule, place: str, depth: int
) -> Difference | None:
    left, right = list(reference), list(candidate)
    if len(left) != len(right):
        return Difference(place, "length", str(len(left)), str(len(right)))
    for each in left:
        for index, other in enumerate(right):
            if _find(each, other, rule, "", depth + 1) is None:
                del right[index]
                break
        else:
            return _differ(place, "value", each, right)
    return None


def _find_in_mappings(
    reference: Any, candidate: Any, rule: _Rule, place: str, depth: int
) -> Difference | None:
    if list(reference) != list(candidate):  # the order of a mapping is seen by who walks it
        return _differ(place, "keys", list(reference), list(candidate))
    for key, left in reference.items():
        found = _find(left, candidate[key], rule, f"{place}[{_short(key)}]", depth + 1)
        if found is not None:
            return found
    return None


def _find_in_others(
    reference: Any, candidate: Any, rule: _Rule, place: str, depth: int
) -> Difference | None:
    if isinstance(reference, BaseException):
        return _find(reference.args, candidate.args, rule, f"{place}.args", depth + 1)
    try:
        views = memoryview(reference), memoryview(candidate)
    except TypeError:
        pass
    else:
        return _find_in_views(*views, rule, place)
    own: object = type(reference).__eq__
    if own is object.__eq__:  # equal to itself alone: its state is compared
        left, right = getattr(reference, "__dict__", None), getattr(candidate, "__dict__", None)
        if left is not None and right is not None:
            return _find(left, right, rule, f"{place}.__dict__", depth + 1)
        return None  # nothing is known of it but its type
    return None if bool(reference == candidate) else _differ(place, "value", reference, candidate)


def _find_in_views(
    reference: memoryview, candidate: memoryview, rule: _Rule, place: str
) -> Difference | None:
    kinds = (reference.format, reference.shape), (candidate.format, candidate.shape)
    if kinds[0] != kinds[1]:
        return Difference(place, "shape", str(kinds[0]), str(kinds[1]))
    if reference.tobytes() == candidate.tobytes():
        return None
    try:
        return _find(reference.tolist(), candidate.tolist(), rule, place, 0)
    except (NotImplementedError, ValueError):  # a format that Python has no numbers for
        return Difference(place, "value", f"{reference.nbytes} bytes", "others")


def _find_in_arrays(reference: Any, candidate: Any, rule: _Rule, place: str) -> Difference | None:
    """Arrays of NumPy, which is there if they are."""
    numpy = sys.modules["numpy"]
    kinds = (str(reference.dtype), reference.shape), (str(candidate.dtype), candidate.shape)
    if kinds[0] != kinds[1]:
        return Difference(place, "shape", _shape(*kinds[0]), _shape(*kinds[1]))
    if reference.dtype.hasobject:
        return _find(reference.tolist(), candidate.tolist(), rule, place, 0)
    left, right = numpy.ascontiguousarray(reference), numpy.ascontiguousarray(candidate)
    if left.tobytes() == right.tobytes():
        return None
    width = left.dtype.itemsize
    bits = [each.reshape(-1).view(f"V{width}") for each in (left, right)]
    for index in numpy.flatnonzero(bits[0] != bits[1]):
        where = numpy.unravel_index(index, left.shape)
        inner = f"{place}[{', '.join(str(int(each)) for each in where)}]"
        one, other = left[where].item(), right[where].item()
        if isinstance(one, float):
            agree = rule(one, other, width if width in _FLOATS else 8)
        else:
            agree = _find(one, other, rule, inner, 0) is None
        if not agree:
            return _differ(inner, "value", one, other)
    return None


def _differ(place: str, what: str, reference: Any, candidate: Any) -> Difference:
    return Difference(place, what, _short(reference), _short(candidate))


def _shape(dtype: str, shape: tuple[int, ...]) -> str:
    return f"{dtype}{list(shape)}"


def _short(value: Any) -> str:
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 (an author's own)
        text = f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
