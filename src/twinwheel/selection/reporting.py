"""A selection told to people: plain data, and one line."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinwheel.errors import SelectionError

if TYPE_CHECKING:
    from twinwheel.selection.binding import Record

__all__ = ["Report", "Status", "import_package", "make_report"]

_OBVIOUS = ("bound", "not needed")


@dataclass(frozen=True)
class Status:
    """How one implementation fared."""

    status: str
    """``bound``, ``not needed``, ``not built``, ``failed``, ``off`` or ``not listed``."""
    reason: str
    """Why; for ``bound``, the components."""


@dataclass(frozen=True)
class Report:
    """What was selected for a package, and why each other implementation was not."""

    package: str
    version: str
    components: dict[str, str]
    """Component to the name of the implementation that it is bound to."""
    implementations: dict[str, Status]
    """Implementation to how it fared; those that are bound first."""
    variables: dict[str, str]
    """The package's variables that were set, with their values."""

    def __str__(self) -> str:
        parts = []
        for name, state in self.implementations.items():
            if state.status == "bound":
                parts.append(f"{name} ({state.reason})")
            elif state.status in _OBVIOUS:
                parts.append(f"{name}: {state.status}")
            else:
                parts.append(f"{name}: {state.status} ({state.reason})")
        line = f"{self.package} {self.version}: {'; '.join(parts)}"
        said = " ".join(f"{key}={value}" for key, value in self.variables.items() if value.strip())
        return f"{line} [{said}]" if said else line


def make_report(record: Record) -> Report:
    """Turn the selector's own record into a report."""
    ranked = sorted(record.states.items(), key=lambda item: item[1][0] != "bound")
    return Report(
        package=record.package,
        version=record.manifest["version"],
        components={part: record.providers[part] for part in record.manifest["components"]},
        implementations={name: Status(*state) for name, state in ranked},
        variables=dict(record.variables),
    )


def import_package(package: str) -> None:
    """Import a package by its full name.

    Raises:
        SelectionError: TW412 when there is no such package.
    """
    if package in sys.modules:
        return
    try:
        __import__(package)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{package}.".startswith(f"{error.name}."):
            raise
        raise SelectionError(
            f"there is no package {package}",
            code="TW412",
            where=package,
            help="install it, or correct its name",
        ) from None
