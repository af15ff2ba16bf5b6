"""Arguments that the first call uses up: the control is not called with what is left of them."""

from __future__ import annotations

import io
import tempfile
from collections import OrderedDict, deque, namedtuple
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from twinwheel.rollout.component import Declared
from twinwheel.rollout.spent import is_spent

if TYPE_CHECKING:
    from collections.abc import Callable

    from rollout.building import Builder

Pair = namedtuple("Pair", "first second")  # noqa: PYI024 (the type of its parts is not looked at)


class Reader:
    """A file of somebody's own."""

    def read(self) -> bytes:
        return b""


class Wrapper:
    """What hands on all that it is asked for."""

    def __init__(self, inner: object) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Touchy:
    """What cannot be looked at."""

    @property
    def read(self) -> object:
        raise RuntimeError("not now")


async def coroutine() -> None:
    """Awaited once."""


def in_itself(*more: Any) -> list[Any]:
    found = list(more)
    found.append(found)
    return found


def deep(value: Any) -> Any:
    for _ in range(50_000):
        value = [value]
    return value


SPENT: dict[str, Callable[[], Any]] = {
    "an iterator": lambda: iter([1]),
    "a generator": lambda: (each for each in "ab"),
    "in a list": lambda: [1, iter([1])],
    "in a tuple": lambda: (map(str, [1]),),
    "in a named tuple": lambda: Pair(1, iter([1])),
    "in a dictionary": lambda: {"rows": [iter([1])]},
    "as a key": lambda: {iter([1]): 1},
    "in a dictionary of its own kind": lambda: OrderedDict(a=zip([1], strict=True)),
    "in a set": lambda: {iter([1])},
    "in a queue": lambda: deque([iter([1])]),
    "in what is in itself": lambda: in_itself(iter([1])),
    "deep inside": lambda: deep(iter([1])),
    "a file": io.BytesIO,
    "a reader": Reader,
    "a wrapper of a file": lambda: Wrapper(io.BytesIO()),
    "what cannot be looked at": Touchy,
    "more than is looked at": lambda: [[] for _ in range(200_000)],
}
LASTING: dict[str, Callable[[], Any]] = {
    "numbers": lambda: [1, 2.5, None, True, 3j],
    "many numbers": lambda: [list(range(200_000)), tuple(map(float, range(200_000)))],
    "texts": lambda: {"a": b"b", b"c": bytearray(1), "d": memoryview(b"")},
    "an object": lambda: SimpleNamespace(a=1),
    "a range": lambda: [range(3)],
    "what is in itself": in_itself,
    "a class of files": lambda: io.BytesIO,
    "a module that reads": lambda: __import__("os"),
    "a function": lambda: is_spent,
}


@pytest.mark.parametrize("what", SPENT)
def test_what_a_call_uses_up(what: str) -> None:
    assert is_spent([SPENT[what]()])


@pytest.mark.parametrize("what", LASTING)
def test_what_a_call_does_not_use_up(what: str) -> None:
    assert not is_spent([LASTING[what]()])


def test_a_coroutine_is_used_up() -> None:
    made = coroutine()
    assert is_spent([made])
    made.close()


def rows(data: Any, output: Any = None) -> list[Any]:
    return [each for part in data for each in part]


def half(data: Any, output: Any = None) -> list[Any]:
    next(iter(data[0]))
    raise KeyError("a fault after the first one")


@pytest.mark.parametrize("effects", ["pure", "inplace"])
def test_the_error_of_the_candidate_is_raised(arm: Builder, effects: Any) -> None:
    inplace = ("output",) if effects == "inplace" else ()
    armed = arm(rows, half, declared=Declared(effects=effects, inplace=inplace))
    with pytest.raises(KeyError):
        armed.call([iter([1, 2])])
    with pytest.raises(KeyError):
        armed.call(data=[iter([1, 2])])
    assert armed.counted() == {"calls": (0, 2), "faults": (0, 2)}
    assert armed.call([[1, 2], [3]]) == [1, 2, 3], "the control answers"


def test_an_iterator_that_the_candidate_took_out_of_its_list(arm: Builder) -> None:
    """The list no longer shows that there was one."""

    def takes(data: Any, output: Any) -> None:
        next(output.pop())
        raise KeyError("a fault")

    armed = arm(rows, takes, declared=Declared(effects="inplace", inplace=("output",)))
    with pytest.raises(KeyError):
        armed.call([[1]], [iter([1, 2])])
    assert armed.counted()["calls"] == (0, 1), "the control is not called"


def whole(file: Any) -> Any:
    return file.read()


def test_a_wrapper_of_a_file(arm: Builder) -> None:
    def fails(file: Any) -> bytes:
        file.read(1)
        raise KeyError("a fault")

    armed = arm(whole, fails, declared=Declared(effects="pure"))
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"abc")
        file.seek(0)
        with pytest.raises(KeyError):
            armed.call(file)
