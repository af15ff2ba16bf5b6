"""What a run of pytest wrote down, event by event, as the outcome of each test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["BAD", "KEPT_AWAY", "Died", "Outcome", "Reading", "outcome_of"]

KEPT_AWAY = "(kept away)"
"""What ``inside.injection`` says of a module that is there, and is not to be had."""

BAD = ("failed", "error", "crashed", "hung")
"""Outcomes that no test should have."""


@dataclass(frozen=True)
class Outcome:
    """How a test ended with one implementation."""

    outcome: str
    """passed, failed, error, skipped, xfailed, xpassed, crashed, hung, left out or not run."""
    why: str = ""
    """In one line, where it did not pass."""
    missing: str = ""
    """The module that could not be imported, where that is why."""


@dataclass(frozen=True)
class Died:
    """A process that ended before its session did, or had to be stopped."""

    how: str
    """``crashed`` or ``hung``."""
    why: str
    where: tuple[str, ...]
    """The tests or modules that it was at; empty for none that is known."""
    after: str = ""
    """The test that was the last to end before."""


@dataclass
class Reading:
    """The events of all processes that one run of a suite took, as far as they are read."""

    tests: list[str] = field(default_factory=list)
    """Every test that was collected, in order."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    """Of the tests that ended."""
    modules: dict[str, Outcome] = field(default_factory=dict)
    """Of the modules that were collected, or should have been."""
    proofs: list[dict[str, Any]] = field(default_factory=list)
    """What processes that ran tests told of the implementation, with ``when`` and ``worker``."""
    deaths: list[Died] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    """What pytest calls a test to what it is called here, where that is not the same."""
    python: str = ""
    pytest: str = ""

    running: dict[str, float] = field(default_factory=dict)
    """Test to when it was started, and"""
    opened: dict[str, float] = field(default_factory=dict)
    """module to when its import began, of those that have not ended."""
    last: str = ""
    """The test that was the last to end."""
    status: int | None = None
    """What pytest gave as its exit status; None until then."""
    stopped: bool = False
    """Whether its time was over before it was."""
    code: int = 0
    """What the last process gave as its own."""

    def __post_init__(self) -> None:
        self._reports: dict[str, list[dict[str, Any]]] = {}
        self._known: set[str] = set()

    def begin(self) -> None:
        """Be ready for the events of one more process."""
        self.running.clear()
        self.opened.clear()
        self.status = None

    def feed(self, event: dict[str, Any], now: float) -> None:
        """Take one event."""
        kind = event["event"]
        if kind == "start":
            self.running[event["test"]] = now
            self._reports[event["test"]] = []
        elif kind == "report":
            self._report(event)
        elif kind == "finish":
            self._finish(event["test"])
        elif kind == "open":
            self.opened[event["node"]] = now
        elif kind == "close":
            self._close(event)
        elif kind == "tests":
            self.tests += [each for each in event["tests"] if each not in self._known]
            self._known.update(event["tests"])
        elif kind == "left out":
            self.outcomes[event["test"]] = Outcome("left out", event["why"])
        elif kind == "proof":
            self.proofs.append(event)
        elif kind == "session":
            self.python, self.pytest = event["python"], event["pytest"]
        elif kind == "end":
            self.status = event["status"]

    def _report(self, event: dict[str, Any]) -> None:
        test = event["test"]
        if event["when"] not in ("setup", "call", "teardown"):
            # Of a worker of pytest-xdist that died; the test is not run again.
            self.outcomes[test] = Outcome("crashed", event.get("why", ""))
            self.running.pop(test, None)
            return
        self._reports.setdefault(test, []).append(event)

    def _finish(self, test: str) -> None:
        self.running.pop(test, None)
        made = outcome_of(self._reports.pop(test, []))
        if made is None:
            return
        self.last = test
        made = _unless_kept_away(made)
        # Some plugins run a test several times: it is as bad as at its worst.
        if test not in self.outcomes or made.outcome in BAD:
            self.outcomes[test] = made

    def _close(self, event: dict[str, Any]) -> None:
        node = event["node"]
        self.opened.pop(node, None)
        word = {"failed": "error"}.get(event["outcome"], event["outcome"])
        if self.modules.get(node, Outcome("passed")).outcome != "error":
            made = Outcome(word, event.get("why", ""), event.get("missing", ""))
            self.modules[node] = _unless_kept_away(made)

    def stop(self, how: str, why: str, where: list[str]) -> None:
        """Take down that a process died, or was stopped, at some tests or modules."""
        self.deaths.append(Died(how, why, tuple(where), self.last))
        for each in where:
            if each in self.running:
                self.outcomes[each] = Outcome(how, why)
            else:
                self.modules[each] = Outcome(how, why)


def _unless_kept_away(outcome: Outcome) -> Outcome:
    """Leave out what asks for a module that only the other implementation has.

    It tests the other one, whichever is bound.
    """
    if outcome.outcome != "passed" and KEPT_AWAY in outcome.why:
        return Outcome("left out", outcome.why)
    return outcome


def outcome_of(reports: list[dict[str, Any]]) -> Outcome | None:
    """Return the outcome of a test out of the reports of its parts; None if it has none yet.

    Subtests report as further calls of the same test.
    """

    def first(when: str, outcome: str) -> dict[str, Any] | None:
        found = (one for one in reports if one["when"] == when and one["outcome"] == outcome)
        return next(found, None)

    for when, word in (("setup", "error"), ("call", "failed"), ("teardown", "error")):
        bad = first(when, "failed")
        if bad is not None:
            return Outcome(word, bad["why"])
    good = first("call", "passed")
    if good is not None:
        return Outcome("xpassed" if good["expected"] else "passed")
    for when in ("setup", "call", "teardown"):
        skipped = first(when, "skipped")
        if skipped is not None:
            return Outcome("xfailed" if skipped["expected"] else "skipped", skipped["why"])
    return None
