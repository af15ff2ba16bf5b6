"""Functions that are given as arguments: they answer alike wherever they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CALLBACKS"]


def identity(*values: Any) -> Any:
    """Give the first argument back."""
    return values[0] if values else None


def as_text(*values: Any) -> str:
    """Give the type of the first argument as text."""
    return type(values[0]).__name__ if values else ""


def nothing(*_values: Any) -> None:
    """Give None."""


def refuse(*_values: Any) -> None:
    """Raise what no implementation expects."""
    raise LookupError("refused by a callback")


def negative(*values: Any) -> Any:
    """Give a sort key that turns the order round."""
    return -values[0]


def length(*values: Any) -> int:
    """Give the length of the first argument."""
    return len(values[0])


def always(*_values: Any) -> bool:
    """Give True."""
    return True


CALLBACKS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (identity, as_text, nothing, refuse, negative, length, always)
}
"""Name -> function."""
