"""Functions that are given as arguments: they answer alike wherever they are called."""

from __future__ import annotations

__all__ = ["CALLBACKS"]


def identity(*values):
    """Give the first argument back."""
    return values[0] if values else None


def as_text(*values):
    """Give the type of the first argument as text."""
    return type(values[0]).__name__ if values else ""


def nothing(*values):
    """Give None."""


def refuse(*values):
    """Raise what no implementation expects."""
    raise LookupError("refused by a callback")


def negative(*values):
    """Give a sort key that turns the order round."""
    return -values[0]


def length(*values):
    """Give the length of the first argument."""
    return len(values[0])


def always(*values):
    """Give True."""
    return True


CALLBACKS = {
    function.__name__: function
    for function in (identity, as_text, nothing, refuse, negative, length, always)
}
"""Name -> function."""
