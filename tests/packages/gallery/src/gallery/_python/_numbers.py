"""Operations on numbers."""

from __future__ import annotations

import math
from operator import index

from gallery._python._arguments import as_floats, as_ints, as_number, as_text

__all__ = [
    "ceiling",
    "clamp",
    "digits",
    "floor_divide",
    "format_number",
    "is_even",
    "iso_date",
    "largest",
    "mean",
    "midpoint",
    "parse_number",
    "round_even",
    "scale",
    "sort_numbers",
    "total",
    "variance",
]

_LAST_SECOND = 253_402_300_799  # of the year 9999
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def _finite(value: float) -> float:
    number = as_number(value)
    if not math.isfinite(number):
        raise ValueError("value must be finite")
    return number


def _some(values: list[float]) -> list[float]:
    numbers = as_floats(values, "values")
    if not numbers:
        raise ValueError("values must not be empty")
    return numbers


def ceiling(value: float) -> int:
    """Give the least whole number that is not less."""
    return math.ceil(_finite(value))


def clamp(value: float, low: float, high: float) -> float:
    """Give the value, or the bound that it is beyond."""
    number, least, most = as_number(value), as_number(low), as_number(high)
    if not least <= most:
        raise ValueError("low must be at most high")
    return least if number < least else min(number, most)


def digits(value: int, base: int) -> str:
    """Write a whole number of 64 bits to a base from 2 to 36."""
    number, by = index(value), index(base)
    if not 2 <= by <= 36:
        raise ValueError("base must be from 2 to 36")
    if not -(2**63) <= number < 2**63:
        raise ValueError("value must fit into 64 bits")
    written = ""
    rest = abs(number)
    while rest or not written:
        rest, digit = divmod(rest, by)
        written = _DIGITS[digit] + written
    return "-" + written if number < 0 else written


def floor_divide(number: int, divisor: int) -> int:
    """Divide, and round down."""
    return index(number) // index(divisor)


def format_number(value: float) -> str:
    """Write a number in as few digits as give it back."""
    return float.__repr__(as_number(value))


def is_even(value: int) -> bool:
    """Tell whether a whole number is even."""
    return index(value) & 1 == 0


def iso_date(seconds: int) -> str:
    """Write the date and time of a second since 1970, in UTC, up to the year 9999."""
    number = index(seconds)
    if not 0 <= number <= _LAST_SECOND:
        raise ValueError("seconds must be from 1970 to 9999")
    days, second = divmod(number, 86400)
    # Years that begin in March, in eras of 400 years.
    era, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    year += 400 * era + (month >= 10)
    month += 3 if month < 10 else -9
    hour, minute = second // 3600, second // 60 % 60
    return f"{year:04}-{month:02}-{day + 1:02}T{hour:02}:{minute:02}:{second % 60:02}Z"


def largest(values: list[float]) -> float:
    """Give the first of the largest; NaN if there is one."""
    numbers = _some(values)
    best = numbers[0]
    for number in numbers[1:]:
        if best == best and not number <= best:  # noqa: PLR0124
            best = number
    return best


def mean(values: list[float]) -> float:
    """Give the sum, from the left, divided by the number."""
    numbers = _some(values)
    return _sum(numbers) / len(numbers)


def _sum(numbers: list[float]) -> float:
    so_far = 0.0
    for number in numbers:  # sum() compensates in newer versions
        so_far += number
    return so_far


def midpoint(low: int, high: int) -> int:
    """Give the whole number in the middle, rounded down."""
    return (index(low) + index(high)) // 2


def parse_number(text: str) -> float:
    """Read what format_number wrote, or another decimal number."""
    exact = as_text(text, "text")
    if exact not in ("nan", "inf", "-inf") and not _is_decimal(exact):
        raise ValueError("text is no number")
    return float(exact)


def _is_decimal(text: str) -> bool:
    whole, letter, exponent = text.replace("E", "e", 1).partition("e")
    before, dot, after = whole.removeprefix("-").partition(".")
    if exponent[:1] in ("+", "-"):
        exponent = exponent[1:]
    return (
        _are_digits(before)
        and (not dot or _are_digits(after))
        and (not letter or _are_digits(exponent))
    )


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def round_even(value: float) -> int:
    """Round to the nearest whole number; of two, to the even one."""
    return round(_finite(value))


def scale(values: list[float], factor: float) -> list[float]:
    """Multiply each number."""
    numbers = as_floats(values, "values")
    by = as_number(factor)
    return [number * by for number in numbers]


def sort_numbers(values: list[float]) -> list[float]:
    """Give a sorted copy, NaN at the end."""
    numbers = as_floats(values, "values")
    ordered = sorted(number for number in numbers if not math.isnan(number))
    return ordered + [number for number in numbers if math.isnan(number)]


def total(values: list[int]) -> int:
    """Add up whole numbers of any size."""
    return sum(as_ints(values, "values"))


def variance(values: list[float]) -> float:
    """Give the mean square of the differences from the mean."""
    numbers = _some(values)
    middle = _sum(numbers) / len(numbers)
    return _sum([(number - middle) * (number - middle) for number in numbers]) / len(numbers)
