"""Put together all that there is to know of an installed twin package."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

from twinwheel.cli.doctor.installed import find
from twinwheel.cli.doctor.machine import describe_machine
from twinwheel.cli.doctor.probe import probe
from twinwheel.cli.doctor.variables import explain_variables
from twinwheel.cli.policies import named_policy, policy_problem
from twinwheel.rollout.inspecting import find_pages
from twinwheel.selection import prefix_of

if TYPE_CHECKING:
    from pathlib import Path

    from twinwheel.cli.doctor.installed import Installed
    from twinwheel.cli.doctor.probe import Probe
    from twinwheel.manifest_types import Artifact, Implementation, Library

__all__ = ["SCHEMA", "examine"]

SCHEMA = 1
"""Version of the layout of what ``examine`` gives."""


def examine(package: str) -> dict[str, Any]:
    """Examine an installed package: its files, its imports and the variables.

    Args:
        package: Full name of the twin package.

    Returns:
        Plain data, as ``doctor --json`` writes it. ``problems`` is empty when all is well.

    Raises:
        CommandError: TW501 when there is no such package, TW503 when its manifest is broken.
        SelectionError: TW401 or TW402 when it has no manifest, or one of another layout.
    """
    installed = find(package)
    manifest = installed.manifest
    as_it_is = probe(package, manifest)
    problems = []
    if as_it_is.error is not None:
        code = f"[{as_it_is.error['code']}] " if as_it_is.error["code"] else ""
        problems.append(f"{package} cannot be imported: {code}{as_it_is.error['message']}")
    implementations = {}
    for name in dict.fromkeys([*manifest["prefer"], *manifest["implementations"]]):
        told, wrong = _implementation(installed, name, as_it_is)
        implementations[name] = told
        problems += [f"{name}: {each}" for each in wrong]
    libraries = {}
    for name, library in manifest["libraries"].items():
        artifacts, wrong = _artifacts(installed, library["artifacts"])
        libraries[name] = _as_built(library, artifacts)
        problems += [f"{name} library: {each}" for each in wrong]
    policy = named_policy(os.environ.get(f"{prefix_of(package)}_ROLLOUT", ""))
    if policy is not None:
        wrong_policy = policy_problem(package, manifest, policy)
        if wrong_policy is not None:
            problems.append(f"the rollout's policy: {wrong_policy}")
        problems += [str(each) for each in find_pages(package)[1]]
    bound = as_it_is.components or {}
    components = {
        part: {
            "bound_to": bound.get(part),
            "in": [name for name, told in implementations.items() if part in told["has"]],
        }
        for part in manifest["components"]
    }
    return {
        "schema": SCHEMA,
        "package": package,
        "version": manifest["version"],
        "line": as_it_is.line,
        "problems": problems,
        "error": as_it_is.error,
        "components": components,
        "implementations": implementations,
        "libraries": libraries,
        "variables": explain_variables(package, manifest),
        "built_with": manifest["built_with"],
        "interpreter": describe_machine(),
    }


def _implementation(
    installed: Installed, name: str, as_it_is: Probe
) -> tuple[dict[str, Any], list[str]]:
    """Tell all about one implementation, and what is wrong with it."""
    implementation = installed.manifest["implementations"][name]
    state = (as_it_is.implementations or {}).get(name)
    module = (as_it_is.modules or {}).get(name)
    wrong = []
    import_error = ""
    if implementation["built"] and module is None:
        import_error = state["reason"] if state and state["status"] == "failed" else ""
        if not import_error:
            alone = probe(installed.package, installed.manifest, demand=name)
            module = (alone.modules or {}).get(name)
            import_error = _why(alone) if module is None else ""
    if import_error:
        wrong.append(f"it was built, but cannot be imported: {import_error}")
    elif module is not None and not module["has"] and installed.manifest["components"]:
        wrong.append(f"{implementation['module']} has none of the components")
    if state is None:
        state = _state_without_selection(implementation, import_error)
    module_name = implementation["module"]
    artifacts, damage = _artifacts(installed, implementation["artifacts"], module_name)
    wrong += damage
    module = module or {"has": [], "file": "", "cpu_in_use": ""}
    if not module["file"]:
        path = installed.module_file(implementation["module"])
        module["file"] = str(path) if path else ""
    told = {
        "bound": state["status"] == "bound",
        "status": state["status"],
        "reason": state["reason"],
        "module": implementation["module"],
        **module,
        "import_error": import_error,
        **_as_built(implementation, artifacts),
    }
    return told, wrong


def _as_built(made: Library, artifacts: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "built": made["built"],
        "not_built_because": made["reason"],
        "builder": made["builder"],
        "tools": made["tools"],
        "artifacts": artifacts,
    }


def _artifacts(
    installed: Installed, artifacts: list[Artifact], module: str | None = None
) -> tuple[list[dict[str, Any]], list[str]]:
    """Tell of each artifact whether it is the file that was built, and what is wrong."""
    found = [_artifact(each, installed.artifact_file(each, module)) for each in artifacts]
    wrong = []
    for artifact in found:
        if artifact["state"] == "changed":
            wrong.append(f"{artifact['file']} is not the file that was built: its SHA-256 differs")
        elif artifact["state"] == "missing":
            wrong.append(f"{artifact['file']} is missing")
    return found, wrong


def _why(alone: Probe) -> str:
    error = alone.error or {}
    return error.get("cause") or error.get("message") or "its module was not imported"


def _state_without_selection(implementation: Implementation, import_error: str) -> dict[str, str]:
    """Give the status of an implementation of a package that cannot be imported."""
    if not implementation["built"]:
        return {"status": "not built", "reason": implementation["reason"]}
    if import_error:
        return {"status": "failed", "reason": import_error}
    return {"status": "not bound", "reason": "it can be imported, but the package cannot"}


def _artifact(artifact: Artifact, path: Path | None) -> dict[str, Any]:
    if path is None:
        state = "missing"
    else:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        state = "ok" if digest == artifact["sha256"] else "changed"
    return {**artifact, "path": str(path) if path else None, "state": state}
