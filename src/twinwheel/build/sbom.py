"""One software bill of materials for the whole wheel, with no trace of the machine that built it.

Specifications: CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/) and PEP 770.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from twinwheel._version import __version__
from twinwheel.build.settings import ImplementationSettings
from twinwheel.build.wheelfile import source_date

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.build.metadata import ProjectMetadata
    from twinwheel.build.plan import Decision, Plan
    from twinwheel.build.wheelfile import Half

__all__ = ["merge_sboms"]


def merge_sboms(plan: Plan, metadata: ProjectMetadata, halves: Sequence[Half]) -> bytes:
    """Write what all halves consist of as one CycloneDX document.

    A half that brings a document of its own (maturin's names every crate) gives its components; one
    that brings none is a component itself.

    Args:
        plan: What was built; its root's path is taken out of every reference.
        metadata: The project's.
        halves: The halves, each with its metadata folder.

    Returns:
        JSON, the same bytes for the same contents.
    """
    root = plan.root.resolve()
    package = f"pkg:pypi/{metadata.name.replace('_', '-')}@{metadata.version}"
    components: dict[str, dict[str, Any]] = {}
    dependencies: dict[str, list[str]] = {}
    for half in halves:
        documents = [
            json.loads(_without_paths(data.decode(), root.as_uri(), str(root)))
            for path, data in sorted(half.dist_info.items())
            if path.startswith("sboms/") and path.endswith(".json")
        ]
        roots = [_take(document, components, dependencies) for document in documents]
        if not documents:
            roots = [
                _describe(half, decision, package, metadata.version, components)
                for decision in half.plan.decisions
                if decision.build
            ]
        for reference in roots:
            dependencies.setdefault(reference, []).extend(_requirements(half, components))
        dependencies.setdefault(package, []).extend(roots)
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "tools": [{"vendor": "twinwheel", "name": "twinwheel", "version": __version__}],
            "component": {
                "type": "library",
                "bom-ref": package,
                "name": metadata.name,
                "version": metadata.version,
                "purl": package,
            },
        },
        "components": [components[key] for key in sorted(components)],
        "dependencies": [
            {"ref": key, "dependsOn": sorted(set(dependencies[key]))}
            for key in sorted(dependencies)
        ],
    }
    date = source_date()
    if date is not None:
        moment = datetime.fromtimestamp(date, timezone.utc)
        document["metadata"]["timestamp"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return (json.dumps(document, indent=2) + "\n").encode()


def _describe(
    half: Half,
    decision: Decision,
    package: str,
    version: str,
    components: dict[str, dict[str, Any]],
) -> str:
    """Add a component for an implementation whose builder brings no document."""
    item = decision.implementation
    module = item.module if isinstance(item, ImplementationSettings) else item.title
    reference = f"{package}#{module.replace(' ', '-')}"
    components[reference] = {
        "type": "library",
        "bom-ref": reference,
        "name": module,
        "version": version,
        "properties": [
            {"name": f"twinwheel:tool:{name}", "value": text}
            for name, text in half.plan.toolchain.tools.items()
        ],
    }
    return reference


def _requirements(half: Half, components: dict[str, dict[str, Any]]) -> list[str]:
    """Add what the half asks for at build time: headers such as pybind11's are compiled into it."""
    references = []
    for text in half.plan.context.requires:
        name = canonicalize_name(re.split(r"[^A-Za-z0-9._-]", text.strip(), maxsplit=1)[0])
        try:
            version = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # it was not needed here, by its marker
        reference = f"pkg:pypi/{name}@{version}"
        components[reference] = {
            "type": "library",
            "bom-ref": reference,
            "name": name,
            "version": version,
            "purl": reference,
        }
        references.append(reference)
    return references


def _without_paths(text: str, *paths: str) -> str:
    """Make references relative to the project: Cargo writes each local crate's absolute path."""
    for path in paths:
        text = text.replace(json.dumps(path)[1:-1], ".")
    return text


def _take(
    document: dict[str, Any],
    components: dict[str, dict[str, Any]],
    dependencies: dict[str, list[str]],
) -> str:
    """Add a document's components and edges; return the reference of what it describes."""
    described = document.get("metadata", {}).get("component", {})
    for component in [described, *document.get("components", [])]:
        reference = component.get("bom-ref")
        if reference:
            components[reference] = component
    for edge in document.get("dependencies", []):
        dependencies.setdefault(edge["ref"], []).extend(edge.get("dependsOn", []))
    return str(described.get("bom-ref", ""))
