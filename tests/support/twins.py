"""Throw-away twin packages: a manifest, and plain Python modules that stand for artifacts."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import twinwheel
from twinwheel.manifest import MODULE_NAME, SCHEMA, render

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinwheel.manifest_types import Component, Implementation, Manifest

SOURCE = Path(twinwheel.__file__).parents[1]
NAMES = ("rust", "c", "python")
INIT = "from twinwheel import select\n\n_kernels = select(__name__)\n"


@dataclass
class Twin:
    """A package whose implementations are plain Python modules, and a way to import it."""

    folder: Path
    name: str

    @property
    def prefix(self) -> str:
        return self.name.upper().replace(".", "_")

    def run(self, code: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run code in a fresh interpreter that sees the package and these of its variables."""
        environment = {key: value for key, value in os.environ.items() if "PYTHON" not in key}
        environment["PYTHONPATH"] = os.pathsep.join([str(self.folder), str(SOURCE)])
        for key, value in variables.items():
            environment[f"{self.prefix}_{key}"] = value
        return subprocess.run(
            [sys.executable, *options, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def outcome(self, **variables: str) -> dict[str, Any]:
        """Import the package; tell what was bound and imported, or the error."""
        done = self.run(OUTCOME.format(package=self.name), **variables)
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        told["stderr"] = done.stderr
        return told

    def bound(self, **variables: str) -> str:
        """Name of the implementation that answers ``convolve``."""
        told = self.outcome(**variables)
        assert told["error"] is None, told["error"]
        return str(told["answers"]["convolve"])

    def error(self, code: str, **variables: str) -> dict[str, str]:
        """Fields of the coded error that importing raises."""
        told = self.outcome(**variables)
        assert told["error"] is not None, told
        assert told["error"]["code"] == code, told["error"]
        return dict(told["error"])


OUTCOME = """
import json, sys
told = dict(error=None, answers={{}}, imported=[], line="", states={{}}, components={{}})
try:
    import {package}
except ImportError as error:
    cause = error.__cause__
    told["error"] = dict(
        kind=type(error).__name__, code=error.code, message=error.message, where=error.where,
        accepted=error.accepted, help=error.help, text=str(error),
        cause="" if cause is None else type(cause).__name__ + ": " + str(cause),
    )
else:
    import twinwheel
    package = sys.modules["{package}"]
    report = twinwheel.report("{package}")
    told["line"] = str(report)
    told["states"] = {{name: [s.status, s.reason] for name, s in report.implementations.items()}}
    told["components"] = report.components
    told["variables"] = report.variables
    told["answers"] = {{name: function() for name, function in vars(package._kernels).items()}}
told["imported"] = [n for n in ("rust", "c", "python") if "{package}._" + n in sys.modules]
print(json.dumps(told))
"""


def _component(declared: dict[str, Any]) -> Component:
    usual: Component = {
        "raises": [],
        "effects": "pure",
        "compare": "exact",
        "depends": [],
        "transient": [],
        "validate": "",
    }
    usual.update(declared)  # type: ignore[typeddict-item]
    return usual


class Maker:
    """Writes twin packages into one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(
        self,
        name: str = "twin",
        *,
        sources: dict[str, str] | None = None,
        absent: dict[str, str] | None = None,
        artifacts: dict[str, dict[str, bytes]] | None = None,
        components: Iterable[str] = ("convolve",),
        declared: dict[str, dict[str, Any]] | None = None,
        prefer: Iterable[str] = NAMES,
        init: str = INIT,
    ) -> Twin:
        """Write a package.

        Args:
            name: Its full name.
            sources: Implementation to the source of its module; by default all components.
            absent: Implementation to the reason why the wheel was made without it.
            artifacts: Implementation to files that its build made: name to content.
            components: What the manifest lists.
            declared: Component to what else than the defaults the manifest says of it.
            prefer: The manifest's order.
            init: Source of the package's ``__init__.py``.
        """
        sources, absent, components = sources or {}, absent or {}, list(components)
        room = self.folder
        for part in name.split("."):
            room = room / part
            room.mkdir()
            (room / "__init__.py").write_text("")
        (room / "__init__.py").write_text(init)
        implementations: dict[str, Implementation] = {}
        for each in NAMES:
            implementations[each] = {
                "module": f"{name}._{each}",
                "builder": "none",
                "built": each not in absent,
                "reason": absent.get(each, ""),
                "tools": {},
                "artifacts": [
                    {
                        "file": f"{name.replace('.', '/')}/{file}",
                        "tag": "cp310-abi3-linux_x86_64",
                        "cpu": "baseline",
                        "sha256": hashlib.sha256(content).hexdigest(),
                        "size": len(content),
                    }
                    for file, content in (artifacts or {}).get(each, {}).items()
                ],
            }
            for file, content in (artifacts or {}).get(each, {}).items():
                (room / file).write_bytes(content)
            if each not in absent:
                default = "".join(f"def {part}():\n    return {each!r}\n" for part in components)
                (room / f"_{each}.py").write_text(sources.get(each, default))
        manifest: Manifest = {
            "schema": SCHEMA,
            "package": name,
            "version": "1.2.3",
            "prefer": list(prefer),
            "implementations": implementations,
            "components": {part: _component((declared or {}).get(part, {})) for part in components},
            "libraries": {},
            "built_with": {"twinwheel": "0.1.0", "python": "3.11.7", "tag": "py3-none-any"},
        }
        (room / f"{MODULE_NAME}.py").write_text(render(manifest))
        return Twin(self.folder, name)
