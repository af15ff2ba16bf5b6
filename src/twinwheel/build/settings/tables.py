"""Typed reading of TOML tables, where each wrong key or value gives one coded error."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Table", "suggest"]

_TYPE_NAMES = {str: "a string", bool: "true or false", dict: "a table", list: "an array"}


def suggest(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'?`` for the known word nearest to ``word``, or an empty string."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean '{close[0]}'?" if close else ""


class Table:
    """One TOML table and its name, so that every complaint can say where it is.

    Args:
        name: Dotted name, such as ``tool.twinwheel``.
        values: The table as parsed.

    Raises:
        ConfigError: TW104 when it is no table.
    """

    def __init__(self, name: str, values: object) -> None:
        self.name = name
        if not isinstance(values, dict):
            raise self._wrong_type("", values, "a table")
        self.values: Mapping[str, Any] = values

    def check_keys(self, known: Iterable[str]) -> None:
        """Raise TW103 for a key that is not known."""
        accepted = sorted(known)
        for key in self.values:
            if key not in accepted:
                raise ConfigError(
                    f"unknown key '{key}'",
                    code="TW103",
                    where=f"pyproject.toml, [{self.name}]",
                    accepted=", ".join(accepted),
                    help=suggest(key, accepted),
                )

    def string(self, key: str) -> str:
        """Return a string that is not empty."""
        value = self.values[key]
        if not isinstance(value, str) or not value:
            raise self._wrong_type(key, value, "a string that is not empty")
        return value

    def boolean(self, key: str) -> bool:
        """Return true or false."""
        value = self.values[key]
        if not isinstance(value, bool):
            raise self._wrong_type(key, value, "true or false")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """Return an array of distinct strings."""
        value = self.values[key]
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self._wrong_type(key, value, "an array of strings")
        if len(set(value)) != len(value):
            raise self.invalid(key, f"{value!r} names one thing twice", "each name once")
        return tuple(value)

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """Return one of ``choices``."""
        value = self.string(key)
        if value not in choices:
            raise self.invalid(
                key, f"'{value}' is not accepted", ", ".join(choices), suggest(value, choices)
            )
        return value

    def table(self, key: str) -> Table:
        """Return the sub-table under ``key``."""
        return Table(f"{self.name}.{key}", self.values[key])

    def array(self, key: str) -> list[Table]:
        """Return the tables of an array of tables."""
        value = self.values[key]
        if not isinstance(value, list):
            raise self._wrong_type(key, value, "an array of tables")
        return [Table(f"{self.name}.{key}[{place}]", item) for place, item in enumerate(value)]

    def invalid(self, key: str, message: str, accepted: str, help: str = "") -> ConfigError:  # noqa: A002
        """Return the error for a value that has the right type and is wrong all the same."""
        return ConfigError(
            f"{key}: {message}" if key else message,
            code="TW105",
            where=f"pyproject.toml, [{self.name}]",
            accepted=accepted,
            help=help,
        )

    def _wrong_type(self, key: str, value: object, wanted: str) -> ConfigError:
        got = _TYPE_NAMES.get(type(value), type(value).__name__)
        got = "an empty string" if value == "" else got
        return ConfigError(
            f"{key or 'this'} must be {wanted}, not {got}",
            code="TW104",
            where=f"pyproject.toml, [{self.name}]",
            accepted=wanted,
        )
