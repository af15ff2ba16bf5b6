"""Find out whether a package runs without its compiled modules, and what it runs on then.

Nothing is guessed from names. The package is imported twice, each time in a process of its own:
as it is, and with its compiled modules kept away, as where they were not built. What was compiled
the first time and is Python the second is what the package has twice. Where it does not work
without them, a compiled module is looked for whose callables another module has in Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinwheel.errors import VerifyError
from twinwheel.verify.choosing import (
    MOST,
    Shown,
    below,
    comparable,
    left_out,
    listed,
    named_modules,
    near,
    worth_importing,
)
from twinwheel.verify.describing import describe
from twinwheel.verify.subjects import Resolved, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from twinwheel.verify.describing import Described, Interpreter, Looked

__all__ = ["discover"]


@dataclass(frozen=True)
class _Twins:
    """A way to run the package in Python alone."""

    aliases: dict[str, str]
    natural: Described
    without: Described
    swapped: dict[str, list[str]]
    """Module to its names that are compiled, and in Python with the aliases."""
    extensions: list[str]
    """The compiled modules."""
    partners: dict[str, str]
    """For some of them, the module that has the same in Python."""


@dataclass(frozen=True)
class _Named:
    """A package, and where it is."""

    name: str
    interpreter: Interpreter
    looked: Looked
    bases: list[str]

    def subject(
        self,
        name: str,
        module: str,
        *,
        components: tuple[str, ...] = (),
        aliases: Mapping[str, str] | None = None,
        loads: tuple[str, ...] = (),
    ) -> Subject:
        """Make a subject of it."""
        looked = self.looked
        version = f"{looked.distribution} {looked.version}, " if looked.distribution else ""
        return Subject(
            name=name,
            python=self.interpreter.python,
            module=module,
            package=self.bases[0],
            detail=f"{version}Python {self.interpreter.version}",
            variables=dict(self.interpreter.variables),
            aliases=dict(aliases or {}),
            components=components,
            isolated=self.interpreter.isolated,
            loads=loads,
        )


def discover(
    name: str,
    interpreter: Interpreter,
    looked: Looked,
    *,
    modules: Sequence[str],
    on_progress: Callable[[str], None],
) -> Resolved:
    """Find what a package has both compiled and in Python.

    Args:
        name: What the user called it.
        interpreter: Of the environment that it is installed in.
        looked: What is installed there.
        modules: The modules to compare, if the user named them.
        on_progress: Called with a line when there is something new.

    Raises:
        VerifyError: TW704 when there is nothing, TW711 when the package cannot be imported.
    """
    bases = _bases(name, looked)
    on_progress(f"looking for what {name} has both compiled and in Python")
    wanted = worth_importing(looked.modules, looked.roots, private=True)
    wanted.sort(key=lambda each: each not in bases)
    natural = describe(interpreter, wanted, packages=looked.roots)
    for base in bases:
        if base in natural.failed:
            raise cannot_import(base, natural.failed[base], name)
    extensions = _extensions(looked, natural, bases)
    if not extensions:
        raise _nothing(name, looked, [], "it has no compiled module")
    kept_away = {
        each: looked.modules[each].source if each in looked.modules else "" for each in extensions
    }
    partners = _partners(natural, extensions)
    for aliases in (kept_away, partners):
        # where it insists on its compiled modules, it may be content with others in their place
        without = _without(interpreter, looked, natural, aliases) if aliases else None
        if without is None or any(base in without.failed for base in bases):
            continue
        swapped = _swapped(natural, without, aliases)
        if swapped:
            twins = _Twins(aliases, natural, without, swapped, extensions, partners)
            return _resolved(_Named(name, interpreter, looked, bases), twins, modules)
    if partners:
        return _by_modules(_Named(name, interpreter, looked, bases), natural, partners)
    why = "no callable of it is both compiled and in Python"
    raise _nothing(name, looked, extensions, why)


def cannot_import(module: str, why: str, name: str) -> VerifyError:
    """TW711: a module that is to be compared cannot be imported."""
    return VerifyError(
        f"{module} cannot be imported: {why}",
        code="TW711",
        where=name,
        help="try it in a shell: what it needs may be missing, or another Python may do (--python)",
    )


def _bases(name: str, looked: Looked) -> list[str]:
    """Give the packages that are compared: the one that was named, or those of a distribution."""
    if looked.importable:
        return [name]
    return [each for each in looked.roots if not each.startswith("_")] or list(looked.roots)


def _extensions(looked: Looked, natural: Described, bases: Sequence[str]) -> list[str]:
    """Give the compiled modules of a distribution."""
    found = [each for each, files in looked.modules.items() if files.extension]
    for name, file in natural.loaded.items():
        # an editable install may have them elsewhere; those of the standard library lie beside it
        inside = any(below(name, root) for root in looked.roots)
        beside = any(name == f"_{base}" for base in bases)
        python = file.endswith((".py", ".pyc"))
        if name not in found and not python and (beside or (inside and file)):
            found.append(name)
    return found


def _without(
    interpreter: Interpreter, looked: Looked, natural: Described, aliases: Mapping[str, str]
) -> Described:
    """Import the package with some modules kept away, or given by others."""
    wanted = [each for each in natural.modules if aliases.get(each, " ")]
    return describe(interpreter, wanted, packages=looked.roots, aliases=aliases)


def _swapped(
    natural: Described, without: Described, aliases: Mapping[str, str]
) -> dict[str, list[str]]:
    """Give the names that are compiled as the package is, and in Python with the aliases."""
    swapped: dict[str, list[str]] = {}
    for module, names in without.modules.items():
        if module in aliases and not aliases[module].endswith(".py"):
            continue  # it is the other module itself
        before = natural.modules[module]
        for name, what in names.items():
            was = before.get(name)
            if was and was.called and was.compiled and what.called and not what.compiled:
                swapped.setdefault(module, []).append(name)
    return swapped


def _partners(natural: Described, extensions: Sequence[str]) -> dict[str, str]:
    """Give for a compiled module the one that has the most of its callables in Python."""
    found: dict[str, str] = {}
    for extension in extensions:
        own = natural.modules.get(extension, {})
        compiled = {
            name
            for name, what in own.items()
            if what.called and what.compiled and what.home in (extension, "")
        } or {name for name, what in own.items() if what.called and what.compiled}
        identities = {own[name].id for name in compiled}
        best, most = "", 0
        for module, names in natural.modules.items():
            if module in extensions or not compiled:
                continue
            # one that calls the compiled module is a wrapper of it, and no twin
            if any(what.home == extension or what.id in identities for what in names.values()):
                continue
            shared = [
                name
                for name in compiled & names.keys()
                if names[name].called and not names[name].compiled and names[name].home == module
            ]
            # a class or two of the same name are no sign of a twin
            if len(shared) > most and len(shared) * 2 >= len(compiled):
                best, most = module, len(shared)
        if best:
            found[extension] = best
    return found


def _resolved(named: _Named, twins: _Twins, modules: Sequence[str]) -> Resolved:
    """Turn what was found into subjects."""
    looked, bases = named.looked, named.bases
    sides = [twins.without, twins.natural]
    for module in modules:
        for side in sides:
            if module not in side.modules:
                raise cannot_import(module, side.failed.get(module, "it is not there"), named.name)
    public = worth_importing(looked.modules, bases, private=False)
    public = [each for each in public if each not in twins.partners.values()]
    using = near(twins.natural, twins.extensions, twins.swapped)
    every = comparable(sides, public, looked.roots)
    chosen = named_modules(sides, modules, looked.roots) or {
        each: shown for each, shown in every.items() if each in using or each in bases
    }
    loaded = _inside(twins.natural.first, looked, twins.extensions)
    only = _inside(twins.without.first, looked, set(twins.without.first) - set(twins.natural.first))
    control, candidate = _shown(twins, loaded, only)

    def pair(module: str, other: str, shown: Shown) -> tuple[Subject, Subject]:
        first = named.subject(control, module, aliases=twins.aliases, loads=only)
        return shown.of(first), shown.of(named.subject(candidate, other, loads=loaded))

    comparisons = [pair(each, each, shown) for each, shown in list(chosen.items())[:MOST]]
    if not modules:
        for extension, partner in twins.partners.items():
            left = _not_shown(twins, extension, partner, chosen)
            if left:
                comparisons.append(pair(partner, extension, Shown(tuple(left), whole=False)))
    if not comparisons:
        why = "nothing of it that is called is public"
        raise _nothing(named.name, looked, twins.extensions, why)
    whole = comparisons[0] if len(comparisons) == 1 else pair(bases[0], bases[0], Shown())
    notes = [_what_was_found(named, twins)]
    if not modules:
        notes += left_out("there are many", list(chosen)[MOST:])
        why = "they use what is compiled by way of others or not at all"
        notes += left_out(why, [each for each in every if each not in chosen])
    made = (named.interpreter.made,) * 2
    return Resolved(named.name, whole, tuple(comparisons), made, tuple(notes))


def _by_modules(named: _Named, natural: Described, partners: Mapping[str, str]) -> Resolved:
    """Compare modules with each other, where the package as a whole cannot be switched."""
    comparisons = []
    for extension, partner in list(partners.items())[:MOST]:
        names = natural.modules[extension]
        components = tuple(
            name for name in natural.public(partner) if name in names and names[name].called
        )
        if components:
            control = named.subject(partner, partner, components=components)
            candidate = named.subject(extension, extension, components=components)
            comparisons.append((control, candidate))
    if not comparisons:
        why = "nothing that is called is public in both forms"
        raise _nothing(named.name, named.looked, list(partners), why)
    note = f"{named.name} cannot be run in Python as a whole, so only modules of it are compared: "
    pairs = ", ".join(f"{first.module} and {second.module}" for first, second in comparisons)
    made = (named.interpreter.made,) * 2
    return Resolved(named.name, comparisons[0], tuple(comparisons), made, (note + pairs,))


def _inside(loaded: Mapping[str, str], looked: Looked, among: Collection[str]) -> tuple[str, ...]:
    """Give those of some modules that are the package's own and were loaded."""
    own = {
        each
        for each in among
        if any(below(each.lstrip("_"), root) or below(each, root) for root in looked.roots)
    }
    return tuple(sorted(each for each in loaded if each in own))


def _shown(twins: _Twins, loaded: Sequence[str], only: Sequence[str]) -> tuple[str, str]:
    """Name the two sides: by their modules where there is one of each."""
    pair = set(twins.partners.items())
    if len(pair) == 1 and len(twins.extensions) == 1:
        ((extension, partner),) = pair
        return partner, extension
    if len(only) == 1 and len(loaded) == 1:
        return only[0], loaded[0]
    return "pure Python", "compiled"


def _not_shown(twins: _Twins, extension: str, partner: str, chosen: Iterable[str]) -> list[str]:
    """Give the public callables of two modules that are in none of those that are compared."""
    if extension not in twins.natural.modules or partner not in twins.without.modules:
        return []
    names = twins.natural.modules[extension]
    # the same may be there twice, for two kinds of processor
    shown = {
        name
        for module in chosen
        for name, what in twins.natural.modules[module].items()
        if what.compiled
    }
    own = twins.without.modules[partner]
    twice = [
        name
        for name in twins.without.public(partner)
        if own[name].home == partner and name in names and names[name].called
    ]
    return [name for name in twice if name not in shown and not name.startswith("_")]


def _what_was_found(named: _Named, twins: _Twins) -> str:
    names = sorted({name for names in twins.swapped.values() for name in names})
    away = listed(list(twins.aliases))
    how = "without" if not any(twins.aliases.values()) else "with others in the place of"
    return f"{named.name} runs {how} {away}; compiled and in Python it has {listed(names)}"


def _nothing(name: str, looked: Looked, extensions: Sequence[str], why: str) -> VerifyError:
    """TW704: there are no two implementations in a package."""
    modules = f"{len(looked.modules)} modules of {name} {looked.version}".rstrip()
    compiled = f"; compiled: {listed(extensions)}" if extensions else ""
    return VerifyError(
        f"{name} has no two implementations of one thing: {why}",
        code="TW704",
        where=f"looked at {modules}{compiled}",
        accepted="a package that has something both compiled and in Python",
        help=f"name two modules (--control {name}.a --candidate {name}.b), or two releases "
        f"(--control '{name}==1.0' --candidate '{name}==2.0'); where the compiled form has other "
        "names, two modules that you write may give both the same",
    )
