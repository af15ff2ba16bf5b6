"""What was built -> the manifest of a package."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from typing import TYPE_CHECKING

from twinwheel._version import __version__
from twinwheel.build.settings import ImplementationSettings, InplaceEffects
from twinwheel.build.sources import is_output_of
from twinwheel.manifest import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.build.plan import HalfPlan, Plan
    from twinwheel.build.settings import Compiled, PackageSettings
    from twinwheel.manifest_types import Artifact, Component, Implementation, Library, Manifest

    CompiledFiles = Mapping[str, tuple[bytes, str, HalfPlan]]
    """Path in the wheel -> contents, tag and maker of each compiled file."""

__all__ = ["describe"]


def describe(
    plan: Plan, package: PackageSettings, version: str, tag: str, compiled: CompiledFiles
) -> Manifest:
    """Write down what a wheel holds of one package.

    Args:
        plan: What was to be built.
        package: The package.
        version: The project's.
        tag: The wheel's.
        compiled: Every compiled file in the wheel.
    """
    implementations: dict[str, Implementation] = {}
    for name in package.prefer:
        item = package.implementations[name]
        implementations[name] = {"module": item.module, **_made(plan, package, item, compiled)}
    libraries: dict[str, Library] = {
        name: _made(plan, package, package.libraries.implementations[name], compiled)
        for name in package.libraries.prefer
    }
    components: dict[str, Component] = {
        name: {
            "raises": list(component.raises),
            "effects": {"inplace": list(component.effects.inplace)}
            if isinstance(component.effects, InplaceEffects)
            else component.effects,
            "compare": component.compare,
            "depends": list(component.depends),
            "transient": list(component.transient),
            "validate": component.validate,
        }
        for name, component in package.components.items()
    }
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return {
        "schema": SCHEMA,
        "package": package.package,
        "version": version,
        "prefer": list(package.prefer),
        "implementations": implementations,
        "components": components,
        "libraries": libraries,
        "built_with": {"twinwheel": __version__, "python": python, "tag": tag},
    }


def _made(plan: Plan, package: PackageSettings, item: Compiled, compiled: CompiledFiles) -> Library:
    """Write down how an item was made, and its files."""
    decision = plan.decision(item)
    built = decision is None or decision.build
    return {
        "builder": item.builder or "none",
        "built": built,
        "reason": decision.reason if decision is not None else "",
        "tools": _tools(plan, item) if decision is not None and built else {},
        "artifacts": _artifacts(package, item, compiled) if built else [],
    }


def _tools(plan: Plan, item: Compiled) -> dict[str, str]:
    for half in plan.halves:
        if any(decision.implementation is item for decision in half.decisions):
            return {**_version_of(half.builder.DISTRIBUTION), **half.toolchain.tools}
    return {}


def _version_of(distribution: str) -> dict[str, str]:
    """Return nothing for a builder that is no distribution, such as twinwheel in its sources."""
    try:
        return {distribution: importlib.metadata.version(distribution)}
    except importlib.metadata.PackageNotFoundError:
        return {}


def _artifacts(package: PackageSettings, item: Compiled, compiled: CompiledFiles) -> list[Artifact]:
    """Return an implementation's files: its own, and those in its package that no other claims.

    Of a library, its own only.
    """
    folder = package.package.replace(".", "/") + "/"
    others = [other for other in package.compiled if other is not item]
    claims = isinstance(item, ImplementationSettings)
    found: list[Artifact] = []
    for path in sorted(compiled):
        data, tag, half = compiled[path]
        if not any(decision.implementation is item for decision in half.decisions):
            continue
        own = is_output_of(path, item)
        shared = path.startswith(folder) and not any(is_output_of(path, other) for other in others)
        if own or (claims and shared):
            found.append(
                {
                    "file": path,
                    "tag": tag,
                    "cpu": "baseline",
                    "sha256": hashlib.sha256(data).hexdigest(),
                    "size": len(data),
                }
            )
    return found
