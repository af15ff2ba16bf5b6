"""Which modules' calls are recorded, for the words that a search of the same is begun with."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement

from twinwheel.errors import VerifyError
from twinwheel.verify import pythons, twins
from twinwheel.verify.choosing import below, worth_importing
from twinwheel.verify.describing import current, look

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinwheel.verify.describing import Interpreter, Looked

__all__ = ["Recordable", "recordable"]


@dataclass(frozen=True)
class Recordable:
    """A package, as it is imported."""

    package: str
    modules: tuple[str, ...]
    """Those whose functions are called from outside."""
    packages: tuple[str, ...]
    """All packages and modules that come with it."""


def recordable(
    words: Sequence[str], program: str, *, python: str | None, modules: Sequence[str] = ()
) -> Recordable:
    """Find the modules of a package: one implementation of it is enough, as only it is called.

    Args:
        words: What the user named, the package first: modules, distributions or releases.
        program: What is run.
        python: A Python that has the package, as for ``naming.resolve``.
        modules: The modules to record, if the user named them.

    Raises:
        VerifyError: TW701 when nothing that is named can be imported.
    """
    names = [*dict.fromkeys(filter(None, map(_name, words)))]
    for interpreter in _interpreters(program, python):
        for name in names:
            looked = look(interpreter, name)
            if looked.there and looked.roots:
                return _of(name, looked, [*modules, *_importable(interpreter, names)], modules)
    raise VerifyError(
        f"{names[0] if names else words[0]} cannot be imported, and its calls not be recorded",
        code="TW701",
        where=words[0],
        accepted="a package that is installed where the command runs",
        help="name it as it is imported, and the Python that has it: "
        "twinwheel verify record PACKAGE --python PYTHON -- COMMAND",
    )


def _name(word: str) -> str:
    """Give the name in a word; empty for a path and for what is a version alone."""
    with suppress(InvalidRequirement):
        return Requirement(word).name
    return "" if Path(word).exists() or not word.replace(".", "").isidentifier() else word


def _interpreters(program: str, python: str | None) -> Iterator[Interpreter]:
    """Give the Pythons that may have the package: the one that is run may be another."""
    if python:
        yield pythons.find(python.partition(",")[0])
        return
    yield current()
    if Path(program).name.startswith("python"):
        with suppress(VerifyError):
            yield pythons.find(program)


def _importable(interpreter: Interpreter, names: Sequence[str]) -> list[str]:
    return [each for each in names if look(interpreter, each).importable]


def _of(name: str, looked: Looked, named: Sequence[str], modules: Sequence[str]) -> Recordable:
    open_roots = [each for each in looked.roots if not each.startswith("_")] or looked.roots
    package = next((each for each in looked.roots if below(name, each)), "")
    package = package or (name if looked.importable else open_roots[0])
    bases = [package] if looked.importable else list(open_roots)
    found = [] if modules else worth_importing(looked.modules, bases, private=False)
    told = twins.manifest(package, looked)
    if told is not None and not modules:  # the package may have been given them before
        found += [each["module"] for each in told["implementations"].values() if each["built"]]
    return Recordable(package, tuple(dict.fromkeys([*named, *found])), looked.roots)
