"""Serve the image toolkit for minutes from several processes while its policy changes all the time.

Each answer is compared with the one that was computed before the package was armed; at the end the
counters of all processes have to add up to the calls that were made, and no process may have grown.
``python benchmarks/soak_rollout.py --seconds 600``; needs NumPy and an installed build.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

PROCESSES = 4
THREADS = 8
FLIP = 0.05
"""Seconds between two policies."""

POLICIES = [
    'control = "c"\n',
    'control = "c"\ncandidate = "rust"\npercentage = 1\n',
    'control = "c"\ncandidate = "rust"\npercentage = 50\nsample = 10\n',
    'control = "c"\ncandidate = "rust"\npercentage = 100\n',
    'control = "rust"\ncandidate = "c"\npercentage = 30\nsticky = true\n',
    'control = "rust"\ncandidate = "c"\npercentage = 30\nsticky = true\nsalt = "other"\n',
    'control = "c"\ncandidate = "rust"\nshadow = 5\n',
    'control = "c"\ncandidate = "c"\nshadow = 5\n',
    'control = "c"\ncandidate = "rust"\npercentage = 100\nguard = false\n',
    'control = "c"\ncandidate = "rust"\npercentage = 100\nkill = true\n',
    'candidate = "rust"\npercentage = 1000\n',  # refused: the last good one stays
]
"""Put into effect by turns."""

MOST_GROWTH = 8_000_000
"""Bytes that a process may grow by between the first tenth and the end."""

Call = Callable[[], "np.ndarray[Any, Any]"]


def main() -> int:
    """Run the processes, change the policy, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        return serve(options.seconds)
    with tempfile.TemporaryDirectory() as folder:
        return soak(Path(folder), options.seconds)


def soak(folder: Path, seconds: float) -> int:
    """Start the processes and judge them; 1 when anything is wrong."""
    policy = folder / "policy.toml"
    policy.write_text(POLICIES[0])
    environment = {
        **os.environ,
        "TWINWHEEL_IMAGE_ROLLOUT": str(policy),
        "XDG_RUNTIME_DIR": str(folder),
    }
    folder.chmod(0o700)
    command = [sys.executable, __file__, "--serve", "--seconds", str(seconds)]
    workers = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(PROCESSES)
    ]
    seen = flip(policy, workers, environment)
    told = [json.loads(worker.communicate()[0] or "{}") for worker in workers]
    codes = [worker.returncode for worker in workers]
    if any(codes):
        print(f"a process ended with {codes}")
        return 1
    counted = state_of(environment)
    return judge(seconds, seen, told, counted)


def flip(
    policy: Path, workers: list[subprocess.Popen[str]], environment: dict[str, str]
) -> list[float]:
    """Change the policy until all processes have ended.

    Returns:
        For one change in twenty, the seconds until it was in the page that all processes read.
    """
    from twinwheel.rollout.inspecting import find_pages
    from twinwheel.rollout.layout import Field, field_at

    draw = random.Random(1)
    seen: list[float] = []
    new = policy.with_suffix(".new")
    count = 0
    while any(worker.poll() is None for worker in workers):
        count += 1
        watched = find_pages(environ=environment)[0] if count % 20 == 0 else []
        # What nobody had before changes the routes in the page.
        new.write_text(f'salt = "{count}"\n' if watched else draw.choice(POLICIES))
        before = [page.read(field_at(0, Field.ROUTE)) for page in watched]
        began = time.monotonic()
        new.replace(policy)
        while watched and [page.read(field_at(0, Field.ROUTE)) for page in watched] == before:
            time.sleep(0.0005)
            if any(worker.poll() is not None for worker in workers):
                break
        else:
            seen += [time.monotonic() - began] * len(watched)
        time.sleep(max(FLIP - (time.monotonic() - began), 0))
    return sorted(seen)


def state_of(environment: dict[str, str]) -> dict[str, Any]:
    """Return what the page says, as ``twinwheel rollout show`` tells it."""
    command = [sys.executable, "-m", "twinwheel", "rollout", "show", "twinwheel.image", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    package: dict[str, Any] = json.loads(done.stdout)["packages"][0]
    return package


def judge(
    seconds: float, seen: list[float], told: list[dict[str, Any]], counted: dict[str, Any]
) -> int:
    """Print the figures; 1 when an answer was wrong, a count is off, or a process grew."""
    calls = sum(each["calls"] for each in told)
    wrong = sum(each["wrong"] for each in told)
    sides = [part["sides"] for part in counted["components"]]
    in_page = sum(side[name]["calls"] for side in sides for name in ("control", "candidate"))
    by_name = {
        name: sum(side["candidate"][name] for side in sides)
        for name in ("calls", "faults", "fallbacks", "shadowed", "different", "dropped")
    }
    growth = [each["rss_end"] - each["rss_early"] for each in told]
    print(f"{PROCESSES} processes of {THREADS} threads for {seconds:g} s")
    if seen:
        middle, late, last = (1e3 * seen[int(part * (len(seen) - 1))] for part in (0.5, 0.99, 1))
        print(f"changes seen after {middle:.0f} ms; 99 % {late:.0f}; {last:.0f} at most")
    print(f"calls made:        {calls:,}")
    print(f"answers checked:   {calls:,}, {wrong:,} of them wrong")
    print(f"calls in the page: {in_page:,}")
    print("of the candidate:  " + ", ".join(f"{count:,} {name}" for name, count in by_name.items()))
    print("memory grew by:    " + ", ".join(f"{each / 1e6:.1f} MB" for each in growth))
    bad = []
    if wrong or by_name["different"]:
        bad.append("answers were wrong")
    if in_page != calls:
        bad.append("the counters do not add up")
    if max(growth) > MOST_GROWTH:
        bad.append(f"a process grew by more than {MOST_GROWTH / 1e6:g} MB")
    print("; ".join(bad) or "all is well")
    return 1 if bad else 0


def serve(seconds: float) -> int:
    """Call the toolkit from several threads, and print what was seen."""
    import twinwheel
    from twinwheel import rollout

    logging.getLogger("twinwheel.rollout").setLevel(logging.CRITICAL)  # of refused policies
    calls, expected = work()
    threads = []
    made, wrong = [0] * THREADS, [0] * THREADS
    end = time.monotonic() + seconds

    def run(number: int) -> None:
        draw = random.Random(f"{os.getpid()}-{number}")
        while time.monotonic() < end:
            with twinwheel.session(f"user-{draw.randrange(100)}"):
                for _ in range(20):
                    place = draw.randrange(len(calls))
                    made[number] += 1
                    if calls[place]().tobytes() != expected[place]:
                        wrong[number] += 1

    for number in range(THREADS):
        threads.append(threading.Thread(target=run, args=(number,)))
        threads[-1].start()
    time.sleep(seconds / 10)
    early = resident()
    for thread in threads:
        thread.join()
    rollout.flush()
    state = rollout.state("twinwheel.image")
    assert state.package == "twinwheel.image"
    told = {"calls": sum(made), "wrong": sum(wrong), "rss_early": early, "rss_end": resident()}
    print(json.dumps(told))
    return 0


def work() -> tuple[list[Call], list[bytes]]:
    """Return calls, and their answers by the implementation in Python, which is never armed."""
    from twinwheel import image
    from twinwheel.image import _python

    drawn = np.random.default_rng(1)
    pictures = [drawn.random((17, 23), np.float32), drawn.random((8, 9, 3), np.float32)]
    kernel = drawn.random((3, 3), np.float32)
    calls: list[Call] = []
    expected: list[bytes] = []

    def add(public: Any, plain: Any, *arguments: Any, **options: Any) -> None:
        picture = arguments[0]
        output = np.empty_like(picture)
        plain(*arguments, output, **options)
        calls.append(lambda: np.asarray(public(*arguments, **options)))
        expected.append(output.tobytes())

    for picture in pictures:
        add(image.convolve, _python.convolve, picture, kernel, border="reflect")
        add(image.median, _python.median, picture, size=3, border="nearest")
        add(image.sobel, _python.sobel, picture, axis=1, border="mirror")
    return calls, expected


def resident() -> int:
    """Return the bytes of memory that the process holds now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


if __name__ == "__main__":
    sys.exit(main())
