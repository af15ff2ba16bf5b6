"""Every way to bind C and Rust: built by our backend, and called through the selector.

Most of them compile for a while: ``nox -s bindings`` runs all, plain pytest the cheap ones.
"""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

import pytest
from support.projects import PACKAGES, Environment, Project, manifest_of, names, natives, read

BINDINGS = PACKAGES / "bindings"
CHEAP = ("c_ctypes", "rust_cdylib")
# Whose wheel runs on every Python of its platform, since nothing in it links to one.
ANY_PYTHON = ("c_cffi", "c_ctypes", "rust_cdylib", "rust_cffi", "rust_uniffi")
ALL = sorted(path.name for path in BINDINGS.iterdir() if (path / "pyproject.toml").is_file())


def cases() -> list[object]:
    """All bindings, the costly ones marked."""
    return [pytest.param(name, marks=[] if name in CHEAP else pytest.mark.bindings) for name in ALL]


def copy(name: str, folder: Path, environ: dict[str, str]) -> Project:
    """Put the common sources and those of one binding together."""
    root = folder / name
    shutil.copytree(BINDINGS / "skeleton", root)
    shutil.copytree(BINDINGS / name, root, dirs_exist_ok=True)
    return Project(root, environ)


def see_this_run_s_packages(environment: Environment) -> None:
    """Let it import cffi, which some bindings need at run time."""
    site = environment.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    Path(site, "tools.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")


@pytest.mark.parametrize("name", cases())
def test_it_builds_and_answers(
    name: str, tmp_path: Path, build_environ: dict[str, str], environment: Environment
) -> None:
    project = copy(name, tmp_path, build_environ)
    before = project.listing()
    language = name.partition("_")[0]
    variable = {f"TWINWHEEL_{language.upper()}": "require"}
    wheel = project.wheel(environ=variable)
    assert project.listing() == before
    assert natives(names(wheel)) or any(path.endswith(".dylib") for path in names(wheel))
    assert ("-py3-none-" in wheel.name) is (name in ANY_PYTHON)
    item = manifest_of(wheel)["implementations"][language]
    assert len(item["artifacts"]) == 1
    see_this_run_s_packages(environment)
    environment.pip("install", "--no-deps", "--no-index", str(wheel))
    script = f"import bound, bound._{language} as own; print(bound.double is own.double)"
    demand = {"BOUND_IMPLEMENTATION": language}
    assert environment.run("-c", script, environ=demand) == "True"
    assert environment.run("-c", "import bound; print(bound.double(21))", environ=demand) == "42"


@pytest.mark.parametrize("name", CHEAP)
def test_a_plain_library_is_found_in_an_editable_install(
    name: str, tmp_path: Path, build_environ: dict[str, str], environment: Environment
) -> None:
    project = copy(name, tmp_path, build_environ)
    before = project.listing()
    outcome = project.hook("build_editable", wheel_directory=str(tmp_path))
    assert outcome.code == 0, outcome.text
    assert project.listing() == before
    environment.pip("install", "--no-deps", "--no-index", str(tmp_path / outcome.result))
    language = name.partition("_")[0]
    script = "import bound; print(bound.double(21))"
    answer = environment.run("-c", script, environ={"BOUND_IMPLEMENTATION": language})
    assert answer == "42"


def cdylib(tmp_path: Path, environ: dict[str, str]) -> Project:
    return copy("rust_cdylib", tmp_path, environ)


def test_the_bill_of_materials_of_a_plain_library_names_its_crate(
    tmp_path: Path, build_environ: dict[str, str]
) -> None:
    text = read(cdylib(tmp_path, build_environ).wheel(), ".cyclonedx.json")
    assert "pkg:cargo/kernel@1.0.0" in text
    assert str(tmp_path) not in text


def test_a_crate_that_is_no_shared_library_is_named(
    tmp_path: Path, build_environ: dict[str, str]
) -> None:
    project = cdylib(tmp_path, build_environ)
    project.edit("rust/Cargo.toml", '["cdylib"]', '["rlib"]')
    outcome = project.hook("build_wheel", wheel_directory=str(tmp_path))
    assert outcome.error_code() == "TW301"
    assert 'crate-type = ["cdylib"]' in outcome.text


def test_arguments_reach_cargo(tmp_path: Path, build_environ: dict[str, str]) -> None:
    outcome = cdylib(tmp_path, build_environ).hook(
        "build_wheel",
        wheel_directory=str(tmp_path),
        config_settings={"cargo.args": "--features nonsense"},
    )
    assert outcome.error_code() == "TW301"
    assert "nonsense" in outcome.text


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("manifest-path", "manifest", "TW103"),
        ('"rust/Cargo.toml"', '"../Cargo.toml"', "TW105"),
        ('"rust/Cargo.toml"', '"rust/Cargo.toml"\ndestination = "/etc"', "TW105"),
        ('"rust/Cargo.toml"', "1", "TW104"),
    ],
)
def test_a_wrong_setting_of_cargo_is_named(
    tmp_path: Path, build_environ: dict[str, str], old: str, new: str, code: str
) -> None:
    project = cdylib(tmp_path, build_environ)
    project.edit("pyproject.toml", old, new)
    outcome = project.hook("get_requires_for_build_wheel")
    assert outcome.error_code() == code
