"""What functions and their types are, whichever language they were written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

__all__ = [
    "Array",
    "Callback",
    "Enumeration",
    "Function",
    "Member",
    "Parameter",
    "Pointer",
    "Record",
    "Scalar",
    "Symbol",
    "Type",
    "Variable",
    "Void",
    "spell",
    "spell_variable",
]


@dataclass(frozen=True)
class Void:
    """No value, or what an untyped pointer points to."""


@dataclass(frozen=True)
class Scalar:
    """A number, a boolean or a character."""

    name: str
    kind: Literal["signed", "unsigned", "float", "boolean", "other"]
    size: int
    """In bytes."""


@dataclass(frozen=True)
class Pointer:
    """A pointer, or a reference of Rust or C++."""

    target: Type
    constant: bool
    """Must what it points to stay as it is?"""


@dataclass(frozen=True)
class Array:
    """So many of one type, in a record."""

    element: Type
    length: int


@dataclass(frozen=True)
class Enumeration:
    """Named numbers."""

    name: str
    size: int
    values: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Callback:
    """A function that is pointed to."""

    result: Type
    parameters: tuple[Type, ...]
    variadic: bool
    """Does it take more? Without any before, as C's ``int f()`` does, it may take whatever."""


@dataclass(frozen=True)
class Member:
    """One member of a record."""

    name: str
    type: Type
    offset: int
    """In bits."""

    bits: int
    """How many of them; 0 for all that the type has."""


@dataclass(frozen=True, eq=False)
class Record:
    """A struct or a union. It may point to itself, so its members are filled in later."""

    kind: Literal["struct", "union"]
    name: str
    size: int
    complete: bool
    """Are its members known?"""

    members: list[Member] = field(default_factory=list)


Type: TypeAlias = Void | Scalar | Pointer | Array | Enumeration | Callback | Record


@dataclass(frozen=True)
class Parameter:
    """An argument of a function; its name may be empty."""

    name: str
    type: Type


@dataclass(frozen=True)
class Function:
    """A function as it is declared in a header, or as it was compiled."""

    name: str
    result: Type
    parameters: tuple[Parameter, ...]
    variadic: bool
    """As for a callback."""

    where: str
    """File and line."""


@dataclass(frozen=True)
class Variable:
    """A variable that a library exports."""

    name: str
    type: Type
    constant: bool
    where: str
    """File and line."""


Symbol: TypeAlias = Function | Variable


def spell_variable(variable: Variable) -> str:
    """Return the type of a variable, with its const."""
    if not variable.constant:
        return spell(variable.type)
    after = isinstance(variable.type, Pointer)
    return f"{spell(variable.type)}const" if after else f"const {spell(variable.type)}"


def spell(kind: Type) -> str:
    """Return a type as a message names it: as C would, with the names that its language has."""
    if isinstance(kind, Void):
        return "void"
    if isinstance(kind, Pointer):
        target = spell(kind.target)
        if isinstance(kind.target, Pointer):
            return f"{target}const *" if kind.constant else f"{target}*"
        return f"const {target} *" if kind.constant else f"{target} *"
    if isinstance(kind, Array):
        return f"{spell(kind.element)}[{kind.length}]"
    if isinstance(kind, Callback):
        parameters = [spell(each) for each in kind.parameters] + ["..."] * kind.variadic
        return f"{spell(kind.result)} (*)({', '.join(parameters) or 'void'})"
    if isinstance(kind, Enumeration):
        return f"enum {kind.name}".rstrip()
    return kind.name or "an unnamed record"
