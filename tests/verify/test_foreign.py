"""Processes of what others wrote: their time, their output, and what they leave behind."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from twinwheel.verify import foreign
from twinwheel.verify.foreign import Ended, run


def python(code: str, *, seconds: float = 60.0, **more: object) -> Ended:
    return run([sys.executable, "-c", code], seconds=seconds, **more)  # type: ignore[arg-type]


def test_what_it_wrote_and_how_it_ended() -> None:
    lines: list[str] = []
    code = "import sys; print('one'); print('two', file=sys.stderr); print(3, end=''); sys.exit(4)"
    ended = python(code, on_line=lines.append)
    assert (ended.code, ended.how) == (4, "ended with code 4")
    assert sorted(lines) == ["3", "one", "two"] or sorted(lines) == ["one", "two", "3"]
    assert ended.last_line() in ("3", "two")


def test_it_ends_when_its_time_is_up() -> None:
    before = time.monotonic()
    ended = python("print('here', flush=True); import time; time.sleep(600)", seconds=2.0)
    assert (ended.code, ended.how) == (None, "did not end in time")
    assert ended.output.strip() == "here"
    assert time.monotonic() - before < 60


def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    # the one that is left holds the pipe open, and would be waited for
    child = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)"
    code = (
        f"import subprocess, sys, time, os; subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        "while not os.path.exists('pid') or not open('pid').read(): time.sleep(0.01)"
    )
    before = time.monotonic()
    assert python(code, folder=tmp_path).code == 0
    assert time.monotonic() - before < 60
    pid = int((tmp_path / "pid").read_text())
    for _ in range(1_000):
        if not alive(pid):
            return
        time.sleep(0.01)
    pytest.fail("it is still there")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and ") Z " in state.read_text())


def test_output_without_end_takes_no_memory() -> None:
    ended = python("while True: print('x' * 1000)", seconds=2.0)
    assert ended.code is None
    assert len(ended.output) == foreign.KEPT


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals")
def test_a_signal_is_named() -> None:
    assert python("import os; os.abort()").how == "was killed by SIGABRT"


def test_what_is_no_text_is_no_error() -> None:
    assert "\ufffd" in python("import os; os.write(1, b'\\xff\\n')").output


def test_it_reads_nothing() -> None:
    assert python("print(repr(input()))").last_line() == "EOFError: EOF when reading a line"
