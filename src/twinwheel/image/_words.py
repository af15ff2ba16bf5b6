"""Messages in the words of the public functions."""

from __future__ import annotations

__all__ = ["check_border", "in_public_words"]

_BORDERS = ("constant", "nearest", "reflect", "mirror", "wrap")

_ALIASES = {"replicate": "nearest", "reflect_101": "mirror", "reflect101": "mirror"}
"""OpenCV's names, where they are not scipy's; its ``reflect`` is the same as scipy's."""

_OTHER_NAMES = {
    # NumPy
    "edge": "nearest",
    "symmetric": "reflect",
    # others
    "circular": "wrap",
    "clamp": "nearest",
    "periodic": "wrap",
    "zero": "constant",
    "zeros": "constant",
}


def check_border(border: object) -> str:
    """Return a border's name as the kernels have it.

    Raises when it is unknown, with the name that was meant if that can be guessed.
    """
    if not isinstance(border, str):
        raise TypeError(f"border must be a string, not {type(border).__name__}")
    if border in _BORDERS:
        return border
    if border in _ALIASES:
        return _ALIASES[border]
    name = border.strip().lower()
    meant = _OTHER_NAMES.get(name) or (name if name in _ALIASES else None)
    if meant is None:
        from difflib import get_close_matches

        meant = next(iter(get_close_matches(name, _BORDERS, n=1)), None)
    guess = f" (did you mean {meant!r}?)" if meant else ""
    raise ValueError(f"border must be one of {', '.join(_BORDERS)}, not {border!r}{guess}")


def in_public_words(error: TypeError | ValueError) -> TypeError | ValueError:
    """Put a kernel's message in the public function's names of its arguments."""
    text = str(error)
    if type(error) not in (TypeError, ValueError) or not text.startswith(("input ", "output ")):
        return error
    return type(error)(text.replace("output", "out").replace("input", "image"))
