"""Run what others wrote: in a process group of its own, for so long, and heard in part."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from twinwheel.verify import stopping
from twinwheel.verify.processes import kill_tree, name_of_signal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

__all__ = ["Ended", "run"]

KEPT = 64 * 1024
"""Characters that are kept of what a process writes: the last ones."""

_LINGER = 0.5
"""Seconds to wait for more output when a process has ended and left others behind."""


@dataclass(frozen=True)
class Ended:
    """How a process ended."""

    code: int | None
    """Its exit code; None when it was stopped because its time was up."""
    output: str
    """The last of what it wrote, to either stream."""

    @property
    def how(self) -> str:
        """In words, to be read after the name of what ended."""
        if self.code is None:
            return "did not end in time"
        if self.code < 0:
            return f"was killed by {name_of_signal(self.code)}"
        return f"ended with code {self.code}"

    def last_line(self) -> str:
        """Give the last line that says something; it may be empty."""
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        return lines[-1] if lines else ""


def run(
    command: Sequence[str | Path],
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    on_line: Callable[[str], None] = lambda _: None,
) -> Ended:
    """Run a command to its end, or to the end of its time, and leave none of its processes behind.

    Args:
        command: Program and arguments.
        seconds: What it may take.
        environment: All of its environment variables; by default those of this process.
        folder: Where it runs; by default here.
        on_line: Called with each line as it is written.

    Raises:
        OSError: The program cannot be started.
        KeyboardInterrupt: The user wants it to stop.
    """
    windows = sys.platform == "win32"
    process = subprocess.Popen(
        [os.fspath(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=None if environment is None else dict(environment),
        cwd=folder,
        start_new_session=not windows,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )
    assert process.stdout is not None
    # a thread reads, as a pipe cannot be waited on everywhere; the queue's bound is what keeps a
    # process that writes without end from filling this one's memory
    chunks: queue.Queue[bytes] = queue.Queue(maxsize=16)
    stopping = threading.Event()
    reader = threading.Thread(target=_read, args=(process.stdout, chunks, stopping), daemon=True)
    reader.start()
    heard = _Heard(on_line)
    deadline = time.monotonic() + seconds
    try:
        in_time = _listen(process, chunks, heard, deadline)
    finally:
        stopping.set()
        _end(process)
        reader.join(timeout=_LINGER)
    heard.close()
    return Ended(process.returncode if in_time else None, heard.kept)


class _Heard:
    """Text as it comes: the lines for who wants them, and the last of it."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._unfinished = ""
        self.kept = ""

    def add(self, chunk: bytes) -> None:
        text = chunk.decode(errors="replace").replace("\r\n", "\n")
        self.kept = (self.kept + text)[-KEPT:]
        *lines, self._unfinished = (self._unfinished + text)[-KEPT:].split("\n")
        for line in lines:
            self._on_line(line)

    def close(self) -> None:
        if self._unfinished:
            self._on_line(self._unfinished)


def _read(stream: IO[bytes], chunks: queue.Queue[bytes], stopping: threading.Event) -> None:
    with suppress(OSError, ValueError):
        while not stopping.is_set():
            chunk = os.read(stream.fileno(), 16 * 1024)
            while not stopping.is_set():
                with suppress(queue.Full):
                    chunks.put(chunk, timeout=0.1)
                    break
            if not chunk:
                return


def _listen(
    process: subprocess.Popen[bytes],
    chunks: queue.Queue[bytes],
    heard: _Heard,
    deadline: float,
) -> bool:
    """Hear a process out; tell whether it ended in time."""
    ended_at = 0.0
    while True:
        stopping.check()
        now = time.monotonic()
        if now > deadline:
            return process.poll() is not None
        if process.poll() is not None:
            # one that it left behind may hold the pipe open for ever
            ended_at = ended_at or now
            if now > ended_at + _LINGER:
                return True
        try:
            chunk = chunks.get(timeout=0.05)
        except queue.Empty:
            continue
        if not chunk:
            break
        heard.add(chunk)
    try:
        process.wait(timeout=max(deadline - time.monotonic(), 0.01))
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and those that it started, and let go of its output."""
    kill_tree(process)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    if process.stdout is not None:
        with suppress(OSError):
            process.stdout.close()
