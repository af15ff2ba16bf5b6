"""The texts that stand in the model's source: what the reference and the schema are made from."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap

__all__ = ["field_texts", "first_line"]


@functools.cache
def field_texts(cls: type) -> dict[str, str]:
    """Return field -> the text under it, in one line, those of base classes included.

    Args:
        cls: A class of the model; its source must be at hand.
    """
    texts: dict[str, str] = {}
    for base in reversed(cls.__mro__[:-1]):
        (node,) = ast.parse(textwrap.dedent(inspect.getsource(base))).body
        assert isinstance(node, ast.ClassDef)
        for statement, text in zip(node.body, node.body[1:], strict=False):
            if not isinstance(statement, ast.AnnAssign) or not isinstance(text, ast.Expr):
                continue
            if isinstance(statement.target, ast.Name) and isinstance(text.value, ast.Constant):
                texts[statement.target.id] = " ".join(str(text.value.value).split())
    return texts


def first_line(cls: type) -> str:
    """Return what a class is, in one line."""
    return " ".join((cls.__doc__ or "").split())
