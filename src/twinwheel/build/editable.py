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
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.announce import announce
from twinwheel.build.kept import Keep, short_hash, stays
from twinwheel.build.metadata import ProjectMetadata, metadata_of_another, read_metadata
from twinwheel.build.plan import Plan, make_plan
from twinwheel.build.requirements import requirements_of
from twinwheel.build.sources import package_folders
from twinwheel.build.vendor import runtime_files
from twinwheel.build.watch import (
    EditableInstall,
    Record,
    copied_files,
    native_sources,
    record_of,
)
from twinwheel.build.wheel import build_contents, check_metadata, scratch_folder
from twinwheel.build.wheelfile import File, write_wheel
from twinwheel.errors import BuildError
from twinwheel.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twinwheel.build.merge import Contents

__all__ = ["Built", "build_tree", "editable_payload", "make_editable"]

_FINDER = Path(__file__).with_name("finder.py.in")
_INSTALLED = ("scripts", "data", "headers")
_RUNTIME = "runtime"
"""Folder of the tree with the selector under twinwheel's name, where that is vendored."""


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
    """Return what an editable wheel holds.

    That is the finder, the path file that loads it, and what an installer puts elsewhere: scripts,
    data and headers of the halves. These are copies, which a rebuild does not change.

    Where the selector is vendored, a path file of its own leads to one that goes by twinwheel's
    name. Type checkers follow it too. Its name puts it last, since path files are read in that
    order: an installed twinwheel comes first, even one that another path file leads to.
    """
    finder = f"_twinwheel_editable_{built.metadata.name}"
    paths = dict.fromkeys(str(item.path.parent.resolve()) for item in package_folders(built.plan))
    payload = {
        **{path: file for path, file in built.contents.native.items() if _is_installed(path)},
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
    again: EditableInstall | None = None,
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
        again: The install whose tree is built again.

    Raises:
        BuildError: TW341 when there is no place for what is built, TW352 when what is built is not
            what ``again`` was made of.
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
    tree = folder / _tree_name(plan, config_settings)
    if again is not None and Path(again.tree) != tree.resolve():
        raise _no_longer("halves that can be built", root)
    more = sorted(_outside(plan))
    sources = native_sources(root, more)  # before the build: a change during it counts as new
    contents = build_contents(plan, metadata, keep=Keep(folder, sources))
    modules = tuple(sorted(_modules(contents)))
    if again is not None and modules != tuple(again.modules):
        raise _no_longer("modules that the halves make", root)
    made = {path: file for path, file in contents.native.items() if not _is_installed(path)}
    files = {**made, **contents.generated}
    if plan.settings.runtime == "vendored":
        files |= {f"{_RUNTIME}/{path}": File(data) for path, data in runtime_files().items()}
    _write_tree(tree, files)
    copied = copied_files(root, {path: file.data for path, file in contents.native.items()})
    record = Record({**sources, **copied}, tuple(dict.fromkeys([*more, *copied])))
    write_whole(record_of(tree), record.write())
    variables = {f"TWINWHEEL_{name.upper()}" for name in _compiled_names(plan)}
    install = EditableInstall(
        root=str(root.resolve()),
        tree=str(tree.resolve()),
        packages=tuple(package.package for package in plan.settings.packages),
        config_settings=dict(config_settings),
        environ={name: environ.get(name, "") for name in sorted(variables)},
        name=name,
        version=version,
        modules=modules,
        requires=tuple(requirements_of(_as_after_the_build(plan))),
    )
    return Built(plan, metadata, contents, install)


def _as_after_the_build(plan: Plan) -> Plan:
    """Return the plan as seen without the programs of an isolated environment.

    CMake may be one of these, and so be missing when the tree is built again.
    """
    halves = []
    for half in plan.halves:
        environ = dict(half.context.environ)
        folders = environ.get("PATH", "").split(os.pathsep)
        environ["PATH"] = os.pathsep.join(folder for folder in folders if stays(folder))
        halves.append(replace(half, context=replace(half.context, environ=environ)))
    return replace(plan, halves=tuple(halves))


def _no_longer(what: str, root: Path) -> BuildError:
    return BuildError(
        f"the {what} are not those of the editable install any more",
        code="TW352",
        where=str(root),
        help="install it again: pip install --no-build-isolation -e .",
    )


def _is_installed(path: str) -> bool:
    """Tell whether an installer puts the file elsewhere than beside the packages."""
    top, *rest = PurePosixPath(path).parts
    return top.endswith(".data") and bool(rest) and rest[0] in _INSTALLED


def _outside(plan: Plan) -> Iterator[str]:
    """Name what the builders know to read outside of the project's folder."""
    root = plan.root.resolve()
    for half in plan.built:
        for path in half.builder.outside(half.context):
            if not path.resolve().is_relative_to(root):
                yield str(path.resolve())


def _tree_name(plan: Plan, config_settings: Mapping[str, str | list[str]]) -> str:
    """Name one tree for each choice of halves and of settings.

    So environments that were installed with others do not change each other's.
    """
    halves = "-".join(half.label.replace(":", "_").replace("/", "_") for half in plan.built)
    interpreter = sysconfig.get_config_var("SOABI") or sys.implementation.cache_tag
    name = f"editable-{interpreter}-{sysconfig.get_platform()}-{halves or 'pure'}"
    if not config_settings:
        return name
    return f"{name}-{short_hash(json.dumps(dict(config_settings), sort_keys=True))}"


def _compiled_names(plan: Plan) -> Iterator[str]:
    for half in plan.halves:
        for decision in half.decisions:
            yield decision.implementation.name


def _write_tree(tree: Path, files: Mapping[str, File]) -> None:
    for name, file in files.items():
        target = tree / name
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, file.data, executable=file.executable)
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(tree).as_posix() not in files:
            path.unlink()


def _finder_source(built: Built) -> str:
    tree = Path(built.install.tree)
    modules = {name: str(tree / path) for path, name in _modules(built.contents).items()}
    text = _FINDER.read_text("utf-8")
    for name, value in {
        "FILES": dict(sorted(modules.items())),
        "TOPS": sorted({folder.name for folder in package_folders(built.plan)}),
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
    return {path: name for path, name in found.items() if not _is_installed(path)}
