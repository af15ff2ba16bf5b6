"""Read a policy file, and refuse what is wrong in it: what, where, and what is accepted."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

from twinwheel.errors import RolloutError
from twinwheel.rollout.files import read_trusted
from twinwheel.rollout.policy import Breaker, ComponentPolicy, Policy
from twinwheel.rollout.words import BUCKETS

if sys.version_info >= (3, 11):
    import tomllib
else:
    from twinwheel._vendor import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable
    from dataclasses import Field

__all__ = ["keys_of", "policy_path", "read_policy"]

_LARGEST = 1_000_000
"""Bytes: what is longer is no policy."""

_MOST = 10**15
_LONGEST = 60
"""Characters of what stands in the file that a message shows."""

_STEP = 100 / BUCKETS

_WORDS = {str: "a string", bool: "true or false", int: "a whole number", float: "a number"}


def read_policy(path: Path, package: str, known: Mapping[str, str], names: Iterable[str]) -> Policy:
    """Read a policy file.

    Args:
        path: The file.
        package: The package that it is for.
        known: The package's components, and which implementation serves each without a rollout.
        names: Its implementations that are there.

    Raises:
        RolloutError: TW601 when the file cannot be read, TW602 when it is no TOML, TW603 for an
            unknown key, TW604 for a value of a wrong type, TW605 for one that is not accepted,
            TW606 when somebody else may have written it.
    """
    reader = _Reader(path, package, known, list(names))
    return reader.policy(_parse(path))


def policy_path(value: str) -> Path:
    """Return the path that a variable means, from the root on where that can be told."""
    path = Path(value)
    with suppress(RuntimeError, OSError):  # no such user's folder; no folder to work in
        path = path.expanduser().absolute()
    return path


@cache
def keys_of(cls: type) -> dict[str, Field[Any]]:
    """Return the keys of a table and the fields that they set."""
    return {item.name.replace("_", "-"): item for item in fields(cls)}


@cache
def _hints_of(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def _parse(path: Path) -> dict[str, Any]:
    try:
        data = read_trusted(path, _LARGEST + 1)
    except OSError as error:
        raise RolloutError(
            f"the policy cannot be read: {error.strerror}",
            code="TW601",
            where=str(path),
            accepted="the path of a TOML file",
            help="write it, or correct the variable that names it",
        ) from None
    try:
        if len(data) > _LARGEST:
            raise ValueError(f"it is longer than {_LARGEST:,} bytes")
        document = tomllib.loads(data.decode("utf-8"))
        if not document:
            raise ValueError(
                "it is empty, as a file that is being written; to stop all, kill = true"
            )
        return document
    except (ValueError, RecursionError) as error:
        raise RolloutError(
            f"the policy is no TOML: {error}",
            code="TW602",
            where=str(path),
            accepted="a TOML document in UTF-8",
        ) from None


class _Reader:
    """What is said of a file in its errors, and what may stand in it."""

    def __init__(
        self, path: Path, package: str, known: Mapping[str, str], names: list[str]
    ) -> None:
        self.path = path
        self.package = package
        self.known = known
        self.names = names

    def policy(self, document: Mapping[str, Any]) -> Policy:
        tables = document.get("components", {})
        top = {key: value for key, value in document.items() if key != "components"}
        common: Policy = self.table(Policy, top, "")
        self.check(common, "")
        for name in common.allow:
            self.component(name, "allow")
        components = {}
        if not isinstance(tables, dict):
            raise self.mistyped("components", tables, "a table for each component")
        own = {key: value for key, value in top.items() if key in keys_of(ComponentPolicy)}
        for name, table in tables.items():
            where = _inside("components", name)
            self.component(name, "components")
            if not isinstance(table, dict):
                raise self.mistyped(where, table, "a table")
            both = {**own, **table}
            for key in ("breaker", "errors"):
                if isinstance(own.get(key), dict) and isinstance(table.get(key), dict):
                    both[key] = {**own[key], **table[key]}
            components[name] = self.table(ComponentPolicy, both, where)
            self.check(components[name], where)
            self.check_control(components[name], known=self.known[name], where=where)
        for name, control in self.known.items():
            if name not in components and (not common.allow or name in common.allow):
                self.check_control(common, known=control, where="")
        return replace(common, components=components)

    def table(self, cls: Any, table: Mapping[str, Any], where: str) -> Any:
        known = keys_of(cls)
        values: dict[str, Any] = {}
        for key, value in table.items():
            place = _inside(where, key)
            item = known.get(key)
            if item is None:
                near = difflib.get_close_matches(key, known, n=1)
                raise RolloutError(
                    f"unknown key '{_visible(key)}'",
                    code="TW603",
                    where=f"{self.path}, {place}",
                    accepted=", ".join(sorted(known)),
                    help=f"did you mean '{near[0]}'?" if near else "",
                )
            values[item.name] = self.value(_hints_of(cls)[item.name], value, place)
            limits = item.metadata
            if limits and not limits["least"] <= values[item.name] <= limits["most"]:
                accepted = f"{limits['least']:,} to {limits['most']:,}"
                raise self.refused(place, f"{value!r} is not accepted", accepted)
        return cls(**values)

    def value(self, hint: Any, value: Any, place: str) -> Any:
        if hint is Breaker:
            if not isinstance(value, dict):
                raise self.mistyped(place, value, "a table")
            return self.table(Breaker, value, place)
        origin, arguments = get_origin(hint), get_args(hint)
        if origin is Literal:
            if value not in arguments:
                raise self.refused(place, f"{_short(value)} is not accepted", ", ".join(arguments))
            return value
        if origin is Mapping:
            if not isinstance(value, dict):
                raise self.mistyped(place, value, "a table")
            return {
                key: self.value(arguments[1], each, _inside(place, key))
                for key, each in value.items()
            }
        if origin is tuple:
            if not isinstance(value, list):
                raise self.mistyped(place, value, "an array of strings")
            return tuple(
                self.value(str, each, f"{place}[{index}]") for index, each in enumerate(value)
            )
        fits = isinstance(value, (int, float) if hint is float else hint)
        if not fits or (isinstance(value, bool) and hint is not bool):
            raise self.mistyped(place, value, _WORDS[hint])
        if isinstance(value, int) and abs(value) > _MOST:
            raise self.refused(place, "so large a number is not accepted", f"at most {_MOST:,}")
        return hint(value)

    def check(self, policy: ComponentPolicy, where: str) -> None:
        """Look at what two keys say together, and at the names of implementations."""
        for key in ("control", "candidate"):
            name = getattr(policy, key)
            if name and name not in self.names:
                message = f"no implementation '{_visible(name)}' can be had here"
                raise self.refused(_inside(where, key), message, ", ".join(self.names))
        for key in ("percentage", "shadow"):
            if 0 < getattr(policy, key) < _STEP:
                message = f"{getattr(policy, key)} is less than the smallest step"
                raise self.refused(_inside(where, key), message, f"0, or {_STEP} to 100")
        if not policy.candidate and (policy.percentage or policy.shadow):
            wants = "percentage" if policy.percentage else "shadow"
            message = f"{wants} asks for a candidate, and none is named"
            raise self.refused(_inside(where, "candidate"), message, ", ".join(self.names))

    def check_control(self, policy: ComponentPolicy, *, known: str, where: str) -> None:
        """Look whether a component would be tried against itself."""
        if policy.candidate and (policy.control or known) == policy.candidate and policy.percentage:
            raise self.refused(
                _inside(where, "candidate"),
                f"'{policy.candidate}' is the control too",
                "another implementation; or the same one with shadow alone, as an A/A run",
            )

    def component(self, name: str, place: str) -> None:
        if name not in self.known:
            raise self.refused(
                place, f"{self.package} has no component '{_visible(name)}'", ", ".join(self.known)
            )

    def refused(self, place: str, message: str, accepted: str) -> RolloutError:
        return RolloutError(message, code="TW605", where=f"{self.path}, {place}", accepted=accepted)

    def mistyped(self, place: str, value: Any, accepted: str) -> RolloutError:
        return RolloutError(
            f"{_short(value)} is not {accepted}",
            code="TW604",
            where=f"{self.path}, {place}",
            accepted=accepted,
        )


def _inside(where: str, key: str) -> str:
    return f"{where}.{_visible(key)}" if where else _visible(key)


def _visible(text: str) -> str:
    """Return a text of the file so that it is one line, and nothing that a terminal obeys."""
    return text if text.isprintable() and len(text) <= _LONGEST else f"{text!r:.{_LONGEST}}"


def _short(value: Any) -> str:
    try:
        return f"{value!r:.{_LONGEST}}"
    except ValueError:  # a number of thousands of digits
        return "a number of so many digits"
