"""What the image toolkit adds to the memory of a process, and a want of memory."""

from __future__ import annotations

import sys

import pytest
from image.fresh import run
from image.loading import NATIVE, native_module, was_built

MOST_KILOBYTES = 4096

IMPORT = """
import sys

def resident():
    with open("/proc/self/status", "rb") as status:
        for line in status:
            if line.startswith(b"VmRSS:"):
                return int(line.split()[1])  # in kB

before = resident()
import twinwheel.image
after = resident()
assert "numpy" not in sys.modules
print(before, after, twinwheel.image.kernel_convolve.__module__)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("implementation", ["python", *NATIVE])
def test_importing_takes_little(implementation: str) -> None:
    if not was_built(implementation):
        pytest.skip(f"this build has no {implementation}")
    run(IMPORT)  # compiles what is not compiled yet, which takes memory of its own
    done = run(IMPORT, TWINWHEEL_IMAGE_IMPLEMENTATION=implementation)
    assert done.returncode == 0, done.stderr
    before, after, module = done.stdout.split()
    assert module.startswith(f"twinwheel.image._{implementation}")
    assert 0 < int(after) - int(before) <= MOST_KILOBYTES


WORKING = """
from array import array
import {module} as module

def most_resident():
    with open("/proc/self/status", "rb") as status:
        for line in status:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1])  # in kB

height, width, size = {height}, {width}, {size}
samples = b"x" * (height * width)
results = memoryview(bytearray(len(samples)))
results[:] = samples  # so that it is resident, and nothing was that is no more
image = memoryview(samples).cast("B", (height, width, 1))
output = results.cast("B", (height, width, 1))
line = memoryview(array("f", [1 / size]) * size)
if {square}:
    kernel = memoryview(array("f", [1 / size ** 2]) * size ** 2).cast("B").cast("f", (size, size))
before = most_resident()
module.{call}
print(most_resident() - before)
"""

FLOATS = "{}.cast('B').cast('f', (height, width // 4, 1))".format


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("height", "width", "size", "call", "most"),
    [
        # With the border in each, the rows between the passes would take 8001 times 32 kB.
        (64, 64, 8001, "convolve_separable(image, line, line, output, threads=1)", 8 << 10),
        # Each thread takes 2 MB, and there is work for 26.
        (720, 720, 384, "convolve_fft(image, kernel, output, threads=26)", 18 << 10),
        # Rows of what lies outside would be as long as the image is wide.
        (1, 4000000, 3, f"convolve({FLOATS('image')}, kernel, {FLOATS('output')})", 2 << 10),
    ],
)
@pytest.mark.parametrize("implementation", NATIVE)
def test_working_memory(
    implementation: str, height: int, width: int, size: int, call: str, most: int
) -> None:
    code = WORKING.format(
        module=native_module(implementation).__name__,
        height=height,
        width=width,
        size=size,
        call=call,
        square="kernel" in call,
    )
    done = run(code)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) <= most


TOO_MUCH = """
import resource
from array import array
import {module} as module

limit = 1 << 30
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
# Padded rows of up to 63 * 2**24 floats.
image = memoryview(bytes(1 << 24)).cast("B", (1, 1, 1 << 24))
output = memoryview(bytearray(b"x" * (1 << 24))).cast("B", (1, 1, 1 << 24))
line = memoryview(array("f", [1.0]) * 64)
kernel = memoryview(array("f", [1.0]) * 64 ** 2).cast("B").cast("f", (64, 64))
try:
    module.{call}
except MemoryError as error:
    print(type(error).__name__, repr(str(error)), output[0, 0, 0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space")
@pytest.mark.parametrize(
    "call",
    [
        "convolve(image, kernel, output)",
        "convolve_fft(image, kernel, output)",
        "convolve_separable(image, line, line, output)",
        "gaussian_blur(image, output, sigma=8, radius=32)",
        "sobel(image, output, axis=0)",
        "median(image, output, size=7)",
    ],
)
@pytest.mark.parametrize("implementation", NATIVE)
def test_more_than_there_is(implementation: str, call: str) -> None:
    module = native_module(implementation)
    done = run(TOO_MUCH.format(module=module.__name__, call=call))
    assert done.stdout.strip() == f"MemoryError '' {ord('x')}", done.stderr
