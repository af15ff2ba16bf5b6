"""What twinwheel adds to a wheel that another backend writes: the same rooms, the same result."""

from __future__ import annotations

import os
import stat
import zipfile
from typing import TYPE_CHECKING

from twinwheel.build.announce import announce
from twinwheel.build.editable import Built, build_tree
from twinwheel.build.metadata import metadata_of_another
from twinwheel.build.plan import make_plan
from twinwheel.build.sources import is_output_of, python_sources
from twinwheel.build.tags import WheelTag, intersect
from twinwheel.build.wheel import build_contents
from twinwheel.errors import BuildError, ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from twinwheel.build.merge import Contents
    from twinwheel.build.plan import Plan
    from twinwheel.build.settings import State
    from twinwheel.build.wheelfile import File

__all__ = [
    "added_files",
    "check_wheel",
    "common_tag",
    "compile_halves",
    "compile_into_tree",
    "metadata_files",
    "plan_halves",
    "stale_outputs",
    "write_files",
]


def plan_halves(root: Path, state: State) -> Plan:
    """Decide what to build; ``-C`` settings do not reach a plugin, variables do.

    Raises:
        ConfigError: TW144 for what a project that keeps its backend must say otherwise.
    """
    plan = make_plan(root, state=state)
    if not isinstance(plan.pyproject.get("project"), dict):
        raise ConfigError(
            "there is no [project] table, in which the builders of the halves read the name",
            code="TW144",
            where="pyproject.toml",
            accepted="[project] with name, and dynamic for what is said elsewhere",
            help='write [project] name = "NAME" and dynamic = ["version", …]; '
            "setup.cfg and setup.py may keep the rest",
        )
    if plan.settings.wheel.exclude:
        raise ConfigError(
            "'exclude' does not reach the backend, which ships the Python sources",
            code="TW144",
            where="pyproject.toml, [tool.twinwheel.wheel] exclude",
            accepted="nothing here",
            help="say it in the backend's own settings",
        )
    return plan


def compile_halves(plan: Plan, name: str, version: str) -> Contents:
    """Run the builders and merge what they make.

    Args:
        plan: What to build.
        name: The project's name, as its backend has it.
        version: The project's version, as its backend has it.

    Raises:
        TwinwheelError: As for ``twinwheel.build``.
    """
    announce(plan)
    return build_contents(plan, metadata_of_another(name, version))


def compile_into_tree(root: Path, name: str, version: str) -> Built:
    """Build the halves into the tree that an editable install leads to.

    Args:
        root: The project's folder.
        name: The project's name, as its backend has it.
        version: The project's version, as its backend has it.

    Raises:
        TwinwheelError: As for ``twinwheel.build``.
    """
    return build_tree(root, {}, os.environ, name=name, version=version)


def added_files(plan: Plan, contents: Contents) -> dict[str, File]:
    """Return what the backend does not ship by itself.

    That is what the builders made, what twinwheel writes into the packages, and each source that it
    changes, as it does when the selector is vendored.
    """
    tree = python_sources(plan)
    changed = {
        path: file
        for path, file in contents.sources.items()
        if path in tree and tree[path].read_bytes() != file.data
    }
    return {**changed, **contents.native, **contents.generated}


def metadata_files(contents: Contents, present: Collection[str]) -> dict[str, bytes]:
    """Return the bill of materials, and the licences of the halves that are not there already.

    Args:
        contents: What was built.
        present: Paths inside the metadata folder that the backend writes.

    Returns:
        Contents by path inside the metadata folder.
    """
    return {
        path: data
        for path, data in contents.dist_info.items()
        if path.startswith(("licenses/", "sboms/")) and path not in present
    }


def common_tag(contents: Contents, other: str, maker: str) -> WheelTag:
    """Return what supports both what was built and what the backend made itself.

    Args:
        contents: What was built.
        other: The tag that the backend has for its own part; empty when it has none.
        maker: Who made that part.

    Raises:
        BuildError: TW312 when nothing supports both.
    """
    if not other:
        return contents.tag
    return intersect({"twinwheel": contents.tag, maker: WheelTag.parse(other)})


def write_files(folder: Path, files: dict[str, File]) -> None:
    """Write files into a folder, with their executable bits."""
    for path, file in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)  # it may be a link into the sources
        target.write_bytes(file.data)
        target.chmod(0o755 if file.executable else 0o644)


def stale_outputs(plan: Plan, contents: Contents, paths: Iterable[str]) -> list[str]:
    """Return those of the paths that another build's halves made, or that lie between the sources.

    Args:
        plan: What was built.
        contents: What it gave.
        paths: Paths in a wheel, or in a folder that becomes one.
    """
    items = [item for package in plan.settings.packages for item in package.compiled]
    return sorted(
        path
        for path in paths
        if path not in contents.payload and any(is_output_of(path, item) for item in items)
    )


def check_wheel(wheel: Path, plan: Plan, contents: Contents, tag: WheelTag) -> None:
    """Hold the finished wheel to what was built; it is removed when it is another's.

    Raises:
        BuildError: TW325 when its tag, or a file in it, is not ours.
    """
    wrong = _difference(wheel, plan, contents, tag)
    if wrong:
        wheel.unlink()
        raise BuildError(
            f"the wheel is not what twinwheel built: {wrong}",
            code="TW325",
            where=wheel.name,
            help="another hook or setting of the backend changes it: let twinwheel's be the last, "
            "and keep compiled files out of the sources",
        )


def _difference(wheel: Path, plan: Plan, contents: Contents, tag: WheelTag) -> str:
    have = "-".join(wheel.name.removesuffix(".whl").split("-")[-3:])
    if set(WheelTag.parse(have).expand()) != set(tag.expand()):
        return f"it is tagged {have}, its contents run on {tag}"
    with zipfile.ZipFile(wheel) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        for path in _python_modules(plan, contents):
            if path not in entries:
                return f"it lacks '{path}', a Python implementation that its manifest names"
        for path, file in added_files(plan, contents).items():
            if path not in entries:
                return f"it lacks '{path}'"
            if archive.read(path) != file.data:
                return f"'{path}' has other contents"
            if file.executable and not entries[path].external_attr >> 16 & stat.S_IXUSR:
                return f"'{path}' is not executable"
    for path in stale_outputs(plan, contents, entries):
        return f"'{path}' is of another build"
    return ""


def _python_modules(plan: Plan, contents: Contents) -> list[str]:
    """Return the files of the implementations that are Python, and the backend's to ship."""
    stems = [
        item.module.replace(".", "/")
        for package in plan.settings.packages
        for item in package.implementations.values()
        if not item.builder
    ]
    names = [name for stem in stems for name in (f"{stem}.py", f"{stem}/__init__.py")]
    return [name for name in names if name in contents.sources]
