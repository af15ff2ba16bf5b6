"""The C and C++ compilers of the machine, as CMake and Meson would find them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.build.builders.contract import Toolchain
from twinwheel.build.programs import find_program

if TYPE_CHECKING:
    from twinwheel.build.builders.contract import BuildContext

__all__ = ["probe_compilers"]

# In the order in which CMake tries them.
_COMPILERS = {
    "C": ("a C compiler", "CC", ("cc", "gcc", "cl", "icx", "clang")),
    "CXX": ("a C++ compiler", "CXX", ("c++", "g++", "cl", "icpx", "clang++")),
}
_HELP = (
    "install a C and C++ compiler (Debian: apt install g++; Fedora: dnf install gcc-c++; "
    "macOS: xcode-select --install; Windows: Visual Studio Build Tools)"
)


def probe_compilers(context: BuildContext) -> Toolchain:
    """Look for the compilers of the languages that the context names.

    A language that is not C or C++ is left to the build system to judge.
    """
    tools: dict[str, str] = {}
    missing: list[str] = []
    for language in context.languages:
        if language not in _COMPILERS:
            continue
        phrase, variable, names = _COMPILERS[language]
        compiler = find_program(names, context.environ, variable)
        if compiler is not None:
            tools[variable] = compiler.description
        elif chosen := context.environ.get(variable, ""):
            missing.append(f"{variable}={chosen} does not run")
        else:
            missing.append(f"{phrase} is not on PATH")
    named = [text.partition("=")[0] for text in missing if "=" in text]
    way = f"correct {' and '.join(named)}, or unset it; or {_HELP}" if named else _HELP
    return Toolchain(tools, tuple(missing), way if missing else "")
