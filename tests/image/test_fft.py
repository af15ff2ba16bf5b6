"""``convolve_fft`` and ``convolve(method=...)``: close to the exact sums, or the direct ones."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from image import oracle
from image.cases import images, outsides, with_strides
from image.cases import weights as any_weights
from image.fresh import run as run_fresh
from image.loading import NATIVE, operation_of, was_built
from image.oracle import BORDERS, float32, uint8
from numpy.typing import NDArray

from twinwheel import image as toolkit
from twinwheel.image import convolve
from twinwheel.image._fft import ERROR, agree, is_taken, tolerance

Modules = dict[str, ModuleType]
Image = NDArray[Any]
Weights = NDArray[np.float32]

LEAST, MOST = 2.0**-40, 2.0**40
LAYOUTS = ("plain", "turned", "channels", "planes", "flipped", "unaligned")


def run(function: Callable[..., None], image: Image, kernel: Weights, **options: Any) -> Image:
    output = np.full(image.shape, 77, image.dtype)
    function(image, kernel, output, **options)
    return output


def exact(image: NDArray[np.float64], kernel: Weights) -> NDArray[np.float64]:
    """The sums where the kernel lies inside, in binary64, whose rounding does not count."""
    height, width = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    sums = np.zeros((height, width, *image.shape[2:]))
    for ky, kx in np.ndindex(*kernel.shape):
        sums += float(kernel[ky, kx]) * image[ky : ky + height, kx : kx + width]
    return sums


def check(
    modules: Modules,
    image: Image,
    kernel: Weights,
    border: str,
    value: float,
    threads: int,
    lines: tuple[Weights, Weights] | None = None,
) -> None:
    """The sums of each module are within the tolerance, before a uint8 result is rounded.

    Lines are what the kernel is the outer product of, for what would take too long without.
    """
    outside = abs(float(np.float32(value))) if border == "constant" else 0.0
    inside = 255.0 if image.dtype == np.uint8 else float(np.abs(image.astype(np.float64)).max())
    limit = tolerance(max(inside, outside), float(np.abs(kernel.astype(np.float64)).sum()))
    size = len(kernel)
    sums = oracle.padded(image.astype(np.float64), size, size, border, np.float32(value))
    for each in [kernel] if lines is None else [lines[0][:, None], lines[1][None, :]]:
        sums = exact(sums, each)
    lowest, highest = sums - limit, sums + limit
    if image.dtype == np.uint8:
        lowest, highest = (np.rint(np.clip(edge, 0, 255)) for edge in (lowest, highest))
    for name, function in operation_of(modules, "convolve_fft").items():
        got = run(function, image, kernel, border=border, value=value, threads=threads)
        wrong = (got < lowest) | (got > highest) | np.isnan(got)
        assert not wrong.any(), (name, np.abs(got - sums).max(), limit)


@st.composite
def usual(draw: st.DrawFn, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Numbers that transforms are made for, or patterns on which their errors add up."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    scale = 2.0 ** draw(st.integers(-39, 36))
    kind = draw(st.sampled_from(["normal", "signs", "one", "constant", "sparse"]))
    kinds: dict[str, Callable[[], Any]] = {
        "normal": lambda: np.clip(random.standard_normal(shape), -9, 9),
        "signs": lambda: random.choice([-1.0, 1.0], shape),
        "one": lambda: np.arange(np.prod(shape)).reshape(shape) == random.integers(np.prod(shape)),
        "constant": lambda: np.ones(shape),
        "sparse": lambda: np.where(random.random(shape) < 0.1, 9.0, 1e-3),
    }
    return np.array(kinds[kind]() * scale, np.float32)


@st.composite
def usual_images(draw: st.DrawFn) -> Image:
    shape: tuple[int, ...] = draw(st.tuples(st.integers(1, 24), st.integers(1, 24)))
    shape += draw(st.sampled_from([(), (1,), (2,), (3,)]))
    if draw(st.booleans()):
        return with_strides(draw, draw(usual(shape)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return with_strides(draw, random.integers(0, 256, shape, np.uint8))


@given(
    usual_images(),
    st.integers(1, 26).flatmap(lambda size: usual((size, size))),
    st.sampled_from(BORDERS),
    st.floats(-1000, 1000, width=32),
    st.sampled_from([1, 2, 5]),
)
@settings(max_examples=150)
def test_close_to_the_exact_sums(
    modules: Modules, image: Image, kernel: Weights, border: str, value: float, threads: int
) -> None:
    check(modules, image, kernel, border, value, threads)


@pytest.mark.parametrize("size", [24, 96, 97, 150])
@pytest.mark.parametrize("border", BORDERS)
def test_images_of_many_parts(modules: Modules, size: int, border: str) -> None:
    """Native transforms are of squares of 256, and of 512 for kernels above 96."""
    quick = {name: module for name, module in modules.items() if name != "python"}
    random = np.random.default_rng(size)
    down, across = float32(random.integers(-9, 10, (2, size)) / 16)
    kernel, one = float32(np.outer(down, across)), np.zeros((size, size), np.float32)
    one[-1, 0] = 1
    signs = float32(random.choice([-1, 1], (260, 530)))
    colours = random.integers(0, 256, (270, 90, 3), np.uint8)
    check(quick, signs, kernel, border, 3.0, 2, (down, across))
    check(
        quick,
        colours,
        float32(kernel / 64),
        border,
        300.0,
        1,
        (float32(down / 8), float32(across / 8)),
    )
    check(quick, signs, one, border, 0.0, 1, (one[:, 0], one[-1]))


def test_the_largest_kernel(modules: Modules) -> None:
    """Past it the sums are direct, in C, in Rust and in Python."""
    random = np.random.default_rng(5)
    image = random.standard_normal((3, 4), np.float32)
    kernel = random.standard_normal((385, 385), np.float32)
    check(modules, image, np.ascontiguousarray(kernel[1:, 1:]), "mirror", 0.0, 1)
    for name, module in modules.items():
        if name == "python":
            continue
        expected = run(module.convolve, image, kernel, border="mirror")
        assert run(module.convolve_fft, image, kernel, border="mirror").tobytes() == (
            expected.tobytes()
        ), name


@given(images(), st.integers(1, 7).flatmap(lambda size: any_weights(size, size)), outsides())
@settings(max_examples=200)
@example(float32([[np.nan, 1]]), float32([[1, 2], [3, 4]]), ("wrap", 0.0))
@example(float32([[np.inf, 1]]), float32([[1, 2], [3, 4]]), ("wrap", 0.0))
@example(float32([[1, 1]]), float32([[1, 2], [-np.inf, 4]]), ("wrap", 0.0))
@example(float32([[1, 1]]), float32([[1, 2], [np.nan, 4]]), ("wrap", 0.0))
@example(float32([[1, 1]]), float32([[1, 2], [3, 4]]), ("constant", np.nan))
@example(uint8([[1, 1]]), float32([[1, 2], [3, 4]]), ("constant", -np.inf))
@example(uint8([[1, 1]]), float32([[1, 2], [3, np.nan]]), ("mirror", 0.0))
@example(float32([[1, 1]]), float32([[1, 2], [3, 4]]), ("mirror", np.nan))
@example(float32([[0, 0]]), float32([[1, 2], [3, 4]]), ("mirror", 0.0))
@example(float32([[0, 0]]), float32([[1, 2], [3, 4]]), ("constant", 1.0))
def test_numbers_that_transforms_would_spread_or_lose(
    modules: Modules, image: Image, kernel: Weights, outside: tuple[str, float]
) -> None:
    """Then the bits are those of the direct sums, of which there is one answer."""
    border, value = outside
    with np.errstate(invalid="ignore"):  # of signalling NaN
        samples = np.abs(image.astype(np.float64)).max() if image.dtype == np.float32 else 255.0
        if border == "constant":
            samples = np.maximum(samples, abs(value))
        largest = np.abs(kernel.astype(np.float64)).max()
    if LEAST <= samples <= MOST and LEAST <= largest <= MOST:
        check(modules, image, kernel, border, value, 1)
        return
    expected = run(modules["python"].convolve, image, kernel, border=border, value=value)
    for name, function in operation_of(modules, "convolve_fft").items():
        got = run(function, image, kernel, border=border, value=value)
        assert got.tobytes() == expected.tobytes(), name


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("edge", [LEAST, MOST])
def test_all_decide_alike(modules: Modules, edge: float, layout: str) -> None:
    """One sample, wherever it lies, is as far as transforms go; the next number is past that."""
    random = np.random.default_rng(6)
    beyond = float(np.nextafter(np.float32(edge), np.float32(0 if edge == LEAST else np.inf)))
    shape = (12, 10, 3) if layout in ("channels", "planes") else (12, 10)
    image: Image = random.random(shape, np.float32) * np.float32(LEAST / 2)
    kernel = random.random((9, 9), np.float32)
    if layout == "turned":
        image = np.asfortranarray(image)
    elif layout == "planes":
        image = np.ascontiguousarray(image.transpose(2, 0, 1)).transpose(1, 2, 0)
    elif layout == "flipped":
        image = image[::-1, ::-1]
    elif layout == "unaligned":
        memory = np.zeros(image.nbytes + 1, np.uint8)[1:].view(np.float32).reshape(image.shape)
        memory[...] = image
        image = memory
    for place in [(0,) * image.ndim, (5,) * 2 + (1,) * (image.ndim - 2), (-1,) * image.ndim]:
        before = image[place]
        for sample, same in ((edge, False), (-edge, False), (beyond, True), (-beyond, True)):
            image[place] = sample
            for name, module in modules.items():
                direct = run(module.convolve, image, kernel, border="nearest")
                got = run(module.convolve_fft, image, kernel, border="nearest")
                assert (got.tobytes() == direct.tobytes()) is same, (name, sample)
        image[place] = before


def test_which_method_is_taken() -> None:
    for method, taken in (("direct", False), ("fft", True)):
        assert all(is_taken(method, (1, 1), size) is taken for size in (1, 22, 23, 384, 385))
    large, small, thin = (1080, 1920), (64, 64), (1, 100_000)
    assert not any(is_taken("auto", large, size) for size in (1, 15, 22, 385))
    assert all(is_taken("auto", large, size) for size in (23, 31, 96, 97, 384))
    assert not any(is_taken("auto", small, size) for size in (23, 31, 60, 97))
    assert is_taken("auto", small, 96)
    assert not any(is_taken("auto", thin, size) for size in (23, 96, 97, 150))
    # One square of 256 gives 234 * 234 results, and is worth twenty million taps.
    assert is_taken("auto", (234, 234), 23)
    assert not is_taken("auto", (235, 234), 23)
    assert not is_taken("auto", (234, 161), 23)
    assert is_taken("auto", (234, 234, 3), 23)
    assert not is_taken("auto", (234, 161, 3), 23)  # as each channel by itself


def test_the_public_function() -> None:
    random = np.random.default_rng(7)
    image, kernel = random.random((500, 600), np.float32), random.random((31, 31), np.float32)
    direct, close = np.empty_like(image), np.empty_like(image)
    toolkit.kernel_convolve(image, kernel, direct)
    toolkit.kernel_convolve_fft(image, kernel, close)
    assert direct.tobytes() != close.tobytes()
    assert convolve(image, kernel).tobytes() == direct.tobytes()
    assert convolve(image, kernel, method="direct").tobytes() == direct.tobytes()
    for method in ("fft", "auto"):
        assert np.abs(convolve(image, kernel, method=method) - close).max() <= 2 * tolerance(
            1, float(kernel.sum())
        )
        out = np.zeros_like(image)
        assert convolve(image, kernel, method=method, out=out, threads=1) is out
        assert out.tobytes() == close.tobytes()
    small = image[:60, :60]
    assert convolve(small, kernel, method="auto").tobytes() == convolve(small, kernel).tobytes()
    smaller = kernel[:22, :22]
    assert convolve(image, smaller, method="auto").tobytes() == convolve(image, smaller).tobytes()
    holed = image.copy()
    holed[300, 300] = np.nan
    assert convolve(holed, kernel, method="auto").tobytes() == convolve(holed, kernel).tobytes()


@pytest.mark.parametrize("implementation", ["python", *NATIVE])
def test_a_method_that_there_is_not(implementation: str) -> None:
    """One check in front of all implementations, so one text."""
    if not was_built(implementation):
        pytest.skip(f"this build has no {implementation}")
    code = (
        "from twinwheel.image import convolve\n"
        "image = memoryview(bytes(6)).cast('B', (2, 3))\n"
        "for method in ('FFT', 'fourier', None, 1):\n"
        "    try:\n"
        "        convolve(image, [[1]], method=method)\n"
        "    except (TypeError, ValueError) as error:\n"
        "        print(type(error).__name__, error)\n"
    )
    done = run_fresh(code, TWINWHEEL_IMAGE_IMPLEMENTATION=implementation)
    assert done.stdout.splitlines() == [
        "ValueError method must be one of direct, fft, auto, not 'FFT' (did you mean 'fft'?)",
        "ValueError method must be one of direct, fft, auto, not 'fourier'",
        "TypeError method must be a string, not NoneType",
        "TypeError method must be a string, not int",
    ], done.stderr


PEAK = """
import numpy as np
from {module} import convolve_fft

def kilobytes(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name))

def peak(shape, size):
    image = np.random.default_rng(0).random(shape, np.float32)
    kernel, output = np.ones((size, size), np.float32), np.ones_like(image)
    convolve_fft(image[:3, :3], np.ones((2, 2), np.float32), np.empty_like(image[:3, :3]))
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the peak begins anew
    before = kilobytes("VmRSS:")
    convolve_fft(image, kernel, output, border="wrap")
    return kilobytes("VmHWM:") - before

print(max(peak(*case) for case in {cases}))
"""
CASES: list[tuple[tuple[int, ...], int]] = [
    *(((1080, 1920), 23), ((1080, 1920), 96), ((300, 2000), 384)),
    *(((3, 100_000), 96), ((400, 700, 3), 97)),
]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("implementation", ["python", *NATIVE])
def test_memory(implementation: str) -> None:
    if not was_built(implementation):
        pytest.skip(f"this build has no {implementation}")
    module = {"python": "_python", "c": "_c", "rust": "_rust"}[implementation]
    done = run_fresh(PEAK.format(module=f"twinwheel.image.{module}", cases=CASES))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= 16_000


def test_the_comparator() -> None:
    image, kernel = float32([[1, -4], [2, 0]]), float32([[-1, 1], [0.5, 0]])
    arguments: dict[str, Any] = {"input": image[::-1], "kernel": kernel, "value": -8.0}
    limit = 2 * 64 * 2.0**-24 * 8 * 2.5
    assert limit == 2 * ERROR * 8 * 2.5
    reference = float32([[0, np.nan], [np.inf, 1]])
    for difference, agrees in ((0.0, True), (limit, True), (-limit, True), (1.01 * limit, False)):
        candidate = reference.copy()
        candidate[0, 0] += difference
        assert agree(arguments, reference, candidate) is agrees
    for place in ((0, 1), (1, 0)):
        candidate = reference.copy()
        candidate[place] = 3
        assert not agree(arguments, reference, candidate)
        assert not agree(arguments, candidate, reference)
    assert not agree(arguments, reference, np.zeros_like(reference, np.uint8))
    assert not agree(arguments, reference, reference[:1])
    pixels = uint8([[9, 9]])
    options: dict[str, Any] = {"input": pixels, "kernel": kernel}
    assert agree(options, pixels, uint8([[8, 10]]))
    assert not agree(options, pixels, uint8([[9, 11]]))


@pytest.mark.parametrize(
    ("image", "size", "options"),
    [
        ([[np.inf, 1.0]], 3, {}),
        ([[1e30, 1.0]], 3, {}),
        ([[1e-30, 1e-30]], 3, {}),
        ([[1.0, np.nan]], 3, {}),
        ([[1.0, 1.0]], 3, {"value": 1e30}),
        ([[1.0, 1.0]], 385, {}),
    ],
)
def test_what_is_direct_all_the_same_must_be_equal(
    image: list[list[float]], size: int, options: dict[str, Any]
) -> None:
    arguments = {
        "input": np.array(image, np.float32),
        "kernel": np.ones((size, size), np.float32),
        **options,
    }
    reference = np.array([[3.0, 4.0]], np.float32)
    assert agree(arguments, reference, reference.copy())
    assert not agree(arguments, reference, np.nextafter(reference, np.float32(9)))
    # A value that lies nowhere does not count.
    if "value" in options:
        arguments["border"] = "nearest"
        assert agree(arguments, reference, np.nextafter(reference, np.float32(9)))
