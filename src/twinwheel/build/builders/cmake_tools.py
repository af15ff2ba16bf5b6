"""CMake and what it generates for: on the machine, in the environment, or still to be installed."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shlex
import sysconfig
from itertools import zip_longest
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.builders.build_files import call_arguments
from twinwheel.build.builders.contract import Toolchain
from twinwheel.build.builders.skbuild_settings import switch, text, texts
from twinwheel.build.programs import find_program, version_tuple
from twinwheel.build.settings.tables import Table, shorten

if TYPE_CHECKING:
    from twinwheel.build.builders.contract import BuildContext

__all__ = ["cmake_lists", "cmake_requirements", "probe_cmake"]

_LOWEST = "3.15"  # of the CMake versions that scikit-build-core runs
_CMAKE = ("cmake", "cmake3")
_NINJA = ("ninja", "ninja-build", "samu")
_MAKE = ("make", "gmake")
_SPECIFIER = re.compile(r"\s*((===|~=|==|!=|<=|>=|<|>)[^;@#\n]*)?\Z")
_CLAUSE = re.compile(r"(>=|<=|>|<)\s*(\d+(?:\.\d+)*)")
# Platforms for which PyPI has a ninja wheel, so that asking for it costs no compilation.
_NINJA_PLATFORMS = re.compile(r"(linux-(x86_64|i686|aarch64|armv7l|ppc64le|s390x)|macosx-|win)")


def cmake_lists(context: BuildContext) -> str:
    """Return the path of the top CMakeLists.txt, relative to the builder's folder."""
    stated = text(context, "cmake.source-dir")
    table = Table("tool.scikit-build.cmake", {"source-dir": stated} if stated else {})
    return (PurePosixPath(table.path("source-dir", ".")) / "CMakeLists.txt").as_posix()


def cmake_requirements(context: BuildContext) -> list[str]:
    """Return CMake and Ninja, each only where the machine has none that fits."""
    if not _runs_cmake(context):
        return []
    wanted = []
    needed = _needed(context)
    found = _versions(context, [])
    fitting = _first_fitting(found, needed, unsure=False)
    if not context.environ.get("CMAKE_EXECUTABLE") and not fitting:
        wanted.append(f"cmake{needed}")
    if _asks_for_ninja(context):
        wanted.append(f"ninja{_specifiers(context, 'ninja') or '>=1.5'}")
    return wanted


def probe_cmake(context: BuildContext) -> Toolchain:
    """Look for CMake and for what runs the files that it generates.

    Both can be had as requirements: as long as these are still to be installed, they count as
    there. Then they are, or the frontend was told to install nothing.
    """
    if not _runs_cmake(context):
        return Toolchain()
    needed = _needed(context)
    chosen = context.environ.get("CMAKE_EXECUTABLE", "")
    found = _versions(context, [] if chosen else _installed("cmake"))
    fitting = _first_fitting(found, needed, unsure=True)
    missing, ways = [], []
    if chosen and not found:
        missing.append(f"CMAKE_EXECUTABLE={chosen} does not run")
        ways.append("let CMAKE_EXECUTABLE name a CMake, or unset it")
    elif not fitting and found and (chosen or not context.requirements_follow):
        missing.append(f"the project needs CMake {needed}, and CMake {found[0]} is here")
        ways.append(f'install a CMake that fits (pip install "cmake{needed}")')
    elif not fitting and not context.requirements_follow:
        missing.append("cmake is not on PATH")
        ways.append("install CMake (pip install cmake)")
    if not context.requirements_follow and (lacking := _lacking_generator(context)):
        missing.append(lacking)
        ways.append("install Ninja (pip install ninja)")
    return Toolchain({"cmake": fitting} if fitting else {}, tuple(missing), ", and ".join(ways))


def _runs_cmake(context: BuildContext) -> bool:
    if context.state == "sdist":
        return switch(context, "sdist.cmake", otherwise=False)
    return switch(context, "wheel.cmake", otherwise=True)


def _needed(context: BuildContext) -> str:
    """Return the CMake versions that scikit-build-core will take: by default, CMakeLists.txt says.

    Source: https://scikit-build-core.readthedocs.io/en/stable/configuration/index.html
    """
    if stated := _specifiers(context, "cmake"):
        return stated
    if old := text(context, "cmake.minimum-version"):
        return f">={old}"
    compatible = version_tuple(text(context, "minimum-version"))
    if compatible and compatible < (0, 10):
        return f">={_LOWEST}"  # older ones did not read the file
    arguments = call_arguments(context.root / cmake_lists(context), "cmake_minimum_required")
    match = re.match(r"\s*VERSION\s+[\"\[=]*(\d+(?:\.\d+)*)", arguments, re.IGNORECASE)
    version = match[1] if match else _LOWEST
    return f">={max(version, _LOWEST, key=version_tuple)}"


def _specifiers(context: BuildContext, tool: str) -> str:
    """Return the ``version`` of a tool, which becomes the end of a requirement."""
    stated = text(context, f"{tool}.version")
    if stated == "CMakeLists.txt":
        return ""
    if not all(_SPECIFIER.match(clause) for clause in stated.split(",")):
        raise Table(f"tool.scikit-build.{tool}", {}).invalid(
            "version", f"'{shorten(stated)}' names no versions", "clauses such as >=3.20"
        )
    return stated


def _versions(context: BuildContext, others: list[str]) -> list[str]:
    """Return the versions of the CMakes that scikit-build-core would try, in its order."""
    chosen = context.environ.get("CMAKE_EXECUTABLE", "")
    programs = [find_program((name,), context.environ) for name in ([chosen] if chosen else _CMAKE)]
    return [*others, *(program.version for program in programs if program is not None)]


def _installed(name: str) -> list[str]:
    """Return the version of a tool that is there as a distribution, with its module."""
    module = importlib.util.find_spec(name)
    if module is None or module.origin is None:
        return []  # a folder of that name is no module of its own
    try:
        return [importlib.metadata.version(name)]
    except importlib.metadata.PackageNotFoundError:
        return []


def _first_fitting(versions: list[str], needed: str, *, unsure: bool) -> str:
    """Return the first version that fits; ``unsure`` says whether it does by a rarer clause."""
    clauses = [clause.strip() for clause in needed.split(",")]
    for version in versions:
        if version and all(
            _fits(version_tuple(version), clause, unsure=unsure) for clause in clauses
        ):
            return version
    return ""


def _fits(version: tuple[int, ...], clause: str, *, unsure: bool) -> bool:
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        return unsure
    pairs = zip_longest(version, version_tuple(match[2]), fillvalue=0)
    difference = next((one - other for one, other in pairs if one != other), 0)
    return {
        ">=": difference >= 0,
        "<=": difference <= 0,
        ">": difference > 0,
        "<": difference < 0,
    }[match[1]]


def _generator(context: BuildContext) -> str:
    """Return the generator that the user or the author chose; empty when neither did."""
    try:
        more = shlex.split(context.environ.get("CMAKE_ARGS", ""))
    except ValueError:  # a quotation that is not closed
        more = []
    arguments = iter([*texts(context, "cmake.args"), *more])
    chosen = ""
    for argument in arguments:
        if argument == "-G":
            chosen = next(arguments, "")
        elif argument.startswith("-G"):
            chosen = argument[2:]
    defined = text(context, "cmake.define.CMAKE_GENERATOR")
    return chosen.strip() or defined or context.environ.get("CMAKE_GENERATOR", "")


def _may_use_ninja(context: BuildContext) -> bool:
    generator = _generator(context)
    if (generator and "Ninja" not in generator) or context.environ.get("CMAKE_MAKE_PROGRAM"):
        return False
    return bool(generator) or os.name != "nt"  # Visual Studio's generator is the default there


def _may_use_make(context: BuildContext) -> bool:
    allowed = not _generator(context) and switch(context, "ninja.make-fallback", otherwise=True)
    return allowed and find_program(_MAKE, context.environ) is not None


def _asks_for_ninja(context: BuildContext) -> bool:
    if not _may_use_ninja(context) or find_program(_NINJA, context.environ) is not None:
        return False
    return bool(_NINJA_PLATFORMS.match(sysconfig.get_platform())) or not _may_use_make(context)


def _lacking_generator(context: BuildContext) -> str:
    if not _may_use_ninja(context) or find_program(_NINJA, context.environ) or _installed("ninja"):
        return ""
    if _may_use_make(context):
        return ""
    return "ninja is not on PATH" if _generator(context) else "neither ninja nor make is on PATH"
