"""What puts each implementation in its place: variables for a twin package, aliases for another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twinwheel.selection import prefix_of, use_variable
from twinwheel.verify.suite import problems
from twinwheel.verify.suite.kit import Expected, Injection

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twinwheel.verify.subjects import Subject
    from twinwheel.verify.suite.probing import Probed

__all__ = ["Twin", "aliases_between", "injection_of", "is_twin", "twin_injection"]


@dataclass(frozen=True)
class Twin:
    """A twin package whose suite is run."""

    package: str
    manifest: Mapping[str, Any]
    missing: Mapping[str, Sequence[str]]
    """Implementation to the components that it has not."""

    @property
    def built(self) -> tuple[str, ...]:
        """The implementations that are there, best first."""
        implementations = self.manifest["implementations"]
        names = [*self.manifest["prefer"], *implementations]
        return tuple(name for name in dict.fromkeys(names) if implementations[name]["built"])


def twin_injection(name: str, twins: Sequence[Twin]) -> Injection:
    """Return what binds all of some twin packages that have an implementation to it.

    Where it lacks components, the others come after it, or the package would not be imported.

    Args:
        name: Of the implementation.
        twins: The packages.
    """
    variables: dict[str, str] = {}
    expected = []
    for twin in twins:
        if name not in twin.built:
            continue
        prefix = prefix_of(twin.package)
        implementations = twin.manifest["implementations"]
        missing = twin.missing.get(name, ())
        order = [name, *(each for each in twin.built if each != name)] if missing else [name]
        variables[f"{prefix}_IMPLEMENTATION"] = ",".join(order)
        variables[f"{prefix}_ROLLOUT"] = "off"
        variables.update({use_variable(prefix, each): "" for each in implementations})
        expected.append(
            Expected(
                package=twin.package,
                module=implementations[name]["module"],
                implementation=name,
                components=tuple(
                    each for each in twin.manifest["components"] if each not in missing
                ),
                modules={each: implementations[each]["module"] for each in twin.built},
            )
        )
    return Injection(name, tuple(expected), variables)


def is_twin(subject: Subject) -> bool:
    """Tell whether a subject is an implementation of a twin package, which a variable chooses."""
    return f"{prefix_of(subject.package)}_IMPLEMENTATION" in subject.variables


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
    if is_twin(subject) and probed.manifest is not None:
        asked = subject.variables[f"{prefix_of(subject.package)}_IMPLEMENTATION"].split(",")[0]
        missing = {asked: probed.modules[subject.module].missing}
        made = twin_injection(asked, [Twin(subject.package, probed.manifest, missing)])
        variables = {**subject.variables, **made.variables}
        return Injection(subject.name, made.expected, variables, grafts=dict(grafts), pinned=True)
    beside = [each.module for each in others if each.python == subject.python]
    expected = Expected(
        package=subject.package,
        module=subject.module,
        others=tuple(dict.fromkeys(each for each in beside if each != subject.module)),
        origin=probed.origin,
    )
    return Injection(
        subject.name,
        (expected,),
        dict(subject.variables),
        dict(subject.aliases),
        dict(grafts),
        pinned=True,
    )


def aliases_between(
    package: str, modules: Sequence[str], bound: Sequence[str]
) -> list[dict[str, str]]:
    """Return, for each of some modules of a package, what has to be replaced to have it used.

    Args:
        package: Full name of the package.
        modules: Full names of the modules.
        bound: Those of them that the package takes by itself.

    Raises:
        VerifyError: TW732 when that is none, or several.
    """
    if len(bound) != 1:
        raise problems.cannot_tell_module(package, modules)
    (usual,) = bound
    return [{} if module == usual else {usual: module} for module in modules]
