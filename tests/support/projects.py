"""Whole small projects, built and installed for real, each in an environment of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGES = Path(__file__).parents[1] / "packages"
RUST_TOOLS = r"cargo.*|rust.*"
CXX_TOOLS = r"(.*-)?(c\+\+|g\+\+|clang\+\+)(-[\d.]+)?"
C_TOOLS = r"(.*-)?(cc|c\d\d|gcc|clang|c\+\+|g\+\+|clang\+\+)(-[\d.]+)?|cl|icx"

_CALL = """
import importlib, json, sys
hook, answer, arguments = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
backend = importlib.import_module(sys.argv[4])
result = getattr(backend, hook)(**arguments)
with open(answer, "w", encoding="utf-8") as stream:
    json.dump(result, stream)
"""


@dataclass(frozen=True)
class Outcome:
    """What a hook printed and returned."""

    code: int
    text: str
    result: Any

    def error_code(self) -> str:
        """The code of the one error in the output; there must be no traceback."""
        assert "Traceback" not in self.text, self.text
        assert self.code != 0, self.text
        codes = re.findall(r"^error\[(TW\d+)\]: ", self.text, re.MULTILINE)
        assert len(codes) == 1, self.text
        return str(codes[0])


@dataclass(frozen=True)
class Project:
    """A project's folder, and the environment to build it in."""

    root: Path
    environ: Mapping[str, str]
    backend: str = "twinwheel.build"

    def hook(
        self, name: str, *, environ: Mapping[str, str] | None = None, **arguments: Any
    ) -> Outcome:
        """Call one hook of the backend in a process of its own."""
        answer = self.root.parent / f"{self.root.name}-{name}.json"
        answer.unlink(missing_ok=True)
        done = subprocess.run(
            [sys.executable, "-c", _CALL, name, str(answer), json.dumps(arguments), self.backend],
            cwd=self.root,
            env={**self.environ, **(environ or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        result = json.loads(answer.read_text("utf-8")) if done.returncode == 0 else None
        return Outcome(done.returncode, done.stdout, result)

    def wheel(
        self, *, environ: Mapping[str, str] | None = None, folder: str = "dist", **arguments: Any
    ) -> Path:
        """Build a wheel, which must succeed, and return its path."""
        output = self.root.parent / folder
        output.mkdir(exist_ok=True)
        outcome = self.hook(
            "build_wheel", environ=environ, wheel_directory=str(output), **arguments
        )
        assert outcome.code == 0, outcome.text
        return Path(output, outcome.result)

    def sdist(self, *, environ: Mapping[str, str] | None = None) -> Path:
        """Build a source distribution, which must succeed, and return its path."""
        output = self.root.parent / "dist"
        outcome = self.hook("build_sdist", environ=environ, sdist_directory=str(output))
        assert outcome.code == 0, outcome.text
        return Path(output, outcome.result)

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace text in a file; it must be there."""
        file = self.root / path
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def listing(self) -> dict[str, bytes]:
        """Every file of the tree outside of build/, with its contents."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and path.relative_to(self.root).parts[0] != "build"
        }


@dataclass(frozen=True)
class Environment:
    """A virtual environment with nothing but twinwheel's own source in reach."""

    python: Path

    def run(self, *arguments: str, environ: Mapping[str, str] | None = None) -> str:
        """Run its Python, which must succeed; return what it printed."""
        done = self.try_run(*arguments, environ=environ)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    def try_run(
        self, *arguments: str, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run its Python from a folder that is not the project's."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("TWIN", "PYTHONPATH"))}
        return subprocess.run(
            [str(self.python), *arguments],
            cwd=self.python.parent,
            env={**clean, "PYTHONDONTWRITEBYTECODE": "1", **(environ or {})},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )

    def pip(self, *arguments: str, environ: Mapping[str, str] | None = None) -> str:
        """Run the test environment's pip on this environment; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "pip", "--python", str(self.python), *arguments],
            env={**(environ or os.environ)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


def names(wheel: Path) -> set[str]:
    """The paths in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def read(wheel: Path, suffix: str) -> str:
    """The one file of a wheel whose path ends so, as text."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (item for item in archive.namelist() if item.endswith(suffix))
        return archive.read(name).decode("utf-8")


def manifest_of(wheel: Path) -> dict[str, Any]:
    """The manifest in a wheel."""
    scope: dict[str, Any] = {}
    exec(read(wheel, "_twinwheel_manifest.py"), scope)
    manifest: dict[str, Any] = scope["MANIFEST"]
    return manifest


def natives(paths: Iterable[str]) -> list[str]:
    """The compiled files among paths in a wheel."""
    return sorted(path for path in paths if path.endswith((".so", ".pyd")))
