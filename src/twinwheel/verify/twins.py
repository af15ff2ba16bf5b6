"""The implementations of a twin package, as its manifest tells of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twinwheel.errors import VerifyError
from twinwheel.manifest import SCHEMA
from twinwheel.selection import look, prefix_of
from twinwheel.verify.subjects import Resolved, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.manifest_types import Manifest
    from twinwheel.verify.describing import Interpreter, Looked

__all__ = ["manifest", "subjects"]


def manifest(package: str, looked: Looked) -> Manifest | None:
    """Give the manifest of a twin package; None for one that is none.

    Raises:
        VerifyError: TW716 when there is one, but it cannot be used.
    """
    if looked.manifest is None:
        return None
    content: Any = looked.manifest["content"]
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        layout = content.get("schema") if isinstance(content, dict) else None
        raise VerifyError(
            f"the manifest of {package} cannot be read"
            if layout is None
            else f"the manifest of {package} has layout {layout}",
            code="TW716",
            where=looked.manifest["file"],
            accepted=f"layout {SCHEMA}",
            help=f"install the twinwheel that {package} was built with, or reinstall {package}",
        )
    told: Manifest = content  # type: ignore[assignment]  # it says itself that it is one
    return told


def subjects(
    package: str,
    told: Manifest,
    interpreter: Interpreter,
    control: str | None,
    candidates: Sequence[str],
) -> Resolved:
    """Give a subject for each implementation that is built, the control first.

    Args:
        package: The package's full name.
        told: Its manifest.
        interpreter: Of the environment that it is installed in.
        control: The implementation that is right; by default the one that was there before.
        candidates: Those to compare with it; by default all others.

    Raises:
        VerifyError: TW702 when there are no two, TW703 when one is not there.
    """
    built = [name for name, each in told["implementations"].items() if each["built"]]
    for name in (*filter(None, [control]), *candidates):
        if name not in built:
            raise _not_there(package, told, name, built)
    if len(built) < 2:
        raise VerifyError(
            f"{package} was built with one implementation only: {', '.join(built)}",
            code="TW702",
            where=package,
            help="\n".join(
                f"{name}: {each['reason'] or 'not built'}"
                for name, each in told["implementations"].items()
                if not each["built"]
            ),
        )
    first = control or _before(told, built, candidates)
    others = list(candidates) or [name for name in told["prefer"] if name != first]
    others = [name for name in others if name in built]
    if first in others:
        raise VerifyError(
            f"the control and the candidate are the same: {first}",
            code="TW702",
            where=package,
            accepted=", ".join(built),
        )
    found = tuple(
        _subject(package, told, interpreter, name) for name in dict.fromkeys((first, *others))
    )
    absent = [
        f"{name} is not compared: {each['reason'] or 'it was not built'}"
        for name, each in told["implementations"].items()
        if not each["built"]
    ]
    made = (interpreter.made,) * len(found)
    return Resolved(package, found, (found,), made, tuple(absent))


def _before(told: Manifest, built: Sequence[str], candidates: Sequence[str]) -> str:
    """Choose the control: what is most likely to have been in service before the others."""
    free = [name for name in told["prefer"] if name in built and name not in candidates]
    free = free or [name for name in built if name not in candidates]
    if not free:
        raise VerifyError(
            "all implementations are candidates, and none is left to compare them with",
            code="TW702",
            accepted=", ".join(built),
            help="name the control: --control NAME",
        )
    if "c" in free:
        return "c"
    implementations = told["implementations"]
    compiled = [name for name in free if implementations[name]["builder"] != "none"]
    # the preferred one is the newest; where it is the only compiled one, it is the candidate
    if len(compiled) > 1 or (compiled and candidates):
        return compiled[-1]
    python = [name for name in free if name not in compiled]
    return python[-1] if python else free[-1]


def _subject(package: str, told: Manifest, interpreter: Interpreter, name: str) -> Subject:
    # the user's own switches could contradict the one that is meant here
    switches = dict.fromkeys(look(package, told), "")
    built = [each for each, what in told["implementations"].items() if what["built"]]
    others = [each for each in told["prefer"] if each in built and each != name]
    return Subject(
        name=name,
        python=interpreter.python,
        module=told["implementations"][name]["module"],
        package=package,
        detail=f"{package} {told['version']}, Python {interpreter.version}",
        variables={
            **interpreter.variables,
            **switches,
            # the others come after it, as one that lacks a component could not be imported
            f"{prefix_of(package)}_IMPLEMENTATION": ",".join([name, *others]),
        },
        components=tuple(told["components"]),
        compares={name: each["compare"] for name, each in told["components"].items()},
        isolated=interpreter.isolated,
        loads=(told["implementations"][name]["module"],),
    )


def _not_there(package: str, told: Manifest, name: str, built: Sequence[str]) -> VerifyError:
    known = told["implementations"].get(name)
    if known is None:
        message = f"{package} has no implementation {name}"
    else:
        message = f"{package} was built without {name}: {known['reason'] or 'no reason is given'}"
    return VerifyError(
        message, code="TW703", where=package, accepted=", ".join(built) or "none is built"
    )
