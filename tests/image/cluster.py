"""A program: an image larger than its workers may have of memory, against the one in memory.

    python cluster.py FOLDER [broken]

Started by test_dask in a process of its own, as workers import the program that starts them. What
it writes it deletes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dask.array as da
import numpy as np
from distributed import Client, LocalCluster

from twinwheel import image as toolkit
from twinwheel.image import dask as image_dask

HEIGHT, WIDTH, CHUNK = 13_000, 12_500, 1000
LIMIT = 300 * 2**20
"""Bytes that a worker may have; the image has more than two of them together."""
SECONDS = 240


class File:
    """An array in a .npy file. Workers are sent its name, and read and write their parts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        array = np.load(path, mmap_mode="r")
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim

    def __getitem__(self, part: Any) -> Any:
        return np.array(np.load(self.path, mmap_mode="r")[part])

    def __setitem__(self, part: Any, value: Any) -> None:
        np.load(self.path, mmap_mode="r+")[part] = value


class Broken(File):
    """One whose end cannot be read."""

    def __getitem__(self, part: Any) -> Any:
        if part[0].stop == HEIGHT:
            raise OSError("the disk is gone")
        return super().__getitem__(part)


def write_image(path: Path) -> None:
    """By parts, and of numbers whose sums are inexact."""
    file = np.lib.format.open_memmap(path, "w+", np.float32, (HEIGHT, WIDTH))
    random = np.random.default_rng(8)
    for first in range(0, HEIGHT, CHUNK):
        rows = file[first : first + CHUNK]
        rows[...] = random.random(rows.shape, np.float32)
    file.flush()


def peak() -> int:
    """The most memory that this process ever had, in bytes; 0 where that is not told."""
    if sys.platform != "linux":
        return 0
    with Path("/proc/self/status").open() as status:
        return 1024 * next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


def main(folder: Path, source: type[File]) -> None:
    write_image(folder / "image.npy")
    np.lib.format.open_memmap(folder / "result.npy", "w+", np.float32, (HEIGHT, WIDTH)).flush()
    kernel = np.random.default_rng(9).standard_normal((4, 4), np.float32)
    with (
        LocalCluster(
            n_workers=2,
            processes=True,
            threads_per_worker=1,
            memory_limit=LIMIT,
            host="127.0.0.1",
            dashboard_address=None,
        ) as cluster,
        Client(cluster) as client,
    ):
        image = da.from_array(source(folder / "image.npy"), chunks=CHUNK, name=False)
        assert image.nbytes > 2 * LIMIT
        result = image_dask.convolve(image, kernel, border="wrap")
        target: Any = File(folder / "result.npy")
        written = da.store(result, target, lock=False, compute=False)
        client.compute(written).result(SECONDS)
        peaks = client.run(peak).values()
        assert len(peaks) == 2
        assert max(peaks) <= LIMIT
    expected = toolkit.convolve(np.load(folder / "image.npy"), kernel, border="wrap")
    result = np.load(folder / "result.npy", mmap_mode="r")
    assert all(
        result[first : first + CHUNK].tobytes() == expected[first : first + CHUNK].tobytes()
        for first in range(0, HEIGHT, CHUNK)
    )
    print(f"{image.nbytes} bytes are equal; workers had {LIMIT} each, and took", *peaks)


if __name__ == "__main__":
    with TemporaryDirectory(dir=sys.argv[1]) as folder:
        main(Path(folder), Broken if "broken" in sys.argv else File)
