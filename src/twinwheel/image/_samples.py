"""What the samples of a buffer are, by their format, and how to round them to float32.

Formats are those of the struct module, https://docs.python.org/3/library/struct.html, with the
letters that NumPy adds: ``g`` for long double, ``Z`` before a complex number, ``O`` for an object.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array
    from typing import Any

__all__ = ["as_float32", "native", "sample_name", "whole_to_odd"]

_NATIVE_MARKS = ("@", "=", "<" if sys.byteorder == "little" else ">")
_WHOLE = "bBhHiIlLqQnN"
_KINDS = (("bhilqn", "int"), ("BHILQN", "uint"), ("efdg", "float"))
_NAMES = {"?": "bool", "O": "object", "Zf": "complex64", "Zd": "complex128"}


def native(sample_format: str) -> str:
    """Take away the mark of this machine's byte order; that of the other one stays."""
    return sample_format[1:] if sample_format[:1] in _NATIVE_MARKS else sample_format


def sample_name(sample_format: str, length: int) -> str:
    """Call samples by NumPy's name where there is one, such as ``float64``.

    Args:
        sample_format: Of one sample.
        length: Of one sample, in bytes.
    """
    letter = native(sample_format)
    if letter in _NAMES:
        return _NAMES[letter]
    for letters, kind in _KINDS:
        if len(letter) == 1 and letter in letters:
            return f"{kind}{8 * length}"
    return f"format '{sample_format}'"


def as_float32(view: memoryview[Any], sample_format: str, name: str) -> array[float] | None:
    """Round real numbers of any type and byte order to float32, each of them once.

    Args:
        view: The numbers, in any layout.
        sample_format: Of one number; the view's own, unless that could not say it.
        name: The argument's name, for messages.

    Returns:
        The numbers in C order, or None when they are no real numbers.
    """
    from array import array

    letter = sample_format.lstrip("@=<>!")
    if letter == "g":
        return _from_long_doubles(view, sample_format, name)
    if len(letter) != 1 or letter not in _WHOLE + "efd":
        return None
    import struct

    count = view.nbytes // view.itemsize
    try:
        numbers = struct.unpack(f"{sample_format[:-1]}{count}{letter}", view.tobytes())
    except struct.error:  # a length that the format does not have
        return None
    return array("f", map(whole_to_odd, numbers) if letter in _WHOLE else numbers)


def whole_to_odd(number: int) -> int:
    """Round a whole number to 53 bits, so that rounding it again to float32 is right.

    As a binary64 it is exact then. Where bits are lost the last one kept is 1, which is never a
    tie of binary32.
    """
    extra = number.bit_length() - 53
    if extra <= 0:
        return number
    kept = number >> extra
    return (kept | (number != kept << extra)) << extra


def _from_long_doubles(view: memoryview[Any], sample_format: str, name: str) -> array[float] | None:
    from array import array

    try:
        import numpy as np
    except ImportError:
        raise TypeError(
            f"{name} holds long doubles, which only NumPy can round: pip install numpy"
        ) from None
    # By bytes: NumPy reads no buffer whose format has a mark before the g, as those of ctypes have.
    numbers = np.frombuffer(view.tobytes(), np.dtype(sample_format.replace("@", "=")))
    if numbers.itemsize != view.itemsize:
        return None
    with np.errstate(all="ignore"):
        return array("f", numbers.astype(np.float32).tobytes())
