"""``twinwheel verify`` that is stopped, that is watched, and whose reader goes away."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from support.two_modules import HANGS, LEFT, SAME, WRONG, families, left_alive, modules, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")

SIDES = ("--control", "left", "--candidate")
LONG = ("--seconds", "100", "--call-seconds", "60")
ESCAPES = re.compile(r"\x1b\[[\d;]*[A-Za-z]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    slow_import = f"import time\ntime.sleep(60)\n{LEFT}"
    sources = {"left": LEFT, "right": WRONG, "same": SAME, "hangs": HANGS, "late": slow_import}
    return modules(tmp_path / "modules", **sources)


@pytest.fixture(autouse=True)
def _interrupts_are_heeded() -> Iterator[None]:
    """What is started in the background of a script ignores them, and so would what it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def wait_for(what: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 60
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def workers(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes of the implementations; there may be none at the moment."""
    found = []
    for each in families(process):
        with suppress(psutil.Error):
            if "_twinwheel_runner" in " ".join(each.cmdline()):
                found.append(each)
    return found


def hang_began(process: subprocess.Popen[bytes]) -> bool:
    """Whether a worker has been busy for a while, which only a call that hangs makes it."""
    try:
        return any(each.cpu_times().user > 1.0 for each in workers(process))
    except psutil.Error:
        return False


def interrupt(process: subprocess.Popen[bytes], whom: str, number: int = signal.SIGINT) -> None:
    """Send a signal to the process alone, or to its group as a terminal does."""
    if whom == "group":
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)


@pytest.mark.parametrize("whom", ["group", "process"])
def test_stopped_while_a_call_hangs(folder: Path, whom: str) -> None:
    process = start(folder, *SIDES, "hangs", *LONG, "--output-format", "json")
    wait_for(lambda: hang_began(process), process)
    started = families(process)
    begin = time.monotonic()
    interrupt(process, whom)
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - begin < 10
    assert err == b""
    report = json.loads(out)
    assert report["interrupted"] is True
    assert process.returncode == (1 if report["findings"] else 130)
    assert left_alive(started) == []


@pytest.mark.parametrize("delay", [0.3, 0.6, 0.9, 1.3, 1.8])
def test_stopped_at_any_moment(folder: Path, delay: float) -> None:
    """While it looks for the sides, at their names, begins to search, or under way."""
    process = start(folder, *SIDES, "same", *LONG)
    wait_for(lambda: catches(process.pid), process)
    time.sleep(delay)
    started = families(process)
    interrupt(process, "group")
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert err == b""
    assert "No difference was found until it was stopped" in out.decode()
    assert left_alive(started) == []


def test_stopped_while_a_side_is_looked_at(folder: Path) -> None:
    """Its import takes a minute."""
    process = start(folder, "--control", "late", "--candidate", "left", *LONG)
    wait_for(lambda: bool(families(process)), process)
    time.sleep(0.5)
    started = families(process)
    interrupt(process, "process")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, b"")
    assert "until it was stopped" in out.decode()
    assert left_alive(started) == []


def test_two_signals_end_it_at_once(folder: Path) -> None:
    process = start(folder, *SIDES, "hangs", *LONG)
    wait_for(lambda: hang_began(process), process)
    started = families(process)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert b"Traceback" not in err
    assert process.returncode in (1, 130)
    assert left_alive(started) == []


def test_terminated_it_leaves_a_report_and_no_process(folder: Path) -> None:
    process = start(
        folder, *SIDES, "hangs", *LONG, "--output", "report.json", "--output-format", "json"
    )
    wait_for(lambda: hang_began(process), process)
    started = families(process)
    interrupt(process, "process", signal.SIGTERM)
    process.communicate(timeout=30)
    report = json.loads((folder / "report.json").read_text())
    assert report["interrupted"] is True
    assert process.returncode == (1 if report["findings"] else 128 + signal.SIGTERM)
    assert left_alive(started) == []


def test_killed_it_leaves_no_process(folder: Path) -> None:
    """The workers end by themselves, even in the middle of a call."""
    process = start(folder, *SIDES, "hangs", *LONG)
    wait_for(lambda: hang_began(process), process)
    started = families(process)
    process.kill()
    process.communicate(timeout=30)
    assert left_alive(started) == []


def test_a_reader_that_goes_away_is_no_crash(folder: Path) -> None:
    process = start(folder, "surface", *SIDES, "right")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")


def on_terminal(
    folder: Path, *arguments: str, until: Callable[[str], bool], variables: dict[str, str]
) -> tuple[str, str, int]:
    """Run with a terminal for standard error; give what it shows, the output, and the code.

    Once ``until`` holds of what is shown, it is interrupted.
    """
    ours, theirs = os.openpty()
    process = start(folder, *arguments, stderr=theirs, variables=variables)
    os.close(theirs)
    shown, stopped, end = b"", False, time.monotonic() + 60
    while time.monotonic() < end:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                part = os.read(ours, 65_536)
            except OSError:  # it has ended
                break
            shown += part
        if not stopped and until(shown.decode(errors="replace")):
            stopped = True
            os.killpg(process.pid, signal.SIGINT)
    os.close(ours)
    out, _ = process.communicate(timeout=30)
    assert stopped, shown
    return shown.decode(), out.decode(), process.returncode


def seconds_shown(shown: str) -> list[int]:
    return [int(each) for each in re.findall(r"(\d+) s  ", ESCAPES.sub("", shown))]


def test_on_a_terminal_it_moves_while_a_call_hangs_and_ends_clean(folder: Path) -> None:
    def enough(shown: str) -> bool:
        return len(set(seconds_shown(shown))) >= 5

    shown, out, code = on_terminal(
        folder, *SIDES, "hangs", *LONG, until=enough, variables={"TERM": "xterm"}
    )
    assert code in (1, 130)
    assert "stopped" in out
    assert shown.endswith("\r\x1b[K")
    assert all(len(ESCAPES.sub("", line)) < 80 for line in re.split(r"[\r\n]+", shown))


@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_difference_is_shown_when_it_is_found_and_reported_when_it_is_stopped(
    folder: Path, no_color: str
) -> None:
    def enough(shown: str) -> bool:
        return "\n" in shown.partition("✗")[2]

    variables = {"TERM": "xterm", "NO_COLOR": no_color}
    words = (*SIDES, "right", *LONG, "--save", "kept")
    shown, out, code = on_terminal(folder, *words, until=enough, variables=variables)
    assert code == 1
    assert " · total · " in out
    assert "stopped" in out
    line = next(each for each in ESCAPES.sub("", shown).splitlines() if "✗" in each)
    assert re.search(r"✗ [\w ]+ · total · ", line)
    assert ("\x1b[1;31m" in shown) is not bool(no_color)
    assert list(folder.glob("kept/left/finding_*.py"))
    assert not list(folder.rglob(".finding*"))


def catches(pid: int) -> bool:
    """Whether a process has a handler of its own for SIGTERM: it has begun, and may be stopped."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        time.sleep(1)  # no such file on this system
        return True
    caught = int(re.findall(r"^SigCgt:\s*(\w+)", status.read_text(), re.MULTILINE)[0], 16)
    return bool(caught >> (signal.SIGTERM - 1) & 1)
