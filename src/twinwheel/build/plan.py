"""Settings + toolchains + environment -> what will be built, decided before any hook does work.

The plan is made the same way by every hook, so that requirements, metadata and wheel agree.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from twinwheel.build.builders import BUILDERS, BuildContext, Builder, Toolchain
from twinwheel.build.config_settings import (
    ConfigSettings,
    check_mode,
    route_config_settings,
)
from twinwheel.build.console import say, warn
from twinwheel.build.pyproject import read_pyproject
from twinwheel.build.settings import ImplementationSettings, Settings, read_settings
from twinwheel.errors import ToolchainError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Decision", "Plan", "announce", "is_sdist", "make_plan"]


@dataclass(frozen=True)
class Decision:
    """Whether one compiled implementation will be in the wheel, and why not."""

    implementation: ImplementationSettings
    context: BuildContext
    toolchain: Toolchain
    build: bool
    reason: str
    """Why it is left out; empty when it is built."""

    config_settings: ConfigSettings
    """What is handed to its builder's hooks."""

    @property
    def builder(self) -> Builder:
        """The builder that compiles it."""
        return BUILDERS[self.implementation.builder]


@dataclass(frozen=True)
class Plan:
    """One build of one package."""

    root: Path
    pyproject: Mapping[str, Any]
    settings: Settings
    origin: Literal["checkout", "sdist"]
    decisions: tuple[Decision, ...]
    """One for each implementation that has a builder, in the order of ``prefer``."""

    @property
    def built(self) -> tuple[Decision, ...]:
        """The implementations that will be compiled."""
        return tuple(decision for decision in self.decisions if decision.build)


def make_plan(
    root: Path,
    config_settings: Mapping[str, str | list[str]] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    probe: bool = True,
) -> Plan:
    """Decide what to build.

    What is said of an implementation in the environment (``TWINWHEEL_RUST``) goes before ``-C
    twinwheel.rust=…``, and that before its table.

    Args:
        root: The project's folder.
        config_settings: What the frontend passed to the hook.
        environ: Environment; ``os.environ`` when None.
        probe: False takes every tool to be there: for an sdist, which needs none.

    Raises:
        ConfigError: TW1xx when a setting is wrong.
        ToolchainError: TW201 when an implementation that is required cannot be built, TW202 when
            none is left.
    """
    environ = os.environ if environ is None else environ
    pyproject = read_pyproject(root)
    settings = read_settings(pyproject, BUILDERS)
    compiled = [
        settings.implementations[name]
        for name in settings.prefer
        if settings.implementations[name].builder
    ]
    routed = route_config_settings(
        config_settings, {item.name: BUILDERS[item.builder] for item in compiled}
    )
    origin: Literal["checkout", "sdist"] = "sdist" if is_sdist(root) else "checkout"
    decisions = tuple(
        _decide(
            BuildContext(root, pyproject, item, environ),
            routed.modes.get(item.name, item.build),
            origin if probe else "",
            routed.builders[item.name],
        )
        for item in compiled
    )
    if (
        probe
        and len(compiled) == len(settings.implementations)
        and not any(d.build for d in decisions)
    ):
        raise ToolchainError(
            f"no implementation of {settings.package} is left: "
            + "; ".join(f"{d.implementation.name}: {d.reason}" for d in decisions),
            code="TW202",
            where="pyproject.toml, [tool.twinwheel.implementations]",
            help="build at least one, or declare a pure-Python implementation",
        )
    return Plan(root, pyproject, settings, origin, decisions)


def is_sdist(root: Path) -> bool:
    """Tell whether ``root`` is an unpacked source distribution, which has a PKG-INFO at its top."""
    return (root / "PKG-INFO").is_file()


def announce(plan: Plan) -> None:
    """Print what is built, and loudly what is not."""
    say(f"twinwheel: {plan.settings.package} from {_ORIGINS[plan.origin]}")
    for decision in plan.built:
        tools = ", ".join(f"{name} {text}" for name, text in decision.toolchain.tools.items())
        item = decision.implementation
        say(f"  {item.name}: built by {item.builder} ({tools})")
    for decision in plan.decisions:
        if not decision.build:
            name = decision.implementation.name
            lines = [
                f"the {name} implementation of {plan.settings.package} is LEFT OUT of this wheel",
                f"why:  {decision.reason}",
            ]
            if decision.toolchain.help:
                lines += [
                    f"help: {decision.toolchain.help}",
                    f"      TWINWHEEL_{name.upper()}=require makes this an error",
                ]
            warn(lines)


_ORIGINS = {"checkout": "a source checkout", "sdist": "a source distribution"}


def _decide(
    context: BuildContext, mode: str, origin: str, config_settings: ConfigSettings
) -> Decision:
    """Decide on one implementation; an empty origin means that no tool is needed."""
    item = context.implementation
    variable = f"TWINWHEEL_{item.name.upper()}"
    said = context.environ.get(variable, "")
    if said:
        mode = check_mode(said, f"environment variable {variable}")
    if mode == "off":
        return Decision(item, context, Toolchain(), False, "switched off", config_settings)
    toolchain = BUILDERS[item.builder].probe(context) if origin else Toolchain()
    if not toolchain.missing:
        return Decision(item, context, toolchain, True, "", config_settings)
    reason = "; ".join(toolchain.missing)
    if mode == "require" or origin == "sdist":
        raise _missing_tools(context, toolchain, reason, variable, origin)
    return Decision(item, context, toolchain, False, reason, config_settings)


def _missing_tools(
    context: BuildContext, toolchain: Toolchain, reason: str, variable: str, origin: str
) -> ToolchainError:
    item = context.implementation
    distribution = context.pyproject.get("project", {}).get("name", "NAME")
    why = "a source distribution builds all that it declares" if origin == "sdist" else "required"
    ways_out = [
        "one of",
        f"- {toolchain.help}",
        f"- leave it out: {variable}=off, or -C twinwheel.{item.name}=off",
        f"- take a published wheel: pip install --only-binary :all: {distribution}",
        "Then add --no-cache-dir to pip: it keeps the wheels that it builds from an sdist.",
    ]
    return ToolchainError(
        f"the {item.name} implementation cannot be built: {reason} ({why})",
        code="TW201",
        where=f"pyproject.toml, [tool.twinwheel.implementations.{item.name}]",
        help="\n".join(ways_out),
    )
