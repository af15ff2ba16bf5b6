"""The slot in Python, for where the native one is not: the same behaviour, a few times the cost.

It is a function with the target's own signature, made for what the policy says now, and bound as a
method to what it stands for: so a call costs no packing of arguments, nothing is looked up that
seldom changes, and a class that holds it does not bind it. When the policy changes, the function
gets another ``__code__``, and remains the object that everybody has.

Each call takes one lot of a block of them, which is an iterator: the cheapest way to count that
loses nothing to other threads. A lot tells which side is called, and whether the call is timed.
What was taken of a block is told by how many are left.
"""

from __future__ import annotations

import inspect
import random
import sys
import threading
from time import perf_counter_ns
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from twinwheel.rollout.forms import form_of
from twinwheel.rollout.layout import Arm, Counter, Field, counters_at, field_at
from twinwheel.rollout.lots import TIMED, Block, Books
from twinwheel.rollout.sessions import KEY, bucket
from twinwheel.rollout.words import BUCKETS, Word

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinwheel.rollout.component import Component

__all__ = ["PythonSlot", "Standing"]

_LOT = """
    for _lot in _block:
        try:
            return _sides[_lot]({passed})
        except BaseException as _error:
            _raised = _error
        try:
            return _handler(_lot & 1, _word, {packed}, _raised)
        finally:
            del _raised
    return _routed({packed})
"""
_ANY = """
    return _routed({packed})
"""
_WITH_TIME = bytes(arm | TIMED for arm in range(256))
_NEVER = sys.maxsize
_PATIENCE = 5_000_000
"""Nanoseconds in which timed calls put into the page what was counted, at most once."""
_TIMES = 1000
"""That wait to be put into the page, at most."""


class Standing:
    """What a slot in Python is bound to: it tells which component the slot stands for."""

    def __init__(self, package: str, name: str) -> None:
        self.package = package
        self.name = name

    def __repr__(self) -> str:
        return f"component of {self.package}"

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return Standing, (self.package, self.name)

    def __deepcopy__(self, memo: dict[int, Any]) -> Standing:
        return self

    if not TYPE_CHECKING:

        def __getattr__(self, name):
            # A method is pickled as the attribute of its name of what it is bound to.
            if not name.startswith("__"):
                from twinwheel.selection.handing import component

                return component(self.package, self.name)
            raise AttributeError(name)


class PythonSlot:
    """What makes a slot, and keeps its function up to date.

    Args:
        component: What it stands for.
        handler: A ``handling.Handler``.
    """

    def __init__(self, component: Component, handler: Callable[..., Any]) -> None:
        self.component = component
        self.handler = handler
        self.form = form_of(component.signature, component.targets)
        self.random = random.Random()
        self.scope: dict[str, Any] = {
            "_handler": handler,
            "_routed": self._routed,
            "__name__": component.package,
            **self.form.defaults,
        }
        self._begin_counting()
        self.function = self._make(_ANY)
        self.callable = MethodType(self.function, Standing(component.package, component.name))
        component.refresh = self.refresh
        self.refresh(True)

    def refresh(self, changed: bool) -> None:
        """Put into the page what was counted, and follow the policy word in it."""
        self.publish()
        if changed:
            with self._lock:
                # A signal's handler that comes in here may have followed a later word.
                while self._follow():
                    pass

    def publish(self) -> None:
        """Put into the page what the slot counted since it last did, and the times."""
        self._publish_calls()
        self._publish_times()

    def _publish_calls(self) -> None:
        """Put into the page how many calls there were."""
        page, index = self.component.page, self.component.index
        with self._lock:
            counted = self.books.counted()
            for arm in Arm:
                at = counters_at(page.worker, index, arm) + 8 * Counter.CALLS
                page.add_up_to(at, self.published, arm, counted[arm] + self.routed[arm])

    def forked(self) -> None:
        """Count from 0 in a process that was forked, and draw other lots than its parent."""
        self.random.seed()
        self._begin_counting()
        self.refresh(True)

    def _begin_counting(self) -> None:
        # Anew, as a thread that is not in the child may hold the other; and one that a signal's
        # handler may take again.
        self._lock = threading.RLock()
        self.books = Books()
        self.routed = [0, 0]
        """Calls of each arm that took no lot."""
        self.published = [0, 0]
        self.times: tuple[list[int], list[int]] = ([], [])
        self.due = 0
        """When a timed call puts into the page what was counted."""
        self.word = self.route = -1
        self.what, self.body = Word(0, 0), _ANY
        self.period = self.wait = _NEVER
        """Calls from one that is timed to the next, and until the next."""
        self.followed: tuple[int, int] | None = None
        self.scope["_block"] = iter(b"")

    def _follow(self) -> bool:
        """Follow the page; tell whether it said anything new. Called with the lock held."""
        page, index, scope = self.component.page, self.component.index, self.scope
        word = page.read(field_at(index, Field.WORD))
        route = page.read(field_at(index, Field.ROUTE))
        if (word, route) == self.followed:
            return False
        targets, what = self.component.targets, self.component.place(word)
        sides = targets[what.control], targets[what.candidate]
        every = (*sides, *map(self._timed, Arm, sides))
        body = _body_for(what)
        code = self._make(body).__code__
        self._look_like(sides[Arm.CONTROL])
        before, block = self.books, Block(b"")
        books = before.with_block(block)
        period, wait = (route >> 32, 0) if route >> 32 else (_NEVER, _NEVER)
        # No signal's handler comes in between the lines that follow, nor another thread where one
        # holds the interpreter, as nothing is called and nothing jumps: it is all or nothing.
        if self.books is before:
            self.books = books
            scope["_block"], scope["_word"], scope["_sides"] = block.items, word, every
            self.word, self.route, self.what, self.body = word, route, what, body
            self.period, self.wait = period, wait
            self.function.__code__ = code
            self.followed = word, route
        return True

    def _begin_block(self) -> None:
        """Let a block follow the one that is at its end. Called with the lock held."""
        before, wait, period = self.books, self.wait, self.period
        size = before.next_size
        lots = self._draw(size)
        if wait < size:
            timed = lots[wait::period]
            lots[wait::period] = timed.translate(_WITH_TIME)
            wait += len(timed) * period
        block = Block(bytes(lots))
        books = before.with_block(block)
        # In one step, as above; a signal's handler may have begun another.
        if self.books is before:
            self.books, self.wait = books, wait - size
            self.scope["_block"] = block.items

    def _draw(self, size: int) -> bytearray:
        """Draw lots: which arm each call goes to.

        A byte decides nearly always, as it is cheap; the one value that stands for both is drawn
        again.
        """
        whole, rest = divmod(self.what.threshold * 256, BUCKETS)
        if not rest and whole in (0, 256):
            return bytearray([whole // 256]) * size
        table = b"\1" * whole + (b"\2" if rest else b"\0") + b"\0" * (255 - whole)
        lots = bytearray(self.random.randbytes(size).translate(table))
        place = lots.find(2)
        while place >= 0:
            lots[place] = self.random.random() * BUCKETS < rest
            place = lots.find(2, place + 1)
        return lots

    def _by_chance(self) -> int:
        threshold = self.what.threshold
        if threshold in (0, BUCKETS):
            return threshold // BUCKETS
        return int(self.random.random() * BUCKETS < threshold)

    def _make(self, body: str) -> FunctionType:
        lines = body.format(passed=self.form.passed, packed=self.form.packed)
        source = f"def slot(_standing{self.form.signature}):{lines}"
        made: dict[str, Any] = {}
        exec(compile(source, f"<slot of {self.component.name}>", "exec"), self.scope, made)
        function: FunctionType = made["slot"]
        return function

    def _look_like(self, target: Any) -> None:
        for name in ("__name__", "__qualname__", "__doc__", "__module__", "__text_signature__"):
            found = getattr(target, name, None)
            if found is not None:
                setattr(self.function, name, found)
        signature = self.component.signature
        if signature is None:
            return
        # Its own has the hidden parameters, and may take anything.
        first = inspect.Parameter("_standing", inspect.Parameter.POSITIONAL_ONLY)
        whole = signature.replace(parameters=[first, *signature.parameters.values()])
        self.function.__dict__["__signature__"] = whole
        said = {name: each.annotation for name, each in signature.parameters.items()}
        said["return"] = signature.return_annotation
        self.function.__annotations__ = {
            name: each for name, each in said.items() if each is not inspect.Signature.empty
        }

    def _routed(self, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Any:
        """Do what the native slot does: for routes that are not written out, and between blocks."""
        what, word = self.what, self.word
        if what.threshold and what.sticky:
            key = KEY.get(None)
            arm = int(key is not None and bucket(self.route & 0xFFFF_FFFF, key) < what.threshold)
        else:
            arm = self._by_chance()
        shadowed = not arm and what.shadow and self.random.random() * BUCKETS < what.shadow
        if shadowed or (arm and what.handled):
            return self.handler(arm, word, args, kwargs, None)
        with self._lock:
            is_timed = not self.wait
            self.wait = self.period - 1 if is_timed else self.wait - 1
            # Whatever code the function has at this moment, and whoever was first.
            if self.body is _LOT and self.books.are_over:
                if self.books.are_new:
                    self._publish_calls()  # a process that was forked may end soon
                self._begin_block()
            self.routed[arm] += 1
        side = self.scope["_sides"][arm | (TIMED if is_timed else 0)]
        try:
            return side(*args, **(kwargs or {}))
        except BaseException as error:  # noqa: BLE001 (what it is, is told apart there)
            raised = error
        try:
            return self.handler(arm, word, args, kwargs, raised)
        finally:
            del raised

    def _timed(self, arm: Arm, target: Callable[..., Any]) -> Callable[..., Any]:
        """Give what calls a target and keeps how long that took, unless it raises."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = perf_counter_ns()
            result = target(*args, **kwargs)
            took = perf_counter_ns() - began
            times = self.times[arm]
            times.append(took)
            if began >= self.due:
                self.due = began + _PATIENCE
                self._publish_calls()
            if len(times) >= _TIMES:
                self._publish_times()
            return result

        return timed

    def _publish_times(self) -> None:
        """Put into the page how long the timed calls took."""
        times: tuple[list[int], list[int]] = ([], [])
        with self._lock:
            times, self.times = self.times, times
        for arm, taken in zip(Arm, times, strict=True):
            if taken:
                self.component.observe(arm, *taken)


def _body_for(what: Word) -> str:
    """Return the shortest body that does what a word says."""
    if what.shadow or what.handled or (what.sticky and what.threshold):
        return _ANY
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return _ANY  # two threads may take the same item of a block
    return _LOT
