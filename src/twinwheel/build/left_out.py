"""Python sources that the builders alone would leave out of wheels: a twin leaves them out too."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from twinwheel.build.patterns import gitignore_spec, lenient_gitignore_spec
from twinwheel.build.settings.tables import Table, tool_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pathspec import GitIgnoreSpec

    from twinwheel.build.plan import Plan

__all__ = ["left_out", "packages_of_builders"]


def packages_of_builders(plan: Plan) -> tuple[str, ...]:
    """Return the folders in ``[tool.scikit-build] wheel.packages``, where that is a list."""
    wheel = tool_table(plan.pyproject, "scikit-build").table("wheel")
    # A table says which folder goes where, which is the builder's own matter.
    return () if isinstance(wheel.values.get("packages"), dict) else wheel.texts("packages")


def left_out(plan: Plan, sources: Mapping[str, Path]) -> set[str]:
    """Return the sources that git ignores, and those that a builder leaves out of its wheel.

    What git ignores is in no sdist either, unless ``[tool.scikit-build] sdist.include`` names it;
    so the wheels from a checkout and from its sdist are the same. A builder's pattern that leaves
    out a twin package itself does not count: it is how a project kept one builder from shipping
    what another did.

    Args:
        plan: What is built.
        sources: File by path in the wheel.

    Returns:
        Paths in the wheel.

    Raises:
        ConfigError: TW104 when a builder's setting is no array of patterns, TW133 when one is none.
    """
    in_wheel = {path: path for path in sources}
    in_project = {
        path: file.relative_to(plan.root).as_posix()
        for path, file in sources.items()
        if file.is_relative_to(plan.root)
    }
    modules = {
        f"{package.package.replace('.', '/')}/__init__.py" for package in plan.settings.packages
    }
    wheel = tool_table(plan.pyproject, "scikit-build").table("wheel")
    found = _ignored_by_git(plan, in_project)
    for patterns, names in (
        (_specs(wheel, "exclude", wheel.texts("exclude")), in_wheel),
        (_maturin_excludes(tool_table(plan.pyproject, "maturin")), in_project),
    ):
        for pattern in patterns:
            matched = {path for path, name in names.items() if pattern.match_file(name)}
            if not modules & matched:
                found |= matched
    return found


def _ignored_by_git(plan: Plan, names: Mapping[str, str]) -> set[str]:
    """Return those of the paths that the project's ``.gitignore`` files name.

    Source: https://git-scm.com/docs/gitignore
    """
    sdist = tool_table(plan.pyproject, "scikit-build").table("sdist")
    if sdist.values.get("inclusion-mode") in ("manual", "explicit"):
        return set()
    included = gitignore_spec(sdist.texts("include"), f"[{sdist.name}] include")
    specs: dict[PurePosixPath, GitIgnoreSpec | None] = {}
    ignored = set()
    for path, name in names.items():
        verdict: bool | None = None
        for folder in reversed(PurePosixPath(name).parents):
            if folder not in specs:
                file = plan.root / folder / ".gitignore"
                lines = file.read_text("utf-8", "replace").splitlines() if file.is_file() else ()
                specs[folder] = lenient_gitignore_spec(lines) if lines else None
            spec = specs[folder]
            if spec is not None:
                inside = PurePosixPath(name).relative_to(folder).as_posix()
                said = spec.check_file(inside).include
                verdict = verdict if said is None else said
        if verdict and not included.match_file(name):
            ignored.add(path)
    return ignored


def _specs(table: Table, key: str, patterns: Iterable[str]) -> list[GitIgnoreSpec]:
    return [gitignore_spec([pattern], f"[{table.name}] {key}") for pattern in patterns]


def _maturin_excludes(maturin: Table) -> list[GitIgnoreSpec]:
    """Return the globs, relative to the project, that maturin leaves out of wheels.

    Reference: https://www.maturin.rs/config.html
    """
    entries = maturin.values.get("exclude", [])
    if not isinstance(entries, list):
        raise maturin.wrong_type("exclude", entries, "an array of globs")
    globs = []
    for place, entry in enumerate(entries):
        if isinstance(entry, str):
            globs.append(entry)
            continue
        limited = Table(f"{maturin.name}.exclude[{place}]", entry)
        alone = isinstance(limited.values.get("format"), str)
        formats = (limited.string("format"),) if alone else limited.texts("format")
        if "path" not in limited.values:
            raise limited.invalid("path", "it is missing", "a glob")
        glob = limited.string("path")
        if "wheel" in formats:
            globs.append(glob)
    # From the project's folder on, as maturin's globs are, not in any folder.
    return _specs(maturin, "exclude", [f"/{glob.removeprefix('/')}" for glob in globs])
