"""The C half: CMake, run by scikit-build-core's own hooks."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.builders.build_files import call_arguments
from twinwheel.build.builders.compilers import probe_compilers
from twinwheel.build.builders.contract import DynamicMetadata, StatedVersion, Toolchain
from twinwheel.build.builders.handed_metadata import hand_over
from twinwheel.build.carried import odd_files
from twinwheel.build.programs import find_program, version_tuple
from twinwheel.build.settings.tables import Table, shorten, tool_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinwheel.build.builders.contract import BuildContext

__all__ = [
    "BACKEND",
    "DISTRIBUTION",
    "REQUIREMENT",
    "accepts_config_setting",
    "build_files",
    "config_settings",
    "dynamic_metadata",
    "environment",
    "guard",
    "leftovers",
    "probe",
    "requirements",
    "stated_versions",
]

BACKEND = "scikit_build_core.build"
DISTRIBUTION = "scikit-build-core"

REQUIREMENT = "scikit-build-core>=1.0"
_DEFAULT_CMAKE = ">=3.15"
_SPECIAL = re.compile(r"[\\\[\]*?! ]")  # in the patterns of gitignore
_CLAUSE = re.compile(r"\s*((===|~=|==|!=|<=|>=|<|>)[^;@#\n]*)?\Z")
# Those of its own providers of dynamic metadata that need another distribution.
_PROVIDERS = {
    "scikit_build_core.metadata.fancy_pypi_readme": "hatch-fancy-pypi-readme>=23.2",
    "scikit_build_core.metadata.setuptools_scm": "setuptools-scm",
}
# Platforms for which PyPI has a ninja wheel, so that asking for it costs no compilation.
_NINJA_PLATFORMS = re.compile(r"(linux-(x86_64|i686|aarch64|armv7l|ppc64le|s390x)|macosx-|win)")


def probe(context: BuildContext) -> Toolchain:
    """Look for the compilers; CMake and Ninja can be had as requirements.

    One that CMake would find by other means (a toolchain file, Visual Studio) counts as there.
    """
    tools: dict[str, str] = {}
    cmake = find_program(("cmake", "cmake3"), context.environ)
    if cmake is not None:
        tools["cmake"] = cmake.version
    if _has_toolchain_file(context) or _has_visual_studio():
        return Toolchain(tools)
    compilers = probe_compilers(context)
    return Toolchain({**tools, **compilers.tools}, compilers.missing, compilers.help)


def requirements(context: BuildContext) -> list[str]:
    """Return scikit-build-core, and CMake and Ninja only where the machine has none that fits."""
    table = tool_table(context.pyproject, "scikit-build")
    wanted = [REQUIREMENT]
    cmake_needed = _specifiers(table.table("cmake"), _DEFAULT_CMAKE)
    cmake = find_program(("cmake", "cmake3"), context.environ)
    if "CMAKE_EXECUTABLE" not in context.environ and not (
        cmake and _satisfies(cmake.version, cmake_needed)
    ):
        wanted.append(f"cmake{cmake_needed}")
    if _needs_ninja(context):
        wanted.append(f"ninja{_specifiers(table.table('ninja'), '>=1.5')}")
    return [*wanted, *context.requires]


def accepts_config_setting(key: str) -> bool:
    """Take every key that is nobody else's: scikit-build-core rejects what it does not know."""
    return not key.startswith(("twinwheel.", "maturin.", "cargo.")) and key != "build-args"


def guard(context: BuildContext) -> dict[str, str]:
    """Return nothing: scikit-build-core downloads no toolchain."""
    del context
    return {}


def dynamic_metadata(context: BuildContext, fields: Sequence[str]) -> DynamicMetadata:
    """Fill in the fields that have a provider; the backend must be told of the others."""
    own = tool_table(context.pyproject, "scikit-build").table("metadata")
    tool = Table("tool", context.pyproject.get("tool", {}))
    entries = [item.values for item in tool.array("dynamic-metadata")]
    provided = {*own.values, *(str(item.get("field", "")) for item in entries)}
    if any("field" not in item for item in entries):
        provided.update(fields)  # a provider may fill in whatever it likes
    tables = [*(own.table(name).values for name in own.values), *entries]
    used = {str(item.get("provider", "")) for item in tables}
    return DynamicMetadata(
        frozenset(provided.intersection(fields)),
        must_fill=frozenset(fields),
        # Its two ways to name providers exclude each other.
        hand_over=None if entries else hand_over,
        config_settings={"wheel.cmake": "false"},
        requires=tuple(need for name, need in _PROVIDERS.items() if name in used),
        help="name a provider in [tool.scikit-build.metadata.FIELD]; for a version, "
        """provider = "scikit_build_core.metadata.regex", input = "rust/Cargo.toml", """
        """regex = '(?m)^version = "(?P<value>[^"]+)"'""",
    )


def environment(context: BuildContext, scratch: Path) -> dict[str, str]:
    """Return nothing: scikit-build-core builds in a folder of its own."""
    del context, scratch
    return {}


def config_settings(
    context: BuildContext, given: Mapping[str, str | list[str]], folder: Path
) -> Mapping[str, str | list[str]]:
    """Return those given, and let it pack no pipes and no links to nowhere, for which it fails.

    Its build folder is its own.
    """
    del folder
    wheel = tool_table(context.pyproject, "scikit-build").table("wheel")
    packages = wheel.values.get("packages")
    if not isinstance(packages, list):
        return given
    odd = [
        f"/{path.relative_to(package.parent).as_posix()}"
        for package in (context.root / str(item) for item in packages)
        for path in odd_files(package)
    ]
    if not odd:
        return given
    excluded = given.get("wheel.exclude", wheel.values.get("exclude", []))
    listed = excluded if isinstance(excluded, list) else excluded.split(";")
    return {**given, "wheel.exclude": [*listed, *(_SPECIAL.sub(r"\\\g<0>", name) for name in odd)]}


def build_files(context: BuildContext) -> list[str]:
    """Return the top CMakeLists.txt."""
    folder = tool_table(context.pyproject, "scikit-build").table("cmake").path("source-dir", ".")
    return [(PurePosixPath(folder) / "CMakeLists.txt").as_posix()]


def leftovers(context: BuildContext) -> list[Path]:
    """Return nothing: scikit-build-core writes to its build folder only."""
    del context
    return []


def stated_versions(context: BuildContext) -> list[StatedVersion]:
    """Return the version in the top CMakeLists.txt's ``project()``, where it is a plain number."""
    (file,) = build_files(context)
    project = call_arguments(context.root / file, "project")
    match = re.search(r"\bVERSION\s+\"?(\d+(?:\.\d+)*)\"?(?=\s|$)", project)
    return [StatedVersion(file, match[1], numbers_only=True)] if match else []


def _specifiers(table: Table, default: str) -> str:
    """Return the ``version`` of a tool, which becomes the end of a requirement."""
    if "version" not in table.values:
        return default
    text = table.string("version")
    if not all(_CLAUSE.match(clause) for clause in text.split(",")):
        raise table.invalid(
            "version", f"'{shorten(text)}' names no versions", "clauses such as >=3.20"
        )
    return text


def _has_toolchain_file(context: BuildContext) -> bool:
    arguments = context.environ.get("CMAKE_ARGS", "")
    return (
        bool(context.environ.get("CMAKE_TOOLCHAIN_FILE")) or "-DCMAKE_TOOLCHAIN_FILE" in arguments
    )


def _has_visual_studio() -> bool:
    """Ask Visual Studio's locator, since its compiler is not on PATH outside of its own shell."""
    programs = os.environ.get("PROGRAMFILES(X86)", "")
    locator = Path(programs, "Microsoft Visual Studio", "Installer", "vswhere.exe")
    if not programs or not locator.is_file():
        return False
    options = "-latest -products * -requires Microsoft.VisualStudio.Component.VC.Tools.*"
    command = [str(locator), *options.split(), "-property", "installationPath"]
    answer = subprocess.run(command, capture_output=True, check=False)
    return answer.returncode == 0 and bool(answer.stdout.strip())


def _satisfies(version: str, needed: str) -> bool:
    """Compare with ``>=`` clauses only; any other clause is left to the installer."""
    clauses = [clause.strip() for clause in needed.split(",")]
    if not all(re.match(r">=\s*\d+(\.\d+)*\Z", clause) for clause in clauses):
        return False
    return all(version_tuple(version) >= version_tuple(c[2:].strip()) for c in clauses)


def _needs_ninja(context: BuildContext) -> bool:
    generator = context.environ.get("CMAKE_GENERATOR", "")
    if (generator and "Ninja" not in generator) or context.environ.get("CMAKE_MAKE_PROGRAM"):
        return False
    if os.name == "nt" and not generator:
        return False  # Visual Studio's generator is the default there
    if find_program(("ninja", "ninja-build"), context.environ) is not None:
        return False
    if _NINJA_PLATFORMS.match(sysconfig.get_platform()):
        return True
    return find_program(("make", "gmake"), context.environ) is None
