"""How outcomes differ, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["together", "verdict"]

_VERBS = {
    "passed": ("passes", "pass"),
    "failed": ("fails", "fail"),
    "error": ("has an error", "have an error"),
    "skipped": ("skips", "skip"),
    "xfailed": ("fails as expected", "fail as expected"),
    "xpassed": ("passes unexpectedly", "pass unexpectedly"),
    "crashed": ("crashes", "crash"),
    "hung": ("hangs", "hang"),
    "not run": ("does not have it", "do not have it"),
}


def verdict(names: Sequence[str], outcomes: Sequence[str]) -> str:
    """Say in words how outcomes differ; ``same`` if they do not.

    Args:
        names: Of the implementations.
        outcomes: Of each. One that a marker left out has no say.
    """
    groups: dict[str, list[str]] = {}
    for name, outcome in zip(names, outcomes, strict=True):
        if outcome != "left out":
            groups.setdefault(outcome, []).append(name)
    if len(groups) <= 1:
        return "same"
    if len(groups) == 2 and "not run" in groups:
        (having,) = (group for outcome, group in groups.items() if outcome != "not run")
        return f"only {together(having)} {'has' if len(having) == 1 else 'have'} it"
    if len(groups) == 2:
        # What is odd is told, and of two that are alike odd the one that does not pass.
        ranked = sorted(groups, key=lambda each: (len(groups[each]), each == "passed"))
        odd, usual = ranked
        if usual == "passed" or len(groups[odd]) < len(groups[usual]):
            if len(groups[odd]) == 1:
                return f"only {groups[odd][0]} {_VERBS[odd][0]}"
            return f"only {together(groups[odd])} {_VERBS[odd][1]}"
    return ", ".join(
        f"{together(group)} {_VERBS[outcome][len(group) > 1]}" for outcome, group in groups.items()
    )


def together(names: Sequence[str]) -> str:
    """Write names with commas and an ``and``."""
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
