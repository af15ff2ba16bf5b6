"""A PEP 517 backend for a crate that is a plain shared library: ``cargo build``, and a wheel.

It is run by the builder ``cargo``, in a process of its own, as any other builder's backend is.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from twinwheel.build.builders.crate_materials import bill_of_materials
from twinwheel.build.pyproject import read_pyproject
from twinwheel.build.settings import cargo_settings
from twinwheel.build.tags import WheelTag
from twinwheel.build.wheelfile import File, write_wheel

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["build_wheel"]

_LIBRARY_SUFFIXES = (".so", ".dylib", ".dll")


def build_wheel(
    wheel_directory: str,
    config_settings: Mapping[str, str | list[str]] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Compile the crate and pack its library; the tag names no Python, since none is linked.

    https://peps.python.org/pep-0517/#build-wheel
    """
    del metadata_directory
    root = Path.cwd()
    pyproject = read_pyproject(root)
    settings = cargo_settings(pyproject)
    said = (config_settings or {}).get("cargo.args", [])
    arguments = shlex.split(said) if isinstance(said, str) else list(said)
    manifest = root / settings.manifest_path
    libraries = _compile(manifest, arguments)
    graph = _graph(manifest)
    crate = next(each for each in graph["packages"] if each["id"] == graph["resolve"]["root"])
    project = pyproject["project"]
    name = canonicalize_name(project["name"]).replace("-", "_")
    version = str(Version(project.get("version", crate["version"])))
    sbom = f"sboms/{crate['name']}.cyclonedx.json"
    return write_wheel(
        Path(wheel_directory),
        f"{name}-{version}",
        WheelTag(("py3",), ("none",), (_platform(),)),
        {
            f"{settings.destination}/{path.name}": File(path.read_bytes(), executable=True)
            for path in libraries
        },
        {
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
            sbom: bill_of_materials(graph),
        },
    )


def _compile(manifest: Path, arguments: list[str]) -> list[Path]:
    """Run Cargo and return the shared libraries that it made of this crate.

    https://doc.rust-lang.org/cargo/reference/external-tools.html#json-messages
    """
    output = _cargo(
        *("build", "--release", "--lib", "--manifest-path", str(manifest)),
        *("--message-format", "json-render-diagnostics", *arguments),
    )
    messages = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    made = [
        Path(file)
        for message in messages
        if message["reason"] == "compiler-artifact"
        and "cdylib" in message["target"]["crate_types"]
        and Path(message["manifest_path"]).resolve() == manifest.resolve()
        for file in message["filenames"]
    ]
    libraries = [path for path in made if path.suffix in _LIBRARY_SUFFIXES]
    if not libraries:
        sys.exit(f'{manifest} makes no shared library: [lib] wants crate-type = ["cdylib"]')
    return libraries


def _graph(manifest: Path) -> dict[str, Any]:
    """Return Cargo's description of the crate and all that it depends on here.

    https://doc.rust-lang.org/cargo/commands/cargo-metadata.html
    """
    host = _run(os.environ.get("RUSTC", "rustc"), "-vV").partition("host: ")[2].split()[0]
    target = os.environ.get("CARGO_BUILD_TARGET", host)
    graph: dict[str, Any] = json.loads(
        _cargo(
            *("metadata", "--format-version", "1", "--manifest-path", str(manifest)),
            *("--filter-platform", target),
        )
    )
    return graph


def _cargo(*arguments: str) -> str:
    return _run(os.environ.get("CARGO", "cargo"), *arguments)


def _run(*command: str) -> str:
    done = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode != 0:
        sys.exit(done.returncode)
    return done.stdout


def _platform() -> str:
    """Return the platform tag; on macOS it holds the lowest system that the library runs on."""
    platform = sysconfig.get_platform()
    if sys.platform == "darwin":
        said = _run(os.environ.get("RUSTC", "rustc"), "--print", "deployment-target")
        platform = f"macosx-{said.strip().rpartition('=')[2]}-{platform.rpartition('-')[2]}"
    return platform.replace("-", "_").replace(".", "_")
