"""TW36x: shared libraries, and the C header that says what they export."""

from __future__ import annotations

from twinwheel.cli.explain.explanations.entry import entry

__all__ = ["ENTRIES"]

_PAGE = "reference/c-abi.md"

ENTRIES = (
    entry(
        "TW361",
        "a library is not what its header says",
        "correct the library, or the header and every library with it",
        """
        Libraries that are to stand for one another export the same symbols with the same types, and
        one C header is the truth. Each line of the message names a library, a symbol, where it was
        compiled, what is there, and where and what the header says: a symbol that is missing, has
        another name or is not declared; a result, an argument or a member of a struct whose type,
        order or place differs; a const that was dropped. A caller that was compiled against the
        header, or that calls by ctypes, would pass what the library does not expect. An argument
        may have another name than in the header, unless it is the name of one of its neighbours:
        then they are taken for exchanged. A plain integer may stand for an enum of its length.
        """,
        pages=(_PAGE,),
    ),
    entry(
        "TW362",
        "a library cannot be compared with its header",
        "build it with debug information, and give a header that compiles by itself",
        """
        What a library was compiled from is read from its debug information, and the header by the C
        compiler that `CC` names, `cc` otherwise. The message says which of them failed, and how:
        the library is no ELF file, as on macOS and Windows; it was built without `-g`, or it was
        stripped; the header needs other headers before it, or is written in more than C; or what
        reads them is not installed, which the extra `twinwheel[abi]` brings. Where only some
        symbols have no debug information, they are named: some files were built without `-g`, or
        `-gsplit-dwarf` or `-flto` left it out. It is then not known whether they differ. In Cargo,
        `debug = true` and `strip = false` in the profile keep what is needed; strip after the
        comparison.
        """,
        pages=(_PAGE,),
    ),
    entry(
        "TW363",
        "a library's debug information cannot be taken out",
        "install binutils",
        """
        Where `[tool.twinwheel.libraries] header` names a header, the libraries are compiled with
        debug information, compared with the header, and then stripped, since a wheel is not to
        carry what nobody loads. The program for it is `strip`, which every C toolchain on Linux
        has, `llvm-strip`, or what `STRIP` names; the message says what it answered.
        """,
        language="console",
        right="$ STRIP=llvm-strip-19 python -m build --wheel",
        pages=("how-to/offer-a-c-library.md",),
    ),
)
