"""What importing the image toolkit adds to the memory of a process, and a want of memory."""

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
