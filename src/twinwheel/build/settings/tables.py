"""Typed reading of TOML tables, where each wrong key or value gives one coded error."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Table", "shorten", "suggest", "tool_table"]

_QUOTED = 300  # characters of a value, in a message
_NAME_LENGTH, _PATH_LENGTH = 255, 1000  # bytes that file systems take, and systems
_TYPE_NAMES = {str: "a string", bool: "true or false", dict: "a table", list: "an array"}


def suggest(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean 'x'?`` for the known word nearest to ``word``, or an empty string."""
    close = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean '{close[0]}'?" if close else ""


def shorten(text: str) -> str:
    """Return a value as a message may quote it: whole, or its beginning when it is very long."""
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def tool_table(pyproject: Mapping[str, Any], name: str) -> Table:
    """Return ``[tool.NAME]``; an empty table when there is none.

    Raises:
        ConfigError: TW104 when it is no table.
    """
    return Table("tool", pyproject.get("tool", {})).table(name)


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
            raise self.wrong_type("", values, "a table")
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
            raise self.wrong_type(key, value, "a string that is not empty")
        self._check_text(key, value)
        return value

    def path(self, key: str, default: str) -> str:
        """Return a path, of a length that a system may have."""
        if key not in self.values:
            return default
        path = self.string(key)
        self.check_path(key, path)
        return path

    def check_path(self, key: str, path: str) -> None:
        """Raise TW105 for a path that no system can have."""
        names = re.split(r"[/\\]", path)
        longest = max(len(name.encode("utf-8", "replace")) for name in names)
        if longest > _NAME_LENGTH or len(path.encode("utf-8", "replace")) > _PATH_LENGTH:
            raise self.invalid(
                key,
                f"'{shorten(path)}' is too long to be a path",
                f"names of at most {_NAME_LENGTH} bytes, {_PATH_LENGTH} in all",
            )

    def boolean(self, key: str) -> bool:
        """Return true or false."""
        value = self.values[key]
        if not isinstance(value, bool):
            raise self.wrong_type(key, value, "true or false")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """Return an array of distinct strings."""
        texts = self.texts(key)
        if len(set(texts)) != len(texts):
            raise self.invalid(key, f"{list(texts)!r} names one thing twice", "each name once")
        return texts

    def texts(self, key: str) -> tuple[str, ...]:
        """Return an array of strings; none when there is no such key."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.wrong_type(key, value, "an array of strings")
        for item in value:
            self._check_text(key, item)
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
        """Return the sub-table under ``key``; an empty one when there is none."""
        return Table(f"{self.name}.{key}", self.values.get(key, {}))

    def array(self, key: str) -> list[Table]:
        """Return the tables of an array of tables; none when there is no such key."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.wrong_type(key, value, "an array of tables")
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

    def wrong_type(self, key: str, value: object, wanted: str) -> ConfigError:
        """Return the error for a value of another type; without a key, for the table itself."""
        got = _TYPE_NAMES.get(type(value), type(value).__name__)
        got = "an empty string" if value == "" else got
        return ConfigError(
            f"{key or 'this'} must be {wanted}, not {got}",
            code="TW104",
            where=f"pyproject.toml, [{self.name}]",
            accepted=wanted,
        )

    def _check_text(self, key: str, text: str) -> None:
        if "\0" in text:  # which no path, name or argument can have
            raise self.invalid(key, f"{shorten(text)!r} holds a null character", "text without it")
