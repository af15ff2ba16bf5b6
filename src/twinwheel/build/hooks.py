"""Calling the builders' own PEP 517 hooks: each in a process of its own, side by side."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sysconfig
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.build.console import say
from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twinwheel.build.config_settings import ConfigSettings

__all__ = ["HookCall", "call_hooks"]


@dataclass(frozen=True)
class HookCall:
    """One call of a build hook (``build_wheel``, ``build_sdist``)."""

    label: str
    """Stands before each line that the backend prints: the implementation's name."""

    backend: str
    """Object reference of the PEP 517 backend."""

    hook: str
    folder: Path
    """The project's folder, the working folder of the hook."""

    output: Path
    """Existing folder that the hook writes its file to."""

    config_settings: ConfigSettings
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables to set beside the inherited ones."""

    way_out: str = ""
    """How to do without, for the error message."""


def call_hooks(calls: Iterable[HookCall]) -> dict[str, Path]:
    """Run the backends side by side and wait for them; when one fails, stop the others.

    Calls of one backend run one after the other: two runs of maturin would share Cargo's target
    folder, and stage their modules under one name in it.

    Args:
        calls: What to call.

    Returns:
        Label -> path of the file that the hook made.

    Raises:
        BuildError: TW301 when a hook fails, TW302 when its backend cannot be imported.
    """
    calls = list(calls)
    if not calls:
        return {}
    running = _Running()
    backends = {call.backend for call in calls}
    with ThreadPoolExecutor(max_workers=len(backends)) as pool:
        futures = [
            pool.submit(_call_in_turn, [each for each in calls if each.backend == name], running)
            for name in sorted(backends)
        ]
        made: dict[str, Path] = {}
        failure: BuildError | None = None
        try:
            for future in as_completed(futures):
                error = future.exception()
                if isinstance(error, BuildError):
                    failure = failure or error  # those after it failed because they were stopped
                    running.stop()
                else:
                    made |= future.result()
        except BaseException:
            running.stop()
            raise
    if failure is not None:
        raise failure
    return made


class _Running:
    """The processes under way, so that all of them can be stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def start(self, command: Sequence[str], cwd: str, environ: Mapping[str, str]) -> int:
        with self._lock:
            if self._stopped:
                return 1
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=os.name != "nt",
            )
            self._processes.add(process)
        label = environ[_LABEL]
        with process:
            for line in process.stdout or ():
                say(f"[{label}] {line.decode('utf-8', 'replace').rstrip()}")
        code = process.returncode
        with self._lock:
            self._processes.discard(process)
        return code

    def stop(self) -> None:
        """End every process with its children (compilers), and start no more."""
        with self._lock:
            self._stopped = True
            for process in self._processes:
                with contextlib.suppress(ProcessLookupError):
                    if os.name == "nt":
                        process.terminate()
                    else:
                        os.killpg(process.pid, signal.SIGTERM)


_LABEL = "_TWINWHEEL_HOOK_LABEL"


def _call_in_turn(calls: Iterable[HookCall], running: _Running) -> dict[str, Path]:
    return {call.label: call.output / _call(call, running) for call in calls}


def _own_path(call: HookCall) -> list[str] | None:
    """Return where twinwheel lies when it builds its own sources, which have a backend-path.

    A backend of ours runs in a process of its own, which would not find it there.
    """
    ours = Path(__file__).resolve().parents[2]
    if call.backend.startswith("twinwheel.") and ours.is_relative_to(call.folder.resolve()):
        return [str(ours.relative_to(call.folder.resolve()))]
    return None


def _call(call: HookCall, running: _Running) -> str:
    from pyproject_hooks import BackendUnavailable, BuildBackendHookCaller

    environment = {**call.environment, _LABEL: call.label}

    def run(
        cmd: Sequence[str],
        cwd: str | None = None,
        extra_environ: Mapping[str, str] | None = None,
    ) -> None:
        # What the frontend told the process that runs our hooks, such as our backend-path, is not
        # for theirs.
        told_to_us = ("_PYPROJECT_HOOKS_", "PEP517_")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(told_to_us)}
        environ = {**inherited, **environment, **(extra_environ or {})}
        if not environ.get("SOURCE_DATE_EPOCH", "").strip():  # as unset, which backends do not say
            environ.pop("SOURCE_DATE_EPOCH", None)
        # Where the backend's programs are, when the environment is used without being activated.
        environ["PATH"] = os.pathsep.join([environ.get("PATH", ""), sysconfig.get_path("scripts")])
        code = running.start(cmd, cwd or str(call.folder), environ)
        if code:
            raise subprocess.CalledProcessError(code, cmd)

    caller = BuildBackendHookCaller(
        str(call.folder), call.backend, backend_path=_own_path(call), runner=run
    )
    try:
        result: str = getattr(caller, call.hook)(str(call.output), call.config_settings)
    except BackendUnavailable:
        raise BuildError(
            f"the backend '{call.backend}' cannot be imported",
            code="TW302",
            where=f"the {call.label} half",
            help="let the frontend install the requirements (no --no-build-isolation), "
            f"or install the distribution that holds {call.backend}",
        ) from None
    except subprocess.CalledProcessError as error:
        raise BuildError(
            f"{call.backend}.{call.hook} failed with exit code {error.returncode}",
            code="TW301",
            where=f"the {call.label} half; its messages are above, behind [{call.label}]",
            help="mend what its messages name"
            + (f", or leave the half out: {call.way_out}" if call.way_out else ""),
        ) from None
    return result
