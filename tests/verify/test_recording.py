"""Calls that are recorded: of a script and of pytest, merged, and without changing the program."""

from __future__ import annotations

import struct
import sys
from pathlib import Path

import pytest
from verify.twins import module

from twinwheel.errors import VerifyError
from twinwheel.verify.recipes import Call
from twinwheel.verify.recording import FILE, read_recorded, record

PACKAGE = """
    import threading
    def join(*parts, sep=""): return sep.join(parts)
    def add(a, b=0): return a + b
    def take(items): return list(items)
    def twice(value): return add(value, value)
    class Box:
        pass
    _hidden = lambda: None
"""
SCRIPT = """
    import sys, io, datetime, threading
    from recorded_package import add, join, take
    import recorded_package
    print(add(1, 2), add(1, 2), add("a", b="b"))
    print(join("a", "b", sep="-"))
    print(recorded_package.twice(4))
    print(take([1, (2, {"a": b"x"})]), take(iter([5, 6])), take(io.BytesIO(b"a\\nb")))
    print(take([object()])[0] is not None, add(datetime.date(2024, 1, 2), datetime.timedelta(1)))
    assert recorded_package.Box() and add.__name__ == "add" and add.__module__ == "recorded_package"
    threads = [threading.Thread(target=add, args=(100, each)) for each in range(8)]
    for each in threads: each.start()
    for each in threads: each.join()
    try: add(None, 1)
    except TypeError: print("refused")
    sys.exit(int(sys.argv[1]))
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a package and a script."""
    module(tmp_path, "recorded_package", PACKAGE)
    module(tmp_path, "script", SCRIPT)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def recorded(room: Path, *command: str, components: tuple[str, ...] = ()) -> tuple[int, list[Call]]:
    folder = room / "corpus"
    code, counts = record(command, ["recorded_package"], components, folder)
    calls = read_recorded(folder)
    assert sum(counts.values()) == len(calls)
    return code, calls


def arguments(calls: list[Call], name: str) -> list[object]:
    return [each.arguments for each in calls if each.component == name]


def test_the_calls_of_a_script(room: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, calls = recorded(room, sys.executable, str(room / "script.py"), "7")
    assert code == 7
    out = capfd.readouterr().out
    assert "3 3 ab" in out
    assert "[5, 6] [b'a\\n', b'b']" in out  # what is consumed when it is looked at is left alone
    assert "refused" in out
    assert Call("join", ["a", "b"], ["sep", "-"], []) in calls
    assert Call("add", ["a"], ["b", "b"], []) in calls
    assert arguments(calls, "add").count([1, 2]) == 1
    assert [4, 4] in arguments(calls, "add")
    assert [None, 1] in arguments(calls, "add")
    assert all([100, each] in arguments(calls, "add") for each in range(8))
    assert arguments(calls, "twice") == [[4]]
    nested = ("list", [1, ("tuple", [2, ("dict", ["a", b"x"])])])
    assert [nested] in arguments(calls, "take")
    assert not any("object" in repr(each) for each in arguments(calls, "take"))
    assert len([each for each in arguments(calls, "add") if "datetime.date" in repr(each)]) == 1


def test_what_is_recorded_twice_is_there_once_and_what_is_new_is_added(room: Path) -> None:
    command = [sys.executable, str(room / "script.py"), "0"]
    code, first = recorded(room, *command, components=("join",))
    assert code == 0
    assert {each.component for each in first} == {"join"}
    _, second = recorded(room, *command)
    assert second[: len(first)] == first
    assert {each.component for each in second} == {"join", "add", "take", "twice"}
    assert recorded(room, *command)[1] == second


TESTS = """
    import recorded_package
    import pytest
    @pytest.mark.parametrize("number", range(6))
    def test_add(number): assert recorded_package.add(number, 1) == number + 1
    def test_fails(): assert recorded_package.add(50, 50) == 0
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_calls_of_pytest(room: Path, workers: str) -> None:
    module(room, "test_it", TESTS)
    (room / "pytest.ini").write_text("[pytest]\n")
    options = ["-q", "-p", "no:cacheprovider", "-n", workers, "--rootdir", str(room)]
    code, calls = recorded(room, sys.executable, "-m", "pytest", *options, str(room / "test_it.py"))
    assert code == 1
    assert sorted(arguments(calls, "add")) == [*([each, 1] for each in range(6)), [50, 50]]  # type: ignore[type-var]


def test_a_program_that_dies_loses_none(room: Path) -> None:
    source = "import os, recorded_package\nrecorded_package.add(1, 2)\nos._exit(9)\n"
    module(room, "dies", source)
    code, calls = recorded(room, sys.executable, str(room / "dies.py"))
    assert code == 9
    assert calls == [Call("add", [1, 2], [], [])]


def test_another_sitecustomize_is_still_run(room: Path, capfd: pytest.CaptureFixture[str]) -> None:
    module(room, "sitecustomize", "print('mine too')")
    code, calls = recorded(room, sys.executable, str(room / "script.py"), "0")
    assert code == 0
    assert "mine too" in capfd.readouterr().out
    assert calls


def test_a_damaged_corpus_gives_what_is_whole(room: Path) -> None:
    module(
        room, "small", "import recorded_package\nfor each in range(3): recorded_package.add(each)"
    )
    _, calls = recorded(room, sys.executable, str(room / "small.py"))
    path = room / "corpus" / FILE
    data = path.read_bytes()
    path.write_bytes(data[:-2])
    assert read_recorded(room / "corpus") == calls[:-1]
    path.write_bytes(data + struct.pack("<I", 5) + b"\xff\xfe\xfd\xfc\xfb" + data)
    assert read_recorded(room / "corpus")[:3] == calls
    path.write_bytes(struct.pack("<I", 5) + b"i\1\0\0\0")
    assert read_recorded(room / "corpus") == []
    path.write_bytes(b"")
    assert read_recorded(room / "corpus") == []
    assert read_recorded(room / "nowhere") == []


def test_what_cannot_be_run_or_written_is_said(room: Path) -> None:
    for command in ("no-such-program", str(room / "script.py")):
        with pytest.raises(VerifyError) as caught:
            record([command], ["recorded_package"], (), room / "corpus")
        assert caught.value.code == "TW780"
    (room / "file").write_text("")
    with pytest.raises(VerifyError) as caught:
        record([sys.executable, "-c", "pass"], ["recorded_package"], (), room / "file")
    assert caught.value.code == "TW781"
