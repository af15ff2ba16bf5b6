"""What each of a package's variables says, in words."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from twinwheel.cli.policies import named_policy, policy_problem
from twinwheel.errors import SelectionError
from twinwheel.selection import look, prefix_of, use_variable
from twinwheel.selection.environment import choose
from twinwheel.selection.libraries import candidates, library_variable

if TYPE_CHECKING:
    from twinwheel.manifest_types import Manifest

__all__ = ["explain_variables"]


def explain_variables(package: str, manifest: Manifest) -> dict[str, dict[str, str | None]]:
    """Explain every variable of a package, and those that look like one.

    Returns:
        Name of each variable to its ``value`` (None when it is not set) and its ``meaning``.
    """
    prefix = prefix_of(package)
    seen = look(package, manifest)
    order = " > ".join(manifest["prefer"])
    defaults = {f"{prefix}_IMPLEMENTATION": f"auto: the first that can be had of {order}"}
    for name in manifest["implementations"]:
        defaults[use_variable(prefix, name)] = f"no word on {name}"
    defaults[f"{prefix}_ROLLOUT"] = "off: no rollout"
    if any(component.get("validate") for component in manifest["components"].values()):
        defaults[f"{prefix}_SKIP_VALIDATION"] = "no: components check what they are given"
    if manifest["libraries"]:
        first = " > ".join(manifest["libraries"])
        defaults[library_variable(package)] = f"auto: the first that can be had of {first}"
    told: dict[str, dict[str, str | None]] = {}
    for variable, default in defaults.items():
        value = seen.get(variable, os.environ.get(variable))
        meaning = default if not value else _meaning(package, manifest, variable, value, default)
        told[variable] = {"value": value, "meaning": meaning}
    for variable in sorted(os.environ):
        if variable.startswith(f"{prefix}_USE_") and variable not in told:
            told[variable] = {
                "value": os.environ[variable],
                "meaning": "not read: there is no implementation of this name",
            }
    return told


def _rollout(package: str, manifest: Manifest, value: str, default: str) -> str:
    path = named_policy(value)
    if path is None:
        return default
    problem = policy_problem(package, manifest, path)
    if problem is not None:
        return f"wrong, and not followed: {problem.message}"
    return "a policy, which arms the package"


def _meaning(package: str, manifest: Manifest, variable: str, value: str, default: str) -> str:
    try:
        if variable.endswith("_ROLLOUT"):
            return _rollout(package, manifest, value, default)
        if variable.endswith("_SKIP_VALIDATION"):
            choice = choose(package, manifest, {variable: value})
            return default if choice.validates else "components are bound without their checks"
        if variable == library_variable(package):
            order = " > ".join(candidates(package, manifest, value))
            return f"the first that can be had of {order}"
        choice = choose(package, manifest, {variable: value})
    except SelectionError as error:
        if error.code == "TW407":  # the only implementation is off
            return error.message
        return f"wrong; accepted: {error.accepted}"
    if variable.endswith("_IMPLEMENTATION") and value.strip().lower() != "auto":
        if choice.demanded:
            return f"a demand: {choice.order[0]}, or the import fails"
        return f"only these, the first that can be had of {' > '.join(choice.order)}"
    off = [name for name, (status, _) in choice.left_out.items() if status == "off"]
    if choice.demanded:
        return f"a demand: {choice.order[0]} first, or the import fails"
    if off:
        return f"never {off[0]}"
    return default
