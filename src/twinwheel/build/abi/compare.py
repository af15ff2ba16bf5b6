"""How a library differs from its header."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from twinwheel.build.abi.model import (
    Array,
    Callback,
    Enumeration,
    Function,
    Member,
    Pointer,
    Record,
    Scalar,
    Symbol,
    Type,
    Variable,
    Void,
    spell,
    spell_variable,
)
from twinwheel.build.abi.opaque import Names, record_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinwheel.build.abi.libraries import Library

__all__ = ["compare"]


def compare(header: str, declared: Mapping[str, Symbol], library: Library) -> list[str]:
    """Return what differs: one line each, with what, where, and what the header says.

    Args:
        header: The header's name.
        declared: What it declares.
        library: What was compiled, with debug information of all that is declared and exported.
    """
    extra = sorted(library.symbols - declared.keys())
    records = Names(record_names(declared.values()))
    lines = []
    for name, symbol in sorted(declared.items()):
        if name not in library.symbols:
            near = difflib.get_close_matches(name, extra, n=1)
            lines.append(f"{name} is not exported; {symbol.where} declares it")
            if near:
                extra.remove(near[0])
                lines[-1] += f" (is it {near[0]}, which the header does not know?)"
        else:
            compiled = library.described[name]
            place = f"{name} ({compiled.where}): " if compiled.where else f"{name}: "
            lines += [
                f"{place}{line}; {symbol.where}: {said}"
                for line, said in _symbols(symbol, compiled, records)
            ]
    lines += [f"{name} is exported; {header} does not declare it" for name in extra]
    return lines


def _symbols(declared: Symbol, compiled: Symbol, records: Names) -> Iterator[tuple[str, str]]:
    """Yield what was compiled, and what was declared."""
    if isinstance(declared, Function) and isinstance(compiled, Function):
        yield from _functions(declared, compiled, records)
    elif isinstance(declared, Variable) and isinstance(compiled, Variable):
        differing = list(_types("it", declared.type, compiled.type, records))
        if not differing and declared.constant != compiled.constant:
            differing = [(f"it is {spell_variable(compiled)}", spell_variable(declared))]
        yield from differing
    else:
        kinds = [type(each).__name__.lower() for each in (compiled, declared)]
        yield f"it is a {kinds[0]}", f"a {kinds[1]}"


def _functions(declared: Function, compiled: Function, records: Names) -> Iterator[tuple[str, str]]:
    """Yield how a function differs."""
    names = [parameter.name for parameter in declared.parameters]
    made = [parameter.name for parameter in compiled.parameters]
    yield from _types("its result", declared.result, compiled.result, records)
    if _is_open(declared):
        return
    if len(names) != len(made) or declared.variadic != compiled.variadic:
        yield f"it takes {_count(compiled)}", _count(declared)
        return
    if made != names and "" not in names and sorted(made) == sorted(names):
        yield f"its arguments are {', '.join(made)}", ", ".join(names)
        return
    for place, (left, right) in enumerate(
        zip(declared.parameters, compiled.parameters, strict=True), 1
    ):
        # An argument may have another name than in the header, but not that of a neighbour.
        if right.name != left.name and right.name in names:
            yield f"argument {place} is {right.name}", left.name or "another"
        what = f"argument {place}" + (f" ({left.name})" if left.name else "")
        yield from _types(what, left.type, right.type, records)


def _is_open(function: Function | Callback) -> bool:
    """Is this ``int f()``, which says nothing of the arguments?"""
    return function.variadic and not function.parameters


def _count(function: Function) -> str:
    number = len(function.parameters)
    return f"{number} argument{'s' * (number != 1)}" + (" and more" * function.variadic)


def _types(
    what: str, declared: Type, compiled: Type, records: Names, seen: tuple[Record, ...] = ()
) -> Iterator[tuple[str, str]]:
    """Yield how a type differs, as deep as it is made of others."""
    if isinstance(declared, Pointer) and isinstance(compiled, Pointer):
        if declared.constant != compiled.constant:
            yield f"{what} is {spell(compiled)}", spell(declared)
            return
        inside = list(_types(what, declared.target, compiled.target, records, seen))
        if isinstance(declared.target, Record) and isinstance(compiled.target, Record):
            yield from inside
        elif inside:
            yield f"{what} is {spell(compiled)}", spell(declared)
    elif isinstance(declared, Record) and isinstance(compiled, Record):
        if not declared.complete or not compiled.complete:
            if not records.agree(declared, compiled):
                yield f"{what} is of {spell(compiled)}", f"of {spell(declared)}"
        elif declared not in seen:
            yield from _records(declared, compiled, records, (*seen, declared))
    elif isinstance(declared, Array) and isinstance(compiled, Array):
        if declared.length != compiled.length or [
            *_types(what, declared.element, compiled.element, records, seen)
        ]:
            yield f"{what} is {spell(compiled)}", spell(declared)
    elif isinstance(declared, Callback) and isinstance(compiled, Callback):
        if [*_types(what, declared.result, compiled.result, records, seen)] or (
            not _is_open(declared)
            and not _is_open(compiled)
            and (
                len(declared.parameters) != len(compiled.parameters)
                or declared.variadic != compiled.variadic
                or any(
                    [*_types(what, left, right, records, seen)]
                    for left, right in zip(declared.parameters, compiled.parameters, strict=True)
                )
            )
        ):
            yield f"{what} is {spell(compiled)}", spell(declared)
    elif isinstance(declared, Enumeration) and isinstance(compiled, Enumeration):
        left, right = [[number for _, number in each.values] for each in (declared, compiled)]
        if left != right or declared.size != compiled.size:
            yield f"{what} is {_listed(compiled)}", _listed(declared)
    elif not _same(declared, compiled):
        yield f"{what} is {_measured(compiled)}", _measured(declared)


def _records(
    declared: Record, compiled: Record, records: Names, seen: tuple[Record, ...]
) -> Iterator[tuple[str, str]]:
    """Yield how the members of a record differ."""
    name = spell(declared)
    left, right = declared.members, compiled.members
    if declared.kind != compiled.kind:
        yield f"{name} is a {compiled.kind}", f"a {declared.kind}"
    elif [member.name for member in left] != [member.name for member in right]:
        yield (
            f"the members of {name} are {', '.join(member.name for member in right) or 'none'}",
            ", ".join(member.name for member in left),
        )
    else:
        pairs = list(zip(left, right, strict=True))
        differing = [
            difference
            for one, other in pairs
            for difference in _types(f"{name}.{one.name}", one.type, other.type, records, seen)
        ]
        # Where types differ, what follows lies elsewhere too: that goes without saying.
        differing = differing or [
            (f"{name}.{one.name} is {_placed(other)}", _placed(one))
            for one, other in pairs
            if (one.offset, one.bits) != (other.offset, other.bits)
        ]
        yield from differing
        if not differing and declared.size != compiled.size:
            yield f"{name} has {compiled.size} bytes", f"{declared.size} bytes"


def _same(declared: Type, compiled: Type) -> bool:
    if isinstance(declared, Void):
        return isinstance(compiled, Void)
    # A careful library takes a plain number where C has an enum, as any number may come.
    if isinstance(declared, Enumeration) and isinstance(compiled, Scalar):
        return compiled.kind in ("signed", "unsigned") and declared.size == compiled.size
    if not isinstance(declared, Scalar) or not isinstance(compiled, Scalar):
        return False
    if declared.name == "char" and compiled.size == 1:  # it may have a sign or none
        return compiled.kind in ("signed", "unsigned")
    return declared.kind == compiled.kind and declared.size == compiled.size


def _placed(member: Member) -> str:
    byte, bit = divmod(member.offset, 8)
    if member.bits:
        return f"{member.bits} bits at bit {bit} of byte {byte}"
    return f"at byte {byte}"


def _listed(kind: Enumeration) -> str:
    values = ", ".join(f"{name} = {number}" for name, number in kind.values)
    return f"{spell(kind)} {{ {values} }} of {kind.size} bytes"


def _measured(kind: Type) -> str:
    if isinstance(kind, Scalar) and kind.kind != "other":
        return f"{spell(kind)} ({kind.kind}, {kind.size} byte{'s' * (kind.size != 1)})"
    return spell(kind)
