"""``[[tool.twinwheel.overrides]]``: keys that hold for some platform, Python or environment only.

In the manner of scikit-build-core's: https://scikit-build-core.readthedocs.io/en/latest/configuration/overrides.html
"""

from __future__ import annotations

import copy
import operator
import platform
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from twinwheel.build.settings.model import Conditions, Document
from twinwheel.build.settings.read import keys_of, read_table
from twinwheel.build.settings.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FIXED", "Situation", "State", "apply_overrides", "current_situation"]

State = Literal["wheel", "editable", "sdist"]

_NO = ("", "0", "false", "no", "off")
_CLAUSE = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)*)(\.\*)?\s*\Z")
_OPERATORS = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}
FIXED = ("overrides", "minimum-version", "cargo")
"""Not to be set by an override: what the others are read by, and what a builder reads itself."""


@dataclass(frozen=True)
class Situation:
    """What conditions are compared with."""

    python_version: tuple[int, ...]
    implementation_name: str
    platform_system: str
    platform_machine: str
    environ: Mapping[str, str]
    state: State
    from_sdist: bool


def current_situation(environ: Mapping[str, str], state: State, *, from_sdist: bool) -> Situation:
    """Describe this interpreter on this machine."""
    return Situation(
        python_version=tuple(sys.version_info[:3]),
        implementation_name=sys.implementation.name,
        platform_system=sys.platform,
        platform_machine=platform.machine(),
        environ=environ,
        state=state,
        from_sdist=from_sdist,
    )


def apply_overrides(table: Table, situation: Situation) -> Table:
    """Merge the overrides that hold into the table.

    Args:
        table: ``[tool.twinwheel]``.
        situation: What the conditions are compared with.

    Returns:
        The table without ``overrides``.

    Raises:
        ConfigError: TW103 to TW105 for a wrong override, whether it holds or not.
    """
    base = {key: value for key, value in table.values.items() if key != "overrides"}
    if "overrides" not in table.values:
        return Table(table.name, base)
    merged = base
    for override in table.array("overrides"):
        if "if" not in override.values:
            raise override.invalid("if", "it is missing", "a table of conditions")
        conditions = read_table(Conditions, override.table("if"))
        changes = {key: value for key, value in override.values.items() if key != "if"}
        allowed = [key for key in keys_of(Document) if key not in FIXED]
        Table(override.name, changes).check_keys(allowed)
        # Read as if it held, so that a mistake in it shows on every machine.
        read_table(Document, Table(override.name, _merge(base, changes)))
        if _holds(conditions, situation, override.table("if")):
            merged = _merge(merged, changes)
    return Table(table.name, merged)


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    result = copy.deepcopy(dict(base))
    for key, value in changes.items():
        old = result.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[key] = _merge(old, value) if both else copy.deepcopy(value)  # type: ignore[arg-type]
    return result


def _holds(conditions: Conditions, situation: Situation, table: Table) -> bool:
    verdicts = _verdicts(conditions, situation, table)
    if conditions.any is not None:
        one_of = _verdicts(conditions.any, situation, table.table("any"))
        verdicts.append(any(one_of))
    if not verdicts:
        raise table.invalid("", "there is no condition in it", ", ".join(keys_of(Conditions)))
    return all(verdicts)


def _verdicts(conditions: Conditions, situation: Situation, table: Table) -> list[bool]:
    verdicts = []
    if conditions.python_version:
        verdicts.append(_version_fits(conditions.python_version, situation.python_version, table))
    for key, pattern, text in (
        ("implementation-name", conditions.implementation_name, situation.implementation_name),
        ("platform-system", conditions.platform_system, situation.platform_system),
        ("platform-machine", conditions.platform_machine, situation.platform_machine),
        ("state", conditions.state, situation.state),
    ):
        if pattern:
            verdicts.append(bool(_compiled(pattern, key, table).match(text)))
    for name, wanted in conditions.env.items():
        value = situation.environ.get(name, "")
        if isinstance(wanted, bool):
            verdicts.append((value.strip().lower() not in _NO) is wanted)
        else:
            verdicts.append(bool(_compiled(wanted, f"env.{name}", table).fullmatch(value)))
    if conditions.from_sdist is not None:
        verdicts.append(conditions.from_sdist is situation.from_sdist)
    return verdicts


def _compiled(pattern: str, key: str, table: Table) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise table.invalid(
            key, f"'{pattern}' is no regular expression: {error}", "a regular expression"
        ) from None


def _version_fits(specifier: str, version: tuple[int, ...], table: Table) -> bool:
    """Compare without the packaging library, which is not there yet when requirements are asked."""
    for clause in specifier.split(","):
        match = _CLAUSE.match(clause)
        if not match or (match[3] and match[1] not in ("==", "!=")):
            raise table.invalid(
                "python-version",
                f"'{clause.strip()}' is no version clause",
                "clauses such as >=3.12, <3.14, ==3.13.*, joined by commas",
            )
        wanted = tuple(int(part) for part in match[2].split("."))
        have = version[: len(wanted)] if match[3] else version
        width = max(len(wanted), len(have))
        padded = [each + (0,) * (width - len(each)) for each in (have, wanted)]
        if not _OPERATORS[match[1]](*padded):
            return False
    return True
