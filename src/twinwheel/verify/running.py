"""One run of verify: candidates one after another, under ordinary and other conditions."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from twinwheel.errors import VerifyError
from twinwheel.verify.conditions import (
    OTHER_ENVIRONMENTS,
    find_growth,
    find_in_environment,
    find_leak,
    find_race,
    taken_calls,
)
from twinwheel.verify.confirming import finding_of
from twinwheel.verify.guiding import can_guide, guided_calls
from twinwheel.verify.pairs import Pair
from twinwheel.verify.recipes import Call
from twinwheel.verify.runner.encoding import unpack
from twinwheel.verify.saving import load_calls, save_finding
from twinwheel.verify.search import ComponentSearch, search_pair, searched_of
from twinwheel.verify.surfaces import compare_surfaces
from twinwheel.verify.workers import Limits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from twinwheel.verify.confirming import Confirmed
    from twinwheel.verify.findings import Finding, Searched
    from twinwheel.verify.search import Options
    from twinwheel.verify.subjects import Subject

__all__ = ["Outcome", "compare", "recorded_of_author", "search"]

_SHARE_OF_CONDITIONS = 0.35
_SHARE_OF_GUIDANCE = 0.15
_BEGIN_OF_GUIDANCE = 0.25
"""Part of the time after which there are calls for atheris to begin with."""
_EXAMPLES = 300
_AUTHOR_SECONDS = 120


@dataclass
class Outcome:
    """What a run has found until now."""

    findings: list[Finding] = field(default_factory=list)
    searched: list[Searched] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False


def compare(control: Subject, candidates: Sequence[Subject], options: Options) -> Outcome:
    """Compare the surfaces of implementations."""
    outcome = Outcome()
    for candidate in candidates:
        pair = Pair(control, candidate, _limits(options))
        try:
            findings, compared, notes = compare_surfaces(pair)
        finally:
            pair.close()
        outcome.findings += findings
        outcome.searched += compared
        outcome.notes += notes
    return outcome


def search(
    control: Subject,
    candidates: Sequence[Subject],
    options: Options,
    given: Sequence[Call],
    folder: Path | None,
    on_progress: Callable[[str, int, int, float], None],
) -> Outcome:
    """Search for differences of implementations.

    Args:
        control: The implementation whose answers are the truth.
        candidates: The others.
        options: How to search; the time is for all of them.
        given: Calls to begin with.
        folder: Where findings are saved and met again; None for nowhere.
        on_progress: Told what is done, the comparisons, the findings, and the part of the time.

    Returns:
        What was found, also when the user interrupted it.
    """
    outcome = Outcome()
    known = [*(load_calls(folder) if folder is not None else []), *given]
    for number, candidate in enumerate(candidates):
        one = _One(control, candidate, replace(options, seconds=options.seconds / len(candidates)))

        def told(what: str, made: int, found: int, one: _One = one, number: int = number) -> None:
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
        finally:
            one.close()
        outcome.findings += one.saved(folder)
        outcome.searched += [searched_of(each) for each in one.searches]
        outcome.notes += one.notes
        if outcome.interrupted:
            break
    return outcome


class _One:
    """The search of one candidate."""

    def __init__(self, control: Subject, candidate: Subject, options: Options) -> None:
        self.options = options
        self.searches: list[ComponentSearch] = []
        self.notes: list[str] = []
        self._control, self._candidate = control, candidate
        self._begin = time.monotonic()
        self._pair = Pair(control, candidate, _limits(options))

    def part(self) -> float:
        """Give which part of the time is over."""
        return min(1.0, (time.monotonic() - self._begin) / max(self.options.seconds, 0.1))

    def run(
        self,
        given: Sequence[Call],
        on_progress: Callable[[str, int, int], None],
    ) -> None:
        """Search, then look at the other conditions."""
        ordinary = self.options.seconds * (1 - _SHARE_OF_CONDITIONS)
        options = replace(self.options, seconds=ordinary)
        guided = can_guide([self._pair.control, self._pair.candidate])
        for searches in search_pair(self._pair, options, given, on_progress):
            self.searches = searches
            if guided is not None and self.part() > _BEGIN_OF_GUIDANCE:
                self._follow_guidance(guided, on_progress)
                guided = None
        self._try_conditions(on_progress)

    def _follow_guidance(
        self, subject: Subject, on_progress: Callable[[str, int, int], None]
    ) -> None:
        """Let atheris look for calls that reach something new, and search these too."""
        on_progress(f"atheris on {subject.name}", self._pair.made, self._found())
        seconds = self.options.seconds * _SHARE_OF_GUIDANCE
        seeds = [call for each in self.searches for call in each.knowledge.corpus]
        calls = guided_calls(subject, seeds, seconds, self.options.seed)
        for search_ in self.searches:
            own = [call for call in calls if call.component == search_.plan.name]
            if own and not search_.skipped:
                search_.given += own
                search_.sources.add("coverage")

    def _try_conditions(self, on_progress: Callable[[str, int, int], None]) -> None:
        fine = [each for each in self.searches if not each.skipped and each.knowledge.corpus]
        calls = {id(each): taken_calls(self._pair, each, 100) for each in fine}
        looked_at = 0
        for search_ in fine:
            if self.part() >= 1:
                break
            looked_at += 1
            on_progress(f"{search_.plan.name}, threads and memory", self._pair.made, self._found())
            for find in (find_race, find_leak, find_growth):
                self._keep(search_, find(self._pair, search_))
        if looked_at < len(fine):
            left = ", ".join(each.plan.name for each in fine[looked_at:][:12])
            self.notes.append(f"no time was left for threads, leaks and growth of: {left}")
        for variables in OTHER_ENVIRONMENTS:
            try:
                pair = Pair(self._control, self._candidate, _limits(self.options), variables)
            except VerifyError as error:
                told = " ".join(f"{name}={value}" for name, value in variables.items())
                self.notes.append(f"nothing was compared with {told}: {error}")
                continue
            try:
                for search_ in fine:
                    on_progress(f"{search_.plan.name}, other locale", pair.made, self._found())
                    known = calls[id(search_)]
                    self._keep(search_, find_in_environment(pair, search_, known, variables))
            finally:
                pair.close()

    def _found(self) -> int:
        return sum(len(each.findings) for each in self.searches)

    def _keep(self, search_: ComponentSearch, confirmed: Confirmed | None) -> None:
        if confirmed is None:
            return
        finding = finding_of(confirmed, self._candidate.name)
        search_.findings.setdefault(finding.id, finding)
        search_.smallest.setdefault(finding.id, confirmed.calls)

    def saved(self, folder: Path | None) -> list[Finding]:
        """Give the findings, each with what shows it again if that is wanted."""
        found = []
        for search_ in self.searches:
            for finding in search_.findings.values():
                if folder is None:
                    found.append(finding)
                    continue
                script = save_finding(
                    folder,
                    finding,
                    search_.smallest[finding.id],
                    (self._control, self._candidate),
                    compare=search_.rules.compare,
                    seconds=self.options.call_seconds,
                    memory=self.options.memory,
                )
                found.append(replace(finding, reproducer=str(script)))
        return found

    def close(self) -> None:
        """End the processes."""
        self._pair.close()


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
    try:
        done = subprocess.run(command, capture_output=True, timeout=_AUTHOR_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        why = f"no end after {_AUTHOR_SECONDS} s"
    else:
        if done.returncode == 0:
            drawn = [(component, unpack(data)) for component, data in unpack(done.stdout)]
            return [Call(component, each[0], each[1], []) for component, each in drawn]
        lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = lines[-1] if lines else f"exit code {done.returncode}"
    raise VerifyError(
        f"the file of strategies cannot be run: {why}",
        code="TW744",
        where=str(path),
        accepted="a Python file that uses twinwheel.verify.arguments and relation",
        help="run it with Python to see more",
    )
