"""An armed package in this process: its page, its policy, its slots, and what keeps them up."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, fields, is_dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from twinwheel.errors import RolloutError
from twinwheel.rollout import breaker, plausible
from twinwheel.rollout.events import Event, tell
from twinwheel.rollout.files import overwritten, refused
from twinwheel.rollout.layout import GENERATION, Field, field_at
from twinwheel.rollout.page import private_page
from twinwheel.rollout.policy import ComponentPolicy, Policy
from twinwheel.rollout.reading import read_policy
from twinwheel.rollout.sessions import seed_of
from twinwheel.rollout.words import BUCKETS, Word, pack, unpack

if TYPE_CHECKING:
    from pathlib import Path

    from twinwheel.rollout.component import Component
    from twinwheel.rollout.page import Page
    from twinwheel.rollout.shadow import Shadows
    from twinwheel.rollout.slots import Slot

__all__ = ["ArmedPackage", "policy_word"]

_MADE = Field.FINGERPRINT
"""The field of a component that is never 0."""


@dataclass(eq=False)
class ArmedPackage:
    """What is armed of one package in this process."""

    name: str
    controls: dict[str, str]
    """Component -> the implementation that serves it without a rollout."""
    implementations: tuple[str, ...]
    """Those that are there."""
    path: Path
    """Of the policy file."""
    page: Page
    """The shared page, or one of this process alone."""
    slots: list[Slot]
    shadows: Shadows
    """Where calls wait for their shadow."""
    follows: bool = field(default=True, kw_only=True)
    """Whether the policy is followed: not where the page was refused."""
    policy: Policy = field(default_factory=Policy, init=False)
    problem: RolloutError | None = field(default=None, init=False)
    """Why the latest policy file was refused; None if it was not."""

    def __post_init__(self) -> None:
        for component in self.components:
            control = self.controls[component.name]
            component.control = component.implementations.index(control)
        self._instead = "the control serves"
        """What is done instead of following a policy file that is refused."""
        self._is_shared = True
        self._stamp: object = None
        self._generation = -1

    @property
    def components(self) -> list[Component]:
        """The armed components."""
        return [slot.component for slot in self.slots]

    def start(self, policy: Policy | None, problem: RolloutError | None) -> None:
        """Begin with the policy that the file has, or the one that the other workers follow.

        Args:
            policy: What the file said at first; None if it was refused.
            problem: Why the page was refused. Then only the policy's controls serve.
        """
        if policy is None and self.page.is_alone():
            new = self.components  # nobody follows what is in the page
        else:
            new = [
                each
                for each in self.components
                if not self.page.read(field_at(each.index, Field.FINGERPRINT))
            ]
        if len(new) < len(self.components):
            self._instead = "what the other processes read last holds"
        if new:
            self._write_all(replace(policy or Policy(), kill=True), new)
        if problem is not None:
            self.refuse(problem, "the control serves")
        self.tick(time.monotonic_ns())

    def refuse(self, problem: RolloutError, instead: str) -> None:
        """Say why something was refused, and what is done instead."""
        self.problem = problem
        message = f"[{problem.code}] {problem.message} ({problem.where}): {instead}"
        tell(Event("policy", self.name, message=message, severity="error"))

    def tick(self, now: int) -> None:
        """Follow the policy file and the other workers; wake and judge the breakers.

        Args:
            now: Nanoseconds of the system's monotonic clock.
        """
        if self.follows:
            self._look_at_file()
        self._look_at_page()
        for component in self.components:
            if breaker.state_of(self.page, component.index) is not breaker.State.CLOSED:
                with self.page.locked():
                    limits = component.policy.breaker
                    woken = breaker.wake(self.page, component.index, limits, now)
                if woken:
                    component.say("breaker", "the breaker is half-open", severity="info")
            elif component.has_called():
                component.judge()
        generation = self.page.read(GENERATION)
        for slot in self.slots:
            slot.refresh(generation != self._generation)
        self._generation = generation

    def _look_at_page(self) -> None:
        """Mend what something else wrote into the page."""
        page = self.page
        if self._is_shared and not page.is_in_place():
            self._is_shared = False
            problem = refused(page.path or self.name, "it was removed while it was in use")
            self.refuse(problem, "this process goes on with it; those that start now have another")
        for component in self.components:
            index = component.index
            keeps_policy = plausible.has_sound_policy(page, index, len(component.implementations))
            keeps_breaker = plausible.has_sound_breaker(page, index)
            if not keeps_breaker:
                with page.locked():
                    breaker.clear(page, index)
                component.quarantine("its numbers in the shared page made no sense")
            if not (keeps_policy and keeps_breaker and page.read(field_at(index, _MADE))):
                self._put_back(component)

    def _put_back(self, component: Component) -> None:
        page = self.page
        with page.locked():
            word = policy_word(self, component, self.policy)
            own = self.policy.of(component.name)
            self._write(component, word, own, self.policy.salt)
            page.changed()
        if self.problem is None or self.problem.code != "TW611":
            problem = overwritten(page.path or self.name)
            self.refuse(problem, "the last good policy is put into it again")

    def _look_at_file(self) -> None:
        stamp = _stamp_of(self.path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            policy = read_policy(self.path, self.name, self.controls, self.implementations)
            self.apply(policy)
        except RolloutError as error:
            self.refuse(error, self._instead)
        else:
            self.problem = None
            tell(Event("policy", self.name, message=f"the policy of {self.path} is in effect"))

    def apply(self, policy: Policy) -> None:
        """Put a policy into effect, here and in all other workers."""
        armed = {each.name for each in self.components}
        late = sorted({*policy.allow, *policy.components} - armed)
        if late:
            message = f"not armed in this process, so not tried: {', '.join(late)}"
            tell(Event("policy", self.name, message=message, severity="warning"))
        self._write_all(policy, self.components)
        self.policy = policy
        self._instead = "the last good policy stays"

    def _write_all(self, policy: Policy, components: list[Component]) -> None:
        words = {each.name: policy_word(self, each, policy) for each in components}
        with self.page.locked():
            for component in components:
                component.policy = policy.of(component.name)
                self._write(component, words[component.name], component.policy, policy.salt)

    def _write(self, component: Component, word: int, own: ComponentPolicy, salt: str) -> None:
        page, index = self.page, component.index
        component.control = unpack(word).control
        slow = int(own.breaker.slow_after * 1e9)
        page.write(field_at(index, Field.SLOW_AFTER), slow)
        route = seed_of(salt, component.name) | own.sample << 32
        if page.read(field_at(index, Field.ROUTE)) != route:
            page.write(field_at(index, Field.ROUTE), route)
            page.changed()
        page.write(field_at(index, Field.POLICY), word)
        fingerprint = _fingerprint(own)
        if page.read(field_at(index, Field.FINGERPRINT)) != fingerprint:
            page.write(field_at(index, Field.FINGERPRINT), fingerprint)
            if breaker.state_of(page, index) is not breaker.State.QUARANTINED:
                page.write(field_at(index, Field.OPENED), 0)
                breaker.close(page, index)
        breaker.settle(page, index)

    def forked(self) -> None:
        """Begin anew in a process that was forked."""
        self.shadows.forked()
        died_in: list[int] = []
        try:
            died_in = self.page.forked()
        except RolloutError as error:  # no row is free
            self.follows = False
            self.page = private_page(self.page.about)
            for component in self.components:
                component.page = self.page
            self._write_all(replace(self.policy, kill=True), self.components)
            self.refuse(error, "the control serves")
        for slot in self.slots:
            slot.forked()
        self.bury(died_in)

    def bury(self, died_in: list[int]) -> None:
        """Quarantine the candidates that a process died in."""
        for component in self.components:
            if component.index in died_in:
                component.quarantine("a process died while it was at the candidate")


def policy_word(package: ArmedPackage, component: Component, policy: Policy) -> int:
    """Return the word that a policy means for a component."""
    own = policy.of(component.name)
    order = component.implementations
    selected = package.controls[component.name]
    control = own.control if own.control in order else selected
    if own.candidate not in order or not policy.may_try(component.name):
        candidate = own.candidate if own.candidate in order else control
        return pack(Word(order.index(control), order.index(candidate)))
    declared = component.declared
    keeps = declared.effects == "inplace" and own.guard and own.fail == "open"
    return pack(
        Word(
            control=order.index(control),
            candidate=order.index(own.candidate),
            threshold=round(own.percentage * BUCKETS / 100),
            # To call it beside the control would do twice what it does.
            shadow=round(own.shadow * BUCKETS / 100) if declared.replays else 0,
            sticky=own.sticky,
            guarded=own.guard,
            handled=keeps,
            closed=own.fail == "closed",
        )
    )


def _stamp_of(path: Path) -> object:
    """What changes with a file. A file that is not there has a stamp too."""
    try:
        about = path.stat()
    except OSError as error:
        return error.errno
    return about.st_mtime_ns, about.st_ctime_ns, about.st_size, about.st_ino


def _fingerprint(policy: ComponentPolicy) -> int:
    return int.from_bytes(blake2b(repr(_plain(policy)).encode(), digest_size=8).digest(), "big")


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        # Of a whole policy too, what holds for a component.
        kind: Any = ComponentPolicy if isinstance(value, ComponentPolicy) else type(value)
        return [(item.name, _plain(getattr(value, item.name))) for item in fields(kind)]
    if isinstance(value, dict):
        return sorted(value.items())
    return value
