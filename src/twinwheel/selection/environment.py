"""Turn a package's variables into an order of candidates.

Imported only when a variable says something, which is seldom.
"""

from __future__ import annotations

from twinwheel.selection import prefix_of, use_variable
from twinwheel.selection.binding import Choice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.manifest import Manifest

__all__ = ["NO", "YES", "choose"]

YES = ("1", "true", "yes", "on")
NO = ("0", "false", "no", "off")


def choose(package: str, manifest: Manifest, variables: Mapping[str, str]) -> Choice:
    """Turn the variables into an order of candidates.

    Args:
        package: Full name of the twin package.
        manifest: Its manifest.
        variables: Those of its variables that are set.

    Returns:
        The candidates in order, which of them are demanded, and why the others are left out.

    Raises:
        SelectionError: TW403 to TW407, when a value is wrong or two contradict each other.
    """
    prefix = prefix_of(package)
    rollout = variables.get(f"{prefix}_ROLLOUT", "").strip()
    if rollout and rollout.lower() != "off":
        from twinwheel.selection import problems

        raise problems.no_rollout(f"{prefix}_ROLLOUT", rollout)

    named = _named(prefix, manifest, variables)
    switches = _switches(prefix, manifest, variables)
    demanded = {name for name, on in switches.items() if on}
    for name, on in switches.items():
        if named and on is (name not in named):
            from twinwheel.selection import problems

            raise problems.contradiction(prefix, variables, name, on=on)

    candidates = named or manifest["prefer"]
    order = [name for name in switches if name in demanded]
    order += [name for name in candidates if name not in demanded]
    left_out: dict[str, tuple[str, str]] = {}
    for name, on in switches.items():
        if not on:
            variable = use_variable(prefix, name)
            left_out[name] = ("off", f"{variable}={variables[variable]}")
    order = [name for name in order if name not in left_out]
    if not order:
        from twinwheel.selection import problems

        raise problems.all_off(package, prefix, variables)
    if len(named) == 1:
        demanded.add(named[0])
    for name in manifest["implementations"]:
        if named and name not in order and name not in left_out:
            variable = f"{prefix}_IMPLEMENTATION"
            left_out[name] = ("not listed", f"{variable}={variables[variable]}")
    return Choice(order, demanded, left_out)


def _named(prefix: str, manifest: Manifest, variables: Mapping[str, str]) -> list[str]:
    """Read ``PREFIX_IMPLEMENTATION``: the names in it, or an empty list for ``auto``."""
    variable = f"{prefix}_IMPLEMENTATION"
    value = variables.get(variable, "")
    if value.strip().lower() in ("", "auto"):
        return []
    known = {name.lower(): name for name in manifest["implementations"]}
    named: list[str] = []
    for element in value.split(","):
        name = known.get(element.strip().lower())
        if name is None or name in named:
            from twinwheel.selection import problems

            raise problems.wrong_name(variable, value, element.strip(), list(known.values()))
        named.append(name)
    return named


def _switches(prefix: str, manifest: Manifest, variables: Mapping[str, str]) -> dict[str, bool]:
    """Read each ``PREFIX_USE_NAME`` that says anything, in order of preference."""
    names = list(manifest["prefer"])
    names += [name for name in manifest["implementations"] if name not in names]
    switches: dict[str, bool] = {}
    for name in names:
        variable = use_variable(prefix, name)
        word = variables.get(variable, "").strip().lower()
        if word in YES:
            switches[name] = True
        elif word in NO:
            switches[name] = False
        elif word:
            from twinwheel.selection import problems

            raise problems.wrong_switch(variable, variables[variable], (*YES, *NO))
    return switches
