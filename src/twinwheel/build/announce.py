"""Saying what will be built, and loudly what will not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from twinwheel.build.console import say, warn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinwheel.build.plan import Plan

__all__ = ["announce"]

_ORIGINS = {"checkout": "a source checkout", "sdist": "a source distribution"}


def announce(plan: Plan) -> None:
    """Print what is built with what, and a framed warning for each implementation left out."""
    packages = ", ".join(package.package for package in plan.settings.packages)
    say(f"twinwheel: {packages} from {_ORIGINS[plan.origin]}")
    for half in plan.built:
        tools = ", ".join(f"{name} {text}" for name, text in half.toolchain.tools.items())
        say(f"  {half.label}: built by {half.builder_name} ({tools})")
    for half in plan.halves:
        for decision in half.decisions:
            if decision.build:
                continue
            name, title = decision.implementation.name, decision.implementation.title
            lines = [
                f"the {title} of {decision.package} is LEFT OUT of this wheel",
                f"why:  {decision.reason}",
            ]
            if half.toolchain.help:
                lines += [
                    f"help: {half.toolchain.help}",
                    f"      TWINWHEEL_{name.upper()}=require makes this an error",
                ]
            warn(lines)
    if _lacks_runtime(plan):
        warn(
            [
                "the package imports twinwheel, and [project] dependencies does not name it:",
                "where twinwheel is not installed, the import will fail",
                'help: dependencies = ["twinwheel"], or [tool.twinwheel] runtime = "vendored"',
            ]
        )
    if _has_two_runtimes(plan):
        warn(
            [
                "the selector is vendored, and [project] dependencies names twinwheel still:",
                "whoever installs the wheel gets twinwheel, which the package does not need",
                'help: take "twinwheel" out of dependencies, or [tool.twinwheel] runtime out',
            ]
        )


def _lacks_runtime(plan: Plan) -> bool:
    """Tell whether the wheel would be installed without the selector that it asks for."""
    project = plan.pyproject.get("project")
    if plan.settings.runtime != "dependency" or not isinstance(project, dict):
        return False
    if "dependencies" in project.get("dynamic", ()):
        return False
    return not _names_twinwheel([project.get("name", ""), *project.get("dependencies", ())])


def _has_two_runtimes(plan: Plan) -> bool:
    """Tell whether the wheel would bring both a copy of the selector and twinwheel itself."""
    project = plan.pyproject.get("project")
    if plan.settings.runtime != "vendored" or not isinstance(project, dict):
        return False
    return _names_twinwheel(project.get("dependencies", ()))


def _names_twinwheel(requirements: Iterable[object]) -> bool:
    names = (re.match(r"[A-Za-z0-9._-]+", str(item).strip()) for item in requirements)
    return any(name and name.group().lower() == "twinwheel" for name in names)
