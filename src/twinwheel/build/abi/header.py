"""What a C header declares: names by a parser, types by the compiler."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from elftools.elf.elffile import ELFFile
from pycparser import CParser, c_ast
from pycparser.c_parser import ParseError

from twinwheel.build.abi.dwarf import TypeReader, name_of
from twinwheel.build.abi.libraries import open_dwarf
from twinwheel.build.abi.model import Callback, Function, Parameter, Pointer, Variable
from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinwheel.build.abi.model import Symbol, Type

__all__ = ["read_header"]

# What the headers of compilers and C libraries are written in besides C, taken out or put in C.
_EXTENSIONS = (
    "__attribute__(x)=",
    "__asm__(x)=",
    "__extension__=",
    "__const=const",
    "__inline=inline",
    "__inline__=inline",
    "__restrict=restrict",
    "__restrict__=restrict",
    "__signed__=signed",
    "__volatile__=volatile",
    "__builtin_va_list=int",
    "__int128=long",
    "_Float32=float",
    "_Float64=double",
    "_Float128=long double",
    "_Float32x=double",
    "_Float64x=long double",
)


def read_header(header: Path, flags: Sequence[str] = ()) -> dict[str, Symbol]:
    """Read what a header declares, and what those beside it that it includes do.

    Args:
        header: A C header that compiles by itself.
        flags: What the compiler, which is ``CC`` or ``cc``, is told besides, such as ``-DX=1``.

    Returns:
        Name -> function or variable.

    Raises:
        BuildError: TW362, when it cannot be compiled or parsed.
    """
    header = header.resolve()
    text = _compile(header, [*flags, *(f"-D{each}" for each in _EXTENSIONS), "-E", str(header)])
    try:
        tree = CParser().parse(text)
    except ParseError as error:
        raise _unread(header, f"cannot be parsed: {error}") from error
    declared = list(_declarations(tree, header.parent))
    types = _types(header, [node.name for node in declared], flags)
    return {node.name: _symbol(node, types[node.name], header) for node in declared}


def _declarations(tree: Any, folder: Path) -> Iterator[Any]:
    for node in tree.ext:
        if (
            isinstance(node, c_ast.Decl)
            and (isinstance(node.type, c_ast.FuncDecl) or "extern" in node.storage)
            and "static" not in node.storage
            and folder in Path(node.coord.file).parents
        ):
            yield node


def _types(header: Path, names: Sequence[str], flags: Sequence[str]) -> dict[str, Type]:
    """Let the compiler tell the types: of a pointer to each of them, in a library of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "stub.c"), Path(folder, "stub.so")
        lines = [f"__typeof__({name}) *abi_{place};" for place, name in enumerate(names)]
        source.write_text("\n".join([f'#include "{header}"', *lines, ""]), "utf-8")
        library = ("-g", "-O0", "-fPIC", "-shared", "-nostdlib", "-o", str(made), str(source))
        _compile(header, [*flags, *library])
        with made.open("rb") as stream:
            dwarf = open_dwarf(ELFFile(stream), made)
            reader = TypeReader()
            pointers = {
                name_of(die): reader.type_of(die)
                for unit in dwarf.iter_CUs()
                for die in unit.get_top_DIE().iter_children()
                if die.tag == "DW_TAG_variable"
            }
    return {name: pointers[f"abi_{place}"] for place, name in enumerate(names)}


def _symbol(node: Any, kind: Type, header: Path) -> Symbol:
    """Put together what the parser and the compiler told."""
    where = f"{Path(node.coord.file).relative_to(header.parent).as_posix()}:{node.coord.line}"
    if not isinstance(kind, Callback):
        known = kind if isinstance(kind, Pointer) else Pointer(kind, constant=False)
        return Variable(node.name, known.target, known.constant, where)
    arguments = node.type.args.params if node.type.args else []
    names = [getattr(each, "name", None) or "" for each in arguments]
    names += [""] * len(kind.parameters)
    parameters = tuple(map(Parameter, names, kind.parameters))
    return Function(node.name, kind.result, parameters, kind.variadic, where)


def _compile(header: Path, arguments: Sequence[str]) -> str:
    command = [*shlex.split(os.environ.get("CC", "") or "cc"), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    except OSError as error:
        raise _unread(header, f"cannot be compiled: {command[0]} does not run") from error
    if done.returncode != 0:
        raise _unread(header, f"cannot be compiled:\n{done.stderr.strip()}")
    return done.stdout


def _unread(header: Path, why: str) -> BuildError:
    return BuildError(
        f"{header.name} {why}",
        code="TW362",
        where=str(header),
        accepted="a C header that compiles by itself",
    )
