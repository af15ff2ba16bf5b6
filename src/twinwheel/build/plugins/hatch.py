"""A hatchling build hook: ``[tool.hatch.build.hooks.twinwheel]``.

Specification: https://hatch.pypa.io/latest/plugins/build-hook/reference/
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.plugin import hookimpl

from twinwheel.build import errors_for_the_user
from twinwheel.errors import ConfigError, TwinwheelError

if TYPE_CHECKING:
    from twinwheel.build.merge import Contents
    from twinwheel.build.plan import Plan
    from twinwheel.build.tags import WheelTag
    from twinwheel.build.wheelfile import File

__all__ = ["TwinwheelBuildHook", "hatch_register_build_hook"]


@hookimpl
def hatch_register_build_hook() -> type[TwinwheelBuildHook]:
    """Tell hatchling of the hook.

    https://hatch.pypa.io/latest/plugins/about/#discovery
    """
    return TwinwheelBuildHook


class TwinwheelBuildHook(BuildHookInterface[Any]):
    """Puts both halves, the manifest and their tag into hatchling's wheel."""

    PLUGIN_NAME = "twinwheel"

    def dependencies(self) -> list[str]:
        """Return what this machine lacks of the Python packages that the builders need.

        https://hatch.pypa.io/latest/plugins/build-hook/reference/#hatchling.builders.hooks.plugin.interface.BuildHookInterface.dependencies
        """
        if self.target_name != "wheel":
            return []
        from twinwheel.build.requirements import requirements

        with errors_for_the_user():
            return requirements(Path(self.root), None, "wheel")

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the halves and hand them to hatchling.

        https://hatch.pypa.io/latest/plugins/build-hook/reference/#hatchling.builders.hooks.plugin.interface.BuildHookInterface.initialize
        """
        if self.target_name != "wheel":
            return
        with errors_for_the_user():
            from twinwheel.build.plugins.halves import compile_halves, plan_halves

            _refuse_our_keys(self.config)
            # Kept until hatchling has packed them; gone with the process at the latest.
            self._staged = tempfile.TemporaryDirectory(prefix="twinwheel-")
            if version == "editable":
                self._add_editable(build_data)
            else:
                plan = plan_halves(Path(self.root), "wheel")
                self._add(plan, compile_halves(plan, *self._identity()), build_data)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Hold the wheel to what was built, the source distribution to what a build needs.

        https://hatch.pypa.io/latest/plugins/build-hook/reference/#hatchling.builders.hooks.plugin.interface.BuildHookInterface.finalize
        """
        del build_data
        if self.target_name == "sdist":
            with errors_for_the_user():
                _check_sdist(Path(self.root), Path(artifact_path), self.metadata.version)
        if self.target_name != "wheel":
            return
        self._staged.cleanup()
        if version != "editable":
            from twinwheel.build.plugins.halves import check_wheel

            with errors_for_the_user():
                check_wheel(Path(artifact_path), *self._built)

    def _add(self, plan: Plan, contents: Contents, build_data: dict[str, Any]) -> None:
        from twinwheel.build.plugins.halves import added_files, common_tag

        if build_data["infer_tag"]:
            build_data["tag"] = self.build_config.builder.get_best_matching_tag()
            build_data["infer_tag"] = False
        tag = common_tag(contents, build_data.get("tag") or "", "another build hook")
        self._built: tuple[Plan, Contents, WheelTag] = (plan, contents, tag)
        build_data["tag"] = str(tag)
        build_data["pure_python"] = build_data["pure_python"] and not contents.native
        self._stage(added_files(plan, contents), build_data["force_include"])
        self._stage(self._metadata_files(contents), build_data["force_include"])

    def _add_editable(self, build_data: dict[str, Any]) -> None:
        """Let hatchling point to the sources, and a finder of ours to what was built."""
        from twinwheel.build.editable import editable_payload
        from twinwheel.build.plugins.halves import compile_into_tree

        built = compile_into_tree(Path(self.root), *self._identity())
        self._stage(editable_payload(built), build_data["force_include_editable"])

    def _identity(self) -> tuple[str, str]:
        return self.metadata.core.raw_name, self.metadata.version

    def _metadata_files(self, contents: Contents) -> dict[str, File]:
        from twinwheel.build.plugins.halves import metadata_files
        from twinwheel.build.wheelfile import File

        own = {f"licenses/{path}" for path in self.metadata.core.license_files}
        folder = f"{self.build_config.builder.artifact_project_id}.dist-info"
        return {
            f"{folder}/{path}": File(data) for path, data in metadata_files(contents, own).items()
        }

    def _stage(self, files: dict[str, File], inclusions: dict[str, str]) -> None:
        from twinwheel.build.plugins.halves import write_files

        folder = Path(self._staged.name)
        write_files(folder, files)
        inclusions.update({str(folder / path): path for path in files})


def _check_sdist(root: Path, sdist: Path, version: str) -> None:
    """Remove a source distribution from which a half could not be built, and say why."""
    import tarfile

    from twinwheel.build.plugins.halves import plan_halves
    from twinwheel.build.sdist import check_sdist
    from twinwheel.build.versions import check_versions

    with tarfile.open(sdist) as archive:
        present = {name.partition("/")[2] for name in archive.getnames()}
    try:
        plan = plan_halves(root, "sdist")
        check_sdist(plan, present, "[tool.hatch.build.targets.sdist]")
        check_versions(plan, version)
    except TwinwheelError:
        sdist.unlink()
        raise


def _refuse_our_keys(config: dict[str, Any]) -> None:
    """Say that settings stand in one place, whatever the backend."""
    from twinwheel.build.settings.model import Document
    from twinwheel.build.settings.read import keys_of

    for key in config:
        if key in keys_of(Document):
            raise ConfigError(
                f"'{key}' is no key of the hook",
                code="TW103",
                where="pyproject.toml, [tool.hatch.build.hooks.twinwheel]",
                accepted="an empty table, or hatchling's own keys such as 'dependencies'",
                help=f"move it: [tool.twinwheel] {key}",
            )
