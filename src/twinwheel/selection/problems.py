"""What a selection says when it cannot do as asked: coded errors, and the one log line.

Imported only when there is something to say.
"""

from __future__ import annotations

import sys

from twinwheel.errors import SelectionError
from twinwheel.selection import use_variable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twinwheel.manifest_types import Implementation, Library, Manifest

__all__ = [
    "all_off",
    "contradiction",
    "describe",
    "failed",
    "has_none",
    "library_missing",
    "log_failed",
    "log_not_built",
    "no_library",
    "no_rebuild",
    "no_rollout",
    "not_built",
    "unbound",
    "wrong_name",
    "wrong_switch",
]


def describe(error: BaseException) -> str:
    """Give an exception's class and message as one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _doctor(package: str) -> str:
    return f"python -m twinwheel doctor {package}"


def _setting(variables: Mapping[str, str]) -> str:
    """The variables that say something, as one would type them."""
    return " ".join(f"{name}={value}" for name, value in variables.items() if value.strip())


def log_not_built(package: str, name: str, reason: str) -> None:
    """Tell whoever listens that a preferred implementation is not in this wheel."""
    # Nobody can listen at INFO before logging is imported, and importing it is dear.
    logging = sys.modules.get("logging")
    if logging is not None:
        logging.getLogger("twinwheel").info(
            "%s: %s is not in this wheel (%s); for more: %s",
            *(package, name, reason, _doctor(package)),
        )


def log_failed(package: str, name: str, error: BaseException) -> None:
    """Warn that an implementation that was built could not be imported."""
    import logging

    logging.getLogger("twinwheel").warning(
        "%s: %s was passed over, for it cannot be imported (%s); for more: %s",
        *(package, name, describe(error), _doctor(package)),
    )


def wrong_name(
    variable: str, value: str, element: str, names: list[str], what: str
) -> SelectionError:
    """TW403: a value of ``PREFIX_IMPLEMENTATION`` or its like that cannot be understood."""
    lower = element.lower()
    if not element:
        message = f"{variable}={value!r} has an empty element"
    elif lower == "auto":
        message = f"{variable}={value!r} has auto among other names; auto stands alone"
    elif lower in (name.lower() for name in names):
        message = f"{variable}={value!r} names {element} twice"
    else:
        message = f"{variable}={value!r} names {element!r}, which is no {what} here"
    return SelectionError(
        message,
        code="TW403",
        where=f"environment variable {variable}",
        accepted=f"auto, one of {', '.join(names)}, or several of these separated by commas",
        help=f"correct the value, or take it away: unset {variable}",
    )


def wrong_switch(variable: str, value: str, words: Iterable[str]) -> SelectionError:
    """TW404: a value of ``PREFIX_USE_NAME`` that is neither yes nor no."""
    return SelectionError(
        f"{variable}={value!r} is neither yes nor no",
        code="TW404",
        where=f"environment variable {variable}",
        accepted=f"{', '.join(words)} (in any case), or empty for the default",
        help=f"correct the value, or take it away: unset {variable}",
    )


def no_rollout(variable: str, value: str) -> SelectionError:
    """TW405: a rollout was asked for, and only a copy of the selector is there."""
    return SelectionError(
        f"{variable}={value!r} asks for a rollout, and there is only the vendored selector",
        code="TW405",
        where=f"environment variable {variable}",
        accepted="off, or empty; or an environment with twinwheel in it",
        help=f"pip install twinwheel; or take it away: unset {variable}",
    )


def contradiction(
    prefix: str, variables: Mapping[str, str], name: str, *, on: bool
) -> SelectionError:
    """TW406: two variables that cannot both be followed."""
    listed = f"{prefix}_IMPLEMENTATION"
    switch = use_variable(prefix, name)
    order, word = f"{listed}={variables[listed]}", f"{switch}={variables[switch]}"
    if on:
        said = f"{word} demands {name}, but {order} leaves it out"
    else:
        said = f"{order} names {name}, but {word} turns it off"
    return SelectionError(
        said,
        code="TW406",
        where=f"environment variables {listed} and {switch}",
        help="change one of the two, or unset it",
    )


def all_off(package: str, prefix: str, variables: Mapping[str, str]) -> SelectionError:
    """TW407: the variables leave nothing to choose from."""
    return SelectionError(
        f"no implementation of {package} is left: {_setting(variables)}",
        code="TW407",
        where=f"environment variables {prefix}_USE_*",
        help="leave at least one of them on",
    )


def not_built(
    package: str, name: str, implementation: Library, variables: Mapping[str, str]
) -> SelectionError:
    """TW408: what is demanded is not in this wheel."""
    return SelectionError(
        f"{name} is demanded, but this wheel of {package} was made without it: "
        f"{implementation['reason']}",
        code="TW408",
        where=_setting(variables),
        help=f"install a wheel that has it, or do not demand it; for more: {_doctor(package)}",
    )


def failed(
    package: str,
    name: str,
    implementation: Implementation,
    variables: Mapping[str, str],
    error: BaseException,
) -> SelectionError:
    """TW409: what is demanded is there, but cannot be imported."""
    return SelectionError(
        f"{name} is demanded, but {implementation['module']} cannot be imported: {describe(error)}",
        code="TW409",
        where=_setting(variables),
        help=f"reinstall {package}, or do not demand {name}; for more: {_doctor(package)}",
    )


def has_none(
    package: str, name: str, manifest: Manifest, variables: Mapping[str, str]
) -> SelectionError:
    """TW411: what is demanded can be imported, but there is nothing in it to bind."""
    return SelectionError(
        f"{name} is demanded, but {manifest['implementations'][name]['module']} has none of the "
        f"components ({', '.join(manifest['components'])})",
        code="TW411",
        where=_setting(variables),
        help=f"do not demand {name}; for more: {_doctor(package)}",
    )


def unbound(
    package: str, missing: list[str], states: Mapping[str, tuple[str, str]]
) -> SelectionError:
    """TW407 when no candidate could be imported, TW410 when none of them has a component."""
    why = "; ".join(f"{name}: {status} ({reason})" for name, (status, reason) in states.items())
    if all(status != "bound" for status, _ in states.values()):
        return SelectionError(
            f"no implementation of {package} is left: {why}",
            code="TW407",
            where=package,
            help=f"reinstall {package}; for more: {_doctor(package)}",
        )
    return SelectionError(
        f"no candidate of {package} has {', '.join(missing)}: {why}",
        code="TW410",
        where=package,
        help=f"allow an implementation that has it; for more: {_doctor(package)}",
    )


def no_rebuild(package: str) -> SelectionError:
    """TW413: a rebuild was asked for, and only a copy of the selector is there to ask."""
    return SelectionError(
        f"to rebuild {package} needs twinwheel, and there is only the vendored selector",
        code="TW413",
        where=package,
        accepted="an environment with twinwheel and what the build needs",
        help="pip install twinwheel; or editable.rebuild = 'by-hand', and install it again",
    )


def no_library(package: str) -> SelectionError:
    """TW414: the path of a library was asked for, and the package declares none."""
    return SelectionError(
        f"{package} has no library for other languages",
        code="TW414",
        where=package,
        accepted="a package with a table [tool.twinwheel.libraries]",
        help="correct the name of the package",
    )


def library_missing(package: str, why: Mapping[str, str]) -> SelectionError:
    """TW415: none of the libraries that may be taken is there."""
    return SelectionError(
        f"no library of {package} is there: "
        + "; ".join(f"{name}: {reason}" for name, reason in why.items()),
        code="TW415",
        where=package,
        help=f"install a wheel that has one; for more: {_doctor(package)}",
    )
