"""Types and functions, read from the debug information that a C or Rust compiler wrote.

https://dwarfstd.org/doc/DWARF5.pdf
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from twinwheel.build.abi.model import (
    Array,
    Callback,
    Enumeration,
    Function,
    Member,
    Parameter,
    Pointer,
    Record,
    Scalar,
    Type,
    Variable,
    Void,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from elftools.dwarf.die import DIE

__all__ = ["TypeReader", "name_of"]

_ENCODINGS: dict[int, Literal["signed", "unsigned", "float", "boolean"]] = {
    0x02: "boolean",
    0x04: "float",
    0x05: "signed",
    0x06: "signed",  # a character
    0x07: "unsigned",
    0x08: "unsigned",  # a character
}
_POINTERS = {
    "DW_TAG_pointer_type",
    "DW_TAG_reference_type",
    "DW_TAG_rvalue_reference_type",
}
_QUALIFIERS = {
    "DW_TAG_atomic_type",
    "DW_TAG_const_type",
    "DW_TAG_restrict_type",
    "DW_TAG_volatile_type",
}
_RUST = 0x1C
# What Rust wraps around a pointer, and passes as the pointer itself.
_WRAPPERS = ("Option<", "NonNull<")


class TypeReader:
    """Reads types; remembers records, which may point to themselves."""

    def __init__(self) -> None:
        self._records: dict[int, Record] = {}

    def function(self, die: DIE) -> Function:
        """Read a function from its entry."""
        # What is compiled apart from where it is declared refers back.
        origin = die
        while not _has(origin, "DW_AT_name") and (back := _origin(origin)) is not None:
            origin = back
        parameters: list[Parameter] = []
        variadic = False
        declared = die if _has_parameters(die) else origin
        for child in declared.iter_children():
            if child.tag == "DW_TAG_formal_parameter":
                back = _origin(child)
                named = child if back is None or _has(child, "DW_AT_name") else back
                parameters.append(Parameter(name_of(named), self.type_of(named)))
            elif child.tag == "DW_TAG_unspecified_parameters":
                variadic = True
        typed = die if _has(die, "DW_AT_type") else origin
        return Function(
            name_of(origin), self.type_of(typed), tuple(parameters), variadic, _place(origin)
        )

    def variable(self, die: DIE, read_only: bool) -> Variable:
        """Read a variable from its entry.

        Args:
            die: The entry.
            read_only: Does it lie where nothing is written? Rust says by this alone whether it is a
                ``static mut``, or has an inside that changes.
        """
        origin = die if _has(die, "DW_AT_type") else _origin(die) or die
        kind, constant = self._qualified(origin)
        if _number(die.cu.get_top_DIE(), "DW_AT_language") == _RUST:
            constant = read_only
        return Variable(name_of(origin), kind, constant, _place(origin))

    def type_of(self, die: DIE) -> Type:
        """Read the type that an entry refers to; none is ``void``."""
        return self._qualified(die)[0]

    def _qualified(self, die: DIE) -> tuple[Type, bool]:
        """Return the type that an entry refers to, and whether it is const."""
        if not _has(die, "DW_AT_type"):
            return Void(), False
        target = die.get_DIE_from_attribute("DW_AT_type")
        if target.tag in _QUALIFIERS:
            kind, constant = self._qualified(target)
            return kind, constant or target.tag == "DW_TAG_const_type"
        if target.tag == "DW_TAG_typedef":
            kind, constant = self._qualified(target)
            name = name_of(target)
            if isinstance(kind, Scalar):
                kind = Scalar(name, kind.kind, kind.size)
            elif isinstance(kind, Enumeration):
                kind = Enumeration(name, kind.size, kind.values)
            return kind, constant
        # An array of const is a const array.
        inner = target.tag == "DW_TAG_array_type" and self._qualified(target)[1]
        return self._read(target), inner

    def _read(self, die: DIE) -> Type:
        tag, name = die.tag, name_of(die)
        if tag == "DW_TAG_base_type":
            size, encoding = _number(die, "DW_AT_byte_size"), _number(die, "DW_AT_encoding")
            if name == "()":
                return Void()
            return Scalar(name, _ENCODINGS.get(encoding, "other"), size)
        if tag in _POINTERS:
            return self._pointer(die, name)
        if tag == "DW_TAG_enumeration_type":
            if name == "c_void":
                return Void()
            values = tuple(
                (name_of(child), _number(child, "DW_AT_const_value"))
                for child in die.iter_children()
                if child.tag == "DW_TAG_enumerator"
            )
            return Enumeration(name, _number(die, "DW_AT_byte_size"), values)
        if tag in ("DW_TAG_structure_type", "DW_TAG_union_type", "DW_TAG_class_type"):
            if name.startswith(_WRAPPERS):
                inside = self._wrapped(die)
                if inside is not None:
                    return inside
            return self._record(die, name)
        if tag == "DW_TAG_array_type":
            kind = self.type_of(die)
            for child in die.iter_children():
                if child.tag == "DW_TAG_subrange_type":
                    kind = Array(kind, _length(child))
            return kind
        if tag == "DW_TAG_subroutine_type":
            children = list(die.iter_children())
            return Callback(
                self.type_of(die),
                tuple(
                    self.type_of(child)
                    for child in children
                    if child.tag == "DW_TAG_formal_parameter"
                ),
                any(child.tag == "DW_TAG_unspecified_parameters" for child in children),
            )
        return Scalar(name or str(tag).removeprefix("DW_TAG_"), "other", 0)

    def _pointer(self, die: DIE, name: str) -> Type:
        """Read a pointer: const by the type of its target in C, by its own name in Rust."""
        target, constant = self._qualified(die)
        if isinstance(target, Callback) and _meant(die).tag == "DW_TAG_subroutine_type":
            return target
        if name.startswith("*const ") or (name.startswith("&") and not name.startswith("&mut ")):
            constant = True
        return Pointer(target, constant)

    def _wrapped(self, die: DIE) -> Type | None:
        """Return the pointer that a wrapper of Rust holds and nothing else, or None."""
        size = _number(die, "DW_AT_byte_size")
        for child in _inside(die):
            if child.tag == "DW_TAG_member" and _has(child, "DW_AT_type"):
                kind = self.type_of(child)
                if isinstance(kind, (Pointer, Callback)) and size == die.cu["address_size"]:
                    # What NonNull points to may be changed, though it holds a *const.
                    changeable = name_of(die).startswith("NonNull<")
                    if changeable and isinstance(kind, Pointer):
                        return Pointer(kind.target, constant=False)
                    return kind
        return None

    def _record(self, die: DIE, name: str) -> Record:
        known = self._records.get(die.offset)
        if known is not None:
            return known
        record = Record(
            "union" if die.tag == "DW_TAG_union_type" else "struct",
            name,
            _number(die, "DW_AT_byte_size"),
            not _has(die, "DW_AT_declaration"),
        )
        self._records[die.offset] = record
        for child in die.iter_children():
            if child.tag == "DW_TAG_member" and not _has(child, "DW_AT_external"):
                place = 8 * _number(child, "DW_AT_data_member_location")
                place += _number(child, "DW_AT_data_bit_offset")
                bits = _number(child, "DW_AT_bit_size")
                record.members.append(Member(name_of(child), self.type_of(child), place, bits))
        # In memory they may follow in another order than in the source, but for C and repr(C).
        record.members.sort(key=lambda member: member.offset)
        return record


def name_of(die: DIE) -> str:
    """Return the name of an entry, or nothing."""
    value = die.attributes["DW_AT_name"].value if _has(die, "DW_AT_name") else b""
    return bytes(value).decode("utf-8", "replace").removeprefix("r#")


def _meant(die: DIE) -> DIE:
    """Return the type that an entry refers to, without the names and qualifiers before it."""
    target = die.get_DIE_from_attribute("DW_AT_type")
    return _meant(target) if target.tag in (*_QUALIFIERS, "DW_TAG_typedef") else target


def _has(die: DIE, attribute: str) -> bool:
    return attribute in die.attributes


def _number(die: DIE, attribute: str) -> int:
    value: Any = die.attributes[attribute].value if _has(die, attribute) else 0
    return value if isinstance(value, int) else 0


def _length(die: DIE) -> int:
    if _has(die, "DW_AT_upper_bound"):
        return _number(die, "DW_AT_upper_bound") + 1
    return _number(die, "DW_AT_count")


def _origin(die: DIE) -> DIE | None:
    for attribute in ("DW_AT_abstract_origin", "DW_AT_specification"):
        if _has(die, attribute):
            return die.get_DIE_from_attribute(attribute)
    return None


def _has_parameters(die: DIE) -> bool:
    return any(child.tag == "DW_TAG_formal_parameter" for child in die.iter_children())


def _inside(die: DIE) -> Iterator[DIE]:
    """Iterate over all that is nested in an entry."""
    for child in die.iter_children():
        yield child
        yield from _inside(child)


def _place(die: DIE) -> str:
    """Return the file and line of a declaration."""
    line = _number(die, "DW_AT_decl_line")
    unit: Any = die.cu
    program = die.dwarfinfo.line_program_for_CU(unit)
    index = _number(die, "DW_AT_decl_file")
    if program is None or not line:
        return ""
    # Counted from 1 up to version 4 of DWARF, and from 0 since.
    entries = program.header["file_entry"]
    place = index if program.header["version"] >= 5 else index - 1
    if not 0 <= place < len(entries):
        return ""
    return f"{bytes(entries[place].name).decode('utf-8', 'replace')}:{line}"
