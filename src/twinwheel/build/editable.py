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
from twinwheel.build.metadata import read_metadata
from twinwheel.build.plan import make_plan
from twinwheel.build.sources import package_folders
from twinwheel.build.vendor import stand_in_source
from twinwheel.build.wheel import build_contents, check_metadata, scratch_folder
from twinwheel.build.wheelfile import File, write_atomically, write_wheel
from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinwheel.build.merge import Contents
    from twinwheel.build.plan import Plan

__all__ = [
    "EditableInstall",
    "editable_payload",
    "keep_tree",
    "make_editable",
    "native_sources",
    "rebuild_in_place",
]

_FINDER = Path(__file__).with_name("finder.py.in")
_NATIVE_SOURCES = (
    *(".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inc", ".inl", ".cu", ".in"),
    *(".rs", ".toml", ".lock", ".pyx", ".pxd", ".pxi", ".f", ".f90", ".cmake", ".build", ".udl"),
)
_NATIVE_NAMES = ("CMakeLists.txt", "meson.options", "meson_options.txt")
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
    plan = make_plan(root, config_settings, state="editable")
    metadata = read_metadata(plan)
    check_metadata(metadata, metadata_directory)
    announce(plan)
    sources = native_sources(root)  # before the build: a change during it counts as new
    contents = build_contents(plan, metadata)
    install = keep_tree(plan, contents, config_settings, sources=sources)
    payload = _payload(plan, contents, metadata.name, install)
    return write_wheel(wheel_directory, metadata.stem, contents.tag, payload, contents.dist_info)


def editable_payload(plan: Plan, contents: Contents, name: str) -> dict[str, File]:
    """Write what the build made into its tree, and return what an editable wheel holds instead.

    Args:
        plan: What was built.
        contents: What it gave.
        name: The distribution's, as in file names.

    Returns:
        The finder and the path file that loads it, by path in the wheel.

    Raises:
        BuildError: TW341 when there is no place for what is built.
    """
    return _payload(plan, contents, name, keep_tree(plan, contents))


def rebuild_in_place(
    root: Path, config_settings: Mapping[str, str | list[str]], environ: Mapping[str, str]
) -> EditableInstall:
    """Build again what an editable install was made of, and replace it in its tree."""
    plan = make_plan(root, config_settings, environ, state="editable")
    sources = native_sources(root)
    announce(plan)
    contents = build_contents(plan, read_metadata(plan))
    return keep_tree(plan, contents, config_settings, environ, sources)


def keep_tree(
    plan: Plan,
    contents: Contents,
    config_settings: Mapping[str, str | list[str]] | None = None,
    environ: Mapping[str, str] | None = None,
    sources: Mapping[str, list[int]] | None = None,
) -> EditableInstall:
    """Write what the build made to the tree, each file in one step.

    A process that imports from the tree meanwhile finds the old file or the new one.

    Args:
        plan: What was built.
        contents: What it gave.
        config_settings: What the frontend passed to the hook.
        environ: Environment; ``os.environ`` when None.
        sources: State of the native sources before the build; now, when None.

    Returns:
        What the install can be made again with.

    Raises:
        BuildError: TW341 when there is no place for what is built.
    """
    environ = os.environ if environ is None else environ
    folder = scratch_folder(plan.root, otherwise=plan.root)
    if folder == plan.root:
        raise BuildError(
            "an editable install keeps its native modules under build/, which cannot be written to",
            code="TW341",
            where=str(plan.root / "build"),
            help="make the project's folder writable, or install without -e",
        )
    tree = folder / _tree_name(plan)
    files = {**contents.native, **contents.generated}
    if plan.settings.runtime == "vendored":
        stand_in = stand_in_source(plan.settings.packages[0].package)
        files["twinwheel_stand_in.py"] = File(stand_in)
    _write_tree(tree, files)
    record = json.dumps(native_sources(plan.root) if sources is None else sources, indent=0)
    write_atomically(tree.with_name(f"{tree.name}.json"), record.encode())
    variables = {f"TWINWHEEL_{name.upper()}" for name in _compiled_names(plan)}
    return EditableInstall(
        root=str(plan.root.resolve()),
        tree=str(tree.resolve()),
        packages=tuple(package.package for package in plan.settings.packages),
        config_settings=dict(config_settings or {}),
        environ={name: environ[name] for name in sorted(variables) if name in environ},
    )


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


def _payload(
    plan: Plan, contents: Contents, name: str, install: EditableInstall
) -> dict[str, File]:
    """Return the finder, and the path file that loads it and names the folders of the sources."""
    tree = Path(install.tree)
    modules = {module: str(tree / path) for path, module in _modules(contents).items()}
    vendored = plan.settings.runtime == "vendored"
    text = _FINDER.read_text("utf-8")
    for key, value in {
        "FILES": dict(sorted(modules.items())),
        "STAND_IN": str(tree / "twinwheel_stand_in.py") if vendored else "",
        "INSTALL": asdict(install),
        "REBUILD": plan.settings.editable.rebuild,
    }.items():
        text = text.replace(f"@{key}@", repr(value))
    finder = f"_twinwheel_editable_{name}"
    paths = dict.fromkeys(str(item.path.parent.resolve()) for item in package_folders(plan))
    return {
        f"{finder}.py": File(text.encode()),
        f"{finder}.pth": File("\n".join([*paths, f"import {finder}", ""]).encode()),
    }


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
