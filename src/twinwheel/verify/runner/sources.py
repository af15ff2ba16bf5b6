"""Calls that are Python source, as they stand in the scripts that findings are saved with."""

from __future__ import annotations

import ast
import builtins
import importlib
from typing import TYPE_CHECKING, Any

from .calling import Caller
from .operations import name_of_step
from .prelude import PRELUDE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType

    from .calling import Prepared

__all__ = ["NotMade", "SourceCaller", "names_of_steps"]


class NotMade(Exception):  # noqa: N818 (as it is told)
    """A call that stands wrong, which is no answer of the implementation's."""


class SourceCaller(Caller):
    """Makes calls that are Python: each is a list with its source alone.

    A source is ``f(1)``, or ``it = f(1); it.method(2); it.attribute; it[0] = 3; it == f(1)``.
    """

    def __init__(
        self, components: dict[str, Callable[..., Any]], names: Sequence[str] = ()
    ) -> None:
        super().__init__(components)
        self._names = {**PRELUDE, **{name: components[name] for name in names}}
        self._codes: dict[str, CodeType] = {}

    def prepare(self, call: Any) -> Prepared:
        """Make the arguments of a call, anew each time.

        Raises:
            NotMade: They cannot be made.
        """
        try:
            code = self._codes.get(call[0])
            if code is None:
                code = self._codes[call[0]] = self._compiled(call[0])
            function, arguments, keywords, steps = eval(code, dict(self._names))
        except BaseException as error:
            raise NotMade(f"{call[0][:200]}: {type(error).__name__}: {error}") from None
        return function, arguments, keywords, steps

    def _compiled(self, call: str) -> CodeType:
        made, steps = _parsed(call)
        names: list[ast.expr | None] = [ast.Constant(each.arg) for each in made.keywords]
        parts = ast.Tuple(
            [
                made.func,
                _listed(made.args),
                ast.Dict(names, [each.value for each in made.keywords]),
                _listed([_step(each) for each in steps]),
            ],
            ast.Load(),
        )
        expression = ast.fix_missing_locations(ast.Expression(parts))
        for each in ast.walk(expression):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load):
                self._learn(each.id)
        return compile(expression, "call", "eval")

    def _learn(self, name: str) -> None:
        """A name that is nothing else is that of a module."""
        if name in self._names or hasattr(builtins, name) or name.startswith("argument_"):
            return
        self._names[name] = importlib.import_module(name)

    def can_change(self, call: Any) -> list[bool]:
        """Tell of each argument whether it is one that can be written into."""
        made, _ = _parsed(call[0])
        return [self._can_change(each) for each in (*made.args, *(k.value for k in made.keywords))]

    def _can_change(self, node: ast.expr) -> bool:
        """As of recipes: no scalars, no iterators, and no objects of the implementation's."""
        if isinstance(node, ast.NamedExpr):
            node = node.value
        if isinstance(node, ast.Name):
            return node.id.startswith("argument_")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            name = node.func.id
            return name not in ("float", "iter", "range") and (
                name in PRELUDE or name not in self._names
            )
        return not isinstance(node, (ast.Attribute, ast.BinOp, ast.Constant, ast.UnaryOp))


def names_of_steps(call: str) -> list[str]:
    """Give the names of the methods and attributes that a call goes on with."""
    return [_taken(each)[0] for each in _parsed(call)[1]]


def _parsed(call: str) -> tuple[ast.Call, list[ast.stmt]]:
    body = ast.parse(call).body
    first = getattr(body[0], "value", None)
    if not isinstance(first, ast.Call):
        raise SyntaxError("it is no call")
    return first, body[1:]


def _listed(nodes: list[Any]) -> ast.List:
    return ast.List(nodes, ast.Load())


def _step(node: ast.stmt) -> ast.Tuple:
    name, arguments = _taken(node)
    is_attribute = arguments is None
    parts = [ast.Constant(name), _listed(arguments or []), ast.Constant(is_attribute)]
    return ast.Tuple(parts, ast.Load())


def _taken(node: ast.stmt) -> tuple[str, list[ast.expr] | None]:
    """Give the name of a step, and its arguments; None for an attribute that is read."""
    known = name_of_step(node)
    if known is not None:
        return known
    value = getattr(node, "value", None)
    member = value.func if isinstance(value, ast.Call) else value
    if not isinstance(member, ast.Attribute):
        raise SyntaxError("a step is something that is done with it")
    return member.attr, value.args if isinstance(value, ast.Call) else None
