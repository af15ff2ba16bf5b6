"""Every error code that twinwheel raises, explained.

A new code takes one ``entry`` in the module of its class. ``nox -s reference`` writes
docs/reference/errors.md from what is here; tests hold it to the code and the page to it.
"""

from __future__ import annotations

from twinwheel.cli.explain.explanations import (
    builds,
    command_line,
    editable,
    halves,
    libraries,
    project,
    reports,
    rollout,
    selection,
    settings,
    suites,
    tools,
    verify,
)
from twinwheel.cli.explain.explanations.entry import Explanation
from twinwheel.errors import (
    BuildError,
    CommandError,
    ConfigError,
    RolloutError,
    SelectionError,
    ToolchainError,
    TwinwheelError,
    VerifyError,
)

__all__ = ["CLASSES", "EXPLANATIONS", "Explanation"]

CLASSES: dict[str, tuple[str, type[TwinwheelError]]] = {
    "1": ("settings", ConfigError),
    "2": ("tools", ToolchainError),
    "3": ("build", BuildError),
    "4": ("selection", SelectionError),
    "5": ("command line", CommandError),
    "6": ("rollout", RolloutError),
    "7": ("verify", VerifyError),
}
"""First digit of a code: what the errors are about, and their class."""

_MODULES = (
    *(settings, project, tools, builds, halves, editable, libraries, selection, command_line),
    *(rollout, verify, suites, reports),
)

EXPLANATIONS: tuple[Explanation, ...] = tuple(
    sorted(
        (explanation for module in _MODULES for explanation in module.ENTRIES),
        key=lambda explanation: explanation.code,
    )
)
"""In the order of their codes."""
