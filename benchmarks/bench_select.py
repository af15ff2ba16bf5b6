"""Measure what selecting at import costs, in CPU time, over importing the artifact directly.

Two packages that differ in their ``__init__.py`` alone are imported by turns, each time in a fresh
interpreter; only the import statement is timed. The third figure is for a package that is imported
when twinwheel itself is there already, because another twin package came first.

    python benchmarks/bench_select.py [RUNS]
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from plain_packages import write_package

import twinwheel

TIMED = """
import sys, time
{before}
began = time.process_time_ns()
import {package}
took = time.process_time_ns() - began
print(took)
"""

SELECTING = """
from twinwheel import select

_kernels = select(__name__)
convolve = _kernels.convolve
"""

MODULES = dict.fromkeys(("rust", "c", "python"), "def convolve():\n    pass\n")


def cost(folder: Path, package: str, before: str = "") -> float:
    """CPU milliseconds of one import in a fresh interpreter."""
    source = Path(twinwheel.__file__).parents[1]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(folder), str(source)]),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),  # as pip compiles what it installs
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", TIMED.format(package=package, before=before)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout) / 1e6


def medians(runs: int) -> dict[str, float]:
    """Import by turns; return the median of each case, in milliseconds of CPU time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        direct = "from direct._rust import convolve\n"
        write_package(folder, "direct", "convolve", direct, MODULES)
        write_package(folder, "selected", "convolve", SELECTING, MODULES)
        cases = {
            "direct": ("direct", ""),
            "selected": ("selected", ""),
            "selected, twinwheel imported before": ("selected", "import twinwheel"),
        }
        times: dict[str, list[float]] = {case: [] for case in cases}
        for _ in range(3):  # write the bytecode, warm the file cache
            for package, before in cases.values():
                cost(folder, package, before)
        for _ in range(runs):
            for case, (package, before) in cases.items():
                times[case].append(cost(folder, package, before))
    return {case: statistics.median(values) for case, values in times.items()}


def main() -> None:
    """Write the medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    found = medians(runs)
    version = ".".join(map(str, sys.version_info[:3]))
    write = sys.stdout.write
    write(f"CPU time of the import, median of {runs} runs, Python {version}\n")
    for case, median in found.items():
        over = median - found["direct"]
        write(f"  {case:36} {median:7.3f} ms   over direct {over:+7.3f} ms\n")


if __name__ == "__main__":
    main()
