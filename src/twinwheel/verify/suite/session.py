"""One implementation's run of a suite: started, watched, and started again where it died."""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twinwheel.verify.processes import kill_tree, name_of_signal
from twinwheel.verify.suite.kit import environment_of, write_orders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from twinwheel.verify.suite.kit import Injection
    from twinwheel.verify.suite.outcomes import Reading

__all__ = ["Plan", "run_session"]

_RESTARTS = 25
"""As often is a suite taken up again after its process died."""
_LOOK = 0.05
"""Seconds from one look at the events to the next."""
_GRACE = 30.0
"""Seconds that a process may take to end after its session has."""
_TAIL = 4000


@dataclass(frozen=True)
class Plan:
    """How pytest is started for one implementation."""

    injection: Injection
    python: tuple[str, ...]
    """The interpreter, with options."""
    arguments: tuple[str, ...]
    """Of pytest."""
    folder: Path
    """That it is run in."""
    room: Path
    """Folder for the kit, the events and the output; thrown away by who made it."""
    timeout: float
    """Seconds that one test, or importing one module, may take; 0 for no end."""
    seconds: float = 0.0
    """That all of it may take; 0 for no end."""
    first_on_path: str = ""
    """What ``python -m pytest`` puts first on the path; empty for the program ``pytest``."""
    shown: bool = False
    """Whether pytest's output goes to this process's own, and not to a file."""
    at_terminal: bool = False
    """Whether it reads from the terminal, as a debugger does."""
    isolated: bool = False
    """Whether what the shell says to this interpreter is no matter of that one."""
    chosen: tuple[str, ...] = field(default=())
    """Tests that alone are run; all if there are none."""


def run_session(
    plan: Plan,
    reading: Reading,
    on_event: Callable[[dict[str, Any]], None] = lambda _event: None,
) -> str:
    """Run a suite once, going on after each crash and each hang with the tests that are left.

    Args:
        plan: How.
        reading: Takes what happens, so that it is kept if the user stops it.
        on_event: Called with each event after the reading has taken it.

    Returns:
        The end of what pytest wrote, if that was not shown.
    """
    text = ""
    deadline = time.monotonic() + plan.seconds if plan.seconds else math.inf
    for _ in range(_RESTARTS + 1):
        before = len(reading.outcomes) + len(reading.modules)
        text = _run_once(plan, reading, deadline, on_event)
        if reading.status is not None or reading.stopped or not reading.python:
            break
        if len(reading.outcomes) + len(reading.modules) == before:
            reading.notes.append(f"{plan.injection.name}: {_no_way_on(reading)}")
            break
    else:
        reading.notes.append(
            f"{plan.injection.name}: the process died {_RESTARTS + 1} times, so the tests that were"
            " left are not run"
        )
    return text


def _no_way_on(reading: Reading) -> str:
    why = reading.deaths[-1].why if reading.deaths else "the process ended"
    return f"{why} before any further test, so the suite is not taken up again"


def _run_once(
    plan: Plan, reading: Reading, deadline: float, on_event: Callable[[dict[str, Any]], None]
) -> str:
    name = f"run-{len(list(plan.room.glob('*.events')))}"
    events, log = plan.room / f"{name}.events", plan.room / f"{name}.log"
    orders = plan.room / f"{name}.json"
    events.touch(mode=0o600)
    dead = {each for death in reading.deaths for each in death.where}
    write_orders(
        orders,
        plan.injection,
        events,
        done=tuple(reading.outcomes),
        chosen=plan.chosen,
        passed_over=tuple(each for each in reading.modules if each in dead),
    )
    environment = environment_of(plan.injection, plan.room / "kit", orders, isolated=plan.isolated)
    command = [*plan.python, str(plan.room / "kit" / "run.py"), plan.first_on_path or "-"]
    command += plan.arguments
    reading.begin()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=plan.folder,
            env=environment,
            stdin=None if plan.at_terminal else subprocess.DEVNULL,
            stdout=None if plan.shown else output,
            stderr=None if plan.shown else subprocess.STDOUT,
            # A process group of its own, so that all that a test started can be ended with it.
            start_new_session=not plan.at_terminal,
        )
        try:
            _watch(process, events, plan, reading, deadline, on_event)
            _end(process, plan)
        except BaseException:
            _interrupt(process, plan)
            raise
    with log.open("rb") as output:
        output.seek(max(0, log.stat().st_size - _TAIL))
        return output.read().decode("utf-8", "replace")


def _watch(
    process: subprocess.Popen[bytes],
    events: Path,
    plan: Plan,
    reading: Reading,
    deadline: float,
    on_event: Callable[[dict[str, Any]], None],
) -> None:
    """Read events until the process ends, or has to be ended."""
    with events.open("rb") as file:
        lines = _Lines(file)
        moved = time.monotonic()
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK)
            ended = process.returncode is not None
            now = time.monotonic()
            for event in lines.read():
                moved = now
                reading.feed(event, now)
                on_event(event)
            if ended:
                break
            if now > deadline and not reading.stopped:
                reading.stopped = True
                _interrupt(process, plan)  # so that it tells what ran; that is read once more
                continue
            late = _late(reading, plan.timeout, now, moved)
            if late is not None:
                how, where = late
                _end(process, plan)
                if how:
                    reading.stop("hung", how, where)
                    return
                reading.notes.append(
                    f"{plan.injection.name}: the process did not end by itself after its tests"
                )
                return
    reading.code = process.returncode
    if reading.stopped:
        return
    if reading.status is None:
        # The tests that it was at; or, if none, the modules that it imported.
        where = list(reading.running) or list(reading.opened)
        reading.stop("crashed", _how_it_ended(process.returncode), where)
    elif process.returncode < 0:
        reading.stop("crashed", f"{_how_it_ended(process.returncode)} after the last test", [])


def _late(
    reading: Reading, timeout: float, now: float, moved: float
) -> tuple[str, list[str]] | None:
    """Return what takes too long, if anything does, and where."""
    if reading.status is not None:
        return ("", []) if now - moved > min(_GRACE, timeout or _GRACE) else None
    if not timeout:
        return None
    for going in (reading.running, reading.opened):
        late = [each for each, since in going.items() if now - since > timeout]
        if late:
            return f"not over after {timeout:g} s", late
    if not reading.running and not reading.opened and now - moved > timeout:
        return f"nothing happened for {timeout:g} s", []
    return None


class _Lines:
    """The lines of JSON that were appended to a file since the last look."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._rest = b""

    def read(self) -> Iterator[dict[str, Any]]:
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        for line in lines:
            yield json.loads(line)


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"the process died of {name_of_signal(code)}"
    return f"the process ended with exit status {code}, without a word"


def _interrupt(process: subprocess.Popen[bytes], plan: Plan) -> None:
    """Let pytest end as it does when somebody presses Ctrl-C; end it if it does not."""
    if process.poll() is None and hasattr(os, "killpg") and not plan.at_terminal:
        os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    _end(process, plan)


def _end(process: subprocess.Popen[bytes], plan: Plan) -> None:
    """End a process and all that it started."""
    kill_tree(process, leads_group=not plan.at_terminal)
    process.wait()
