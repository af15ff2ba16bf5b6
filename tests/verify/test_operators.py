"""Operators, protocols and attributes of classes: they are tried, and their bugs are found."""

from __future__ import annotations

import math
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest
from verify.twins import kinds, pair_of, searched

from twinwheel.verify.drawing import Knowledge, draw, ladder
from twinwheel.verify.operators import operands_of, untried
from twinwheel.verify.planning import describe_pair, plans_of
from twinwheel.verify.recipes import Call, source_of_call
from twinwheel.verify.runner.operations import NEEDS, SOURCES, take
from twinwheel.verify.runner.sources import SourceCaller, names_of_steps

BUGS: dict[str, tuple[str, str, str, str]] = {  # class -> body, control, candidate, what is found
    "Table": (
        """
        def __init__(self, size: int = 4):
            if not 0 < size < 99: raise ValueError(size)
            self._items = [0] * size
        def __len__(self): return len(self._items)
        def __getitem__(self, index: int): return self._items[index]
        def __setitem__(self, index: int, value: int): self._items[{}] = value
        """,
        "index", "index - 1", "__setitem__",
    ),
    "Sum": (
        """
        def __init__(self, number: int): self.number = int(number)
        def __add__(self, other):
            return Sum(self.number {} other.number) if isinstance(other, Sum) else NotImplemented
        """,
        "+", "-", "__add__",
    ),
    "Equal": (
        """
        def __init__(self, number: int, other: int = 0): self.number, self.other = number, other
        def __eq__(self, other): return isinstance(other, Equal) and {}
        """,
        "(self.number, self.other) == (other.number, other.other)", "self.number == other.number",
        "__eq__",
    ),
    "Hashed": (
        """
        def __init__(self, number: int): self.number = number
        def __eq__(self, other): return isinstance(other, Hashed) and self.number == other.number
        def __hash__(self): return {}
        """,
        "hash(self.number)", "id(self)", "__hash__",
    ),
    "Version": (
        """
        def __init__(self, text: str): self._parts = text.split(".")
        def key(self): return [{} for each in self._parts]
        def __lt__(self, other):
            return self.key() < other.key() if isinstance(other, Version) else NotImplemented
        """.replace("def key", "def _key").replace(".key", "._key"),
        "int(each) if each.isdecimal() else -1", "each", "__lt__",
    ),
    "State": (
        """
        def __init__(self, one: int, two: int = 0): self.one, self.two = one, two
        def __getstate__(self): return self.one, self.two
        def __setstate__(self, state): self.one, self.two = state[0], {}
        """,
        "state[1]", "0", "__reduce__",
    ),
    "Guard": (
        """
        def __enter__(self): return 1
        def __exit__(self, kind, error, trace): return {}
        """,
        "False", "kind is KeyError", "__exit__",
    ),
    "Temperature": (
        """
        def __init__(self): self._value = 0
        @property
        def kelvin(self): return self._value
        @kelvin.setter
        def kelvin(self, value: float):
            if {}: raise ValueError(value)
            self._value = value
        """,
        "value < 0", "value < -9", "kelvin.setter",
    ),
    "Bag": (
        """
        def __init__(self, items: "list[float]"): self._items = list(items)
        def __iter__(self): return iter(self._items)
        def __contains__(self, item): return {}
        """,
        "item in self._items", "any(each == item for each in self._items)", "__contains__",
    ),
    "Backwards": (
        """
        def __init__(self, text: str): self._text = text
        def __len__(self): return len(self._text)
        def __getitem__(self, index: int): return self._text[index]
        def __reversed__(self): return iter({})
        """,
        "self._text[::-1]", "self._text[:0:-1]", "__reversed__",
    ),
    "Only": (
        """
        def __init__(self, number: int): self.number = number
        {} = lambda self: 1
        """,
        "__index__", "_index", "__index__",
    ),
    "Described": (
        """
        def __get__(self, instance, owner=None): return {}
        """,
        "instance is None", "1", "__get__",
    ),
}  # fmt: skip


def written(place: int) -> str:
    return "".join(
        f"\n    class {name}:{body.format((control, candidate)[place])}"
        for name, (body, control, candidate, _) in BUGS.items()
    )


def components_that_differ(folder: Path, control: str, candidate: str) -> dict[str, set[str]]:
    """Make the first calls of the ladder, and some by chance: class -> what differs."""
    found: dict[str, set[str]] = {}
    with pair_of(folder, control, candidate) as pair:
        for plan in plans_of(pair, describe_pair(pair)):
            knowledge, chance = Knowledge(plan), Random(3)
            calls = list(islice(ladder(knowledge), 800))
            calls += [draw(knowledge, chance, []) for _ in range(300)]
            judged = pair.judge(calls, pair.rules(plan.name, messages=False))
            found[plan.name] = {each.component for each in judged if each is not None}
    return found


@pytest.fixture(scope="module")
def differ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    return components_that_differ(tmp_path_factory.mktemp("bugs"), written(0), written(1))


@pytest.mark.parametrize("name", BUGS)
def test_the_bug_is_met_and_named(name: str, differ: dict[str, set[str]]) -> None:
    assert f"{name}.{BUGS[name][3]}" in differ[name]


def test_classes_against_a_copy_of_themselves_are_clean(tmp_path: Path) -> None:
    assert set().union(*components_that_differ(tmp_path, written(0), written(0)).values()) == set()


def test_what_only_the_control_has_is_tried_as_well(tmp_path: Path) -> None:
    control = "\n    class Box:\n        def __mul__(self, other): return 3"
    outcome = searched(tmp_path, control, "\n    class Box: pass", seconds=2)
    assert ("Box.__mul__", "exception type") in kinds(outcome.findings)


def test_what_nothing_tries_is_told(tmp_path: Path) -> None:
    control = "\n    class Box:\n        def __del__(self): pass"
    outcome = searched(tmp_path, control, control, seconds=1)
    assert [each.note for each in outcome.searched] == ["nothing tries __del__"]
    assert untried([{"special": {"__array__": {}}}, {"special": {"__eq__": {}}}]) == ("__array__",)


OPERANDS: list[Any] = [
    *(3, -1, -1.5, float("nan"), "it == b; it", ("repeat", b"a", 3), ("another",), ("index", -3)),
    *(("slice", 0, 2, None), ("complex", -1.0, -2.0), ("tuple", [1]), ("join", ["a", "b"])),
    ("global", "builtins.KeyError"),
]


@pytest.mark.parametrize("operand", OPERANDS, ids=repr)
def test_each_step_is_python_that_stands_for_the_same(operand: Any) -> None:
    steps: list[tuple[str, list[Any] | None]] = [
        *((name, [operand] * len(operands_of(name))) for name in SOURCES),
        *(("size.setter", [operand]), ("size.deleter", []), ("method", [operand]), ("size", None)),
    ]
    text = source_of_call(Call("f", [2], [], steps))

    assert names_of_steps(text) == [each for each, _ in steps]
    *_, made = SourceCaller({"f": int}, ["f"]).prepare([text])
    counts = [len(arguments or []) for _, arguments in steps]
    assert [len(arguments) for _, arguments, _ in made] == counts


def test_each_has_what_it_is_tried_for() -> None:
    assert NEEDS.keys() == SOURCES.keys()
    for name, methods in NEEDS.items():
        assert all(each.startswith("__") and each.endswith("__") for each in methods), name


@pytest.mark.parametrize(
    ("value", "name", "arguments", "expected"),
    [
        ([1, 2], "__setitem__", [0, 5], ([5, 2], [5, 2])),
        ([1, 2], "__delitem__", [0], ([2], [2])),
        ([1], "__iadd__", [[2]], ([1, 2], [1, 2])),
        (1, "__iadd__", [2], (3, 3)),
        (1, "__rsub__", [2], (1, 1)),
        ([3], "__add__ own", [], ([3], [3, 3])),
        (2, "__pow__", [3], (2, 8)),
        (1.5, "__hash__", [1.5], (1.5, True)),
        ({1}, "__reduce__", [], ({1}, {1})),
        ([[1]], "__deepcopy__", [], ([[1]], [[1]])),
        (property(lambda _: 4), "__get__", [], (..., 4)),
        ("ab", "upper", [], ("ab", "AB")),
    ],
)
def test_steps_are_taken(value: Any, name: str, arguments: list[Any], expected: Any) -> None:
    after, answer = take(value, name, arguments)
    assert answer == expected[1]
    assert after == expected[0] or expected[0] is ...


def test_an_object_is_in_what_holds_it() -> None:
    assert take([math.nan], "__contains__ own", [])[1] == [True]


def test_what_is_pickled_need_not_be_found_by_its_name() -> None:
    class Local:
        def __init__(self) -> None:
            self.inner = [1]

    value = Local()
    after, _ = take(value, "__reduce__", [])
    assert type(after) is Local
    assert after is not value
    assert after.inner == [1]


def test_no_address_is_in_a_repr() -> None:
    class Odd:
        def __repr__(self) -> str:
            return f"<odd {id(self)} {hex(id(self))} {0x10:#x}>"

    assert take(Odd(), "__repr__", [])[1] == "<odd   0x10>"
