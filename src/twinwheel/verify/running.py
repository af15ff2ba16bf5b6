"""One run of verify: candidates one after another, under ordinary and other conditions."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinwheel.errors import VerifyError
from twinwheel.verify import stopping
from twinwheel.verify.conditions import (
    OTHER_ENVIRONMENTS,
    find_growth,
    find_in_environment,
    find_leak,
    find_race,
    taken_calls,
)
from twinwheel.verify.confirming import finding_of
from twinwheel.verify.extent import searched_of
from twinwheel.verify.guiding import can_guide, guided_calls
from twinwheel.verify.pairs import Pair
from twinwheel.verify.recipes import Call
from twinwheel.verify.runner.encoding import unpack
from twinwheel.verify.saving import load_calls, save_finding
from twinwheel.verify.search import search_pair, seconds_for
from twinwheel.verify.surfaces import compare_surfaces
from twinwheel.verify.workers import Limits, TimeIsOver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from twinwheel.verify.components import ComponentSearch
    from twinwheel.verify.confirming import Confirmed
    from twinwheel.verify.findings import Finding, Searched
    from twinwheel.verify.search import Options
    from twinwheel.verify.subjects import Subject

__all__ = ["Outcome", "compare", "recorded_of_author", "search", "untimed_notes"]

_SHARE_OF_CONDITIONS = 0.35
_SHARE_OF_GUIDANCE = 0.15
_LEAST_GUIDANCE = 3.0
"""Seconds; with fewer, atheris has hardly begun."""
_BEGIN_OF_GUIDANCE = 0.25
"""Part of the time after which there are calls for atheris to begin with."""
_GRACE, _SHARE_OF_GRACE = 2.0, 0.1
"""Seconds, and part of the time, after which an answer is waited for no more."""
_SURFACE_SECONDS, _SHARE_OF_SURFACE = 10.0, 0.3
_NAMED = 5
"""Components that a note names."""
_SHARE_OF_GROWTH = 0.6
"""Of the time for threads, growth and leaks: what is slow must leave something for the leaks."""
_TIMES_A_SHARE = 2
"""How much more than its share of the time the growth of one component may take."""
_EXAMPLES = 300
_AUTHOR_SECONDS = 120


@dataclass
class Outcome:
    """What a run has found until now."""

    findings: list[Finding] = field(default_factory=list)
    searched: list[Searched] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False
    untimed: dict[str, list[str]] = field(default_factory=dict)
    """For what there was no time, and of which components."""
    components: list[str] = field(default_factory=list)
    """What the control has in common with a candidate; as often as there are such candidates."""


def compare(
    control: Subject, candidates: Sequence[Subject], options: Options, *, surface: bool = True
) -> Outcome:
    """Compare the surfaces of implementations.

    Args:
        control: The implementation that is right.
        candidates: The others.
        options: What a call may take, and all of it.
        surface: Whether to; else it is only asked which components there are.

    Returns:
        What was found, also when the user interrupted it or its time was over.
    """
    outcome = Outcome()
    seconds = max(_SURFACE_SECONDS, _SHARE_OF_SURFACE * (options.seconds or 0.0))
    try:
        for candidate in candidates:
            with closing(Pair(control, candidate, _limits(options))) as pair:
                theirs = set(pair.candidate.components)
                outcome.components += [each for each in pair.control.components if each in theirs]
                if not surface:
                    continue
                pair.end_at(time.monotonic() + seconds / len(candidates))
                findings, compared, notes = compare_surfaces(pair)
            outcome.findings += findings
            outcome.searched += compared
            outcome.notes += notes
    except KeyboardInterrupt:
        outcome.interrupted = True
    except TimeIsOver:
        outcome.untimed["the names"] = list(outcome.components)
    return outcome


def search(
    control: Subject,
    candidates: Sequence[Subject],
    options: Options,
    given: Sequence[Call],
    folder: Path | None,
    on_progress: Callable[[str, int, int, float], None],
    on_finding: Callable[[Finding], None] = lambda _: None,
) -> Outcome:
    """Search for differences of implementations.

    Args:
        control: The implementation whose answers are the truth.
        candidates: The others.
        options: How to search; the time is for all of them.
        given: Calls to begin with.
        folder: Where findings are saved and met again; None for nowhere.
        on_progress: Told what is done, the comparisons, the findings, and the part of the time.
        on_finding: Told of each finding as soon as it is small.

    Returns:
        What was found, also when the user interrupted it.
    """
    outcome = Outcome()
    modules = {each.module for each in (control, *candidates)}
    known = [*(load_calls(folder, modules) if folder is not None else []), *given]
    seconds = seconds_for(len(candidates)) if options.seconds is None else options.seconds
    end = time.monotonic() + seconds
    for number, candidate in enumerate(candidates):
        left = max(end - time.monotonic(), 0.0) / (len(candidates) - number)
        one = _One(control, candidate, replace(options, seconds=left), on_finding)

        def told(what: str, made: int, found: int, one: _One = one, number: int = number) -> None:
            one.at = what
            part = (number + one.part()) / len(candidates)
            on_progress(what, made, found + len(outcome.findings), part)

        try:
            one.run(known, told)
        except KeyboardInterrupt:
            outcome.interrupted = True
        except VerifyError as error:  # it could be started once, and cannot again
            if not any(each.findings for each in one.searches):
                raise
            one.notes.append(f"the search of {candidate.name} could not go on: {error}")
        except TimeIsOver:
            one.notes.append(
                f"the time was over while a call had not ended ({one.at}, {candidate.name});"
                " what was to come after it was not tried"
            )
        outcome.findings += one.saved(folder, number + 1)
        outcome.searched += [searched_of(each) for each in one.searches]
        outcome.notes += one.notes
        for what, names in one.untimed.items():
            outcome.untimed.setdefault(what, []).extend(names)
        if outcome.interrupted:
            break
    return outcome


def untimed_notes(untimed: Mapping[str, Sequence[str]]) -> list[str]:
    """Tell for what there was no time: a line for each, as there may be many components."""
    notes = []
    for what, all_names in untimed.items():
        names = list(dict.fromkeys(all_names))
        if not names:
            continue
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        notes.append(f"no time was left for {what} of: {', '.join(names[:_NAMED])}{more}")
    return notes


class _One:
    """The search of one candidate."""

    def __init__(
        self,
        control: Subject,
        candidate: Subject,
        options: Options,
        on_finding: Callable[[Finding], None],
    ) -> None:
        self.options = options
        self.searches: list[ComponentSearch] = []
        self.notes: list[str] = []
        self.untimed: dict[str, list[str]] = {}
        self._control, self._candidate = control, candidate
        self._on_finding = on_finding
        self._told: set[str] = set()
        self._begin = time.monotonic()
        self._seconds = options.seconds or 0.0
        self._limits = _limits(options)
        self.at = ""
        """What is done just now."""
        self._grace = max(_GRACE, self._seconds * _SHARE_OF_GRACE)

    def part(self) -> float:
        """Give which part of the time is over."""
        return min(1.0, (time.monotonic() - self._begin) / max(self._seconds, 0.1))

    def run(
        self,
        given: Sequence[Call],
        on_progress: Callable[[str, int, int], None],
    ) -> None:
        """Search, then look at the other conditions.

        Raises:
            KeyboardInterrupt: The user stopped it.
            TimeIsOver: The time was over long ago.
        """
        with closing(Pair(self._control, self._candidate, self._limits)) as pair:
            # what it took to start it is not searched for; it always gets its part of the time
            end = time.monotonic() + self._seconds + self._grace
            pair.end_at(end)
            ordinary = self._seconds * (1 - _SHARE_OF_CONDITIONS)
            options = replace(self.options, seconds=ordinary)
            guided = None
            if self._seconds * _SHARE_OF_GUIDANCE >= _LEAST_GUIDANCE:
                guided = can_guide([pair.control, pair.candidate])
            for searches in search_pair(pair, options, given, on_progress):
                self.searches = searches
                self._tell()
                if guided is not None and self.part() > _BEGIN_OF_GUIDANCE:
                    on_progress(f"atheris on {guided.name}", pair.made, self._found())
                    self._follow_guidance(guided)
                    guided = None
            fine = [each for each in self.searches if not each.skipped and each.knowledge.corpus]
            self._try_environments(pair, fine, on_progress, end)
            self._try_conditions(pair, fine, on_progress)

    def _follow_guidance(self, subject: Subject) -> None:
        """Let atheris look for calls that reach something new, and search these too."""
        seconds = self._seconds * _SHARE_OF_GUIDANCE
        seeds = [call for each in self.searches for call in each.knowledge.corpus]
        calls = guided_calls(subject, seeds, seconds, self.options.seed)
        for search_ in self.searches:
            own = [call for call in calls if call.component == search_.plan.name]
            if own and not search_.skipped:
                search_.given += own
                search_.sources.add("coverage")

    def _try_environments(
        self,
        pair: Pair,
        fine: Sequence[ComponentSearch],
        on_progress: Callable[[str, int, int], None],
        end: float,
    ) -> None:
        """Make the calls that agree here under other variables."""
        calls: dict[str, list[Call]] = {}
        for variables in OTHER_ENVIRONMENTS:
            if self.part() >= 1:
                self._no_time("another locale, hash seed and time zone", fine)
                return
            try:
                opened = Pair(self._control, self._candidate, self._limits, variables)
            except VerifyError as error:
                told = " ".join(f"{name}={value}" for name, value in variables.items())
                self.notes.append(f"nothing was compared with {told}: {error}")
                continue
            with closing(opened) as other:
                other.end_at(end)
                for place, search_ in enumerate(fine):
                    if self.part() >= 1:
                        self._no_time("another locale, hash seed and time zone", fine[place:])
                        break
                    name = search_.plan.name
                    on_progress(f"{name}, other locale", pair.made + other.made, self._found())
                    if name not in calls:
                        calls[name] = taken_calls(pair, search_, 100)
                    found = find_in_environment(other, search_, calls[name], variables)
                    self._keep(search_, found)

    def _try_conditions(
        self,
        pair: Pair,
        fine: Sequence[ComponentSearch],
        on_progress: Callable[[str, int, int], None],
    ) -> None:
        """Make calls from several threads, larger ones, and very often, which takes longest."""
        now = time.monotonic()
        end = now + (self._begin + self._seconds - now) * _SHARE_OF_GROWTH

        def growth(each: ComponentSearch, left: int) -> Confirmed | None:
            now = time.monotonic()
            return find_growth(pair, each, now + _TIMES_A_SHARE * (end - now) / left)

        ways: tuple[tuple[str, Callable[[ComponentSearch, int], Confirmed | None]], ...] = (
            ("threads", lambda each, _: find_race(pair, each)),
            ("growth", growth),
            ("leaks", lambda each, _: find_leak(pair, each)),
        )
        for what, find in ways:
            for place, search_ in enumerate(fine):
                if self.part() >= 1 or (what == "growth" and time.monotonic() > end):
                    self._no_time(what, fine[place:])
                    break
                name = search_.plan.name
                on_progress(f"{name}, {what}", pair.made, self._found())
                try:
                    self._keep(search_, find(search_, len(fine) - place))
                except (VerifyError, TimeIsOver):
                    raise
                except Exception as error:  # noqa: BLE001 (the others are tried all the same)
                    told = f"{type(error).__name__}: {error}"
                    self.notes.append(f"{name}: verify itself failed at {what}: {told}")
                    pair.restart()

    def _no_time(self, what: str, left: Sequence[ComponentSearch]) -> None:
        self.untimed[what] = [each.plan.name for each in left]

    def _found(self) -> int:
        return sum(len(each.findings) for each in self.searches)

    def _keep(self, search_: ComponentSearch, confirmed: Confirmed | None) -> None:
        if confirmed is None:
            return
        finding = finding_of(confirmed, self._control, self._candidate)
        search_.findings.setdefault(finding.id, finding)
        search_.smallest.setdefault(finding.id, confirmed.calls)
        self._tell()

    def _tell(self) -> None:
        """Tell of the findings that are new."""
        for search_ in self.searches:
            for finding in search_.findings.values():
                if finding.id not in self._told:
                    self._told.add(finding.id)
                    self._on_finding(finding)

    def saved(self, folder: Path | None, number: int) -> list[Finding]:
        """Give the findings, each with what shows it again if that is wanted and can be had.

        Args:
            folder: Where that is written; None for nowhere.
            number: Of the candidate.
        """
        found = []
        for search_ in self.searches:
            for finding in search_.findings.values():
                if folder is None:
                    found.append(finding)
                    continue
                try:
                    script = save_finding(
                        folder,
                        finding,
                        search_.smallest[finding.id],
                        (self._control, self._candidate),
                        compare=search_.rules.compare,
                        seconds=self.options.call_seconds,
                        memory=self.options.memory,
                        number=number,
                    )
                except VerifyError as error:  # what was found is told all the same
                    self.notes.append(f"{error.message} ({error.where})")
                    found.append(finding)
                    folder = None
                else:
                    found.append(replace(finding, reproducer=str(script)))
        return found


def _limits(options: Options) -> Limits:
    return Limits(seconds=options.call_seconds, memory=options.memory)


def recorded_of_author(path: Path, seed: int) -> list[Call]:
    """Draw calls from the strategies of an author's file, in a process of its own.

    Raises:
        VerifyError: TW744, the file cannot be run.
    """
    command = [
        sys.executable,
        "-m",
        "twinwheel.verify.authoring",
        str(path),
        str(_EXAMPLES),
        str(seed),
    ]
    code, out, err = _heard(command)
    if code == 0:
        drawn = [(component, unpack(data)) for component, data in unpack(out)]
        return [Call(component, each[0], each[1], []) for component, each in drawn]
    lines = err.decode("utf-8", "replace").strip().splitlines()
    why = lines[-1] if lines else f"exit code {code}"
    if code is None:
        why = f"no end after {_AUTHOR_SECONDS} s"
    raise VerifyError(
        f"the file of strategies cannot be run: {why}",
        code="TW744",
        where=str(path),
        accepted="a Python file that uses twinwheel.verify.arguments and relation",
        help="run it with Python to see more",
    )


def _heard(command: Sequence[str]) -> tuple[int | None, bytes, bytes]:
    """Run a command, and give its exit code, None if it did not end in time, and what it wrote."""
    end = time.monotonic() + _AUTHOR_SECONDS
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe) as process:
        try:
            while time.monotonic() < end:
                stopping.check()
                with suppress(subprocess.TimeoutExpired):
                    out, err = process.communicate(timeout=0.1)
                    return process.returncode, out, err
            return None, b"", b""
        finally:
            process.kill()
