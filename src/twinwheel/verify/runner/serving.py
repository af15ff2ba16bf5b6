"""The process: it is asked over a pipe, and answers.

A message is a length of four bytes and plain data; before the data of an answer stands its number,
as what the package writes into the pipe is none. Which call is being made stands in a file that is
mapped into memory, so that whoever asked knows it when the process dies. Behind it stands the
process that came back from a call besides this one.
"""

from __future__ import annotations

import mmap
import os
import signal
import struct
import sys
import time
import traceback
from typing import TYPE_CHECKING, Any

from .building import Scope, build
from .calling import SKIPPED, Caller, by_name
from .encoding import LARGEST, LARGEST_IN_FULL, encode, encode_error, pack, unpack
from .loading import load, public_names
from .pressing import make_often, make_together
from .relations import add_relations
from .sources import SourceCaller

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from .calling import Call
    from .encoding import Plain

    Answer = tuple[Any, ...]  # begins with what it is, such as ``"made"`` or ``"failed"``

__all__ = ["CAME_BACK", "serve"]

CAME_BACK = "it forks, and the new process returns from the call too"
"""What is seen of a call from which two processes return, where one was that made it."""

_LENGTH = struct.Struct("<I")
_HEAD = struct.Struct("<II")
_PLACE = struct.Struct("<q")
_OF_OTHER = 8
"""Where in the file the other process stands."""
_WAIT_FOR_OTHER = 0.2
"""Seconds; most that are forked end elsewhere."""
_MOST_IN_ALL = 16 << 20
"""Bytes of the answers to a batch; once it is over, long answers are digests."""
_WHEN_FULL = 256


def serve(progress_path: str) -> None:
    """Answer until the pipe is closed."""
    questions, answers = _take_pipes()
    _die_with_parent()
    with open(progress_path, "r+b") as file:
        progress = mmap.mmap(file.fileno(), 16)
    returns = _Returns(progress)
    session = _Session(progress, returns)
    number = 0
    while True:
        head = _read(questions, 4)
        if head is None:
            return
        body = _read(questions, _LENGTH.unpack(head)[0])
        if body is None:
            return
        question = unpack(body)
        answer = pack(session.answer(question))
        returns.twice()  # the other one must not answer
        number += 1
        _write(answers, _HEAD.pack(len(answer), number) + answer)


class _Returns:
    """Sees to it that one process alone comes back from a call."""

    def __init__(self, progress: mmap.mmap) -> None:
        self._progress = progress
        self._mine = os.getpid()
        self._forked = False
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_parent=self._remember)

    def _remember(self) -> None:
        self._forked = True

    def twice(self) -> bool:
        """Tell whether another process came back too; does not return in that one."""
        if os.getpid() != self._mine:
            _PLACE.pack_into(self._progress, _OF_OTHER, os.getpid())
            os._exit(0)
        if self._forked:
            self._forked = False
            end = time.monotonic() + _WAIT_FOR_OTHER
            while not self._other() and time.monotonic() < end:
                time.sleep(0.001)
        other = self._other()
        if not other:
            return False
        _PLACE.pack_into(self._progress, _OF_OTHER, 0)
        try:  # noqa: SIM105 (as cheap as can be)
            os.waitpid(other, 0)
        except OSError:  # it is not a child of this one
            pass
        return True

    def _other(self) -> int:
        found: int = _PLACE.unpack_from(self._progress, _OF_OTHER)[0]
        return found


class _Session:
    """What is kept from question to question; the method of each has its name."""

    _module: ModuleType
    _names: list[str]
    _caller: Caller
    # the three are there once the implementation was loaded

    def __init__(self, progress: mmap.mmap, returns: _Returns) -> None:
        self._progress, self._returns = progress, returns

    def answer(self, question: Sequence[Any]) -> Answer:
        try:
            answer: Answer = getattr(self, f"_{question[0]}")(*question[1:])
        except BaseException as error:
            trace = traceback.format_exc(limit=-4)[-4_000:]
            return ("failed", encode_error(error), trace)
        return answer

    def _load(
        self,
        module: str,
        package: str,
        aliases: list[str],
        components: list[str],
        also: list[str],
        authors_file: str,
    ) -> Answer:
        loaded, found = load(module, package, dict(zip(*[iter(aliases)] * 2)), components, also)
        relations = add_relations(found, authors_file)
        self._module, self._caller = loaded, Caller(found)
        names = [*components, *also, *public_names(loaded)]
        self._names = sorted({*names, *found} - {each[0] for each in relations})
        return ("loaded", sorted(found), relations, getattr(loaded, "__file__", None) or "")

    def _take_sources(self, names: list[str]) -> Answer:
        """From now on, calls are Python source, with these of the components in it."""
        self._caller = SourceCaller(self._caller.components, names)
        return ("taken",)

    def _describe(self) -> Answer:
        from .surface import describe

        return ("described", encode(describe(self._module, self._names)))

    def _calls(self, calls: list[Call], poke: bool, full: bool, seconds: float) -> Answer:
        """Make calls; those after that time are not made."""
        replies = []
        end = time.monotonic() + seconds
        make, place, twice = self._caller.make, _PLACE.pack_into, self._returns.twice
        room, most = _MOST_IN_ALL, LARGEST_IN_FULL if full else LARGEST
        for index, call in enumerate(calls):
            if index and time.monotonic() > end:
                replies += [(SKIPPED, b"", b"", 0, "")] * (len(calls) - index)
                break
            place(self._progress, 0, index)
            reply = make(call, poke, most)
            if twice():
                reply = (*reply[:4], CAME_BACK)
            room -= len(reply[1]) + len(reply[2])
            if room < 0:  # whoever asked must hold all of it
                most = _WHEN_FULL
            replies.append(reply)
        return ("made", replies)

    def _together(self, calls: list[Call], threads: int, rounds: int) -> Answer:
        _PLACE.pack_into(self._progress, 0, 0)
        return ("together", make_together(self._caller, calls, threads, rounds))

    def _often(self, call: Call, times: int, rounds: int) -> Answer:
        _PLACE.pack_into(self._progress, 0, 0)
        return ("often", make_often(self._caller, call, times, rounds))

    def _is_buffer(self, call: Call) -> Answer:
        """Ask an object: before Python 3.12 its class has no ``__buffer__`` that would tell."""
        value = self._value_of(call)
        try:
            memoryview(value).release()
        except TypeError:
            return ("is buffer", False)
        except BaseException:  # one that has no memory just now is one all the same
            pass
        return ("is buffer", True)

    def _write_pickle(self, call: Call) -> Answer:
        import pickle

        value = self._value_of(call)
        return ("pickle", pickle.dumps(value, 4), encode(value))

    def _value_of(self, call: Call) -> Any:
        prepared = self._caller.prepare(call)
        if prepared is None:
            raise ValueError("its arguments cannot be made")
        function, arguments, keywords, _ = prepared
        return function(*arguments, **keywords)

    def _read_pickle(self, data: bytes) -> Answer:
        import pickle

        return ("value", encode(pickle.loads(data)))

    def _agree(self, spec: str, call: Call, control: Plain, candidate: Plain) -> Answer:
        """Ask a comparator of the author's whether two answers agree."""
        import importlib

        module, _, name = spec.partition(":")
        function: Any = importlib.import_module(module)
        for part in name.split("."):
            function = getattr(function, part)
        prepared = self._caller.prepare(call)
        if prepared is None:
            return ("agree", False)
        values = [build(each, Scope({})) for each in (control, candidate)]
        return ("agree", bool(function(by_name(*prepared[:3]), *values)))


def _take_pipes() -> tuple[int, int]:
    """Keep the pipes to ourselves: what the package prints, or reads, is no part of the talk."""
    questions, answers = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(2, 1)
    os.close(nowhere)
    if sys.platform == "win32":
        import msvcrt

        for pipe in (questions, answers):
            msvcrt.setmode(pipe, os.O_BINARY)
    return questions, answers


def _die_with_parent() -> None:
    """Leave no orphan and no core; when memory ends, this process is the first to go."""
    # ignored where all was started in the background of a script, which is no matter of the package
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform != "win32":
        try:
            import resource

            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        except (ImportError, ValueError, OSError):
            pass
    if sys.platform == "linux":
        try:
            import ctypes

            set_death_signal = 1
            ctypes.CDLL(None).prctl(set_death_signal, 9, 0, 0, 0)
        except (ImportError, OSError, AttributeError):
            pass
        try:
            with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
                file.write("1000")
        except OSError:
            pass


def _read(pipe: int, count: int) -> bytes | None:
    parts = []
    while count:
        part = os.read(pipe, min(count, 1 << 20))
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _write(pipe: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]
