"""The tree holds what it should, and nothing of the machine that it was written on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

# Put together here, so that this file does not find itself.
FORBIDDEN = re.compile(
    "|".join(
        [
            "/" + "work/",
            "/" + "root/",
            "/tmp/" + "dev",
            r"/home/(?!runner)\w+",
            r"/Users/\w+",
            r"C:\\+Users",
            r"/\." + "library",
            "BEGIN [A-Z ]*PRIVATE" + " KEY",
        ]
    )
)
BINARY = {".jpg", ".jpeg", ".png", ".npy", ".npz", ".gz", ".whl"}
LARGEST_FILE = 1024 * 1024


def test_no_file_names_a_machine(root: Path, tracked: list[Path]) -> None:
    found = [
        f"{path}:{number}: {line.strip()}"
        for path in tracked
        if path.suffix not in BINARY
        for number, line in enumerate((root / path).read_text("utf-8").splitlines(), 1)
        if FORBIDDEN.search(line)
    ]
    assert found == []


def test_no_build_output_is_tracked(tracked: list[Path]) -> None:
    native = [path for path in tracked if path.suffix in {".so", ".pyd", ".dylib", ".o", ".a"}]
    assert native == []
    assert [path for path in tracked if path.stem == "_twinwheel_manifest"] == []


def test_no_file_is_large(root: Path, tracked: list[Path]) -> None:
    sizes = {path: (root / path).stat().st_size for path in tracked}
    assert {path: size for path, size in sizes.items() if size > LARGEST_FILE} == {}


def test_the_named_licences_are_there(root: Path, pyproject: dict[str, Any]) -> None:
    for pattern in pyproject["project"]["license-files"]:
        assert any(path.is_file() for path in root.glob(pattern)), pattern


def test_what_others_wrote_has_its_licence_beside_it(root: Path, pyproject: dict[str, Any]) -> None:
    vendored = root / "src/twinwheel/_vendor"
    for folder in sorted(path for path in vendored.iterdir() if path.is_dir()):
        if folder.name == "__pycache__":
            continue
        licence = folder / "LICENSE"
        assert licence.is_file(), f"{folder.name} has no LICENSE"
        assert licence.relative_to(root).as_posix() in pyproject["project"]["license-files"]


def test_pictures_say_whose_they_are(root: Path, tracked: list[Path]) -> None:
    """Beside each picture that is shipped stands a page with its licence and its source."""
    pictures = [path for path in tracked if path.parts[0] == "src" and path.suffix in BINARY]
    assert pictures
    for picture in pictures:
        page = root / picture.parent / "README.md"
        text = page.read_text("utf-8")
        assert f"`{picture.name}`" in text, page
        assert re.search(r"(?mi)^- Licence: .*(CC0|public domain)", text), page
        assert re.search(r"^- Source: ", text, re.MULTILINE), page


def test_python_files_are_typed_and_say_what_they_are(root: Path, tracked: list[Path]) -> None:
    """Every module of the package opens with a docstring; the package has its py.typed."""
    assert (root / "src/twinwheel/py.typed").is_file()
    modules = [path for path in tracked if path.parts[0] == "src" and path.suffix == ".py"]
    assert modules
    undocumented = [
        path
        for path in modules
        if "_vendor" not in path.parts
        and not (root / path).read_text("utf-8").startswith(('"""', 'r"""'))
    ]
    assert undocumented == []
