"""What belongs to NumPy or Pillow, recognised without importing either."""

from __future__ import annotations

import sys

__all__ = ["is_a", "refuse_masked", "refuse_mode"]

_MODES = {
    "1": "are single bits",
    "P": "are palette indices",
    "PA": "are palette indices",
    "HSV": "have a hue, which is an angle",
    "LAB": "are signed and look unsigned",
}
"""Modes whose samples cannot be weighed and added as they are."""


def is_a(value: object, module: str, name: str) -> bool:
    """Is a value of a class whose module may not be loaded? If it is, the module is."""
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(value, kind)


def refuse_masked(value: object, name: str, instead: str) -> None:
    """Raise TypeError for a masked array: a buffer has no place for its mask."""
    if is_a(value, "numpy.ma", "MaskedArray"):
        raise TypeError(f"{name} must not be a masked array: {instead}")


def refuse_mode(value: object, name: str) -> None:
    """Raise TypeError for a Pillow image whose samples are not what they look like."""
    if is_a(value, "PIL.Image", "Image"):
        mode = str(getattr(value, "mode", ""))
        if mode in _MODES:
            raise TypeError(
                f"{name} must not be a Pillow image of mode {mode}, whose samples "
                f"{_MODES[mode]}: convert it first, as with convert('RGB')"
            )
