"""A script that was written for the C library: the same calls as caller.c, by ctypes.

The path of the library is its one argument.
"""

from __future__ import annotations

import ctypes
import sys
from ctypes import c_char_p, c_double, c_float, c_int, c_int32, c_ssize_t, c_uint32, c_void_p

WIDTH, HEIGHT, CHANNELS = 61, 37, 3
SAMPLES = WIDTH * HEIGHT * CHANNELS
CONSTANT, NEAREST, REFLECT, MIRROR, WRAP = range(5)


class Image(ctypes.Structure):
    _fields_ = (
        ("data", c_void_p),
        ("sample", c_int32),
        ("width", c_uint32),
        ("height", c_uint32),
        ("channels", c_uint32),
        ("row_stride", c_ssize_t),
        ("column_stride", c_ssize_t),
        ("channel_stride", c_ssize_t),
    )


class Options(ctypes.Structure):
    _fields_ = (
        ("border", c_int32),
        ("border_value", c_float),
        ("threads", c_uint32),
        ("first_row", c_uint32),
        ("rows", c_uint32),
    )


def main(path: str) -> None:
    library = ctypes.CDLL(path)
    library.kernel_cpu_level.restype = c_char_p
    library.kernel_version.restype = c_char_p
    floats = (c_float * SAMPLES)(*((i * 7919 % 1009) / 8 - 60 for i in range(SAMPLES)))
    data = (ctypes.c_ubyte * SAMPLES)(*(i * 31 % 251 for i in range(SAMPLES)))
    weights = (c_float * 625)(*((i * 11 % 23) / 64 for i in range(625)))
    others = ctypes.byref(weights, 7 * 4)
    float_output, byte_output = (c_float * SAMPLES)(), (ctypes.c_ubyte * SAMPLES)()
    row = WIDTH * CHANNELS
    image = Image(ctypes.addressof(floats), 0, WIDTH, HEIGHT, CHANNELS, row * 4, CHANNELS * 4, 4)
    last_row = ctypes.addressof(data) + row * (HEIGHT - 1)
    turned = Image(last_row, 1, WIDTH, HEIGHT, CHANNELS, -row, CHANNELS, 1)
    some_rows = Options(CONSTANT, 7.5, 1, 3, 20)

    def put(what: bytes) -> None:
        sys.stdout.buffer.write(what)

    def call(name: str, *arguments: object) -> None:
        put(bytes(c_int(getattr(library, name)(*arguments))))

    def options(border: int) -> object:
        return ctypes.byref(Options(border, 0.0, 2, 0, 0))

    def of(picture: Image) -> object:
        return ctypes.byref(picture)

    call("kernel_convolve", floats, WIDTH, HEIGHT, weights, 5, float_output)
    put(bytes(float_output)[: WIDTH * HEIGHT * 4])
    call("kernel_convolve", None, WIDTH, HEIGHT, weights, 5, float_output)
    call("kernel_convolve_ex", of(turned), weights, 3, options(REFLECT), byte_output)
    put(bytes(byte_output))
    call("kernel_convolve_ex", of(image), weights, 7, ctypes.byref(some_rows), float_output)
    put(bytes(float_output))
    call("kernel_separable", of(image), weights, 5, others, 4, options(MIRROR), float_output)
    put(bytes(float_output))
    call("kernel_gaussian_weights", c_double(1.3), 4, float_output)
    put(bytes(float_output)[: 9 * 4])
    blur = (of(turned), c_double(1.3), 4, options(NEAREST), byte_output)
    call("kernel_gaussian_blur", *blur)
    put(bytes(byte_output))
    for axis in range(3):
        call("kernel_sobel", of(image), axis, options(WRAP), float_output)
        put(bytes(float_output))
    call("kernel_median", of(image), 3, None, float_output)
    put(bytes(float_output))
    call("kernel_median", of(turned), 7, options(WRAP), byte_output)
    put(bytes(byte_output))
    call("kernel_select_cpu", b"fortran")
    call("kernel_select_cpu", b"baseline")
    put(library.kernel_cpu_level())
    put(library.kernel_version())
    call("kernel_convolve_fft", of(image), weights, 25, options(WRAP), float_output)
    put(bytes(float_output))


if __name__ == "__main__":
    main(sys.argv[1])
