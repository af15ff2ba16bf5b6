"""``twinwheel.image.dask``: the bits of ``twinwheel.image``, however the image is cut."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import dask
import dask.array as da
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from image.fresh import run as run_fresh
from image.oracle import BORDERS, float32
from numpy.typing import NDArray

from twinwheel import image as toolkit
from twinwheel.image import dask as image_dask
from twinwheel.image._fft import tolerance

Image = NDArray[Any]

OPERATIONS = ("convolve", "convolve_separable", "gaussian_blur", "sobel", "median")
ONES = np.ones((4, 6), np.float32)
BOX = [[1, 1, 1]] * 3


@pytest.fixture(autouse=True)
def one_process() -> Any:
    """Without threads, so that a failure is where it happened."""
    with dask.config.set(scheduler="synchronous"):
        yield


def cut(draw: st.DrawFn, length: int) -> tuple[int, ...]:
    """Chunks of an axis, of any sizes; some of none."""
    found: list[int] = []
    while length > sum(found):
        rest = length - sum(found)
        found.append(rest - draw(st.integers(0, rest)))
    return tuple(found)


@st.composite
def cut_images(draw: st.DrawFn) -> da.Array:
    shape: tuple[int, ...] = draw(st.tuples(st.integers(1, 14), st.integers(1, 14)))
    shape += draw(st.sampled_from([(), (1,), (3,)]))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    image: Image = random.standard_normal(shape, np.float32)
    if draw(st.booleans()):
        image = random.integers(0, 256, shape, np.uint8)
    elif draw(st.booleans()):
        image[random.random(shape) < 0.1] = draw(st.sampled_from([np.nan, np.inf, -0.0]))
    array: da.Array = da.from_array(image, chunks=tuple(cut(draw, length) for length in shape))
    return array


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    """An operation, and what it is called with besides the image."""
    operation = draw(st.sampled_from(OPERATIONS))
    size, other = draw(st.integers(1, 17)), draw(st.integers(1, 17))
    numbers = np.random.default_rng(draw(st.integers(0, 99))).standard_normal
    own: tuple[Any, ...] = {
        "convolve": (numbers((size, size)),),
        "convolve_separable": (numbers(size).tolist(), numbers(other)),
        "gaussian_blur": (size / 4,),
        "sobel": (size % 2,),
        "median": ((3, 5, 7)[size % 3],),
    }[operation]
    border = draw(st.sampled_from([*BORDERS, "replicate", "reflect_101"]))
    return operation, own, {"border": border, "value": draw(st.sampled_from([0.0, 2.5, np.nan]))}


def ramp(height: int, width: int, *chunks: Any) -> da.Array:
    numbers = np.arange(height * width, dtype=np.float32).reshape(height, width)
    array: da.Array = da.from_array(numbers, chunks=chunks)
    return array


@given(cut_images(), calls())
@settings(max_examples=250)
@example(ramp(2, 1, 1, 1), ("convolve", ([[1, 2], [4, 8]],), {"border": "mirror"}))
@example(ramp(9, 9, (1, 7, 1), 9), ("convolve", (np.ones((8, 8)),), {"border": "mirror"}))
@example(ramp(9, 9, (1, 7, 1), 1), ("convolve", (np.ones((8, 8)),), {"border": "wrap"}))
@example(ramp(4, 4, 1, 4), ("convolve", (np.arange(64).reshape(8, 8),), {"border": "wrap"}))
@example(ramp(3, 3, 1, 1), ("convolve", (np.arange(81).reshape(9, 9),), {"border": "reflect"}))
def test_the_bits_are_those_in_memory(
    image: da.Array, call: tuple[str, tuple[Any, ...], dict[str, Any]]
) -> None:
    operation, own, options = call
    memory = np.asarray(image.compute())
    expected = getattr(toolkit, operation)(memory, *own, **options)
    result = getattr(image_dask, operation)(image, *own, **options)
    assert (result.shape, result.dtype) == (image.shape, image.dtype)
    got = result.compute()
    assert type(got) is np.ndarray
    assert (got.shape, got.dtype) == (memory.shape, memory.dtype)
    assert got.tobytes() == expected.tobytes()


def result_of(operation: str, image: da.Array, **options: Any) -> da.Array:
    own = {
        "convolve": (BOX,),
        "convolve_separable": ([1, 2], [3, 4, 5]),
        "gaussian_blur": (1.5,),
    }.get(operation, ())
    result: da.Array = getattr(image_dask, operation)(image, *own, **options)
    return result


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("border", BORDERS)
def test_nothing_is_computed_before_it_is_asked_for(operation: str, border: str) -> None:
    def never(block: Image) -> Image:
        raise AssertionError(block.shape)

    image = da.map_blocks(never, ramp(40, 30, (20, 20), (10, 20)), dtype=np.float32, meta=ONES[:0])
    result = result_of(operation, image, border=border)
    assert result.chunks == ((20, 20), (10, 20))
    assert type(result._meta) is np.ndarray
    assert (result._meta.dtype, result._meta.shape) == (np.float32, (0, 0))
    with pytest.raises(AssertionError):
        result.compute()


@pytest.mark.parametrize("operation", OPERATIONS)
def test_names_tell_results_apart(operation: str) -> None:
    """The same call has the same keys, so that dask computes it once; another has others."""
    image = ramp(40, 30, 20, 20)
    names = {
        result_of(operation, each, **options).name
        for each in (image, image + 1)
        for options in ({}, {}, {"border": "wrap"}, {"border": "mirror"}, {"value": 2.0})
    }
    assert len(names) == 2 * 4


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_task_uses_one_thread(operation: str) -> None:
    name = f"kernel_{operation}"
    image = ramp(40, 30, 20, 30)
    with mock.patch.object(toolkit, name, wraps=getattr(toolkit, name)) as kernel:
        result_of(operation, image).compute()
        assert {call.kwargs["threads"] for call in kernel.call_args_list} == {1}
        result_of(operation, image, threads=3).compute()
        assert kernel.call_args.kwargs["threads"] == 3


def test_arrays_that_are_mapped_from_a_file(tmp_path: Path) -> None:
    memory = np.random.default_rng(4).random((20, 30), np.float32)
    np.save(tmp_path / "image.npy", memory)
    image = da.from_array(np.load(tmp_path / "image.npy", mmap_mode="r"), chunks=8)
    expected = toolkit.median(memory).tobytes()
    assert image_dask.median(image).compute().tobytes() == expected


def test_channels_in_chunks() -> None:
    memory = np.random.default_rng(1).integers(0, 256, (20, 30, 4), np.uint8)
    image = da.from_array(memory, chunks=(7, 11, (1, 3)))
    result = image_dask.gaussian_blur(image, 1.0, radius=2, border="reflect")
    assert result.chunks[2] == (1, 3)
    expected = toolkit.gaussian_blur(memory, 1.0, radius=2, border="reflect")
    assert result.compute().tobytes() == expected.tobytes()


def test_the_options_of_gaussian_blur() -> None:
    memory = np.random.default_rng(2).random((20, 30), np.float32)
    image = da.from_array(memory, chunks=6)
    for options in ({"truncate": 2.0}, {"radius": 0}, {"radius": np.int8(4)}, {"radius": 25}):
        expected = toolkit.gaussian_blur(memory, 2, **options)
        assert image_dask.gaussian_blur(image, 2, **options).compute().tobytes() == (
            expected.tobytes()
        )


def test_methods() -> None:
    random = np.random.default_rng(3)
    memory, kernel = random.random((300, 310), np.float32), random.random((31, 31), np.float32)
    image = da.from_array(memory, chunks=(100, 130))
    direct = toolkit.convolve(memory, kernel).tobytes()
    assert image_dask.convolve(image, kernel).compute().tobytes() == direct
    close = toolkit.convolve(memory, kernel, method="fft")
    limit = 2 * tolerance(1.0, float(kernel.sum()))
    for method in ("fft", "auto"):
        got = image_dask.convolve(image, kernel, method=method).compute()
        assert got.tobytes() != direct
        assert np.abs(got - close).max() <= limit
    # A chunk would be, and the image is not, or the other way round: the image counts.
    smaller = kernel[:22, :22]
    expected = toolkit.convolve(memory, smaller).tobytes()
    assert image_dask.convolve(image, smaller, method="auto").compute().tobytes() == expected
    thin = da.from_array(memory[:40], chunks=40)
    expected = toolkit.convolve(memory[:40], kernel).tobytes()
    assert image_dask.convolve(thin, kernel, method="auto").compute().tobytes() == expected


def masked(block: Image) -> Any:
    return np.ma.masked_equal(block, 1)


UNKNOWN = ramp(4, 6, 2, 3)[da.from_array(np.array([True, False, True, True]), chunks=2)]
IMAGE = da.from_array(ONES, chunks=2)
NO_DASK_ARRAY = "image must be a dask array, "
NO_BORDER = "border must be one of constant, nearest, reflect, mirror, wrap, "


@pytest.mark.parametrize(
    ("function", "arguments", "options", "error", "message"),
    [
        (image_dask.convolve, (ONES, BOX), {}, TypeError,
         NO_DASK_ARRAY + "not ndarray: for what is in memory there is twinwheel.image.convolve"),
        (image_dask.median, (None,), {}, TypeError,
         NO_DASK_ARRAY + "not NoneType: for what is in memory there is twinwheel.image.median"),
        (image_dask.sobel, (da.map_blocks(masked, IMAGE),), {}, TypeError,
         "image must be a dask array of NumPy arrays, not of MaskedArray"),
        (image_dask.sobel, (UNKNOWN,), {}, ValueError,
         "image must have chunks of known sizes: call its method compute_chunk_sizes first"),
        (image_dask.sobel, (da.zeros((3, 0), dtype=np.uint8),), {}, ValueError,
         "image must not have zero size: shape (3, 0)"),
        (image_dask.median, (IMAGE.astype(np.float64),), {}, TypeError,
         "image must hold float32 or uint8 samples, not float64"),
        (image_dask.median, (IMAGE.astype(np.bool_),), {}, TypeError,
         "image must hold float32 or uint8 samples, not bool"),
        (image_dask.median, (IMAGE[0],), {}, ValueError,
         "image must have 2 dimensions (height, width) or 3 (height, width, channels), not 1"),
        (image_dask.convolve, (IMAGE, [[1, 2]]), {}, ValueError,
         "kernel must be square, (size, size): 1 rows, one of length 2"),
        (image_dask.convolve, (IMAGE, BOX), {"method": "FFT"}, ValueError,
         "method must be one of direct, fft, auto, not 'FFT' (did you mean 'fft'?)"),
        (image_dask.convolve, (IMAGE, BOX), {"border": "periodic"}, ValueError,
         NO_BORDER + "not 'periodic' (did you mean 'wrap'?)"),
        (image_dask.convolve, (IMAGE, BOX), {"value": "0"}, TypeError,
         "value must be a number, not str"),
        (image_dask.convolve, (IMAGE, BOX), {"threads": 0}, ValueError,
         "threads must be from 1 to 4294967295, not 0"),
        (image_dask.convolve, (IMAGE, BOX), {"out": ONES}, TypeError,
         "convolve() got an unexpected keyword argument 'out'"),
        (image_dask.convolve_separable, (IMAGE, [1], 3), {}, TypeError,
         "down must be an array, a buffer or a sequence of numbers, not int"),
        (image_dask.gaussian_blur, (IMAGE, 0), {}, ValueError,
         "sigma must be above 0 and finite, not 0"),
        (image_dask.gaussian_blur, (IMAGE, 1), {"radius": 1.0}, TypeError,
         "radius must be a whole number, not float"),
        (image_dask.sobel, (IMAGE, 2), {}, ValueError, "axis must be 0 or 1, not 2"),
        (image_dask.sobel, (da.zeros((3, 3, 3), dtype=np.uint8), -1), {}, ValueError,
         "axis must be 0 or 1 where there are channels, not -1"),
        (image_dask.median, (IMAGE, 4), {}, ValueError, "size must be 3, 5 or 7, not 4"),
    ],
)  # fmt: skip
def test_mistakes_are_told_at_once(
    function: Callable[..., Any],
    arguments: Any,
    options: Any,
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error) as caught:
        function(*arguments, **options)
    assert caught.type is error
    assert str(caught.value) == message


def test_known_again() -> None:
    image = UNKNOWN.persist()
    image.compute_chunk_sizes()
    expected = toolkit.sobel(float32(ramp(4, 6, 4, 6))[[0, 2, 3]])
    assert image_dask.sobel(image).compute().tobytes() == expected.tobytes()


def test_without_dask() -> None:
    done = run_fresh(
        "import sys\n"
        "import twinwheel.image\n"
        "assert 'dask' not in sys.modules\n"
        "sys.modules['dask'] = None  # as if it were not installed\n"
        "import twinwheel.image.dask\n"
    )
    message = done.stderr.strip().splitlines()[-1]
    assert message.startswith(
        "ImportError: twinwheel.image.dask needs dask: pip install 'twinwheel[dask]' ("
    )


def run_cluster(folder: Path, *words: str) -> tuple[int, str, str]:
    """Run the program, and wait for all that write where it does: so for its workers too."""
    program = Path(__file__).with_name("cluster.py")
    with subprocess.Popen(
        [sys.executable, str(program), str(folder), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, err = process.communicate(timeout=480)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    return process.returncode, out, err


@pytest.mark.skipif(sys.platform == "win32", reason="ends a group of processes")
class TestCluster:
    """Two worker processes, on an image larger than they may have of memory together."""

    def test_the_bits_are_those_in_memory(self, tmp_path: Path) -> None:
        status, out, err = run_cluster(tmp_path)
        assert status == 0, err
        assert out.startswith("650000000 bytes are equal"), err
        assert not list(tmp_path.iterdir())

    def test_a_failure_ends_it(self, tmp_path: Path) -> None:
        status, out, err = run_cluster(tmp_path, "broken")
        assert (status, out) == (1, "")
        assert err.strip().endswith("OSError: the disk is gone")
        assert not list(tmp_path.iterdir())
