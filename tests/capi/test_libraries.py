"""The C library and the Rust one, held to one header, and called by the same callers."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from capi.caller import HEIGHT, SAMPLES, WIDTH, Image, Options

import twinwheel
from twinwheel.build.abi import check_abi, find_differences

pytestmark = [
    pytest.mark.abi,
    pytest.mark.skipif(sys.platform != "linux", reason="it builds and reads ELF libraries"),
]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
HEADER = ROOT / "cpp/include/kernel.h"
INTERNAL = -3
LANGUAGES = ("c", "rust")

Run = Callable[..., None]


def test_both_export_what_the_header_declares(libraries: dict[str, Path]) -> None:
    check_abi(HEADER, list(libraries.values()))


def test_what_does_not_ship_is_found(panicking_library: Path) -> None:
    assert find_differences(HEADER, [panicking_library]) == [
        "libkernel_rs.so: kernel_panic_next is exported; kernel.h does not declare it"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_version(libraries: dict[str, Path], language: str) -> None:
    library = ctypes.CDLL(str(libraries[language]))
    library.kernel_version.restype = ctypes.c_char_p
    assert library.kernel_version() == twinwheel.__version__.encode()


@pytest.fixture(scope="module")
def program(run: Run, folder: Path, c_library: Path) -> Path:
    """A C program that was compiled against the header, and linked with the C library."""
    path = folder / "caller"
    run(
        [
            *("cc", "-O1", "-Wall", "-Wextra", "-Werror", f"-I{HEADER.parent}"),
            *(str(HERE / "caller.c"), "-o", str(path), f"-L{c_library.parent}", "-lkernel"),
        ]
    )
    return path


def output(command: list[str], **variables: str) -> bytes:
    """What a command writes."""
    done = subprocess.run(command, env=os.environ | variables, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_program(program: Path, library: Path, folder: Path) -> bytes:
    """Run the program on a library, which lies in a folder under the name that is linked."""
    folder.mkdir()
    shutil.copy(library, folder / "libkernel.so")
    return output([str(program)], LD_LIBRARY_PATH=str(folder))


def run_script(library: Path) -> bytes:
    return output([sys.executable, str(HERE / "caller.py"), str(library)])


def same(left: bytes, right: bytes) -> bool:
    """Are these the same bytes? Of convolve_fft, the last, the header promises only nearness."""
    last = SAMPLES * 4
    assert len(left) == len(right) > last
    one, other = (np.frombuffer(each[-last:], np.float32) for each in (left, right))
    near = np.allclose(one, other, rtol=0, atol=4e-6 * 66 * 625 * 22 / 64)
    return left[:-last] == right[:-last] and bool(near)


def test_a_program_runs_unchanged_on_either(
    program: Path, libraries: dict[str, Path], tmp_path: Path
) -> None:
    in_c, in_rust = (
        run_program(program, libraries[language], tmp_path / language) for language in LANGUAGES
    )
    assert same(in_c, in_rust)
    # No other library was near.
    missing = {"LD_LIBRARY_PATH": str(tmp_path)}
    done = subprocess.run([program], env=os.environ | missing, capture_output=True, check=False)
    assert done.returncode == 127


def test_a_script_runs_unchanged_on_either(
    program: Path, libraries: dict[str, Path], tmp_path: Path
) -> None:
    in_c, in_rust = (run_script(libraries[language]) for language in LANGUAGES)
    assert same(in_c, in_rust)
    assert in_c == run_program(program, libraries["c"], tmp_path / "c")


def test_a_panic_comes_back_as_a_code(
    panicking_library: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    library = ctypes.CDLL(str(panicking_library))
    floats, weights = (ctypes.c_float * SAMPLES)(), (ctypes.c_float * 9)()
    target = (ctypes.c_float * SAMPLES)()
    image = ctypes.byref(Image(ctypes.addressof(floats), 0, WIDTH, HEIGHT, 1, WIDTH * 4, 4, 4))
    options = ctypes.byref(Options())
    sigma = ctypes.c_double(1.0)
    calls: dict[str, tuple[object, ...]] = {
        "kernel_convolve": (floats, WIDTH, HEIGHT, weights, 3, target),
        "kernel_convolve_ex": (image, weights, 3, options, target),
        "kernel_convolve_fft": (image, weights, 3, options, target),
        "kernel_separable": (image, weights, 3, weights, 3, options, target),
        "kernel_gaussian_blur": (image, sigma, 2, options, target),
        "kernel_gaussian_weights": (sigma, 2, target),
        "kernel_sobel": (image, 0, options, target),
        "kernel_median": (image, 3, options, target),
        "kernel_select_cpu": (b"auto",),
    }
    for name, arguments in calls.items():
        function = getattr(library, name)
        library.kernel_panic_next()
        assert function(*arguments) == INTERNAL, name
        assert "as a test asked" in capfd.readouterr().err
        assert function(*arguments) == 0, name


def hostile(run: Run, path: Path, library: Path, *flags: str) -> None:
    """Compile the hostile caller for a library, and run it."""
    name = library.stem.removeprefix("lib")
    run(
        [
            *("cc", "-O1", "-g", "-Wall", "-Wextra", "-Werror", *flags, f"-I{HEADER.parent}"),
            *(str(HERE / "hostile.c"), "-o", str(path), f"-L{library.parent}", f"-l{name}", "-lm"),
        ]
    )
    run([str(path)], LD_LIBRARY_PATH=str(library.parent))


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_arguments(
    run: Run, libraries: dict[str, Path], language: str, tmp_path: Path
) -> None:
    """Beside each buffer lie pages that cannot be touched."""
    hostile(run, tmp_path / "hostile", libraries[language])


def test_hostile_arguments_under_the_address_sanitizer_in_c(
    run: Run, sanitized_c_library: Path, tmp_path: Path
) -> None:
    hostile(run, tmp_path / "hostile", sanitized_c_library, "-fsanitize=address")


def test_hostile_arguments_under_the_address_sanitizer_in_rust(
    run: Run, sanitized_rust_library: Path, tmp_path: Path
) -> None:
    hostile(run, tmp_path / "hostile", sanitized_rust_library, "-fsanitize=address")
