"""Two modules of one environment, each in the place of the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinwheel.errors import VerifyError
from twinwheel.verify.choosing import below
from twinwheel.verify.describing import describe
from twinwheel.verify.discovery import cannot_import
from twinwheel.verify.subjects import Resolved, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.describing import Described, Interpreter, Looked

__all__ = ["pair"]


def pair(
    control: str,
    candidates: Sequence[str],
    interpreter: Interpreter,
    looked: Looked,
    modules: Sequence[str],
) -> Resolved:
    """Make subjects of modules that were named.

    Args:
        control: The module that is right.
        candidates: Those that are compared with it.
        interpreter: Of the environment that they are in.
        looked: What the control belongs to.
        modules: The modules to compare instead, when it is the package as a whole that matters.

    Raises:
        VerifyError: TW711 when one cannot be imported, TW717 when they share nothing to compare.
    """
    root = next((each for each in looked.roots if below(control, each)), control)
    package = root if all(below(each, root) for each in candidates) else control
    notes: list[str] = []
    # wherever the package asks for one of them, it gets the one that is meant
    aliases = dict.fromkeys(candidates, control)
    packages = [*dict.fromkeys([package, *looked.roots])]
    told = _described(interpreter, packages, control, aliases)
    if control in told.failed:
        aliases, told = {}, _described(interpreter, packages, control, {})
        notes.append(f"{package} cannot be imported with {control} in the place of the others")
    _imported(told, control)
    subjects = [_subject(control, control, package, interpreter, looked, aliases)]
    sides = [told]
    for candidate in candidates:
        aliases = {control: candidate}
        told = _described(interpreter, packages, candidate, aliases)
        if control == package or candidate in told.failed or package in told.failed:
            # it needs the other module for more than what both have
            natural = _described(interpreter, packages, candidate, {})
            if candidate in natural.first or candidate in told.failed:
                aliases, told = {}, natural
            if candidate not in told.first:
                notes.append(f"{package} cannot be imported with {candidate} in place of {control}")
        _imported(told, candidate)
        subjects.append(_subject(candidate, candidate, package, interpreter, looked, aliases))
        sides.append(told)
    # what is public in one of them can be used by that name in all that have it
    public = {
        name for side, own in zip(sides, subjects, strict=True) for name in side.public(own.module)
    }
    called = [_called(side, own.module) for side, own in zip(sides, subjects, strict=True)]
    shared = set.intersection(*called)
    private = tuple(sorted(name for name in shared if name.startswith("_")))
    if not shared & public and not private:
        raise VerifyError(
            f"{control} and {' and '.join(candidates)} have no callable of the same name",
            code="TW717",
            where=package,
            help="\n".join(
                f"{each.module} has {', '.join(sorted(own & public or own)[:8]) or 'none'}"
                for each, own in zip(subjects, called, strict=True)
            ),
        )
    if shared & public:
        subjects = [replace(each, also=tuple(sorted(public))) for each in subjects]
    else:
        subjects = [_replaced(each, each.module, private) for each in subjects]
    whole = tuple(subjects)
    comparisons: tuple[tuple[Subject, ...], ...] = (whole,)
    if modules:
        for module in modules:
            for subject in subjects:
                found = describe(interpreter, [module], packages=[package], aliases=subject.aliases)
                if module in found.failed:
                    raise cannot_import(module, found.failed[module], subject.name)
        comparisons = tuple(
            tuple(_replaced(each, module, ()) for each in subjects) for module in modules
        )
        whole = comparisons[0]
    made = (interpreter.made,) * len(subjects)
    return Resolved(package, whole, comparisons, made, tuple(notes))


def _described(
    interpreter: Interpreter, packages: Sequence[str], module: str, aliases: dict[str, str]
) -> Described:
    wanted = list(dict.fromkeys((packages[0], module)))
    return describe(interpreter, wanted, packages=packages, aliases=aliases)


def _imported(told: Described, module: str) -> None:
    if module in told.failed:
        raise cannot_import(module, told.failed[module], module)


def _called(told: Described, module: str) -> set[str]:
    return {name for name, what in told.modules.get(module, {}).items() if what.called}


def _subject(
    name: str,
    module: str,
    package: str,
    interpreter: Interpreter,
    looked: Looked,
    aliases: dict[str, str],
) -> Subject:
    version = f"{looked.distribution} {looked.version}, " if looked.distribution else ""
    return Subject(
        name=name,
        python=interpreter.python,
        module=module,
        package=package,
        detail=f"{version}Python {interpreter.version}",
        variables=dict(interpreter.variables),
        aliases=aliases,
        isolated=interpreter.isolated,
        loads=(module,),
    )


def _replaced(subject: Subject, module: str, components: tuple[str, ...]) -> Subject:
    return replace(subject, module=module, components=components, also=())
