"""The variable that forces a CPU level, checked once for all implementations.

A native module that does not know the word cannot be imported, and would be passed over; a slip of
the pen would cost the speed of both.
"""

from __future__ import annotations

from os import environ

__all__ = ["LEVELS", "VARIABLE", "check_cpu_level"]

VARIABLE = "TWINWHEEL_IMAGE_CPU"
LEVELS = ("auto", "baseline", "avx2", "avx512")


def check_cpu_level() -> None:
    """Raise ImportError when the variable says what no implementation knows.

    A level that is known, and that this machine lacks, is for the native modules to refuse.
    """
    value = environ.get(VARIABLE, "")
    if value.strip().lower() not in ("", *LEVELS):
        raise ImportError(f"{VARIABLE} must be one of {', '.join(LEVELS)}, not {value!r}")
