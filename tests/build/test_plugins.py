"""One twin package by three backends: the same wheel, but for what a backend says of itself."""

from __future__ import annotations

import dataclasses
import shutil
import stat
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from support.backends import (
    BACKENDS,
    HATCH_HOOK,
    by_hatchling,
    by_setuptools,
)
from support.projects import Environment, Project, manifest_of, names, natives, read

PURE = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}
ONLY_C = {"TWINWHEEL_RUST": "off"}
DATE = {"SOURCE_DATE_EPOCH": "1700000000"}
INFO = "twin_package-1.2.3.dist-info/"

DYNAMIC = {
    "hatchling.build": (["version"], '[tool.hatch.version]\npath = "src/twin/version.py"\n'),
    "setuptools.build_meta": (
        ["version", "classifiers"],
        """[tool.setuptools.dynamic]
version = { attr = "twin.version.__version__" }
classifiers = { file = ["classifiers.txt"] }
""",
    ),
}
PLUGINS = {name: BACKENDS[name] for name in ("hatchling", "setuptools")}


@pytest.fixture(params=PLUGINS)
def plugged(twin: Project, request: pytest.FixtureRequest) -> Project:
    """The twin package, kept by another backend."""
    return PLUGINS[request.param](twin)


class Payload(NamedTuple):
    """What must not differ between backends."""

    tags: list[str]
    files: dict[str, tuple[bytes, bool]]
    """Path -> contents, and whether the executable bit is set."""


def payload(wheel: Path) -> Payload:
    """Everything but metadata that the backends write in their own words."""
    own_words = tuple(f"{INFO}{name}" for name in ("METADATA", "WHEEL", "RECORD", "top_level.txt"))
    with zipfile.ZipFile(wheel) as archive:
        files = {
            entry.filename: (
                archive.read(entry),
                bool(entry.external_attr >> 16 & stat.S_IXUSR),
            )
            for entry in archive.infolist()
            if entry.filename not in own_words and not entry.is_dir()
        }
    points = f"{INFO}entry_points.txt"
    files[points] = (b"".join(files[points][0].split()), False)
    described = read(wheel, "WHEEL").splitlines()
    tags = sorted(line for line in described if line.startswith(("Tag:", "Root-Is-Purelib:")))
    return Payload([wheel.name, *tags], files)


def build_by_each(
    project: Callable[[str], Project], change: Callable[[Project], None], environ: dict[str, str]
) -> dict[str, Payload]:
    """Build the same sources in the same path by each backend."""
    found = {}
    for name, swap in BACKENDS.items():
        twin = swap(project("twin"))
        change(twin)
        wheel = twin.wheel(environ={**DATE, **environ}, folder=name)
        found[name] = payload(wheel)
        shutil.rmtree(twin.root)
    return found


def add_executable(twin: Project) -> None:
    """Give the package a source file that is executable."""
    tool = twin.root / "src" / "twin" / "tool.py"
    tool.write_text("#!/usr/bin/env python3\n", "utf-8")
    tool.chmod(0o755)


def test_the_same_wheel_by_three_backends(project: Callable[[str], Project]) -> None:
    found = build_by_each(project, add_executable, {})
    reference = found.pop("twinwheel")
    assert len(natives(reference.files)) == 2
    assert f"{INFO}sboms/twin_package.cyclonedx.json" in reference.files
    assert f"{INFO}licenses/LICENSE.txt" in reference.files
    assert reference.tags[1] == "Root-Is-Purelib: false"
    if sys.platform != "win32":
        assert reference.files["twin/tool.py"][1] is True
    for name, other in found.items():
        assert other.tags == reference.tags, name
        assert other.files.keys() == reference.files.keys(), name
        assert [p for p in reference.files if other.files[p] != reference.files[p]] == [], name


def test_the_same_pure_wheel_by_three_backends(project: Callable[[str], Project]) -> None:
    found = build_by_each(project, add_executable, PURE)
    reference = found.pop("twinwheel")
    assert reference.tags[0].endswith("-py3-none-any.whl")
    assert reference.tags[1] == "Root-Is-Purelib: true"
    for name, other in found.items():
        assert other == reference, name


def test_the_same_vendored_wheel_by_three_backends(project: Callable[[str], Project]) -> None:
    def vendor(twin: Project) -> None:
        twin.edit("pyproject.toml", 'package = "twin"', 'package = "twin"\nruntime = "vendored"')

    found = build_by_each(project, vendor, PURE)
    reference = found.pop("twinwheel")
    assert b"from twin._twinwheel import select" in reference.files["twin/__init__.py"][0]
    for name, other in found.items():
        assert other == reference, name


def test_an_abi3_half_alone_keeps_its_wide_tag(plugged: Project) -> None:
    wheel = plugged.wheel(environ={"TWINWHEEL_C": "off"})
    assert "-cp310-abi3-" in wheel.name
    assert "Root-Is-Purelib: false" in read(wheel, "WHEEL")


def test_the_installed_wheel_binds_the_best(plugged: Project, environment: Environment) -> None:
    wheel = plugged.wheel(environ=ONLY_C)
    environment.pip("install", "--no-deps", "--no-index", str(wheel))
    bound = "import twin, twin._c; print(twin.double is twin._c.double, twin.double(21))"
    assert environment.run("-c", bound) == "True 42"
    platlib = environment.run("-c", "import sysconfig; print(sysconfig.get_path('platlib'))")
    assert environment.run("-c", "import twin; print(twin.__file__)").startswith(platlib)


def test_halves_are_told_of_what_the_backend_finds(plugged: Project) -> None:
    fields, table = DYNAMIC[plugged.backend]
    plugged.edit("pyproject.toml", 'version = "1.2.3"', f"dynamic = {fields}")
    pyproject = plugged.root / "pyproject.toml"
    pyproject.write_text(f"{pyproject.read_text('utf-8')}\n{table}", "utf-8")
    (plugged.root / "src/twin/version.py").write_text('__version__ = "1.2.3"\n', "utf-8")
    (plugged.root / "classifiers.txt").write_text("Programming Language :: Rust\n", "utf-8")
    wheel = plugged.wheel()
    assert "\nVersion: 1.2.3\n" in read(wheel, "/METADATA")
    assert [path.split(".")[0] for path in natives(names(wheel))] == ["twin/_c", "twin/_rust"]
    assert manifest_of(wheel)["version"] == "1.2.3"


def test_the_backend_asks_for_what_the_builders_need(plugged: Project) -> None:
    both = plugged.hook("get_requires_for_build_wheel")
    assert both.code == 0, both.text
    asked = {item.partition(">")[0] for item in both.result}
    assert {"scikit-build-core", "maturin", "pyproject-hooks", "pathspec"} <= asked
    none = plugged.hook("get_requires_for_build_wheel", environ=PURE)
    asked = {item.partition(">")[0] for item in none.result}
    assert "pathspec" in asked
    assert not {"scikit-build-core", "maturin"} & asked


def test_what_is_left_out_is_said_loudly(
    plugged: Project, path_without: Callable[[str], str]
) -> None:
    outcome = plugged.hook(
        "build_wheel",
        wheel_directory=str(plugged.root.parent),
        environ={**ONLY_C, "PATH": path_without(r"(.*-)?(cc|gcc|clang)(-[\d.]+)?")},
    )
    assert outcome.code == 0, outcome.text
    assert outcome.result.endswith("-py3-none-any.whl")
    assert "* the c implementation of twin is LEFT OUT of this wheel" in outcome.text


@pytest.mark.parametrize(
    ("old", "new", "environ", "code"),
    [
        ('module = "twin._c"', 'modul = "twin._c"', {}, "TW103"),
        ('module = "twin._c"', 'module = "twin._d"', ONLY_C, "TW323"),
        ('builder = "maturin"', 'builder = "maturin"', {"TWINWHEEL_RUST": "maybe"}, "TW112"),
    ],
)
def test_a_coded_error_is_shown_without_a_traceback(
    plugged: Project, old: str, new: str, environ: dict[str, str], code: str
) -> None:
    plugged.edit("pyproject.toml", old, new)
    outcome = plugged.hook("build_wheel", wheel_directory=str(plugged.root.parent), environ=environ)
    assert outcome.error_code() == code
    assert not list(plugged.root.parent.glob("*.whl"))


def test_a_builder_that_fails_is_named(plugged: Project) -> None:
    plugged.edit("cpp/module.c", "return NULL;", "return nonsense;")
    outcome = plugged.hook("build_wheel", wheel_directory=str(plugged.root.parent), environ=ONLY_C)
    assert outcome.error_code() == "TW301"


def test_the_source_distribution_builds_the_wheel(plugged: Project) -> None:
    sdist = plugged.sdist(environ=PURE)
    with tarfile.open(sdist) as archive:
        archive.extractall(plugged.root.parent / "unpacked", filter="data")
    (root,) = (plugged.root.parent / "unpacked").iterdir()
    unpacked = dataclasses.replace(plugged, root=root)
    wheel = unpacked.wheel(environ=ONLY_C, folder="from-sdist")
    assert [name.split(".")[0] for name in natives(names(wheel))] == ["twin/_c"]
    assert manifest_of(wheel)["implementations"]["c"]["built"] is True


def test_a_source_distribution_that_lacks_a_half_is_refused(plugged: Project) -> None:
    if plugged.backend == "hatchling.build":
        text = (plugged.root / "pyproject.toml").read_text("utf-8")
        table = '\n[tool.hatch.build.targets.sdist]\nexclude = ["/rust"]\n'
        (plugged.root / "pyproject.toml").write_text(text + table, "utf-8")
    else:
        (plugged.root / "MANIFEST.in").unlink()
    before = set(plugged.listing())
    outcome = plugged.hook("build_sdist", sdist_directory=str(plugged.root.parent))
    assert outcome.error_code() == "TW331"
    assert "rust/Cargo.toml" in outcome.text
    assert not list(plugged.root.parent.glob("*.tar.gz"))
    left = {name for name in set(plugged.listing()) - before if ".egg-info/" not in name}
    assert left == set()


def test_an_editable_install_points_to_both(plugged: Project, environment: Environment) -> None:
    before = set(plugged.listing())
    output = plugged.root.parent / "editable"
    output.mkdir()
    outcome = plugged.hook("build_editable", wheel_directory=str(output), environ=ONLY_C)
    assert outcome.code == 0, outcome.text
    left = {name for name in set(plugged.listing()) - before if ".egg-info/" not in name}
    assert left == set()
    assert natives(names(output / outcome.result)) == []
    environment.pip("install", "--no-deps", "--no-index", str(output / outcome.result))
    where = "import twin, twin._c; print(twin.__file__); print(twin._c.__file__)"
    source, native = environment.run("-c", where).splitlines()
    assert Path(source) == plugged.root / "src" / "twin" / "__init__.py"
    assert Path(native).is_relative_to(plugged.root / "build" / "twinwheel")
    assert environment.run("-c", "import twin; print(twin.double(21))") == "42"
    plugged.edit("src/twin/_python.py", "2 * value", "3 * value")
    answer = "import twin; print(twin.double(21))"
    assert environment.run("-c", answer, environ={"TWIN_IMPLEMENTATION": "python"}) == "63"
    plugged.edit("cpp/module.c", "2 * number", "4 * number")
    site = environment.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    Path(site, "z-tools.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    build = dict(plugged.environ)
    environment.run("-c", "import twinwheel; twinwheel.rebuild('twin')", environ=build)
    assert environment.run("-c", answer) == "84"
    environment.pip("uninstall", "-y", "twin-package")
    assert "No module named 'twin'" in environment.try_run("-c", answer).stderr


def test_leftovers_in_the_build_folder_of_setuptools_stay_out(twin: Project) -> None:
    plugged = by_setuptools(twin)
    plugged.edit("pyproject.toml", 'package = "twin"', 'package = "twin"\nruntime = "vendored"')
    assert len(natives(names(plugged.wheel(environ=ONLY_C)))) == 1
    plugged.edit("pyproject.toml", '\nruntime = "vendored"', "")
    wheel = plugged.wheel(environ=PURE)
    assert natives(names(wheel)) == []
    assert "from twinwheel import select" in read(wheel, "twin/__init__.py")


def test_a_tag_that_another_hook_sets_is_narrowed(twin: Project) -> None:
    """Two hooks that both tag the wheel: what is built must support both."""
    plugged = by_hatchling(twin)
    hook = (
        "from hatchling.builders.hooks.plugin.interface import BuildHookInterface\n"
        "class Hook(BuildHookInterface):\n"
        "    def initialize(self, version, build_data):\n"
        "        build_data['tag'] = 'py3-none-any'\n"
    )
    (plugged.root / "hatch_build.py").write_text(hook, "utf-8")
    table = "\n[tool.hatch.build.hooks.custom]\n"
    text = (plugged.root / "pyproject.toml").read_text("utf-8")
    first = text.replace(HATCH_HOOK, table + HATCH_HOOK)
    (plugged.root / "pyproject.toml").write_text(first, "utf-8")
    exact = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    assert f"-{exact}-{exact}-" in plugged.wheel(environ=ONLY_C).name
    (plugged.root / "pyproject.toml").write_text(text + table, "utf-8")
    outcome = plugged.hook("build_wheel", wheel_directory=str(plugged.root.parent), environ=ONLY_C)
    assert outcome.error_code() == "TW325"
    assert "tagged py3-none-any" in outcome.text
    assert not list(plugged.root.parent.glob("*.whl"))


def test_a_compiled_file_between_the_sources_is_refused(twin: Project) -> None:
    plugged = by_hatchling(twin)
    (plugged.root / "src" / "twin" / "_rust.so").write_bytes(b"stale")
    outcome = plugged.hook("build_wheel", wheel_directory=str(plugged.root.parent), environ=PURE)
    assert outcome.error_code() == "TW325"
    assert "twin/_rust.so" in outcome.text


def test_settings_in_the_table_of_the_hook_are_refused(twin: Project) -> None:
    plugged = by_hatchling(twin)
    plugged.edit("pyproject.toml", HATCH_HOOK, HATCH_HOOK + 'package = "twin"\n')
    outcome = plugged.hook("build_wheel", wheel_directory=str(plugged.root.parent), environ=PURE)
    assert outcome.error_code() == "TW103"


def test_what_the_builders_make_belongs_into_no_source_distribution(twin: Project) -> None:
    plugged = by_hatchling(twin)
    (plugged.root / ".gitignore").unlink(missing_ok=True)
    (plugged.root / "build" / "twinwheel").mkdir(parents=True)
    (plugged.root / "build" / "twinwheel" / "_c.so").write_bytes(b"compiled")
    outcome = plugged.hook("build_sdist", sdist_directory=str(plugged.root.parent))
    assert outcome.error_code() == "TW332"
    assert not list(plugged.root.parent.glob("*.tar.gz"))


def test_the_sdist_of_another_version_than_a_half_is_refused(plugged: Project) -> None:
    plugged.edit("rust/Cargo.toml", 'version = "1.2.3"', 'version = "9.9.9"')
    outcome = plugged.hook("build_sdist", sdist_directory=str(plugged.root.parent))
    assert outcome.error_code() == "TW324"
    assert not list(plugged.root.parent.glob("*.tar.gz"))


def test_what_the_backend_ships_is_not_for_our_table(plugged: Project) -> None:
    pyproject = plugged.root / "pyproject.toml"
    table = '\n[tool.twinwheel.wheel]\nexclude = ["*.txt"]\n'
    pyproject.write_text(pyproject.read_text("utf-8") + table, "utf-8")
    outcome = plugged.hook("build_wheel", wheel_directory=str(plugged.root.parent), environ=PURE)
    assert outcome.error_code() == "TW144"
    assert "[tool.twinwheel.wheel] exclude" in outcome.text


def test_without_a_project_table_the_builders_know_no_name(twin: Project) -> None:
    plugged = by_setuptools(twin)
    text = (plugged.root / "pyproject.toml").read_text("utf-8")
    start, end = text.index("[project]"), text.index("[tool.")
    (plugged.root / "pyproject.toml").write_text(text[:start] + text[end:], "utf-8")
    (plugged.root / "setup.cfg").write_text(
        "[metadata]\nname = twin-package\nversion = 1.2.3\n[options]\npackages = twin\n"
        "package_dir =\n    = src\n",
        "utf-8",
    )
    outcome = plugged.hook("build_wheel", wheel_directory=str(plugged.root.parent))
    assert outcome.error_code() == "TW144"
    assert "no [project] table" in outcome.text


def test_an_implementation_that_the_backend_leaves_out_is_missed(twin: Project) -> None:
    plugged = by_hatchling(twin)
    table = "[tool.hatch.build.targets.wheel]\n"
    plugged.edit("pyproject.toml", table, f'{table}exclude = ["_python.py"]\n')
    outcome = plugged.hook("build_wheel", wheel_directory=str(plugged.root.parent), environ=PURE)
    assert outcome.error_code() == "TW325"
    assert "twin/_python.py" in outcome.text


def test_a_setuptools_that_writes_no_wheels_by_itself_is_refused(twin: Project) -> None:
    old = 'import setuptools\nsetuptools.__version__ = "65.5.0"\n'
    old += "from setuptools.build_meta import *\n"
    plugged = dataclasses.replace(by_setuptools(twin), backend="old")
    (plugged.root / "old.py").write_text(old, "utf-8")
    outcome = plugged.hook("get_requires_for_build_wheel")
    assert outcome.error_code() == "TW326"
    assert "setuptools 65.5.0" in outcome.text


def test_setuptools_is_left_alone_in_other_projects(tmp_path: Path, twin: Project) -> None:
    root = tmp_path / "other"
    (root / "src" / "other").mkdir(parents=True)
    (root / "src" / "other" / "__init__.py").write_text("", "utf-8")
    table = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    table += '[project]\nname = "other"\nversion = "1"\n'
    (root / "pyproject.toml").write_text(table, "utf-8")
    other = Project(root, twin.environ, "setuptools.build_meta")
    assert other.hook("get_requires_for_build_wheel").result == []
    wheel = other.wheel(folder="other-dist")
    assert {name for name in names(wheel) if ".dist-info/" not in name} == {"other/__init__.py"}
    assert not (root / "build" / "twinwheel").exists()
