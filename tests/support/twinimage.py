"""The program twinimage: built once, and run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import twinwheel

ROOT = Path(__file__).parents[2]
WORKSPACE = ROOT / "rust"
PHOTOGRAPH = Path(twinwheel.__file__).parent / "cli/photograph/coffee.jpg"


@dataclass(frozen=True)
class Ran:
    """How the program ended, and what it wrote."""

    code: int
    out: bytes
    err: str

    @property
    def error(self) -> str:
        """The one line that says what is wrong."""
        (line,) = (line for line in self.err.splitlines() if line.startswith("error: "))
        return line.removeprefix("error: ")


def build() -> Path:
    """Build it as it is released: on Linux one file that needs no other.

    With --target the flags hold for the program only, not for what runs while it is built. Cargo
    lets one process build at a time, and has nothing to do for the others.
    """
    about = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    (host,) = (line.split()[1] for line in about.splitlines() if line.startswith("host:"))
    static = ["-C target-feature=+crt-static"] if "linux" in host else []
    folder = Path(os.environ.get("CARGO_TARGET_DIR") or WORKSPACE / "target")
    subprocess.run(
        ["cargo", "build", "--release", "--locked", "--package=twinimage", f"--target={host}"],
        cwd=WORKSPACE,
        env={
            **os.environ,
            "CARGO_TARGET_DIR": str(folder),
            "RUSTFLAGS": " ".join([os.environ.get("RUSTFLAGS", ""), *static]).strip(),
        },
        check=True,
    )
    return folder.absolute() / host / "release" / ("twinimage" + ".exe" * (os.name == "nt"))


@dataclass(frozen=True)
class Program:
    """The program, in a folder to run it in, with this Python for ``--kernel python``."""

    path: Path
    folder: Path

    def run(
        self,
        *words: str | Path,
        stdin: bytes = b"",
        variables: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run it to its end; it must not have crashed, nor left anything half-written."""
        done = subprocess.run(
            [self.path, *words],
            cwd=self.folder,
            env=self.environment(variables),
            input=stdin,
            capture_output=True,
            check=False,
            timeout=300,
        )
        assert list(self.folder.rglob(".twinimage-*")) == []
        err = done.stderr.decode(errors="replace")
        assert done.returncode in (0, 1, 2), err
        assert "Traceback" not in err
        return Ran(done.returncode, done.stdout, err)

    def must(self, *words: str | Path, stdin: bytes = b"") -> bytes:
        """Run what must succeed, and say nothing but its output."""
        done = self.run(*words, stdin=stdin)
        assert (done.code, done.err) == (0, "")
        return done.out

    def environment(self, variables: Mapping[str, str] | None = None) -> dict[str, str]:
        """This process's environment, without what steers the program, and with variables."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("TWINIMAGE_", "TWINWHEEL_IMAGE_"))
        }
        return {**kept, "TWINIMAGE_PYTHON": sys.executable, **(variables or {})}
