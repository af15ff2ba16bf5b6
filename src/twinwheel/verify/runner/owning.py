"""Whose a value is that a module shows: its own, Python's, or another distribution's."""

from __future__ import annotations

import builtins
import os
import sys
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .aliases import below

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["OTHER", "OWN", "PYTHON", "standard", "whose"]

OWN, PYTHON, OTHER = "package", "python", "other"
_FOR_TYPING = ("typing", "typing_extensions", "__future__")
_FOR_BRACKETS = ("GenericAlias", "_CallableGenericAlias")


def standard(module: str) -> bool:
    """Tell whether a module comes with Python."""
    if module in sys.builtin_module_names:
        return True
    file = getattr(sys.modules.get(module), "__file__", None)
    room = str(Path(os.__file__).parent)
    return isinstance(file, str) and file.startswith(room) and "-packages" not in file


def whose(value: Any, module: str, packages: Iterable[str]) -> str:
    """Say whose a value is.

    A package often shows what a compiled module beside it has, so what counts is not the name of
    the module that it is from, but whether that module came with the package.

    Args:
        value: What the module has under some name.
        module: The module's full name.
        packages: The packages and modules that come with it.

    Returns:
        ``OWN``, ``PYTHON`` or ``OTHER``.
    """
    kind = type(value)
    if isinstance(value, types.ModuleType):
        return OWN if _is_in(value.__name__, module, packages) else OTHER
    if kind.__module__ in _FOR_TYPING or kind.__name__ in _FOR_BRACKETS:
        return PYTHON
    home = getattr(value, "__module__", None)
    if not callable(value) or not isinstance(home, str) or _is_in(home, module, packages):
        return OWN
    if home == "builtins":  # classes of compiled modules often say so
        given = getattr(builtins, str(getattr(value, "__name__", "")), None)
        return PYTHON if given is value else OWN
    if home not in sys.modules:  # compiled code does not always say what is so
        return OWN
    return PYTHON if standard(home) else OTHER


def _is_in(home: str, module: str, packages: Iterable[str]) -> bool:
    if home.partition(".")[0] == module.partition(".")[0] or home == module.rpartition(".")[2]:
        return True
    return any(below(home, each) for each in packages)
