"""Implementations of a twin package: which there are, what each lacks, and what binds it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from twinwheel.selection import prefix_of, use_variable
from twinwheel.verify.suite.kit import Expected, Injection
from twinwheel.verify.suite.probing import probe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from twinwheel.verify.suite.probing import Imported, Probed

__all__ = ["Twin", "is_demanded", "look_at", "twin_injection"]


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

    def order(self, name: str) -> str:
        """Return what the package's variable has to say for an implementation.

        Where that lacks components, the others come after it, or importing the package would fail.
        """
        rest = [each for each in self.built if each != name] if self.missing.get(name) else []
        return ",".join([name, *rest])

    def variables(self, name: str) -> dict[str, str]:
        """Return the variables that bind an implementation, whatever others say."""
        prefix = prefix_of(self.package)
        off = {use_variable(prefix, each): "" for each in self.manifest["implementations"]}
        return {
            f"{prefix}_IMPLEMENTATION": self.order(name),
            f"{prefix}_ROLLOUT": "off",
            **off,
        }


def is_demanded(package: str, variables: Mapping[str, str]) -> bool:
    """Tell whether variables choose an implementation of a package."""
    return f"{prefix_of(package)}_IMPLEMENTATION" in variables


def twin_injection(name: str, twins: Sequence[Twin]) -> Injection:
    """Return what binds all of some twin packages that have an implementation to it.

    Args:
        name: Of the implementation.
        twins: The packages.
    """
    variables: dict[str, str] = {}
    expected = []
    for twin in twins:
        if name not in twin.built:
            continue
        variables.update(twin.variables(name))
        implementations = twin.manifest["implementations"]
        missing = twin.missing.get(name, ())
        expected.append(
            Expected(
                package=twin.package,
                module=implementations[name]["module"],
                loads=(implementations[name]["module"],),
                implementation=name,
                components=tuple(
                    each for each in twin.manifest["components"] if each not in missing
                ),
                modules={each: implementations[each]["module"] for each in twin.built},
                names=tuple(implementations),
            )
        )
    return Injection(name, tuple(expected), variables)


def look_at(
    name: str, twin: Twin, python: Sequence[str], room: Path, *, isolated: bool, whole: bool = False
) -> tuple[Probed, Imported]:
    """See what an implementation has, in a process of its own, as importing it may crash.

    Args:
        name: Of the implementation.
        twin: The package.
        python: The interpreter, with options.
        room: Folder with the kit.
        isolated: Whether what the shell says to this interpreter is no matter of that one.
        whole: See ``probe``.
    """
    module = twin.manifest["implementations"][name]["module"]
    tried = []
    # By itself; and if the package refuses that, which it does where components are missing, with
    # the others after it.
    for each in (twin, replace(twin, missing={name: ("?",)})):
        probed = probe(
            name,
            python,
            twin.package,
            room,
            isolated=isolated,
            whole=whole,
            modules=[module],
            components=list(twin.manifest["components"]),
            variables=each.variables(name),
        )
        tried.append((probed, probed.modules[module]))
        if not tried[-1][1].error:
            return tried[-1]
    return tried[0]
