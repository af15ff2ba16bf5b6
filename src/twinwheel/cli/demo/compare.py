"""Run an operation with every implementation: how long it takes, and whether the bits agree."""

from __future__ import annotations

import hashlib
import importlib
import statistics
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from twinwheel.cli.demo.operations import Operation, Raster, kernel_view
from twinwheel.manifest import load
from twinwheel.selection.binding import is_failure
from twinwheel.selection.problems import describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from twinwheel.cli.demo.operations import Samples

__all__ = ["Comparison", "Implementation", "Outcome", "compare", "estimate", "find_implementations"]

MOST_RUNS = 15
ENOUGH_SECONDS = 1.0
"""Runs are repeated until this much time has gone into them."""
LONGEST_RUN = 4.0
"""Seconds; when all rows would take longer, fewer rows are compared."""
TRIAL_ROWS = 4


class Convolve(Protocol):
    """The component at kernel level."""

    def __call__(
        self, pixels: Samples, kernel: memoryview[float], output: Samples, /, *, border: str
    ) -> None:
        """Write the correlation of pixels and kernel to output."""


@dataclass(frozen=True)
class Implementation:
    """One that can be imported here."""

    name: str
    module: str
    files: tuple[str, ...]
    """Names of its compiled files; none for Python."""
    convolve: Convolve
    cpu: str = ""
    """CPU level in use, when the module tells."""

    @property
    def artifact(self) -> str:
        """The module's short name, and the CPU level in use: ``_rust (avx2)``."""
        name = self.module.rpartition(".")[2]
        return f"{name} ({self.cpu})" if self.cpu else name

    @property
    def label(self) -> str:
        """The name; of Python also whether NumPy does the work, which its first call decides."""
        if self.files:
            return self.name
        return f"{self.name} (NumPy)" if sys.modules.get("numpy") else self.name


@dataclass(frozen=True)
class Outcome:
    """One operation by one implementation."""

    implementation: Implementation
    outputs: tuple[bytes, ...]
    rows: int
    """How many of the picture's rows were worked on, from the top."""
    runs: int
    median: float
    """Seconds for these rows."""
    seconds: float
    """Seconds for all rows: the median, in proportion when fewer rows were worked on."""
    differing: int
    """How many samples differ from the reference's, on these rows."""

    @property
    def sha256(self) -> str:
        """Digest of all output bytes."""
        return hashlib.sha256(b"".join(self.outputs)).hexdigest()


@dataclass(frozen=True)
class Comparison:
    """One operation by every implementation; the first is the reference."""

    operation: Operation
    outcomes: tuple[Outcome, ...]

    @property
    def agrees(self) -> bool:
        """Whether no bit differs."""
        return not any(outcome.differing for outcome in self.outcomes)

    @property
    def slowest(self) -> float:
        """Seconds that the slowest implementation takes."""
        return max(outcome.seconds for outcome in self.outcomes)


def find_implementations(package: str, first: str) -> tuple[list[Implementation], dict[str, str]]:
    """Import every implementation of a package.

    Args:
        package: Full name of the twin package.
        first: Name of the implementation to put first, as the reference.

    Returns:
        Those that are present, and the reason for each that is not.
    """
    manifest = load(package)
    present, absent = [], {}
    for name in dict.fromkeys([first, *manifest["prefer"], *manifest["implementations"]]):
        about = manifest["implementations"][name]
        if not about["built"]:
            absent[name] = f"not in this wheel: {about['reason']}"
            continue
        try:
            module = importlib.import_module(about["module"])
            function = module.convolve
        except BaseException as error:
            if not is_failure(error):
                raise
            absent[name] = f"cannot be imported: {describe(error)}"
            continue
        files = tuple(each["file"].rpartition("/")[2] for each in about["artifacts"])
        level = str(getattr(module, "cpu_level", ""))
        present.append(Implementation(name, about["module"], files, function, level))
    return present, absent


def compare(
    operation: Operation,
    implementations: list[Implementation],
    progress: Callable[[str], None],
) -> Comparison:
    """Run one operation with each implementation, the first being the reference.

    Pure Python without NumPy needs minutes for a large photograph, so an implementation that would
    take long is compared on as many rows, from the top, as there is time for.

    Args:
        operation: What to do.
        implementations: At least one.
        progress: Is told what is going on.
    """
    reference = implementations[0]
    outcomes: list[Outcome] = []
    for implementation in implementations:
        progress(f"{operation.name}: {implementation.name}")
        height = operation.source.shape[0]
        rows = height
        if implementation is not reference:
            rows = _affordable_rows(operation, implementation)
        source = operation.source.top(rows)
        outputs, times = _repeat(source, operation, implementation.convolve)
        if not outcomes:
            expected = outputs
        elif rows == height:
            expected = outcomes[0].outputs
        else:
            expected = _run(source, operation, reference.convolve)[0]
        median = statistics.median(times)
        outcomes.append(
            Outcome(
                implementation,
                outputs,
                rows,
                len(times),
                median,
                median * height / rows,
                _count_differing(outputs, expected, operation.source.format),
            )
        )
    return Comparison(operation, tuple(outcomes))


def estimate(operation: Operation, implementation: Implementation) -> float:
    """Give the seconds that all rows will take, from a trial on a few."""
    height = operation.source.shape[0]
    trial = operation.source.top(min(TRIAL_ROWS, height))
    seconds = min(_run(trial, operation, implementation.convolve)[1] for _ in range(2))
    return seconds * height / trial.shape[0]


def _affordable_rows(operation: Operation, implementation: Implementation) -> int:
    height = operation.source.shape[0]
    seconds = estimate(operation, implementation)
    if seconds <= LONGEST_RUN:
        return height
    return max(1, int(height * LONGEST_RUN / seconds))


def _repeat(
    source: Raster, operation: Operation, convolve: Convolve
) -> tuple[tuple[bytes, ...], list[float]]:
    times: list[float] = []
    outputs: tuple[bytes, ...] = ()
    while not times or (sum(times) < ENOUGH_SECONDS and len(times) < MOST_RUNS):
        outputs, seconds = _run(source, operation, convolve)
        times.append(seconds)
    return outputs, times


def _run(
    source: Raster, operation: Operation, convolve: Convolve
) -> tuple[tuple[bytes, ...], float]:
    """Do all convolutions of an operation once; only they are timed."""
    view = source.view()
    kernels = [kernel_view(kernel) for kernel in operation.kernels]
    buffers = [bytearray(len(source.data)) for _ in kernels]
    outputs = [memoryview(buffer).cast("B").cast(source.format, source.shape) for buffer in buffers]
    began = time.perf_counter()
    for kernel, output in zip(kernels, outputs, strict=True):
        convolve(view, kernel, output, border="nearest")
    seconds = time.perf_counter() - began
    return tuple(bytes(buffer) for buffer in buffers), seconds


def _count_differing(
    outputs: tuple[bytes, ...], expected: tuple[bytes, ...], sample_format: Literal["B", "f"]
) -> int:
    """Count the samples whose bits differ."""
    if outputs == expected:
        return 0
    word: Literal["B", "I"] = "B" if sample_format == "B" else "I"
    return sum(
        ours != theirs
        for one, other in zip(outputs, expected, strict=True)
        for ours, theirs in zip(
            memoryview(one).cast(word), memoryview(other).cast(word), strict=True
        )
    )
