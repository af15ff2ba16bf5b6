"""Policy files as the command line looks at them: before anybody follows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.errors import RolloutError
from twinwheel.rollout.reading import policy_path, read_policy

if TYPE_CHECKING:
    from pathlib import Path

    from twinwheel.manifest_types import Manifest

__all__ = ["check_policy", "named_policy", "policy_problem"]


def named_policy(value: str) -> Path | None:
    """Return the file that a value of ``PREFIX_ROLLOUT`` names; None where it asks for nothing."""
    value = value.strip()
    return None if value.lower() in ("", "off") else policy_path(value)


def check_policy(package: str, manifest: Manifest, path: Path) -> None:
    """Read a policy as an installed package would, without importing the package.

    Raises:
        RolloutError: As ``read_policy``.
    """
    built = [name for name in manifest["prefer"] if manifest["implementations"][name]["built"]]
    controls = dict.fromkeys(manifest["components"], built[0] if built else "")
    read_policy(path, package, controls, built)


def policy_problem(package: str, manifest: Manifest, path: Path) -> RolloutError | None:
    """Return what is wrong with a policy; None if nothing is."""
    try:
        check_policy(package, manifest, path)
    except RolloutError as error:
        return error
    return None
