"""The errors of a suite's run, each with its code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.errors import VerifyError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "bound_to_another",
    "cannot_be_imported",
    "cannot_probe",
    "cannot_start",
    "cannot_tell_module",
    "conftest_fails",
    "lacks_components",
    "never_imported",
    "no_answer",
    "no_implementation",
    "no_pytest",
    "no_tests",
    "no_twin",
    "not_told",
    "nothing_collected",
]


def no_tests(package: str, looked: Sequence[str]) -> VerifyError:
    """TW720: nobody knows where the tests are."""
    return VerifyError(
        f"there are no tests of {package} to run",
        code="TW720",
        where="; ".join(looked),
        help="name them: --tests FOLDER",
    )


def no_pytest(name: str, python: str, why: str = "") -> VerifyError:
    """TW721: an environment has no pytest."""
    return VerifyError(
        f"the environment of {name} has no pytest{': ' if why else ''}{why}",
        code="TW721",
        where=python,
        help=f"install it there: {python} -m pip install pytest",
    )


def nothing_collected(name: str, text: str) -> VerifyError:
    """TW722: pytest found no test."""
    return VerifyError(
        f"pytest collects no test with {name}",
        code="TW722",
        where=_end_of(text),
        help="name the folder with the tests, or take out what leaves them out, such as -k",
    )


def conftest_fails(name: str, missing: str, text: str) -> VerifyError:
    """TW723: a conftest.py cannot be imported."""
    why = f"there is no module {missing}" if missing else "it cannot be imported"
    return VerifyError(
        f"a conftest.py of the suite fails with {name}: {why}",
        code="TW723",
        where=_end_of(text),
        help="install what the tests need into that environment",
    )


def cannot_start(name: str, text: str) -> VerifyError:
    """TW724: pytest itself does not start, with the suite's configuration and without."""
    return VerifyError(
        f"pytest does not start with {name}",
        code="TW724",
        where=_end_of(text),
        help="run pytest there by hand, and correct what it says",
    )


def never_imported(name: str, package: str) -> VerifyError:
    """TW725: the tests did not import the package, so nothing was tested."""
    return VerifyError(
        f"the suite never imported {package}, so it says nothing of {name}",
        code="TW725",
        where=package,
        help="name the tests that use the package, or its name in them",
    )


def bound_to_another(name: str, package: str, wrong: Iterable[str]) -> VerifyError:
    """TW726: another implementation than the one that was asked for was tested."""
    return VerifyError(
        f"the suite was to run {package} by {name}, and did not",
        code="TW726",
        where="\n".join(wrong),
        help="see what the package reads when it is imported, and what the tests change of it",
    )


def not_told(name: str, package: str, why: str) -> VerifyError:
    """TW727: no process lived to tell what ran."""
    return VerifyError(
        f"it cannot be told whether {name} was tested: {why}",
        code="TW727",
        where=package,
        help="correct what ends the process, or what takes the package away, and run the suite"
        " again",
    )


def lacks_components(name: str, package: str, missing: Sequence[str]) -> VerifyError:
    """TW728: an implementation has not all that the package declares."""
    return VerifyError(
        f"{name} has no {', '.join(missing)}, so another implementation was tested there",
        code="TW728",
        where=package,
        help=f"add to {name} what is missing, or accept the difference until it is there",
    )


def cannot_be_imported(name: str, module: str, why: str) -> VerifyError:
    """TW729: an implementation is not to be had at all."""
    first = (why.splitlines() or [""])[0]
    return VerifyError(
        f"{name} cannot be imported: {first}",
        code="TW729",
        where=module,
        help="install or build the package with it, and import it by hand to see more",
    )


def no_implementation(package: str, name: str, there: Sequence[str], why: str = "") -> VerifyError:
    """TW730: there is no implementation of that name, or it was not built."""
    return VerifyError(
        f"{package} has no implementation {name!r}{': ' if why else ''}{why}",
        code="TW730",
        where=f"--twinwheel={name}",
        accepted=", ".join(["all", *there]),
    )


def no_twin(package: str, why: str) -> VerifyError:
    """TW731: there is no twin package to run the suite with."""
    return VerifyError(
        f"{package} is no twin package: {why}" if package else why,
        code="TW731",
        where="pyproject.toml, tool.twinwheel.package",
        help="install the package by twinwheel, or name it: --twinwheel-package NAME",
    )


def cannot_tell_module(package: str, modules: Sequence[str]) -> VerifyError:
    """TW732: which of some modules a package takes by itself is not to be seen."""
    return VerifyError(
        f"{package} imports none of these modules by itself, or several: {', '.join(modules)}",
        code="TW732",
        where=package,
        help="name modules that the package imports its functions from",
    )


def cannot_probe(name: str, python: str, text: str) -> VerifyError:
    """TW733: an interpreter does not tell what it has."""
    return VerifyError(
        f"the interpreter of {name} does not run: {_end_of(text)}",
        code="TW733",
        where=python,
        help="name a Python from 3.8 on that works",
    )


def no_answer(name: str, package: str, why: str) -> VerifyError:
    """TW734: the package is not in an environment."""
    return VerifyError(
        f"the environment of {name} has no {package}: {why}",
        code="TW734",
        where=package,
        help="install it there, or correct its name",
    )


def _end_of(text: str, lines: int = 6) -> str:
    """Return the last lines that say anything."""
    said = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(said[-lines:])
