"""One armed component of this process: what is declared of it, where it counts, what it counts."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from twinwheel.rollout import breaker
from twinwheel.rollout.comparing import comparator
from twinwheel.rollout.events import Event, tell
from twinwheel.rollout.layout import Arm, Counter, Field, counters_at, field_at, in_flight_at
from twinwheel.rollout.plausible import is_word
from twinwheel.rollout.policy import ComponentPolicy
from twinwheel.rollout.words import Word, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinwheel.rollout.comparing import Comparator
    from twinwheel.rollout.page import Page

__all__ = ["Component", "Declared", "declared_of"]

Target = Callable[..., Any]


@dataclass(frozen=True)
class Declared:
    """What the package's manifest says of a component."""

    raises: tuple[str, ...] = ()
    transient: tuple[str, ...] = ()
    effects: Literal["pure", "inplace", "stateful"] = "stateful"
    inplace: tuple[str, ...] = ()
    """Names of the arguments that it writes into."""
    compare: str = "exact"

    @property
    def replays(self) -> bool:
        """Whether a call may be made twice, at least with its arguments put back."""
        return self.effects != "stateful"


def declared_of(entry: Mapping[str, Any]) -> Declared:
    """Read an entry of the manifest."""
    effects: Any = entry["effects"]
    inplace = effects["inplace"] if isinstance(effects, dict) else ()
    return Declared(
        raises=tuple(entry["raises"]),
        transient=tuple(entry.get("transient", ())),
        effects="inplace" if isinstance(effects, dict) else effects,
        inplace=tuple(inplace),
        compare=entry["compare"],
    )


@dataclass
class Component:
    """An armed component."""

    page: Page
    index: int
    """Its place in the page."""
    package: str
    name: str
    declared: Declared
    implementations: tuple[str, ...]
    targets: tuple[Target, ...]
    """One for each implementation; all are kept alive."""
    control: int = 0
    """The place of the implementation that serves where the page says nothing that makes sense."""
    policy: ComponentPolicy = field(default_factory=ComponentPolicy)
    """What holds now. Replaced as a whole by a new policy."""

    refresh: Callable[[bool], None] = field(default=lambda _changed: None, repr=False)
    """Has this process's slot put what it counted into the page and, if told that something
    changed, follow the page. Set by the slot."""

    def __post_init__(self) -> None:
        self.signature = _signature(self.targets)
        self._comparator: Comparator | None = None
        self._calls = 0

    @property
    def comparator(self) -> Comparator:
        """What the component compares answers by; looked up when it is first needed."""
        if self._comparator is None:
            self._comparator = comparator(self.declared.compare)
        return self._comparator

    def count(self, arm: Arm, counter: Counter, more: int = 1) -> None:
        """Count something of an arm, in this process's row."""
        begin = counters_at(self.page.worker, self.index, arm)
        self.page.add(begin + 8 * counter, more)

    @contextmanager
    def at_candidate(self) -> Iterator[None]:
        """Mark that this process is at the candidate."""
        mark = in_flight_at(self.page.worker, self.index)
        page = self.page
        page.add(mark, 1)
        try:
            yield
        finally:
            # A process that was forked meanwhile has a row of its own, without the mark.
            if page is self.page and mark == in_flight_at(page.worker, self.index):
                page.add(mark, -1)

    def observe(self, arm: Arm, *times: int) -> int:
        """Count the times of calls, in nanoseconds; return how many were slow."""
        slow_after = self.page.read(field_at(self.index, Field.SLOW_AFTER))
        slow = sum(each >= slow_after for each in times)
        self.count(arm, Counter.TIMED, len(times))
        if slow:
            self.count(arm, Counter.SLOW, slow)
        self.page.observe(self.index, arm, *times)
        return slow

    def place(self, word: int) -> Word:
        """Return what a word says; of one that makes no sense, that the control alone serves."""
        if is_word(word, len(self.targets)):
            return unpack(word)
        return Word(self.control, self.control)

    def names(self, word: int) -> tuple[str, str]:
        """Return the names of control and candidate that a policy word stands for."""
        what = self.place(word)
        return self.implementations[what.control], self.implementations[what.candidate]

    def arguments(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Return arguments by name, as far as the names are known."""
        found = self._by_name(args, kwargs)
        return dict(kwargs if found is None else found)

    def written(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the arguments that it writes into, by name; None if that cannot be told."""
        if not self.declared.inplace:
            return {}
        found = self._by_name(args, kwargs)
        if found is None:
            return None
        return {name: found[name] for name in self.declared.inplace if found.get(name) is not None}

    def _by_name(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Mapping[str, Any] | None:
        if self.signature is None:
            return None if args else kwargs
        try:
            return self.signature.bind_partial(*args, **kwargs).arguments
        except TypeError:
            return None

    def has_called(self) -> bool:
        """Tell whether this process called the candidate since it was last asked."""
        self.refresh(False)
        begin = counters_at(self.page.worker, self.index, Arm.CANDIDATE)
        calls = self.page.read(begin + 8 * Counter.CALLS)
        had, self._calls = self._calls, calls
        return calls != had

    def judge(self) -> None:
        """Open the breaker if the candidate is bad, and say so."""
        self.refresh(False)
        with self.page.locked():
            why = breaker.judge(self.page, self.index, self.policy.breaker, time.monotonic_ns())
        if why:
            self.refresh(True)
            self.say("breaker", f"the breaker opened: {why}", severity="error")

    def quarantine(self, why: str) -> None:
        """Take the candidate out of service until somebody resumes it."""
        with self.page.locked():
            breaker.quarantine(self.page, self.index)
        self.refresh(True)
        self.say("breaker", f"the candidate is in quarantine: {why}", severity="critical")

    def say(self, kind: Any, message: str, **more: Any) -> Event:
        """Tell an event of this component."""
        word = self.page.read(field_at(self.index, Field.POLICY))
        control, candidate = self.names(word)
        event = Event(
            kind=kind,
            package=self.package,
            component=self.name,
            control=control,
            candidate=candidate,
            message=message,
            **more,
        )
        tell(event)
        return event


def _signature(targets: tuple[Target, ...]) -> inspect.Signature | None:
    """The first that tells one: the implementations are of one interface."""
    return next(filter(None, map(_signature_of, targets)), None)


def _signature_of(target: Target) -> inspect.Signature | None:
    try:
        return inspect.signature(target)
    except (ValueError, TypeError):
        return None
