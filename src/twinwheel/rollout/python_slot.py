"""The slot in Python, for where the native one is not: the same behaviour, a few times the cost.

It is a function with the target's own signature, made for what the policy says now, and bound as a
method to what it stands for: so a call costs no packing of arguments, nothing is looked up that
seldom changes, and a class that holds it does not bind it. When the policy changes, the function
gets another ``__code__``, and remains the object that everybody has.
"""

from __future__ import annotations

import inspect
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import count
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from twinwheel.rollout.layout import Arm, Counter, Field, field_at
from twinwheel.rollout.sessions import KEY, bucket
from twinwheel.rollout.words import BUCKETS, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from twinwheel.rollout.component import Component

__all__ = ["PythonSlot", "Standing"]

_ONE = """
    if (_n := _count_{arm}()) >= _due_{arm}:
        return _timed({index}, _n, {packed})
    try:
        return _{arm}({passed})
    except BaseException as _error:
        _raised = _error
    return _handler({index}, _word, {packed}, _raised)
"""
_CHANCE = """
    if _random() < _share:
        if (_n := _count_candidate()) >= _due_candidate:
            return _timed(1, _n, {packed})
        try:
            return _candidate({passed})
        except BaseException as _error:
            _raised = _error
        return _handler(1, _word, {packed}, _raised)
    if (_n := _count_control()) >= _due_control:
        return _timed(0, _n, {packed})
    try:
        return _control({passed})
    except BaseException as _error:
        _raised = _error
    return _handler(0, _word, {packed}, _raised)
"""
_ANY = """
    return _routed({packed})
"""
_NEVER = sys.maxsize


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
            if not name.startswith("_"):
                from twinwheel.selection import component

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
        self.form = form_of(component.signature)
        self.word = self.route = -1
        self.what = Word(0, 0)
        self.scope: dict[str, Any] = {
            "_handler": handler,
            "_timed": self._timed,
            "_routed": self._routed,
            "_random": random.random,
            "__name__": component.package,
            **self.form.defaults,
        }
        self.counters: list[Any] = []
        self.published = [0, 0]
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
        self._renew()
        scope, targets = self.scope, self.component.targets
        scope["_word"] = word
        scope["_control"] = targets[self.what.control]
        scope["_candidate"] = targets[self.what.candidate]
        scope["_share"] = self.what.threshold / BUCKETS
        self._look_like(scope["_control"])
        self.function.__code__ = self._make(_body_for(self.what)).__code__

    def publish(self) -> None:
        """Put into the page what the slot counted since it last did."""
        for arm in Arm:
            # The repr of a counter tells where it is, and leaves it there.
            now = int(repr(self.counters[arm])[6:-1])
            more, self.published[arm] = now - self.published[arm], now
            if more:
                self.component.count(arm, Counter.CALLS, more)

    def forked(self) -> None:
        """Count from 0 in a process that was forked, and draw other lots than its parent."""
        random.seed()
        self._begin_counting()
        self.word = -1
        self.refresh(True)

    def _begin_counting(self) -> None:
        self.counters = [_new_counter() for _ in Arm]
        self.published = [0, 0]
        for arm in Arm:
            self.scope[f"_count_{arm.name.lower()}"] = self.counters[arm].__next__
        self.route = self.component.page.read(field_at(self.component.index, Field.ROUTE))
        self._renew()

    def _renew(self) -> None:
        """Time the next call of each arm, and then one in so many."""
        due = 0 if self.route >> 32 else _NEVER
        self.scope.update(_due_control=due, _due_candidate=due)

    def _make(self, body: str) -> FunctionType:
        arm = Arm.CANDIDATE if self.what.threshold else Arm.CONTROL
        lines = body.format(
            arm=arm.name.lower(),
            index=int(arm),
            passed=self.form.passed,
            packed=self.form.packed,
        )
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

    def _timed(self, arm: int, n: int, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Any:
        name = Arm(arm).name.lower()
        self.scope[f"_due_{name}"] = n + (self.route >> 32)
        target = self.scope[f"_{name}"]
        began = time.perf_counter_ns()
        try:
            result = target(*args, **(kwargs or {}))
        except BaseException as error:  # noqa: BLE001 (what it is, is told apart there)
            raised = error
        else:
            self.component.observe(Arm(arm), time.perf_counter_ns() - began)
            return result
        return self.handler(arm, self.word, args, kwargs, raised)

    def _routed(self, args: tuple[Any, ...], kwargs: dict[str, Any] | None) -> Any:
        """What the native slot does, for the routes that are not written out."""
        what, word = self.what, self.word
        arm = Arm.CONTROL
        if what.threshold and what.sticky:
            key = KEY.get(None)
            if key is not None and bucket(self.route & 0xFFFF_FFFF, key) < what.threshold:
                arm = Arm.CANDIDATE
        elif what.threshold and random.random() * BUCKETS < what.threshold:
            arm = Arm.CANDIDATE
        shadowed = arm is Arm.CONTROL and random.random() * BUCKETS < what.shadow
        if shadowed or (arm is Arm.CANDIDATE and what.handled):
            return self.handler(arm, word, args, kwargs, None)
        name = arm.name.lower()
        n = self.scope[f"_count_{name}"]()
        if n >= self.scope[f"_due_{name}"]:
            return self._timed(arm, n, args, kwargs)
        try:
            return self.scope[f"_{name}"](*args, **(kwargs or {}))
        except BaseException as error:  # noqa: BLE001
            raised = error
        return self.handler(arm, word, args, kwargs, raised)


def _body_for(what: Word) -> str:
    """Return the shortest body that does what a word says."""
    if what.shadow or what.handled or (what.sticky and what.threshold):
        return _ANY
    return _ONE if what.threshold in (0, BUCKETS) else _CHANCE


@dataclass(frozen=True)
class Form:
    """A signature as source, and what passes its arguments on."""

    signature: str = ", /, *_args, **_kwargs"
    """What follows the first parameter."""
    passed: str = "*_args, **_kwargs"
    packed: str = "_args, _kwargs"
    """As a tuple and a mapping."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What the names in the signature stand for."""


def form_of(signature: inspect.Signature | None) -> Form:
    """Return the form of a signature; the one that takes anything where there is none."""
    if signature is None or any(name.startswith("_") for name in signature.parameters):
        return Form()
    kinds = inspect.Parameter
    declared, positional, named = [], [], []
    defaults: dict[str, Any] = {}
    before = None
    for name, each in signature.parameters.items():
        if each.kind is not kinds.POSITIONAL_ONLY and before in (None, kinds.POSITIONAL_ONLY):
            declared.append("/")  # the slot's own first parameter, if no other
        if each.kind is kinds.KEYWORD_ONLY and before not in (
            kinds.KEYWORD_ONLY,
            kinds.VAR_POSITIONAL,
        ):
            declared.append("*")
        star = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(each.kind.name, "")
        default = ""
        if each.default is not inspect.Parameter.empty:
            default = f"=_default_{len(defaults)}"
            defaults[default[1:]] = each.default
        declared.append(f"{star}{name}{default}")
        if each.kind is kinds.KEYWORD_ONLY:
            named.append(name)
        elif each.kind is kinds.VAR_KEYWORD:
            named.append(star + name)
        else:
            positional.append(star + name)
        before = each.kind
    if before in (None, kinds.POSITIONAL_ONLY):
        declared.append("/")
    keywords = [each if each.startswith("*") else f"{each}={each}" for each in named]
    items = ", ".join(each if each.startswith("*") else f"{each!r}: {each}" for each in named)
    return Form(
        signature=", " + ", ".join(declared),
        passed=", ".join(positional + keywords),
        packed=f"({', '.join(positional)}{',' if positional else ''}), "
        + (f"{{{items}}}" if named else "None"),
        defaults=defaults,
    )


def _new_counter() -> Any:
    """Return an iterator that counts, and loses none of what several threads count."""
    if getattr(sys, "_is_gil_enabled", lambda: True)():
        return count()
    return _LockedCount()


class _LockedCount:
    """``itertools.count`` with a lock of its own, for an interpreter without one."""

    def __init__(self) -> None:
        self._next = 0
        self._lock = threading.Lock()

    def __next__(self) -> int:
        with self._lock:
            now = self._next
            self._next += 1
            return now

    def __repr__(self) -> str:
        return f"count({self._next})"
