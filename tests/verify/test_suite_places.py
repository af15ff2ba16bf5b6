"""Where the tests of a package are found, and source distributions that are unpacked with care."""

from __future__ import annotations

import io
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from support.suites import Project, enter, pair, table

from twinwheel.errors import VerifyError
from twinwheel.verify.suite import places, run_suite, sdist
from twinwheel.verify.suite.places import Place, find_place
from twinwheel.verify.suite.probing import Probed

TEST = "import pkg\ndef test_it(): assert pkg.double(1) == 2\n"


def probed(**more: str) -> Probed:
    told = dict.fromkeys(
        ("python", "pytest", "error", "origin", "folder", "tests", "test_module"), ""
    )
    told.update(distribution="", version="")
    return Probed(**{**told, **more}, manifest=None, modules={}, bound=())


def archive(path: Path, files: dict[str, str]) -> Path:
    """Write an archive of some files; a text that starts with -> is a link."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as zipped:
            for name, text in files.items():
                zipped.writestr(name, text)
        return path
    with tarfile.open(path, "w:gz") as packed:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(text)
            if text.startswith("->"):
                info.type, info.linkname, info.size = tarfile.SYMTYPE, text[2:], 0
            packed.addfile(info, io.BytesIO(text.encode()))
    return path


@pytest.mark.parametrize(
    ("files", "arguments", "grafts"),
    [
        (["tests/test_a.py", "test/test_b.py"], ["tests"], {}),
        (["tests/data.txt", "tests/helper.py", "test/deep/a_test.py"], ["test"], {}),
        (["testing/test_a.py"], ["testing"], {}),
        (["pkg/__init__.py", "pkg/tests/test_a.py"], ["pkg/tests"], {}),
        (
            ["pkg/__init__.py", "pkg/tests/__init__.py", "pkg/tests/test_a.py"],
            ["pkg/tests"],
            {"pkg.tests": "pkg/tests"},
        ),
        (
            ["src/pkg/__init__.py", "src/pkg/test/__init__.py", "src/pkg/test/test_a.py"],
            ["src/pkg/test"],
            {"pkg.test": "src/pkg/test"},
        ),
        (["python/other/tests/test_a.py"], ["python/other/tests"], {}),
        (["test_a.py"], ["."], {}),
    ],
)
@pytest.mark.parametrize("kind", ["folder", "x.tar.gz", "x.zip"])
def test_tests_in_a_project(
    tmp_path: Path, files: list[str], arguments: list[str], grafts: dict[str, str], kind: str
) -> None:
    texts = {f"pkg-1/{name}": TEST for name in [*files, "setup.py"]}
    if kind == "folder":
        given = root = Project(tmp_path).write(texts).folder / "pkg-1"
    else:
        given, root = archive(tmp_path / kind, texts), tmp_path / "source" / "pkg-1"
    place = find_place("pkg", [probed()], given, tmp_path)
    assert place.folder == root
    assert [Path(each) for each in place.arguments] == [root / each for each in arguments]
    assert place.grafts == {name: str(root / each) for name, each in grafts.items()}


def test_a_file_or_a_folder_is_run_from_its_project(tmp_path: Path) -> None:
    root = (
        Project(tmp_path / "project")
        .write(
            {
                "pyproject.toml": "",
                "pkg/__init__.py": "",
                "pkg/tests/__init__.py": "",
                "pkg/tests/unit/__init__.py": "",
                "pkg/tests/unit/test_a.py": TEST,
            }
        )
        .folder
    )
    grafts = {"pkg.tests": str(root / "pkg/tests")}
    for name in ("pkg/tests/unit/test_a.py", "pkg/tests/unit", "pkg/tests"):
        path = root / name
        place = find_place("pkg", [probed()], path, tmp_path)
        assert place == Place(root, (str(path),), grafts, str(path))
    loose = Project(tmp_path / "loose").write({"test_a.py": TEST}).folder / "test_a.py"
    assert find_place("pkg", [probed()], loose, tmp_path).folder == loose.parent


def test_what_is_installed_comes_before_the_current_project(tmp_path: Path) -> None:
    root = (
        Project(tmp_path / "project")
        .write({"setup.py": "", "pkg/__init__.py": "", "tests/test_a.py": TEST})
        .folder
    )
    site = Project(tmp_path / "site").write({"pkg/tests/test_b.py": TEST}).folder
    place = find_place("pkg", [probed(tests=str(site / "pkg/tests"))], None, tmp_path, root)
    assert place.arguments[-1] == str(site / "pkg/tests")
    assert f"--rootdir={site}" in place.arguments
    place = find_place("pkg", [probed()], None, tmp_path, root)
    assert place.arguments == (str(root / "tests"),)


@pytest.mark.parametrize(
    ("pyproject", "distribution", "found"),
    [
        ('[project]\nname = "Py_Pkg"\n', "py-pkg", True),
        ('[project]\nname = "other"\n', "py-pkg", False),
        ("", "py-pkg", False),
        ("project = 3", "", False),
    ],
)
def test_the_current_project_is_that_of_the_package(
    tmp_path: Path,
    pyproject: str,
    distribution: str,
    found: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_network(*_: object) -> Path:
        raise VerifyError("there is no network", code="TW735")

    monkeypatch.setattr(sdist, "fetch", no_network)
    root = Project(tmp_path / "project").write({"pyproject.toml": pyproject}).folder
    Project(root).write({"tests/test_a.py": TEST})
    told = probed(distribution=distribution, version="1")
    if found:
        assert find_place("pkg", [told], None, tmp_path, root).folder == root
        return
    with pytest.raises(VerifyError) as caught:
        find_place("pkg", [told], None, tmp_path, root)
    assert caught.value.code == "TW720"
    assert "the current folder is no project of it with tests" in caught.value.where
    last = "there is no network" if distribution else "so of no sdist"
    assert caught.value.where.endswith(last)


def test_the_candidates_have_tests_where_the_control_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = Project(tmp_path / "release").write({"tests/test_a.py": TEST}).folder
    empty = Project(tmp_path / "empty").write({"setup.py": ""}).folder

    def fetch(name: str, version: str, room: Path) -> Path:
        return {"1": empty, "2": release}[version]

    monkeypatch.setattr(sdist, "fetch", fetch)
    module = str(tmp_path / "site/pkg/test.py")
    both = [
        probed(distribution="pkg", version="1", test_module=module),
        probed(distribution="pkg", version="2"),
    ]
    place = find_place("pkg", both, None, tmp_path, empty)
    assert place.arguments == (str(release / "tests"),)
    assert place.said == "the sdist of pkg 2: tests"
    # and if nobody has any, a module that looks like it
    place = find_place("pkg", both[:1], None, tmp_path, empty)
    assert place.arguments[-1] == module
    assert place.grafts == {"pkg.test": module}


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(VerifyError) as caught:
        find_place("pkg", [probed()], tmp_path / "nothing", tmp_path)
    assert caught.value.code == "TW720"
    assert str(tmp_path / "nothing") in caught.value.where


@pytest.mark.parametrize("kind", ["x.tar.gz", "x.zip"])
@pytest.mark.parametrize(
    "name", ["../out.py", "/out.py", "a/../../out.py", "C:/out.py", "a\\..\\b"]
)
def test_nothing_is_written_outside(tmp_path: Path, name: str, kind: str) -> None:
    made = archive(tmp_path / kind, {"pkg-1/a.py": "", name: "out"})
    with pytest.raises(VerifyError) as caught:
        sdist.unpack(made, tmp_path / "in" / "source")
    assert caught.value.code == "TW735"
    assert "outside" in caught.value.message
    assert not list(tmp_path.rglob("out.py"))


def test_links_are_left_out(tmp_path: Path) -> None:
    files = {"pkg-1/a.py": "a", "pkg-1/link": "->/etc", "pkg-1/link/b.py": "b"}
    root = sdist.unpack(archive(tmp_path / "x.tar.gz", files), tmp_path / "source")
    assert not (root / "link").is_symlink()
    assert (root / "link" / "b.py").read_text() == "b"


@pytest.mark.parametrize("cut", [10, 80])
def test_a_damaged_archive_is_an_error(tmp_path: Path, cut: int) -> None:
    path = archive(tmp_path / "x.tar.gz", {"pkg-1/a.py": "a" * 5000})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(VerifyError) as caught:
        sdist.unpack(path, tmp_path / "source")
    assert caught.value.code == "TW735"


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sdist, "_LARGEST", 1000)
    path = archive(tmp_path / "x.tar.gz", {"pkg-1/a": "a" * 600, "pkg-1/b": "b" * 600})
    with pytest.raises(VerifyError) as caught:
        sdist.unpack(path, tmp_path / "source")
    assert "more than 1,000 bytes" in caught.value.message
    assert not (tmp_path / "source/pkg-1/b").exists()


@pytest.mark.parametrize("broken", [False, True], ids=["builds", "does not build"])
def test_a_release_is_fetched_for_its_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    """By pip, from where pip is told to look; also of a project that cannot be built here."""
    site = enter(tmp_path, monkeypatch)
    subjects = pair(site)[:1]
    metadata = "Metadata-Version: 2.1\nName: pkg.dist\nVersion: 1.5\n"
    Project(site).write(
        {
            "pkg_dist-1.5.dist-info/METADATA": metadata,
            "pkg_dist-1.5.dist-info/RECORD": "pkg/__init__.py,,\n",
        }
    )
    build = "no_such_backend" if broken else "backend"
    backend = f"""
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    import pathlib
    made = pathlib.Path(folder, "pkg_dist-1.5.dist-info")
    made.mkdir()
    (made / "METADATA").write_text({metadata!r})
    return made.name
"""
    links = tmp_path / "links"
    links.mkdir()
    pyproject = f"[build-system]\nrequires = []\nbuild-backend = '{build}'\nbackend-path = ['.']\n"
    archive(
        links / "pkg_dist-1.5.tar.gz",
        {
            "pkg_dist-1.5/PKG-INFO": metadata,
            "pkg_dist-1.5/pyproject.toml": pyproject,
            "pkg_dist-1.5/backend.py": backend,
            "pkg_dist-1.5/pkg/__init__.py": "raise RuntimeError('it is not compiled')",
            "pkg_dist-1.5/tests/test_it.py": TEST,
        },
    )
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    report = run_suite(subjects)
    assert table(report) == {"test_it.py::test_it": ("passed",)}
    assert report.findings == ()
    assert report.notes[0].startswith("the tests are those of the sdist of pkg.dist 1.5")
    assert report.sides[0].detail.startswith("pkg.dist 1.5, ")
    with pytest.raises(VerifyError) as caught:
        sdist.fetch("pkg.dist", "1.6", tmp_path / "none")
    assert caught.value.code == "TW735"
    assert "No matching distribution found for pkg.dist==1.6" in caught.value.message


def test_projects_of_one_module_have_tests_beside_it(tmp_path: Path) -> None:
    root = Project(tmp_path).write({"setup.cfg": "", "pkg.py": "", "pkg_test.py": TEST}).folder
    assert places.find_place("pkg", [probed()], None, tmp_path, root).arguments == (str(root),)
