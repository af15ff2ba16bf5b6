"""The comparison is not blind: each difference that a build could make is found."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.comparing import (
    compare_metadata,
    compare_sdists,
    compare_trees,
    compare_wheels,
    missing_payload,
    same_payload,
)
from conformance.installing import install_and_import
from conformance.messages import compare_failures, last_error
from conformance.runs import Run
from conformance.swapping import restored, swapped, with_backend, with_keys

INFO = "x-1.dist-info"
SBOM = {"serialNumber": "1", "metadata": {"timestamp": "now"}, "components": ["file:///one/x"]}
Files = dict[str, tuple[int, str]]
FILES: Files = {
    "x/__init__.py": (0o644, "a = 1\n"),
    f"{INFO}/METADATA": (0o644, "Metadata-Version: 2.1\nName: x\nVersion: 1\nClassifier: A\n"),
    f"{INFO}/WHEEL": (0o644, "Wheel-Version: 1.0\nGenerator: one\nTag: py3-none-any\n"),
    f"{INFO}/RECORD": (0o644, f"x/__init__.py,sha256=1,6\n{INFO}/METADATA,sha256=2,7\n"),
    f"{INFO}/entry_points.txt": (0o644, "[console_scripts]\nx = x:y\n"),
    f"{INFO}/licenses/LICENSE": (0o644, "Do.\n"),
    f"{INFO}/sboms/x.json": (0o644, json.dumps(SBOM)),
}


def wheel(folder: Path, files: Files, name: str = "x-1-py3-none-any") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, (mode, text) in files.items():
            entry = zipfile.ZipInfo(file)
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, text)
    return path


def changed(path: str, text: str, mode: int = 0o644) -> Files:
    return {**FILES, path: (mode, text)}


@pytest.mark.parametrize(
    ("files", "difference"),
    [
        (changed("x/__init__.py", "a = 2\n"), "contents of x/__init__.py"),
        (changed("x/__init__.py", "a = 1\n", 0o755), "mode of x/__init__.py: 100644, 100755"),
        (changed("x/more.py", ""), "file too many: x/more.py"),
        ({k: v for k, v in FILES.items() if "LIC" not in k}, "file missing: " + INFO),
        (changed(f"{INFO}/METADATA", FILES[f"{INFO}/METADATA"][1] + "Classifier: A\n"), "METADATA"),
        (changed(f"{INFO}/METADATA", FILES[f"{INFO}/METADATA"][1] + "\nText\n"), "METADATA"),
        (changed(f"{INFO}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-linux\n"), "WHEEL"),
        (changed(f"{INFO}/RECORD", "x/__init__.py,sha256=9,6\n"), "RECORD"),
        (changed(f"{INFO}/entry_points.txt", "[console_scripts]\nx = x:z\n"), "entry_points"),
        (changed(f"{INFO}/licenses/LICENSE", "Do not.\n"), "LICENSE"),
        (changed(f"{INFO}/sboms/x.json", json.dumps({**SBOM, "components": []})), "sboms"),
    ],
)
def test_a_difference_between_wheels_is_found(
    tmp_path: Path, files: Files, difference: str
) -> None:
    found = compare_wheels(wheel(tmp_path / "1", FILES), wheel(tmp_path / "2", files), Path("/one"))
    assert len(found) == 1
    assert difference in found[0]


def test_what_is_exempt_is_no_difference(tmp_path: Path) -> None:
    sbom = {
        **SBOM,
        "serialNumber": "2",
        "metadata": {"timestamp": "then"},
        "components": ["file:./x"],
    }
    files = {
        **dict(reversed(FILES.items())),
        f"{INFO}/METADATA": (0o644, "Classifier: A\nversion: 1\nName: x\nmetadata-version: 2.1\n"),
        f"{INFO}/WHEEL": (0o644, "Wheel-Version: 1.0\nGenerator: two\nTag: py3-none-any\n"),
        f"{INFO}/RECORD": (0o644, f"{INFO}/METADATA,sha256=3,8\nx/__init__.py,sha256=1,6\n"),
        f"{INFO}/sboms/x.json": (0o644, json.dumps(sbom)),
    }
    one, other = wheel(tmp_path / "1", FILES), wheel(tmp_path / "2", files)
    assert compare_wheels(one, other, Path("/one")) == []
    again = wheel(tmp_path / "3", FILES, "x-1-cp311-cp311-linux")
    assert compare_wheels(one, again, Path("/one")) != []


def sdist(folder: Path, change: Callable[[tarfile.TarInfo], None], text: str = "") -> Path:
    folder.mkdir()
    with tarfile.open(folder / "x-1.tar.gz", "w:gz") as archive:
        for name in ("x-1/pyproject.toml", "x-1/run"):
            data = (text or 'build-backend = "maturin"\n').encode()
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o644
            if name.endswith("run"):
                change(member)
            archive.addfile(member, io.BytesIO(data))
    return folder / "x-1.tar.gz"


@pytest.mark.parametrize(
    ("attribute", "value", "difference"),
    [
        ("mode", 0o755, "mode of x-1/run"),
        ("name", "x-1/other", "file missing: x-1/run"),
        ("mtime", 5, "date of x-1/run"),
    ],
)
def test_a_difference_between_sdists_is_found(
    tmp_path: Path, attribute: str, value: object, difference: str
) -> None:
    one = sdist(tmp_path / "1", lambda member: None)
    other = sdist(tmp_path / "2", lambda member: setattr(member, attribute, value))
    assert difference in compare_sdists(one, other, "maturin")
    assert compare_sdists(one, one, "maturin") == []


def test_only_the_swapped_line_of_pyproject_may_differ(tmp_path: Path) -> None:
    one = sdist(tmp_path / "1", lambda member: None)
    text = 'build-backend = "twinwheel.build"\n'
    swap = sdist(tmp_path / "2", lambda member: None, text)
    assert compare_sdists(one, swap, "maturin") == ["contents of x-1/run"]
    more = sdist(tmp_path / "3", lambda member: None, text + "more = 1\n")
    assert "contents of x-1/pyproject.toml" in compare_sdists(one, more, "maturin")


def test_metadata_folders_and_trees(tmp_path: Path) -> None:
    for name, text in (("1", "Name: x\n"), ("2", "Name: y\n")):
        (tmp_path / name / INFO).mkdir(parents=True)
        (tmp_path / name / INFO / "METADATA").write_text(text)
    assert compare_metadata(tmp_path / "1", tmp_path / "2", tmp_path) == ["meaning of METADATA"]
    assert compare_trees({"a": "1", "b": "2"}, {"a": "2", "c": "3"}) == [
        "file left in the sources missing: b",
        "file left in the sources too many: c",
        "a in the sources",
    ]


def failed(text: str, code: int = 1) -> Run:
    return Run(code, None, text, Path(), {})


def test_failures_are_compared_by_code_and_messages() -> None:
    temporary = Path("/t")
    one = failed(
        "Building in /t/abc/x\n   Compiling pyo3\nTraceback (most recent call last):\n"
        '  File "a.py", line 1\n    call()\nKeyError: 1\ntook 1.2 s\n'
    )
    other = failed(
        "Building in /t/xyz/x\nTraceback (most recent call last):\n"
        '  File "b.py", line 9\n    more()\n  File "a.py"\nKeyError: 1\ntook 3.4 s\n'
    )
    assert compare_failures(one, other, temporary) == []
    assert compare_failures(one, failed(other.text, 2), temporary) == ["exit code: 1, 2"]
    for text in (other.text.replace("KeyError: 1", "KeyError: 2"), other.text + "more\n"):
        assert compare_failures(one, failed(text), temporary) != []
    assert compare_failures(failed("a\nb\n"), failed("b\na\n"), temporary) != []


def test_one_line_is_swapped() -> None:
    text = (
        '[build-system]\nrequires = ["maturin"]\nbuild-backend = "maturin"\n[project]\nname = "x"\n'
    )
    assert swapped(text) == text.replace('d = "maturin"', 'd = "twinwheel.build"')
    assert restored(swapped(text).encode(), "maturin") == text.encode()
    bare = with_backend('[project]\nname = "x"\n', "scikit-build-core", "scikit_build_core.build")
    assert 'build-backend = "twinwheel.build"' in swapped(bare)


@pytest.mark.parametrize(
    ("files", "difference"),
    [
        (changed("x/__init__.py", "a = 2\n"), "contents of x/__init__.py"),
        (changed("x/__init__.py", "a = 1\n", 0o755), "mode of x/__init__.py: 100644, 100755"),
        (
            {k: v for k, v in FILES.items() if k != "x/__init__.py"},
            "file of the project's own wheel missing: x/__init__.py",
        ),
        (changed(f"{INFO}/licenses/LICENSE", "Do not.\n"), "meaning of licenses/LICENSE"),
        (changed(f"{INFO}/entry_points.txt", "[console_scripts]\n"), "meaning of entry_points.txt"),
    ],
)
def test_what_a_twin_lost_is_found(tmp_path: Path, files: Files, difference: str) -> None:
    one, other = wheel(tmp_path / "1", FILES), wheel(tmp_path / "2", files)
    assert missing_payload(one, other) == [difference]
    assert not same_payload(one, other)


def test_a_twin_may_have_more_and_describe_it(tmp_path: Path) -> None:
    files = {
        **changed("x/_other_half.so", "native"),
        f"{INFO}/WHEEL": (0o644, "Wheel-Version: 1.0\nTag: cp311-cp311-linux\n"),
        f"{INFO}/sboms/x.json": (0o644, "{}"),
    }
    one, other = wheel(tmp_path / "1", FILES), wheel(tmp_path / "2", files)
    assert missing_payload(one, other) == []
    assert not same_payload(one, other)
    assert same_payload(one, wheel(tmp_path / "3", changed(f"{INFO}/WHEEL", "Tag: other\n")))


def test_who_else_may_write_a_file_is_no_difference_between_a_project_and_its_twin(
    tmp_path: Path,
) -> None:
    one = wheel(tmp_path / "1", changed("x/run", "", 0o775))
    assert missing_payload(one, wheel(tmp_path / "2", changed("x/run", "", 0o755))) == []
    assert missing_payload(one, wheel(tmp_path / "3", changed("x/run", "", 0o644))) != []


def test_a_module_may_be_moved_and_be_exempt_by_name(tmp_path: Path) -> None:
    one = wheel(tmp_path / "1", changed("m.so", "native"))
    other = wheel(tmp_path / "2", changed("twin_of_m/m.so", "native with a path"))
    assert missing_payload(one, other) == ["file of the project's own wheel missing: m.so"]
    assert missing_payload(one, other, "twin_of_m/") == ["contents of m.so"]
    assert missing_payload(one, other, "twin_of_m/", {"m.so": "why"}) == []
    assert missing_payload(one, other, "", {"m.so": "why"}) != []


def test_both_halves_are_imported_from_where_they_should(tmp_path: Path) -> None:
    info = {
        f"{INFO}/METADATA": FILES[f"{INFO}/METADATA"],
        f"{INFO}/WHEEL": FILES[f"{INFO}/WHEEL"],
        f"{INFO}/RECORD": (0o644, "x/__init__.py,,\nx/half.py,,\n"),
    }
    built = wheel(tmp_path / "1", {**info, "x/__init__.py": (0o644, ""), "x/half.py": (0o644, "")})
    folder = tmp_path / "environment"
    assert install_and_import(built, ["x", "x.half"], folder, tmp_path) == []
    (lost,) = install_and_import(built, ["x", "x.half", "x.lost"], folder, tmp_path)
    assert "x.lost" in lost
    (elsewhere,) = install_and_import(built, ["x"], folder, tmp_path, tmp_path / "checkout")
    assert "not imported from where it should" in elsewhere


def test_the_reason_is_not_only_that_a_builder_failed() -> None:
    text = "[rust] ModuleNotFoundError: No module named 'cffi'\nerror[TW301]: maturin failed\n"
    assert "cffi" in last_error(text)
    assert "TW301" in last_error("error[TW301]: maturin failed\n")


def test_keys_go_into_the_table_or_make_it() -> None:
    text = "[tool.a]\nx = 1\n[tool.a.b]\ny = 1\n"
    assert with_keys(text, "tool.a", "z = 1\n") == text.replace("x", "z = 1\nx")
    made = with_keys("[tool.a.b]\ny = 1\n", "tool.a", "z = 1\n")
    assert made.endswith("\n[tool.a]\nz = 1\n")
