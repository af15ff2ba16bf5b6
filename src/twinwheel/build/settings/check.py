"""``[tool.twinwheel]`` -> settings: what the keys say of each other, checked."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from twinwheel._version import __version__
from twinwheel.build.settings.model import (
    CargoSettings,
    Compiled,
    ComponentSettings,
    Document,
    EditableSettings,
    ImplementationSettings,
    LibrariesSettings,
    PackageTable,
    Runtime,
    WheelSettings,
)
from twinwheel.build.settings.overrides import Situation, apply_overrides, without_overrides
from twinwheel.build.settings.pep440 import parse_version
from twinwheel.build.settings.read import read_table
from twinwheel.build.settings.tables import Table, shorten, suggest
from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["PackageSettings", "Settings", "cargo_settings", "read_settings"]

_DOTTED_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\Z")
_IMPLEMENTATION_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_TOLERANCE = r"\s*([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?\s*"
_COMPARATOR = re.compile(
    rf"exact\Z|set\Z|ulp\(\s*[0-9]+\s*\)\Z|close\({_TOLERANCE},{_TOLERANCE}\)\Z"
    r"|[^\W\d][\w.]*:[^\W\d]\w*\Z"
)
_FUNCTION = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*\Z")
_DEFAULT_ORDER = ("rust", "c", "python")
_BUILDER_OF_ANOTHER = (
    "a builder of another distribution (entry-point group twinwheel.builders) is known only where "
    "that distribution is installed: name it in build-system.requires"
)
_COMPILED_ONLY = ("build", "directory", "requires", "languages", "features", "files")
_OF_CARGO = ("cargo", "maturin")
_ONE_PACKAGE = ("implementations", "prefer", "components", "libraries")


@dataclass(frozen=True)
class PackageSettings:
    """One twin package, with every default filled in."""

    package: str
    """Full import name."""

    implementations: Mapping[str, ImplementationSettings]
    prefer: tuple[str, ...]
    components: Mapping[str, ComponentSettings]
    libraries: LibrariesSettings

    @property
    def compiled(self) -> tuple[Compiled, ...]:
        """All that builders make for it: implementations first, each kind best first."""
        implementations = (self.implementations[name] for name in self.prefer)
        libraries = (self.libraries.implementations[name] for name in self.libraries.prefer)
        return (*(item for item in implementations if item.builder), *libraries)


@dataclass(frozen=True)
class Settings:
    """All that a project says to twinwheel."""

    packages: tuple[PackageSettings, ...]
    wheel: WheelSettings
    editable: EditableSettings
    runtime: Runtime


def read_settings(
    pyproject: Mapping[str, Any], builders: Iterable[str], situation: Situation
) -> Settings:
    """Check ``[tool.twinwheel]`` and return what it says.

    Args:
        pyproject: The whole ``pyproject.toml``.
        builders: Names of the builders there are.
        situation: What the conditions of overrides are compared with.

    Returns:
        The settings, with every default filled in.

    Raises:
        ConfigError: TW103 to TW105 for the first key that is wrong, TW106 when there is no table,
            TW108 when this twinwheel is too old.
    """
    tool = pyproject.get("tool", {})
    if not isinstance(tool, dict) or "twinwheel" not in tool:
        raise ConfigError(
            "there is no [tool.twinwheel] table",
            code="TW106",
            where="pyproject.toml",
            accepted="a table with 'package' and 'implementations'",
            help="add the table, or name scikit-build-core's or maturin's own backend",
        )
    table = Table("tool.twinwheel", tool["twinwheel"])
    _check_version(table)
    _check_whole(without_overrides(table))
    table = apply_overrides(table, situation)
    document = read_table(Document, table)
    names = list(builders)
    packages = tuple(
        _package(name, inner, place, names) for name, inner, place in _packages(document, table)
    )
    _check_modules(packages, table)
    for path in document.wheel.packages:
        _check_inside(Table("tool.twinwheel.wheel", table.values["wheel"]), "packages", path)
    return Settings(packages, document.wheel, document.editable, document.runtime)


def cargo_settings(pyproject: Mapping[str, Any]) -> CargoSettings:
    """Return ``[tool.twinwheel.cargo]`` of a project, or of a folder that a builder is run in.

    Raises:
        ConfigError: TW103 to TW105 for what is wrong in it.
    """
    tool = pyproject.get("tool", {})
    table = Table("tool.twinwheel", tool.get("twinwheel", {}) if isinstance(tool, dict) else {})
    read = CargoSettings()
    if "cargo" in table.values:
        read = read_table(CargoSettings, table.table("cargo"))
    inner = Table("tool.twinwheel.cargo", table.values.get("cargo", {}))
    for key, path in (("manifest-path", read.manifest_path), ("destination", read.destination)):
        _check_inside(inner, key, path)
    package = table.values.get("package")
    if not read.destination and not isinstance(package, str):
        raise inner.invalid("destination", "it is missing", "a folder in the wheel, such as 'pkg'")
    destination = read.destination.strip("/") or str(package).replace(".", "/")
    return CargoSettings(read.manifest_path, destination)


def _check_version(table: Table) -> None:
    """Check this before any other key, which a later version may have added."""
    if "minimum-version" not in table.values:
        return
    stated = table.string("minimum-version")
    wanted, have = parse_version(stated), parse_version(__version__)
    if wanted is None or wanted.local:
        raise table.invalid(
            "minimum-version", f"'{shorten(stated)}' is no version", "one such as 0.1 or 0.2.dev1"
        )
    assert have is not None
    if have.key < wanted.key:
        stated = shorten(stated)
        raise ConfigError(
            f"this project needs twinwheel {stated}, and this is {__version__}",
            code="TW108",
            where="pyproject.toml, [tool.twinwheel] minimum-version",
            help=f"ask for it: requires = ['twinwheel>={stated}'] in [build-system]",
        )


def _check_whole(table: Table) -> None:
    """Refuse a table that lacks something: overrides change it, and do not make it whole."""
    for _, declared, place in _packages(read_table(Document, table), table):
        for key, value in (
            ("implementations", declared.implementations),
            ("components", declared.components),
        ):
            if not value:
                raise place.invalid(key, "none is declared", "at least one sub-table")


def _packages(document: Document, table: Table) -> list[tuple[str, PackageTable, Table]]:
    """Return name, contents and place of each package's table."""
    if "packages" not in table.values:
        return [(_dotted(table, "package"), document, table)]
    for key in ("package", *_ONE_PACKAGE):
        if key in table.values:
            raise table.invalid(
                key,
                "it stands beside 'packages'",
                "either one package or several",
                f"move it into [tool.twinwheel.packages.NAME]{' as NAME' * (key == 'package')}",
            )
    inner = table.table("packages")
    for name in inner.values:
        _check_dotted(inner, name, name)
    return [(name, document.packages[name], inner.table(name)) for name in inner.values]


def _package(
    name: str, declared: PackageTable, table: Table, builders: list[str]
) -> PackageSettings:
    inner = table.table("implementations")
    _check_names(table, declared.implementations)
    for each in declared.implementations.values():
        _check_implementation(inner.table(each.name), each, name, builders)
    _check_components(table.table("components"), declared.components)
    return PackageSettings(
        name,
        declared.implementations,
        _prefer(table, declared.implementations, declared.prefer),
        declared.components,
        _libraries(declared.libraries, table, name, builders),
    )


def _libraries(
    declared: LibrariesSettings, table: Table, package: str, builders: list[str]
) -> LibrariesSettings:
    if "libraries" not in table.values:
        return declared
    place = table.table("libraries")
    if not declared.implementations:
        raise place.invalid("implementations", "none is declared", "at least one sub-table")
    _check_names(place, declared.implementations)
    folder = package.replace(".", "/") + "/"
    for each in declared.implementations.values():
        entry = place.table("implementations").table(each.name)
        _check_builder(entry, each, builders)
        _check_inside(entry, "directory", each.directory)
        _check_inside(entry, "file", each.file)
        if not each.file.startswith(folder):
            raise entry.invalid(
                "file",
                f"'{each.file}' is outside the package '{package}'",
                f"a path or pattern in it, such as {folder}lib{each.name}.*",
            )
    if declared.header:
        _check_inside(place, "header", declared.header)
    prefer = _prefer(place, declared.implementations, declared.prefer)
    return replace(declared, prefer=prefer)


def _check_names(table: Table, names: Iterable[str]) -> None:
    for name in names:
        if not _IMPLEMENTATION_NAME.match(name) or name == "auto":
            raise table.invalid(
                "implementations",
                f"'{name}' cannot name an implementation",
                "a lower-case word other than auto, such as rust, c, python",
            )


def _dotted(table: Table, key: str) -> str:
    if key not in table.values:
        raise table.invalid(key, "it is missing", "a dotted import name")
    return _check_dotted(table, key, table.string(key))


def _check_dotted(table: Table, key: str, name: str) -> str:
    if not _DOTTED_NAME.match(name):
        raise table.invalid(key, f"'{name}' is no import name", "a dotted import name")
    table.check_path(key, name.replace(".", "/"))
    return name


def _check_implementation(
    entry: Table, item: ImplementationSettings, package: str, builders: list[str]
) -> None:
    _check_dotted(entry, "module", item.module)
    if not item.module.startswith(f"{package}."):
        raise entry.invalid(
            "module",
            f"'{item.module}' is outside the package '{package}'",
            f"a module below it, such as {package}._{item.name}",
        )
    if item.builder:
        _check_builder(entry, item, builders)
    _check_inside(entry, "directory", item.directory)
    for key in _COMPILED_ONLY:
        if not item.builder and key in entry.values:
            raise entry.invalid(
                key,
                "it has no meaning for an implementation without a builder",
                "only 'module' for pure Python",
                "name a builder, or remove the key",
            )


def _check_builder(entry: Table, item: Compiled, builders: list[str]) -> None:
    if item.builder not in builders:
        raise entry.invalid(
            "builder",
            f"'{item.builder}' is no builder",
            ", ".join(sorted(builders)),
            suggest(item.builder, builders) or _BUILDER_OF_ANOTHER,
        )
    if item.features and item.builder not in _OF_CARGO:
        raise entry.invalid(
            "features",
            f"the builder '{item.builder}' knows of no Cargo features",
            f"features for {' and '.join(_OF_CARGO)} only",
        )


def _check_inside(table: Table, key: str, path: str) -> None:
    table.check_path(key, path)
    parts = path.replace("\\", "/").split("/")
    if path.startswith(("/", "\\")) or ":" in path or ".." in parts:
        raise table.invalid(key, f"'{path}' is outside the project", "a folder of the project")


def _check_modules(packages: tuple[PackageSettings, ...], table: Table) -> None:
    owners: dict[str, str] = {}
    for package in packages:
        for item in package.implementations.values():
            owner = f"{package.package}: {item.name}"
            if owners.setdefault(item.module, owner) != owner:
                raise table.invalid(
                    "implementations",
                    f"'{item.module}' is the module of {owners[item.module]} and of {owner} too",
                    "a module of its own for each",
                )


def _prefer(
    table: Table, implementations: Mapping[str, object], declared: tuple[str, ...]
) -> tuple[str, ...]:
    for name in declared:
        if name not in implementations:
            raise table.invalid(
                "prefer",
                f"'{name}' is no implementation of this package",
                ", ".join(implementations),
                suggest(name, implementations),
            )
    if "prefer" in table.values:
        missing = [name for name in implementations if name not in declared]
        if missing:
            raise table.invalid(
                "prefer", f"it leaves out {', '.join(missing)}", "every implementation, best first"
            )
        return declared
    usual = [name for name in _DEFAULT_ORDER if name in implementations]
    return (*usual, *(name for name in implementations if name not in usual))


def _check_components(table: Table, components: Mapping[str, ComponentSettings]) -> None:
    for name, component in components.items():
        if not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
            raise table.invalid("", f"'{name}' cannot name a component", "a Python identifier")
        entry = table.table(name)
        if not _COMPARATOR.match(component.compare):
            raise entry.invalid(
                "compare",
                f"'{component.compare}' is no comparator",
                "exact, ulp(n), close(rtol, atol), set, module:function; such as close(1e-9, 0)",
            )
        if component.validate and not _FUNCTION.match(component.validate):
            raise entry.invalid(
                "validate",
                f"'{component.validate}' names no function",
                "module:function, such as imagetools._checks:convolve",
            )
        for other in component.depends:
            if other not in components or other == name:
                raise entry.invalid(
                    "depends",
                    f"'{other}' is no other component",
                    ", ".join(key for key in components if key != name) or "nothing here",
                    suggest(other, components),
                )
