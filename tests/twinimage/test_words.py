"""Help, completion, and the commands that the documentation shows."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess

import pytest
from support.twinimage import PHOTOGRAPH, ROOT, Program

import twinwheel

pytestmark = pytest.mark.twinimage

COMMANDS = ("convolve", "convolve-separable", "gaussian-blur", "sobel", "median")
PAGE = ROOT / "docs/reference/twinimage.md"


def shown_commands() -> list[str]:
    """Each line that the page tells to run."""
    pattern = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    blocks = pattern.findall(PAGE.read_text("utf-8"))
    lines = [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line for line in lines if "twinimage " in line and "cargo" not in line]


def test_help(program: Program) -> None:
    overview = program.must("--help").decode()
    assert all(f"  {command}" in overview for command in COMMANDS)
    assert "Exit codes: 0 done; 1" in overview
    for command in (*COMMANDS, "kernels", "completion"):
        assert f"Usage: twinimage {command}" in program.must(command, "--help").decode()
    assert program.must("--version").decode().split() == ["twinimage", twinwheel.__version__]
    bare = program.run()
    assert (bare.code, bare.out) == (2, b"")
    assert "Usage: twinimage <COMMAND>" in bare.err


@pytest.mark.parametrize("shell", ["bash", "elvish", "fish", "powershell", "zsh"])
def test_completion(program: Program, shell: str) -> None:
    script = program.must("completion", shell)
    assert all(command.encode() in script for command in COMMANDS)
    if shell in ("bash", "fish", "zsh") and shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, check=True)


def test_bash_completes(program: Program) -> None:
    if not shutil.which("bash"):
        pytest.skip("there is no bash here")
    script = program.must("completion", "bash").decode()
    words = "COMP_WORDS=(twinimage median --kernel p); COMP_CWORD=3"
    call = "_twinimage twinimage p --kernel; echo ${COMPREPLY[@]}"
    done = subprocess.run(
        ["bash", "-c", f"{script}\n{words}; {call}"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["python"]


def test_the_page_shows_every_command() -> None:
    shown = {word for line in shown_commands() for word in shlex.split(line)}
    assert shown >= {*COMMANDS, "kernels", "completion"}


@pytest.mark.parametrize("line", shown_commands())
def test_the_page_s_commands_run(program: Program, line: str) -> None:
    shutil.copy(PHOTOGRAPH, program.folder / "photograph.jpg")
    (program.folder / "weights.txt").write_text("1 2 1\n2 4 2\n1 2 1\n", "utf-8")
    (program.folder / "twinimage").symlink_to(program.path)
    environment = program.environment()
    environment["PATH"] = f"{program.folder}:{environment['PATH']}"
    done = subprocess.run(
        ["sh", "-c", line], cwd=program.folder, env=environment, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
