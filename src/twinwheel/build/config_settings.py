"""``-C`` settings -> ours, and each builder's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinwheel.build.settings import BUILD_MODES
from twinwheel.build.settings.tables import suggest
from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.build.builders import BuildContext, Builder

__all__ = [
    "ConfigSettings",
    "Reader",
    "RoutedSettings",
    "check_mode",
    "route_config_settings",
    "unknown_setting",
]

ConfigSettings = dict[str, "str | list[str]"]

_OURS = "twinwheel."
_FEATURES = ".features"
_SKBUILD = "skbuild."  # what scikit-build-core's keys may have before them
_LISTED = 8  # a builder with more keys than this is named in their place


@dataclass(frozen=True)
class Reader:
    """One that ``-C`` settings may be for."""

    builder: Builder
    context: BuildContext
    names: tuple[str, ...] = ()
    """The implementations that it makes, which may be switched."""


# Words for yes and no, as the variables at import time take them.
_SWITCHES = {
    **dict.fromkeys(("0", "false", "no"), "off"),
    **dict.fromkeys(("1", "true", "yes", "on"), "require"),
}


@dataclass(frozen=True)
class RoutedSettings:
    """The ``-C`` settings of one build, each with the one that reads it."""

    modes: Mapping[str, str] = field(default_factory=dict)
    """Implementation -> ``auto``, ``require`` or ``off``, from ``-C twinwheel.NAME=…``."""

    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Implementation -> Cargo features, from ``-C twinwheel.NAME.features=a,b``."""

    builders: Mapping[str, ConfigSettings] = field(default_factory=dict)
    """Label of a reader -> what is handed to its builder's hooks."""


def route_config_settings(
    config_settings: Mapping[str, str | list[str]] | None, readers: Mapping[str, Reader]
) -> RoutedSettings:
    """Give each setting to the one that reads it.

    Args:
        config_settings: What the frontend passed to the hook.
        readers: Label -> one that settings may be for.

    Raises:
        ConfigError: TW111 for a key that nobody reads, TW112 for a value that is not accepted.
    """
    modes: dict[str, str] = {}
    features: dict[str, tuple[str, ...]] = {}
    routed: dict[str, ConfigSettings] = {label: {} for label in readers}
    implementations = {name for reader in readers.values() for name in reader.names}
    for key, value in (config_settings or {}).items():
        if key.startswith(_OURS):
            name, point, rest = key.removeprefix(_OURS).partition(".")
            if name not in implementations or point + rest not in ("", _FEATURES):
                raise unknown_setting(key, readers)
            if not isinstance(value, str):
                raise ConfigError(
                    f"'{key}' is given {len(value)} times",
                    code="TW112",
                    where=f"-C {key}",
                    accepted="one value",
                )
            if point:
                features[name] = tuple(each for each in re.split(r"[\s,]+", value) if each)
            else:
                modes[name] = check_mode(value, f"-C {key}")
            continue
        takers = [
            label
            for label, reader in readers.items()
            if reader.builder.accepts_config_setting(reader.context, key)
        ]
        if not takers:
            raise unknown_setting(key, readers)
        for label in takers:
            routed[label][key] = value
    return RoutedSettings(modes, features, routed)


def check_mode(value: str, where: str) -> str:
    """Return ``value`` in lower case when it is a build mode, else raise TW112."""
    mode = value.strip().lower()
    if mode not in BUILD_MODES:
        meant = _SWITCHES.get(mode)
        raise ConfigError(
            f"'{value}' is no way to build an implementation",
            code="TW112",
            where=where,
            accepted=", ".join(BUILD_MODES),
            help=f"did you mean '{meant}'?" if meant else suggest(mode, BUILD_MODES),
        )
    return mode


def unknown_setting(key: str, readers: Mapping[str, Reader]) -> ConfigError:
    """Return the error for a key that nobody reads; it suggests what somebody here does read."""
    ours = dict.fromkeys(_OURS + name for reader in readers.values() for name in reader.names)
    accepted, known = list(ours), [*ours, *(f"{each}{_FEATURES}" for each in ours)]
    for reader in readers.values():
        names = reader.builder.config_setting_names(reader.context)
        listed = 0 < len(names) <= _LISTED
        accepted += names if listed else [f"the settings of {reader.builder.DISTRIBUTION}"]
        known += names
    if key.startswith(_SKBUILD):
        known = [_SKBUILD + name for name in known]
    message = f"no one reads the config setting '{key}'"
    if key.startswith(_OURS) and not ours:
        message = "there is no implementation to switch: the project has no [tool.twinwheel] table"
    return ConfigError(
        message,
        code="TW111",
        where=f"-C {key}",
        accepted=", ".join(dict.fromkeys(accepted)) or "none here",
        help=suggest(key, [name for name in known if name != key]),
    )
