"""A signature as source, for the slot in Python."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Form", "form_of"]

_PLAIN = (type(None), bool, int, float, complex, str, bytes)


@dataclass(frozen=True)
class Form:
    """A signature as source, and what passes its arguments on."""

    signature: str = ", /, *_args, **_kwargs"
    """What follows the first parameter."""
    passed: str = "*_args, **_kwargs"
    packed: str = "_args, _kwargs"
    """As a tuple and a mapping."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What the names in the signature stand for."""


def _is_like(signature: inspect.Signature, target: Callable[..., Any]) -> bool:
    """Tell whether a target takes what this says, however it is given, with the same defaults."""
    mine = list(signature.parameters.values())
    try:
        theirs = list(inspect.signature(target).parameters.values())
    except (ValueError, TypeError):
        return all(each.default is each.empty for each in mine)
    return len(mine) == len(theirs) and all(map(_is_like_parameter, mine, theirs))


def _is_like_parameter(mine: inspect.Parameter, other: inspect.Parameter) -> bool:
    named = mine.kind in (mine.POSITIONAL_OR_KEYWORD, mine.KEYWORD_ONLY)
    if mine.kind is not other.kind or (named and mine.name != other.name):
        return False
    return _same(mine.default, other.default)


def _same(mine: Any, other: Any) -> bool:
    if mine is other:
        return True
    return type(mine) is type(other) and isinstance(mine, _PLAIN) and repr(mine) == repr(other)


def form_of(signature: inspect.Signature | None, targets: Iterable[Callable[..., Any]]) -> Form:
    """Return the form of a signature; the one that takes anything where there is none.

    Args:
        signature: What callers see.
        targets: What is called. A default is passed on as any argument, and one by position or by
            name as the signature has it, so all must have the same.
    """
    if signature is None or any(name.startswith("_") for name in signature.parameters):
        return Form()
    if not all(_is_like(signature, target) for target in targets):
        return Form()
    kinds = inspect.Parameter
    declared, positional, named = [], [], []
    defaults: dict[str, Any] = {}
    before = None
    for name, each in signature.parameters.items():
        if each.kind is not kinds.POSITIONAL_ONLY and before in (None, kinds.POSITIONAL_ONLY):
            declared.append("/")  # the slot's own first parameter, if no other
        if each.kind is kinds.KEYWORD_ONLY and before not in (
            kinds.KEYWORD_ONLY,
            kinds.VAR_POSITIONAL,
        ):
            declared.append("*")
        star = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(each.kind.name, "")
        default = ""
        if each.default is not inspect.Parameter.empty:
            default = f"=_default_{len(defaults)}"
            defaults[default[1:]] = each.default
        declared.append(f"{star}{name}{default}")
        if each.kind is kinds.KEYWORD_ONLY:
            named.append(name)
        elif each.kind is kinds.VAR_KEYWORD:
            named.append(star + name)
        else:
            positional.append(star + name)
        before = each.kind
    if before in (None, kinds.POSITIONAL_ONLY):
        declared.append("/")
    keywords = [each if each.startswith("*") else f"{each}={each}" for each in named]
    items = ", ".join(each if each.startswith("*") else f"{each!r}: {each}" for each in named)
    return Form(
        signature=", " + ", ".join(declared),
        passed=", ".join(positional + keywords),
        packed=f"({', '.join(positional)}{',' if positional else ''}), "
        + (f"{{{items}}}" if named else "None"),
        defaults=defaults,
    )
