"""A process beside an implementation: asked, watched, and started anew when it dies.

Whatever the implementation does ends there: a crash, a call without end and an allocation without
end are told as what they are, with the call that did it, and the next question is answered again.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import mmap
import os
import queue
import struct
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinwheel.errors import VerifyError
from twinwheel.verify import stopping
from twinwheel.verify.processes import environment_for, kill_tree, name_of_signal
from twinwheel.verify.runner.calling import SKIPPED
from twinwheel.verify.runner.encoding import pack, unpack
from twinwheel.verify.runner.serving import CAME_BACK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.subjects import Subject

__all__ = ["Death", "Limits", "TimeIsOver", "Worker", "not_made"]

_RUNNER = Path(__file__).parent / "runner"
_BOOT = """
import importlib.util, sys
name, folder, progress = "_twinwheel_runner", sys.argv[1], sys.argv[2]
spec = importlib.util.spec_from_file_location(
    name, folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules[name] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
from _twinwheel_runner.serving import serve
sys.argv[:] = [""]
serve(progress)
"""
_LENGTH = struct.Struct("<I")
_HEAD = struct.Struct("<II")
_LARGEST_ANSWER = 1 << 30
_NO_ANSWER = "it wrote into, or closed, what its answers come through"
_UNHEARD = 25
"""Times to look for an answer of a process that has ended. Where something else holds its pipe, as
what it has forked, the end of that tells nothing."""
_LOOK_EVERY = 0.02
_KEPT_OF_STDERR = 8_000
_START = 60.0
_END = 2.0
"""Seconds for a process to end whose pipe is closed."""
_MOST_DEATHS = 3
"""In one batch; what is left of it is not made, as each costs time."""


@dataclass(frozen=True)
class Limits:
    """What a call may take."""

    seconds: float = 3.0
    """Of one call, by the clock."""
    memory: int = 1 << 30
    """Bytes that the process may have."""
    until: float = math.inf
    """When there is no more waiting for anything, by ``time.monotonic``."""


class TimeIsOver(Exception):  # noqa: N818 (nothing went wrong)
    """The time of the whole run is over, and an answer is still waited for."""


@dataclass(frozen=True)
class Death:
    """How a process ended."""

    kind: str
    """``crash``, ``hang`` or ``memory``."""
    detail: str
    """Such as ``signal 11 (SIGSEGV)``."""
    index: int
    """Which of the calls that were asked for it was at."""


class Worker:
    """A process with one implementation in it.

    Args:
        subject: The implementation.
        limits: What a call may take.
        variables: Environment variables besides the subject's.

    Raises:
        VerifyError: TW740, the implementation cannot be imported; TW741, its process dies when it
            is; TW742, its interpreter cannot be started.
    """

    def __init__(
        self, subject: Subject, limits: Limits, variables: dict[str, str] | None = None
    ) -> None:
        self.subject = subject
        self.limits = limits
        self.starts = 0
        self.components: tuple[str, ...] = ()
        self.relations: dict[str, tuple[str, str]] = {}
        """Components that are relations: what each is of, and the kind of its findings."""
        self.file = ""
        """Of the module."""
        self._variables = {"PYTHONHASHSEED": "0", **subject.variables, **(variables or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[bytes | str | None] = queue.Queue()
        """What was heard: an answer, or why there will be none; None where the process ended."""
        self._unheard = 0
        handle, name = tempfile.mkstemp(prefix="twinwheel-")
        os.write(handle, bytes(16))
        self._progress = mmap.mmap(handle, 16)
        self._progress_path = name
        os.close(handle)
        self._stderr = bytearray()
        self._ear: threading.Thread | None = None
        self._at, self._since = 0, 0.0
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start the process and import the implementation."""
        self._end()
        self.starts += 1
        self._answers = queue.Queue()
        self._stderr = bytearray()
        try:
            self._process = subprocess.Popen(
                [self.subject.python, "-c", _BOOT, str(_RUNNER), self._progress_path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment_for(self._variables, isolated=self.subject.isolated),
                start_new_session=os.name == "posix",
            )
        except OSError as error:
            raise VerifyError(
                f"the interpreter of {self.subject.name} cannot be started: {error.strerror}",
                code="TW742",
                where=self.subject.python,
                help="name a virtual environment or a Python that is there",
            ) from None
        threading.Thread(target=self._listen, args=(self._process,), daemon=True).start()
        self._ear = threading.Thread(target=self._overhear, args=(self._process,), daemon=True)
        self._ear.start()
        self._load()

    def _load(self) -> None:
        subject = self.subject
        aliases = [word for pair in subject.aliases.items() for word in pair]
        names = list(subject.components), list(subject.also)
        parts = ("load", subject.module, subject.package, aliases, *names, subject.authors_file)
        answer = self.ask(parts, seconds=_START)
        if isinstance(answer, Death):
            raise VerifyError(
                f"the process dies when {subject.module} is imported: {answer.detail}",
                code="TW741",
                where=f"{subject.name} ({subject.python})",
                help=self._last_words() or "import it in that interpreter to see more",
            )
        if answer[0] == "failed":
            _, error, trace = answer
            raise VerifyError(
                f"{subject.module} cannot be imported: {error[1]}: {error[3]}",
                code="TW740",
                where=f"{subject.name} ({subject.python}): {_last_line(trace)}",
                accepted="a module that can be imported there",
                help="install what it needs in that environment, or name another one",
            )
        self.components = tuple(answer[1])
        self.relations = {name: (of, kind) for name, of, kind in answer[2]}
        self.file = str(answer[3])

    def send(self, question: tuple[Any, ...]) -> None:
        """Ask without waiting; ``receive`` gets the answer."""
        data = pack(question)
        if self._process is None or self._process.poll() is not None:  # it died with the last one
            self.start()
        process = self._process
        assert process is not None
        assert process.stdin is not None
        self._at, self._since, self._unheard = 0, time.monotonic(), 0
        struct.pack_into("<q", self._progress, 0, 0)
        try:
            process.stdin.write(_LENGTH.pack(len(data)) + data)
            process.stdin.flush()
        except OSError:  # it has died; receive() will tell how
            pass

    def poll(self, seconds: float | None = None) -> Any:
        """Look for an answer, or for the death of the process; None while there is neither.

        Args:
            seconds: How long each call may take; by default as the limits say.

        Raises:
            KeyboardInterrupt: The user wants it to stop.
            TimeIsOver: The time of the whole run is over.
        """
        stopping.check()
        try:
            data = self._answers.get(timeout=_LOOK_EVERY)
        except queue.Empty:
            if self._process is None or self._process.poll() is not None:
                self._unheard += 1
            if self._unheard > _UNHEARD:
                return self._post_mortem()
        else:
            return self._heard(data)
        most = self.limits.seconds if seconds is None else seconds
        now, place = time.monotonic(), self._place()
        if place != self._at:
            self._at, self._since = place, now
        if now - self._since > most:
            self._end()
            return Death("hang", f"no end after {most:g} s", place)
        if self._memory() > self.limits.memory:
            self._end()
            return Death("memory", f"more than {self.limits.memory >> 20:,} MiB", place)
        if now > self.limits.until:
            self._end()  # else its answer would be taken for that to the next question
            raise TimeIsOver
        return None

    def _heard(self, data: bytes | str | None) -> Any:
        if data is None:
            return self._post_mortem()
        with contextlib.suppress(Exception):  # whatever it is, it is none of ours
            answer = unpack(data) if isinstance(data, bytes) else None
            if type(answer) is tuple and answer and isinstance(answer[0], str):
                return answer
        place = self._place()
        self._end()
        return Death("crash", _NO_ANSWER, place)

    def receive(self, seconds: float | None = None) -> Any:
        """Wait for an answer, or for the death of the process."""
        while True:
            answer = self.poll(seconds)
            if answer is not None:
                return answer

    def ask(self, question: tuple[Any, ...], seconds: float | None = None) -> Any:
        """Ask, and wait for the answer."""
        self.send(question)
        return self.receive(seconds)

    def finish(
        self,
        calls: Sequence[Any],
        answer: Any,
        *,
        poke: bool,
        full: bool,
        most_deaths: int = _MOST_DEATHS,
        seconds: float = math.inf,
    ) -> list[tuple[Any, ...] | Death]:
        """Make one answer for each call out of the first, going on after those that killed.

        Args:
            calls: What was sent.
            answer: What ``receive`` gave.
            poke: As was sent.
            full: As was sent.
            most_deaths: After how many the rest of the calls is not made.
            seconds: As was sent.
        """
        done: list[tuple[Any, ...] | Death] = []
        deaths = 0
        answer = self._settled(answer, len(calls))
        while isinstance(answer, Death):
            self.start()
            deaths += 1
            before = calls[len(done) : len(done) + answer.index]  # their answers were lost with it
            again = self._ask(before, poke=poke, full=full)
            if not isinstance(again, Death):
                done += [*again, answer]
            elif deaths < most_deaths:  # one of those before is to blame
                answer = again
                continue
            else:
                self.start()
                sure = self._ask(before[: again.index], poke=poke, full=full)
                if isinstance(sure, Death):
                    sure = [not_made()] * again.index
                    self.start()
                done += [*sure, again]
            rest = calls[len(done) :]
            if deaths == most_deaths:
                return [*map(_alone, done), *[not_made()] * len(rest)]
            question = ("calls", [list(each) for each in rest], poke, full, seconds)
            answer = self._settled(self.ask(question), len(rest))
        return [*map(_alone, done), *map(_alone, answer[1])]

    def _settled(self, answer: Any, count: int) -> Any:
        """Take for a death what ended a batch otherwise, such as an exception after a call."""
        if isinstance(answer, Death):
            return answer
        if answer[0] == "made" and len(answer[1]) == count:
            return answer
        if answer[0] != "failed":
            return Death("crash", _NO_ANSWER, self._place())
        return Death("crash", f"{answer[1][1]}, raised after the call", self._place())

    def _ask(self, calls: Sequence[Any], *, poke: bool, full: bool) -> Any:
        if not calls:
            return []
        question = ("calls", [list(each) for each in calls], poke, full, math.inf)
        answer = self._settled(self.ask(question), len(calls))
        return answer if isinstance(answer, Death) else answer[1]

    def make(
        self, calls: Sequence[Any], *, poke: bool = False, full: bool = False
    ) -> list[tuple[Any, ...] | Death]:
        """Make calls; one answer or death for each of them."""
        if not calls:
            return []
        answer = self.ask(("calls", [list(each) for each in calls], poke, full, math.inf))
        return self.finish(calls, answer, poke=poke, full=full)

    def close(self) -> None:
        """End the process, and leave nothing behind."""
        self._end()
        self._progress.close()
        Path(self._progress_path).unlink(missing_ok=True)

    def _place(self) -> int:
        return int(struct.unpack_from("<q", self._progress, 0)[0])

    def _memory(self) -> int:
        import psutil

        assert self._process is not None
        try:
            return int(psutil.Process(self._process.pid).memory_info().rss)
        except psutil.Error:
            return 0

    def _post_mortem(self) -> Death:
        assert self._process is not None
        place = self._place()
        try:
            code = self._process.wait(timeout=_END)
        except subprocess.TimeoutExpired:  # it closed its pipe, and runs on
            self._end()
            return Death("crash", _NO_ANSWER, place)
        return Death("crash", _how(code), place)

    def _last_words(self) -> str:
        if self._ear is not None:
            self._ear.join(timeout=1.0)  # what it said last may still be on its way
        lines = self._stderr.decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:300] if lines else ""

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        kill_tree(process)  # where it has ended too: what it has forked may hold its pipes
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):  # what could not be written any more
                    pipe.close()

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        answers, pipe = self._answers, process.stdout
        assert pipe is not None
        try:
            for number in itertools.count(1):
                head = pipe.read(_HEAD.size)
                if len(head) < _HEAD.size:
                    break
                size, told = _HEAD.unpack(head)
                if told != number or size > _LARGEST_ANSWER:
                    answers.put(_NO_ANSWER)
                    return
                if len(body := pipe.read(size)) < size:
                    break
                answers.put(body)
        except (OSError, ValueError):  # closed
            pass
        answers.put(None)

    def _overhear(self, process: subprocess.Popen[bytes]) -> None:
        """Take what it prints, so that no pipe fills, and keep the end of it."""
        kept, pipe = self._stderr, process.stderr
        assert pipe is not None
        try:
            while part := os.read(pipe.fileno(), 65_536):
                kept += part
                del kept[:-_KEPT_OF_STDERR]
        except (OSError, ValueError):
            pass


def not_made() -> tuple[Any, ...]:
    """Give the answer to a call that was not made."""
    return (SKIPPED, b"", b"", 0, "")


def _alone(reply: tuple[Any, ...] | Death) -> tuple[Any, ...] | Death:
    """Take for a death what no caller of a function reckons with: that it returns twice."""
    if isinstance(reply, Death) or reply[4] != CAME_BACK:
        return reply
    return Death("crash", CAME_BACK, 0)


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    number, name = f"signal {-code}", name_of_signal(code)
    return number if name == number else f"{number} ({name})"


def _last_line(trace: str) -> str:
    lines = [line.strip() for line in trace.strip().splitlines() if "File " in line]
    return lines[-1] if lines else ""
