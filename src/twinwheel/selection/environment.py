"""Turn a package's variables into an order of candidates.

Imported only when a variable says something, which is seldom.
"""

from __future__ import annotations

from twinwheel.selection import prefix_of, use_variable
from twinwheel.selection.binding import Choice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.manifest_types import Manifest

__all__ = ["NO", "YES", "choose", "named"]

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
    variable = f"{prefix}_IMPLEMENTATION"
    listed = named(variable, variables.get(variable, ""), list(manifest["implementations"]))
    switches = _switches(prefix, manifest, variables)
    demanded = {name for name, on in switches.items() if on}
    for name, on in switches.items():
        if listed and on is (name not in listed):
            from twinwheel.selection import problems

            raise problems.contradiction(prefix, variables, name, on=on)

    candidates = listed or manifest["prefer"]
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
    if len(listed) == 1:
        demanded.add(listed[0])
    for name in manifest["implementations"]:
        if listed and name not in order and name not in left_out:
            variable = f"{prefix}_IMPLEMENTATION"
            left_out[name] = ("not listed", f"{variable}={variables[variable]}")
    skip = f"{prefix}_SKIP_VALIDATION"
    return Choice(order, demanded, left_out, validates=not _switch(skip, variables))


def named(variable: str, value: str, names: list[str], what: str = "implementation") -> list[str]:
    """Read a variable that names some of what there is, in order.

    Args:
        variable: Its name, for the error.
        value: What it says.
        names: What there is.
        what: What each of them is, for the error.

    Returns:
        The names in the value; none for ``auto``.

    Raises:
        SelectionError: TW403 for an unknown name, one that stands twice, or an empty one.
    """
    if value.strip().lower() in ("", "auto"):
        return []
    known = {name.lower(): name for name in names}
    found: list[str] = []
    for element in value.split(","):
        name = known.get(element.strip().lower())
        if name is None or name in found:
            from twinwheel.selection import problems

            raise problems.wrong_name(variable, value, element.strip(), names, what)
        found.append(name)
    return found


def _switches(prefix: str, manifest: Manifest, variables: Mapping[str, str]) -> dict[str, bool]:
    """Read each ``PREFIX_USE_NAME`` that says anything, in order of preference."""
    names = list(manifest["prefer"])
    names += [name for name in manifest["implementations"] if name not in names]
    switches: dict[str, bool] = {}
    for name in names:
        on = _switch(use_variable(prefix, name), variables)
        if on is not None:
            switches[name] = on
    return switches


def _switch(variable: str, variables: Mapping[str, str]) -> bool | None:
    """Read a variable that says yes, no or nothing."""
    word = variables.get(variable, "").strip().lower()
    if word in YES:
        return True
    if word in NO:
        return False
    if word:
        from twinwheel.selection import problems

        raise problems.wrong_switch(variable, variables[variable], (*YES, *NO))
    return None
