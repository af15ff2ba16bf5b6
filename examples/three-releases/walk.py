"""Walk through the three releases of a gradual migration, forward and back.

Each station is what a user would have installed and set at that time. At each, a photograph is
blurred by the command that the release tells its users to call, and filtered by a C caller's
library; the results must be the same files, to the bit, at every station, in both directions.

    python examples/three-releases/walk.py [--work FOLDER]

It builds two environments (with the C half, and without) and two programs (likewise), so it needs
Cargo and a C++ compiler, and takes some minutes the first time.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import venv
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOT = Path(__file__).resolve().parents[2]
PHOTOGRAPH = ROOT / "src/twinwheel/cli/photograph/coffee.jpg"

# What users called before there was a program: the package, from a shell script.
BEFORE = """
import sys
from PIL import Image
import numpy, twinwheel.image
picture = numpy.asarray(Image.open(sys.argv[1]))
Image.fromarray(twinwheel.image.gaussian_blur(picture, 2.0, border="reflect")).save(sys.argv[2])
"""

# What a caller of the C library does. It never changes: only the path is another.
CALLER = """
import ctypes, hashlib, sys
kernel = ctypes.CDLL(sys.argv[1])
data = open(sys.argv[2], "rb").read()
width, height = map(int, data.split(b"\\n")[1].split())
samples = data[-width * height:]
image = (ctypes.c_float * len(samples))(*samples)
weights = (ctypes.c_float * 9)(1, 2, 1, 2, 4, 2, 1, 2, 1)
result = (ctypes.c_float * len(samples))()
assert kernel.kernel_convolve(image, width, height, weights, 3, result) == 0
print(hashlib.sha256(result).hexdigest())
"""

IN_GREY = """
import sys
from PIL import Image
Image.open(sys.argv[1]).convert("L").save(sys.argv[2])
"""

PATH_OF_LIBRARY = "import twinwheel; print(twinwheel.library_path('twinwheel.image'))"


@dataclass(frozen=True)
class Station:
    """What is installed and set at one time."""

    release: str
    says: str
    wheel: str
    """``both`` halves, or ``rust`` alone."""

    program: str
    """Features that ``twinimage`` is built with; empty before there was one."""

    variables: Mapping[str, str] = field(default_factory=dict)


STATIONS = (
    Station(
        "before",
        "shell scripts call the Python package; C callers load libkernel",
        wheel="both",
        program="",
        variables={"TWINWHEEL_IMAGE_IMPLEMENTATION": "c", "TWINWHEEL_IMAGE_LIBRARY": "c"},
    ),
    Station(
        "release 1",
        "shell scripts call twinimage, which calls the package: --kernel python",
        wheel="both",
        program="rust-kernel,c-kernel",
        variables={
            "TWINWHEEL_IMAGE_IMPLEMENTATION": "c",
            "TWINWHEEL_IMAGE_LIBRARY": "c",
            "TWINIMAGE_KERNEL": "python",
        },
    ),
    Station(
        "release 2, begun",
        "twinimage has the original C linked in, by the feature c-kernel: --kernel c",
        wheel="both",
        program="rust-kernel,c-kernel",
        variables={"TWINWHEEL_IMAGE_LIBRARY": "c", "TWINIMAGE_KERNEL": "c"},
    ),
    Station(
        "release 2",
        "twinimage and the library are the Rust crate: --kernel rust, libkernel_rs",
        wheel="both",
        program="rust-kernel,c-kernel",
        variables={"TWINWHEEL_IMAGE_LIBRARY": "rust", "TWINIMAGE_KERNEL": "rust"},
    ),
    Station(
        "release 3",
        "the bridge is gone: no feature c-kernel, no libkernel, no C in the wheel",
        wheel="rust",
        program="rust-kernel",
    ),
)


def run(*command: str | Path, **variables: str) -> str:
    """Run a command, which must succeed, and return what it printed."""
    ours = ("TWINWHEEL_", "TWINIMAGE_", "PYTHONPATH")
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    done = subprocess.run(
        list(map(str, command)),
        env={**inherited, **variables},
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}")
    return done.stdout.strip()


def refused(*command: str | Path, **variables: str) -> None:
    """Run a command that asks for what the last release no longer has; it must say so."""
    done = subprocess.run(
        list(map(str, command)),
        env={**os.environ, **variables},
        capture_output=True,
        check=False,
        text=True,
    )
    if done.returncode == 0:
        sys.exit(f"{' '.join(map(str, command))}\nwas not refused")
    print(f"refused           {done.stderr.strip().splitlines()[-1].strip()}", flush=True)


def environment(folder: Path, halves: str) -> Path:
    """Make an environment with a wheel of both halves, or of Rust alone; return its Python."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"installing a wheel with {halves}", flush=True)
        venv.create(folder, with_pip=True)
        wanted = {
            "TWINWHEEL_RUST": "require",
            "TWINWHEEL_C": "off" if halves == "rust" else "require",
        }
        run(python, "-m", "pip", "install", "--quiet", f"{ROOT}[cli,numpy]", **wanted)
    return python


def program(folder: Path, features: str) -> Path:
    """Build twinimage with some kernels; return its path."""
    print(f"building twinimage with {features}", flush=True)
    arguments = ("--no-default-features", "--features", features, "--target-dir", folder)
    manifest = ROOT / "rust/cli/Cargo.toml"
    run(
        "cargo",
        "build",
        "--quiet",
        "--release",
        "--locked",
        "--manifest-path",
        manifest,
        *arguments,
    )
    return folder / "release" / ("twinimage.exe" if os.name == "nt" else "twinimage")


def visit(
    station: Station,
    picture: Path,
    python_of: Callable[[str], Path],
    program_of: Callable[[str], Path],
) -> tuple[str, str]:
    """Do what users do at a station; return digests of the picture, and of the library's result."""
    python = python_of(station.wheel)
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder, "soft.pgm")
        if station.program:
            command = (program_of(station.program), "gaussian-blur", picture, "--sigma", "2")
            options = ("--border", "reflect", "--output", result, "--python", python)
            run(*command, *options, **station.variables)
        else:
            run(python, "-c", BEFORE, picture, result, **station.variables)
        digest = hashlib.sha256(result.read_bytes()).hexdigest()
    library = run(python, "-c", PATH_OF_LIBRARY, **station.variables)
    print(f"{station.release:17} {digest[:12]} {Path(library).name:16} {station.says}", flush=True)
    return digest, run(python, "-c", CALLER, library, picture)


def main() -> None:
    """Walk forward and back."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--work", type=Path, help="folder for what is built, kept for the next walk"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = (options.work or Path(temporary)).resolve()
        pythons = {each: environment(work / f"with-{each}", each) for each in ("both", "rust")}
        wanted = dict.fromkeys(each.program for each in STATIONS if each.program)
        programs = {
            each: program(work / f"program-{place}", each) for place, each in enumerate(wanted)
        }
        picture = Path(temporary, "photograph.pgm")
        run(pythons["both"], "-c", IN_GREY, PHOTOGRAPH, picture)
        found = [
            visit(station, picture, pythons.__getitem__, programs.__getitem__)
            for station in (*STATIONS, *reversed(STATIONS[:-1]))
        ]
        refused(programs["rust-kernel"], "blur", picture, "--sigma", "2", "--kernel", "c")
        refused(pythons["rust"], "-c", PATH_OF_LIBRARY, TWINWHEEL_IMAGE_LIBRARY="c")
    if len(set(found)) != 1:
        sys.exit("the results differ")
    print(f"{len(found)} stations, forward and back: the same picture and the same result at each")


if __name__ == "__main__":
    main()
