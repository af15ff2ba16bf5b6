"""Choose the modules of a package that are compared, each of which is searched by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twinwheel.verify.describing import Described, Files, Name

__all__ = ["MOST", "below", "comparable", "left_out", "listed", "near", "worth_importing"]

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


def left_out(beyond: Sequence[str], others: Sequence[str]) -> list[str]:
    """Say which modules are not compared.

    Args:
        beyond: Those that would be, if there were fewer.
        others: Those that do not use what is compiled.
    """
    notes = []
    if beyond:
        notes.append(f"not compared, as there are many: {listed(beyond)} (name one: --module)")
    if others:
        what = "not compared, as they use what is compiled by way of others or not at all"
        notes.append(f"{what}: {listed(others)} (name one: --module)")
    return notes


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
        tests = any(part.startswith("test_") for part in parts)
        beside = tests or _NOT_THE_PACKAGE.intersection(parts)
        if not beside and (private or not hidden):
            found.append(name)
    return found


def comparable(
    sides: Sequence[Described], candidates: Iterable[str], roots: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Give the modules that all sides have, and have something to call that no other shows.

    Args:
        sides: What importing gave, for each implementation.
        candidates: Modules to choose among, in order of preference.
        roots: The packages that they are of.

    Returns:
        For each, the names that none before it shows; empty for all of them.
    """
    chosen: dict[str, tuple[str, ...]] = {}
    seen: list[set[int]] = [set() for _ in sides]
    for module in candidates:
        if any(module not in side.modules for side in sides):
            continue
        own = _own(sides, module, roots)
        # what is None on one side is how the package notes that it has no compiled one
        off = {name for names in own for name, each in names.items() if each.kind == "nothing"}
        new = [
            {name for name, each in names.items() if each.id not in known and name not in off}
            for names, known in zip(own, seen, strict=True)
        ]
        called = [
            {name for name in fresh if names[name].called}
            for names, fresh in zip(own, new, strict=True)
        ]
        if all(called):
            whole = all(len(fresh) == len(names) for names, fresh in zip(own, new, strict=True))
            chosen[module] = () if whole or not chosen else tuple(sorted(set().union(*new)))
            for known, names in zip(seen, own, strict=True):
                known |= {each.id for each in names.values() if each.called}
    return chosen


def _own(sides: Sequence[Described], module: str, roots: Sequence[str]) -> list[dict[str, Name]]:
    """Give for each side what a module shows, without what it has imported from elsewhere."""
    all_have = set.intersection(*(set(side.modules) for side in sides)) - {module}
    elsewhere = {name for side in sides for other in all_have for name in side.modules[other]}

    def is_foreign(name: str, what: Name) -> bool:
        if module in roots:  # what a package shows is its own, wherever it is from
            return False
        if not what.called:  # a constant does not say where it is from, but keeps its name
            return name in elsewhere
        # compiled code does not always say
        return bool(what.home) and not any(below(what.home, each) for each in (*roots, module))

    def is_shown_elsewhere(name: str) -> bool:
        homes = {side.modules[module][name].home for side in sides if name in side.modules[module]}
        return module not in roots and homes <= set(filter(_is_public, all_have))

    return [
        {
            name: each
            for name, each in side.modules[module].items()
            if each.public
            and each.kind != "module"
            and not is_foreign(name, each)
            and not is_shown_elsewhere(name)
        }
        for side in sides
    ]


def _is_public(module: str) -> bool:
    return not any(part.startswith("_") for part in module.split("."))


def near(side: Described, compiled: Iterable[str], showing: Iterable[str] = ()) -> set[str]:
    """Give the modules that use some others directly, or by way of private ones.

    Those that use them by way of a public module have their part in that one, and are many.

    Args:
        side: What importing gave.
        compiled: The modules to start from.
        showing: Others that are known to have a part in them.
    """
    uses: dict[str, set[str]] = {
        module: {what.home for what in names.values() if what.home != module}
        for module, names in side.modules.items()
    }
    reached = {*compiled, *showing}
    sources = {*compiled, *filter(_is_private, showing)}
    while sources:
        more = {module for module, used in uses.items() if used & sources} - reached
        reached |= more
        sources = set(filter(_is_private, more))
    return reached


def _is_private(module: str) -> bool:
    return module.rpartition(".")[2].startswith("_")
