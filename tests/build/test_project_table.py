"""``[project]``, README and licences: what is wrong with them is said, with a code."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.projects import PACKAGES

from twinwheel.build.metadata import ProjectMetadata, read_metadata
from twinwheel.build.plan import make_plan
from twinwheel.build.sources import python_sources
from twinwheel.errors import ConfigError, TwinwheelError

README, LICENSE = 'readme = "README.md"', 'license-files = ["LICENSE.txt"]'
SCRIPT = 'twin-double = "twin:main"'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(PACKAGES / "twin", tmp_path / "twin", copy_function=shutil.copy)
    return tmp_path / "twin"


def edit(root: Path, old: str, new: str) -> None:
    path = root / "pyproject.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def read(root: Path) -> ProjectMetadata:
    return read_metadata(make_plan(root, environ={"PATH": ""}))


def error(root: Path) -> TwinwheelError:
    with pytest.raises(TwinwheelError) as caught:
        read(root)
    assert caught.value.where
    assert caught.value.accepted
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('version = "1.2.3"', "dynamic = 3", "dynamic: it is no array"),
        ('version = "1.2.3"', 'version = "1.2.3"\ndynamic = [3]', "dynamic: it is no array"),
        ('version = "1.2.3"', f'version = "{"9" * 5000}"', "cannot be read"),
        ('description = "A whole', 'description = "Two\\nlines', "several lines"),
        (README, 'readme = "a\\u0000.md"', "cannot be read"),
        (README, f'readme = "{"x" * 300}.md"', "cannot be read"),
        (README, 'readme = "src.md"', "No such file"),
        (LICENSE, 'license-files = ["."]', "is no pattern"),
        (LICENSE, 'license-files = [""]', ""),
        (LICENSE, 'license-files = ["**x"]', ""),
        (LICENSE, 'license-files = ["LICENSE.txt", "*.none"]', "did not match any"),
        (SCRIPT, "twin-double = 3", ""),
        (SCRIPT, 'twin-double = "twin:main\\n[x]"', "no object to refer to"),
        (SCRIPT, 'twin-double = "twin main"', "no object to refer to"),
        (SCRIPT, '"a=b" = "twin:main"', "names no entry point"),
        (SCRIPT, '"[a" = "twin:main"', "names no entry point"),
        (
            "[project.scripts]",
            "[project.entry-points.console_scripts]",
            "PEP 621 has [project.scripts]",
        ),
        (
            "[project.scripts]",
            '[project.entry-points.gui_scripts]\na = "twin:main"\n[project.scripts]',
            "PEP 621 has [project.gui-scripts]",
        ),
    ],
)
def test_what_is_wrong_is_said(root: Path, old: str, new: str, said: str) -> None:
    edit(root, old, new)
    found = error(root)
    assert found.code == "TW121"
    assert said in found.message


def test_a_readme_is_utf_8(root: Path) -> None:
    (root / "README.md").write_bytes(b"# tw\xefn")
    found = error(root)
    assert found.code == "TW121"
    assert "'README.md' is not UTF-8, at byte 4" in found.message
    edit(root, README, 'readme = { file = "README.md", content-type = "text/markdown" }')
    assert "is not UTF-8" in error(root).message


def test_a_licence_that_is_named_is_utf_8(root: Path) -> None:
    (root / "LICENSE.txt").write_bytes(b"\x89PNG")
    assert "'LICENSE.txt' is not UTF-8" in error(root).message
    edit(root, f'license = "MIT"\n{LICENSE}', 'license = { file = "LICENSE.txt" }')
    assert "'LICENSE.txt' is not UTF-8" in error(root).message


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads it all")
@pytest.mark.parametrize("name", ["README.md", "LICENSE.txt"])
def test_a_file_that_may_not_be_read(root: Path, name: str) -> None:
    (root / name).chmod(0)
    found = error(root)
    assert found.code == "TW121"
    assert "Permission denied" in found.message


def test_entry_points_of_other_groups_are_their_readers_matter(root: Path) -> None:
    edit(root, "[project.scripts]", '[project.entry-points.kinds]\na = "a - b"\n[project.scripts]')
    assert b"[kinds]\na = a - b\n" in read(root).entry_points


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("[tool.twinwheel]", "[tool]\ndynamic-metadata = 5\n[tool.twinwheel]", "TW104"),
        ("[tool.scikit-build]\n", '[tool.scikit-build]\ncmake.source-dir = "\\u0000"\n', "TW105"),
        ("[tool.scikit-build]\n", "[tool.scikit-build]\ncmake.source-dir = [1]\n", "TW104"),
        ("[tool.scikit-build]\n", '[tool.scikit-build]\ncmake.version = "x"\n', "TW105"),
        ("[tool.scikit-build]\n", '[tool.scikit-build]\ncmake = "x"\n', "TW104"),
        ("[tool.scikit-build]\n", "[tool.scikit-build]\nwheel.exclude = 5\n", "TW104"),
        ("[tool.scikit-build]\n", '[tool.scikit-build]\nwheel.exclude = ["!"]\n', "TW133"),
        ("[tool.scikit-build]\n", "[tool.scikit-build]\nsdist.include = 5\n", "TW104"),
        ("[tool.scikit-build]\n", "[tool.scikit-build]\nsdist = 5\n", "TW104"),
        ("[tool.maturin]\n", "[tool.maturin]\nexclude = 5\n", "TW104"),
        ("[tool.maturin]\n", "[tool.maturin]\nexclude = [{ path = 'x', format = 5 }]\n", "TW104"),
        ("[tool.maturin]\n", "[tool.maturin]\nexclude = [{ format = 'wheel' }]\n", "TW105"),
        ("rust/Cargo.toml", "x" * 5000, "TW105"),
        ("rust/Cargo.toml", "a\\u0000", "TW105"),
    ],
)
def test_the_builders_tables_are_checked_as_far_as_they_are_read(
    root: Path, old: str, new: str, code: str
) -> None:
    edit(root, old, new)
    with pytest.raises(ConfigError) as caught:
        ask_all(root)
    assert caught.value.code == code


def ask_all(root: Path) -> None:
    plan = make_plan(root, environ={"PATH": "", "CMAKE_TOOLCHAIN_FILE": "x"})
    for half in plan.halves:
        half.builder.dynamic_metadata(half.context, ())
        half.builder.requirements(half.context)
        half.builder.stated_versions(half.context)
    python_sources(plan)
