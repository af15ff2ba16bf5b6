"""Dynamic fields of a twin: what the builders' own metadata hooks say."""

from __future__ import annotations

import email
import tarfile
from collections.abc import Callable
from dataclasses import replace
from email.message import Message
from pathlib import Path

import pytest
from support.projects import C_TOOLS, RUST_TOOLS, Project, manifest_of, names, natives, read

from twinwheel.build.core_metadata import read_fields

Hide = Callable[[str], str]

PROVIDER = """
[tool.scikit-build.metadata.version]
provider = "scikit_build_core.metadata.regex"
input = "rust/Cargo.toml"
regex = '(?m)^version = "(?P<value>[^"]+)"'
"""
PURE = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}


@pytest.fixture
def dynamic(twin: Project) -> Project:
    """The twin package, its version being what Cargo.toml says."""
    twin.edit("pyproject.toml", 'version = "1.2.3"', 'dynamic = ["version"]')
    pyproject = twin.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text("utf-8") + PROVIDER, "utf-8")
    twin.edit("rust/Cargo.toml", 'version = "1.2.3"', 'version = "3.2.1"')
    lock = twin.root / "rust/Cargo.lock"
    lock.write_text(lock.read_text("utf-8").replace('"1.2.3"', '"3.2.1"'), "utf-8")
    return twin


def metadata(wheel: Path) -> Message:
    return email.message_from_string(read(wheel, ".dist-info/METADATA"))


def test_both_halves_say_the_version(dynamic: Project) -> None:
    before = dynamic.listing()
    wheel = dynamic.wheel()
    assert wheel.name.startswith("twin_package-3.2.1-")
    assert [name.split(".")[0] for name in natives(names(wheel))] == ["twin/_c", "twin/_rust"]
    assert metadata(wheel)["Version"] == "3.2.1"
    assert "Dynamic" not in metadata(wheel)
    assert manifest_of(wheel)["version"] == "3.2.1"
    assert dynamic.listing() == before


def test_the_metadata_hook_and_the_wheel_agree(dynamic: Project, tmp_path: Path) -> None:
    outcome = dynamic.hook(
        "prepare_metadata_for_build_wheel", environ=PURE, metadata_directory=str(tmp_path)
    )
    assert outcome.result == "twin_package-3.2.1.dist-info", outcome.text
    promised = tmp_path / outcome.result
    wheel = dynamic.wheel(environ=PURE, metadata_directory=str(promised))
    assert read(wheel, "METADATA") == (promised / "METADATA").read_text("utf-8")


def test_neither_compiler_nor_cargo_is_needed_for_a_version_from_a_file(
    dynamic: Project, path_without: Hide
) -> None:
    path = path_without(f"{C_TOOLS}|{RUST_TOOLS}|cmake.*|ninja.*")
    wheel = dynamic.wheel(environ={"PATH": path})
    assert wheel.name == "twin_package-3.2.1-py3-none-any.whl"
    with tarfile.open(dynamic.sdist(environ={"PATH": path})) as archive:
        member = archive.extractfile("twin_package-3.2.1/PKG-INFO")
        assert member is not None
        assert email.message_from_bytes(member.read())["Version"] == "3.2.1"


def test_different_versions_are_an_error_that_names_both(dynamic: Project) -> None:
    dynamic.edit("pyproject.toml", 'rust/Cargo.toml"\nregex', 'version.txt"\nregex')
    (dynamic.root / "version.txt").write_text('version = "3.2.2"\n', "utf-8")
    folder = str(dynamic.root.parent)
    for outcome in (
        dynamic.hook("build_wheel", wheel_directory=folder),
        dynamic.hook("build_sdist", sdist_directory=folder),
    ):
        assert outcome.error_code() == "TW123"
        assert "c 3.2.2" in outcome.text
        assert "rust 3.2.1" in outcome.text
    assert not list(dynamic.root.parent.glob("*.whl"))


@pytest.fixture
def from_cargo(twin: Project) -> Project:
    """The twin package, its version and authors in Cargo.toml alone, as maturin's users have it."""
    twin.edit("pyproject.toml", 'version = "1.2.3"', 'dynamic = ["version", "authors"]')
    pyproject = (twin.root / "pyproject.toml").read_text("utf-8")
    (line,) = (line for line in pyproject.splitlines() if line.startswith("authors = "))
    twin.edit("pyproject.toml", f"{line}\n", "")
    authors = 'version = "1.2.3"\nauthors = ["C. Argo <cargo@example.org>"]'
    twin.edit("rust/Cargo.toml", 'version = "1.2.3"', authors)
    return twin


def test_what_cargo_says_is_handed_to_the_c_half(from_cargo: Project) -> None:
    wheel = from_cargo.wheel()
    assert [name.split(".")[0] for name in natives(names(wheel))] == ["twin/_c", "twin/_rust"]
    assert metadata(wheel)["Version"] == "1.2.3"
    assert metadata(wheel)["Author-email"] == '"C. Argo" <cargo@example.org>'
    c_alone = from_cargo.wheel(environ={"TWINWHEEL_RUST": "off"}, folder="c")
    assert read(c_alone, "METADATA") == read(wheel, "METADATA")


def test_a_lock_file_that_was_not_there_is_not_left(from_cargo: Project, tmp_path: Path) -> None:
    (from_cargo.root / "rust/Cargo.lock").unlink()
    before = from_cargo.listing()
    for hook, arguments in (
        ("prepare_metadata_for_build_wheel", {"metadata_directory": str(tmp_path)}),
        ("build_wheel", {"wheel_directory": str(tmp_path), "config_settings": None}),
        ("build_sdist", {"sdist_directory": str(tmp_path)}),
    ):
        for environ in ({"TWINWHEEL_C": "off"}, PURE):
            outcome = from_cargo.hook(hook, environ=environ, **arguments)
            assert outcome.code == 0, outcome.text
            assert from_cargo.listing() == before


def test_one_provider_and_cargo_fill_in_a_field_each(from_cargo: Project) -> None:
    pyproject = from_cargo.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text("utf-8") + PROVIDER, "utf-8")
    wheel = from_cargo.wheel()
    assert metadata(wheel)["Version"] == "1.2.3"
    assert metadata(wheel)["Author-email"] == '"C. Argo" <cargo@example.org>'
    assert len(natives(names(wheel))) == 2


def test_an_sdist_says_what_cargo_said_where_there_is_no_cargo(
    from_cargo: Project, path_without: Hide
) -> None:
    with tarfile.open(from_cargo.sdist()) as archive:
        archive.extractall(from_cargo.root.parent, filter="data")
    unpacked = replace(from_cargo, root=from_cargo.root.parent / "twin_package-1.2.3")
    expected = (unpacked.root / "PKG-INFO").read_text("utf-8")
    assert "Version: 1.2.3" in expected
    environ = {"TWINWHEEL_RUST": "off", "PATH": path_without(RUST_TOOLS)}
    wheel = unpacked.wheel(environ=environ, folder="unpacked")
    assert [name.split(".")[0] for name in natives(names(wheel))] == ["twin/_c"]
    assert read(wheel, "METADATA") == expected


def test_a_half_that_cannot_be_told_of_a_field_says_how(twin: Project) -> None:
    twin.edit("pyproject.toml", 'version = "1.2.3"', 'dynamic = ["version", "keywords"]')
    pyproject = twin.root / "pyproject.toml"
    entry = '[[tool.dynamic-metadata]]\nfield = "keywords"\nprovider = "template"\n'
    pyproject.write_text(f"{pyproject.read_text('utf-8')}\n{entry}", "utf-8")
    outcome = twin.hook("build_wheel", wheel_directory=str(twin.root.parent))
    assert outcome.error_code() == "TW122"
    assert "the c half cannot tell: version" in outcome.text
    assert "scikit_build_core.metadata.regex" in outcome.text


def test_cargo_alone_gives_what_it_knows(twin: Project) -> None:
    twin.edit("pyproject.toml", 'version = "1.2.3"\ndescription', "description")
    twin.edit(
        "pyproject.toml",
        'authors = [{ name = "A. Author", email = "author@example.org" }]',
        'dynamic = ["version", "authors"]',
    )
    authors = 'version = "1.2.3"\nauthors = ["C. Argo <cargo@example.org>"]'
    twin.edit("rust/Cargo.toml", 'version = "1.2.3"', authors)
    wheel = twin.wheel(environ={"TWINWHEEL_C": "off"})
    assert metadata(wheel)["Version"] == "1.2.3"
    assert "Author" not in metadata(wheel)
    assert metadata(wheel)["Author-email"] == '"C. Argo" <cargo@example.org>'


def test_without_cargo_what_only_cargo_knows_is_an_error(twin: Project, path_without: Hide) -> None:
    twin.edit("pyproject.toml", 'version = "1.2.3"', 'dynamic = ["version"]')
    environ = {"TWINWHEEL_C": "off", "PATH": path_without(RUST_TOOLS)}
    outcome = twin.hook("build_wheel", environ=environ, wheel_directory=str(twin.root.parent))
    assert outcome.error_code() == "TW122"
    assert "cargo is not on PATH" in outcome.text


def test_a_field_that_nobody_fills_in_is_an_error(dynamic: Project) -> None:
    dynamic.edit("pyproject.toml", 'dynamic = ["version"]', 'dynamic = ["version", "classifiers"]')
    outcome = dynamic.hook("build_wheel", environ=PURE, wheel_directory=str(dynamic.root.parent))
    assert outcome.error_code() == "TW122"
    assert "nobody fills in: classifiers" in outcome.text


def test_who_is_asked_is_required(dynamic: Project, path_without: Hide) -> None:
    asked = dynamic.hook("get_requires_for_build_wheel", environ=PURE).result
    assert [item for item in asked if item.startswith("scikit-build-core")]
    assert not [item for item in asked if item.startswith("maturin")]
    assert [item for item in asked if item.startswith("pyproject-hooks")]
    assert [i for i in dynamic.hook("get_requires_for_build_sdist").result if "maturin" in i]
    hidden = {"PATH": path_without(RUST_TOOLS)}
    asked = dynamic.hook("get_requires_for_build_sdist", environ=hidden).result
    assert not [item for item in asked if item.startswith("maturin")]


def test_what_a_provider_needs_is_required(dynamic: Project) -> None:
    dynamic.edit(
        "pyproject.toml",
        "scikit_build_core.metadata.regex",
        "scikit_build_core.metadata.setuptools_scm",
    )
    for kind in ("wheel", "editable", "sdist"):
        asked = dynamic.hook(f"get_requires_for_build_{kind}", environ=PURE).result
        assert "setuptools-scm" in asked


def test_every_field_is_read_back() -> None:
    text = (
        "Metadata-Version: 2.4\nName: x\nVersion: 1\nSummary: One line, ünïcode\n"
        "Keywords: a,b\nAuthor: Plain, Also Plain, Mail <m@example.org>\n"
        'Author-Email: Mail <m@example.org>, "Doe, J." <j@example.org>\n'
        "Maintainer-Email: only@example.org\nLicense-Expression: MIT\nLicense-File: LICENSE\n"
        "Classifier: A :: B\nClassifier: A :: C\nRequires-Python: >=3.10\n"
        "Project-URL: Source, https://example.org\nProvides-Extra: test\nProvides-Extra: none\n"
        "Requires-Dist: plain>=1\nRequires-Dist: marked; python_version > '3.9'\n"
        "Requires-Dist: pytest; extra == 'test'\n"
        'Requires-Dist: tomli; (python_version < "3.11" or os_name == "nt") and extra == "test"\n'
        "Description-Content-Type: text/markdown\n\n# Title\n\nText with ü.\n"
    )
    assert read_fields(
        text.encode(), "[console_scripts]\nrun = x:main\n[some.group]\na = b:c\n"
    ) == {
        "version": "1",
        "description": "One line, ünïcode",
        "keywords": ["a", "b"],
        "authors": [
            {"name": "Plain"},
            {"name": "Also Plain"},
            {"name": "Mail", "email": "m@example.org"},
            {"name": "Doe, J.", "email": "j@example.org"},
        ],
        "maintainers": [{"email": "only@example.org"}],
        "license": "MIT",
        "license-files": ["LICENSE"],
        "classifiers": ["A :: B", "A :: C"],
        "requires-python": ">=3.10",
        "urls": {"Source": "https://example.org"},
        "dependencies": ["plain>=1", "marked; python_version > '3.9'"],
        "optional-dependencies": {
            "test": ["pytest", 'tomli; python_version < "3.11" or os_name == "nt"'],
            "none": [],
        },
        "readme": {"text": "# Title\n\nText with ü.\n", "content-type": "text/markdown"},
        "scripts": {"run": "x:main"},
        "entry-points": {"some.group": {"a": "b:c"}},
    }


def test_versions_that_are_equal_by_pep_440_do_not_differ(dynamic: Project) -> None:
    dynamic.edit("pyproject.toml", 'rust/Cargo.toml"\nregex', 'version.txt"\nregex')
    (dynamic.root / "version.txt").write_text('version = "3.2.1.0"\n', "utf-8")
    assert metadata(dynamic.wheel())["Version"] == "3.2.1.0"
