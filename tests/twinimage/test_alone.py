"""The program needs no other file: it runs in an empty root."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.twinimage import Program

pytestmark = [
    pytest.mark.twinimage,
    pytest.mark.skipif(sys.platform != "linux", reason="roots as on Linux"),
]


@pytest.fixture
def root(program: Program) -> Path:
    """A folder with the program and nothing else."""
    folder = program.folder / "root"
    folder.mkdir()
    shutil.copy(program.path, folder / "twinimage")
    return folder


@pytest.fixture
def enter(root: Path) -> list[str]:
    """The words that run what follows with that root."""
    words = ["unshare", "--map-root-user", "chroot", str(root)]
    for start in (words[2:], words):
        if shutil.which(start[0]):
            probe = [*start, "/twinimage", "--version"]
            done = subprocess.run(probe, capture_output=True, check=False)
            if done.returncode == 0:
                return start
            why = done.stderr.decode().strip()
            assert "No such file" not in why, "it needs another file, such as a loader"
    pytest.skip(f"no other root may be entered here: {why}")


@pytest.mark.parametrize("kernel", ["rust", "c"])
def test_it_runs_in_an_empty_root(
    program: Program, pictures: Path, root: Path, enter: list[str], kernel: str
) -> None:
    """From a file to a file, and by the standard streams."""
    words = ("blur", "--sigma", "2", "--kernel", kernel)
    picture = (pictures / "photograph.png").read_bytes()
    expected = program.must(*words, stdin=picture)
    run = [*enter, "/twinimage", *words]
    piped = subprocess.run(run, input=picture, capture_output=True, check=True)
    assert (piped.stdout, piped.stderr) == (expected, b"")
    (root / "in.png").write_bytes(picture)
    subprocess.run([*run, "/in.png", "--output", "/out.png"], check=True)
    assert (root / "out.png").read_bytes() == expected
    assert {path.name for path in root.iterdir()} == {"twinimage", "in.png", "out.png"}


def test_there_is_no_python_in_an_empty_root(pictures: Path, enter: list[str]) -> None:
    picture = (pictures / "grey.pgm").read_bytes()
    run = [*enter, "/twinimage", "median", "--kernel", "python"]
    done = subprocess.run(run, input=picture, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"there is no such Python" in done.stderr
    assert b"leave out --kernel python" in done.stderr
