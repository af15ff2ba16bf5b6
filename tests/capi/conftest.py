"""Fixtures: the two libraries as they ship, with what a check or a sanitizer needs besides.

They compile for minutes, so ``nox -s abi`` runs these tests, in one process.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Run = Callable[..., None]


@pytest.fixture(scope="session")
def run() -> Run:
    """Run a command, and show what it printed when it fails."""

    def call(command: Sequence[str], **variables: str) -> None:
        environ = {
            key: value
            for key, value in os.environ.items()
            if key not in ("CC", "CFLAGS", "LDFLAGS", "RUSTFLAGS", "CARGO_TARGET_DIR")
        }
        # Nothing is to be downloaded for the sake of a toolchain that is asked for.
        environ |= {"RUSTUP_AUTO_INSTALL": "0", **variables}
        done = subprocess.run(
            command,
            cwd=ROOT / "rust",
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout

    return call


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all is built."""
    return tmp_path_factory.mktemp("libraries")


def build_c(run: Run, folder: Path, *options: str) -> Path:
    """Build the C library."""
    run(
        [
            *("cmake", "-S", str(ROOT), "-B", str(folder), "-G", "Ninja"),
            *("-DCMAKE_BUILD_TYPE=Release", "-DKERNEL_BUILD_SHARED=ON", "-DKERNEL_WERROR=ON"),
            *options,
        ]
    )
    run(["cmake", "--build", str(folder), "--target", "kernel_shared"])
    return folder / "cpp" / "libkernel.so"


def build_rust(run: Run, folder: Path, target: Path, *options: str, **variables: str) -> Path:
    """Build the Rust library, and put it into a folder of its own."""
    command = ["cargo", "build", "--locked", "--profile", "abi", "--package", "twinwheel-capi"]
    run([*command, "--target-dir", str(target), *options], **variables)
    (made,) = (path for path in target.glob("**/abi/libkernel_rs.so") if path.is_file())
    folder.mkdir()
    library = folder / made.name
    shutil.copy(made, library)
    return library


@pytest.fixture(scope="session")
def c_library(run: Run, folder: Path) -> Path:
    """The C library, with debug information; without following variables, which takes minutes."""
    return build_c(run, folder / "c", "-DCMAKE_C_FLAGS=-g -fno-var-tracking")


@pytest.fixture(scope="session")
def rust_library(run: Run, folder: Path) -> Path:
    """The Rust library, with debug information."""
    return build_rust(run, folder / "rust", folder / "cargo")


@pytest.fixture(scope="session")
def libraries(c_library: Path, rust_library: Path) -> dict[str, Path]:
    """Both, by language."""
    return {"c": c_library, "rust": rust_library}


@pytest.fixture(scope="session")
def panicking_library(run: Run, folder: Path, rust_library: Path) -> Path:
    """The Rust library with a function that makes the next call panic."""
    options = ("--features", "panic-for-tests")
    return build_rust(run, folder / "panicking", folder / "cargo", *options)


@pytest.fixture(scope="session")
def sanitized_c_library(run: Run, folder: Path) -> Path:
    """The C library under the address sanitizer; line numbers only, as in ``nox -s c``."""
    options = ("-DCMAKE_C_FLAGS=-g1", "-DKERNEL_SANITIZE=address")
    return build_c(run, folder / "sanitized-c", *options)


@pytest.fixture(scope="session")
def sanitized_rust_library(run: Run, folder: Path) -> Path:
    """The Rust library under the address sanitizer, which only a nightly compiler has."""
    nightly = ["rustc", "+nightly", "-vV"]
    found = shutil.which("rustup") is not None and subprocess.run(
        nightly,
        env={**os.environ, "RUSTUP_AUTO_INSTALL": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if not found or found.returncode != 0:
        pytest.skip("no nightly compiler of Rust is installed: rustup toolchain install nightly")
    host = found.stdout.partition("host: ")[2].split()[0]
    # The target is named, so that the flags are not for the build scripts too.
    return build_rust(
        run,
        folder / "sanitized-rust",
        folder / "cargo-sanitized",
        *("--target", host),
        RUSTFLAGS="-Zsanitizer=address",
        RUSTUP_TOOLCHAIN="nightly",
    )
