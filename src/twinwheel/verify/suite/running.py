"""The package's own suite, once per implementation, as one report."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinwheel.verify.findings import Finding, Report, Side, TestRow
from twinwheel.verify.suite import installing, problems, proving
from twinwheel.verify.suite.aligning import align
from twinwheel.verify.suite.comparing import compare, finding_id
from twinwheel.verify.suite.confirming import confirm
from twinwheel.verify.suite.injecting import aliases_between, asked_of, injection_of
from twinwheel.verify.suite.kit import make_kit
from twinwheel.verify.suite.noting import notes_of
from twinwheel.verify.suite.outcomes import Reading
from twinwheel.verify.suite.places import Place, find_place
from twinwheel.verify.suite.probing import Probed, probe
from twinwheel.verify.suite.session import Plan
from twinwheel.verify.suite.starting import AS_IT_IS, base_arguments, run_from
from twinwheel.verify.suite.twins import Twin, look_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twinwheel.errors import VerifyError
    from twinwheel.verify.subjects import Subject

__all__ = ["Progress", "run_suite"]


@dataclass(frozen=True)
class Progress:
    """How far the suite is."""

    name: str
    """Of the implementation that is run now."""
    test: str
    """The test that was the last to end; empty before the first."""
    outcome: str
    done: int
    total: int
    """Tests that were collected, as far as it is known."""

    def __str__(self) -> str:
        return f"{self.name}: {self.done:,} of {self.total:,} tests"


def _silent(_progress: Progress) -> None:
    pass


def run_suite(
    subjects: Sequence[Subject],
    tests: Path | None = None,
    pytest_arguments: Sequence[str] = (),
    timeout: float = 60.0,
    on_progress: Callable[[Progress], None] = _silent,
    *,
    limit: float = 0.0,
    may_install: bool = False,
    requirements: Sequence[str] = (),
) -> Report:
    """Run a package's own suite once per implementation, and compare the outcomes.

    Args:
        subjects: The implementations, the control first.
        tests: The tests: a folder, a file or an sdist. Without it they are looked for: installed
            with the package, in the project in the current folder, in the release's sdist.
        pytest_arguments: What else pytest is given.
        timeout: Seconds that one test may take; 0 for no end.
        on_progress: Called when a test ended.
        limit: Seconds that all runs may take together; 0 for no end.
        may_install: Whether the subjects' environments are twinwheel's own, so that pytest may be
            installed into them.
        requirements: What else the tests need; installed where pytest may be.

    Returns:
        A row for each test, and a finding for each that differs. That another implementation ran
        than the one that was asked for is a finding too.

    Raises:
        VerifyError: TW720 to TW735, when the suite cannot be run.
    """
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="twinwheel-suite-", ignore_cleanup_errors=True) as name:
        room = Path(name).resolve()
        make_kit(room)
        run = _Run(list(subjects), room, tuple(pytest_arguments), timeout, limit, on_progress)
        run.look(may_install=may_install, requirements=tuple(requirements))
        interrupted = False
        place = find_place(subjects[0].package, run.probes, tests, room)
        try:
            run.go(place)
        except KeyboardInterrupt:
            interrupted = True
        return replace(
            run.report(place, interrupted=interrupted),
            seconds=time.monotonic() - began,
            interrupted=interrupted,
        )


class _Run:
    """What is known so far, from one stage to the next."""

    def __init__(
        self,
        subjects: list[Subject],
        room: Path,
        arguments: tuple[str, ...],
        timeout: float,
        limit: float,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self.subjects = subjects
        self.room = room
        self.arguments = arguments
        self.timeout = timeout
        self.limit = limit
        self.on_progress = on_progress
        self.package = subjects[0].package
        self.probes: list[Probed] = []
        self.absent: dict[int, VerifyError] = {}
        """Places of the subjects that cannot be imported, and why."""
        self.plans: list[Plan] = []
        self.readings: list[Reading] = []
        self.texts: list[str] = []
        self.notes: list[str] = []
        self.unsteady: tuple[str, ...] = ()

    def look(self, *, may_install: bool, requirements: tuple[str, ...]) -> None:
        """See what each interpreter has."""
        for index, subject in enumerate(self.subjects):
            probed = self._probe(subject)
            if probed.error:
                raise problems.no_answer(subject.name, self.package, probed.error)
            if may_install and (not probed.pytest or requirements):
                installing.install(subject, ("pytest", *requirements))
                probed = self._probe(subject)
            if not probed.pytest:
                raise problems.no_pytest(subject.name, subject.python)
            self.probes.append(probed)
            why = probed.modules[subject.module].error
            if why:
                self.absent[index] = problems.cannot_be_imported(subject.name, subject.module, why)
        if 0 in self.absent:
            raise self.absent[0]
        if self._wants_aliases():
            self._find_aliases()

    def _wants_aliases(self) -> bool:
        """Tell whether the subjects are modules of one package, and nothing says how to get at."""
        present = self._present()
        modules = {each.module for each in present}
        pythons = {each.python for each in present}
        told = any(each.aliases or each.variables for each in present)
        return len(pythons) == 1 and len(modules) == len(present) > 1 and not told

    def _find_aliases(self) -> None:
        modules = [each.module for each in self._present()]
        binding = [each for each in modules if each != self.package]
        bound = self._probe(self.subjects[0], binding=binding).bound
        found = dict(zip(modules, aliases_between(self.package, modules, bound), strict=True))
        self.subjects = [
            replace(each, aliases=found.get(each.module, {})) for each in self.subjects
        ]

    def _present(self) -> list[Subject]:
        return [each for index, each in enumerate(self.subjects) if index not in self.absent]

    def _probe(self, subject: Subject, binding: Sequence[str] = ()) -> Probed:
        python, isolated = [subject.python], subject.isolated
        look = partial(probe, subject.name, python, subject.package, self.room, isolated=isolated)
        name = asked_of(subject)
        if name:
            first = look()
            if first.manifest is not None:
                twin = Twin(subject.package, first.manifest, {})
                if name not in twin.built:
                    raise problems.no_implementation(subject.package, name, twin.built)
                return look_at(name, twin, python, self.room, isolated=isolated, whole=True)[0]
        return look(
            modules=[subject.module],
            components=subject.components,
            binding=binding,
            variables=subject.variables,
        )

    def go(self, place: Place) -> None:
        """Run the suite with each, so that pytest starts in the same way for all."""
        present = self._present()
        probes = [each for index, each in enumerate(self.probes) if index not in self.absent]
        for subject, probed in zip(present, probes, strict=True):
            others = [each for each in present if each is not subject]
            self.plans.append(
                Plan(
                    injection=injection_of(subject, probed, others, place.grafts),
                    python=(subject.python,),
                    arguments=(*base_arguments(self.room), *place.arguments, *self.arguments),
                    folder=place.folder,
                    room=self.room,
                    timeout=self.timeout,
                    seconds=self.limit / len(present),
                    isolated=subject.isolated,
                )
            )
        without = AS_IT_IS
        while len(self.readings) < len(self.plans):
            plan, reading = self.plans[len(self.readings)], Reading()
            self.readings.append(reading)
            took, text = run_from(plan, without, reading, self._progress(plan, reading))
            self.texts.append(text)
            if took != without:
                without = took
                if len(self.readings) > 1:
                    # Those before were run by another configuration: once more, by this one.
                    self.readings.clear()
                    self.texts.clear()
        self.notes += filter(None, [without.note()])
        if not any(map(_has_anything, self.readings)):
            raise problems.nothing_collected(self.plans[0].injection.name, self.texts[0])
        renamed = align(self.readings)
        if renamed:
            self.notes.append(
                f"{renamed} parametrised tests have other names with another implementation, and"
                " are compared in their order"
            )
        if any(reading.stopped for reading in self.readings):
            self.notes.append(
                f"not all tests were run, as {self.limit:g} s were over; only those are compared"
                " that were run with each"
            )
            return
        self.unsteady = confirm(self.plans, self.readings, without, self._progress)

    def _progress(self, plan: Plan, reading: Reading) -> Callable[[dict[str, Any]], None]:
        def tell(event: dict[str, Any]) -> None:
            if event["event"] in ("finish", "tests"):
                test = event.get("test", "")
                ended = reading.outcomes.get(test)
                self.on_progress(
                    Progress(
                        plan.injection.name,
                        test,
                        ended.outcome if ended else "",
                        len(reading.outcomes),
                        len(reading.tests),
                    )
                )

        return tell

    def report(self, place: Place, *, interrupted: bool) -> Report:
        """Put it all together."""
        partial = interrupted or any(reading.stopped for reading in self.readings)
        plans = self.plans[: len(self.readings)]
        names = [plan.injection.name for plan in plans]
        compared = compare(names, self.readings, partial=partial, unsteady=self.unsteady)
        findings = [
            proving.as_finding(self.subjects[index].name, self.package, why)
            for index, why in self.absent.items()
        ]
        for plan, reading in zip(plans, self.readings, strict=True):
            name = plan.injection.name
            wrong = [] if interrupted else proving.prove(plan.injection, reading)
            wrong += self._lacking(name)
            findings += [proving.as_finding(name, self.package, each) for each in wrong]
            findings += _deaths(name, reading, self.readings)
            self.notes += proving.doubts(plan.injection, reading)
        findings += compared.findings
        limits = {"time of one test": self.timeout, "time of the suite": self.limit}
        return Report(
            command="suite",
            package=self.package,
            sides=self._sides(plans),
            findings=tuple(findings),
            tests=self._rows(compared.rows, names),
            notes=(
                f"the tests are those of {place.said}",
                *self.notes,
                *notes_of(names, self.readings, compared, self.unsteady),
            ),
            limits={name: f"{value:g} s" for name, value in limits.items() if value},
        )

    def _lacking(self, name: str) -> list[VerifyError]:
        for subject, probed in zip(self.subjects, self.probes, strict=True):
            missing = probed.modules[subject.module].missing
            if subject.name == name and asked_of(subject) and missing:
                return [problems.lacks_components(name, self.package, missing)]
        return []

    def _sides(self, plans: Sequence[Plan]) -> tuple[Side, ...]:
        told = {
            plan.injection.name: proving.details(plan.injection, reading)
            for plan, reading in zip(plans, self.readings, strict=True)
        }
        sides = []
        for index, subject in enumerate(self.subjects):
            probed = self.probes[index]
            version = " ".join(filter(None, [probed.distribution, probed.version]))
            ran = told.get(subject.name, [])
            parts = [subject.detail, *ran[1:]] if subject.detail else [version, *ran]
            sides.append(Side(subject.name, ", ".join(filter(None, parts))))
        return tuple(sides)

    def _rows(self, rows: tuple[TestRow, ...], names: list[str]) -> tuple[TestRow, ...]:
        """Give each row an outcome for every side, also for those that were not run."""
        everyone = [each.name for each in self.subjects]
        if names == everyone:
            return rows
        return tuple(
            replace(
                row,
                outcomes=tuple(
                    row.outcomes[names.index(each)] if each in names else "not run"
                    for each in everyone
                ),
            )
            for row in rows
        )


def _has_anything(reading: Reading) -> bool:
    bad = (each for each in reading.modules.values() if each.outcome != "passed")
    return bool(reading.outcomes) or any(bad)


def _deaths(name: str, reading: Reading, readings: Sequence[Reading]) -> list[Finding]:
    """Tell of deaths that are no test's own, where the others did not die in the same way."""
    found = []
    for death in reading.deaths:
        if death.where or all(
            any(other.why == death.why and not other.where for other in each.deaths)
            for each in readings
        ):
            continue
        where = f"after {death.after}" if death.after else "before the first test"
        found.append(
            Finding(
                id=finding_id(name, death.how, death.why, death.after),
                component=death.after or "the start",
                kind={"crashed": "crash", "hung": "hang"}[death.how],
                summary=f"only {name}: {death.why}, {where}",
                candidate=death.why,
                candidate_name=name,
            )
        )
    return found
