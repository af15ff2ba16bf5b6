"""Settings + toolchains + environment -> what will be built, decided before any hook does work.

The plan is made the same way by every hook, so that requirements, metadata and wheel agree.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from twinwheel.build.builders import BuildContext, Builder, Toolchain, builder_names, get_builder
from twinwheel.build.config_settings import (
    Reader,
    RoutedSettings,
    check_mode,
    route_config_settings,
)
from twinwheel.build.headers import can_compare, check_headers
from twinwheel.build.pyproject import read_pyproject
from twinwheel.build.settings import (
    Compiled,
    ImplementationSettings,
    Settings,
    State,
    current_situation,
    read_settings,
)
from twinwheel.errors import ToolchainError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Decision", "HalfPlan", "Plan", "is_sdist", "make_plan"]

Origin = Literal["checkout", "sdist"]


@dataclass(frozen=True)
class Decision:
    """Whether one compiled implementation of one package will be in the wheel, and why not."""

    package: str
    implementation: Compiled
    mode: str
    """``auto``, ``require`` or ``off``: what the environment, ``-C`` or the table says."""

    build: bool
    reason: str
    """Why it is left out; empty when it is built."""


@dataclass(frozen=True)
class HalfPlan:
    """One run of one builder, and the implementations that it makes."""

    label: str
    """Names of the implementations; stands before each line that the builder prints."""

    builder_name: str
    context: BuildContext
    toolchain: Toolchain
    decisions: tuple[Decision, ...]

    @property
    def builder(self) -> Builder:
        """The builder that is run."""
        return get_builder(self.builder_name)

    @property
    def way_out(self) -> str:
        """The variables that leave it out."""
        names = dict.fromkeys(decision.implementation.name for decision in self.decisions)
        return " ".join(f"TWINWHEEL_{name.upper()}=off" for name in names)

    @property
    def build(self) -> bool:
        """Whether anything that it makes is wanted."""
        return any(decision.build for decision in self.decisions)


@dataclass(frozen=True)
class Plan:
    """One build of one project."""

    root: Path
    pyproject: Mapping[str, Any]
    settings: Settings
    origin: Origin
    halves: tuple[HalfPlan, ...]

    @property
    def built(self) -> tuple[HalfPlan, ...]:
        """The halves that will be compiled."""
        return tuple(half for half in self.halves if half.build)

    def decision(self, item: Compiled) -> Decision | None:
        """Return what was decided on an implementation or a library; None for pure Python."""
        for half in self.halves:
            for decision in half.decisions:
                if decision.implementation is item:
                    return decision
        return None


def make_plan(
    root: Path,
    config_settings: Mapping[str, str | list[str]] | None = None,
    environ: Mapping[str, str] | None = None,
    state: State = "wheel",
    *,
    requirements_follow: bool = False,
) -> Plan:
    """Decide what to build.

    What is said of an implementation in the environment (``TWINWHEEL_RUST``) goes before ``-C
    twinwheel.rust=…``, and that before its table.

    Args:
        root: The project's folder.
        config_settings: What the frontend passed to the hook.
        environ: Environment; ``os.environ`` when None.
        state: What is built. An sdist needs no tool, so every tool is taken to be there.
        requirements_follow: Whether the frontend has yet to install what is asked for.

    Raises:
        ConfigError: TW1xx when a setting is wrong.
        ToolchainError: TW201 when an implementation that is required cannot be built, TW202 when
            none is left.
    """
    environ = os.environ if environ is None else environ
    pyproject = read_pyproject(root)
    origin: Origin = "sdist" if is_sdist(root) else "checkout"
    situation = current_situation(environ, state, from_sdist=origin == "sdist")
    settings = read_settings(pyproject, builder_names(), situation)
    check_headers(settings, root)
    groups = _groups(settings)
    base = BuildContext(
        root, pyproject, environ, state=state, requirements_follow=requirements_follow
    )
    compared = [
        item
        for package in settings.packages
        if package.libraries.header and can_compare()
        for item in package.libraries.implementations.values()
    ]
    labelled = dict(zip(_labels(groups), groups, strict=True))
    readers = {label: _reader(base, group) for label, group in labelled.items()}
    routed = route_config_settings(config_settings, readers)
    halves = tuple(
        _plan_half(
            replace(readers[label].context, debug=any(item in compared for _, item in group)),
            group,
            label,
            routed,
        )
        for label, group in labelled.items()
    )
    plan = Plan(root, pyproject, settings, origin, halves)
    if state != "sdist":
        _check_nothing_required_is_missing(plan)
        _check_something_is_left(plan)
    return plan


def is_sdist(root: Path) -> bool:
    """Tell whether ``root`` is an unpacked source distribution, which has a PKG-INFO at its top."""
    return (root / "PKG-INFO").is_file()


_Group = list[tuple[str, Compiled]]


def _groups(settings: Settings) -> list[_Group]:
    """Put together what one run of one builder makes: the same builder in the same folder."""
    groups: dict[tuple[str, str], _Group] = {}
    for package in settings.packages:
        for item in package.compiled:
            key = (item.builder, os.path.normpath(item.directory))
            groups.setdefault(key, []).append((package.package, item))
    return list(groups.values())


def _labels(groups: list[_Group]) -> list[str]:
    labels = [_names_of([item for _, item in group]) for group in groups]
    return [
        f"{label}:{group[0][1].directory}" if labels.count(label) > 1 else label
        for label, group in zip(labels, groups, strict=True)
    ]


def _names_of(items: list[Compiled]) -> str:
    """Name what one run makes: a library by its own name only, where it is not beside its twin."""
    names = dict.fromkeys(item.name for item in items if isinstance(item, ImplementationSettings))
    libraries = dict.fromkeys(item.name for item in items if item.name not in names)
    return "+".join([*names, *(f"{name}-library" for name in libraries)])


def _mode(item: Compiled, routed: RoutedSettings, environ: Mapping[str, str]) -> str:
    variable = f"TWINWHEEL_{item.name.upper()}"
    if said := environ.get(variable, "").strip():
        return check_mode(said, f"environment variable {variable}")
    return routed.modes.get(item.name, item.build)


def _reader(base: BuildContext, group: _Group) -> Reader:
    first = group[0][1]
    folder = base.root / first.directory
    if folder.resolve() != base.root.resolve():
        base = replace(base, pyproject=read_pyproject(folder))
    names = tuple(item.name for _, item in group)
    return Reader(get_builder(first.builder), replace(base, root=folder), names)


def _plan_half(
    context: BuildContext, group: _Group, label: str, routed: RoutedSettings
) -> HalfPlan:
    first = group[0][1]
    modes = [_mode(item, routed, context.environ) for _, item in group]
    wanted = [item for (_, item), mode in zip(group, modes, strict=True) if mode != "off"]
    context = replace(
        context,
        requires=tuple(dict.fromkeys(each for item in wanted for each in item.requires)),
        languages=tuple(dict.fromkeys(each for item in wanted for each in item.languages)),
        features=tuple(
            dict.fromkeys(
                each for item in wanted for each in routed.features.get(item.name, item.features)
            )
        ),
        config_settings=routed.builders[label],
    )
    toolchain = Toolchain()
    if wanted and context.state != "sdist":
        toolchain = get_builder(first.builder).probe(context)
    missing = "; ".join(toolchain.missing)
    decisions = []
    for (package, item), mode in zip(group, modes, strict=True):
        reason = "switched off" if mode == "off" else missing
        decisions.append(Decision(package, item, mode, build=not reason, reason=reason))
    return HalfPlan(
        label,
        first.builder,
        context,
        toolchain,
        tuple(decisions),
    )


def _check_nothing_required_is_missing(plan: Plan) -> None:
    """Name every tool that is missing at once, so that a user need not come back for the next."""
    blocked = [
        (half, decision)
        for half in plan.halves
        for decision in half.decisions
        if half.toolchain.missing
        and (decision.mode == "require" or (decision.mode == "auto" and plan.origin == "sdist"))
    ]
    if not blocked:
        return
    from_sdist = "a source distribution builds all that it declares"
    why = from_sdist if plan.origin == "sdist" else "required"
    table = plan.pyproject.get("project")
    project = table.get("name", "NAME") if isinstance(table, dict) else "NAME"
    names = dict.fromkeys(decision.implementation.name for _, decision in blocked)
    switches = " ".join(f"TWINWHEEL_{name.upper()}=off" for name in names)
    settings = " ".join(f"-C twinwheel.{name}=off" for name in names)
    ways_out = [
        "one of",
        *dict.fromkeys(f"- {half.toolchain.help}" for half, _ in blocked),
        f"- leave out what cannot be built: {switches}, or {settings}",
        f"- take a published wheel: pip install --only-binary :all: {project}",
        "Then add --no-cache-dir to pip: it keeps the wheels that it builds from an sdist.",
    ]
    problems = dict.fromkeys(
        f"the {decision.implementation.title} cannot be built: {decision.reason}"
        for _, decision in blocked
    )
    raise ToolchainError(
        f"{'; '.join(problems)} ({why})",
        code="TW201",
        where="pyproject.toml, [tool.twinwheel] implementations",
        help="\n".join(ways_out),
    )


def _check_something_is_left(plan: Plan) -> None:
    for package in plan.settings.packages:
        implementations = (package.implementations[name] for name in package.prefer)
        decisions = [plan.decision(item) for item in implementations]
        left = [item for item in decisions if item is None or item.build]
        if not left:
            raise ToolchainError(
                f"no implementation of {package.package} is left: "
                + "; ".join(f"{d.implementation.name}: {d.reason}" for d in decisions if d),
                code="TW202",
                where="pyproject.toml, [tool.twinwheel]",
                help="build at least one, or declare a pure-Python implementation",
            )
