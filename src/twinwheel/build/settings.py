"""``[tool.twinwheel]`` -> settings: what the author says, checked, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, cast

from twinwheel.build.tables import Table, suggest
from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = [
    "BUILD_MODES",
    "BuildMode",
    "ComponentSettings",
    "ImplementationSettings",
    "Settings",
    "read_settings",
]

BuildMode = Literal["auto", "require", "off"]
BUILD_MODES: tuple[BuildMode, ...] = ("auto", "require", "off")

_DOTTED_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\Z")
_IMPLEMENTATION_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_COMPARATOR = re.compile(
    r"exact\Z|set\Z|ulp\(\s*\d+\s*\)\Z|close\([^(),]+,[^(),]+\)\Z|[^\W\d][\w.]*:[^\W\d]\w*\Z"
)
_DEFAULT_ORDER = ("rust", "c", "python")


@dataclass(frozen=True)
class ImplementationSettings:
    """``[tool.twinwheel.implementations.NAME]``: one family that provides the components."""

    name: str
    """``rust``, ``c``, ``python`` or another lower-case word."""

    module: str
    """Full name of the module that provides the components; inside the package."""

    builder: str = ""
    """Who compiles it: ``scikit-build-core`` or ``maturin``. Empty for pure Python."""

    build: BuildMode = "auto"
    """``auto`` builds it when its tools are there (from an sdist it means ``require``);
    ``require`` makes a missing tool an error; ``off`` leaves it out."""

    requires: tuple[str, ...] = ()
    """Requirements asked for only when this implementation is built, such as ``pybind11>=3``."""

    languages: tuple[str, ...] = ("C", "CXX")
    """For scikit-build-core: the languages whose compilers the project needs, in CMake's words."""


@dataclass(frozen=True)
class ComponentSettings:
    """``[tool.twinwheel.components.NAME]``: one public operation of the package."""

    name: str
    """Name of the function or class, the same in every implementation."""

    raises: tuple[str, ...] = ()
    """Contract errors: exceptions that are answers, by name."""

    effects: str | Mapping[str, list[str]] = "stateful"
    """``pure``, ``stateful`` (the safe default), or ``{ inplace = ["argument"] }``."""

    compare: str = "exact"
    """``exact``, ``ulp(n)``, ``close(rtol, atol)``, ``set`` or ``module:function``."""

    depends: tuple[str, ...] = ()
    """Components that this one calls."""


@dataclass(frozen=True)
class Settings:
    """``[tool.twinwheel]``: one package and its implementations."""

    package: str
    """Full import name of the twin package."""

    implementations: Mapping[str, ImplementationSettings]
    """By name."""

    prefer: tuple[str, ...]
    """Implementations, best first: the order of the selector when nothing else is said."""

    components: Mapping[str, ComponentSettings] = field(default_factory=dict)
    """By name."""

    packages: tuple[str, ...] = ()
    """``wheel.packages``: folders of Python sources. Empty: found in ``src/`` or the root."""

    exclude: tuple[str, ...] = ()
    """``wheel.exclude``: patterns, in the manner of gitignore, of sources to leave out."""


def read_settings(pyproject: Mapping[str, Any], builders: Iterable[str]) -> Settings:
    """Check ``[tool.twinwheel]`` and return what it says.

    Args:
        pyproject: The whole ``pyproject.toml``.
        builders: Names of the builders there are.

    Returns:
        The settings, with every default filled in.

    Raises:
        ConfigError: TW103 to TW106, for the first key that is wrong.
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
    table = Table(
        "tool.twinwheel",
        tool["twinwheel"],
        ("package", "prefer", "implementations", "components", "wheel"),
    )
    package = _dotted(table, "package")
    implementations = _implementations(table, package, list(builders))
    wheel = table.table("wheel", ("packages", "exclude"))
    return Settings(
        package=package,
        implementations=implementations,
        prefer=_prefer(table, implementations),
        components=_components(table),
        packages=wheel.strings("packages"),
        exclude=wheel.strings("exclude"),
    )


def _dotted(table: Table, key: str) -> str:
    if key not in table.values:
        raise table.invalid(key, "it is missing", "a dotted import name")
    name = table.string(key)
    if not _DOTTED_NAME.match(name):
        raise table.invalid(key, f"'{name}' is no import name", "a dotted import name")
    return name


def _implementations(
    table: Table, package: str, builders: list[str]
) -> dict[str, ImplementationSettings]:
    known = ("module", "builder", "build", "requires", "languages")
    tables = table.tables("implementations", known)
    if not tables:
        raise table.invalid("implementations", "none is declared", "at least one sub-table")
    found: dict[str, ImplementationSettings] = {}
    modules: dict[str, str] = {}
    for name, entry in tables.items():
        if not _IMPLEMENTATION_NAME.match(name) or name == "auto":
            raise table.invalid(
                "implementations",
                f"'{name}' cannot name an implementation",
                "a lower-case word other than auto, such as rust, c, python",
            )
        found[name] = _implementation(entry, name, package, builders)
        other = modules.setdefault(found[name].module, name)
        if other != name:
            raise entry.invalid(
                "module", f"'{found[name].module}' is {other}'s module too", "a module of its own"
            )
    return found


def _implementation(
    entry: Table, name: str, package: str, builders: list[str]
) -> ImplementationSettings:
    module = _dotted(entry, "module")
    if not module.startswith(f"{package}."):
        raise entry.invalid(
            "module",
            f"'{module}' is outside the package '{package}'",
            f"a module below it, such as {package}._{name}",
        )
    builder = entry.string("builder")
    if builder and builder not in builders:
        raise entry.invalid(
            "builder",
            f"'{builder}' is no builder",
            ", ".join(sorted(builders)),
            suggest(builder, builders),
        )
    if not builder:
        for key in ("build", "requires", "languages"):
            if key in entry.values:
                raise entry.invalid(
                    key,
                    "it has no meaning for an implementation without a builder",
                    "only 'module' for pure Python",
                    "name a builder, or remove the key",
                )
    return ImplementationSettings(
        name=name,
        module=module,
        builder=builder,
        build=cast("BuildMode", entry.choice("build", BUILD_MODES, "auto")),
        requires=entry.strings("requires"),
        languages=entry.strings("languages", ("C", "CXX")),
    )


def _prefer(table: Table, implementations: Mapping[str, object]) -> tuple[str, ...]:
    listed = table.strings("prefer")
    for name in listed:
        if name not in implementations:
            raise table.invalid(
                "prefer",
                f"'{name}' is no implementation of this package",
                ", ".join(implementations),
                suggest(name, implementations),
            )
    if "prefer" in table.values:
        missing = [name for name in implementations if name not in listed]
        if missing:
            raise table.invalid(
                "prefer",
                f"it leaves out {', '.join(missing)}",
                "every implementation, best first",
            )
        return listed
    usual = [name for name in _DEFAULT_ORDER if name in implementations]
    return (*usual, *(name for name in implementations if name not in usual))


def _components(table: Table) -> dict[str, ComponentSettings]:
    tables = table.tables("components", ("raises", "effects", "compare", "depends"))
    found = {name: _component(entry, name) for name, entry in tables.items()}
    if not found:
        raise table.invalid("components", "none is declared", "at least one sub-table")
    for name, component in found.items():
        for other in component.depends:
            if other not in found or other == name:
                raise tables[name].invalid(
                    "depends",
                    f"'{other}' is no other component",
                    ", ".join(key for key in found if key != name) or "nothing here",
                    suggest(other, found),
                )
    return found


def _component(entry: Table, name: str) -> ComponentSettings:
    if not name.isidentifier():
        raise entry.invalid("", f"'{name}' cannot name a component", "a Python identifier")
    compare = entry.string("compare", "exact")
    if not _COMPARATOR.match(compare):
        raise entry.invalid(
            "compare",
            f"'{compare}' is no comparator",
            "exact, ulp(n), close(rtol, atol), set, module:function",
        )
    return ComponentSettings(
        name=name,
        raises=entry.strings("raises"),
        effects=_effects(entry),
        compare=compare,
        depends=entry.strings("depends"),
    )


def _effects(entry: Table) -> str | dict[str, list[str]]:
    if isinstance(entry.values.get("effects"), dict):
        inner = entry.table("effects", ("inplace",))
        return {"inplace": list(inner.strings("inplace"))}
    return entry.choice("effects", ("pure", "stateful"), "stateful")
