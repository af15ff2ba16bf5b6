"""Components with the checks that they declare: conditions before and after a call.

A check is a function with the component's own parameters. What comes before its ``yield`` is asked
of the arguments; the ``yield`` gives the answer, and what comes after is asked of that. Without a
``yield`` there are conditions before the call only. What it raises, the caller gets.

Imported only for a component that declares a check.
"""

from __future__ import annotations

import functools
import inspect
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["BEFORE", "named_function", "with_checks"]

BEFORE = "twinwheel_before_the_call"
"""Attribute of an exception that was raised before an implementation was called."""


def with_checks(package: str, name: str, validate: str, target: Callable[..., Any]) -> Any:
    """Return a function that makes the checks around each call of a target.

    Args:
        package: The twin package, which a pickle names.
        name: The component.
        validate: ``module:function``.
        target: An implementation's function.
    """
    check = named_function(validate)
    yields = inspect.isgeneratorfunction(check)

    @functools.wraps(target)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            conditions = check(*args, **kwargs)
            if yields:
                next(conditions, None)
        except Exception as error:
            error.__dict__[BEFORE] = True
            raise
        answer = target(*args, **kwargs)
        if yields:
            try:
                conditions.send(answer)
            except StopIteration:
                pass
            else:
                conditions.close()
        return answer

    checked.__module__, checked.__qualname__ = package, name
    return checked


def named_function(spec: str) -> Any:
    """Import what ``module:function`` names; the function may be inside a class."""
    module, _, path = spec.partition(":")
    __import__(module)
    found: Any = sys.modules[module]
    for part in path.split("."):
        found = getattr(found, part)
    return found
