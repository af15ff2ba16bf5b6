"""What was found, and what was searched: plain data, which every report is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["KINDS", "Finding", "Report", "Searched", "Side", "TestRow"]

KINDS = {
    "value": "the answers differ",
    "type": "the answers are of different types",
    "shape": "the answers have different shapes, lengths or element types",
    "exception type": "one raises another exception, or only one raises",
    "exception message": "the exceptions say different things",
    "mutation": "an argument is written into by one of them, or differently",
    "stale buffer": "the answer changes when the argument is written into afterwards",
    "panic": "a Rust panic or a SystemError reaches the caller",
    "crash": "the process dies",
    "hang": "the call does not end",
    "memory": "the call takes memory out of proportion",
    "leak": "memory grows with each call",
    "time": "the time grows faster with the size of the input",
    "recursion": "nesting that the control takes is refused",
    "threads": "the answers differ when several threads call at once",
    "state": "the answer depends on the calls before",
    "environment": "the answers differ under another locale, hash seed or time zone",
    "round trip": "what one writes, the other does not read back",
    "property": "a relation that the author declared does not hold",
    "missing name": "a name is missing",
    "signature": "a function is called in another way",
    "surface": "a class, constant, docstring or protocol differs",
    "pickle": "what one pickles, the other does not read",
    "test": "a test of the package has another outcome",
}
"""The classes of findings, and what each means."""


@dataclass(frozen=True)
class Side:
    """One implementation in a comparison."""

    name: str
    """What the user reads, such as ``c``, ``jellyfish._rustyfish`` or ``bcrypt==4.0``."""
    detail: str = ""
    """What it is more exactly: version, file, interpreter."""


@dataclass(frozen=True)
class Finding:
    """A difference, shrunk and classified."""

    id: str
    """Eight hexadecimal digits, the same from run to run: of a cause in a component of a pair."""
    component: str
    """The operation, such as ``dumps`` or ``Decoder.decode``; for the suite, the test."""
    kind: str
    """A key of ``KINDS``."""
    summary: str
    """One line: what differs."""
    traits: tuple[str, ...] = ()
    """What the smallest input has that equal ones have not: ``empty``, ``4097 bytes or more``."""
    call: str = ""
    """The smallest call as Python source; empty where there is none."""
    control: str = ""
    """What the control did, as a short text, and"""
    candidate: str = ""
    """what the candidate did."""
    candidate_name: str = ""
    """Which candidate, where there are several."""
    variables: dict[str, str] = field(default_factory=dict)
    """Environment variables without which it does not show."""
    seen: int = 1
    """How many inputs met it."""
    reproducer: str = ""
    """Path of the script that shows it again; empty if none was written."""
    accepted: str = ""
    """Why it is accepted; empty if it is not."""
    cause: str = ""
    """The same for findings of several components that have one cause; empty: it is alone."""


@dataclass(frozen=True)
class Searched:
    """What was done for one component."""

    component: str
    comparisons: int = 0
    """How many calls were compared, or checks made; 0 means that it was not searched."""
    seconds: float = 0.0
    largest: str = ""
    """The largest input, such as ``65,537 bytes``."""
    sources: tuple[str, ...] = ()
    """Where inputs came from: ``annotations``, ``stub``, ``docstring``, ``recorded``, ..."""
    skipped: str = ""
    """Why it could not be searched; empty if it was."""
    note: str = ""
    """What else there is to know, such as that nearly every call was refused by both."""


@dataclass(frozen=True)
class TestRow:
    """A test of the package's own suite, and its outcome for each implementation."""

    __test__ = False  # pytest would collect it

    test: str
    outcomes: tuple[str, ...]
    """In the order of the report's sides: passed, failed, error, skipped, xfailed, xpassed,
    crashed, hung, left out (by a marker) or not run."""
    verdict: str
    """``same``, or ``only NAME fails``, ``only NAME skips`` and the like."""


@dataclass(frozen=True)
class Report:
    """The outcome of one run of ``verify``."""

    command: str
    """``surface``, ``suite``, ``search`` or ``all``."""
    package: str
    sides: tuple[Side, ...]
    """The control first."""
    findings: tuple[Finding, ...] = ()
    searched: tuple[Searched, ...] = ()
    tests: tuple[TestRow, ...] = ()
    notes: tuple[str, ...] = ()
    """What the reader must know: what was not done, and why."""
    stale: tuple[str, ...] = ()
    """Accepted differences that did not occur."""
    seed: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    """The user stopped it; what is here is what was found until then."""
    limits: dict[str, str] = field(default_factory=dict)
    """Name to value of what bounded the run: time, memory, time of one call."""
    narrowed: bool = False
    """Only some components were asked for, so what is not in ``searched`` may well be there."""
    again: str = ""
    """The command line that runs the same again, with its seed; empty if there is none."""
    started: str = ""
    """When the run began, such as ``2025-03-01T12:00:00Z``; empty if nobody looked."""

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that nobody accepted."""
        return tuple(each for each in self.findings if not each.accepted)
