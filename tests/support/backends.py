"""The twin package, kept by each backend that twinwheel has a plugin for."""

from __future__ import annotations

import dataclasses

from support.projects import Project

REQUIRES = 'requires = ["twinwheel"]\nbuild-backend = "twinwheel.build"\n'
HATCH_HOOK = "\n[tool.hatch.build.hooks.twinwheel]\n"
HATCH_WHEEL = '\n[tool.hatch.build.targets.wheel]\npackages = ["src/twin"]\n'
MANIFEST_IN = "include CMakeLists.txt\ngraft cpp\ngraft rust\n"


def by_hatchling(twin: Project) -> Project:
    """The same project, kept by hatchling."""
    new = 'requires = ["hatchling", "twinwheel"]\nbuild-backend = "hatchling.build"\n'
    twin.edit("pyproject.toml", REQUIRES, new)
    text = (twin.root / "pyproject.toml").read_text("utf-8")
    (twin.root / "pyproject.toml").write_text(text + HATCH_HOOK + HATCH_WHEEL, "utf-8")
    return dataclasses.replace(twin, backend="hatchling.build")


def by_setuptools(twin: Project) -> Project:
    """The same project, kept by setuptools."""
    new = 'requires = ["setuptools>=77", "twinwheel"]\nbuild-backend = "setuptools.build_meta"\n'
    twin.edit("pyproject.toml", REQUIRES, new)
    (twin.root / "MANIFEST.in").write_text(MANIFEST_IN, "utf-8")
    return dataclasses.replace(twin, backend="setuptools.build_meta")


def by_twinwheel(twin: Project) -> Project:
    """The project as it is."""
    return twin


BACKENDS = {"twinwheel": by_twinwheel, "hatchling": by_hatchling, "setuptools": by_setuptools}
