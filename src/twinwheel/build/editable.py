"""Editable installs: the sources from where they are, the native modules from a tree that stays.

The wheel holds a path file and a small finder. Nothing is written between the sources: what
the builders make and the manifest stay under ``build/twinwheel``, and the finder maps their names
there.
"""

from __future__ import annotations

import importlib.machinery
import json
import os
import sys
import sysconfig
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.build.announce import announce
from twinwheel.build.metadata import ProjectMetadata, metadata_of_another, read_metadata
from twinwheel.build.plan import Plan, make_plan
from twinwheel.build.sources import package_folders
from twinwheel.build.vendor import runtime_files
from twinwheel.build.wheel import build_contents, check_metadata, scratch_folder
from twinwheel.build.wheelfile import File, write_atomically, write_wheel
from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinwheel.build.merge import Contents

__all__ = ["EditableInstall", "build_tree", "editable_payload", "make_editable", "native_sources"]

_FINDER = Path(__file__).with_name("finder.py.in")
_NATIVE_SOURCES = (
    *(".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inc", ".inl", ".cu", ".in"),
    *(".rs", ".toml", ".lock", ".pyx", ".pxd", ".pxi", ".f", ".f90", ".cmake", ".build", ".udl"),
)
_NATIVE_NAMES = ("CMakeLists.txt", "meson.options", "meson_options.txt")
_RUNTIME = "runtime"
"""Folder of the tree with the selector under twinwheel's name, where that is vendored."""

_NO_SOURCES = ("build", "dist", "target", "__pycache__", "node_modules", "venv")


@dataclass(frozen=True)
class EditableInstall:
    """What an editable install is made with, kept in its finder so that it can be made again."""

    root: str
    tree: str
    """Folder of the native modules and the manifests."""

    packages: tuple[str, ...]
    config_settings: Mapping[str, str | list[str]]
    environ: Mapping[str, str]
    """The variables that chose the halves."""

    name: str = ""
    version: str = ""
    """What another backend calls the project, where that writes the metadata; empty where we do."""


@dataclass(frozen=True)
class Built:
    """A tree that has just been written."""

    plan: Plan
    metadata: ProjectMetadata
    contents: Contents
    install: EditableInstall


def make_editable(
    root: Path,
    wheel_directory: Path,
    config_settings: Mapping[str, str | list[str]] | None = None,
    metadata_directory: str | None = None,
) -> str:
    """Build what an editable install consists of.

    Args:
        root: The project's folder.
        wheel_directory: Where the wheel goes.
        config_settings: What the frontend passed to the hook.
        metadata_directory: As for ``make_wheel``.

    Returns:
        The wheel's file name.

    Raises:
        TwinwheelError: With a code, when anything is wrong; no wheel is written then.
    """
    built = build_tree(root, config_settings or {}, os.environ, metadata_directory)
    contents = built.contents
    return write_wheel(
        wheel_directory,
        built.metadata.stem,
        contents.tag,
        editable_payload(built),
        contents.dist_info,
        contents.build_tag,
    )


def editable_payload(built: Built) -> dict[str, File]:
    """Return what an editable wheel holds: the finder, and the path file that loads it.

    Where the selector is vendored, a path file of its own leads to one that goes by twinwheel's
    name. Type checkers follow it too. Its name puts it last, since path files are read in that
    order: an installed twinwheel comes first, even one that another path file leads to.
    """
    finder = f"_twinwheel_editable_{built.metadata.name}"
    paths = dict.fromkeys(str(item.path.parent.resolve()) for item in package_folders(built.plan))
    payload = {
        f"{finder}.py": File(_finder_source(built).encode()),
        f"{finder}.pth": File("\n".join([*paths, f"import {finder}", ""]).encode()),
    }
    if built.plan.settings.runtime == "vendored":
        runtime = Path(built.install.tree, _RUNTIME)
        payload[f"zz_twinwheel_runtime_{built.metadata.name}.pth"] = File(f"{runtime}\n".encode())
    return payload


def build_tree(
    root: Path,
    config_settings: Mapping[str, str | list[str]],
    environ: Mapping[str, str],
    metadata_directory: str | None = None,
    name: str = "",
    version: str = "",
) -> Built:
    """Build the halves and write what they made to the tree, each file in one step.

    A build that fails leaves the tree as it was; so does one that is under way, for a process that
    imports from it.

    Args:
        root: The project's folder.
        config_settings: What the frontend passed to the hook.
        environ: Environment.
        metadata_directory: As for ``make_wheel``.
        name: What another backend calls the project, where that writes the metadata.
        version: What version it has there.

    Raises:
        BuildError: TW341 when there is no place for what is built.
    """
    plan = make_plan(root, config_settings, environ, state="editable")
    metadata = metadata_of_another(name, version) if name else read_metadata(plan)
    check_metadata(metadata, metadata_directory)
    announce(plan)
    folder = scratch_folder(root, otherwise=root)
    if folder == root:
        raise BuildError(
            "an editable install keeps its native modules under build/, which cannot be written to",
            code="TW341",
            where=str(root / "build"),
            help="make the project's folder writable, or install without -e",
        )
    sources = native_sources(root)  # before the build: a change during it counts as new
    contents = build_contents(plan, metadata)
    tree = folder / _tree_name(plan)
    files = {**contents.native, **contents.generated}
    if plan.settings.runtime == "vendored":
        files |= {f"{_RUNTIME}/{path}": File(data) for path, data in runtime_files().items()}
    _write_tree(tree, files)
    record = json.dumps(sources, indent=0)
    write_atomically(tree.with_name(f"{tree.name}.json"), record.encode())
    variables = {f"TWINWHEEL_{name.upper()}" for name in _compiled_names(plan)}
    install = EditableInstall(
        root=str(root.resolve()),
        tree=str(tree.resolve()),
        packages=tuple(package.package for package in plan.settings.packages),
        config_settings=dict(config_settings),
        environ={name: environ[name] for name in sorted(variables) if name in environ},
        name=name,
        version=version,
    )
    return Built(plan, metadata, contents, install)


def native_sources(root: Path) -> dict[str, list[int]]:
    """Return path -> time of change and size of every file that a native build may read.

    Args:
        root: The project's folder; hidden folders and those of build outputs are passed over.
    """
    found: dict[str, list[int]] = {}
    for parent, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in _NO_SOURCES and not f.startswith("."))
        for name in sorted(names):
            if name.endswith(_NATIVE_SOURCES) or name in _NATIVE_NAMES:
                path = Path(parent, name)
                state = path.stat()
                found[path.relative_to(root).as_posix()] = [state.st_mtime_ns, state.st_size]
    return found


def _tree_name(plan: Plan) -> str:
    """Name one tree for each choice of halves, so that environments do not change each other's."""
    halves = "-".join(half.label.replace(":", "_").replace("/", "_") for half in plan.built)
    interpreter = sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag
    return f"editable-{interpreter}-{sysconfig.get_platform()}-{halves or 'pure'}"


def _compiled_names(plan: Plan) -> Iterator[str]:
    for half in plan.halves:
        for decision in half.decisions:
            yield decision.implementation.name


def _write_tree(tree: Path, files: Mapping[str, File]) -> None:
    for name, file in files.items():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, file.data, executable=file.executable)
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(tree).as_posix() not in files:
            path.unlink()


def _finder_source(built: Built) -> str:
    tree = Path(built.install.tree)
    modules = {name: str(tree / path) for path, name in _modules(built.contents).items()}
    text = _FINDER.read_text("utf-8")
    for name, value in {
        "FILES": dict(sorted(modules.items())),
        "INSTALL": asdict(built.install),
        "REBUILD": built.plan.settings.editable.rebuild,
    }.items():
        text = text.replace(f"@{name}@", repr(value))
    return text


def _modules(contents: Contents) -> dict[str, str]:
    """Return path -> full module name of everything importable that the build made."""
    suffixes = [*importlib.machinery.EXTENSION_SUFFIXES, ".py"]
    found = {}
    for path in [*contents.native, *contents.generated]:
        for suffix in suffixes:
            if path.endswith(suffix):
                name = path.removesuffix(suffix).replace("/", ".").removesuffix(".__init__")
                found[path] = name
                break
    return found
