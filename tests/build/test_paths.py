"""Where a project lies, and what its tree is made of, makes no difference to the wheel."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.projects import Environment, Project, names, natives

EPOCH = {"SOURCE_DATE_EPOCH": "1700000000"}


def both_halves(wheel: Path) -> bool:
    return [name.split(".")[0] for name in natives(names(wheel))] == ["twin/_c", "twin/_rust"]


@pytest.mark.parametrize(
    "folder",
    ["with two spaces", "ümläut-日本-ж", "quote'dollar$percent%", "deep/" * 40 + "down"],
    ids=["spaces", "non-ascii", "punctuation", "long"],
)
def test_any_path_will_do(twin: Project, folder: str, environment: Environment) -> None:
    """For the wheel, the sdist and an editable install alike."""
    root = twin.root.parent / folder / "twin"
    shutil.copytree(twin.root, root, copy_function=shutil.copy)
    moved = Project(root, twin.environ)
    wheel = moved.wheel(environ=EPOCH)
    assert both_halves(wheel)
    assert moved.sdist().name == "twin_package-1.2.3.tar.gz"
    outcome = moved.hook("build_editable", wheel_directory=str(root.parent))
    assert outcome.code == 0, outcome.text
    environment.pip("install", "--no-deps", "--no-index", str(root.parent / outcome.result))
    script = "import twin, twin._c; print(twin.double(2), twin._c.double(2))"
    assert environment.run("-c", script) == "4 4"


@contextlib.contextmanager
def read_only(root: Path) -> Iterator[Path]:
    """A view of a folder that nobody can write to, root included."""
    if os.geteuid() != 0:
        modes = {path: path.stat().st_mode for path in [root, *root.rglob("*")]}
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
        try:
            yield root
        finally:
            for path, mode in modes.items():
                path.chmod(mode)
        return
    view = root.with_name(f"{root.name}-read-only")
    view.mkdir()
    for command in (["--bind", str(root)], ["-o", "remount,bind,ro"]):
        done = subprocess.run(["mount", *command, str(view)], capture_output=True, check=False)
        if done.returncode != 0:
            pytest.skip("root may write everywhere, and may not mount here")
    try:
        yield view
    finally:
        subprocess.run(["umount", str(view)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts, or permissions that bind the owner")
def test_a_tree_that_cannot_be_written_to(twin: Project) -> None:
    with read_only(twin.root) as root:
        project = Project(root, twin.environ)
        assert both_halves(project.wheel())
        assert project.sdist().exists()
        outcome = project.hook("build_editable", wheel_directory=str(twin.root.parent))
        assert outcome.error_code() == "TW341"


@pytest.mark.skipif(sys.platform != "linux", reason="mounts, or permissions that bind the owner")
def test_meson_writes_nothing_between_the_sources(project: Callable[[str], Project]) -> None:
    subject = project("meson_half")
    with read_only(subject.root) as root:
        # Cargo wants to write the lock file that this package does not have.
        wheel = Project(root, subject.environ).wheel(environ={"TWINWHEEL_RUST": "off"})
    assert [path.split(".")[0] for path in natives(names(wheel))] == ["meson_half/_c"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_links_and_executable_bits(twin: Project) -> None:
    source = twin.root / "src" / "twin"
    (source / "tool.sh").write_text("#!/bin/sh\n", "utf-8")
    (source / "tool.sh").chmod(0o755)
    (source / "linked.py").symlink_to("_python.py")
    (source / "data").mkdir()
    (source / "data" / "up").symlink_to("..")  # leads back to the package
    (twin.root / "outside").mkdir()
    (twin.root / "outside" / "table.txt").write_text("1", "utf-8")
    (source / "tables").symlink_to(twin.root / "outside")
    wheel = twin.wheel()
    assert both_halves(wheel)
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("twin/linked.py") == archive.read("twin/_python.py")
        assert archive.read("twin/tables/table.txt") == b"1"
        mode = archive.getinfo("twin/tool.sh").external_attr >> 16
        assert mode & stat.S_IXUSR
        assert not archive.getinfo("twin/_python.py").external_attr >> 16 & stat.S_IXUSR
    assert not [name for name in names(wheel) if "/up/" in name]


def odd_tree(project: Project) -> None:
    """Put into the package what editors and servers leave there."""
    source = project.root / "src" / "twin"
    (source / ".#_python.py").symlink_to("me@host.1234:5678")
    (source / "loop").symlink_to("loop")
    os.mkfifo(source / "pipe")
    (source / "kept.txt").write_text("kept", "utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_links_to_nowhere_and_pipes_are_left_out(twin: Project) -> None:
    odd_tree(twin)
    output = twin.root.parent / "odd"
    output.mkdir()
    left_out = {"twin/.#_python.py", "twin/loop", "twin/pipe"}
    environ = {"TWINWHEEL_RUST": "off"}
    outcome = twin.hook("build_wheel", wheel_directory=str(output), environ=environ)
    assert outcome.code == 0, outcome.text
    found = names(output / outcome.result)
    assert "twin/kept.txt" in found
    assert [name.split(".")[0] for name in natives(found)] == ["twin/_c"]
    assert not left_out & found
    for name in left_out:
        assert f"'{name}' is left out: it is " in outcome.text
    outcome = twin.hook("build_sdist", sdist_directory=str(output))
    assert outcome.code == 0, outcome.text
    with tarfile.open(output / outcome.result) as archive:
        packed = {name.partition("/src/")[2] for name in archive.getnames()}
        assert all(member.isfile() for member in archive.getmembers())
    assert "twin/kept.txt" in packed
    assert not left_out & packed
    for name in left_out:
        assert f"'src/{name}' is left out: it is " in outcome.text
    # maturin packs the package's folder itself, and would wait for the pipe without end.
    outcome = twin.hook("build_wheel", wheel_directory=str(output), environ={"TWINWHEEL_C": "off"})
    assert outcome.error_code() == "TW135"
    assert "maturin packs it" in outcome.text


@pytest.mark.skipif(sys.platform != "linux", reason="names there are bytes")
@pytest.mark.parametrize("name", [b"\xff.txt", b"a\nb.py"], ids=["not UTF-8", "two lines"])
def test_a_name_that_nothing_can_carry(twin: Project, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(twin.root / "src" / "twin") + b"/" + name)).write_text("", "utf-8")
    for hook in ("wheel", "sdist"):
        folder: dict[str, Any] = {f"{hook}_directory": str(twin.root.parent)}
        outcome = twin.hook(f"build_{hook}", **folder)
        assert outcome.error_code() == "TW135"
    twin.edit("pyproject.toml", 'package = "twin"', 'package = "twin"\nwheel.exclude = ["*.txt"]')
    outcome = twin.hook("build_sdist", sdist_directory=str(twin.root.parent))
    assert outcome.error_code() == "TW135"  # an sdist would hold it all the same


@pytest.mark.skipif(shutil.which("git") is None, reason="compares with a tree under git")
def test_git_makes_no_difference(twin: Project) -> None:
    without = twin.wheel(environ=EPOCH, folder="without").read_bytes()
    sdist = twin.sdist(environ=EPOCH).read_bytes()
    subprocess.run(["git", "init", "--quiet"], cwd=twin.root, check=True)
    subprocess.run(["git", "add", "."], cwd=twin.root, check=True)
    assert twin.wheel(environ=EPOCH, folder="with").read_bytes() == without
    assert twin.sdist(environ=EPOCH).read_bytes() == sdist
