"""One call, and all that can be seen of it."""

from __future__ import annotations

import hashlib
import inspect
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from .building import Scope, build
from .encoding import LARGEST, encode, encode_error, pack, without_addresses
from .operations import take

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .encoding import Plain

    Call = Sequence[Any]  # as it is sent: see Caller.make
    Steps = list[tuple[str, list[Any], bool]]  # name, arguments, whether it is an attribute
    Prepared = tuple[Callable[..., Any], list[Any], dict[str, Any], Steps]

__all__ = ["NO_INPUT", "RAISED", "RETURNED", "SKIPPED", "Caller", "by_name", "settled"]

RETURNED, RAISED, NO_INPUT, SKIPPED = "returned", "raised", "no input", "skipped"
"""How a call went; the last two: its arguments cannot be made, and it was not made."""

_SMALL = 4_096
_DEEPEST_CAUSE = 100


class Caller:
    """Makes calls of one implementation's components."""

    def __init__(self, components: dict[str, Callable[..., Any]]) -> None:
        self.components = components
        self._last: tuple[Any, bytes] | None = None

    def prepare(self, call: Call) -> Prepared | None:
        """Build the arguments of a call: what it takes to make it, or None if they cannot be."""
        component, arguments, keywords = call[0], call[1], call[2]
        scope = Scope(self.components)
        scope.another = ("call", component, arguments, keywords)
        try:
            for recipe in arguments:
                scope.arguments.append(build(recipe, scope))
            keys = {name: build(recipe, scope) for name, recipe in zip(*[iter(keywords)] * 2)}
            steps = [
                (name, [build(each, scope) for each in values or ()], values is None)
                for name, values in call[3]
            ]
        except BaseException:
            return None
        return self.components[component], scope.arguments, keys, steps

    def make(
        self, call: Call, poke: bool = False, most: int = LARGEST
    ) -> tuple[str, bytes, bytes, int, str]:
        """Make a call.

        Args:
            call: ``(component, [recipe, ...], [name, recipe, ...], steps)``; a step is
                ``(name, [recipe, ...])``, a method or what ``operations.take`` knows, or
                ``(attribute, None)``.
            poke: Write into the arguments after the call, and see whether that changes the answer.
            most: Bytes of an answer; of a longer one its digest is given.

        Returns:
            ``(how, answer, arguments after the call, nanoseconds, what else was seen)``; answer
            and arguments are packed, if they are long as ``("long", digest, bytes, "loose" or
            "")``.
        """
        most_after = _SMALL if most <= LARGEST else most
        prepared = self.prepare(call)
        if prepared is None:
            return (NO_INPUT, b"", b"", 0, "")
        function, arguments, keywords, steps = prepared
        begin = perf_counter_ns()
        try:
            value = settled(function(*arguments, **keywords))
        except BaseException as error:
            spent = perf_counter_ns() - begin
            answer = encode_error(error)
            _forget(error)
            after = self._after(call, arguments, keywords, most_after)
            return (RAISED, pack(answer), after, spent, "")
        spent = perf_counter_ns() - begin
        answer = encode(value) if not steps else self._steps(value, steps)
        packed = without_addresses(pack(answer))
        after = self._after(call, arguments, keywords, most_after)
        seen = self._look_back(value, packed)
        if poke and not steps and seen == "":
            seen = _poke(value, packed, (*arguments, *keywords.values()))
        return (RETURNED, _within(most, packed, _looseness(answer)), after, spent, seen)

    def _steps(self, value: Any, steps: Steps) -> Plain:
        """Go on with what the call gave."""
        answers = [encode(value)]
        for name, arguments, is_attribute in steps:
            try:
                if is_attribute:
                    given = getattr(value, name)
                else:
                    value, given = take(value, name, arguments)
                answer = encode(settled(given))
            except BaseException as error:
                answer = encode_error(error)
                _forget(error)
            answers.append(answer)
        return ("steps", answers)

    def _after(
        self, call: Call, arguments: list[Any], keywords: dict[str, Any], most: int
    ) -> bytes:
        """What is in the arguments that can be written into."""
        values = [*arguments, *keywords.values()]
        changeable = [encode(each) for each, can in zip(values, self.can_change(call)) if can]
        if not changeable:
            return b""
        return _within(most, without_addresses(pack(changeable)))

    def can_change(self, call: Call) -> list[bool]:
        """Tell of each argument whether it is one that can be written into."""
        return [
            type(recipe) is tuple and recipe[0] not in _NOT_LOOKED_AT
            for recipe in (*call[1], *call[2][1::2])
        ]

    def _look_back(self, value: Any, packed: bytes) -> str:
        """Did this call change the answer of the one before?"""
        last, self._last = self._last, None
        changed = last is not None and _packed(last[0]) != last[1]
        if len(packed) <= _SMALL and type(value) in _WRITABLE:
            self._last = (value, packed)
        return "the answer of the call before changed" if changed else ""


_NOT_LOOKED_AT = frozenset(["repeat", "join", "iterator", "callback", "global", "call", "range"])
_WRITABLE = (bytes, bytearray, str, memoryview, list)


def settled(value: Any) -> Any:
    """Give what a call gave; of a coroutine, what it comes to."""
    if type(value).__name__ != "coroutine":
        return value
    import asyncio

    return asyncio.run(value)


def _within(most: int, packed: bytes, looseness: str = "") -> bytes:
    if len(packed) <= most:
        return packed
    digest = hashlib.blake2b(packed, digest_size=16).digest()
    return pack(("long", digest, len(packed), looseness))


def _looseness(answer: Plain) -> str:
    """Tell of an answer whose digest tells nothing: equal objects may show different attributes."""
    return "loose" if type(answer) is tuple and answer[0] in ("object", "steps") else ""


def _packed(value: Any) -> bytes:
    return without_addresses(pack(encode(value)))


def by_name(
    function: Callable[..., Any], arguments: list[Any], keywords: dict[str, Any]
) -> dict[str, Any]:
    """Give the arguments of a call by the names of the parameters."""
    try:
        bound = inspect.signature(function).bind(*arguments, **keywords)
    except (TypeError, ValueError):
        numbered = {str(index): each for index, each in enumerate(arguments)}
        return dict(numbered, **keywords)
    return dict(bound.arguments)


def _forget(error: BaseException | None) -> None:
    """Let go of the frames, which hold the arguments."""
    for _ in range(_DEEPEST_CAUSE):
        if error is None:
            return
        try:  # noqa: SIM105 (as cheap as can be)
            error.__traceback__ = None
        except BaseException:  # a class that lets nothing be written into
            pass
        error = error.__context__


def _poke(value: Any, packed: bytes, arguments: tuple[Any, ...]) -> str:
    """Write into the arguments: does the answer, which should be done, change?"""
    if any(value is each for each in arguments):
        return ""
    written = False
    for each in arguments:
        try:
            if isinstance(each, bytearray) or (
                isinstance(each, memoryview) and not each.readonly and each.format == "B"
            ):
                each[:] = b"\xa5" * len(each)
            elif hasattr(each, "flags") and hasattr(each, "dtype") and each.flags.writeable:
                each[...] = 37
            elif isinstance(each, list) and each:
                each[:] = [None] * len(each)
            else:
                continue
        except BaseException:
            continue
        written = True
    if written and _packed(value) != packed:
        return "the answer changed when the argument was written into"
    return ""
