"""One header is the truth: compare the symbols and the types of shared libraries with it.

A library that is written twice keeps its callers only while both export what the header declares:
the same symbols, with the same types. The symbols are those of the dynamic symbol table. The types
are those of the debug information (DWARF), on both sides: of the library, and of a stub that the
C compiler makes of the header. So a compiler for the target says how long a ``long`` is and where a
member lies, and what is compared is what was compiled, not what its source looks like.

Why so, and not otherwise. cbindgen reads Rust sources and makes a header of them: it sees neither
the C library, nor what the linker kept, nor what a macro made, and two headers would still have to
be compared. abidiff compares two libraries and has no header; it takes Rust's pointers, which are
const by their name only, for C's. A parser of C alone would have to know every type's length. The
debug information of C and of Rust names arguments and members, and tells const: in C by a type of
its own, in Rust by the pointer's name (``*const f32``).

It cannot tell what is not compiled into a library: the values of a header's macros.

Libraries are ELF files with debug information. Others are refused, not passed over in silence.
"""

from __future__ import annotations

from twinwheel.build.abi.check import check_abi, find_differences

__all__ = ["check_abi", "find_differences"]
