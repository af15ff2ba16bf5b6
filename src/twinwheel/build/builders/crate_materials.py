"""The bill of materials of a crate, for those that are not built by maturin."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["bill_of_materials"]


def bill_of_materials(graph: Mapping[str, Any]) -> bytes:
    """Return a CycloneDX document of a crate and of what is compiled into it.

    Args:
        graph: What ``cargo metadata`` says, for one platform.

    Returns:
        JSON. Build scripts' and tests' own dependencies are not in it.
    """
    packages = {package["id"]: package for package in graph["packages"]}
    nodes = {node["id"]: node for node in graph["resolve"]["nodes"]}
    root = graph["resolve"]["root"]
    edges: dict[str, list[str]] = {}
    waiting = [root]
    while waiting:
        identifier = waiting.pop()
        if identifier in edges:
            continue
        edges[identifier] = sorted(
            dependency["pkg"]
            for dependency in nodes[identifier]["deps"]
            if any(kind["kind"] is None for kind in dependency["dep_kinds"])
        )
        waiting += edges[identifier]
    references = {
        each: f"pkg:cargo/{packages[each]['name']}@{packages[each]['version']}" for each in edges
    }
    components = [
        {
            "type": "library",
            "bom-ref": references[each],
            "name": packages[each]["name"],
            "version": packages[each]["version"],
            "purl": references[each],
            **(
                {"licenses": [{"expression": packages[each]["license"].replace("/", " OR ")}]}
                if packages[each]["license"]
                else {}
            ),
        }
        for each in edges
    ]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": components[0]},
        "components": components[1:],
        "dependencies": [
            {"ref": references[each], "dependsOn": [references[other] for other in others]}
            for each, others in edges.items()
        ],
    }
    return json.dumps(document).encode()
