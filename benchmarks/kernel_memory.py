"""Measure what a kernel takes of memory beyond its input and output.

Each case is a process of its own, which calls the kernel once on a small image, so that its code is
loaded, sets the system's high-water mark of resident memory back, and calls it on the large one.

    python benchmarks/kernel_memory.py LANGUAGE OPERATION HEIGHT WIDTH THREADS

prints bytes. Linux only: https://docs.kernel.org/filesystems/proc.html (``clear_refs``).
"""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["OPERATIONS", "memory_beyond"]

_RANDOM = np.random.default_rng(1)

# Name -> function, its arguments after the image, and its keywords.
OPERATIONS: Mapping[str, tuple[str, tuple[Any, ...], dict[str, Any]]] = {
    "convolve 3": ("convolve", (_RANDOM.random((3, 3), np.float32),), {}),
    "convolve 31": ("convolve", (_RANDOM.random((31, 31), np.float32),), {}),
    "transforms 31": ("convolve_fft", (_RANDOM.random((31, 31), np.float32),), {}),
    "transforms 384": ("convolve_fft", (_RANDOM.random((384, 384), np.float32),), {}),
    "separable 31": ("convolve_separable", (_RANDOM.random(31, np.float32),) * 2, {}),
    "sobel": ("sobel", (), {"axis": 1}),
    "median 7": ("median", (), {"size": 7}),
}


def memory_beyond(language: str, operation: str, size: tuple[int, int], threads: int) -> int | None:
    """Return the bytes that a call takes at its most, beyond its input and output.

    Args:
        language: ``c`` or ``rust``.
        operation: One of ``OPERATIONS``.
        size: Height and width of the image, in pixels.
        threads: How many compute it.

    Returns:
        Bytes; None where the system cannot tell.
    """
    if not Path("/proc/self/clear_refs").exists():
        return None
    arguments = [language, operation, *map(str, size), str(threads)]
    command = [sys.executable, __file__, *arguments]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _resident(key: str) -> int:
    for line in Path("/proc/self/status").read_text("ascii").splitlines():
        if line.startswith(f"{key}:"):
            return int(line.split()[1]) * 1024
    raise LookupError(key)


def main(language: str, operation: str, height: int, width: int, threads: int) -> None:
    """Print the bytes of one case."""
    module = importlib.import_module(f"twinwheel.image._{language}")
    name, arguments, options = OPERATIONS[operation]
    image = np.ones((height, width), np.float32)
    output = np.ones_like(image)
    small = np.ones((64, 64), np.float32)
    function = getattr(module, name)
    function(small, *arguments, np.ones_like(small), threads=threads, **options)
    Path("/proc/self/clear_refs").write_text("5", "ascii")
    before = _resident("VmRSS")
    function(image, *arguments, output, threads=threads, **options)
    print(max(0, _resident("VmHWM") - before))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
