"""Findings that stay: a script and a test that show each again, and its calls for the next run.

A folder per package, ``.twinwheel/verify/PACKAGE`` unless told otherwise, has for each finding
``finding_ID.py``, which exits with 1 while the difference is there, ``test_finding_ID.py``, which
runs it under pytest, and ``finding_ID.json``, which the next search begins with. Where releases are
the candidates, whose modules have the same names, those of the second end with ``ID_2``.
"""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING, Any

from twinwheel.errors import VerifyError
from twinwheel.files import write_whole
from twinwheel.verify.recipes import Call, source_of_call, walk
from twinwheel.verify.reproducing import SCRIPT, TEST, embedded
from twinwheel.verify.runner.encoding import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from twinwheel.verify.findings import Finding
    from twinwheel.verify.subjects import Subject

__all__ = ["check_folder", "load_calls", "save_finding", "why_not_in"]


def save_finding(
    folder: Path,
    finding: Finding,
    calls: Sequence[Call],
    sides: tuple[Subject, Subject],
    *,
    compare: str,
    seconds: float,
    memory: int,
    number: int = 1,
) -> Path:
    """Write what shows a finding again.

    Args:
        folder: Of the package; made if it is not there.
        finding: The finding.
        calls: Its calls, in their order.
        sides: The control and the candidate.
        compare: The component's comparator.
        seconds: How long one call may take.
        memory: Bytes that a process may have.
        number: Of the candidate.

    Returns:
        The script.

    Raises:
        VerifyError: TW743, it cannot be written.
    """
    component = f"{sides[0].module}.{finding.component}"
    title = _plain(f"{component}: {finding.kind}: {finding.summary}")
    script = SCRIPT.format(
        title=title,
        control_name=sides[0].name,
        candidate_name=sides[1].name,
        control=_plain(finding.control),
        candidate=_plain(finding.candidate),
        s="s" if len(calls) > 1 else "",
        sides=_listed([_side(each) for each in sides]),
        calls=_listed([source_of_call(each) for each in calls]),
        names=_names(calls),
        kind=finding.kind,
        compare=compare,
        seconds=max(10.0, 3 * seconds),
        memory=memory,
        variables=finding.variables,
        sources=embedded(),
    )
    data = {
        "schema": 1,
        "component": component,
        "modules": [each.module for each in sides],
        "kind": finding.kind,
        "calls": [base64.b64encode(pack(list(each))).decode() for each in calls],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        name = finding.id + (f"_{number}" if number > 1 else "")
        path = folder / f"finding_{name}.py"
        texts = {
            path: script,
            folder / f"test_finding_{name}.py": TEST.format(title=title, identity=name),
            folder / f"finding_{name}.json": json.dumps(data, indent=2) + "\n",
        }
        for each, text in texts.items():
            write_whole(each, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise _cannot_save(folder, str(error.strerror or error)) from None
    return path


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written to, before anything is found; it is not made yet.

    Raises:
        VerifyError: TW743.
    """
    why = why_not_in(folder)
    if why:
        raise _cannot_save(folder, why)


def _cannot_save(folder: Path, why: str) -> VerifyError:
    return VerifyError(
        f"what is found cannot be saved: {why}",
        code="TW743",
        where=str(folder),
        accepted="a folder that can be written to",
        help="name another one with --save, or --save '' to save nothing",
    )


def why_not_in(folder: Path) -> str:
    """Tell why nothing can be written to a folder, which may have to be made; empty if it can."""
    folder = folder.resolve()
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir():
        return f"{there} is no folder"
    return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} may not be written to"


def load_calls(folder: Path, modules: Collection[str]) -> list[Call]:
    """Give the calls of the findings that are saved in a folder; damaged files are passed over.

    Args:
        folder: Of the package.
        modules: That are compared: a finding of others, whose components may well have the same
            names, is none of them.
    """
    paths = sorted(folder.glob("finding_*.json"))
    return [call for path in paths for call in _calls_in(path, modules)]


def _calls_in(path: Path, modules: Collection[str]) -> list[Call]:
    try:
        data = json.loads(path.read_text("utf-8"))
        if not any(each in modules for each in data["modules"]):
            return []
        parts = [unpack(base64.b64decode(each)) for each in data["calls"]]
        return [
            Call(name, arguments, keywords, [(step[0], step[1]) for step in steps])
            for name, arguments, keywords, steps in parts
        ]
    except (OSError, ValueError, KeyError, TypeError, EOFError, IndexError):
        return []


def _side(subject: Subject) -> dict[str, Any]:
    return {
        "name": subject.name,
        "python": subject.python,
        "module": subject.module,
        "package": subject.package,
        "components": list(subject.components),
        "also": list(subject.also),  # all of them, as relations are among them
        "variables": subject.variables,
        "aliases": subject.aliases,
        "authors_file": subject.authors_file,
        "isolated": subject.isolated,
    }


def _names(calls: Sequence[Call]) -> list[str]:
    """Give the components that some calls are of, or make arguments with."""
    names = {call.component for call in calls}
    for call in calls:
        steps = [each for _, given in call.steps for each in given or ()]
        for recipe in (*call.arguments, *call.keywords[1::2], *steps):
            names |= {part[1] for part in walk(recipe) if type(part) is tuple and part[0] == "call"}
    return sorted(names)


def _listed(items: list[Any]) -> str:
    inner = "".join(f"    {item!r},\n" for item in items)
    return f"[\n{inner}]"


def _plain(text: str) -> str:
    """Text for a docstring: one line, nothing that could end it."""
    flat = text.encode("ascii", "backslashreplace").decode()
    return flat.replace("\\", "/").replace('"""', "'''").replace("\n", " ")[:300]
