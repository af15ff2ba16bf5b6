"""Python sources that the builders alone would leave out of wheels: a twin leaves them out too."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from twinwheel.build.plan import Plan

__all__ = ["left_out", "packages_of_builders"]


def packages_of_builders(plan: Plan) -> tuple[str, ...]:
    """Return the folders in ``[tool.scikit-build] wheel.packages``, where that is a list."""
    table = _table(plan, "scikit-build").get("wheel", {})
    packages = table.get("packages") if isinstance(table, dict) else None
    return tuple(map(str, packages)) if isinstance(packages, list) else ()


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
    wheel = _table(plan, "scikit-build").get("wheel", {})
    found = _ignored_by_git(plan, in_project)
    for patterns, names, matcher in (
        (wheel.get("exclude", ()) if isinstance(wheel, dict) else (), in_wheel, _gitignore),
        (_maturin_excludes(plan), in_project, _glob),
    ):
        for pattern in patterns:
            matches = matcher(str(pattern))
            matched = {path for path, name in names.items() if matches(name)}
            if not modules & matched:
                found |= matched
    return found


def _ignored_by_git(plan: Plan, names: Mapping[str, str]) -> set[str]:
    """Return those of the paths that the project's ``.gitignore`` files name.

    Source: https://git-scm.com/docs/gitignore
    """
    import pathspec

    sdist = _table(plan, "scikit-build").get("sdist", {})
    sdist = sdist if isinstance(sdist, dict) else {}
    if sdist.get("inclusion-mode") in ("manual", "explicit"):
        return set()
    included = pathspec.GitIgnoreSpec.from_lines(map(str, sdist.get("include", ())))
    specs: dict[PurePosixPath, pathspec.GitIgnoreSpec | None] = {}
    ignored = set()
    for path, name in names.items():
        verdict: bool | None = None
        for folder in reversed(PurePosixPath(name).parents):
            if folder not in specs:
                file = plan.root / folder / ".gitignore"
                lines = file.read_text("utf-8", "replace").splitlines() if file.is_file() else ()
                specs[folder] = pathspec.GitIgnoreSpec.from_lines(lines) if lines else None
            spec = specs[folder]
            if spec is not None:
                inside = PurePosixPath(name).relative_to(folder).as_posix()
                said = spec.check_file(inside).include
                verdict = verdict if said is None else said
        if verdict and not included.match_file(name):
            ignored.add(path)
    return ignored


def _table(plan: Plan, name: str) -> Mapping[str, Any]:
    table = plan.pyproject.get("tool", {}).get(name, {})
    return table if isinstance(table, dict) else {}


def _maturin_excludes(plan: Plan) -> list[str]:
    """Return the globs, relative to the project, that maturin leaves out of wheels.

    Reference: https://www.maturin.rs/config.html
    """
    found = []
    entries = _table(plan, "maturin").get("exclude", ())
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, str):
            found.append(entry)
        elif isinstance(entry, dict):
            formats = entry.get("format", "sdist")
            if "wheel" in ([formats] if isinstance(formats, str) else formats):
                found.append(str(entry.get("path", "")))
    return found


def _gitignore(pattern: str) -> Callable[[str], bool]:
    import pathspec

    return pathspec.GitIgnoreSpec.from_lines([pattern]).match_file


def _glob(pattern: str) -> Callable[[str], bool]:
    import pathspec

    # From the project's folder on, as maturin's globs are, not in any folder.
    return pathspec.GitIgnoreSpec.from_lines([f"/{pattern.removeprefix('/')}"]).match_file
