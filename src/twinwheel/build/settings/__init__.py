"""``[tool.twinwheel]``: the model, its reader, its overrides and its checks."""

from __future__ import annotations

from twinwheel.build.settings.check import PackageSettings, Settings, cargo_settings, read_settings
from twinwheel.build.settings.model import (
    BUILD_MODES,
    BuildMode,
    Compiled,
    ComponentSettings,
    ImplementationSettings,
    InplaceEffects,
    LibrarySettings,
)
from twinwheel.build.settings.overrides import State, current_situation

__all__ = [
    "BUILD_MODES",
    "BuildMode",
    "Compiled",
    "ComponentSettings",
    "ImplementationSettings",
    "InplaceEffects",
    "LibrarySettings",
    "PackageSettings",
    "Settings",
    "State",
    "cargo_settings",
    "current_situation",
    "read_settings",
]
