"""Choose the modules of a package that are compared, each of which is searched by itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinwheel.verify.runner.owning import OTHER, OWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twinwheel.verify.describing import Described, Files, Looked, Name
    from twinwheel.verify.subjects import Subject

__all__ = [
    "ENOUGH",
    "MOST",
    "Shown",
    "below",
    "beside",
    "comparable",
    "from_others",
    "left_out",
    "listed",
    "named_modules",
    "near",
    "together",
    "worth_importing",
]

MOST = 24
"""Modules that are compared unless they are named."""

ENOUGH = 70
"""Components with which no modules are added that use nothing compiled: the time is shared."""

_NOT_THE_PACKAGE = {
    "__main__", "_cli", "_test", "_tests", "benchmark", "benchmarks", "cli", "conftest", "docs",
    "examples", "scripts", "setup", "test", "testing", "tests", "tool",
}  # fmt: skip
"""Modules that come with a package, but are not it; to import them may do anything."""


@dataclass(frozen=True)
class Shown:
    """What is compared of a module: what no other module shows better."""

    names: tuple[str, ...] = ()
    """Functions, classes and constants that are public on one side at least."""
    whole: bool = True
    """Whether that is all that the module shows."""
    called: int = 0
    """How many of them all sides have, and can be called."""

    def of(self, subject: Subject) -> Subject:
        """Have a subject compare these names."""
        if self.whole:
            return replace(subject, components=(), also=self.names)
        return replace(subject, components=self.names, also=())


def below(name: str, package: str) -> bool:
    """Tell whether a module is a package, or is in it."""
    return name == package or name.startswith(package + ".")


def listed(names: Sequence[str], most: int = 6) -> str:
    """Write names with commas, and how many more there are where they are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def left_out(why: str, modules: Sequence[str]) -> list[str]:
    """Say which modules are not compared."""
    return [f"not compared, as {why}: {listed(modules)} (name one: --module)"] if modules else []


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
        hidden = any(part.startswith("_") for part in _inside(name, base))
        if not _is_beside(name, base) and (private or not hidden):
            found.append(name)
    return found


def _inside(name: str, base: str) -> list[str]:
    return name[len(base) :].split(".")[1:]


def _is_beside(name: str, base: str) -> bool:
    parts = _inside(name, base)
    return any(part.startswith("test_") or part in _NOT_THE_PACKAGE for part in parts)


def beside(looked: Sequence[Looked], bases: Sequence[str]) -> list[str]:
    """Give the modules that all sides have, and that are by their names no part of the package."""
    found: list[str] = []
    for name in sorted(set.intersection(*(set(each.modules) for each in looked))):
        base = max((each for each in bases if below(name, each)), key=len, default=None)
        if base is None or not _is_beside(name, base):
            continue
        hidden = any(part.startswith("_") for part in _inside(name, base))
        if not hidden and not any(below(name, each) for each in found):
            found.append(name)
    return found


def comparable(
    sides: Sequence[Described], candidates: Iterable[str], roots: Sequence[str]
) -> dict[str, Shown]:
    """Give the modules that all sides have, and what of each is compared: everything once.

    What several modules show is compared as a part of the package, else of the module that it says
    it is of, or of the one above that: others have imported it to use it. The least deep comes
    first.

    Args:
        sides: What importing gave, for each implementation, the control first.
        candidates: Modules to choose among, in order of preference.
        roots: The packages that they are of.
    """
    modules = [each for each in candidates if all(each in side.modules for side in sides)]
    shown = {each: _shown(sides, each, modules, roots) for each in modules}
    best: dict[_Same, tuple[tuple[bool, bool, int, int], str]] = {}
    for place, module in enumerate(modules):
        for each in filter(None, shown[module].values()):
            above = any(below(home, module) for home in each.homes)
            rank = module not in roots, not above, module.count("."), place
            best[each] = min(best.get(each, (rank, module)), (rank, module))
    chosen: dict[str, Shown] = {}
    for module in modules:
        own = {
            name: each
            for name, each in shown[module].items()
            if each is None or best[each][1] == module
        }
        if any(each is not None and each.ids[0] for each in own.values()):
            whole = len(own) == len(shown[module]) and (
                module in roots or not _others(sides, module, own)
            )
            called = sum(each is not None and all(each.ids) for each in own.values())
            chosen[module] = Shown(tuple(sorted(own)), whole, called)
    return chosen


def named_modules(
    sides: Sequence[Described], modules: Iterable[str], roots: Sequence[str]
) -> dict[str, Shown]:
    """Give what is compared of modules that the user named: all that each of them shows."""
    return {each: comparable(sides, [each], [*roots, each]).get(each, Shown()) for each in modules}


@dataclass(frozen=True)
class _Same:
    """What is called by a name; equal where all sides have the same objects by another name."""

    ids: tuple[int, ...]
    """For each side; 0 where it has none."""
    homes: frozenset[str] = field(compare=False)
    """The modules that it says it is of."""


def _shown(
    sides: Sequence[Described], module: str, modules: Sequence[str], roots: Sequence[str]
) -> dict[str, _Same | None]:
    """Give what a module shows, without what it has from elsewhere; None for a constant.

    What is public on one side is compared with what the other has by that name, be it public or
    not: it can be used by that name on both.
    """
    elsewhere = {
        name for side in sides for each in modules if each != module for name in side.modules[each]
    }

    def offers(name: str, what: Name) -> bool:
        if not what.public or what.kind == "module":
            return False
        if module in roots:  # what a package lists is its own, wherever it is from
            return True
        # a constant does not say where it is from, but keeps its name
        return what.whose == OWN if what.called else name not in elsewhere

    public = {each for side in sides for each in side.modules if not _is_private(each)}
    named = [side.modules[module] for side in sides]
    shown: dict[str, _Same | None] = {}
    for name in dict.fromkeys(name for names in named for name in names):
        found = [names.get(name) for names in named]
        # what is None on one side is how the package notes that it has no compiled one
        off = any(each is not None and each.kind == "nothing" for each in found)
        if off or not any(each is not None and offers(name, each) for each in found):
            continue
        called = [each is not None and each.called for each in found]
        ids = tuple(
            each.id if each is not None and there else 0
            for each, there in zip(found, called, strict=True)
        )
        homes = frozenset(each.home for each in found if each is not None)
        # what one side alone has there was imported to be used, if it is of another public module
        used = module not in (*roots, *homes) and homes <= public and not all(ids)
        if any(called) and not used:
            shown[name] = _Same(ids, homes)
        elif not any(called):
            shown[name] = None
    return shown


def _others(sides: Sequence[Described], module: str, own: Iterable[str]) -> set[str]:
    """Give what a module shows besides."""
    public = {
        name
        for side in sides
        for name, what in side.modules[module].items()
        if what.public and what.kind != "module"
    }
    return public - set(own)


def from_others(
    sides: Sequence[Described], modules: Iterable[str], chosen: Mapping[str, Shown]
) -> list[str]:
    """Give what is there on all sides and not compared, as another distribution gives it."""
    return [
        f"{module}.{name}"
        for module in modules
        if all(module in side.modules for side in sides)
        for name in sides[0].modules[module]
        if not name.startswith("_")
        and name not in chosen.get(module, Shown()).names
        and all(_is_from_another(side.modules[module].get(name)) for side in sides)
    ]


def _is_from_another(what: Name | None) -> bool:
    return what is not None and what.called and what.whose == OTHER


def together(chosen: Mapping[str, Shown], first: Iterable[str]) -> list[str]:
    """Give the modules that are compared, as many as the time is good for.

    Args:
        chosen: All that could be.
        first: Those that come before the others, as they reach what is compiled.
    """
    leading = set(first)
    taken = [each for each in chosen if each in leading][:MOST]
    count = sum(chosen[each].called for each in taken)
    for module in chosen:
        if module not in leading and len(taken) < MOST and count < ENOUGH:
            taken.append(module)
            count += chosen[module].called
    return [each for each in chosen if each in taken]


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
