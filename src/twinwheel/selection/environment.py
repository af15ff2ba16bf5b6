"""The variables that steer a selection: which are set, and what order of candidates they ask for."""

from __future__ import annotations

from os import environ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.manifest import Manifest

__all__ = ["NO", "YES", "Choice", "choose", "look", "prefix_of", "use_variable"]

YES = ("1", "true", "yes", "on")
NO = ("0", "false", "no", "off")


class Choice:
    """The candidates that the variables leave, and how much they insist."""

    __slots__ = ("demanded", "left_out", "order")

    def __init__(
        self, order: list[str], demanded: set[str], left_out: dict[str, tuple[str, str]]
    ) -> None:
        self.order = order
        """Names of implementations, best first."""
        self.demanded = demanded
        """Those that must be had; to pass over one is an error."""
        self.left_out = left_out
        """Status and reason of each implementation that is not in the order."""


def prefix_of(package: str) -> str:
    """Give what the names of a package's variables start with: ``A_B`` for ``a.b``."""
    return package.upper().replace(".", "_")


def use_variable(prefix: str, name: str) -> str:
    """Give the name of the variable that turns one implementation on or off."""
    return f"{prefix}_USE_{name.upper()}"


def look(package: str, manifest: Manifest) -> dict[str, str]:
    """Collect the package's variables that are set, with their values as they stand."""
    prefix = prefix_of(package)
    names = [f"{prefix}_IMPLEMENTATION", f"{prefix}_ROLLOUT"]
    names += [use_variable(prefix, name) for name in manifest["implementations"]]
    return {name: environ[name] for name in names if name in environ}


def choose(package: str, manifest: Manifest, variables: Mapping[str, str]) -> Choice:
    """Turn the variables into an order of candidates.

    Args:
        package: Full name of the twin package.
        manifest: Its manifest.
        variables: What ``look`` found.

    Returns:
        The candidates in order, which of them are demanded, and why the others are left out.

    Raises:
        SelectionError: TW403 to TW407, when a value is wrong or two contradict each other.
    """
    prefix = prefix_of(package)
    if not any(variables.values()):  # nearly always
        return _complete(manifest, list(manifest["prefer"]), set(), {})

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

    order = named or list(manifest["prefer"])
    order += [
        name for name in manifest["implementations"] if name in demanded and name not in order
    ]
    # sorted is stable: those that are on come first, each group in its own order
    order = sorted(order, key=lambda name: name not in demanded)
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
    return _complete(manifest, order, demanded, left_out)


def _complete(
    manifest: Manifest,
    order: list[str],
    demanded: set[str],
    left_out: dict[str, tuple[str, str]],
) -> Choice:
    for name in manifest["implementations"]:
        if name not in order and name not in left_out:
            left_out[name] = ("not listed", "the package does not prefer it")
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
