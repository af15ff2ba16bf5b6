"""Saying what will be built, and loudly what will not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.build.console import say, warn

if TYPE_CHECKING:
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
            name = decision.implementation.name
            lines = [
                f"the {name} implementation of {decision.package} is LEFT OUT of this wheel",
                f"why:  {decision.reason}",
            ]
            if half.toolchain.help:
                lines += [
                    f"help: {half.toolchain.help}",
                    f"      TWINWHEEL_{name.upper()}=require makes this an error",
                ]
            warn(lines)
