"""Measure the image kernels in C and in Rust beside OpenCV and scipy, all in one run, by turns.

Medians in milliseconds of one call, into an output that is there, on one thread and on two. The
machine's own limits are measured in the same run: the rate of fma, by a C program that the compiler
here makes, and the time to copy the image. From a kernel of 21 on Fourier transforms are measured
beside the direct sums; what is called auto is the one of the two that ``method="auto"`` takes.

    python benchmarks/bench_kernels.py [--quick] [--plot FILE]
"""

from __future__ import annotations

import argparse
import importlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from kernel_memory import OPERATIONS, memory_beyond
from kernel_targets import LANGUAGES, Measured, reached

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

SIZES = {"640x480": (480, 640), "1080p": (1080, 1920), "4K": (2160, 3840)}
KERNELS = (3, 5, 7, 11, 15, 21, 23, 31)
TRANSFORMED = 21  # the smallest kernel for which transforms are measured
SEPARABLE = (3, 7, 15, 31)
WHO = ("c", "rust", "opencv", "scipy", "c fft", "rust fft")
SECONDS = 1.5  # for each case, shared by all who take part


class Case(NamedTuple):
    """One operation on one image, and who computes it."""

    operation: str
    multiplications: float
    """In all; 0 where they do not tell the work."""

    calls: Mapping[str, Callable[[], object]]
    auto: str = ""
    """What the names of ours end in, of whoever ``method="auto"`` takes."""


def fma_rate() -> float:
    """Return the operations a second that one core makes of fma; 0 without a C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return 0.0
    with tempfile.TemporaryDirectory() as folder:
        program = str(Path(folder, "fma_peak"))
        source = str(Path(__file__).with_name("fma_peak.c"))
        options = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffp-contract=fast"]
        subprocess.run([compiler, *options, source, "-o", program], check=True)
        runs = [
            subprocess.run([program], check=True, capture_output=True, text=True) for _ in range(5)
        ]
    return max(float(run.stdout.split()[0]) for run in runs) * 1e9


def medians(calls: Mapping[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """Call all by turns until the time is over, each three times at least.

    Every round begins with another one, since whoever follows finds the caches as the one before
    left them. Who is so slow that three calls took its share of the time sits out after these.
    """
    times: dict[str, list[float]] = {name: [] for name in calls}
    order = list(calls)
    share = seconds / len(calls)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or min(map(len, times.values())) < 3:
        for name in order:
            if len(times[name]) >= 3 and sum(times[name]) > share:
                continue
            began = time.perf_counter()
            calls[name]()
            times[name].append(time.perf_counter() - began)
        order.append(order.pop(0))
    return {name: statistics.median(found) for name, found in times.items()}


def cases(name: str, threads: int) -> list[Case]:
    """Return what is measured of one image."""
    import cv2
    from scipy import ndimage

    from twinwheel.image._fft import is_taken

    cv2.setNumThreads(threads)
    modules = {each: importlib.import_module(f"twinwheel.image._{each}") for each in ("c", "rust")}
    random = np.random.default_rng(1)
    image = random.random(SIZES[name], np.float32)
    pixels = (image * 255).astype(np.uint8)
    # All write to the same place: where it lies in the caches' sets makes up to a seventh.
    output, output_pixels = np.empty_like(image), np.empty_like(pixels)

    def ours(function: str, *weights: Any, of: Any = image, **options: Any) -> dict[str, Any]:
        target = output if of is image else output_pixels
        return {
            each: lambda module=module: getattr(module, function)(
                of, *weights, target, threads=threads, **options
            )
            for each, module in modules.items()
        }

    reflect = {"borderType": cv2.BORDER_REFLECT}
    found = [Case("copy", 0, {"numpy": lambda: np.copyto(output, image)})]
    for size in KERNELS:
        kernel = random.random((size, size), np.float32)
        work = float(image.size) * size * size
        calls = ours("convolve", kernel)
        calls["opencv"] = lambda kernel=kernel: cv2.filter2D(
            image, -1, kernel, dst=output, borderType=cv2.BORDER_CONSTANT
        )
        if threads == 1:  # it has no more
            calls["scipy"] = lambda kernel=kernel: ndimage.correlate(
                image, kernel, output=output, mode="constant"
            )
        if size >= TRANSFORMED:
            transforms = ours("convolve_fft", kernel)
            calls |= {f"{each} fft": call for each, call in transforms.items()}
        auto = " fft" if is_taken("auto", image.shape, size) else ""
        found.append(Case(f"convolve {size}", work, calls, auto))
    for size in SEPARABLE:
        line = random.random(size, np.float32)
        calls = ours("convolve_separable", line, line, border="reflect")
        calls["opencv"] = lambda line=line: cv2.sepFilter2D(
            image, -1, line, line, dst=output, **reflect
        )
        found.append(Case(f"separable {size}", 2.0 * image.size * size, calls))
    calls = ours("gaussian_blur", sigma=1.5, radius=6, border="reflect")
    calls["opencv"] = lambda: cv2.GaussianBlur(image, (13, 13), 1.5, dst=output, **reflect)
    found.append(Case("gaussian 1.5", 26.0 * image.size, calls))
    calls = ours("sobel", axis=1, border="reflect")
    calls["opencv"] = lambda: cv2.Sobel(image, cv2.CV_32F, 1, 0, dst=output, **reflect)
    found.append(Case("sobel", 0, calls))
    for size in (3, 5, 7):
        calls = ours("median", of=pixels, size=size, border="nearest")
        calls["opencv"] = lambda size=size: cv2.medianBlur(pixels, size, dst=output_pixels)
        found.append(Case(f"median uint8 {size}", 0, calls))
    for size in (3, 5):  # the sizes that OpenCV has for float32
        calls = ours("median", size=size, border="nearest")
        calls["opencv"] = lambda size=size: cv2.medianBlur(image, size, dst=output)
        found.append(Case(f"median float32 {size}", 0, calls))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a few calls of each only")
    parser.add_argument("--plot", type=Path, help="draw what is found")
    options = parser.parse_args()
    if hasattr(os, "sched_getaffinity"):
        print(f"{len(os.sched_getaffinity(0))} processors, {sys.version.split()[0]}")
    rate = fma_rate()
    print(f"fma: {rate / 1e9:.0f} billion operations a second on one core\n")
    rows: list[Measured] = []
    columns = "".join(f"{each:>9}" for each in WHO)
    ratios = "  opencv/c  opencv/rust  rust/c  of fma  auto: opencv/c  opencv/rust"
    print(f"{'threads':>7} {'image':>8} {'operation':18}{columns}{ratios}")
    for threads in (1, 2):
        for name in SIZES:
            for case in cases(name, threads):
                took = medians(case.calls, 0.1 if options.quick else SECONDS)
                row = Measured(threads, name, case.operation, case.multiplications, took, case.auto)
                rows.append(row)
                print(line(row, rate), flush=True)
    print("\nWhat is asked, how much of it was reached, and the worst case:\n")
    for text in reached(rows, rate):
        print(text)
    print("\nMemory beyond input and output, in KB:\n")
    for text in memory():
        print(text, flush=True)
    if options.plot:
        draw(rows, options.plot)


def memory() -> Iterator[str]:
    """Give a line for each operation: the most that a call takes, in each language."""
    for operation in OPERATIONS:
        for name, size in SIZES.items():
            for threads in (1, 2):
                found = [memory_beyond(each, operation, size, threads) for each in LANGUAGES]
                told = "".join(
                    f"{each:>7} {beyond / 1024:6.0f}" if beyond is not None else "not measured here"
                    for each, beyond in zip(LANGUAGES, found, strict=True)
                )
                yield f"{threads:7} {name:>8} {operation:18}{told}"


def line(row: Measured, rate: float) -> str:
    """Return one line of the table."""
    took = row.seconds
    text = f"{row.threads:7} {row.image:>8} {row.operation:18}"
    if "c" not in took:
        return f"{text}{1e3 * next(iter(took.values())):9.3f}"
    for name in WHO:
        text += f"{1e3 * took[name]:9.3f}" if name in took else " " * 9
    text += f"{took['opencv'] / took['c']:10.2f}{took['opencv'] / took['rust']:13.2f}"
    text += f"{took['rust'] / took['c']:8.2f}"
    text += f"{row.share_of_fma('c', rate):8.0%}" if row.multiplications and rate else " " * 8
    if "c fft" in took:
        for name, width in (("c", 16), ("rust", 13)):
            text += f"{row.times_as_fast(name, auto=True):{width}.2f}"
    return text


def draw(rows: list[Measured], target: Path) -> None:
    """Draw how many times as fast as OpenCV each language is, for each kernel and image.

    By ``method="auto"``, which is exact up to a kernel of 22.
    """
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, len(SIZES), figsize=(12, 4), sharey=True)
    for axis, name in zip(axes, SIZES, strict=True):
        for each, colour in (("c", "#4063d8"), ("rust", "#c65f2c")):
            points = [
                (row.size, row.times_as_fast(each, auto=True))
                for row in rows
                if row.threads == 1 and row.image == name and row.name == "convolve"
            ]
            axis.plot(*zip(*points, strict=True), marker="o", label=each, color=colour)
        axis.axhline(1, color="grey", linewidth=1)
        axis.set_title(name)
        axis.set_xlabel("kernel size")
    axes[0].set_ylabel("times as fast as OpenCV's filter2D")
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(target)


if __name__ == "__main__":
    main()
