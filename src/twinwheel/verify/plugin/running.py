"""``pytest --twinwheel``: one process of pytest per implementation, then all side by side."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from twinwheel.errors import VerifyError
from twinwheel.verify.plugin.options import packages_of, usage_error
from twinwheel.verify.plugin.showing import Shown
from twinwheel.verify.suite import problems, proving
from twinwheel.verify.suite.comparing import compare
from twinwheel.verify.suite.kit import make_kit
from twinwheel.verify.suite.noting import notes_of
from twinwheel.verify.suite.outcomes import BAD, Reading
from twinwheel.verify.suite.probing import probe
from twinwheel.verify.suite.session import Plan, run_session
from twinwheel.verify.suite.twins import Twin, look_at, twin_injection

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["is_for_this_process", "run"]

_OTHERWISE = (
    *("help", "version", "markers", "showfixtures", "show_fixtures_per_test"),
    *("collectonly", "cacheshow"),
)
"""Options by which pytest runs no tests."""
_INSIDE = "_twinwheel_inside.plugin"


def is_for_this_process(config: pytest.Config) -> bool:
    """Tell whether this is the process that the user started, to run tests."""
    if hasattr(config, "workerinput") or config.pluginmanager.has_plugin(_INSIDE):
        return False
    return not any(getattr(config.option, name, False) for name in _OTHERWISE)


def run(config: pytest.Config) -> int:
    """Run the suite once per implementation.

    Args:
        config: Of this process, which runs no tests itself.

    Returns:
        Pytest's exit status: 1 when a test fails, has another outcome with another implementation,
        or was not run by the one that was asked for.

    Raises:
        pytest.UsageError: TW730 or TW731, when what is asked for is not there.
    """
    with tempfile.TemporaryDirectory(prefix="twinwheel-", ignore_cleanup_errors=True) as name:
        room = Path(name).resolve()
        make_kit(room)
        try:
            packages = packages_of(config)
            twins = [_look(package, room) for package in packages]
            names = _chosen(config.getoption("twinwheel"), twins)
            twins, absent = _import_each(twins, names, room)
        except VerifyError as error:
            raise usage_error(error) from None
        return _Session(config, room, twins).run(
            [each for each in names if each not in absent], list(absent.values())
        )


def _look(package: str, room: Path) -> Twin:
    probed = probe(package, [sys.executable], package, room, isolated=False, whole=False)
    if probed.manifest is None:
        raise problems.no_twin(package, probed.error or "it has no manifest")
    return Twin(package, probed.manifest, {})


def _chosen(said: str, twins: Sequence[Twin]) -> list[str]:
    """Return the names of the implementations that are asked for."""
    there = list(dict.fromkeys(name for twin in twins for name in twin.built))
    if said.strip().lower() == "all":
        return there
    names = list(dict.fromkeys(each.strip() for each in said.split(",")))
    for name in names:
        if name not in there:
            known = twins[0].manifest["implementations"].get(name)
            why = f"it was not built: {known['reason']}" if known else ""
            raise problems.no_implementation(twins[0].package, name, there, why)
    return names


def _import_each(
    twins: Sequence[Twin], names: Sequence[str], room: Path
) -> tuple[list[Twin], dict[str, VerifyError]]:
    """See what each implementation has, and which cannot be had."""
    absent: dict[str, VerifyError] = {}
    made = []
    for twin in twins:
        missing = {}
        for name in (each for each in names if each in twin.built):
            _, imported = look_at(name, twin, [sys.executable], room, isolated=False)
            if imported.error:
                module = twin.manifest["implementations"][name]["module"]
                absent[name] = problems.cannot_be_imported(name, module, imported.error)
            missing[name] = imported.missing
        made.append(replace(twin, missing=missing))
    return made, absent


class _Session:
    """The runs of one call of pytest."""

    def __init__(self, config: pytest.Config, room: Path, twins: Sequence[Twin]) -> None:
        self.config = config
        self.room = room
        self.twins = twins
        self.readings: list[Reading] = []
        self.plans: list[Plan] = []
        self.shown = Shown(config)

    def run(self, names: Sequence[str], problems_so_far: list[VerifyError]) -> int:
        interrupted = False
        for name in names:
            plan, reading = self._plan(name), Reading()
            self.shown.head(name, [each.module for each in plan.injection.expected])
            self.plans.append(plan)
            self.readings.append(reading)
            try:
                run_session(plan, reading)
            except KeyboardInterrupt:
                interrupted = True
                break
            if not reading.python:  # pytest has said why it does not begin
                return reading.code if reading.code > 0 else int(pytest.ExitCode.INTERNAL_ERROR)
        return self._end(problems_so_far, interrupted=interrupted)

    def _plan(self, name: str) -> Plan:
        config = self.config
        by_module = getattr(sys.modules.get("__main__"), "__spec__", None) is not None
        folder = Path(config.invocation_params.dir)
        arguments = ["-p", _INSIDE]
        if config.pluginmanager.has_plugin("cacheprovider"):
            # Else --last-failed would mean the failures of the implementation before.
            cache = Path(config.getini("cache_dir")) / "twinwheel" / name
            arguments += ["-o", f"cache_dir={cache}"]
        arguments += [str(each) for each in config.invocation_params.args]
        report = getattr(config.option, "xmlpath", None)
        if report:
            path = Path(report)
            arguments.append(f"--junitxml={path.with_name(f'{path.stem}-{name}{path.suffix}')}")
        debugged = config.getoption("usepdb", False) or config.getoption("trace", False)
        return Plan(
            injection=twin_injection(name, self.twins),
            python=(sys.executable, *_interpreter_options()),
            arguments=tuple(arguments),
            folder=folder,
            room=self.room,
            timeout=config.getoption("twinwheel_timeout"),
            first_on_path=str(folder) if by_module else "",
            shown=True,
            at_terminal=bool(debugged) or config.getoption("capture") == "no",
        )

    def _end(self, found: list[VerifyError], *, interrupted: bool) -> int:
        names = [plan.injection.name for plan in self.plans]
        compared = compare(names, self.readings, partial=interrupted)
        for plan, reading in zip(self.plans, self.readings, strict=True):
            if not interrupted and reading.outcomes:
                found += proving.prove(plan.injection, reading)
            for twin in self.twins:
                missing = twin.missing.get(plan.injection.name, ())
                if missing:
                    found.append(
                        problems.lacks_components(plan.injection.name, twin.package, missing)
                    )
        notes = notes_of(names, self.readings, compared, ())
        self.shown.end(names, self.readings, compared, found, notes)
        if interrupted:
            return int(pytest.ExitCode.INTERRUPTED)
        bad = any(each.outcome in BAD for one in self.readings for each in one.outcomes.values())
        if found or compared.findings or bad or any(each.deaths for each in self.readings):
            return int(pytest.ExitCode.TESTS_FAILED)
        statuses = {reading.status for reading in self.readings}
        if statuses <= {0}:
            return 0
        # All alike, such as that there are no tests; else any that is not a success.
        return int(max(status or 0 for status in statuses))


def _interpreter_options() -> list[str]:
    """Return the options that this interpreter was started with, such as -W and -X."""
    return list(subprocess._args_from_interpreter_flags())  # type: ignore[attr-defined]
