"""One version for all: what the halves' build files state is held to ``[project]``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from twinwheel.build.builders import StatedVersion
    from twinwheel.build.plan import Plan

__all__ = ["check_versions"]


def check_versions(plan: Plan, version: str) -> None:
    """Compare the project's version with what Cargo, CMake and Meson say of the halves.

    Every declared half is compared, whether it is built here or not, so that a difference shows on
    the author's machine. Post-releases, development releases and local labels are not compared,
    since none of the three has a word for them.

    Args:
        plan: What is built.
        version: The project's, by PEP 440.

    Raises:
        BuildError: TW324 for the first that is another version.
    """
    for half in plan.halves:
        for stated in half.builder.stated_versions(half.context):
            if not _agree(stated, version):
                raise BuildError(
                    f"{stated.file} says {stated.text}, the project is {version}",
                    code="TW324",
                    where=f"the {half.label} half, {half.context.root / stated.file}",
                    accepted=_spelled(stated, version),
                    help="change it, or do not state it there: no VERSION in project(), and no "
                    "version or 0.0.0 in Cargo.toml, say nothing",
                )


def _agree(stated: StatedVersion, version: str) -> bool:
    from packaging.version import Version

    project = Version(version)
    try:
        # PEP 440 reads Rust's 1.0.0-rc.1 as its own 1.0.0rc1.
        other = Version(stated.text)
    except ValueError:  # it is no version, or its numbers have more digits than Python reads
        return False
    length = max(len(project.release), len(other.release))
    numbers = [each.release + (0,) * (length - len(each.release)) for each in (project, other)]
    same_stage = stated.numbers_only or project.pre == other.pre
    return numbers[0] == numbers[1] and same_stage


def _spelled(stated: StatedVersion, version: str) -> str:
    from packaging.version import Version

    base = Version(version)
    numbers = ".".join(str(number) for number in base.release)
    if stated.numbers_only or base.pre is None:
        return numbers
    stage, number = base.pre
    word = {"a": "alpha", "b": "beta"}.get(stage, stage)
    return f"{numbers}-{word}.{number}, or {numbers}{stage}{number} where that can be written"
