"""What ``twinimage --kernel python`` gives to ``python -c``.

Its words: height, width, channels, border, value, threads, component and the component's numbers;
or ``about``. From standard input come the weights as binary32, and then the samples. The result,
and nothing else, goes to standard output. It exits with 3 when the package cannot be imported.
"""

from __future__ import annotations

import os
import sys

if sys.path[:1] == [""]:
    del sys.path[0]  # what lies in the working folder is not to be imported

NO_PACKAGE = 3
RESULT = os.dup(1)
os.dup2(2, 1)  # what others print would be taken for samples

try:
    import twinwheel.image as toolkit
except ImportError as error:
    sys.stderr.write("%s\n" % error)  # noqa: UP031 (any Python is to come as far as here)
    sys.exit(NO_PACKAGE)


def weights(data: memoryview[int], *shape: int) -> tuple[memoryview[float], memoryview[int]]:
    """Split weights of a shape from what comes after them."""
    length = 4
    for axis in shape:
        length *= axis
    return data[:length].cast("f", shape), data[length:]


def apply(words: list[str]) -> memoryview[int]:
    """Read what comes by standard input, and call the component that the words name."""
    height, width, channels, border, value, threads, component, *numbers = words
    shape = (int(height), int(width), int(channels))
    options = {"border": border, "value": float(value), "threads": int(threads)}
    data = memoryview(sys.stdin.buffer.read())
    arguments: list[object] = []
    if component == "convolve":
        (size,) = map(int, numbers)
        kernel, data = weights(data, size, size)
        arguments = [kernel]
    elif component == "convolve_separable":
        across, data = weights(data, int(numbers[0]))
        down, data = weights(data, int(numbers[1]))
        arguments = [across, down]
    elif component == "gaussian_blur":
        arguments = [float(numbers[0])]
        options["radius"] = int(numbers[1])
    else:
        arguments = [int(numbers[0])]
    function = getattr(toolkit, component)
    result: memoryview[int] = function(data.cast("B", shape), *arguments, **options)
    return result


def about() -> bytes:
    """Tell the versions, and which implementations are bound."""
    from twinwheel import report

    version = ".".join(map(str, sys.version_info[:3]))
    return f"{sys.executable}: Python {version}; {report('twinwheel.image')}".encode()


with open(RESULT, "wb") as output:  # noqa: PTH123 (it is open already)
    output.write(about() if sys.argv[1:] == ["about"] else apply(sys.argv[1:]))
