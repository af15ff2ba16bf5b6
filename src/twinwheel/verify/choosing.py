"""Choose the modules of a package that are compared, each of which is searched by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twinwheel.verify.describing import Described, Files

__all__ = ["MOST", "affected", "below", "comparable", "listed", "worth_importing"]

MOST = 24
"""Modules that are compared unless they are named."""

_NOT_THE_PACKAGE = {
    "__main__", "_cli", "_test", "_tests", "benchmark", "benchmarks", "cli", "conftest", "docs",
    "examples", "scripts", "setup", "test", "testing", "tests", "tool",
}  # fmt: skip
"""Modules that come with a package, but are not it; to import them may do anything."""


def below(name: str, package: str) -> bool:
    """Tell whether a module is a package, or is in it."""
    return name == package or name.startswith(package + ".")


def listed(names: Sequence[str], most: int = 6) -> str:
    """Write names with commas, and how many more there are where they are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def worth_importing(
    modules: Mapping[str, Files], bases: Sequence[str], *, private: bool
) -> list[str]:
    """Give the modules to look at, the packages themselves first.

    Args:
        modules: All that there are.
        bases: The packages, or modules, that are compared.
        private: Whether to give those too whose name begins with an underscore.
    """
    found = []
    for name in sorted(modules, key=lambda each: (each not in bases, each.count("."), each)):
        base = max((each for each in bases if below(name, each)), key=len, default=None)
        if base is None:
            continue
        parts = name[len(base) :].split(".")[1:]
        hidden = any(part.startswith("_") for part in parts)
        if not _NOT_THE_PACKAGE.intersection(parts) and (private or not hidden):
            found.append(name)
    return found


def comparable(
    sides: Sequence[Described], candidates: Iterable[str], bases: Sequence[str]
) -> list[str]:
    """Give the modules that all sides have, and have something to call that no other shows.

    Args:
        sides: What importing gave, for each implementation.
        candidates: Modules to choose among, in order of preference.
        bases: The packages that they are of.
    """
    chosen: list[str] = []
    seen: list[set[int]] = [set() for _ in sides]
    for module in candidates:
        if any(module not in side.modules for side in sides):
            continue
        own: list[set[int]] = []
        for side in sides:
            names = side.modules[module]
            own.append(
                {
                    names[name].id
                    for name in side.public(module)
                    if any(below(names[name].home, base) for base in bases)
                    # compiled code does not always say where it is from
                    or (names[name].compiled and not names[name].home)
                    or module in bases
                }
            )
        if all(new - known for new, known in zip(own, seen, strict=True)):
            chosen.append(module)
            seen = [known | new for new, known in zip(own, seen, strict=True)]
    return chosen


def affected(side: Described, changed: Iterable[str]) -> set[str]:
    """Give the modules that have a part in some others, through any number of imports.

    Args:
        side: What importing gave.
        changed: The modules to start from.
    """
    uses: dict[str, set[str]] = {
        module: {what.home for what in names.values() if what.home != module}
        for module, names in side.modules.items()
    }
    reached = set(changed)
    while True:
        more = {module for module, used in uses.items() if module not in reached and used & reached}
        if not more:
            return reached
        reached |= more
