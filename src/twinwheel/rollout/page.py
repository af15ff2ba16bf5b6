"""The mapped page: one file for each package, user and machine, which all workers share.

It lies in a folder of the user's own, is the user's own, and is followed through no link; what is
anything else is refused, and the service goes on with the control.
"""

from __future__ import annotations

import mmap
import os
import struct
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any

from twinwheel.errors import RolloutError
from twinwheel.rollout import files, processes
from twinwheel.rollout.layout import (
    ARMS,
    COMPONENTS,
    COUNTERS,
    GENERATION,
    MOST_COUNTED,
    RETIRED,
    SIZE,
    WORKERS,
    Arm,
    bucket_of,
    counters_at,
    histogram_at,
    in_flight_at,
    owner_at,
)
from twinwheel.rollout.native import native

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Page", "private_page"]

_WHOLE, _HALF = 2**64 - 1, 2**32 - 1
_LEFT = 1 << 63
"""With the start of a process in its row: it ends in good order."""


class Page:
    """The mapped numbers, and this process's row among them."""

    def __init__(
        self, memory: mmap.mmap, about: dict[str, Any], path: Path | None, number: int = 0
    ) -> None:
        self.memory = memory
        self.about = about
        """``package``, ``version`` and ``components``: name to implementations, in the order in
        which a policy word counts them."""
        self.path = path
        """None for a page of this process alone."""
        self.number = number
        """Of the file, as the system has it; 0 where it cannot be another one."""
        self.numbers = memoryview(memory).cast("Q")
        self.buckets = memoryview(memory).cast("I")
        self.worker = RETIRED
        """This process's row. That of the dead for whoever only looks."""
        self._lock = threading.RLock()
        self._depth = 0

    def read(self, offset: int) -> int:
        """Return the number at an offset."""
        return self.numbers[offset // 8]

    def write(self, offset: int, value: int) -> None:
        """Store a number of 64 bits, in one piece."""
        self.numbers[offset // 8] = value & _WHOLE

    def read_all(self, offset: int, count: int, form: str = "Q") -> tuple[int, ...]:
        """Return numbers that follow each other.

        Args:
            offset: Of the first.
            count: How many.
            form: As ``struct`` has it: ``Q`` for 64 bits, ``I`` for 32.
        """
        # No slice: free-threaded CPython 3.13 counts the views of a view without a lock, and frees
        # all of them when two threads count at once.
        return struct.unpack_from(f"={count}{form}", self.memory, offset)

    def add(self, offset: int, more: int = 1) -> None:
        """Add to a number that this process alone writes, whichever of its threads does."""
        if native is not None:
            native.add(self.memory, offset, more)
        else:
            place = offset // 8
            with self._lock:
                # In one step, as far as a signal's handler can tell: nothing is called in it.
                self.numbers[place] = self.numbers[place] + more & _WHOLE

    def add_up_to(self, offset: int, told: list[int], place: int, now: int) -> None:
        """Add what a count has grown by since it was last added.

        Args:
            offset: Of the number.
            told: What was added so far, which is kept here,
            place: at this place.
            now: The count.
        """
        add = None if native is None else native.add
        memory, numbers, index = self.memory, self.numbers, offset // 8
        with self._lock:
            # A signal's handler that raises comes before both steps or after them, as nothing else
            # is called and there is no jump between; one that came in here has added it already.
            more = now - told[place]
            if more > 0 and add is not None:
                told[place] = now
                add(memory, offset, more)
            elif more > 0:
                told[place] = now
                numbers[index] = numbers[index] + more & _WHOLE

    def observe(self, component: int, arm: Arm, *times: int) -> None:
        """Count times in a histogram, in nanoseconds.

        Without the native slot, one may get lost when another process counts in the same moment.
        """
        histogram = histogram_at(component, arm)
        if native is not None:
            for each in times:
                native.observe(self.memory, histogram, each)
            return
        begin = histogram // 4
        with self._lock:
            for each in times:
                place = begin + bucket_of(each)
                self.buckets[place] = self.buckets[place] + 1 & _HALF

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all other threads and processes from what several of them change.

        A page that cannot be opened any more, as after a change of the user, is still mapped: then
        other processes are not kept out, which is better than that a call fails.
        """
        with self._lock, ExitStack() as held:
            # A signal's handler may come in here again.
            if self.path is not None and not self._depth:
                with suppress(OSError):
                    # Opened each time: a process that was forked has no lock of its own on a file
                    # that its parent opened.
                    held.enter_context(files.locked(held.enter_context(self.path.open("r+b"))))
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1

    def changed(self) -> None:
        """Tell the others that a policy word is another now. Called with the lock held."""
        self.write(GENERATION, self.read(GENERATION) + 1)

    def is_alone(self) -> bool:
        """Tell whether no other process has a row."""
        owners = (self.read(owner_at(row)) for row in range(WORKERS) if row != self.worker)
        return not any(owners)

    def is_in_place(self) -> bool:
        """Tell whether whoever opens the page now finds this one."""
        if self.path is None or not self.number:
            return True
        try:
            return self.path.stat().st_ino == self.number
        except FileNotFoundError:
            return False
        except OSError:  # it cannot be told, as after a change of the user
            return True

    def leave(self) -> None:
        """Say that this process ends in good order, so that its marks mean nothing.

        They stay: threads that do not end with it still count in them.
        """
        begun = owner_at(self.worker) + 8
        self.write(begun, self.read(begun) | _LEFT)

    def forked(self) -> list[int]:
        """Take a row of its own for a process that was forked, and return as ``join`` does."""
        self._lock = threading.RLock()  # another of the parent's threads may hold the old one
        self._depth = 0
        return self.join()

    def join(self) -> list[int]:
        """Take a row for this process: its own, a free one, or that of a dead process.

        Rows are told by process number and start time, as numbers are used again. What a dead
        process counted is added to the row of those that are gone.

        Returns:
            The components in which a process died while it was at the candidate.

        Raises:
            RolloutError: TW612 when there are as many workers as there may be.
        """
        me = os.getpid()
        start = processes.start_of(me)
        with self.locked():
            died_in = {component for row in range(WORKERS) for component in self._bury(row)}
            owners = [self.read(owner_at(row)) for row in range(WORKERS)]
            if me in owners:
                self.worker = owners.index(me)
            elif 0 in owners:
                self.worker = owners.index(0)
                self.write(owner_at(self.worker) + 8, start)
                self.write(owner_at(self.worker), me)
            else:
                raise RolloutError(
                    f"{WORKERS} processes share {self.path} already",
                    code="TW612",
                    where=str(self.path),
                    accepted=f"at most {WORKERS} processes of a user on a machine",
                    help="give some of them another XDG_RUNTIME_DIR",
                )
        return sorted(died_in)

    def _bury(self, row: int) -> list[int]:
        """Free a row if its process is gone."""
        owner, begun = self.read(owner_at(row)), self.read(owner_at(row) + 8)
        if owner == 0 or processes.start_of(owner) == begun & ~_LEFT:
            return []
        died_in = []
        for component in range(COMPONENTS):
            # So large a one was taken back once too often.
            if 0 < self.read(in_flight_at(row, component)) < MOST_COUNTED and not begun & _LEFT:
                died_in.append(component)
            self.write(in_flight_at(row, component), 0)
            mine, theirs = counters_at(row, component), counters_at(RETIRED, component)
            for offset in range(0, ARMS * COUNTERS * 8, 8):
                self.write(theirs + offset, self.read(theirs + offset) + self.read(mine + offset))
                self.write(mine + offset, 0)
        self.write(owner_at(row), 0)
        return died_in


def private_page(about: dict[str, Any]) -> Page:
    """Return a page that no other process sees."""
    memory = mmap.mmap(-1, SIZE)
    page = Page(memory, about, None)
    page.join()
    return page
