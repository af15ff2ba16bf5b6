"""``--kernel python``: a process that may be missing, wrong or noisy."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from PIL import Image
from support.twinimage import Program

pytestmark = pytest.mark.twinimage

WORDS = ("median", "--kernel", "python")


def picture() -> bytes:
    file = io.BytesIO()
    Image.radial_gradient("L").save(file, "PPM")
    return file.getvalue()


def test_which_python(program: Program) -> None:
    """The argument goes before the variable, and that before PATH."""
    missing = str(program.folder / "no-python")
    for words, variable, found in (
        (("--python", sys.executable), missing, True),
        (("--python", missing), sys.executable, False),
        ((), sys.executable, True),
        ((), missing, False),
    ):
        variables = {"TWINIMAGE_PYTHON": variable}
        done = program.run(*WORDS, *words, stdin=picture(), variables=variables)
        assert (done.code == 0) is found
        if not found:
            assert done.error == f"{missing}: there is no such Python"
            assert "pip install twinwheel" in done.err


@pytest.mark.skipif(os.name == "nt", reason="names of programs as on Unix")
def test_python_is_looked_for_on_path(program: Program) -> None:
    empty = program.folder / "bin"
    empty.mkdir()
    variables = {"PATH": str(empty), "TWINIMAGE_PYTHON": ""}
    done = program.run(*WORDS, stdin=picture(), variables=variables)
    assert (done.code, done.error) == (1, "python3: there is no such Python")
    script = empty / "python"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', "utf-8")
    script.chmod(0o755)
    assert program.run(*WORDS, stdin=picture(), variables=variables).code == 0


def test_a_python_without_the_package(program: Program) -> None:
    """Modules of the working folder are not its own, and one that is set up wrongly says how."""
    (program.folder / "twinwheel.py").write_text("print('never read')", "utf-8")
    script = wrapper(program.folder, "-I -S")
    done = program.run(*WORDS, "--python", script, stdin=picture())
    assert done.code == 1
    assert done.error.startswith(f"{script}: it cannot import twinwheel.image: No module named")
    assert f"help: {script} -m pip install twinwheel" in done.err
    wrong = {"TWINWHEEL_IMAGE_IMPLEMENTATION": "fortran"}
    done = program.run(*WORDS, stdin=picture(), variables=wrong)
    assert done.code == 1
    assert "[TW4" in done.error


def test_what_else_a_python_may_do(program: Program) -> None:
    for code, expected in (
        ("import sys; sys.stdin.buffer.read(); print('hello')", "it gave 6 bytes and not 65536"),
        ("raise SystemExit('it is Monday')", "it failed (exit status: 1): it is Monday"),
        ("import os; os.kill(os.getpid(), 9)", "it failed (signal: 9 (SIGKILL)): "),
        ("import os; os.write(1, bytes(10**6))", "it gave 65537 bytes and not 65536"),
    ):
        script = wrapper(program.folder, f'-c "{code}" ')
        done = program.run(*WORDS, "--python", script, stdin=picture())
        assert (done.code, done.out) == (1, b"")
        assert done.error.startswith(f"{script}: {expected}")


def test_what_it_warns_of_is_passed_on_unless_quiet(program: Program) -> None:
    folder = program.folder / "site"
    folder.mkdir()
    code = "import sys; print('a word'); print('another', file=sys.stderr)"
    (folder / "numpy.py").write_text(f"{code}\nraise ImportError", "utf-8")
    variables = {"PYTHONPATH": str(folder), "TWINWHEEL_IMAGE_IMPLEMENTATION": "python"}
    small = io.BytesIO()
    Image.new("L", (5, 5)).save(small, "PPM")
    done = program.run(*WORDS, stdin=small.getvalue(), variables=variables)
    assert (done.code, done.out) == (0, small.getvalue())
    assert sorted(done.err.split("\n")) == ["", "a word", "another"]
    done = program.run(*WORDS, "--quiet", stdin=small.getvalue(), variables=variables)
    assert (done.code, done.out, done.err) == (0, small.getvalue(), "")


def test_kernels_tells_of_all_three(program: Program) -> None:
    told = program.must("kernels").decode().splitlines()
    assert told[0].startswith("twinimage ")
    assert told[1].startswith("rust: compiled in; this machine has ")
    assert told[2].startswith("c: compiled in; this machine has ")
    assert told[1].split(";")[1:] == told[2].split(";")[1:]
    assert told[3].startswith(f"python: {sys.executable}: Python {sys.version.split()[0]}; ")
    assert "twinwheel.image" in told[3]
    without = program.must("kernels", "--python", "no-python").decode()
    assert "python: not there\n  error: no-python: there is no such Python\n" in without


def wrapper(folder: Path, words: str) -> Path:
    """A program that starts this Python with words before what it is given."""
    if os.name == "nt":
        pytest.skip("scripts as on Unix")
    script = folder / "wrapper"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n', "utf-8")
    script.chmod(0o755)
    return script
