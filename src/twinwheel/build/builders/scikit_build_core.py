"""The C half: CMake, run by scikit-build-core's own hooks."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.build.builders.build_files import call_arguments
from twinwheel.build.builders.cmake_tools import cmake_lists, cmake_requirements, probe_cmake
from twinwheel.build.builders.compilers import probe_compilers
from twinwheel.build.builders.contract import DynamicMetadata, StatedVersion, Toolchain
from twinwheel.build.builders.handed_metadata import hand_over
from twinwheel.build.builders.skbuild_settings import accepts, names, texts
from twinwheel.build.carried import odd_files
from twinwheel.build.settings.tables import Table, tool_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinwheel.build.builders.contract import BuildContext

__all__ = [
    "BACKEND",
    "DISTRIBUTION",
    "REQUIREMENT",
    "accepts_config_setting",
    "build_files",
    "config_setting_names",
    "config_settings",
    "dynamic_metadata",
    "environment",
    "guard",
    "leftovers",
    "outside",
    "probe",
    "requirements",
    "stated_versions",
]

BACKEND = "scikit_build_core.build"
DISTRIBUTION = "scikit-build-core"

REQUIREMENT = "scikit-build-core>=1.0"
_SPECIAL = re.compile(r"[\\\[\]*?! ]")  # in the patterns of gitignore
# Those of its own providers of dynamic metadata that need another distribution.
_PROVIDERS = {
    "scikit_build_core.metadata.fancy_pypi_readme": "hatch-fancy-pypi-readme>=23.2",
    "scikit_build_core.metadata.setuptools_scm": "setuptools-scm",
}


def probe(context: BuildContext) -> Toolchain:
    """Look for CMake, Ninja or make, and the compilers.

    One that CMake would find by other means (a toolchain file, Visual Studio) counts as there.
    """
    cmake = probe_cmake(context)
    if _has_toolchain_file(context) or _has_visual_studio():
        return cmake
    compilers = probe_compilers(context)
    return Toolchain(
        {**cmake.tools, **compilers.tools},
        (*compilers.missing, *cmake.missing),
        ", and ".join(way for way in (compilers.help, cmake.help) if way),
    )


def requirements(context: BuildContext) -> list[str]:
    """Return scikit-build-core, what it asks for itself, and what the author does."""
    own = [_with_root(item, context.root.resolve()) for item in texts(context, "build.requires")]
    return [REQUIREMENT, *cmake_requirements(context), *own, *context.requires]


def accepts_config_setting(context: BuildContext, key: str) -> bool:
    """Take the keys that scikit-build-core knows, and those that the project declares for it."""
    return accepts(context, key)


def config_setting_names(context: BuildContext) -> list[str]:
    """Return scikit-build-core's keys, where it is installed."""
    return names(context)


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
    """Return the compilers' flags where debug information is wanted; the folder is its own."""
    del scratch
    if not context.debug:
        return {}
    return {name: f"-g {context.environ.get(name, '')}".strip() for name in ("CFLAGS", "CXXFLAGS")}


def config_settings(
    context: BuildContext,
    folder: Path,
    kept: Path | None = None,
) -> Mapping[str, str | list[str]]:
    """Return those given, and what twinwheel adds.

    It is to pack no pipes and no links to nowhere, for which it fails. And a build folder that may
    be kept is named where the author and the user name none.
    """
    del folder
    given = context.config_settings
    table = tool_table(context.pyproject, "scikit-build")
    settings = {**given, **_without_odd_files(context, table, given)}
    if context.debug:
        settings["install.strip"] = "false"
    overrides = table.values.get("overrides", [])
    named = (
        _names_folder(given)
        or any(_names_folder(each) for each in (table.values, *overrides) if isinstance(each, dict))
        or bool(context.environ.get("SKBUILD_BUILD_DIR"))
    )
    if kept is None or named:
        return settings
    # scikit-build-core fills in what stands between braces.
    return {"build-dir": str(kept).replace("{", "{{").replace("}", "}}"), **settings}


def build_files(context: BuildContext) -> list[str]:
    """Return the top CMakeLists.txt."""
    return [cmake_lists(context)]


def leftovers(context: BuildContext) -> list[Path]:
    """Return nothing: scikit-build-core writes to its build folder only."""
    del context
    return []


def outside(context: BuildContext) -> list[Path]:
    """Return nothing: what is read from elsewhere only the build itself knows."""
    del context
    return []


def stated_versions(context: BuildContext) -> list[StatedVersion]:
    """Return the version in the top CMakeLists.txt's ``project()``, where it is a plain number."""
    (file,) = build_files(context)
    project = call_arguments(context.root / file, "project")
    match = re.search(r"\bVERSION\s+\"?(\d+(?:\.\d+)*)\"?(?=\s|$)", project)
    return [StatedVersion(file, match[1], numbers_only=True)] if match else []


def _without_odd_files(
    context: BuildContext, table: Table, given: Mapping[str, str | list[str]]
) -> dict[str, list[str]]:
    """Return what keeps scikit-build-core from packing pipes and links to nowhere."""
    wheel = table.table("wheel")
    packages = wheel.values.get("packages")
    if not isinstance(packages, list):
        return {}
    odd = [
        f"/{path.relative_to(package.parent).as_posix()}"
        for package in (context.root / str(item) for item in packages)
        for path in odd_files(package)
    ]
    if not odd:
        return {}
    excluded = given.get("wheel.exclude", wheel.values.get("exclude", []))
    listed = excluded if isinstance(excluded, list) else excluded.split(";")
    return {"wheel.exclude": [*listed, *(_SPECIAL.sub(r"\\\g<0>", name) for name in odd)]}


def _names_folder(settings: Mapping[str, object]) -> bool:
    return any(key.removeprefix("skbuild.") == "build-dir" for key in settings)


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


def _with_root(requirement: str, root: Path) -> str:
    """Fill in the project's folder, as in ``helper @ {root:parent:uri}/helper``."""

    def place(match: re.Match[str]) -> str:
        folder = root
        for _ in range(match[1].count(":parent")):
            folder = folder.parent
        return folder.as_uri() if match[2] else str(folder)

    return re.sub(r"\{root((?::parent)*)(:uri)?\}", place, requirement)
