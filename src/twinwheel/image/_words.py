"""Messages in the words of the public functions."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["check_border", "check_word", "in_public_words"]

_BORDERS = ("constant", "nearest", "reflect", "mirror", "wrap")

_ALIASES = {"replicate": "nearest", "reflect_101": "mirror", "reflect101": "mirror"}
"""OpenCV's names, where they are not scipy's; its ``reflect`` is the same as scipy's."""

_OTHER_NAMES = {
    # OpenCV, in other letters
    **{name: name for name in _ALIASES},
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
    if isinstance(border, str) and border in _ALIASES:
        return _ALIASES[border]
    return check_word(border, "border", _BORDERS, _OTHER_NAMES)


def check_word(
    word: object,
    name: str,
    accepted: Sequence[str],
    other_names: Mapping[str, str] | None = None,
) -> str:
    """Return a word that is one of those accepted.

    Raises when it is not, with the one that was meant if that can be guessed.

    Args:
        word: What was given.
        name: The argument's name.
        accepted: What may be given.
        other_names: What is not accepted, in small letters, and what is meant by it.
    """
    if not isinstance(word, str):
        raise TypeError(f"{name} must be a string, not {type(word).__name__}")
    if word in accepted:
        return word
    small = word.strip().lower()
    meant = (other_names or {}).get(small)
    if meant is None:
        from difflib import get_close_matches

        meant = next(iter(get_close_matches(small, accepted, n=1)), None)
    guess = f" (did you mean {meant!r}?)" if meant else ""
    raise ValueError(f"{name} must be one of {', '.join(accepted)}, not {word!r}{guess}")


def in_public_words(error: TypeError | ValueError) -> TypeError | ValueError:
    """Put a kernel's message in the public function's names of its arguments."""
    text = str(error)
    if type(error) not in (TypeError, ValueError) or not text.startswith(("input ", "output ")):
        return error
    return type(error)(text.replace("output", "out").replace("input", "image"))
