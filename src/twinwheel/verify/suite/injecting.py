"""What puts each subject in its place: variables for a twin package, aliases for another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twinwheel.selection import prefix_of
from twinwheel.verify.suite import problems
from twinwheel.verify.suite.kit import Expected, Injection
from twinwheel.verify.suite.twins import Twin, is_demanded, twin_injection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinwheel.verify.subjects import Subject
    from twinwheel.verify.suite.probing import Probed

__all__ = ["aliases_between", "asked_of", "injection_of"]


def asked_of(subject: Subject) -> str:
    """Return which implementation of a twin package a subject is; nothing for another package."""
    if not is_demanded(subject.package, subject.variables):
        return ""
    said = subject.variables[f"{prefix_of(subject.package)}_IMPLEMENTATION"]
    return said.partition(",")[0].strip()


def injection_of(
    subject: Subject, probed: Probed, others: Sequence[Subject], grafts: Mapping[str, str]
) -> Injection:
    """Return what puts a subject in its place.

    Args:
        subject: The implementation.
        probed: What its interpreter has.
        others: Those that it is compared with.
        grafts: Packages of tests, and where they are.
    """
    asked = asked_of(subject)
    variables = dict(subject.variables)
    if asked and probed.manifest is not None:
        missing = {asked: probed.modules[subject.module].missing}
        made = twin_injection(asked, [Twin(subject.package, probed.manifest, missing)])
        expected = made.expected[0]
        variables.update(made.variables)
    else:
        beside = [each for each in others if each.python == subject.python]
        mine = _loads(subject) if beside else subject.loads
        theirs = dict.fromkeys(name for each in beside for name in _loads(each))
        expected = Expected(
            package=subject.package,
            module=subject.module,
            loads=mine,
            others=tuple(name for name in theirs if name not in mine),
        )
    return Injection(
        subject.name,
        (replace(expected, origin=probed.origin),),
        variables,
        dict(subject.aliases),
        dict(grafts),
        pinned=True,
    )


def _loads(subject: Subject) -> tuple[str, ...]:
    """Return what is loaded where this runs, and not another of the same environment."""
    if subject.loads or subject.module == subject.package:
        return subject.loads
    return (subject.module,)


def aliases_between(
    package: str, modules: Sequence[str], bound: Sequence[str]
) -> list[dict[str, str]]:
    """Return, for each of some modules of a package, what has to be replaced to have it used.

    Args:
        package: Full name of the package.
        modules: Full names of the modules.
        bound: Those of them that the package takes by itself. What it has without any of them is
            in no module of its own: then the package stands for it.

    Raises:
        VerifyError: TW732 when that is none, or several.
    """
    if len(bound) != 1:
        raise problems.cannot_tell_module(package, modules)
    (usual,) = bound
    return [
        {} if module == usual else {usual: "" if module == package else module}
        for module in modules
    ]
