"""Measure one call of a function that does nothing: direct, armed, and as other libraries wrap it.

All take turns on one processor, in rounds, without the garbage collector. A round makes as many
calls of each as take a third of a millisecond; what is told is the median of the rounds, less that
of the empty loop. The import of the selector is measured too, as bench_select.py does.

    python benchmarks/bench_dispatch.py [--rounds N] [--markdown FILE]
"""

from __future__ import annotations

import argparse
import gc
import logging
import os
import platform
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bench_select
from dispatch_cases import armed_cases, peers, plain_cases
from dispatch_targets import import_reached, insert, reached, table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SECONDS = 0.0003  # of a turn: seldom is one interrupted
EMPTY = "the empty loop"

# Each has a loop of its own, since the interpreter specializes the code for what it calls.
LOOP = """
def loop(count, function, value):
    steps = repeat(None, count)
    began = now()
    for _ in steps:
        {body}
    return now() - began
"""


def loop_of(body: str) -> Callable[[int, object, float], int]:
    """Return a function that does something so many times, and tells the nanoseconds it took."""
    from itertools import repeat

    scope: dict[str, Any] = {"repeat": repeat, "now": time.perf_counter_ns}
    exec(LOOP.format(body=body), scope)
    made: Callable[[int, object, float], int] = scope["loop"]
    return made


def measure(
    functions: Mapping[str, Callable[[float], object]], rounds: int
) -> tuple[dict[str, float], float]:
    """Return the nanoseconds of one call of each, and those of the empty loop."""
    loops: dict[str, tuple[Callable[[int, object, float], int], object]] = {
        EMPTY: (loop_of("pass"), None),
        **{name: (loop_of("function(value)"), each) for name, each in functions.items()},
    }
    counts = {}
    for name, (loop, function) in loops.items():
        loop(2000, function, 1.0)  # till the interpreter has specialized it
        one = min(loop(100, function, 1.0) for _ in range(10)) / 100
        counts[name] = max(10, int(SECONDS * 1e9 / one))
    times: dict[str, list[float]] = {name: [] for name in loops}
    order = list(loops)
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name in order:
                loop, function = loops[name]
                times[name].append(loop(counts[name], function, 1.0) / counts[name])
            order.append(order.pop(0))  # the next round begins with another
    finally:
        gc.enable()
    found = {name: statistics.median(each) for name, each in times.items()}
    empty = found.pop(EMPTY)
    return {name: each - empty for name, each in found.items()}, empty


def main() -> None:
    """Print the table and the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--imports", type=int, default=100, help="how often to import")
    parser.add_argument("--markdown", type=Path, help="a page with a place for the table")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    # What the parent of this process had armed or chosen is none of its business.
    for name in [each for each in os.environ if each.startswith("TWINWHEEL_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory() as name, ExitStack() as sessions:
        folder = Path(name)
        sys.path.insert(0, name)
        os.environ["XDG_RUNTIME_DIR"] = name  # where the shared pages lie
        functions = {
            **plain_cases(folder),
            **armed_cases(folder, "native", sessions),
            **armed_cases(folder, "python", sessions),
            **peers(),
        }
        took, empty = measure(functions, options.rounds)
        imports = bench_select.medians(options.imports)
        logging.disable()  # what follows the policies sees their files go now
    version = platform.python_version()
    print(f"{platform.python_implementation()} {version}, {options.rounds} rounds, medians;")
    print(f"taken off: {empty:.1f} ns of {EMPTY}\n")
    for text in reached(took):
        print(text)
    importing = imports["selected"] - imports["direct"]
    print(f"\n{import_reached(importing)}")
    if options.markdown:
        insert(table(took, importing), version.rpartition(".")[0], options.markdown)


if __name__ == "__main__":
    main()
