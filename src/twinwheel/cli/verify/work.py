"""From the words of the command line to a report."""

from __future__ import annotations

import shlex
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.cli.verify.places import check_places, folder_of, recorded_in
from twinwheel.cli.verify.progress import Progress
from twinwheel.cli.verify.show import save, show
from twinwheel.errors import CommandError, VerifyError
from twinwheel.verify.accepted import ACCEPTED_FILE, apply_accepted, read_accepted
from twinwheel.verify.authoring import FILE
from twinwheel.verify.findings import Report, Side
from twinwheel.verify.reports import exit_code
from twinwheel.verify.running import (
    Outcome,
    compare,
    recorded_of_author,
    search,
    untimed_notes,
)
from twinwheel.verify.search import Options, seconds_for
from twinwheel.verify.stopping import at_once, check, forget, stopped_by

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from twinwheel.cli.output import Output
    from twinwheel.verify.accepted import Accepted
    from twinwheel.verify.findings import Finding, Searched
    from twinwheel.verify.recipes import Call
    from twinwheel.verify.subjects import Resolved, Subject

__all__ = ["verify"]

_TEST_SECONDS = 60.0
_INTERRUPTED = 130
_MOST_LIVE = 12
"""Lines about names that differ; the report has them all, and the search goes on below."""
_SURFACE = ("surface",)
_LEAST = 1.0
"""Seconds that a module is searched for, whatever was spent before."""


@dataclass
class _Run:
    """What was asked for, and how far it is."""

    action: str
    arguments: argparse.Namespace
    accepted: tuple[Accepted, ...]
    progress: Progress
    begin: float
    resolved: Resolved | None = None
    seconds: float = 0.0
    """For all of it; known once the components are."""
    given: list[Call] = field(default_factory=list)
    authors_file: str = ""
    outcome: Outcome = field(default_factory=Outcome)
    suite: Report | None = None


def verify(
    action: str,
    package: str | None,
    arguments: argparse.Namespace,
    output: Output,
) -> int:
    """Do what was asked for, write the report, and give the exit code.

    It is to be called within ``stopping.deferred``: all that it waits for can be stopped, and a
    report is written whole.

    Args:
        action: One of the actions, or ``all``.
        package: As it was named; None if it was not.
        arguments: Of the command line.
        output: Where the report goes.
    """
    accepted = read_accepted(
        arguments.accepted or Path(ACCEPTED_FILE), may_be_missing=arguments.accepted is None
    )
    check_places(arguments)
    strategies = _strategies(arguments)
    started = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    progress = Progress(output)
    run = _Run(action, arguments, accepted, progress, time.monotonic())
    mine = _children()
    try:
        with progress:
            check()
            _go(run, package, arguments.rest, strategies)
    except KeyboardInterrupt:
        run.outcome.interrupted = True
    if run.outcome.interrupted:
        _end_what_is_left(mine)
    forget()
    report = replace(
        _report(run, package),
        seconds=round(time.monotonic() - run.begin, 1),
        started=started,
        seed=arguments.seed,
        narrowed=bool(arguments.component or arguments.module),
        again=_again(arguments),
    )
    report = apply_accepted(report, accepted)
    _write(report, arguments, output)
    code = exit_code(report, strict=arguments.strict)
    if code == _INTERRUPTED and stopped_by() not in (0, signal.SIGINT):
        return 128 + stopped_by()
    return code


def _go(run: _Run, package: str | None, rest: list[str], strategies: Path | None) -> None:
    """Find what is to be compared, and compare it; ``run`` holds what came out until now."""
    from twinwheel.verify.naming import resolve

    arguments = run.arguments
    run.progress.say("looking for what is to be compared")
    run.resolved = resolve(
        package,
        arguments.control,
        arguments.candidate,
        python=arguments.python,
        modules=arguments.module,
        on_progress=run.progress.say,
    )
    if run.action == "suite":
        with at_once():  # it has its own way to wait, and to end early
            run.suite = _suite(run, run.resolved, rest)
        return
    if strategies is not None:
        run.authors_file = str(strategies)
        if run.action != "surface":
            run.progress.say(f"drawing from {strategies.name}")
            run.given = recorded_of_author(strategies, arguments.seed)
    run.begin = time.monotonic()  # what had to be installed is not a part of the search
    _compare(run, run.resolved)


def _suite(run: _Run, resolved: Resolved, rest: Sequence[str]) -> Report:
    from twinwheel.verify.suite import run_suite

    return run_suite(
        resolved.subjects,
        run.arguments.tests,
        rest,
        max(_TEST_SECONDS, run.arguments.call_seconds),
        run.progress.of_suite,
        may_install=all(resolved.made),
    )


def _compare(run: _Run, resolved: Resolved) -> None:
    """Look at the names in all modules; then search each, in its share of the time."""
    names: list[list[str]] = []
    for subjects in resolved.comparisons:
        run.progress.say(f"looking at the names of {subjects[0].module}")
        sides = _sides(run, subjects)
        seen = compare(sides[0], sides[1:], _options(run), surface=run.action in ("all", "surface"))
        names.append(seen.components)
        _add(run, subjects, seen)
        if run.outcome.interrupted:
            return
    wanted = _wanted(run, resolved, names)
    _keep_only(run, resolved, wanted)
    for place, finding in enumerate(run.outcome.findings):
        if place < _MOST_LIVE:
            _tell(run, finding)
    if len(run.outcome.findings) > _MOST_LIVE:
        run.progress.tell([(f"  and {len(run.outcome.findings) - _MOST_LIVE} more names", "dim")])
    if run.action == "surface":
        return
    counts = [sum(each in some for each in all_) for all_, some in zip(names, wanted, strict=True)]
    run.seconds = run.arguments.seconds or seconds_for(sum(counts))
    for number, subjects in enumerate(resolved.comparisons):
        if not counts[number]:
            continue
        left = max(run.begin + run.seconds - time.monotonic(), _LEAST)
        part = counts[number] / sum(counts[number:])
        narrowed = tuple(wanted[number]) if run.arguments.component else ()
        options = replace(_options(run), seconds=left * part, components=narrowed)
        _search(run, resolved, number, subjects, options)
        if run.outcome.interrupted:
            return


def _search(
    run: _Run, resolved: Resolved, number: int, subjects: Sequence[Subject], options: Options
) -> None:
    """Search one module."""
    sides = _sides(run, subjects)
    folder = folder_of(run.arguments, resolved.package)
    kept = [call for each in recorded_in(run.arguments, resolved) for call in _recorded(each)]
    given = [*run.given, *kept]
    prefix = _prefix(resolved, subjects)

    def met(finding: Finding) -> None:
        _tell(run, replace(finding, component=f"{prefix}{finding.component}"))

    told = run.progress.of_search(number, resolved)
    found = search(sides[0], sides[1:], options, given, folder, told, met)
    _add(run, subjects, found)


def _options(run: _Run) -> Options:
    arguments = run.arguments
    return Options(
        seconds=arguments.seconds,
        seed=arguments.seed,
        messages=arguments.messages,
        call_seconds=arguments.call_seconds,
        memory=int(arguments.memory * (1 << 20)),
    )


def _sides(run: _Run, subjects: Sequence[Subject]) -> list[Subject]:
    return [replace(each, authors_file=run.authors_file) for each in subjects]


def _add(run: _Run, subjects: Sequence[Subject], found: Outcome) -> None:
    """Add what was found in one module; what was searched takes the place of what was looked at."""
    assert run.resolved is not None
    prefix = _prefix(run.resolved, subjects)
    outcome = run.outcome
    outcome.findings += [replace(e, component=f"{prefix}{e.component}") for e in found.findings]
    searched = [replace(each, component=f"{prefix}{each.component}") for each in found.searched]
    outcome.searched = merged([*outcome.searched, *searched])
    outcome.notes += found.notes
    for what, names in found.untimed.items():
        outcome.untimed.setdefault(what, []).extend(f"{prefix}{each}" for each in names)
    outcome.interrupted |= found.interrupted


def merged(searched: Sequence[Searched]) -> list[Searched]:
    """Give one row for each component, whatever number of candidates it was searched for.

    A search takes the place of a look at the names.
    """
    rows: dict[str, Searched] = {}
    for each in searched:
        known = rows.get(each.component)
        if known is None or known.sources == _SURFACE:
            rows[each.component] = each
        elif each.sources != _SURFACE:
            rows[each.component] = replace(
                known,
                comparisons=known.comparisons + each.comparisons,
                seconds=round(known.seconds + each.seconds, 2),
                largest=max(known.largest, each.largest, key=_number),
                sources=tuple(sorted({*known.sources, *each.sources})),
                skipped=known.skipped if each.skipped else "",
                note="; ".join(dict.fromkeys(filter(None, (known.note, each.note)))),
            )
    return list(rows.values())


def _number(text: str) -> int:
    """Give the number that a text such as ``65,537 items`` begins with."""
    digits = text.partition(" ")[0].replace(",", "")
    return int(digits) if digits.isdecimal() else -1


def _prefix(resolved: Resolved, subjects: Sequence[Subject]) -> str:
    """Where several modules are compared, each component is named with its own."""
    return f"{subjects[0].module}." if len(resolved.comparisons) > 1 else ""


def _wanted(run: _Run, resolved: Resolved, names: Sequence[Sequence[str]]) -> list[frozenset[str]]:
    """Give the components of each module that were asked for, by any name that a report shows."""
    asked = run.arguments.component
    if not asked:
        return [frozenset(each) for each in names]
    prefixes = [_prefix(resolved, subjects) for subjects in resolved.comparisons]
    wanted: list[set[str]] = [set() for _ in names]
    for word in asked:
        hits = 0
        for place, (prefix, known) in enumerate(zip(prefixes, names, strict=True)):
            plain = word.removeprefix(prefix)
            owner = plain.partition(".")[0]  # a report has Decoder.decode, which is of Decoder
            for name in {plain, owner} & set(known):
                wanted[place].add(name)
                hits += 1
        if not hits:
            all_names = sorted(
                {f"{p}{each}" for p, known in zip(prefixes, names, strict=True) for each in known}
            )
            raise VerifyError(
                f"{resolved.package} has no component {word!r}",
                code="TW747",
                where="--component",
                accepted=", ".join(all_names) or "nothing: the sides have no name in common",
                help="without --component all of them are searched",
            )
    return [frozenset(each) for each in wanted]


def _keep_only(run: _Run, resolved: Resolved, wanted: Sequence[frozenset[str]]) -> None:
    """Leave out what was seen of components that nobody asked for."""
    if not run.arguments.component:
        return
    full = {
        f"{_prefix(resolved, subjects)}{name}"
        for subjects, names in zip(resolved.comparisons, wanted, strict=True)
        for name in names
    }

    def is_in(component: str) -> bool:
        return any(component == each or component.startswith(f"{each}.") for each in full)

    run.outcome.findings = [each for each in run.outcome.findings if is_in(each.component)]
    run.outcome.searched = [each for each in run.outcome.searched if is_in(each.component)]


def _tell(run: _Run, finding: Finding) -> None:
    """Show a finding at once, unless it is accepted."""
    one = Report(command=run.action, package="", sides=(), findings=(finding,))
    if not apply_accepted(one, run.accepted).open:
        return
    run.progress.tell_finding(finding)


def _report(run: _Run, package: str | None) -> Report:
    """Make the report of what came out, be it all or not."""
    outcome, resolved = run.outcome, run.resolved
    if run.suite is not None and resolved is not None:
        both = (*resolved.notes, *run.suite.notes)
        return replace(run.suite, package=resolved.package, notes=tuple(dict.fromkeys(both)))
    arguments = run.arguments
    notes = list(resolved.notes) if resolved is not None else []
    if resolved is None:
        notes.append("it was stopped while it looked for what is to be compared")
    limits = {
        "time": f"{run.seconds:.3g} s",
        "time of one call": f"{arguments.call_seconds:g} s",
        "memory": f"{arguments.memory:g} MiB",
    }
    if not run.seconds:  # it did not come to the search
        del limits["time"]
    sides = resolved.subjects if resolved is not None else ()
    words = [package, arguments.control, *arguments.candidate]
    return Report(
        command=run.action,
        package=resolved.package if resolved is not None else next(filter(None, words), ""),
        sides=tuple(Side(each.name, each.detail) for each in sides),
        findings=tuple(outcome.findings),
        searched=tuple(outcome.searched),
        notes=tuple(dict.fromkeys([*notes, *outcome.notes, *untimed_notes(outcome.untimed)])),
        interrupted=outcome.interrupted,
        limits=limits,
    )


def _write(report: Report, arguments: argparse.Namespace, output: Output) -> None:
    """Write the report where it was asked for; if it cannot be written there, it is shown."""
    try:
        if arguments.html is not None:
            save(report, "html", arguments.html)
        if arguments.output is not None:
            save(report, arguments.output_format, arguments.output)
    except (CommandError, VerifyError):
        show(report, arguments.output_format, output)
        raise
    if arguments.output is None:
        show(report, arguments.output_format, output)


def _recorded(folder: Path) -> list[Call]:
    from twinwheel.verify.recording import read_recorded

    return read_recorded(folder)


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


def _children() -> set[int]:
    import psutil

    return {each.pid for each in psutil.Process().children(recursive=True)}


def _end_what_is_left(before: set[int]) -> None:
    """End the processes that were started and lost sight of: a signal comes at any moment."""
    import psutil

    left = [each for each in psutil.Process().children(recursive=True) if each.pid not in before]
    for each in left:
        with suppress(psutil.Error):
            each.kill()
    psutil.wait_procs(left, timeout=5)


def _again(arguments: argparse.Namespace) -> str:
    """The command line that does the same again."""
    words = sys.argv[1:]
    if "--seed" not in words and not any(each.startswith("--seed=") for each in words):
        place = words.index("--") if "--" in words else len(words)
        words = [*words[:place], "--seed", str(arguments.seed), *words[place:]]
    return shlex.join(["twinwheel", *words])
