"""Processes beside implementations: whatever these do is told, and the talk goes on."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from verify.twins import LIMITS, call, made, module, subject, worker_of

from twinwheel.errors import VerifyError
from twinwheel.verify.runner.calling import RAISED, RETURNED, SKIPPED
from twinwheel.verify.runner.encoding import unpack
from twinwheel.verify.workers import Death, Limits, Worker

NAUGHTY = """
    import asyncio, ctypes, os, re, signal, sys, threading

    def echo(value): return value
    def segfault(value): ctypes.string_at(0)
    def leave(value): os._exit(7)
    def leave_well(value): os._exit(0)
    def kill(value): os.kill(os.getpid(), 9)
    def spin(value):
        while True: pass
    def hold(value): return re.match("(a+)+$", "a" * 40 + "b")  # C code that keeps the GIL
    def grow(value):
        kept = []
        while True: kept.append(bytearray(10_000_000))
    def flood(value):
        for stream in (1, 2):
            for _ in range(400): os.write(stream, b"x" * 10_000)
        print("flood" * 1000); sys.stderr.write("flood" * 1000)
        return sys.stdin.read() if sys.stdin else ""
    def exit(value): sys.exit(value)
    def interrupt(value): raise KeyboardInterrupt(value)
    def interrupt_itself(value): signal.raise_signal(signal.SIGINT)
    def interrupt_later(value): threading.Timer(0, lambda: os.kill(os.getpid(), 2)).start()
    async def wait(value): await asyncio.sleep(0); return value
    async def refuse(value): raise LookupError(value)
    class Frozen(Exception):
        def __setattr__(self, name, value): raise RuntimeError
    def frozen(value): raise Frozen(value)
    def ring(value):
        one, other = ValueError(value), KeyError()
        one.__context__, other.__context__ = other, one
        raise one
    def nest(value):
        return nest(value)
    def exhaust(value): return bytes(10 ** 15)
    def close_all(value): os.closerange(0, 200)
    def change(value): value.append(1); return None
"""


@pytest.mark.parametrize(
    ("component", "kind", "detail"),
    [
        ("segfault", "crash", "signal 11 (SIGSEGV)"),
        ("leave", "crash", "exit code 7"),
        ("leave_well", "crash", "exit code 0"),
        ("kill", "crash", "signal 9 (SIGKILL)"),
        ("spin", "hang", "no end after 0.5 s"),
        ("hold", "hang", "no end after 0.5 s"),
        ("grow", "memory", "more than 400 MiB"),
        ("close_all", "crash", "exit code 1"),
    ],
)
def test_a_death_is_told_where_it_is(
    tmp_path: Path, component: str, kind: str, detail: str
) -> None:
    limits = replace(LIMITS, seconds=5.0) if kind == "memory" else LIMITS
    with worker_of(tmp_path, NAUGHTY, limits) as worker:
        calls = [call("echo", 0), call("echo", 1), call(component, 2), call("echo", 3)]
        answers = made(worker, calls)
        death = answers[2]
        assert isinstance(death, Death)
        assert (death.kind, death.detail, death.index) == (kind, detail, 2)
        assert [unpack(each[1]) for each in answers if not isinstance(each, Death)] == [0, 1, 3]
        assert unpack(worker.make([call("echo", 4)])[0][1]) == 4  # type: ignore[index]


def test_several_deaths_in_one_batch(tmp_path: Path) -> None:
    with worker_of(tmp_path, NAUGHTY) as worker:
        calls = [call("leave", 0), call("echo", 1), call("segfault", 2), call("leave", 3)]
        answers = made(worker, [*calls, call("echo", 4)])
        told = [each.detail if isinstance(each, Death) else each[0] for each in answers]
        signal = "signal 11 (SIGSEGV)"
        assert told == ["exit code 7", "returned", signal, "exit code 7", "returned"]


def test_after_a_death_no_time_is_lost_with_others(tmp_path: Path) -> None:
    with worker_of(tmp_path, NAUGHTY) as worker:
        answers = worker.make([call("leave", 0), *[call("spin", 0)] * 100])
        assert isinstance(answers[0], Death)
        left = [each for each in answers if not isinstance(each, Death)]
        assert len(left) >= 95
        assert {each[0] for each in left} == {SKIPPED}


@pytest.mark.parametrize(
    ("component", "error"),
    [
        ("exit", "SystemExit"),
        ("interrupt", "KeyboardInterrupt"),
        ("interrupt_itself", "KeyboardInterrupt"),
        ("frozen", "Frozen"),
        ("ring", "ValueError"),
        ("nest", "RecursionError"),
        ("exhaust", "MemoryError"),
        ("refuse", "LookupError"),
    ],
)
def test_an_exception_is_an_answer(tmp_path: Path, component: str, error: str) -> None:
    with worker_of(tmp_path, NAUGHTY) as worker:
        answer, other = worker.make([call(component, 1), call("echo", 2)])
        assert not isinstance(answer, Death)
        assert answer[0] == RAISED
        assert unpack(answer[1])[1] == error
        assert other[0] == RETURNED  # type: ignore[index]
        assert worker.starts == 1


def test_a_coroutine_is_run(tmp_path: Path) -> None:
    with worker_of(tmp_path, NAUGHTY) as worker:
        assert unpack(worker.make([call("wait", 5)])[0][1]) == 5  # type: ignore[index]


def test_an_interrupt_at_any_time_ends_nothing(tmp_path: Path) -> None:
    with worker_of(tmp_path, NAUGHTY) as worker:
        for _ in range(5):
            assert len(worker.make([call("interrupt_later", 0)] * 3)) == 3
        assert unpack(worker.make([call("echo", 4)])[0][1]) == 4  # type: ignore[index]


def test_what_is_printed_disturbs_nothing(tmp_path: Path) -> None:
    with worker_of(tmp_path, NAUGHTY) as worker:
        answers = worker.make([call("flood", 0)] * 3)
        assert [unpack(each[1]) for each in answers] == ["", "", ""]  # type: ignore[index]
        assert worker.starts == 1


def test_a_package_may_close_what_it_has(tmp_path: Path) -> None:
    source = "import os\nfor each in (0, 1, 2): os.close(each)\ndef echo(value): return value\n"
    with worker_of(tmp_path, source) as worker:
        assert unpack(worker.make([call("echo", 4)])[0][1]) == 4  # type: ignore[index]


def test_a_thread_of_the_package_ends_with_its_process(tmp_path: Path) -> None:
    source = """
        import threading, sys, subprocess
        def serve(value):
            threading.Thread(target=threading.Event().wait).start()
            return subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE).pid
    """
    import psutil

    with worker_of(tmp_path, source) as worker:
        child = unpack(worker.make([call("serve", 0)])[0][1])  # type: ignore[index]
        assert psutil.pid_exists(child)
        process = psutil.Process(child)
    assert process.wait(timeout=10) is None or not process.is_running()


BEYOND = """
    import os, stat, threading

    def _pipes():
        for each in range(3, 100):
            try: mode = os.fstat(each).st_mode
            except OSError: continue
            if stat.S_ISFIFO(mode): yield each
    def echo(value): return value
    def fork(value): os.fork(); return value
    def fork_well(value):
        child = os.fork()
        if not child: os._exit(0)
        os.waitpid(child, 0)
        return value
    def fork_and_leave(value):  # what it leaves behind holds the pipe open
        if os.fork(): os._exit(7)
        threading.Event().wait()
    def write(value):
        for pipe in _pipes():
            try: os.write(pipe, value)
            except OSError: pass
    def close(value):
        for pipe in _pipes(): os.close(pipe)
        threading.Event().wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="it forks, and looks for its own pipes")
@pytest.mark.parametrize(
    ("component", "value", "detail"),
    [
        ("fork", 1, "it forks, and the new process returns from the call too"),
        ("fork_and_leave", 1, "exit code 7"),
        ("write", b"noise" * 100, "it wrote into, or closed, what its answers come through"),
        ("write", bytes(8), "it wrote into, or closed, what its answers come through"),
        ("close", 1, "it wrote into, or closed, what its answers come through"),
    ],
)
def test_what_reaches_for_the_process_itself_is_a_crash(
    tmp_path: Path, component: str, value: Any, detail: str
) -> None:
    limits = replace(LIMITS, seconds=5.0)  # what is met before it
    with worker_of(tmp_path, BEYOND, limits) as worker:
        answers = made(worker, [call("echo", 0), call(component, value), call("echo", 1)])
        death = answers[1]
        assert isinstance(death, Death)
        assert (death.kind, death.detail) == ("crash", detail)
        assert [unpack(each[1]) for each in answers if not isinstance(each, Death)] == [0, 1]


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
def test_to_fork_is_no_crash(tmp_path: Path) -> None:
    with worker_of(tmp_path, BEYOND) as worker:
        answers = worker.make([call("fork_well", each) for each in range(3)])
        assert [unpack(each[1]) for each in answers] == [0, 1, 2]  # type: ignore[index]
        assert worker.starts == 1


def error(tmp_path: Path, source: str, **more: Any) -> VerifyError:
    module(tmp_path, "one", source)
    with pytest.raises(VerifyError) as caught:
        Worker(replace(subject(tmp_path, "one"), **more), LIMITS)
    return caught.value


def test_what_cannot_be_imported_is_said(tmp_path: Path) -> None:
    found = error(tmp_path, "raise RuntimeError('no licence')")
    assert found.code == "TW740"
    assert "RuntimeError: no licence" in str(found)
    assert error(tmp_path, "import sys; sys.exit(3)").code == "TW740"
    assert error(tmp_path, "", module="nowhere", package="nowhere").code == "TW740"


def test_what_dies_when_it_is_imported_is_said(tmp_path: Path) -> None:
    found = error(tmp_path, "import os, sys; sys.stderr.write('bad CPU\\n'); os._exit(9)")
    assert found.code == "TW741"
    assert "exit code 9" in str(found)
    assert found.help == "bad CPU"
    found = error(tmp_path, "import ctypes; ctypes.string_at(0)")
    assert (found.code, "SIGSEGV" in str(found)) == ("TW741", True)


def test_an_interpreter_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert error(tmp_path, "", python=str(tmp_path / "python")).code == "TW742"
    (tmp_path / "text").write_text("no program")
    assert error(tmp_path, "", python=str(tmp_path / "text")).code == "TW742"


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = tmp_path / "temporary"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    with worker_of(tmp_path, NAUGHTY) as worker:
        worker.make([call("echo", 1), call("leave", 1)])
    error(tmp_path, "1 / 0")
    assert not list(room.iterdir())


DRIVER = """
    import sys
    from pathlib import Path
    from twinwheel.verify.judging import Rules
    from twinwheel.verify.workers import Limits
    from verify.twins import call, pair_of

    source = '''
        def large(value): return "x" * 50_000_000 + str(value)
        def middling(value): return "x" * 60_000
        def lists(value): return [[None] * 100_000] * 20
        def small(value): return [[] for _ in range(120_000)]
        def changes(value, items): items.append("y" * 50_000_000)
        def fails(value): raise ValueError("z" * 50_000_000)
        def prints(value): print("z" * 5_000_000); return value
    '''
    other = source.replace("+ str(value)", "+ str(-value)").replace("[None]", "[0]")
    other = other.replace("[[]", "[[1]").replace('"y"', '"z"').replace("ValueError", "KeyError")
    found = []
    with pair_of(Path(sys.argv[1]), source, other, Limits(seconds=20)) as pair:
        for name, times in (
            ("large", 1), ("middling", 1000), ("lists", 1), ("small", 1), ("changes", 1),
            ("fails", 2), ("prints", 4),
        ):
            items = [("list", [])] if name == "changes" else []
            calls = [call(name, 1 + index, *items) for index in range(times)]
            found += [each is not None for each in pair.judge(calls, Rules(seconds=20))[:1]]
    # what getrusage() says begins with the memory of the process that started this one
    status = Path("/proc/self/status").read_text()
    print(sum(found), int(status.partition("VmHWM:")[2].split()[0]) >> 10)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of a process")
def test_the_searching_process_stays_small(tmp_path: Path) -> None:
    """Also where each answer, and what is written into arguments, is of fifty megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DRIVER), str(tmp_path)],
        env={"PYTHONPATH": f"{Path(__file__).parents[1]}:{':'.join(sys.path)}", "PATH": ""},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found, largest = map(int, done.stdout.split())
    assert found == 5
    assert largest < 300


def test_limits_are_per_call(tmp_path: Path) -> None:
    source = """
        import time
        def work(seconds):
            end = time.monotonic() + seconds
            while time.monotonic() < end: pass
    """
    with worker_of(tmp_path, source, Limits(seconds=0.4)) as worker:
        answers = worker.make([call("work", 0.1)] * 8)
        assert [each[0] for each in answers] == [RETURNED] * 8  # type: ignore[index]
