"""The package's Python sources: what every wheel holds, whatever is compiled."""

from __future__ import annotations

import importlib.machinery
import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.carried import check_name, not_a_file, unfit
from twinwheel.build.console import say
from twinwheel.build.left_out import left_out, packages_of_builders
from twinwheel.build.patterns import gitignore_spec
from twinwheel.build.settings import ImplementationSettings
from twinwheel.errors import ConfigError
from twinwheel.manifest import MODULE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from twinwheel.build.plan import Plan
    from twinwheel.build.settings import Compiled, PackageSettings

__all__ = [
    "PackageFolder",
    "file_patterns",
    "is_module_file",
    "is_output_of",
    "needed_sources",
    "package_folders",
    "python_sources",
]

_NEVER = ("__pycache__/", "*.py[cod]", ".DS_Store", ".git", "*.egg-info/", "*.dist-info/")
_NATIVE_SUFFIXES = (*importlib.machinery.EXTENSION_SUFFIXES, ".so", ".pyd", ".dylib")


@dataclass(frozen=True)
class PackageFolder:
    """A top-level package in the source tree."""

    name: str
    """Import name, and the folder's name in the wheel."""

    path: Path


def package_folders(plan: Plan) -> tuple[PackageFolder, ...]:
    """Return the top-level packages to ship: those listed, or the one that is found.

    Raises:
        ConfigError: TW131 when a folder is not there, TW132 when it does not hold the package.
    """
    listed = plan.settings.wheel.packages
    names = [package.package for package in plan.settings.packages]
    found: dict[str, PackageFolder] = {}
    for relative in listed:
        path = plan.root / relative
        if not path.is_dir():
            raise ConfigError(
                f"'{relative}' is no folder",
                code="TW131",
                where="pyproject.toml, [tool.twinwheel.wheel] packages",
                accepted="folders of Python packages, relative to pyproject.toml",
            )
        found[path.name] = PackageFolder(path.name, path)
    if not listed:
        places = [plan.root / relative for relative in packages_of_builders(plan)]
        found = {path.name: PackageFolder(path.name, path) for path in places if path.is_dir()}
    for name in names:
        top, *inner = name.split(".")
        likely = listed or (f"src/{top}", f"python/{top}", top)
        for relative in likely:
            path = plan.root / relative
            if top not in found and path.name == top and path.is_dir():
                found[top] = PackageFolder(top, path)
        if top not in found or not found[top].path.joinpath(*inner, "__init__.py").is_file():
            raise ConfigError(
                f"the package '{name}' is not in the sources",
                code="TW132",
                where="pyproject.toml, [tool.twinwheel]",
                accepted=", ".join(likely) + " with an __init__.py",
                help="name the folder in [tool.twinwheel.wheel] packages, such as ['src/NAME']",
            )
    return tuple(found.values())


def python_sources(plan: Plan, tell: Callable[[str], None] = say) -> dict[str, Path]:
    """Collect the files of the package folders.

    Caches are left out, and so is what a builder makes: an output that an earlier build or editable
    install left in the tree must not pass for this build's. Links that lead nowhere, such as
    editors' locks, and what is no file, such as pipes and sockets, are left out and told of.

    Args:
        plan: The build.
        tell: Called with a line for each that is left out.

    Returns:
        Path in the wheel -> file.

    Raises:
        ConfigError: TW131 to TW134 when a setting does not fit the tree, TW135 when a file cannot
            be put into a wheel.
    """
    never = gitignore_spec(_NEVER, "")
    excluded = gitignore_spec(plan.settings.wheel.exclude, "[tool.twinwheel.wheel] exclude")
    modules = [
        item.module
        for package in plan.settings.packages
        for item in package.implementations.values()
        if item.builder and not item.files
    ]
    made = [pattern for package in plan.settings.packages for pattern in _file_patterns(package)]
    sources: dict[str, Path] = {}
    for folder in package_folders(plan):
        for path in _files(folder.path):
            inside = (PurePosixPath(folder.name) / path.relative_to(folder.path)).as_posix()
            if never.match_file(inside) or excluded.match_file(inside):
                continue
            if any(is_module_file(inside, module) for module in modules):
                continue
            if any(fnmatchcase(inside, pattern) for pattern in made):
                continue
            check_name(inside)
            if why := not_a_file(path):
                tell(f"twinwheel: '{inside}' is left out: {why}")
                continue
            if not os.access(path, os.R_OK):
                raise unfit(inside, "it may not be read")
            sources[inside] = path
    for inside in left_out(plan, sources):
        del sources[inside]
    _modules(plan, sources)
    return sources


def needed_sources(plan: Plan) -> list[Path]:
    """Return the sources without which no wheel could be built.

    Raises:
        ConfigError: As ``python_sources`` does.
    """
    return _modules(plan, python_sources(plan, tell=lambda _: None))


def _modules(plan: Plan, sources: Mapping[str, Path]) -> list[Path]:
    """Hold the sources to what the settings say is in them; return the files that they name."""
    found = []
    for package in plan.settings.packages:
        wanted = {package.package: "package"}
        for item in package.implementations.values():
            if not item.builder or item.files:
                wanted[item.module] = f"module of the {item.name} implementation"
        for name, what in wanted.items():
            stem = name.replace(".", "/")
            places = [path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in sources]
            found += [sources[path] for path in places]
            if not places:
                raise ConfigError(
                    f"'{name}', the {what}, is not among the sources of the wheel",
                    code="TW134",
                    where="pyproject.toml, [tool.twinwheel]",
                    accepted=f"a file {stem}.py or {stem}/__init__.py",
                    help="correct the name, or what [tool.twinwheel.wheel] excludes",
                )
    return found


def _file_patterns(package: PackageSettings) -> list[str]:
    """Return patterns of what a build makes in a package, besides its compiled modules."""
    patterns = [f"{package.package.replace('.', '/')}/{MODULE_NAME}.py"]
    for item in package.compiled:
        patterns += file_patterns(item)
    return patterns


def is_module_file(path: str, module: str) -> bool:
    """Tell whether a path in a wheel is the compiled module, or inside the package of that name.

    Args:
        path: Path inside the wheel.
        module: Full name of the module.
    """
    stem = module.replace(".", "/")
    if path.startswith(f"{stem}/"):
        return True
    name = path.removeprefix(f"{stem}.")
    return name != path and "/" not in name and path.endswith(_NATIVE_SUFFIXES)


def file_patterns(item: Compiled) -> tuple[str, ...]:
    """Return patterns of what is made of an item; none for a module, which is told by its name."""
    return item.files if isinstance(item, ImplementationSettings) else (item.file,)


def is_output_of(path: str, item: Compiled) -> bool:
    """Tell whether a path in a wheel is what the item's builder makes of it."""
    if patterns := file_patterns(item):
        return any(fnmatchcase(path, pattern) for pattern in patterns)
    return isinstance(item, ImplementationSettings) and is_module_file(path, item.module)


def _unreadable(error: OSError) -> None:
    raise unfit(str(error.filename), str(error.strerror))


def _files(folder: Path) -> Iterator[Path]:
    walked: set[str] = set()
    for parent, folders, names in os.walk(folder, onerror=_unreadable, followlinks=True):
        real = os.path.realpath(parent)
        if real in walked:  # a link that leads back up
            folders.clear()
            continue
        walked.add(real)
        folders.sort()
        for name in sorted(names):
            yield Path(parent, name)
