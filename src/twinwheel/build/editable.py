"""Editable installs: the sources from where they are, the native modules from a tree that stays.

The wheel holds a path file and a small finder. Nothing is written between the sources: what
the builders make and the manifest stay under ``build/twinwheel``, and the finder maps their names
there.
"""

from __future__ import annotations

import importlib.machinery
import shutil
import sys
import sysconfig
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
    from collections.abc import Mapping

    from twinwheel.build.merge import Contents
    from twinwheel.build.plan import Plan

__all__ = ["editable_payload", "make_editable"]

_FINDER = '''\
"""Finds the native modules of an editable install. Written by twinwheel."""

import sys

FILES = {files}
STAND_IN = {stand_in}


class Finder:
    """Maps the names of generated modules to the files that the build made."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Return the spec of a generated module, None for any other."""
        file = FILES.get(name)
        if file is None:
            return None
        from os.path import exists

        if not exists(file):  # the build folder was cleaned: say so as for any missing module
            return None
        from importlib.util import spec_from_file_location

        return spec_from_file_location(name, file)


class StandIn:
    """Finds the vendored selector under twinwheel's name, where no twinwheel is installed."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        """Return a spec for ``twinwheel`` itself, None for any other."""
        if name != "twinwheel" or not STAND_IN:
            return None
        from importlib.util import spec_from_file_location

        return spec_from_file_location(name, STAND_IN)


sys.meta_path.insert(0, Finder)
sys.meta_path.append(StandIn)
'''


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
    contents = build_contents(plan, metadata)
    payload = editable_payload(plan, contents, metadata.name)
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
    folder = scratch_folder(plan.root, plan.root)
    if folder == plan.root:
        raise BuildError(
            "an editable install keeps its native modules under build/, which cannot be written to",
            code="TW341",
            where=str(plan.root / "build"),
            help="make the project's folder writable, or install without -e",
        )
    # One tree for each choice of halves: environments that differ in it do not change each other's.
    halves = "-".join(half.label.replace(":", "_") for half in plan.built) or "pure"
    interpreter = f"{sysconfig.get_config_var('SOABI') or sys.implementation.cache_tag}"
    tree = folder / f"editable-{interpreter}-{sysconfig.get_platform()}-{halves}"
    _write_tree(tree, contents)
    finder = f"_twinwheel_editable_{name}"
    files = {module: str(tree / path) for path, module in _modules(contents).items()}
    literal = "{\n" + "".join(f"    {k!r}: {v!r},\n" for k, v in sorted(files.items())) + "}"
    paths = dict.fromkeys(str(item.path.parent.resolve()) for item in package_folders(plan))
    stand_in = ""
    if plan.settings.runtime == "vendored":
        stand_in = str(tree / "twinwheel_stand_in.py")
        source = stand_in_source(plan.settings.packages[0].package)
        write_atomically(Path(stand_in), source)
    text = _FINDER.replace("{files}", literal).replace("{stand_in}", repr(stand_in))
    return {
        f"{finder}.py": File(text.encode()),
        f"{finder}.pth": File("\n".join([*paths, f"import {finder}", ""]).encode()),
    }


def _write_tree(tree: Path, contents: Contents) -> None:
    """Write the tree beside the old one and change them over: a failed build breaks nothing."""
    fresh, old = tree.with_name(f"{tree.name}.new"), tree.with_name(f"{tree.name}.old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    for name, file in {**contents.native, **contents.generated}.items():
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.data)
        target.chmod(0o755 if file.executable else 0o644)
    if tree.exists():
        tree.rename(old)
    fresh.rename(tree)
    shutil.rmtree(old, ignore_errors=True)


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
