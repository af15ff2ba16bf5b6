"""Two environments, each with its own release of a package."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twinwheel.errors import VerifyError
from twinwheel.verify.choosing import (
    Shown,
    below,
    beside,
    comparable,
    from_others,
    left_out,
    listed,
    named_modules,
    near,
    together,
    worth_importing,
)
from twinwheel.verify.describing import describe, look
from twinwheel.verify.discovery import cannot_import
from twinwheel.verify.subjects import Resolved, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinwheel.verify.describing import Described, Interpreter, Looked

__all__ = ["Release", "compare", "noted"]


@dataclass(frozen=True)
class Release:
    """A release of a package, where it is installed."""

    shown: str
    """What the user calls it."""
    interpreter: Interpreter
    distribution: str
    """Its name; empty for an environment that says nothing of what is meant in it."""
    version: str
    module: str = ""
    """The module that is meant, if that is what was named."""
    indexed: bool = False
    """Whether it was looked for by its name, and came from an index of packages."""


def noted(found: Resolved, notes: Sequence[str]) -> Resolved:
    """Put more notes before those that are there."""
    return replace(found, notes=(*notes, *found.notes))


def compare(
    package: str | None,
    found: Sequence[Release],
    modules: Sequence[str],
    on_progress: Callable[[str], None],
) -> Resolved:
    """Make subjects of releases: a comparison for each module that all of them have.

    Args:
        package: What the user called the package; None if it is to be read from the releases.
        found: The releases, the control first.
        modules: The modules to compare, if the user named them.
        on_progress: Called with a line when there is something new.

    Raises:
        VerifyError: TW711 to TW713, when there is no module that all can be compared by.
    """
    looked = [_look(package, each, found, modules) for each in found]
    bases = _bases(package, found, looked, modules)
    on_progress(f"importing {', '.join(bases)} on each side")
    # the modules that are named may be made while the package is imported
    everything = {name: files for each in looked for name, files in each.modules.items()}
    public = worth_importing(everything, bases, private=False)
    # private ones tell what is behind those that are public
    wanted = list(modules) or list(
        dict.fromkeys([*public, *worth_importing(everything, bases, private=True)])
    )
    roots = [*dict.fromkeys([*bases, *(root for each in looked for root in each.roots)])]
    sides = [describe(each.interpreter, wanted, packages=roots) for each in found]
    for release, side in zip(found, sides, strict=True):
        for base in modules or bases:
            if base in side.failed:
                raise cannot_import(base, side.failed[base], release.shown)
    shown = named_modules(sides, modules, roots) or comparable(sides, public, roots)
    chosen = list(modules) or together(shown, _using(looked, sides, bases)) or bases
    if not any(side.public(module) for side in sides for module in chosen):
        # what is compiled may be all there is, in a module that is not public
        hidden = _hidden(found, looked, roots)
        shown, chosen = (hidden, list(hidden)) if hidden else (shown, chosen)
    comparisons = tuple(
        tuple(
            shown.get(module, Shown()).of(_subject(each, at, module, bases))
            for each, at in zip(_named(found), looked, strict=True)
        )
        for module in chosen
    )
    whole = comparisons[0]
    if len(comparisons) > 1:
        whole = tuple(
            replace(each, module=bases[0], package=bases[0], components=(), also=())
            for each in whole
        )
    notes = _notes(found, looked, sides, public if not modules else [])
    if not modules:
        notes += left_out("there are many", [each for each in shown if each not in chosen])
        notes += left_out("tests and tools are no part of it", beside(looked, bases))
        others = from_others(sides, bases, shown)
        if others:
            notes.append(f"not compared, as other distributions give it: {listed(others)}")
    made = tuple(each.interpreter.made for each in found)
    name = package or found[0].distribution or bases[0]
    return Resolved(name, whole, comparisons, made, tuple(notes))


def _look(
    package: str | None, release: Release, found: Sequence[Release], modules: Sequence[str]
) -> Looked:
    """Find what is meant in an environment."""
    names = [release.module, release.distribution, package or ""]
    names += [name for each in found for name in (each.module, each.distribution)]
    names += modules
    names = [*dict.fromkeys(name for name in names if name)]
    if not names:
        raise VerifyError(
            f"{release.shown} does not say which of its packages is meant",
            code="TW713",
            where=release.interpreter.python,
            help="name the package, or the module: --module NAME",
        )
    for name in names:
        looked = look(release.interpreter, name)
        if looked.there:
            return looked
    raise VerifyError(
        f"{names[0]} is not in {release.shown}",
        code="TW713",
        where=release.interpreter.python,
        help=f"install it there, or name what can be installed: '{names[0]}==1.0'",
    )


def _bases(
    package: str | None,
    found: Sequence[Release],
    looked: Sequence[Looked],
    modules: Sequence[str],
) -> list[str]:
    """Give the import names that all releases have."""
    if modules:
        roots = [root for each in looked for root in each.roots]
        return [
            *dict.fromkeys(
                next((root for root in roots if below(module, root)), module) for module in modules
            )
        ]
    named = {each.module for each in found if each.module} | {package or ""}
    for name in sorted(filter(None, named)):
        if all(name in each.modules for each in looked):
            return [name]
    shared = [root for root in looked[0].roots if all(root in each.roots for each in looked)]
    if not shared:
        raise VerifyError(
            "the two sides have no import name in common",
            code="TW712",
            where="\n".join(
                f"{release.shown}: {', '.join(each.roots) or 'nothing that can be imported'}"
                for release, each in zip(found, looked, strict=True)
            ),
            help="name a module that both have: --module NAME",
        )
    return [root for root in shared if not root.startswith("_")] or shared


def _using(looked: Sequence[Looked], sides: Sequence[Described], bases: Sequence[str]) -> set[str]:
    """Give the modules that reach what is compiled on a side; all where nothing is."""
    using = set(bases)
    for at, side in zip(looked, sides, strict=True):
        compiled = [name for name, files in at.modules.items() if files.extension]
        using |= near(side, compiled) if compiled else set()
    anything = any(files.extension for at in looked for files in at.modules.values())
    return using if anything else {module for side in sides for module in side.modules}


def _hidden(
    found: Sequence[Release], looked: Sequence[Looked], roots: Sequence[str]
) -> dict[str, Shown]:
    shared = [
        name
        for name, files in looked[0].modules.items()
        if files.extension and all(name in each.modules for each in looked)
    ]
    sides = [describe(each.interpreter, shared, packages=roots) for each in found]
    return comparable(sides, shared, shared)


def _named(found: Sequence[Release]) -> list[Release]:
    """Give the releases names that differ."""
    names = [each.shown for each in found]
    return [
        replace(each, shown=f"{each.shown} (Python {each.interpreter.version})")
        if names.count(each.shown) > 1
        else each
        for each in found
    ]


def _subject(release: Release, looked: Looked, module: str, bases: Sequence[str]) -> Subject:
    interpreter = release.interpreter
    version = f"{looked.distribution} {looked.version}, " if looked.distribution else ""
    return Subject(
        name=release.shown,
        python=interpreter.python,
        module=module,
        package=next((base for base in bases if below(module, base)), module),
        detail=f"{version}Python {interpreter.version}",
        variables=dict(interpreter.variables),
        isolated=interpreter.isolated,
    )


def _notes(
    found: Sequence[Release],
    looked: Sequence[Looked],
    sides: Sequence[Described],
    wanted: Sequence[str],
) -> list[str]:
    notes = []
    for release, at, side in zip(found, looked, sides, strict=True):
        compiled = [name for name, files in at.modules.items() if files.extension]
        # of what was named by its path, it is known what was built
        why = ", as some packages have where they have no wheel for a Python"
        why += " (name another one: --python 3.9)"
        notes.append(
            f"{release.shown} has {listed(compiled)}, compiled"
            if compiled
            else f"{release.shown} has nothing compiled{why if release.indexed else ''}"
        )
        there = {module for each in sides for module in each.modules}
        gone = [each for each in wanted if each in there and each not in at.modules]
        failed = [each for each in wanted if each in there and each in side.failed]
        failed = [f"{each} ({side.failed[each]})" for each in failed if each not in gone]
        if gone:
            notes.append(f"not compared, as {release.shown} has none of it: {listed(gone)}")
        if failed:
            notes.append(f"not compared, as {release.shown} cannot import it: {listed(failed)}")
    versions = {each.interpreter.version.rpartition(".")[0] for each in found}
    if len(versions) > 1:
        notes.append(
            f"the sides run on different Pythons ({', '.join(sorted(versions))}), and what differs "
            "between these differs too"
        )
    same = {(each.distribution, each.version) for each in looked}
    if len(same) == 1 and looked[0].version:
        notes.append(f"all sides have {looked[0].distribution} {looked[0].version}")
    return notes
