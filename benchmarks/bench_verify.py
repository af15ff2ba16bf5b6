"""Measure how many calls ``twinwheel verify`` compares in a second, and the memory it takes itself.

The component has next to nothing to do, so that what is measured is the search: drawing arguments,
sending them, calling, sending back, and comparing. "Batches" are the same calls over and over, by
two processes; "search" is the whole of it. Each case runs in a process of its own, whose memory is
measured at its highest; the packages' processes are not a part of that.

    python benchmarks/bench_verify.py [--rounds N] [--seconds N] [--markdown FILE]
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import TYPE_CHECKING

from dispatch_targets import insert

from twinwheel.verify.judging import Rules
from twinwheel.verify.pairs import Pair
from twinwheel.verify.recipes import Call
from twinwheel.verify.running import search
from twinwheel.verify.search import Options
from twinwheel.verify.subjects import Subject
from twinwheel.verify.workers import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TRIVIAL = "def same(number: int) -> int:\n    return number\n"
GREEDY = """
def large(number: int) -> bytes:
    return bytes(min(abs(number) * 1000, 300_000_000))

def wide(number: int) -> list[int]:
    return list(range(min(abs(number), 3_000_000)))

def deep(number: int) -> list[object]:
    made: list[object] = []
    for _ in range(min(abs(number), 100_000)):
        made = [made]
    return made

def loud(number: int) -> int:
    print("x" * min(abs(number), 10_000_000))
    return number

def endless(text: str) -> list[str]:
    kept = [text]
    while len(text) > 3:
        kept.append("x" * 10_000_000)
    return kept

def wordy(text: str) -> str:
    raise ValueError(text * 1_000_000)
"""
BATCH = 2_000
ASKED = {
    "one environment, batches": 5_000,
    "one environment, search": 5_000,
    "two environments, batches": 1_000,
    "two environments, search": 1_000,
}
"""Comparisons in a second, at least."""
LARGEST = 500
"""Megabytes that the searching process may have at its highest."""


def environment(folder: Path, name: str, source: str) -> str:
    """Make a virtual environment with a module in it; give its Python."""
    venv.create(folder / name, symlinks=True)
    (site,) = (folder / name).glob("lib/python*/site-packages")
    (site / "measured.py").write_text(source)
    return str(folder / name / "bin" / "python")


def sides(folder: Path, environments: str, source: str) -> tuple[Subject, Subject]:
    """Give the two implementations: modules of one environment, or one module in two of them."""
    if environments == "two":
        pythons = [environment(folder, name, source) for name in ("first", "second")]
        one, other = (
            Subject(name, python, "measured", "measured", isolated=True)
            for name, python in zip(("first", "second"), pythons, strict=True)
        )
        return one, other
    for name in ("first", "second"):
        (folder / f"{name}.py").write_text(source)
    path = {"PYTHONPATH": str(folder)}
    one, other = (
        Subject(name, sys.executable, name, name, variables=path) for name in ("first", "second")
    )
    return one, other


def batches(pair: Sequence[Subject], seconds: float) -> float:
    """Compare the same calls over and over; give how many in a second."""
    workers = Pair(pair[0], pair[1], Limits())
    try:
        calls = [Call("same", [number], [], []) for number in range(BATCH)]
        rules = Rules("exact", None, messages=False, seconds=3.0)
        made, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < seconds:
            found = workers.judge(calls, rules, poke=False)
            assert found == [None] * BATCH
            made += BATCH
        return made / (time.perf_counter() - begin)
    finally:
        workers.close()


def searched(pair: Sequence[Subject], seconds: float) -> float:
    """Search, and give how many comparisons it made in a second of that."""
    outcome = search(
        pair[0], pair[1:], Options(seconds=seconds), [], None, lambda *_: None, lambda _: None
    )
    took = sum(each.seconds for each in outcome.searched)
    return sum(each.comparisons for each in outcome.searched) / took


def one_case(name: str, seconds: float) -> dict[str, float]:
    """Run a case here; give comparisons in a second, and the highest megabytes of this process."""
    environments, _, what = name.partition(" ")
    with tempfile.TemporaryDirectory() as folder:
        if name == GREEDY_CASE:
            pair = sides(Path(folder), "one", GREEDY)
            rate = searched(pair, seconds * 4)
        else:
            pair = sides(Path(folder), environments, TRIVIAL)
            rate = (batches if what.endswith("batches") else searched)(pair, seconds)
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    return {"rate": rate, "peak": peak}


GREEDY_CASE = "a package that takes all it can"


def measure(rounds: int, seconds: float) -> dict[str, tuple[float, float]]:
    """Run the cases by turns; give the median rate of each, and its highest memory."""
    told: dict[str, list[dict[str, float]]] = {name: [] for name in (*ASKED, GREEDY_CASE)}
    for _ in range(rounds):
        for name, rows in told.items():
            command = [sys.executable, __file__, "--case", name, "--seconds", str(seconds)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            rows.append(json.loads(done.stdout))
    return {
        name: (
            statistics.median(each["rate"] for each in rows),
            max(each["peak"] for each in rows),
        )
        for name, rows in told.items()
    }


def table(found: Mapping[str, tuple[float, float]]) -> str:
    """Return what was measured as a table in Markdown."""
    titles = ["case", "comparisons a second", "asked", "highest memory, MB", "verdict"]
    lines = [f"| {' | '.join(titles)} |", f"|{' -- |' * len(titles)}"]
    for name, (rate, peak) in found.items():
        asked = ASKED.get(name)
        good = peak <= LARGEST and (asked is None or rate >= asked)
        shown = f"{asked:,}" if asked is not None else ""
        verdict = "reached" if good else "missed"
        lines.append(f"| {name} | {rate:,.0f} | {shown} | {peak:,.0f} | {verdict} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, or run the one case that the parent asks for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each case and round")
    parser.add_argument("--markdown", type=Path, help="a page with a place for the table")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(one_case(options.case, options.seconds)))
        return
    found = measure(options.rounds, options.seconds)
    version = platform.python_version()
    print(f"{platform.python_implementation()} {version}, {options.rounds} rounds, medians;")
    print(f"memory may be {LARGEST} MB\n")
    print(table(found))
    if options.markdown:
        insert(table(found), version.rpartition(".")[0], options.markdown)


if __name__ == "__main__":
    main()
