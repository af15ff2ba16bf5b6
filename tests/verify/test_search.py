"""The search: what it finds, how it learns what to call, and what it says of the rest."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from verify.twins import call, kinds, module, pair_of, searched

from twinwheel.verify.extent import searched_of
from twinwheel.verify.recipes import Call
from twinwheel.verify.running import Outcome
from twinwheel.verify.search import Options, search_pair


def of(outcome: Outcome, component: str) -> str:
    """Why a component was not searched; empty if it was."""
    return next(each.skipped for each in outcome.searched if each.component == component)


def sources(outcome: Outcome, component: str) -> tuple[str, ...]:
    return next(each.sources for each in outcome.searched if each.component == component)


CLEAN = """
    import asyncio
    class Stack:
        def __init__(self, size=3): self.items, self.size = [], size
        def push(self, item): self.items.append(item); self.items[:] = self.items[-self.size:]
        def pop(self): return self.items.pop()
        def __len__(self): return len(self.items)
    class Failed(ValueError): pass
    def shout(text): return text.upper() + "!"
    def halves(items: list): return [each / 2 for each in items]
    def dumps(value): return repr(value)
    def first(*values): return values[0]
    def refuse(value): raise Failed(value)
    async def later(value: int): await asyncio.sleep(0); return value + 1
    def fill(buffer: bytearray): buffer[:] = bytes(len(buffer))
    def walk(items: list):
        for each in items: yield each
"""


def test_an_equal_pair_has_no_findings(tmp_path: Path) -> None:
    outcome = searched(tmp_path, CLEAN, CLEAN, seconds=2)
    assert outcome.findings == []
    assert all(each.comparisons or each.skipped for each in outcome.searched)
    assert of(outcome, "Failed").startswith("an exception class")
    assert of(outcome, "later") == ""


def test_without_any_annotations(tmp_path: Path) -> None:
    control = """
        def title(a): return a.title()
        def add(a, b): return a + b
        def size(thing): return len(thing)
    """
    candidate = control.replace("a.title()", "a.capitalize()").replace("a + b", "a + b if a else b")
    outcome = searched(tmp_path, control, candidate, seconds=6)
    assert {each.component for each in outcome.findings} == {"title", "add"}


def test_where_nothing_is_known_but_that_it_is_called(tmp_path: Path) -> None:
    source = """
        class _Hidden:
            def __init__(self, function): self.function = function
            def __call__(self, *a, **k): return self.function(*a, **k)
        def _add(a, b): return {} + "."
        add = _Hidden(_add)
    """
    outcome = searched(tmp_path, source.format("a + b"), source.format("b + a"), seconds=2)
    assert ("add", "value") in kinds(outcome.findings)


def test_with_annotations(tmp_path: Path) -> None:
    control = """
        from typing import Optional, Union
        def narrow(number: int) -> int: return number & 0xFFFFFFFFFFFFFFFF
        def mean(items: "list[float]"): return sum(items)
        def pick(mapping: dict[str, int], key: str, other: Optional[int] = None):
            return mapping.get(key, other)
    """
    candidate = control.replace("& 0xFFFFFFFFFFFFFFFF", "& 0xFFFFFFFF")
    outcome = searched(tmp_path, control, candidate, seconds=2)
    assert {each.component for each in outcome.findings} == {"narrow"}
    finding = outcome.findings[0]
    assert finding.kind == "value"
    assert "annotations" in sources(outcome, "narrow")
    assert finding.call in ("narrow(4294967296)", "narrow(-1)")


def test_with_a_stub_beside_the_module(tmp_path: Path) -> None:
    control = "def f(*args, **kwargs):\n    a, = args\n    return a.decode('latin-1')[:{}]\n"
    stub = "def f(blob: bytes, /) -> str: ...\n"
    (tmp_path / "control.pyi").write_text(stub)
    outcome = searched(tmp_path, control.format(9_999), control.format(4_096), seconds=2)
    assert "stub" in sources(outcome, "f")
    assert any("4,097 bytes" in each.traits for each in outcome.findings)


def test_with_a_signature_in_a_docstring_alone(tmp_path: Path) -> None:
    control = '''
        def f(*args, **kwargs):
            """f(text, count=1) -> str

            Repeats."""
            def g(text, count=1): return str.upper(text) * count
            return g(*args, **kwargs)
    '''
    candidate = control.replace("* count", "* (count or 1)")
    outcome = searched(tmp_path, control, candidate, seconds=2)
    assert "docstring" in sources(outcome, "f")
    assert kinds(outcome.findings) >= {("f", "value")}
    assert any("0" in each.call for each in outcome.findings)


def test_any_number_of_arguments(tmp_path: Path) -> None:
    control = "def most(first, *more): return max([len(first), *map(len, more)])\n"
    candidate = "def most(first, *more): return max([len(first), *map(len, more[:2])])\n"
    control2 = control + "def join(*texts: str): return '-'.join(texts)\n"
    candidate2 = candidate + "def join(*texts: str): return '-'.join(texts[:2])\n"
    outcome = searched(tmp_path, control2, candidate2, seconds=3)
    assert {"join", "most"} >= {each.component for each in outcome.findings} >= {"join"}


STATE = """
    class Meter:
        def __init__(self): self.armed, self.full, self.count = False, False, 0
        def arm(self): self.armed = True
        def fill(self):
            if self.armed: self.full = True
        def read(self):
            if self.armed and self.full: return {}
            return 0
        def reset(self): self.armed = self.full = False
"""


def test_a_class_whose_bug_needs_three_calls_in_order(tmp_path: Path) -> None:
    outcome = searched(tmp_path, STATE.format(1), STATE.format(2), seconds=4)
    assert kinds(outcome.findings) == {("Meter.read", "value")}
    steps = outcome.findings[0].call.split("; ")
    assert steps == ["it = Meter()", "it.arm()", "it.fill()", "it.read()"]


def test_a_control_that_is_not_steady_is_said_to_be_so(tmp_path: Path) -> None:
    source = """
        import os, random
        _start = os.urandom(8)
        def dice(value): return random.random()
        def of_process(value): return _start
        def fine(value): return value
    """
    outcome = searched(tmp_path, source, source, seconds=3)
    assert outcome.findings == []
    for name in ("dice", "of_process"):
        assert of(outcome, name) == "the control does not answer equal calls equally", name


def test_of_a_class_only_what_is_not_steady_is_left_out(tmp_path: Path) -> None:
    source = """
        import random
        class Dice:
            def __repr__(self): return f"<{random.random()}>"
            def __str__(self): return "dice"
            def roll(self): return random.random()
            def show(self): return 1
    """
    outcome = searched(tmp_path, source, source, seconds=2)
    (told,) = outcome.searched
    assert outcome.findings == []
    assert told.skipped == ""
    assert told.note == "left out, as the control does not answer it equally: __repr__, roll"


UNORDERED = """
    import random
    class Bag:
        def __init__(self, items: list[int] = ()): self._inner = list(items)
        def __iter__(self): return iter(random.sample(self._inner, len(self._inner)))
        def __len__(self): return len(self._inner) + {}
        def __repr__(self): return f"Bag({{list(self)}})"
        def shown(self): return {{repr(each): each for each in self}}
"""


def test_an_order_by_chance_is_not_compared_and_all_else_is(tmp_path: Path) -> None:
    outcome = searched(tmp_path, UNORDERED.format(0), UNORDERED.format(0), seconds=2)
    assert outcome.findings == []
    row = next(each for each in outcome.searched if each.component == "Bag")
    assert not row.skipped
    assert "the order of items is not compared" in row.note
    changed = UNORDERED.format("(3 in self._inner)")
    save = tmp_path / "saved"
    outcome = searched(tmp_path, UNORDERED.format(0), changed, seconds=3, save=save)
    assert {each.component.partition(".")[0] for each in outcome.findings} == {"Bag"}
    assert all("3" in each.call for each in outcome.findings), outcome.findings
    for each in outcome.findings:  # the script compares as the search does
        done = subprocess.run([sys.executable, each.reproducer], check=False, timeout=60)
        assert done.returncode == 1
        text = Path(each.reproducer).read_text("utf-8")
        Path(each.reproducer).write_text(text.replace("'candidate'", "'control'"), "utf-8")
        done = subprocess.run([sys.executable, each.reproducer], check=False, timeout=60)
        assert done.returncode == 0


def test_a_coroutine_function_is_run(tmp_path: Path) -> None:
    control = "async def later(number: int): return number & 255\n"
    candidate = "async def later(number: int): return number & 127\n"
    outcome = searched(tmp_path, control, candidate, seconds=2)
    assert kinds(outcome.findings) == {("later", "value")}


def test_what_one_writes_the_other_reads(tmp_path: Path) -> None:
    control = """
        def encode(text: str): return text.encode("utf-8", "surrogatepass")
        def decode(data: bytes): return bytes(data).decode("utf-8", "surrogatepass")
    """
    candidate = control.replace(
        'bytes(data).decode("utf-8", "surrogatepass")',
        'bytes(data).decode("utf-8", "surrogatepass").replace("\\u2028", "")',
    )
    outcome = searched(tmp_path, control, candidate, seconds=3)
    assert ("decode_of_encode", "round trip") in kinds(outcome.findings)


AUTHOR = """
    from twinwheel.verify import arguments, relation

    @relation(of="total")
    def order_does_not_matter(components, items):
        assert components.total(items) == components.total(items[::-1])

    @relation(of="nothing there")
    def never(components): pass
"""


def test_a_relation_of_the_author(tmp_path: Path) -> None:
    module(tmp_path, "twinwheel_verify", AUTHOR)
    control = "def total(items: list[int]): return sum(items)\n"
    candidate = "def total(items: list[int]): return sum(items) if items[:1] != [3] else 0\n"
    file = str(tmp_path / "twinwheel_verify.py")
    outcome = searched(tmp_path, control, candidate, seconds=2, authors_file=file)
    assert ("order_does_not_matter", "property") in kinds(outcome.findings)
    assert searched(tmp_path, control, control, seconds=1, authors_file=file).findings == []


STRICT = """
    def f(text: str):
        if type(text) is not str: raise TypeError
        if '\\\\' in text: {}
        return text
"""


@pytest.mark.parametrize(
    ("candidate", "kind"),
    [
        ("import ctypes; ctypes.string_at(0)", "crash"),
        ("raise SystemError", "panic"),
        ("return ''", "value"),
        ("return text.encode()", "type"),
        ("raise ValueError", "exception type"),
    ],
)
def test_the_kinds_of_findings(tmp_path: Path, candidate: str, kind: str) -> None:
    sides = STRICT.format("pass"), STRICT.format(candidate)
    outcome = searched(tmp_path, *sides, seconds=3)
    assert [each.kind for each in outcome.findings][:1] == [kind], outcome.findings
    assert "\\\\" in outcome.findings[0].call
    if kind != "crash":  # each try of it takes long
        assert outcome.findings[0].call == "f('\\\\')"
    assert len(outcome.findings) <= 3


def test_equal_seeds_make_equal_searches(tmp_path: Path) -> None:
    control = "def f(text: str, number: int): return text[number:]\n"
    candidate = "def f(text: str, number: int): return text[number:] if number != 257 else ''\n"
    runs = [searched(tmp_path, control, candidate, seed=3).findings for _ in range(2)]
    assert runs[0][0].id == runs[1][0].id


def test_each_difference_that_there_was_no_time_for_is_told(tmp_path: Path) -> None:
    """Not only those of the last calls. Two are looked into: one, and one when the time is over."""
    control = "import time\ndef f(text: str):\n    time.sleep(0.03)\n    return text\n"
    candidate = control.replace("return text", "return text[:-1]")
    given = [call("f", f"{number}, and what takes long to shrink") for number in range(16)]
    with pair_of(tmp_path, control, candidate) as pair:
        *_, (search,) = search_pair(pair, Options(seconds=0.3), given, lambda *_: None)
    told = re.search(r"no time to look into (\d+) differences", searched_of(search).note)
    assert told is not None
    assert int(told[1]) >= len(given) - 2


STARVING = """
    import time
    def first(number: int) -> int: return number
    def hang(data: bytes) -> int: return len(data)
    def slow(data: bytes) -> int:
        time.sleep(len(data) / 20_000)
        return len(data)
    def wide(data: bytes) -> int: return len(data)
    def last(data: bytes) -> int: return len(data)
"""


def test_neither_hangs_nor_what_is_slow_takes_the_time_of_the_others(tmp_path: Path) -> None:
    candidate = STARVING.replace(
        "def hang(data: bytes) -> int:",
        "def hang(data: bytes) -> int:\n        while data[:1] == b'\\0': pass\n       ",
    ).replace(
        "def last(data: bytes) -> int: return",
        "def last(data: bytes) -> int: return len(data) > 9_000 or",
    )
    outcome = searched(tmp_path, STARVING, candidate, seconds=10)
    assert kinds(outcome.findings) >= {("hang", "hang"), ("last", "type")}
    assert min(each.seconds for each in outcome.searched) > 0.1


def test_what_was_cut_short_says_so(tmp_path: Path) -> None:
    source = "import time\ndef f(text: str):\n    time.sleep(0.05)\n    return text\n"
    outcome = searched(tmp_path, source, source, seconds=1)
    assert re.match(r"cut short after \d.\d s: not all", outcome.searched[0].note)


def test_trouble_with_one_component_leaves_the_others_alone(tmp_path: Path) -> None:
    """A call that was saved, or an author's, which is none."""
    given = (Call("f", [("repeat", "a")], [], []),)
    candidate = CLEAN.replace('+ "!"', '+ "?"') + "\n    def f(text): return text\n"
    control = CLEAN + "\n    def f(text): return text\n"
    outcome = searched(tmp_path, control, candidate, seconds=3, given=given)
    assert of(outcome, "f").startswith("verify itself failed at it: IndexError")
    assert ("shout", "value") in kinds(outcome.findings)


def test_all_edges_are_tried_before_a_second_difference_is_looked_into(tmp_path: Path) -> None:
    """Each of the first calls differs, in another class of exception; what matters comes late."""
    control = (
        "def f(data: bytes):\n    if type(data) is not bytes: raise TypeError\n    return len(data)"
    )
    candidate = """
        def f(data: bytes):
            if type(data) is not bytes: raise type(type(data).__name__, (Exception,), {})
            return len(data) + (len(data) > 65_000)
    """
    outcome = searched(tmp_path, control, candidate, seconds=4)
    assert {("f", "exception type"), ("f", "value")} <= kinds(outcome.findings)
