"""Building: one hook of one backend, in a process of its own, on a fresh copy at one path."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyproject_hooks import BackendUnavailable, BuildBackendHookCaller, HookMissing

from conformance.circumstances import Settings
from conformance.subjects import Subject
from conformance.swapping import OURS, restored, swapped, with_backend, with_keys

__all__ = ["Bench", "Call", "Run"]

DATE = "1700000000"
_STEERING = ("TWINWHEEL_", "SKBUILD_", "MATURIN_", "CMAKE_", "PYTHON", "CARGO_TARGET", "PIP_")
_COMPILERS = ("CC", "CXX", "CARGO", "RUSTC", "CFLAGS", "CXXFLAGS", "LDFLAGS", "RUSTFLAGS")

# CMake puts a time or a digest of temporary paths into the names of its own notes.
_CMAKE_REPLY = re.compile(
    r"(/\.cmake/api/v1/reply/.*?)-(?:[0-9a-f]{20}|\d{4}-\d\d-\d\dT[\d-]+)(?=\.json$)"
)


@dataclass(frozen=True)
class Call:
    """One call of a hook."""

    hook: str
    config_settings: Settings = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What one backend did when called."""

    code: int
    """Exit code; 0 for success."""

    result: Any
    """What the hook returned; None when it failed."""

    text: str
    """What it printed."""

    output: Path
    """The folder that it wrote to."""

    tree: Mapping[str, str]
    """Path in the project's folder -> digest of the contents, after the call."""


@dataclass(frozen=True)
class Bench:
    """Where a project is built: the same paths for every backend."""

    folder: Path
    """A folder that is this project's only."""

    subject: Subject
    cargo: Path
    """Cargo's target folder, which all share so that dependencies are compiled once."""

    site: Path
    """A folder with what the project needs installed."""

    @property
    def copy(self) -> Path:
        """The folder that is copied to."""
        return self.folder / "project"

    @property
    def root(self) -> Path:
        """The project's folder in it."""
        return (self.copy / self.subject.inside).resolve()

    @property
    def temporary(self) -> Path:
        """The folder of temporary files."""
        return self.folder / "tmp"

    def run(
        self, backend: str, call: Call, keep: str, change: Callable[[Path], None] | None = None
    ) -> Run:
        """Call a hook of a backend.

        Args:
            backend: Object reference; twinwheel's swaps the line in ``pyproject.toml``.
            call: What to call.
            keep: Name of the folder that the output is kept in.
            change: Called with the folder of the fresh copy, to change it before.
        """
        self._fresh_copy(backend)
        if change is not None:
            change(self.root)
        output = self.folder / "output"
        for path in (output, self.temporary):
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
        printed: list[str] = []
        caller = BuildBackendHookCaller(str(self.root), backend, runner=self._runner(call, printed))
        arguments: list[Any] = [] if call.hook.startswith("get_requires") else [str(output)]
        options: dict[str, Any] = {"_allow_fallback": False} if "prepare" in call.hook else {}
        code, result = 0, None
        try:
            hook = getattr(caller, call.hook)
            result = hook(*arguments, dict(call.config_settings) or None, **options)
        except subprocess.CalledProcessError as error:
            code = error.returncode
        except HookMissing:
            result = "no such hook"
        except BackendUnavailable as error:
            raise RuntimeError(f"{backend} is not installed: {error.traceback}") from error
        kept = self.folder / "kept" / keep
        shutil.rmtree(kept, ignore_errors=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        output.rename(kept)
        kept.with_name(f"{keep}.log").write_text("".join(printed), "utf-8")
        return Run(code, result, "".join(printed), kept, dict(self._tree(backend)))

    def _fresh_copy(self, backend: str) -> None:
        shutil.rmtree(self.copy, ignore_errors=True)
        # Without the old dates, so that Cargo compiles the project's own crates each time.
        shutil.copytree(self.subject.source, self.copy, symlinks=True, copy_function=shutil.copy)
        text = (self.root / self.subject.pyproject).read_text("utf-8")
        text = with_backend(text, self.subject.family, self.subject.backend)
        if lines := self.subject.circumstances.project:
            text = with_keys(text, "project", lines)
        target = self.root / "pyproject.toml"
        target.write_text(swapped(text) if backend == OURS else text, "utf-8")

    def _runner(self, call: Call, printed: list[str]) -> Any:
        environ = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(_STEERING) and key not in _COMPILERS
        }
        environ |= {
            "SOURCE_DATE_EPOCH": DATE,
            "TMPDIR": str(self.temporary),
            "CARGO_TARGET_DIR": str(self.cargo),
            "CARGO_TERM_COLOR": "never",
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(self.site),
            "PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]]),
            **self.subject.circumstances.environ,
            **call.environ,
        }
        environ = {key: value for key, value in environ.items() if value}

        def run(
            command: Sequence[str],
            cwd: str | None = None,
            extra_environ: Mapping[str, str] | None = None,
        ) -> None:
            done = subprocess.run(
                [sys.executable, *command[1:]],
                cwd=cwd,
                env={**environ, **(extra_environ or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
            printed.append(done.stdout)
            done.check_returncode()

        return run

    def _tree(self, backend: str) -> Iterator[tuple[str, str]]:
        """Tell what the project's folder holds; of build folders the names only."""
        for path in sorted(self.copy.rglob("*")):
            name = _CMAKE_REPLY.sub(r"\1", path.relative_to(self.copy).as_posix())
            if path.is_symlink() or not path.is_file():
                yield name, ""
            elif path == self.root / "pyproject.toml" and backend == OURS:
                data = restored(path.read_bytes(), self.subject.backend)
                yield name, hashlib.sha256(data).hexdigest()
            else:
                in_build = "build" in path.relative_to(self.copy).parts[:-1]
                in_build = in_build and path.name not in self.subject.circumstances.logs
                yield name, "" if in_build else hashlib.sha256(path.read_bytes()).hexdigest()
