"""One hierarchy of errors: each has a code, says what is wrong and where, and how to go on.

This module is imported by the import-time selector, so it imports nothing itself.
"""

from __future__ import annotations

__all__ = [
    "BuildError",
    "CommandError",
    "ConfigError",
    "RolloutError",
    "SelectionError",
    "ToolchainError",
    "TwinwheelError",
    "VerifyError",
]


class TwinwheelError(Exception):
    """The base of every error that twinwheel raises on purpose.

    Args:
        message: What is wrong, in one sentence.
        code: A stable identifier, ``TW`` and three digits.
        where: The file, table, key or variable that is at fault.
        accepted: What would have been accepted.
        help: What to do about it.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        where: str = "",
        accepted: str = "",
        help: str = "",  # noqa: A002 (the word that the user reads)
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.where = where
        self.accepted = accepted
        self.help = help

    def __str__(self) -> str:
        return f"[{self.code}] {self.message}{self.details()}"

    def details(self) -> str:
        """Return the labelled lines that follow the message, each after a line break."""
        lines = [""]
        for label in ("where", "accepted", "help"):
            text = getattr(self, label)
            if text:
                lines.append(f"  {label + ':':9} " + text.replace("\n", "\n" + " " * 12))
        return "\n".join(lines)


class ConfigError(TwinwheelError):
    """TW1xx: a setting in ``pyproject.toml``, ``-C`` or the build's environment is wrong."""


class ToolchainError(TwinwheelError):
    """TW2xx: a compiler or another tool is missing or cannot be used."""


class BuildError(TwinwheelError):
    """TW3xx: a builder failed, or its output cannot become part of the wheel."""


class SelectionError(TwinwheelError, ImportError):
    """TW4xx: the implementation that was asked for cannot be bound at import time."""


class CommandError(TwinwheelError):
    """TW5xx: the command line was given something that it cannot work on."""


class RolloutError(TwinwheelError):
    """TW6xx: a rollout's policy or its shared page is refused; the control serves."""


class VerifyError(TwinwheelError):
    """TW7xx: what is to be verified cannot be had, run or compared."""
