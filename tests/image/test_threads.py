"""The lock of the interpreter is released while a native kernel runs, which may use threads."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from image.loading import NATIVE, native_module


@pytest.mark.parametrize("implementation", NATIVE)
def test_python_runs_meanwhile(implementation: str) -> None:
    """Rows are written from the top, so half a result can be seen by who is let to look.

    Were the lock held, this thread would see all or nothing, however often it tried. When it is
    released, this thread can still be kept waiting by a busy machine until all is done, so it gets
    more than one try.
    """
    convolve = native_module(implementation).convolve
    image = np.ones((1500, 1000), np.float32)
    kernel = np.ones((31, 31), np.float32)
    for _ in range(50):
        output = np.zeros_like(image)
        worker = threading.Thread(target=convolve, args=(image, kernel, output))
        worker.start()
        while output[0, 0] == 0 and worker.is_alive():
            pass
        half_done = output[-1, -1] == 0
        worker.join()
        assert output[-1, -1] == 16 * 16
        if half_done:
            return
    pytest.fail("no result was ever seen half done: the lock is held")


@pytest.mark.parametrize("implementation", NATIVE)
def test_many_threads_share_their_input(implementation: str) -> None:
    convolve = native_module(implementation).convolve
    random = np.random.default_rng(1)
    image = random.random((64, 200, 3)).astype(np.float32)
    kernel = random.random((5, 5)).astype(np.float32)
    expected = np.empty_like(image)
    convolve(image, kernel, expected)
    outputs = [np.zeros_like(image) for _ in range(16)]
    start = threading.Barrier(len(outputs))

    def work(output: np.ndarray) -> None:
        start.wait()
        convolve(image, kernel, output, border="constant")

    workers = [threading.Thread(target=work, args=(output,)) for output in outputs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(output.tobytes() == expected.tobytes() for output in outputs)


@pytest.mark.parametrize("threads", [2, 3, 7, 2**32 - 1])
@pytest.mark.parametrize("implementation", NATIVE)
def test_the_bits_do_not_depend_on_the_threads(implementation: str, threads: int) -> None:
    module = native_module(implementation)
    random = np.random.default_rng(3)
    picture = random.random((501, 401, 3), np.float32)
    kernel, line = random.random((7, 7), np.float32), random.random(9, np.float32)
    calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = [
        ("convolve", (kernel,), {}),
        ("convolve_separable", (line, line), {}),
        ("gaussian_blur", (), {"sigma": 4.0, "radius": 16}),
        ("sobel", (), {"axis": 0}),
        ("median", (), {"size": 5}),
    ]
    for image in (picture, (picture * 255).astype(np.uint8)):
        for operation, lines, options in calls:
            function = getattr(module, operation)
            one, many = np.zeros_like(image), np.zeros_like(image)
            function(image, *lines, one, **options, border="wrap")
            function(image, *lines, many, **options, border="wrap", threads=threads)
            assert one.tobytes() == many.tobytes(), operation
