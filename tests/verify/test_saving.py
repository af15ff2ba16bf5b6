"""Findings that stay: scripts that exit with 1 while the difference is there, and with 0 after."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from verify.twins import call, module, searched, subject, twins

from twinwheel.errors import VerifyError
from twinwheel.verify import pythons
from twinwheel.verify.findings import Finding
from twinwheel.verify.recipes import Call, source_of_call
from twinwheel.verify.saving import load_calls, save_finding

BASE = """
    import ctypes, os, time
    from array import array
    class Box:
        def __init__(self): self.total = 0
        def add(self, number): self.total += number; return self
        def read(self): return self.total{steps}
        def __eq__(self, other): return type(other) is type(self) and {equal}
        def __reduce__(self): return (type(self), ())
        def __setitem__(self, key, value): self.total = {set}
        def __delattr__(self, name): raise {deleted}
        def __exit__(self, *error): return {exit}
        def __enter__(self): return 1
    class Failed(Exception): pass
    seen, kept, shared = [], [], bytearray(8)
    current = None
    def value(text): return text + {value!r}
    def objects(number): box = Box(); box.add(number + {objects}); return [box]
    def kind(number): return {{"a": [{kind}]}}
    def error(text): raise {error}("text")
    def message(text): raise ValueError({message!r})
    def sorts(items, other=None): items.sort(reverse={sorts}); return None
    def view(data): return {view}
    def counts(number):
        seen.append(number)
        return {state}
    def buffer(text):
        shared[:len(text)] = text
        return {buffer}
    def dies(text): {dies}
    def hangs(text):
        while {hangs}: pass
    def allocates(text): kept.extend(bytearray(1 << 24) for _ in range({allocates}))
    def leaks(text): {leaks}; return text
    def slow(items): return [each for each in items if {slow}]
    def race(number):
        global current
        current = number
        for _ in range(2_000): pass
        return {race}
    def zone(text): return time.tzname[0] if {zone} else "x"
    def near(number): return number + {near}
    def alike(arguments, control, candidate):
        return arguments == {{"number": 1.0}} and abs(control - candidate) < 1
    def bag(text): return text.split(){bag}
    def deep(items):
        {deep}
    def gives(number):
        yield number
        yield {gives}
    async def later(number): return number + {later}
    def encode(text): return text.encode()
    def decode(data): return data.decode(){decode}
    def datetime(number, key): return key(number) + {value!r}
"""
SAME: dict[str, Any] = {
    "steps": "",
    "equal": "True",
    "set": "value",
    "deleted": "KeyError",
    "exit": "False",
    "value": "",
    "objects": 0,
    "kind": "number",
    "error": "KeyError",
    "message": "a",
    "sorts": False,
    "view": "bytes(data)",
    "state": "0",
    "dies": "return text",
    "buffer": "bytes(shared)",
    "hangs": "False",
    "allocates": 0,
    "leaks": "pass",
    "slow": "True",
    "race": "number",
    "zone": "False",
    "near": "0.0",
    "bag": "",
    "deep": "return 0",
    "gives": "number",
    "later": 0,
    "decode": "",
}
NUMBERS = ("list", [3, 1, 2])
MANY = ("repeat", ("list", [1]), 4_000)
LONG = ("repeat", ("list", [1]), 16_000)
CASES: list[tuple[str, dict[str, Any], list[Call]]] = [
    ("value", {"value": "!"}, [call("value", "a\ud800é'\"; it.b\\")]),
    ("value", {"objects": 1}, [call("objects", 3)]),
    ("type", {"kind": "bool(number)"}, [call("kind", 1)]),
    ("value", {"gives": "0"}, [call("gives", 1)]),
    ("value", {"later": 1}, [call("later", 1)]),
    ("value", {"value": "!"}, [call("datetime", 1, ("callback", "as_text"))]),
    ("exception type", {"error": "Failed"}, [call("error", "a")]),
    ("exception message", {"message": "b"}, [call("message", "a")]),
    ("mutation", {"sorts": True}, [call("sorts", NUMBERS)]),
    ("mutation", {"sorts": True}, [call("sorts", items=NUMBERS)]),
    ("mutation", {"sorts": True}, [call("sorts", NUMBERS, ("same", 0))]),
    ("stale buffer", {"view": "memoryview(data)"}, [call("view", ("bytearray", b"abc"))]),
    ("state", {"state": "len(seen) > 2"}, [call("counts", each) for each in (1, 2, 3)]),
    ("state", {"buffer": "memoryview(shared)"}, [call("buffer", b"a"), call("buffer", b"b")]),
    ("crash", {"dies": "ctypes.string_at(0)"}, [call("dies", "a")]),
    ("crash", {"dies": "os._exit(0)"}, [call("dies", "a")]),
    ("hang", {"hangs": "True"}, [call("hangs", "a")]),
    ("memory", {"allocates": 1 << 20}, [call("allocates", "a")]),
    ("leak", {"leaks": "kept.append([text])"}, [call("leaks", "a")]),
    ("leak", {"leaks": "kept.append(bytearray(5000))"}, [call("leaks", "a")]),
    ("threads", {"race": "current"}, [call("race", 1), call("race", 2)]),
    ("recursion", {"deep": "return deep(items[0]) if items != 1 else 0"},
     [call("deep", ("nest", "list", 5_000, 1))]),
    ("time", {"slow": "items.count(each)"}, [call("slow", MANY), call("slow", LONG)]),
    ("environment", {"zone": "True"}, [call("zone", "a")]),
    ("value", {"steps": " + 1"},
     [Call("Box", [], [], [("add", [1]), ("total", None), ("read", [])])]),
    ("value", {"equal": "0"}, [Call("Box", [], [], [("__eq__", [("another",)])])]),
    ("value", {"equal": "0"}, [Call("Box", [], [], [("add", [1]), ("__eq__ own", [])])]),
    ("value", {"set": "-value"},
     [Call("Box", [], [], [("__setitem__", [("slice", 0, 2, None), ("repeat", 2, 3)])])]),
    ("value", {"steps": " + 1"},
     [Call("Box", [], [], [("total.setter", [("list", [-1])]), ("__reduce__", []), ("read", [])])]),
    ("exception type", {"deleted": "ValueError"}, [Call("Box", [], [], [("total.deleter", [])])]),
    ("exception type", {"exit": "error[0] is KeyError"},
     [Call("Box", [], [], [("__exit__", [("global", "builtins.KeyError")])])]),
    ("value", {"kind": "number.total"}, [call("kind", ("call", "Box", [], []))]),
    ("round trip", {"decode": ".strip()"}, [call("decode_of_encode", "a; it.b ")]),
    ("property", {"value": "!"}, [call("ends_well", "a")]),
]  # fmt: skip
AUTHOR = """
    from twinwheel.verify import relation
    @relation(of="value")
    def ends_well(components, text): assert components.value(text) == text
"""


def save(
    tmp_path: Path, kind: str, calls: list[Call], changed: dict[str, Any], **more: Any
) -> Path:
    module(tmp_path, "twinwheel_verify", AUTHOR)
    sides = twins(
        tmp_path,
        BASE.format(**SAME),
        BASE.format(**{**SAME, **changed}),
        authors_file=str(tmp_path / "twinwheel_verify.py"),
    )
    name = calls[-1].component
    summary = 'a """ b\\'
    variables = {"TZ": "Asia/Kathmandu", "LANG": "C"} if kind == "environment" else {}
    text = "\n".join(map(source_of_call, calls))
    finding = Finding(
        *("0a1b2c3d", name, kind, summary),
        call=text,
        control="'\\",
        candidate='"""',
        variables=variables,
    )
    limits: dict[str, Any] = {"compare": "exact", "seconds": 1.0, "memory": 300 << 20, **more}
    script = save_finding(tmp_path / "saved", finding, calls, sides, **limits)
    if kind == "hang":  # ten seconds are for packages that take long to import
        text = script.read_text("utf-8")
        assert "SECONDS = 10.0" in text
        script.write_text(text.replace("SECONDS = 10.0", "SECONDS = 2.0"), "utf-8")
    return script


def run(script: Path, *python: str) -> tuple[int, str]:
    command = [*(python or [sys.executable]), str(script)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("kind", "changed", "calls"), CASES, ids=lambda each: str(each)[:30])
def test_a_script_tells_whether_it_is_still_so(
    tmp_path: Path, kind: str, changed: dict[str, Any], calls: list[Call]
) -> None:
    script = save(tmp_path, kind, calls, changed)
    code, text = run(script)
    assert code == 1, text
    assert "they differ" in text
    module(tmp_path, "candidate", BASE.format(**SAME))
    code, text = run(script)
    assert code == 0, text
    assert "they agree" in text


@pytest.mark.parametrize("kind", sorted({case[0] for case in CASES} - {"hang", "memory"}))
def test_a_script_needs_nothing_but_an_old_python(tmp_path: Path, kind: str) -> None:
    python = oldest()
    if python is None:
        pytest.skip("no older Python is here")
    _, changed, calls = next(each for each in CASES if each[0] == kind)
    script = save(tmp_path, kind, calls, changed)
    text = script.read_text("utf-8")
    script.write_text(text.replace(repr(sys.executable), repr(python)), "utf-8")
    # -I: there is nothing but the standard library; -W: and nothing of it is on its way out
    code, told = run(script, python, "-I", "-S", "-W", "error")
    assert code == 1, told
    assert "they differ" in told


@cache
def oldest() -> str | None:
    """Give the oldest Python that an implementation may need, of those that are here."""
    for minor in range(pythons.OLDEST[1], sys.version_info[1]):
        with suppress(VerifyError):
            return pythons.find(f"3.{minor}").python
    return None


def test_the_file_for_pytest_too(tmp_path: Path) -> None:
    script = save(tmp_path, "value", [call("value", "a")], {"value": "!"})
    test = script.with_name("test_finding_0a1b2c3d.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(test)]
    options: dict[str, Any] = {"cwd": tmp_path, "capture_output": True, "timeout": 60}
    assert subprocess.run(command, check=False, **options).returncode == 1
    module(tmp_path, "candidate", BASE.format(**SAME))
    assert subprocess.run(command, check=False, **options).returncode == 0


@pytest.mark.parametrize(
    ("compare", "changed", "calls"),
    [
        ("close(1e-3, 0)", {"near": "0.0001"}, [call("near", 1.0)]),
        ("ulp(4)", {"near": "2**-52"}, [call("near", 1.0)]),
        ("set", {"bag": "[::-1]"}, [call("bag", "a b c")]),
        ("control:alike", {"near": "0.5"}, [call("near", 1.0)]),
    ],
)
def test_what_a_comparator_allows_is_no_difference(
    tmp_path: Path, compare: str, changed: dict[str, Any], calls: list[Call]
) -> None:
    assert run(save(tmp_path, "value", calls, changed))[0] == 1
    assert run(save(tmp_path, "value", calls, changed, compare=compare))[0] == 0


def test_a_side_that_cannot_be_imported_is_no_agreement(tmp_path: Path) -> None:
    script = save(tmp_path, "value", [call("value", "a")], {"value": "!"})
    for name in ("control", "candidate"):
        module(tmp_path, name, "raise ImportError('no licence')")
    code, text = run(script)
    assert code == 3
    assert "no licence" in text
    module(tmp_path, "control", BASE.format(**SAME))
    module(tmp_path, "candidate", "def other(text): return text")
    code, text = run(script)
    assert code == 3
    assert "it has no value" in text


def test_a_call_that_stands_wrong_is_no_agreement(tmp_path: Path) -> None:
    script = save(tmp_path, "value", [call("value", "a")], {})
    text = script.read_text("utf-8")
    for wrong in ("value(b)", "value(", "None", "it = value('a'); print(it)"):
        script.write_text(text.replace("\"value('a')\"", repr(wrong)), "utf-8")
        code, told = run(script)
        assert code == 3, told
        assert "the call cannot be made" in told


def test_aliases_are_those_of_the_search(tmp_path: Path) -> None:
    source = (
        "try:\n    from {} import value\nexcept ImportError:\n    def value(text): return 'none'\n"
    )
    module(tmp_path, "inner", "def value(text): return 'inner'")
    module(tmp_path, "other", "def value(text): return 'other'")
    module(tmp_path, "outer", source.format("inner"))
    control = replace(subject(tmp_path, "outer"), aliases={"inner": "other"}, components=("value",))
    candidate = replace(control, aliases={"inner": ""})
    finding = Finding("0a1b2c3d", "value", "value", "x")
    script = save_finding(
        tmp_path, finding, [call("value", "a")], (control, candidate),
        compare="exact", seconds=1, memory=1 << 30,
    )  # fmt: skip
    code, text = run(script)
    assert code == 1
    assert "'other'" in text
    assert "'none'" in text


def test_what_is_saved_tells_which_modules_it_is_of(tmp_path: Path) -> None:
    """Else what one module answered is asked of another, whose functions have the same names."""
    calls = [call("value", "a")]
    script = save(tmp_path, "value", calls, {}, number=2)
    assert script.name == "finding_0a1b2c3d_2.py"
    assert script.with_name("test_finding_0a1b2c3d_2.py").is_file()
    assert "\ncontrol.value: value" in f"\n{script.read_text('utf-8')[3:]}"
    told = json.loads(script.with_suffix(".json").read_text("utf-8"))
    assert (told["component"], told["modules"]) == ("control.value", ["control", "candidate"])
    assert load_calls(script.parent, ["control"]) == calls
    assert load_calls(script.parent, ["candidate", "third"]) == calls
    assert load_calls(script.parent, ["value", "third"]) == []


def test_what_one_side_alone_says_is_public_is_found_again(tmp_path: Path) -> None:
    module(tmp_path, "listed", "__all__ = []\ndef value(text): return 'listed'")
    module(tmp_path, "plain", "def value(text): return 'plain'")
    control = replace(subject(tmp_path, "listed"), also=("other", "value"))
    candidate = replace(subject(tmp_path, "plain"), also=control.also)
    finding = Finding("0a1b2c3d", "value", "value", "x")
    script = save_finding(
        tmp_path, finding, [call("value", "a")], (control, candidate),
        compare="exact", seconds=1, memory=1 << 30,
    )  # fmt: skip
    assert run(script)[0] == 1


def test_damaged_files_are_passed_over(tmp_path: Path) -> None:
    calls = [Call("Box", [1], ["a", 2.5], [("add", [("list", [1])]), ("total", None)])]
    folder = save(tmp_path, "value", calls, {}).parent
    assert load_calls(folder, ["control"]) == calls
    good = (folder / "finding_0a1b2c3d.json").read_text()
    damaged = [
        *("", "[]", "{}", "nonsense", good[:-40], '{"calls": 5}', '{"calls": ["!!"]}', "null"),
        *('{"calls": ["AAAA"]}', '{"calls": [null]}', good.replace('"calls": [', '"calls": [[], ')),
        json.dumps({"calls": ["TgAA", "KQA=", "aQEAAAA="]}),
    ]
    for index, text in enumerate(damaged):
        (folder / f"finding_{index}.json").write_text(text)
    (folder / "finding_x.json").write_bytes(b"\xff\xfe\x00")
    (folder / "finding_folder.json").mkdir()
    assert load_calls(folder, ["control"]) == calls
    assert load_calls(tmp_path / "nowhere", ["control"]) == []


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "saved").write_text("a file")
    with pytest.raises(VerifyError) as caught:
        save(tmp_path, "value", [call("value", "a")], {})
    assert caught.value.code == "TW743"


def test_the_next_search_begins_with_what_was_saved(tmp_path: Path) -> None:
    control = "def f(text: str): return text\n"
    candidate = "def f(text: str): return text if text != 'kitten on the mat' else ''\n"
    room = tmp_path / "saved"
    given = (call("f", "kitten on the mat"),)
    assert searched(tmp_path, control, candidate, seconds=1, given=given, save=room).findings
    again = searched(tmp_path, control, candidate, seconds=0.3, save=room)
    assert [each.call for each in again.findings] == ["f('kitten on the mat')"]
    assert len(list(room.glob("finding_*.py"))) == 1
    assert run(Path(again.findings[0].reproducer))[0] == 1
