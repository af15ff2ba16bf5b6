"""Throw-away implementations: two modules of plain Python, and what compares them."""

from __future__ import annotations

import sys
import textwrap
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinwheel.verify.pairs import Pair
from twinwheel.verify.recipes import Call
from twinwheel.verify.runner.calling import SKIPPED
from twinwheel.verify.running import Outcome, search
from twinwheel.verify.search import Options
from twinwheel.verify.subjects import Subject
from twinwheel.verify.workers import Death, Limits, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinwheel.verify.findings import Finding

LIMITS = Limits(seconds=0.5, memory=400 << 20)
"""Of tests: a process that hangs or grows without end is to be found out soon."""


def module(folder: Path, name: str, source: str) -> None:
    """Write a module."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")


def subject(folder: Path, name: str, **more: Any) -> Subject:
    """Give a module of a folder as an implementation."""
    variables = {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    return Subject(name, sys.executable, name, name, variables=variables, **more)


def twins(folder: Path, control: str, candidate: str, **more: Any) -> tuple[Subject, Subject]:
    """Write two modules, and give them as implementations."""
    module(folder, "control", control)
    module(folder, "candidate", candidate)
    return subject(folder, "control", **more), subject(folder, "candidate", **more)


@contextmanager
def pair_of(
    folder: Path, control: str, candidate: str, limits: Limits = LIMITS, **more: Any
) -> Iterator[Pair]:
    """Start both of two modules."""
    pair = Pair(*twins(folder, control, candidate, **more), limits)
    try:
        yield pair
    finally:
        pair.close()


@contextmanager
def worker_of(folder: Path, source: str, limits: Limits = LIMITS, **more: Any) -> Iterator[Worker]:
    """Start a module."""
    module(folder, "one", source)
    worker = Worker(subject(folder, "one", **more), limits)
    try:
        yield worker
    finally:
        worker.close()


def made(worker: Worker, calls: list[Call]) -> list[Any]:
    """Make calls, those too that were not made since one before them killed."""
    answers = worker.make(calls)
    for _ in calls:
        told = [isinstance(each, Death) or each[0] != SKIPPED for each in answers]
        if all(told):
            break
        first = told.index(False)
        answers = [*answers[:first], *worker.make(calls[first:])]
    return answers


def call(component: str, *arguments: Any, **keywords: Any) -> Call:
    """Give a call."""
    named = [part for pair in keywords.items() for part in pair]
    return Call(component, list(arguments), named, [])


def searched(
    folder: Path,
    control: str,
    candidate: str,
    *,
    seconds: float = 1.5,
    seed: int = 0,
    save: Path | None = None,
    given: tuple[Call, ...] = (),
    **more: Any,
) -> Outcome:
    """Search two modules."""
    sides = twins(folder, control, candidate, **more)
    options = Options(seconds=seconds, seed=seed, call_seconds=0.5, memory=400 << 20)
    return search(sides[0], [sides[1]], options, given, save, lambda *_: None)


def kinds(findings: list[Finding]) -> set[tuple[str, str]]:
    """Give the component and the kind of each finding."""
    return {(each.component, each.kind) for each in findings}
