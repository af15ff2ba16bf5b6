"""From the words of the command line to a report."""

from __future__ import annotations

import shlex
import sys
import time
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.cli.verify.progress import Progress
from twinwheel.cli.verify.show import save, show
from twinwheel.errors import VerifyError
from twinwheel.verify.accepted import ACCEPTED_FILE, apply_accepted, read_accepted
from twinwheel.verify.authoring import FILE
from twinwheel.verify.findings import Report, Side
from twinwheel.verify.reports import exit_code
from twinwheel.verify.running import Outcome, compare, recorded_of_author, search
from twinwheel.verify.search import Options

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from twinwheel.cli.output import Output
    from twinwheel.verify.recipes import Call
    from twinwheel.verify.subjects import Resolved, Subject

__all__ = ["folder_of", "verify"]

_TEST_SECONDS = 60.0


def verify(
    action: str, package: str | None, rest: list[str], arguments: argparse.Namespace, output: Output
) -> int:
    """Do what was asked for, write the report, and give the exit code."""
    from twinwheel.verify.naming import resolve

    accepted = read_accepted(
        arguments.accepted or Path(ACCEPTED_FILE), may_be_missing=arguments.accepted is None
    )
    started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    begin = time.monotonic()
    with Progress(output) as progress:
        resolved = resolve(
            package,
            arguments.control,
            arguments.candidate,
            python=arguments.python,
            modules=arguments.module,
            on_progress=progress.say,
        )
        report = _report(action, resolved, rest, arguments, progress)
    report = replace(
        report,
        seconds=round(time.monotonic() - begin, 1),
        started=started,
        seed=arguments.seed,
        narrowed=bool(arguments.component or arguments.module),
        again=_again(arguments),
        notes=(*resolved.notes, *report.notes),
    )
    report = apply_accepted(report, accepted)
    if arguments.html is not None:
        save(report, "html", arguments.html)
    if arguments.output is not None:
        save(report, arguments.output_format, arguments.output)
    else:
        show(report, arguments.output_format, output)
    return exit_code(report, strict=arguments.strict)


def _report(
    action: str,
    resolved: Resolved,
    rest: Sequence[str],
    arguments: argparse.Namespace,
    progress: Progress,
) -> Report:
    if action == "suite":
        from twinwheel.verify.suite import run_suite

        return run_suite(
            resolved.subjects,
            arguments.tests,
            rest,
            max(_TEST_SECONDS, arguments.call_seconds),
            progress.of_suite,
            may_install=all(resolved.made),
        )
    outcome = Outcome()
    for number, subjects in enumerate(resolved.comparisons):
        one = _compare(action, resolved, number, subjects, arguments, progress)
        prefix = _prefix(resolved, subjects)
        outcome.findings += [
            replace(each, component=f"{prefix}{each.component}") for each in one.findings
        ]
        outcome.searched += [
            replace(each, component=f"{prefix}{each.component}") for each in one.searched
        ]
        outcome.notes += one.notes
        outcome.interrupted |= one.interrupted
        if outcome.interrupted:
            break
    return Report(
        command=action,
        package=resolved.package,
        sides=tuple(Side(each.name, each.detail) for each in resolved.subjects),
        findings=tuple(outcome.findings),
        searched=tuple(outcome.searched),
        notes=tuple(dict.fromkeys(outcome.notes)),
        interrupted=outcome.interrupted,
        limits={
            "time": f"{arguments.seconds:g} s",
            "time of one call": f"{arguments.call_seconds:g} s",
            "memory": f"{arguments.memory:g} MiB",
        },
    )


def _prefix(resolved: Resolved, subjects: Sequence[Subject]) -> str:
    """Where several modules are compared, each component is named with its own."""
    return f"{subjects[0].module}." if len(resolved.comparisons) > 1 else ""


def _compare(
    action: str,
    resolved: Resolved,
    number: int,
    subjects: Sequence[Subject],
    arguments: argparse.Namespace,
    progress: Progress,
) -> Outcome:
    """Compare the implementations of one module."""
    options = Options(
        seconds=arguments.seconds / len(resolved.comparisons),
        seed=arguments.seed,
        messages=arguments.messages,
        call_seconds=arguments.call_seconds,
        memory=int(arguments.memory * (1 << 20)),
        components=tuple(arguments.component),
    )
    strategies = _strategies(arguments)
    sides = [replace(each, authors_file=str(strategies or "")) for each in subjects]
    outcome = Outcome()
    if action in ("all", "surface"):
        progress.say(f"looking at the names of {subjects[0].module}")
        outcome = compare(sides[0], sides[1:], options)
    if action == "surface":
        return outcome
    given = recorded_of_author(strategies, arguments.seed) if strategies is not None else []
    folder = folder_of(arguments, resolved.package)
    if folder is not None:
        given += _recorded(folder)
    found = search(
        sides[0], sides[1:], options, given, folder, progress.of_search(number, resolved)
    )
    known = {each.component for each in found.searched}
    return Outcome(
        outcome.findings + found.findings,
        found.searched + [each for each in outcome.searched if each.component not in known],
        outcome.notes + found.notes,
        found.interrupted,
    )


def _recorded(folder: Path) -> list[Call]:
    from twinwheel.verify.recording import read_recorded

    return read_recorded(folder)


def folder_of(arguments: argparse.Namespace, package: str) -> Path | None:
    """Give the folder where what is found of a package is saved; None if nothing is to be."""
    if not arguments.save:
        return None
    plain = "".join(each if each.isalnum() or each in "._-" else "_" for each in package)
    return Path(arguments.save) / (plain.strip(".") or "package")


def _strategies(arguments: argparse.Namespace) -> Path | None:
    path: Path | None = arguments.strategies
    if path is None:
        return Path(FILE).resolve() if Path(FILE).is_file() else None
    if not path.is_file():
        raise VerifyError(
            "there is no such file of strategies",
            code="TW745",
            where=str(path),
            accepted="a Python file that uses twinwheel.verify.arguments and relation",
            help="correct the path after --strategies",
        )
    return path.resolve()


def _again(arguments: argparse.Namespace) -> str:
    """The command line that does the same again."""
    words = sys.argv[1:]
    if "--seed" not in words and not any(each.startswith("--seed=") for each in words):
        place = words.index("--") if "--" in words else len(words)
        words = [*words[:place], "--seed", str(arguments.seed), *words[place:]]
    return shlex.join(["twinwheel", *words])
