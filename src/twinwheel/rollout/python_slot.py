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
from operator import length_hint
from time import perf_counter_ns
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from twinwheel.rollout.forms import Form, form_of
from twinwheel.rollout.layout import Arm, Counter, Field, field_at
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
    return _over({packed})
"""
_ANY = """
    return _routed({packed})
"""
_CONTROL, _CANDIDATE, _TIMED = Arm.CONTROL, Arm.CANDIDATE, 2
"""A lot is an arm, and with the one bit more the call is timed."""
_WITH_TIME = bytes(arm | _TIMED for arm in range(256))
_NEVER = sys.maxsize
_LOTS = 4096
"""Drawn at once."""
_RETIRED = 16
"""Blocks that are kept for a thread that has taken hold of one, and then waits for its turn."""
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
        self.word = self.route = -1
        self.what = Word(0, 0)
        self.random = random.Random()
        self.scope: dict[str, Any] = {
            "_handler": handler,
            "_over": self._over,
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
        page, index = self.component.page, self.component.index
        self.publish()
        if not changed:
            return
        word = page.read(field_at(index, Field.WORD))
        route = page.read(field_at(index, Field.ROUTE))
        if (word, route) == (self.word, self.route):
            return
        self.word, self.route, self.what = word, route, self.component.place(word)
        scope, targets = self.scope, self.component.targets
        scope["_word"] = word
        sides = targets[self.what.control], targets[self.what.candidate]
        scope["_sides"] = (*sides, *map(self._timed, Arm, sides))
        self._look_like(sides[_CONTROL])
        with self._lock:
            self._time_next()
        self.function.__code__ = self._make(self.body).__code__

    def publish(self) -> None:
        """Put into the page what the slot counted since it last did."""
        with self._lock:
            counted = self._counted()
            for arm in Arm:
                more, self.published[arm] = counted[arm] - self.published[arm], counted[arm]
                if more:
                    self.component.count(arm, Counter.CALLS, more)
        self._publish_times()

    def forked(self) -> None:
        """Count from 0 in a process that was forked, and draw other lots than its parent."""
        self.random.seed()
        self.route = self.component.page.read(field_at(self.component.index, Field.ROUTE))
        self._begin_counting()
        self.word = -1
        self.refresh(True)

    def _begin_counting(self) -> None:
        # Anew, as a thread that is not in the child may hold the other; and one that a signal's
        # handler may take again.
        self._lock = threading.RLock()
        self.counted = [0, 0]
        """Calls of each arm, without those of the blocks."""
        self.published = [0, 0]
        self.times: tuple[list[int], list[int]] = ([], [])
        self.block = _Block(b"")
        self.retired: list[_Block] = []
        self._time_next()

    def _counted(self) -> list[int]:
        """Return the calls of each arm. Called with the lock held, as are those that follow."""
        found = list(self.counted)
        for block in (*self.retired, self.block):
            _add(found, block)
        return found

    def _time_next(self) -> None:
        """Time the next call, and then one in so many."""
        self.body = _body_for(self.what)
        self.retired.append(self.block)
        if len(self.retired) > _RETIRED:
            _add(self.counted, self.retired.pop(0))
        self.block = _Block(b"")
        self.scope["_block"] = self.block.items
        self.period = self.route >> 32 or _NEVER
        self.wait = 0 if self.route >> 32 else _NEVER

    def _begin_block(self) -> None:
        """Let a block follow the one that is at its end."""
        _add(self.counted, self.block)
        lots = self._draw(_LOTS)
        if self.wait < _LOTS:
            timed = lots[self.wait :: self.period]
            lots[self.wait :: self.period] = timed.translate(_WITH_TIME)
            self.wait += len(timed) * self.period
        self.wait -= _LOTS
        self.block = _Block(bytes(lots))
        self.scope["_block"] = self.block.items

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
        if signature is not None and self.form == Form():  # its own signature is another
            first = inspect.Parameter("_standing", inspect.Parameter.POSITIONAL_ONLY)
            whole = signature.replace(parameters=[first, *signature.parameters.values()])
            self.function.__dict__["__signature__"] = whole
        elif signature is not None:
            self.function.__annotations__ = {
                name: each.annotation
                for name, each in signature.parameters.items()
                if each.annotation is not inspect.Parameter.empty
            }

    def _over(self, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Any:
        """Make a call that found its block at an end, with the next one."""
        with self._lock:
            # Another thread may have been first, or the policy may have just changed.
            if self.body is _LOT and not length_hint(self.block.items):
                self._begin_block()
        return self.callable(*args, **(kwargs or {}))

    def _routed(self, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Any:
        """What the native slot does, for the routes that are not written out."""
        what = self.what
        if what.threshold and what.sticky:
            key = KEY.get(None)
            arm = int(key is not None and bucket(self.route & 0xFFFF_FFFF, key) < what.threshold)
        else:
            arm = self._by_chance()
        shadowed = not arm and what.shadow and self.random.random() * BUCKETS < what.shadow
        if shadowed or (arm and what.handled):
            return self.handler(arm, self.word, args, kwargs, None)
        with self._lock:
            self.counted[arm] += 1
            is_timed = not self.wait
            self.wait = self.period - 1 if is_timed else self.wait - 1
        side = self.scope["_sides"][arm | (_TIMED if is_timed else 0)]
        try:
            return side(*args, **(kwargs or {}))
        except BaseException as error:  # noqa: BLE001 (what it is, is told apart there)
            raised = error
        try:
            return self.handler(arm, self.word, args, kwargs, raised)
        finally:
            del raised

    def _timed(self, arm: Arm, target: Callable[..., Any]) -> Callable[..., Any]:
        """Give what calls a target and keeps how long that took, unless it raises."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = perf_counter_ns()
            result = target(*args, **kwargs)
            times = self.times[arm]
            times.append(perf_counter_ns() - began)
            if len(times) >= _TIMES:
                self._publish_times()
            return result

        return timed

    def _publish_times(self) -> None:
        """Put into the page how long the timed calls took."""
        for arm, times in zip(Arm, self.times, strict=True):
            with self._lock:
                taken = times[:]
                del times[: len(taken)]  # others may have been appended meanwhile
            if taken:
                self.component.observe(arm, *taken)


class _Block:
    """Calls that are counted by taking their lots.

    Args:
        lots: One for each call.
    """

    __slots__ = ("items", "lots")

    def __init__(self, lots: bytes) -> None:
        self.lots = lots
        self.items = iter(lots)


def _add(counted: list[int], block: _Block) -> None:
    """Add the calls that were counted by a block to those of each arm."""
    taken = len(block.lots) - length_hint(block.items)  # once: others may take more meanwhile
    candidate = sum(block.lots.count(_CANDIDATE | timed, 0, taken) for timed in (0, _TIMED))
    counted[_CONTROL] += taken - candidate
    counted[_CANDIDATE] += candidate


def _body_for(what: Word) -> str:
    """Return the shortest body that does what a word says."""
    if what.shadow or what.handled or (what.sticky and what.threshold):
        return _ANY
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return _ANY  # two threads may take the same item of a block
    return _LOT
