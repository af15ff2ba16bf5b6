"""Where the tests of a package are, and how pytest is to be pointed at them."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import VerifyError
from twinwheel.verify.suite import problems, sdist
from twinwheel.verify.suite.configuration import option, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from twinwheel.verify.suite.probing import Probed

__all__ = ["Place", "find_place"]

_FOLDERS = ("tests", "test", "testing", "Tests")
_SOURCES = ("", "src", "python", "lib")
_PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "pytest.ini")
_ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".zip")


@dataclass(frozen=True)
class Place:
    """Tests, and how they are run."""

    folder: Path
    """That pytest is run in."""
    arguments: tuple[str, ...]
    """That name the tests."""
    grafts: dict[str, str] = field(default_factory=dict)
    """Packages of tests inside of the package itself, to where they are."""
    said: str = ""
    """Where they are from, for the reader."""


def find_place(
    package: str,
    probes: Sequence[Probed],
    given: Path | None,
    room: Path,
    cwd: Path | None = None,
) -> Place:
    """Find the tests of a package.

    Args:
        package: Its full name.
        probes: What each interpreter has, the control's first: its tests are taken if there are
            any, for all.
        given: Where the user says that they are: a folder, a file or an sdist.
        room: Folder for what is fetched.
        cwd: The folder whose project is looked at; the current one when None.

    Raises:
        VerifyError: TW720 when there are none.
    """
    if given is not None:
        return _given(package, given, room)
    cwd = cwd or Path.cwd()
    looked: dict[str, None] = {}
    for number, probed in enumerate(probes):
        if probed.tests:
            return _installed(package, Path(probed.tests), room)
        looked[f"no tests are installed in {probed.folder or probed.origin}"] = None
        place = _of_current(cwd, package, probed) or _of_release(
            package, probed, room / f"release-{number}", looked
        )
        if place is not None:
            return place
    # A module that is called so may be a tool for the tests of others.
    for probed in probes:
        if probed.test_module:
            return _installed(package, Path(probed.test_module), room)
    raise problems.no_tests(package, list(looked))


def _of_current(cwd: Path, package: str, probed: Probed) -> Place | None:
    if _is_project_of(cwd, package, probed.distribution):
        return _of_project(cwd, package)
    return None


def _of_release(package: str, probed: Probed, room: Path, looked: dict[str, None]) -> Place | None:
    """Fetch the sdist that a package is of, for the tests in it."""
    looked["the current folder is no project of it with tests"] = None
    if not probed.distribution:
        looked["it is of no distribution, so of no sdist"] = None
        return None
    release = f"{probed.distribution} {probed.version}"
    try:
        root = sdist.fetch(probed.distribution, probed.version, room)
    except VerifyError as error:
        looked[error.message] = None
        return None
    place = _of_project(root, package)
    if place is None:
        looked[f"the sdist of {release} has none"] = None
        return None
    inner = place.said.removeprefix(str(root)).lstrip(os.sep)
    return replace(place, said=f"the sdist of {release}{': ' if inner else ''}{inner}")


def _given(package: str, given: Path, room: Path) -> Place:
    path = given.absolute()
    if not path.exists():
        raise problems.no_tests(package, [f"{given} does not exist"])
    if path.is_file() and path.name.endswith(_ARCHIVES):
        root = sdist.unpack(path, room / "source")
        place = _of_project(root, package)
        if place is None:
            raise problems.no_tests(package, [f"{given} has none"])
        return replace(place, said=path.name)
    if path.is_dir() and _has_project_file(path):
        place = _of_project(path, package)
        if place is not None:
            return place
    folder = path if path.is_dir() else path.parent
    root = next((each for each in (folder, *folder.parents) if _has_project_file(each)), folder)
    return Place(root, (str(path),), _graft(folder, package), str(given))


def _installed(package: str, tests: Path, room: Path) -> Place:
    """The tests that were installed with the package: no project's settings are theirs."""
    top = tests
    for _ in package.split("."):
        top = top.parent
    empty = room / "pytest.ini"
    empty.write_text("[pytest]\n", "utf-8")
    folder = room / "work"
    folder.mkdir(exist_ok=True)
    arguments = ("-c", str(empty), f"--rootdir={top.parent}", str(tests))
    return Place(folder, arguments, {f"{package}.{tests.stem}": str(tests)}, str(tests))


def _of_project(root: Path, package: str) -> Place | None:
    if option(root, "testpaths"):
        return Place(root, (), _grafts_in(root, package), str(root))
    for folder in _candidates(root, package):
        if _has_tests(folder):
            return Place(root, (str(folder),), _graft(folder, package), str(folder))
    return None


def _candidates(root: Path, package: str) -> Iterator[Path]:
    for name in _FOLDERS:
        yield root / name
    inner = package.replace(".", "/")
    for source in _SOURCES:
        for name in _FOLDERS:
            yield root / source / inner / name
    found = [path for path in root.rglob("*") if path.name in _FOLDERS[:3] and path.is_dir()]
    yield from sorted(found, key=lambda path: (len(path.parts), str(path)))
    if any(_is_test(path.name) for path in root.glob("*.py")):
        yield root


def _has_tests(folder: Path) -> bool:
    return folder.is_dir() and any(_is_test(path.name) for path in folder.rglob("*.py"))


def _is_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py")


def _graft(folder: Path, package: str) -> dict[str, str]:
    """Say where tests are that are a package inside of the package, which may be elsewhere."""
    parts: list[str] = []
    each = folder
    while (each / "__init__.py").is_file():
        parts.insert(0, each.name)
        each = each.parent
    name = ".".join(parts)
    if not name.startswith(package + "."):
        return {}
    # The first level below the package: what is below that is found from there.
    below = name[len(package) + 1 :].split(".")
    up = folder.parents[len(below) - 2] if len(below) > 1 else folder
    return {f"{package}.{below[0]}": str(up)}


def _grafts_in(root: Path, package: str) -> dict[str, str]:
    inner = package.replace(".", "/")
    for source in _SOURCES:
        for name in _FOLDERS:
            made = _graft(root / source / inner / name, package)
            if made:
                return made
    return {}


def _has_project_file(folder: Path) -> bool:
    return any((folder / name).is_file() for name in _PROJECT_FILES)


def _is_project_of(folder: Path, package: str, distribution: str) -> bool:
    """Tell whether a folder is that of the package's own project."""
    if not _has_project_file(folder):
        return False
    inner = package.replace(".", "/")
    for source in _SOURCES:
        if (folder / source / inner).is_dir() or (folder / source / f"{inner}.py").is_file():
            return True
    project = read_toml(folder / "pyproject.toml").get("project", {})
    name = project.get("name", "") if isinstance(project, dict) else ""
    return bool(distribution) and _plain(str(name)) == _plain(distribution)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
