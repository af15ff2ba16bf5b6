"""``-C`` settings -> ours, and each builder's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twinwheel.build.settings import BUILD_MODES
from twinwheel.build.settings.tables import suggest
from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.build.builders import Builder

__all__ = ["ConfigSettings", "RoutedSettings", "check_mode", "route_config_settings"]

ConfigSettings = dict[str, "str | list[str]"]

_OURS = "twinwheel."
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

    builders: Mapping[str, ConfigSettings] = field(default_factory=dict)
    """Implementation -> what is handed to its builder's hooks."""


def route_config_settings(
    config_settings: Mapping[str, str | list[str]] | None, builders: Mapping[str, Builder]
) -> RoutedSettings:
    """Give each setting to the one that reads it.

    Args:
        config_settings: What the frontend passed to the hook.
        builders: Implementation -> its builder.

    Raises:
        ConfigError: TW111 for a key that nobody reads, TW112 for a value that is not accepted.
    """
    modes: dict[str, str] = {}
    routed: dict[str, ConfigSettings] = {name: {} for name in builders}
    for key, value in (config_settings or {}).items():
        if key.startswith(_OURS):
            name = key.removeprefix(_OURS)
            if name not in builders:
                raise _unknown(key, builders)
            if not isinstance(value, str):
                raise ConfigError(
                    f"'{key}' is given {len(value)} times",
                    code="TW112",
                    where=f"-C {key}",
                    accepted="one value",
                )
            modes[name] = check_mode(value, f"-C {key}")
            continue
        takers = [name for name, builder in builders.items() if builder.accepts_config_setting(key)]
        if not takers:
            raise _unknown(key, builders)
        for name in takers:
            routed[name][key] = value
    return RoutedSettings(modes, routed)


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


def _unknown(key: str, builders: Mapping[str, Builder]) -> ConfigError:
    ours = [_OURS + name for name in builders]
    return ConfigError(
        f"no one reads the config setting '{key}'",
        code="TW111",
        where=f"-C {key}",
        accepted=", ".join([*ours, "and the settings of these builders"]) if ours else "none here",
        help=suggest(key, [*ours, "build-args", "maturin.build-args"]),
    )
