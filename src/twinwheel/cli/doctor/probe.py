"""Import a package in a process of its own, so that a crash is a finding and not the end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinwheel.manifest import MODULE_NAME
from twinwheel.selection import look, prefix_of, report
from twinwheel.selection.problems import describe
from twinwheel.verify.processes import name_of_signal

if TYPE_CHECKING:
    from twinwheel.manifest_types import Manifest

__all__ = ["TIME_LIMIT", "Probe", "probe"]

TIME_LIMIT = 60.0
"""Seconds that an import may take before it counts as hanging."""

CHILD = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from twinwheel.cli.doctor.probe import child
child(sys.argv[2], sys.argv[3])
"""


@dataclass(frozen=True)
class Probe:
    """What came of importing the package."""

    error: dict[str, str] | None = None
    """Fields of the error that the import raised; ``code`` is empty when it is not a coded one."""
    line: str = ""
    components: dict[str, str] | None = None
    implementations: dict[str, dict[str, str]] | None = None
    modules: dict[str, dict[str, Any]] | None = None
    """Imported implementations: components that the module has, and what it says of itself."""


def probe(package: str, manifest: Manifest, demand: str | None = None) -> Probe:
    """Import a package in a fresh interpreter.

    Args:
        package: Full name of the twin package.
        manifest: Its manifest.
        demand: Implementation to demand, with the package's other variables taken away; None to
            import under the variables as they are.

    Returns:
        What the package's own selector said, or how the process ended.
    """
    environment = dict(os.environ)
    if demand is not None:
        for variable in look(package, manifest):
            del environment[variable]
        environment[f"{prefix_of(package)}_IMPLEMENTATION"] = demand
    with tempfile.TemporaryDirectory(prefix="twinwheel-") as folder:
        # the package may write to its standard output, so the answer goes into a file
        answer = Path(folder, "answer.json")
        command = [sys.executable, "-c", CHILD, json.dumps(sys.path), package, str(answer)]
        try:
            done = subprocess.run(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIME_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return _ended(f"the import did not end within {TIME_LIMIT:.0f} seconds")
        if answer.exists():
            return Probe(**json.loads(answer.read_text("utf-8")))
    return _ended(_how_it_ended(done.returncode, done.stderr))


def child(package: str, answer: str) -> None:
    """Import the package here, and write what came of it; the other end of ``probe``."""
    told: dict[str, Any] = {}
    try:
        found = report(package)
        told["line"] = str(found)
        told["components"] = found.components
        told["implementations"] = {
            name: {"status": state.status, "reason": state.reason}
            for name, state in found.implementations.items()
        }
    except Exception as error:  # noqa: BLE001 (whatever it is, it is what was asked for)
        fields = ("code", "message", "where", "accepted", "help")
        told["error"] = {field: str(getattr(error, field, "")) for field in fields}
        if not told["error"]["code"]:
            told["error"]["message"] = describe(error)
        told["error"]["cause"] = describe(error.__cause__) if error.__cause__ else ""
    told["modules"] = _modules(package)
    unfinished = Path(f"{answer}.part")
    unfinished.write_text(json.dumps(told), encoding="utf-8")
    unfinished.replace(answer)


def _modules(package: str) -> dict[str, dict[str, Any]]:
    """Look at the implementations that are imported, be it that the package's own import failed."""
    found: dict[str, dict[str, Any]] = {}
    known = sys.modules.get(f"{package}.{MODULE_NAME}")
    if known is None:
        return found
    manifest: Manifest = known.MANIFEST
    for name, implementation in manifest["implementations"].items():
        module = sys.modules.get(implementation["module"])
        if module is not None:
            level = getattr(module, "cpu_level", "")
            found[name] = {
                "has": [
                    part
                    for part in manifest["components"]
                    if getattr(module, part, None) is not None
                ],
                "file": str(getattr(module, "__file__", None) or ""),
                "cpu_in_use": level if isinstance(level, str) else "",
            }
    return found


def _ended(how: str) -> Probe:
    fields = ("code", "where", "accepted", "help", "cause")
    return Probe(error={**dict.fromkeys(fields, ""), "message": how})


def _how_it_ended(code: int, stderr: bytes) -> str:
    if code < 0:
        return f"the import was killed by {name_of_signal(code)}"
    lines = stderr.decode(errors="replace").strip().splitlines()
    last = f": {lines[-1].strip()}" if lines else ""
    return f"the import ended the process with code {code}{last}"
