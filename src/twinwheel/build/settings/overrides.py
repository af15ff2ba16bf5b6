"""``[[tool.twinwheel.overrides]]``: keys that hold for some platform, Python or environment only.

In the manner of scikit-build-core's: https://scikit-build-core.readthedocs.io/en/latest/configuration/overrides.html
"""

from __future__ import annotations

import platform
import re
import sys
import sysconfig
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from twinwheel.build.settings.model import Conditions, Document, OverrideSettings
from twinwheel.build.settings.pep440 import CLAUSES, contains
from twinwheel.build.settings.read import check_filled, keys_of, read_table
from twinwheel.build.settings.tables import Table, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.build.settings.model import PlainConditions

__all__ = [
    "FIXED",
    "Situation",
    "State",
    "apply_overrides",
    "current_situation",
    "without_overrides",
]

State = Literal["wheel", "editable", "sdist"]

_NO = ("", "0", "false", "no", "off")
FIXED = ("overrides", "minimum-version", "cargo")
"""Not to be set by an override: what the others are read by, and what a builder reads itself."""


@dataclass(frozen=True)
class Situation:
    """What conditions are compared with."""

    python_version: str
    """By PEP 440."""

    implementation_name: str
    platform_system: str
    platform_machine: str
    platform_node: str
    abi_flags: str
    environ: Mapping[str, str]
    state: State
    from_sdist: bool


def current_situation(environ: Mapping[str, str], state: State, *, from_sdist: bool) -> Situation:
    """Describe this interpreter on this machine."""
    return Situation(
        python_version=_python_version(),
        implementation_name=sys.implementation.name,
        platform_system=sys.platform,
        platform_machine=platform.machine(),
        platform_node=platform.node(),
        abi_flags=getattr(sys, "abiflags", "") or _flags_of_windows(),
        environ=environ,
        state=state,
        from_sdist=from_sdist,
    )


def without_overrides(table: Table) -> Table:
    """Return the table as it is where no override holds."""
    return Table(table.name, {k: v for k, v in table.values.items() if k != "overrides"})


def apply_overrides(table: Table, situation: Situation) -> Table:
    """Merge the overrides that hold into the table.

    Args:
        table: ``[tool.twinwheel]``, which was read without them before.
        situation: What the conditions are compared with.

    Returns:
        The table without ``overrides``.

    Raises:
        ConfigError: TW103 to TW105 for a wrong override, whether it holds or not.
    """
    base = without_overrides(table).values
    if "overrides" not in table.values:
        return Table(table.name, base)
    allowed = [key for key in keys_of(Document) if key not in FIXED]
    merged = base
    for override in table.array("overrides"):
        if "if" not in override.values:
            raise override.invalid("if", "it is missing", "a table of conditions")
        check_filled(keys_of(OverrideSettings)["if"], override, "if")
        conditions = read_table(Conditions, override.table("if"))
        changes = Table(override.name, {k: v for k, v in override.values.items() if k != "if"})
        changes.check_keys(allowed)
        read_table(Document, changes, in_part=True)
        # Read as if it held, so that a mistake in it shows on every machine.
        read_table(Document, Table(override.name, _merge(base, changes.values)))
        if _holds(conditions, situation, override.table("if")):
            merged = _merge(merged, changes.values)
    return Table(table.name, merged)


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Merge tables that were read before, so that they are no deeper than the model."""
    result = dict(base)
    for key, value in changes.items():
        old = result.get(key)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[key] = _merge(old, value) if both else value  # type: ignore[arg-type]
    return result


def _python_version() -> str:
    info = sys.version_info
    stage = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(info.releaselevel, "")
    return f"{info[0]}.{info[1]}.{info[2]}{stage and f'{stage}{info.serial}'}"


def _flags_of_windows() -> str:
    """Return what ``sys.abiflags`` would be where Python does not have it."""
    flags = {"t": "Py_GIL_DISABLED", "d": "Py_DEBUG"}
    return "".join(flag for flag, name in flags.items() if sysconfig.get_config_var(name))


def _holds(conditions: Conditions, situation: Situation, table: Table) -> bool:
    verdicts = _verdicts(conditions, situation, table)
    if conditions.any is not None:
        verdicts.append(any(_verdicts(conditions.any, situation, table.table("any"))))
    return all(verdicts)


def _verdicts(conditions: PlainConditions, situation: Situation, table: Table) -> list[bool]:
    verdicts = []
    if conditions.python_version:
        verdicts.append(_version_fits(conditions.python_version, situation.python_version, table))
    for key, pattern, text in (
        ("implementation-name", conditions.implementation_name, situation.implementation_name),
        ("platform-system", conditions.platform_system, situation.platform_system),
        ("platform-machine", conditions.platform_machine, situation.platform_machine),
        ("platform-node", conditions.platform_node, situation.platform_node),
        ("state", conditions.state, situation.state),
    ):
        if pattern:
            verdicts.append(bool(_compiled(pattern, key, table).match(text)))
    if conditions.abi_flags:
        flags = _compiled(conditions.abi_flags, "abi-flags", table)
        verdicts.append(bool(flags.search(situation.abi_flags)))
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
    except (re.error, OverflowError, RecursionError) as error:
        raise table.invalid(
            key, f"'{pattern}' is no regular expression: {error}", "a regular expression"
        ) from None


def _version_fits(specifiers: str, version: str, table: Table) -> bool:
    try:
        return contains(specifiers, version)
    except ValueError as error:
        raise table.invalid(
            "python-version", f"'{shorten(str(error))}' is no version clause", CLAUSES
        ) from None
