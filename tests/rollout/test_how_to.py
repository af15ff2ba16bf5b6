"""What the operator's pages show is run as it stands there, in order: policies, programs, commands.

The package is a small one of the name that the pages use, with a C half and a Rust one in Python.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.twins import Maker

from twinwheel.rollout.reading import read_policy

DOCS = Path(__file__).parents[2] / "docs"
HOW_TO = DOCS / "how-to" / "roll-out-a-candidate.md"
REFERENCE = DOCS / "reference" / "rollout-policy.md"
CHECKS = DOCS / "how-to" / "check-arguments-and-answers.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

INIT = """\
from twinwheel import select

convolve = select(__name__).convolve
"""
HALF = """\
def convolve(image, kernel):
    return [pixel * sum(kernel) for pixel in image]
"""
PROLOGUE = """\
import pathlib, shlex, subprocess, sys, time

def policy(text):
    pathlib.Path("policy.toml").write_text(text, "utf-8")
    if "imagetools" in sys.modules:
        from twinwheel import rollout
        time.sleep(0.3)
        assert rollout.problem("imagetools") is None

def command(line):
    command = [sys.executable, "-m", "twinwheel", *shlex.split(line)[1:]]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr

"""
EPILOGUE = """
assert (control.calls, control.faults) == (1000, 0)
assert candidate.shadowed > 0
assert candidate.different == 0
assert event.equal and event.difference == "" and event.speed_up > 0
assert convolve.breaker == "closed"
"""


def write_package(folder: Path, **declared: Any) -> None:
    """Write the package, declaring this of its component."""
    Maker(folder)(
        "imagetools",
        sources={"c": HALF, "rust": HALF},
        absent={"python": "the pages do not have it"},
        declared={"convolve": {"raises": ["ValueError"], **declared}},
        prefer=("c", "rust"),
        init=INIT,
    )


def run(program: str, folder: Path, **variables: str) -> None:
    """Run a program where the package is found, with a page of its own."""
    (folder / "program.py").write_text(program, "utf-8")
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder / "run"), **variables}
    environment["PYTHONPATH"] = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "program.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("slot", ["native", "python"])
def test_the_rollout_runs_as_the_page_says(tmp_path: Path, slot: str) -> None:
    write_package(tmp_path)
    program = PROLOGUE
    late = []  # commands on a package that no process armed yet
    for language, text in BLOCK.findall(HOW_TO.read_text("utf-8")):
        lines = [
            line.removeprefix("$ ")
            for line in text.splitlines()
            if line.startswith("$ twinwheel rollout")
        ]
        if language == "toml":
            program += f"policy({text!r})\n"
        elif language == "python":
            program += text
        elif "import imagetools" in program or " check " in lines[0]:
            program += "".join(f"command({line!r})\n" for line in lines)
        else:
            late += lines
    program += "".join(f"command({line!r})\n" for line in late)
    run(program + EPILOGUE, tmp_path, IMAGETOOLS_ROLLOUT="policy.toml", TWINWHEEL_SLOT=slot)


def policies() -> list[Any]:
    """Return the policies of both pages."""
    return [
        pytest.param(text, id=f"{page.stem}-{number}")
        for page in (HOW_TO, REFERENCE)
        for number, (language, text) in enumerate(BLOCK.findall(page.read_text("utf-8")))
        if language == "toml"
    ]


@pytest.mark.parametrize("text", policies())
def test_a_policy_is_read(text: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(text, "utf-8")
    assert read_policy(path, "imagetools", {"convolve": "c"}, ["c", "rust"]).candidate


def test_the_check_holds_before_and_after(tmp_path: Path) -> None:
    """The page's module is put into the package, and its setting into the manifest."""
    page = CHECKS.read_text("utf-8")
    (shown,) = (text for language, text in BLOCK.findall(page) if language == "python")
    (setting,) = re.findall(r'^validate = "(.*)"$', page, re.MULTILINE)
    write_package(tmp_path, validate=setting)
    (tmp_path / "imagetools" / "_checks.py").write_text(shown, "utf-8")
    program = (
        "import imagetools\n"
        "def kind(*arguments):\n"
        "    try:\n"
        "        return imagetools.convolve(*arguments)\n"
        "    except Exception as error:\n"
        "        return type(error).__name__\n"
        "before = kind([1.0], [1.0, 2.0])\n"
        "imagetools._c.convolve.__code__ = (lambda image, kernel: []).__code__\n"
        "after = kind([1.0], [1.0])\n"
    )
    expected = {"": ("ValueError", "RuntimeError"), "1": ([], [])}
    bare = "imagetools._c.convolve.__code__ = (lambda image, kernel: []).__code__\n"
    for skip, (before, after) in expected.items():
        text = program.replace("before =", f"{bare if skip else ''}before =", 1)
        text += f"assert (before, after) == ({before!r}, {after!r}), (before, after)\n"
        run(text, tmp_path, IMAGETOOLS_SKIP_VALIDATION=skip)
