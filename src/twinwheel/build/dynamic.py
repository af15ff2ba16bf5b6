"""``[project] dynamic``: the values come from the builders' own metadata hooks.

Who is asked is decided here once, for the requirements, the sdist and the wheel alike. The hooks
compile nothing: scikit-build-core's needs no CMake for it, maturin's asks Cargo. What nobody can be
asked for when building from an sdist is read from its PKG-INFO (PEP 643).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinwheel.build.core_metadata import FIELDS, read_fields
from twinwheel.build.hooks import HookCall, call_hooks
from twinwheel.build.leftovers import untouched
from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from twinwheel.build.builders import BuildContext, Builder, DynamicMetadata
    from twinwheel.build.plan import HalfPlan, Plan

__all__ = ["dynamic_fields", "dynamic_requirements", "resolve_dynamic", "told_of"]


def dynamic_requirements(plan: Plan) -> list[str]:
    """Return PEP 508 requirements for reading the dynamic fields; none when there are none."""
    fields = dynamic_fields(plan.pyproject)
    wanted = []
    for half in _asked(plan, fields):
        wanted.append(half.builder.REQUIREMENT)
        wanted += half.builder.dynamic_metadata(half.context, fields).requires
    return wanted


def resolve_dynamic(plan: Plan) -> dict[str, Any]:
    """Return the ``[project]`` table with a value for each dynamic field, and none dynamic.

    A field is taken from the first builder that gives it: those first that are built, and of them
    those that need no tool for it. All that give a version must give the same one.

    Args:
        plan: The build.

    Raises:
        ConfigError: TW122 when nobody fills in a field, TW123 when the versions differ.
        BuildError: TW301 or TW302 when a builder's metadata hook fails.
    """
    project = dict(plan.pyproject["project"])
    fields = dynamic_fields(plan.pyproject)
    if not fields:
        return project
    asked = _asked(plan, fields)
    packed = _packed_fields(plan)
    given = {half.label: set(_source(half, fields).fields) for half in asked}
    unfilled = set(fields).difference(*given.values(), packed)
    _check_halves(plan, fields, unfilled)
    if unfilled:
        raise _nobody(plan, sorted(unfilled))
    # Those that must be told of some field come after those that can tell of it.
    lacking = [half for half in asked if _lacking(_source(half, fields))]
    versions: dict[str, str] = {}
    found: dict[str, Any] = {}
    for wave in ([half for half in asked if half not in lacking], lacking):
        for name, values in _answers(wave, plan.root, fields, {**packed, **found}).items():
            versions[name] = str(values.get("version", "")) if "version" in given[name] else ""
            for field in given[name].intersection(values):
                found.setdefault(field, values[field])
    _check_versions(versions)
    known = {**packed, **found}
    for field in fields:
        if field in known:
            project.setdefault(field, known[field])
    if "version" not in project:
        raise _nobody(plan, ["version"])
    del project["dynamic"]
    return project


def told_of(
    builder: Builder,
    context: BuildContext,
    values: Mapping[str, Any],
    folder: Path,
) -> dict[str, str]:
    """Return variables that tell a backend of the fields that it cannot find by itself.

    Args:
        builder: Whose hooks they are for.
        context: Where these are run.
        values: Field -> value, for those that are known.
        folder: Existing folder that is kept until the hooks are done.
    """
    source = builder.dynamic_metadata(context, dynamic_fields(context.pyproject))
    known = {field: values[field] for field in sorted(_lacking(source)) if field in values}
    return dict(source.hand_over(known, folder)) if known and source.hand_over else {}


def _in_the_project(plan: Plan) -> list[HalfPlan]:
    """Return the halves that read the project's own table, not one in a folder of their own."""
    return [half for half in plan.halves if half.context.root.resolve() == plan.root.resolve()]


def dynamic_fields(pyproject: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields that a ``pyproject.toml`` leaves open."""
    project = pyproject.get("project")
    fields = project.get("dynamic", ()) if isinstance(project, dict) else ()
    return tuple(map(str, fields)) if isinstance(fields, list) else ()


def _source(half: HalfPlan, fields: Sequence[str]) -> DynamicMetadata:
    return half.builder.dynamic_metadata(half.context, fields)


def _lacking(source: DynamicMetadata) -> frozenset[str]:
    return source.must_fill - source.fields


def _packed_fields(plan: Plan) -> dict[str, Any]:
    """Return what an sdist says of itself; nothing when the build is not from one."""
    return read_fields((plan.root / "PKG-INFO").read_bytes()) if plan.origin == "sdist" else {}


def _asked(plan: Plan, fields: Sequence[str]) -> list[HalfPlan]:
    """Choose whom to ask: each half that is built, and others only for what is still open."""
    sources = [(half, _source(half, fields)) for half in _in_the_project(plan)]
    sources.sort(key=lambda item: (not item[0].build, item[1].needs_tools))
    chosen = []
    still_open = set(fields).intersection(FIELDS)
    for half, source in sources:
        wanted = still_open.intersection(source.fields)
        if not source.fields or not (half.build or wanted):
            continue
        if source.needs_tools and half.builder.probe(half.context).missing:
            continue
        chosen.append(half)
        still_open -= wanted
    return chosen


def _answers(
    asked: Sequence[HalfPlan], root: Path, fields: Sequence[str], known: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """Call the metadata hooks; return implementation -> field -> value."""
    with tempfile.TemporaryDirectory(prefix="twinwheel-") as temporary, untouched(asked, root):
        calls = []
        for half in asked:
            builder = half.builder
            output = Path(temporary, half.builder_name)
            output.mkdir()
            source = _source(half, fields)
            environment = builder.environment(half.context, Path(temporary))
            told = told_of(builder, half.context, known, output)
            calls.append(
                HookCall(
                    label=half.label,
                    backend=builder.BACKEND,
                    hook="prepare_metadata_for_build_wheel",
                    folder=half.context.root,
                    output=output,
                    config_settings={**half.context.config_settings, **source.config_settings},
                    environment={**environment, **told},
                )
            )
        made = call_hooks(calls)
        return {call.label: _read(made[call.label]) for call in calls}


def _read(folder: Path) -> dict[str, Any]:
    entry_points = folder / "entry_points.txt"
    return read_fields(
        (folder / "METADATA").read_bytes(),
        entry_points.read_text("utf-8") if entry_points.is_file() else "",
    )


def _check_halves(plan: Plan, fields: Sequence[str], unfilled: Collection[str]) -> None:
    """Refuse a half whose own build would fail for want of a field that it cannot be told of."""
    for half in _in_the_project(plan):
        if not half.build:
            continue
        source = _source(half, fields)
        lacking = _lacking(source)
        if source.hand_over:
            lacking = lacking.intersection(unfilled)
        if lacking:
            raise ConfigError(
                f"the {half.label} half cannot tell: {', '.join(sorted(lacking))}",
                code="TW122",
                where="pyproject.toml, [project] dynamic",
                accepted=f"a static value, or one that {half.builder.DISTRIBUTION} reads",
                help=source.help,
            )


def _check_versions(versions: Mapping[str, str]) -> None:
    from packaging.version import Version

    told = {name: version for name, version in versions.items() if version}
    if len({Version(version) for version in told.values()}) > 1:
        raise ConfigError(
            "the halves have different versions: "
            + ", ".join(f"{name} {version}" for name, version in told.items()),
            code="TW123",
            where="pyproject.toml, [project] dynamic",
            accepted="one version",
            help="let both read it in one place, such as Cargo.toml",
        )


def _nobody(plan: Plan, fields: Sequence[str]) -> ConfigError:
    """Return the error for fields that no builder fills in, or none that can be run here."""
    missing = [
        f"{half.label}: {'; '.join(toolchain.missing)}"
        for half in _in_the_project(plan)
        for toolchain in [half.builder.probe(half.context)]
        if toolchain.missing and _source(half, fields).fields
    ]
    return ConfigError(
        f"nobody fills in: {', '.join(fields)}" + (f" ({', '.join(missing)})" if missing else ""),
        code="TW122",
        where="pyproject.toml, [project] dynamic",
        accepted="a static value, or one that a builder of the package reads",
        help="install the tools named" if missing else "write the values into [project]",
    )
