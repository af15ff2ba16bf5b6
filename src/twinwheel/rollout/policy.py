"""The policy file: which implementation serves which component, and how a candidate is tried."""

from __future__ import annotations

import sys
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_type_hints

from twinwheel.errors import PolicyError
from twinwheel.rollout.words import BUCKETS

if sys.version_info >= (3, 11):
    import tomllib
else:
    from twinwheel._vendor import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Breaker", "ComponentPolicy", "Policy", "read_policy"]

_LARGEST = 1_000_000  # bytes: what is longer is no policy


def _between(least: float, most: float) -> Mapping[str, Any]:
    return {"least": least, "most": most}


@dataclass(frozen=True)
class Breaker:
    """When a candidate is taken out of service by itself, and how it is let in again."""

    faults: float = field(default=5.0, metadata=_between(0.001, 100))
    """Per cent of the candidate's calls that may end in a fault."""

    slow: float = field(default=50.0, metadata=_between(0.001, 100))
    """Per cent of the candidate's timed calls that may be slow."""

    slow_after: float = field(default=1.0, metadata=_between(0.000001, 3600))
    """Seconds from which a call is slow."""

    window: int = field(default=1000, metadata=_between(1, 1_000_000))
    """The latest calls of the candidate that are judged."""

    at_least: int = field(default=100, metadata=_between(1, 1_000_000))
    """Calls before there is any judgement."""

    cool_down: float = field(default=60.0, metadata=_between(0.001, 86400))
    """Seconds that it stays open at first; each time that it opens again, twice as long."""

    probes: int = field(default=10, metadata=_between(1, 1000))
    """Calls that the candidate gets to show that it is well again."""


@dataclass(frozen=True)
class ComponentPolicy:
    """What holds for one component."""

    control: str = ""
    """The implementation in service. The package's selection when left out."""

    candidate: str = ""
    """The implementation that is tried. None when left out."""

    percentage: float = field(default=0.0, metadata=_between(0, 100))
    """Per cent of calls, or of sessions, that go to the candidate; three places after the point."""

    sticky: bool = False
    """Whether the session's key decides which side answers, not chance."""

    shadow: float = field(default=0.0, metadata=_between(0, 100))
    """Per cent of the control's calls that the candidate computes too, to be compared."""

    guard: bool = True
    """Whether the control answers where the candidate has a fault, as far as that is safe."""

    fail: Literal["open", "closed"] = "open"
    """``open``: the control answers where the candidate cannot. ``closed``: the fault is raised."""

    sample: int = field(default=1000, metadata=_between(0, 1_000_000))
    """One call in so many is timed; 0 for none."""

    breaker: Breaker = field(default_factory=Breaker)
    """When the candidate is taken out of service by itself."""


@dataclass(frozen=True)
class Policy(ComponentPolicy):
    """A policy file. What it says of all components holds for each that says nothing else."""

    kill: bool = False
    """Whether every call goes to the control, whatever else is said."""

    salt: str = ""
    """What the buckets of sessions depend on: another one shares them out anew."""

    components: Mapping[str, ComponentPolicy] = field(default_factory=dict)
    """The components that may be tried, by name; no other one is."""


def read_policy(path: Path, package: str, known: Iterable[str], names: Iterable[str]) -> Policy:
    """Read a policy file.

    Args:
        path: The file.
        package: The package that it is for.
        known: The package's components.
        names: Its implementations that are there.

    Raises:
        PolicyError: TW601 when the file cannot be read, TW602 when it is no TOML, TW603 for an
            unknown key, TW604 for a value of a wrong type, TW605 for one that is not accepted.
    """
    table = _parse(path)
    inner = table.pop("components", {})
    policy: Policy = _read(Policy, table, path, "")
    _check(policy, path, "", names)
    if not isinstance(inner, dict):
        raise _wrong(path, "components", "it is no table", "a table for each component", "TW604")
    known = list(known)
    components = {}
    for name, values in inner.items():
        where = f"components.{name}"
        if name not in known:
            raise _wrong(path, where, f"{package} has no component '{name}'", ", ".join(known))
        if not isinstance(values, dict):
            raise _wrong(path, where, "it is no table", "a table", "TW604")
        common = {
            item.name: getattr(policy, item.name)
            for item in fields(ComponentPolicy)
            if item.name not in values
        }
        if isinstance(values.get("breaker"), dict):
            values = {**values, "breaker": {**vars(policy.breaker), **values["breaker"]}}
        components[name] = replace(_read(ComponentPolicy, values, path, where), **common)
        _check(components[name], path, where, names)
    return replace(policy, components=components)


def threshold(percentage: float) -> int:
    """Return how many of the buckets a percentage is."""
    return round(percentage * BUCKETS / 100)


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise PolicyError(
            f"the policy cannot be read: {error.strerror}",
            code="TW601",
            where=str(path),
            accepted="a TOML file",
        ) from None
    try:
        if len(data) > _LARGEST:
            raise ValueError(f"it is longer than {_LARGEST:,} bytes")
        return tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise PolicyError(
            f"the policy is no TOML: {error}",
            code="TW602",
            where=str(path),
            accepted="a TOML 1.0 document in UTF-8",
        ) from None


def _read(cls: type[Any], table: Mapping[str, Any], path: Path, where: str) -> Any:
    """Read a table into its class, key by key."""
    import difflib

    hints = get_type_hints(cls)
    known = {item.name.replace("_", "-"): item for item in fields(cls) if item.name != "components"}
    values: dict[str, Any] = {}
    for key, value in table.items():
        item = known.get(key.replace("_", "-") if key in hints else key)
        place = f"{where}.{key}" if where else key
        if item is None:
            near = difflib.get_close_matches(key, list(known), n=1)
            raise PolicyError(
                f"unknown key '{key}'",
                code="TW603",
                where=f"{path}, {place}",
                accepted=", ".join(sorted(known)),
                help=f"did you mean '{near[0]}'?" if near else "",
            )
        values[item.name] = _value(hints[item.name], value, path, place)
        bounds = item.metadata
        if bounds and not bounds["least"] <= values[item.name] <= bounds["most"]:
            accepted = f"{bounds['least']:g} to {bounds['most']:g}"
            raise _wrong(path, place, f"{value!r} is not accepted", accepted)
    assert all(item.default is not MISSING or item.default_factory is not MISSING
               for item in known.values())  # fmt: skip
    return cls(**values)


def _value(hint: Any, value: Any, path: Path, place: str) -> Any:
    if hint is Breaker:
        if not isinstance(value, dict):
            raise _wrong(path, place, "it is no table", "a table", "TW604")
        return _read(Breaker, value, path, place)
    if choices := get_args(hint):
        if value not in choices:
            raise _wrong(path, place, f"{value!r} is not accepted", " or ".join(choices))
        return value
    fits = isinstance(value, (int, float) if hint is float else hint)
    if not fits or (isinstance(value, bool) and hint is not bool):
        words = {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}
        raise _wrong(path, place, f"it must be {words[hint]}", words[hint], "TW604")
    return hint(value)


def _check(policy: ComponentPolicy, path: Path, where: str, names: Iterable[str]) -> None:
    names = list(names)
    for key in ("control", "candidate"):
        name = getattr(policy, key)
        if name and name not in names:
            place = f"{where}.{key}" if where else key
            raise _wrong(
                path, place, f"'{name}' is no implementation that is there", ", ".join(names)
            )
    if policy.control and policy.control == policy.candidate and (
        policy.percentage or not policy.shadow
    ):
        raise _wrong(
            path,
            f"{where}.candidate" if where else "candidate",
            f"'{policy.candidate}' is the control too",
            "another implementation; the same one only in shadow, as an A/A run",
        )


def _wrong(path: Path, place: str, message: str, accepted: str, code: str = "TW605") -> PolicyError:
    return PolicyError(message, code=code, where=f"{path}, {place}", accepted=accepted)
