"""The thread that looks after all armed packages of a process, twenty times a second."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twinwheel.rollout.package import ArmedPackage

__all__ = ["PERIOD", "packages", "publish", "register", "watch"]

PERIOD = 0.05
"""Seconds: half of what a change may take until all workers of a machine see it."""

_log = logging.getLogger("twinwheel.rollout")
_packages: list[ArmedPackage] = []
_thread: threading.Thread | None = None
_end = threading.Event()
"""Stands for this module where something is wanted that can be referred to weakly."""


def watch(package: ArmedPackage) -> None:
    """Look after a package from now on, in this process and in those that are forked from it."""
    register(package)
    _start()


def register(package: ArmedPackage) -> None:
    """Keep a package, without a thread that looks after it."""
    if not _packages:
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_forked)
        atexit.register(_leave)
        _leave_pools()
    _packages.append(package)


def packages() -> list[ArmedPackage]:
    """Return the packages that this process looks after."""
    return list(_packages)


def publish() -> None:
    """Put into the pages what this process counted, without waiting for the thread."""
    for package in _packages:
        for slot in package.slots:
            slot.refresh(False)


def _leave() -> None:
    """Put into the pages what was counted, and say that this is no crash."""
    for package in _packages:
        with suppress(Exception):
            for slot in package.slots:
                slot.refresh(False)
            package.page.leave()


def _leave_pools(_anchor: object = None) -> None:
    """Have ``multiprocessing`` do that too, whose processes end without ``atexit``."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, _leave, exitpriority=0)
        # A process of its forgets what was to be done at its parent's end, and what so far at its.
        util.register_after_fork(_end, _leave_pools)


def _start() -> None:
    global _thread  # noqa: PLW0603 (one for each process)
    if _thread is None:
        _thread = threading.Thread(target=_run, name="twinwheel-rollout", daemon=True)
        _thread.start()


def _run() -> None:
    while True:
        time.sleep(PERIOD)
        for package in packages():
            _tick(package)


def _tick(package: ArmedPackage) -> None:
    try:
        package.tick(time.monotonic_ns())
    except Exception:  # noqa: BLE001 (logged, with its traceback)
        _log.exception("%s: a tick failed", package.name)


def _forked() -> None:
    """A process that was forked has none of its parent's threads."""
    global _thread
    had_thread, _thread = _thread is not None, None
    for package in _packages:
        package.forked()
    _leave_pools()
    if had_thread:
        _start()
