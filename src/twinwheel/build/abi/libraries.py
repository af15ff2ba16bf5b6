"""What a shared library exports, and how it was compiled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from elftools.common.exceptions import DWARFError, ELFError
from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from twinwheel.build.abi.dwarf import TypeReader, name_of
from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from elftools.dwarf.die import DIE
    from elftools.dwarf.dwarfinfo import DWARFInfo

    from twinwheel.build.abi.model import Symbol

__all__ = ["Library", "open_dwarf", "read_library"]

# What linkers and the sanitizers' compilers add to every library.
_ADDED = ("_init", "_fini", "_edata", "_end", "__bss_start")
_NESTING = {"DW_TAG_namespace", "DW_TAG_module"}


@dataclass(frozen=True)
class Library:
    """A shared library."""

    name: str
    symbols: frozenset[str]
    """All that it exports."""

    described: Mapping[str, Symbol]
    """What the debug information says of them, by name."""


def open_dwarf(elf: ELFFile, path: Path) -> DWARFInfo:
    """Return the debug information with types; raise TW362 when there is none."""
    if elf.has_dwarf_info():
        dwarf = elf.get_dwarf_info(follow_links=False)
        if dwarf.debug_info_sec is not None:
            return dwarf
    raise BuildError(
        f"{path.name} has no debug information, so its types cannot be compared",
        code="TW362",
        where=str(path),
        help="compile with -g; for Cargo, with the profile's debug = true and strip = false",
    )


def read_library(path: Path) -> Library:
    """Read what a shared library exports.

    Args:
        path: An ELF file with debug information.

    Raises:
        BuildError: TW362, when it is not.
    """
    try:
        with path.open("rb") as stream:
            elf = ELFFile(stream)
            addresses = _exported(elf)
            dwarf = open_dwarf(elf, path)
            described = _described(dwarf, addresses, _read_only(elf))
            return Library(path.name, frozenset(addresses), described)
    except (OSError, DWARFError, ELFError) as error:
        raise BuildError(
            f"{path.name} cannot be read as an ELF library: {error}",
            code="TW362",
            where=str(path),
            help="the comparison is for ELF systems, such as Linux",
        ) from error


def _exported(elf: ELFFile) -> dict[str, int]:
    """Return symbol -> address of what other files can link to."""
    table = elf.get_section_by_name(".dynsym")
    found = {}
    if isinstance(table, SymbolTableSection):
        for symbol in table.iter_symbols():
            bound, seen = symbol["st_info"]["bind"], symbol["st_other"]["visibility"]
            if (
                bound in ("STB_GLOBAL", "STB_WEAK")
                and seen in ("STV_DEFAULT", "STV_PROTECTED")
                and symbol["st_shndx"] not in ("SHN_UNDEF", "SHN_ABS")
                and symbol.name not in _ADDED
                and not symbol.name.startswith("__asan_")
            ):
                found[symbol.name] = symbol["st_value"]
    return found


def _read_only(elf: ELFFile) -> list[range]:
    """Return the addresses where nothing is written, but by the loader before anything runs."""
    return [
        range(section["sh_addr"], section["sh_addr"] + section["sh_size"])
        for section in elf.iter_sections()
        if section["sh_flags"] & SH_FLAGS.SHF_ALLOC
        and (
            not section["sh_flags"] & SH_FLAGS.SHF_WRITE or section.name.startswith(".data.rel.ro")
        )
    ]


def _described(
    dwarf: DWARFInfo, addresses: Mapping[str, int], read_only: Sequence[range]
) -> dict[str, Symbol]:
    names: dict[int, list[str]] = {}
    for name, address in addresses.items():
        names.setdefault(address, []).append(name)
    reader = TypeReader()
    found: dict[str, Symbol] = {}
    for unit in dwarf.iter_CUs():
        if len(found) == len(addresses):
            break  # what follows is the standard library, and long
        for die in _entries(unit.get_top_DIE()):
            if die.tag == "DW_TAG_variable":
                name = _linked_name(die)
                if name in addresses and "DW_AT_location" in die.attributes:
                    found[name] = reader.variable(
                        die, any(addresses[name] in each for each in read_only)
                    )
            else:
                for name in _names(die, names, addresses):
                    found[name] = reader.function(die)
    return found


def _names(die: DIE, names: Mapping[int, list[str]], addresses: Mapping[str, int]) -> list[str]:
    """Return the symbols whose code an entry describes; more than one where it is shared."""
    name = _linked_name(die)
    low = die.attributes.get("DW_AT_low_pc")
    if low is not None:
        here = names.get(low.value, [])
        return [name] if name in here else here
    # In pieces; or declared only, or put into others everywhere.
    return [name] if "DW_AT_ranges" in die.attributes and name in addresses else []


def _linked_name(die: DIE) -> str:
    linkage = die.attributes.get("DW_AT_linkage_name")
    if linkage is not None:
        return bytes(linkage.value).decode("utf-8", "replace")
    if "DW_AT_specification" in die.attributes:
        return _linked_name(die.get_DIE_from_attribute("DW_AT_specification"))
    return name_of(die)


def _entries(die: DIE) -> Iterator[DIE]:
    """Iterate over the functions and variables of a unit."""
    for child in die.iter_children():
        if child.tag in ("DW_TAG_subprogram", "DW_TAG_variable"):
            yield child
        elif child.tag in _NESTING:
            yield from _entries(child)
