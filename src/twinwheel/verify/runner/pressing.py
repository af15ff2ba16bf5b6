"""A call under conditions: from several threads, and very often."""

from __future__ import annotations

import gc
import os
import sys
import threading
from typing import TYPE_CHECKING

from .calling import settled
from .encoding import encode, encode_error, pack, without_addresses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .calling import Call, Caller

__all__ = ["make_often", "make_together"]


def make_together(caller: Caller, calls: Sequence[Call], threads: int, rounds: int) -> list[bool]:
    """Make calls from several threads at once.

    Returns:
        For each call, whether all its answers were the one that it has alone.
    """
    alone = [_answer(caller, call) for call in calls]
    same = [True] * len(calls)
    barrier = threading.Barrier(threads)

    def work(number: int) -> None:
        barrier.wait(timeout=10)
        for turn in range(rounds):
            index = (number + turn) % len(calls)
            if _answer(caller, calls[index]) != alone[index]:
                same[index] = False

    pause = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        started = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
        for thread in started:
            thread.start()
        for thread in started:
            thread.join()
    finally:
        sys.setswitchinterval(pause)
    return same


def _answer(caller: Caller, call: Call) -> bytes:
    prepared = caller.prepare(call)
    if prepared is None:
        return b""
    function, arguments, keywords, _ = prepared
    try:
        return without_addresses(pack(encode(settled(function(*arguments, **keywords)))))
    except BaseException as error:
        return pack(encode_error(error))


def make_often(caller: Caller, call: Call, times: int, rounds: int) -> list[list[int]]:
    """Make a call again and again.

    Returns:
        For each round, by how many blocks of Python's and by how many bytes the process grew.
    """
    growth = []
    _repeat(caller, call, times)
    for _ in range(rounds):
        gc.collect()
        blocks, memory = sys.getallocatedblocks(), _resident()
        _repeat(caller, call, times)
        gc.collect()
        growth.append([sys.getallocatedblocks() - blocks, _resident() - memory])
    return growth


def _repeat(caller: Caller, call: Call, times: int) -> None:
    for _ in range(times):
        prepared = caller.prepare(call)
        if prepared is None:
            return
        function, arguments, keywords, _ = prepared
        try:
            settled(function(*arguments, **keywords))
        except BaseException:  # it may fail, so long as it does not grow
            continue


def _resident() -> int:
    """Bytes of memory that the process has now; 0 where the system does not say."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
