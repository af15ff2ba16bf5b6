"""A setuptools plugin: a project with ``[tool.twinwheel]`` gets both halves from setuptools.

setuptools calls ``finalize`` for every distribution that it builds where twinwheel is installed, so
that a project needs no ``setup.py``. Commands that another plugin replaced are extended, not lost.
Specification: https://setuptools.pypa.io/en/latest/userguide/extension.html
"""

from __future__ import annotations

import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import setuptools
from setuptools import Command

from twinwheel.build import errors_for_the_user
from twinwheel.build.programs import version_tuple
from twinwheel.build.pyproject import parse_toml
from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from setuptools import Distribution

    from twinwheel.build.editable import Built
    from twinwheel.build.merge import Contents
    from twinwheel.build.plan import Plan
    from twinwheel.build.tags import WheelTag
    from twinwheel.build.wheelfile import File

__all__ = ["finalize"]

_COMMAND = "build_twinwheel"
_OLDEST = (70, 1)  # the first with a bdist_wheel of its own


def finalize(distribution: Distribution) -> None:
    """Extend setuptools' commands where the project is a twin package.

    https://setuptools.pypa.io/en/latest/userguide/extension.html#customizing-distribution-options

    Args:
        distribution: What setuptools is about to build.
    """
    root = Path(distribution.src_root or os.curdir).resolve()
    if _COMMAND in distribution.cmdclass or not _is_twin(root):
        return
    with errors_for_the_user():
        _check_setuptools()
    _ask_for_requirements(root, distribution)
    halves = _Halves(root, distribution)
    for name, extend in (
        (_COMMAND, _build_twinwheel),
        ("build", _build),
        ("bdist_wheel", _bdist_wheel),
        ("sdist", _sdist),
    ):
        base = Command if name == _COMMAND else distribution.get_command_class(name)
        distribution.cmdclass[name] = extend(base, halves)


def _is_twin(root: Path) -> bool:
    """Tell whether the project is ours and setuptools is its backend.

    Other backends use setuptools too: cffi compiles its modules by it, in the same folder.
    """
    document = parse_toml(root / "pyproject.toml")
    tool, build = document.get("tool"), document.get("build-system", {})
    if not isinstance(tool, dict) or "twinwheel" not in tool or not isinstance(build, dict):
        return False
    backend = str(build.get("build-backend", "setuptools"))
    return backend.partition(".")[0] == "setuptools" or "backend-path" in build


def _check_setuptools() -> None:
    """Refuse a setuptools that needs another distribution to write wheels."""
    if version_tuple(setuptools.__version__) < _OLDEST:
        raise BuildError(
            f"setuptools {setuptools.__version__} is too old for twinwheel's plugin",
            code="TW326",
            where="pyproject.toml, [build-system] requires",
            accepted="setuptools 70.1 or later",
            help='requires = ["setuptools>=77", "twinwheel"]',
        )


def _ask_for_requirements(root: Path, distribution: Distribution) -> None:
    """Name what the builders need, when setuptools is asked for requirements.

    There it catches what ``fetch_build_eggs``, the way of ``setup_requires``, is called with, and
    ends the run. It does not say whether a wheel or a source distribution is meant.
    """
    backend = sys.modules.get("setuptools.build_meta")
    if backend is None or not isinstance(distribution, backend.Distribution):
        return
    from twinwheel.build.requirements import requirements

    with errors_for_the_user():
        wanted = requirements(root, None, "wheel")
    distribution.fetch_build_eggs(wanted)


class _Halves:
    """What is built, once for all the commands of one run."""

    def __init__(self, root: Path, distribution: Distribution) -> None:
        self.root = root
        self.distribution = distribution

    @property
    def identity(self) -> tuple[str, str]:
        from packaging.version import Version

        version = self.distribution.get_version()
        return self.distribution.get_name(), str(Version(version))

    @property
    def editable(self) -> bool:
        return "editable_wheel" in self.distribution.commands

    @cached_property
    def plan(self) -> Plan:
        from twinwheel.build.plugins.halves import plan_halves

        return plan_halves(self.root, "editable" if self.editable else "wheel")

    @cached_property
    def tree(self) -> Built:
        from twinwheel.build.plugins.halves import compile_into_tree

        return compile_into_tree(self.root, *self.identity)

    @cached_property
    def contents(self) -> Contents:
        from twinwheel.build.plugins.halves import compile_halves

        if self.editable:
            return self.tree.contents
        return compile_halves(self.plan, *self.identity)

    @cached_property
    def files(self) -> dict[str, File]:
        from twinwheel.build.plugins.halves import added_files

        return added_files(self.plan, self.contents)


def _build_twinwheel(base: type[Command], halves: _Halves) -> type[Command]:
    """Return the command that runs the builders.

    https://setuptools.pypa.io/en/latest/userguide/extension.html#custom-build-steps
    """

    class BuildTwinwheel(base):  # type: ignore[misc]
        description = "build the halves of a twin package"
        user_options: list[tuple[str, str, str]] = []  # noqa: RUF012 (setuptools' own form)
        editable_mode = False
        build_lib: str

        def initialize_options(self) -> None:
            self.build_lib = ""

        def finalize_options(self) -> None:
            self.build_lib = self.get_finalized_command("build").build_lib

        def run(self) -> None:
            with errors_for_the_user():
                if self.editable_mode:
                    # The folder that setuptools packs the editable wheel from.
                    folder = Path(self.get_finalized_command("install").install_lib)
                    _write_editable(halves, folder)
                else:
                    _write_outputs(halves, Path(self.build_lib))

        def get_source_files(self) -> list[str]:
            return []  # the author lists them in MANIFEST.in

        def get_outputs(self) -> list[str]:
            if self.editable_mode:
                return []
            return [str(Path(self.build_lib, path)) for path in halves.files]

        def get_output_mapping(self) -> dict[str, str]:
            return {}

    return BuildTwinwheel


def _write_outputs(halves: _Halves, folder: Path) -> None:
    """Write into setuptools' build folder, which may hold the outputs of earlier builds."""
    from twinwheel.build.plugins.halves import stale_outputs, write_files

    there = (path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in there]
    for name in stale_outputs(halves.plan, halves.contents, names):
        (folder / name).unlink()
    write_files(folder, halves.files)
    for name, file in halves.contents.sources.items():  # build_py forgets executable bits
        if file.executable and (folder / name).is_file():
            (folder / name).chmod(0o755)


def _write_editable(halves: _Halves, folder: Path) -> None:
    """Let setuptools point to the sources, and a finder of ours to what was built."""
    from twinwheel.build.editable import editable_payload
    from twinwheel.build.plugins.halves import write_files

    write_files(folder, editable_payload(halves.tree))


def _build(base: type[Command], halves: _Halves) -> type[Command]:
    """Return ``build`` with our command at its end."""
    del halves

    class Build(base):  # type: ignore[misc]
        sub_commands = [*base.sub_commands, (_COMMAND, None)]  # noqa: RUF012

        def finalize_options(self) -> None:
            super().finalize_options()
            # What an earlier build changed in the build folder is newer than its source.
            self.force = True

    return Build


def _bdist_wheel(base: type[Command], halves: _Halves) -> type[Command]:
    """Return ``bdist_wheel`` with the tag of what was built."""

    class BdistWheel(base):  # type: ignore[misc]
        def finalize_options(self) -> None:
            distribution = self.distribution
            has_modules = type(distribution).has_ext_modules(distribution)  # without our answer
            self.has_own = has_modules or distribution.has_c_libraries()
            with errors_for_the_user():
                compiled = bool(halves.plan.built)
            if compiled:
                # Asked by every command that tells purelib from platlib.
                distribution.has_ext_modules = lambda: True
            super().finalize_options()

        def get_tag(self) -> tuple[str, str, str]:
            tag = self._tag()
            return ".".join(tag.interpreters), ".".join(tag.abis), ".".join(tag.platforms)

        def _tag(self) -> WheelTag:
            from twinwheel.build.plugins.halves import common_tag

            with errors_for_the_user():
                other = "-".join(super().get_tag()) if self.has_own else ""
                return common_tag(halves.contents, other, "setuptools' own extension")

        def write_wheelfile(self, wheelfile_base: str, *arguments: Any, **keywords: Any) -> None:
            from twinwheel.build.plugins.halves import metadata_files, write_files
            from twinwheel.build.wheelfile import File

            super().write_wheelfile(wheelfile_base, *arguments, **keywords)
            folder = Path(wheelfile_base)
            present = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
            files = metadata_files(halves.contents, present)
            write_files(folder, {path: File(data) for path, data in files.items()})

        def run(self) -> None:
            super().run()
            from twinwheel.build.plugins.halves import check_wheel

            _, _, wheel = self.distribution.dist_files[-1]
            with errors_for_the_user():
                check_wheel(Path(wheel), halves.plan, halves.contents, self._tag())

    return BdistWheel


def _sdist(base: type[Command], halves: _Halves) -> type[Command]:
    """Return ``sdist`` that refuses to leave out what a half is built from."""

    class Sdist(base):  # type: ignore[misc]
        def make_release_tree(self, base_dir: str, files: list[str]) -> None:
            from twinwheel.build.plugins.halves import plan_halves
            from twinwheel.build.sdist import check_sdist
            from twinwheel.build.versions import check_versions

            present = {path.replace(os.sep, "/") for path in files} | {"PKG-INFO"}
            with errors_for_the_user():
                plan = plan_halves(halves.root, "sdist")
                check_sdist(plan, present, "or MANIFEST.in")
                check_versions(plan, halves.identity[1])
            super().make_release_tree(base_dir, files)

    return Sdist
