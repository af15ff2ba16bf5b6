"""A project without ``[tool.twinwheel]`` is built by the backend that it is written for."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from support.projects import RUST_TOOLS, Project, names, read

from twinwheel.build.standin import find_stand_in
from twinwheel.errors import ConfigError

Hide = Callable[[str], str]
Make = Callable[[Mapping[str, str]], Project]

PROJECT = '[project]\nname = "small"\nversion = "1.0"\n'
C_TABLE = "[tool.scikit-build]\n"
RUST_TABLE = "[tool.maturin]\n"
METADATA = "prepare_metadata_for_build_wheel"
PURE = {
    "pyproject.toml": f'{PROJECT}[project.scripts]\nsmall = "small:main"\n'
    f"{C_TABLE}wheel.cmake = false\n",
    "src/small/__init__.py": "def main():\n    print('small')\n",
}
C = {
    "pyproject.toml": PROJECT + C_TABLE,
    "CMakeLists.txt": "cmake_minimum_required(VERSION 3.18...4.0)\nproject(small LANGUAGES C)\n"
    "find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)\n"
    "Python_add_library(_c MODULE WITH_SOABI module.c)\n"
    "install(TARGETS _c LIBRARY DESTINATION small)\n",
    "module.c": "#include <Python.h>\nstatic struct PyModuleDef definition = "
    '{PyModuleDef_HEAD_INIT, "_c", NULL, 0, NULL, NULL, NULL, NULL, NULL};\n'
    "PyMODINIT_FUNC PyInit__c(void) { return PyModuleDef_Init(&definition); }\n",
    "src/small/__init__.py": "",
}
RUST = {
    # maturin demands a [build-system] table.
    "pyproject.toml": '[build-system]\nrequires = ["maturin"]\nbuild-backend = "twinwheel.build"\n'
    f'{PROJECT}{RUST_TABLE}bindings = "cffi"\n',
    "Cargo.toml": '[package]\nname = "small"\nversion = "1.0.0"\nedition = "2021"\n'
    '[lib]\ncrate-type = ["cdylib"]\n',
    "src/lib.rs": '#[no_mangle]\npub extern "C" fn answer() -> i32 {\n    42\n}\n',
}


@pytest.fixture
def make(tmp_path: Path, build_environ: dict[str, str]) -> Make:
    """Write a project."""

    def write(files: Mapping[str, str]) -> Project:
        root = tmp_path / "project"
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8")
        return Project(root, build_environ)

    return write


def requires(*items: str) -> str:
    return f"[build-system]\nrequires = {list(items)!r}\n"


@pytest.mark.parametrize(
    ("pyproject", "file", "expected"),
    [
        ("", "", "scikit-build-core"),
        (C_TABLE, "Cargo.toml", "scikit-build-core"),
        (RUST_TABLE, "CMakeLists.txt", "maturin"),
        (requires("maturin>=1,<2", "twinwheel"), "CMakeLists.txt", "maturin"),
        (requires("Scikit_Build.Core[x] >= 1"), "Cargo.toml", "scikit-build-core"),
        (requires("maturin", "scikit-build-core"), "Cargo.toml", "maturin"),
        (requires("twinwheel"), "Cargo.toml", "maturin"),
        (requires("twinwheel"), "CMakeLists.txt", "scikit-build-core"),
        (requires("maturin-tools"), "CMakeLists.txt", "scikit-build-core"),
        (C_TABLE + RUST_TABLE + requires("maturin"), "", "maturin"),
        ("", "Cargo.toml", "maturin"),
        ("", "CMakeLists.txt", "scikit-build-core"),
    ],
)
def test_which_backend_it_is_written_for(
    make: Make, pyproject: str, file: str, expected: str
) -> None:
    root = make({"pyproject.toml": pyproject, **({file: ""} if file else {})}).root
    found = find_stand_in(root, {})
    assert found is not None
    assert found.name == expected


def test_our_table_is_for_us(make: Make) -> None:
    assert find_stand_in(make({"pyproject.toml": "[tool.twinwheel]\n"}).root, {}) is None


def test_two_tables_need_a_third(make: Make) -> None:
    project = make({"pyproject.toml": PROJECT + C_TABLE + RUST_TABLE})
    with pytest.raises(ConfigError) as caught:
        find_stand_in(project.root, {})
    assert caught.value.code == "TW107"
    for hook in ("get_requires_for_build_wheel", "get_requires_for_build_sdist"):
        assert project.hook(hook).error_code() == "TW107"


@pytest.mark.parametrize(
    "pyproject", ["", requires("twinwheel"), requires("maturin", "scikit-build-core")]
)
def test_two_build_files_need_a_table(make: Make, pyproject: str) -> None:
    files = {"CMakeLists.txt": "", "Cargo.toml": "", "pyproject.toml": PROJECT + pyproject}
    outcome = make(files).hook("get_requires_for_build_wheel")
    assert outcome.error_code() == "TW107"
    for table in ("[tool.twinwheel]", "[tool.scikit-build]", "[tool.maturin]"):
        assert table in outcome.text
    for table, name in ((C_TABLE, "scikit-build-core"), (RUST_TABLE, "maturin")):
        found = find_stand_in(make({"pyproject.toml": table + pyproject}).root, {})
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize("files", [C, RUST], ids=["scikit-build-core", "maturin"])
def test_there_is_no_half_to_switch(make: Make, files: Mapping[str, str]) -> None:
    for key in ("twinwheel.rust", "twinwheel.maturin", "twinwheel.scikit-build-core"):
        outcome = make(files).hook("get_requires_for_build_wheel", config_settings={key: "off"})
        assert outcome.error_code() == "TW111"
        assert outcome.text.count(key) == 1  # nobody accepts or suggests it
        assert "the project has no [tool.twinwheel] table" in outcome.text


def test_an_unknown_setting_for_maturin_is_rejected(make: Make) -> None:
    for key, meant in (("biuld-args", "build-args"), ("maturin.buildargs", "maturin.build-args")):
        for hook in ("get_requires_for_build_wheel", "get_requires_for_build_sdist"):
            outcome = make(RUST).hook(hook, config_settings={key: "--release"})
            assert outcome.error_code() == "TW111"
            assert f"did you mean '{meant}'?" in outcome.text


def test_a_setting_of_maturin_is_none_of_scikit_build_core(make: Make) -> None:
    for key in ("build-args", "maturin.build-args"):
        outcome = make(C).hook("get_requires_for_build_wheel", config_settings={key: "-v"})
        assert outcome.error_code() == "TW111"
        assert f"did you mean '{key}'" not in outcome.text
        assert "accepted: the settings of scikit-build-core" in outcome.text


DECLARED = """
[tool.scikit-build.config-setting]
"cargo.features" = {}
"maturin.build-args" = {}
"""


def test_a_setting_that_the_project_declares_is_its_own(make: Make) -> None:
    project = make({**PURE, "pyproject.toml": PURE["pyproject.toml"] + DECLARED})
    settings = {"cargo.features": "simd", "maturin.build-args": "x"}
    assert project.wheel(config_settings=settings).name == "small-1.0-py3-none-any.whl"


def test_an_unknown_setting_for_scikit_build_core_is_left_to_it(make: Make) -> None:
    project = make(PURE)
    settings = {"no.such": "1", "wheel.cmake": "false"}
    output = str(project.root.parent)
    ours = project.hook("build_wheel", wheel_directory=output, config_settings=settings)
    theirs = replace(project, backend="scikit_build_core.build").hook(
        "build_wheel", wheel_directory=output, config_settings=settings
    )
    assert ours.code == theirs.code == 7
    assert ours.text == theirs.text
    assert "TW" not in ours.text


def test_a_setting_reaches_its_backend(make: Make, tmp_path: Path) -> None:
    project = make({**C, "pyproject.toml": PROJECT})
    wheel = project.wheel(config_settings={"wheel.cmake": "false", "wheel.py-api": "py3"})
    assert wheel.name == "small-1.0-py3-none-any.whl"
    for key in ("build-args", "maturin.build-args"):
        outcome = make(RUST).hook(
            "build_wheel", wheel_directory=str(tmp_path), config_settings={key: "--no-such-thing"}
        )
        assert outcome.code == 1
        assert "--no-such-thing" in outcome.text


OVERRIDE = "[[tool.scikit-build.overrides]]\nif.failed = true\nwheel.cmake = false\n"


@pytest.mark.parametrize(
    ("pyproject", "there"),
    [
        (PURE["pyproject.toml"], True),
        (PURE["pyproject.toml"] + OVERRIDE, False),
        (RUST["pyproject.toml"], True),
        ("not TOML", True),  # the hook itself says so
    ],
)
def test_the_metadata_hooks_come_and_go(make: Make, pyproject: str, there: bool) -> None:
    project = make({"pyproject.toml": pyproject})
    code = "import twinwheel.build as b; print([hasattr(b, f'prepare_metadata_for_build_{kind}')"
    code += " for kind in ('wheel', 'editable', 'sdist')])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.root,
        env=dict(project.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str([there, there, False])


def test_maturin_never_downloads_a_toolchain(
    make: Make, tmp_path: Path, path_without: Hide
) -> None:
    # With the package there that downloads Rust, which maturin would call.
    downloader = tmp_path / "downloader"
    downloader.mkdir()
    (downloader / "puccinialin.py").write_text(
        "import pathlib\ndef setup_rust():\n    pathlib.Path(__file__ + '.called').touch()\n"
        "    return {}\n",
        "utf-8",
    )
    environ = {"PATH": path_without(RUST_TOOLS), "PYTHONPATH": python_path(downloader)}
    project = make(RUST)
    for kind in ("wheel", "editable", "sdist"):
        asked = project.hook(f"get_requires_for_build_{kind}", environ=environ)
        assert not [item for item in asked.result if "puccinialin" in item]
    output = str(tmp_path)
    for outcome in (
        project.hook(
            "prepare_metadata_for_build_wheel", environ=environ, metadata_directory=output
        ),
        project.hook("build_wheel", environ=environ, wheel_directory=output),
    ):
        assert outcome.code == 1, outcome.text
        assert "Traceback" not in outcome.text
    assert not (downloader / "puccinialin.py.called").exists()
    outcome = replace(project, backend="maturin").hook(
        "build_wheel", environ=environ, wheel_directory=output
    )
    assert (downloader / "puccinialin.py.called").exists()  # so it would have been


@pytest.mark.parametrize(
    ("files", "module", "requirement"),
    [(C, "scikit_build_core", "scikit-build-core>="), (RUST, "maturin", "maturin>=")],
)
def test_a_backend_that_is_not_installed_is_asked_for(
    make: Make, tmp_path: Path, files: Mapping[str, str], module: str, requirement: str
) -> None:
    hiding = tmp_path / "hiding"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text(f"import sys\nsys.modules[{module!r}] = None\n")
    environ = {"PYTHONPATH": python_path(hiding)}
    project = make(files)
    for kind in ("wheel", "editable", "sdist"):
        asked = project.hook(f"get_requires_for_build_{kind}", environ=environ)
        assert [item for item in asked.result if item.startswith(requirement)], asked.text
    output = str(tmp_path)
    for outcome in (
        project.hook("build_wheel", environ=environ, wheel_directory=output),
        project.hook("build_sdist", environ=environ, sdist_directory=output),
        project.hook(
            "prepare_metadata_for_build_wheel", environ=environ, metadata_directory=output
        ),
    ):
        assert outcome.error_code() == "TW302"
        assert requirement in outcome.text


PROVIDED = """cmake.version = ">=99"
ninja.version = ">=98"
build.requires = ["small-helper @ {root:parent:uri}/helper", "numpy"]

[tool.scikit-build.metadata.version]
provider = "scikit_build_core.metadata.setuptools_scm"
"""


def test_what_a_backend_would_ask_for_is_asked_for_in_its_place(
    make: Make, tmp_path: Path, path_without: Hide
) -> None:
    hidden = path_without("cmake.*|ninja.*")
    project = make({**C, "pyproject.toml": PROJECT + C_TABLE + PROVIDED})
    theirs = replace(project, backend="scikit_build_core.build")
    hiding = tmp_path / "hiding"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text(
        "import sys\nsys.modules['scikit_build_core'] = None\n"
    )
    without = {"PYTHONPATH": python_path(hiding), "PATH": hidden}
    for hook, more in (
        ("get_requires_for_build_wheel", {}),
        ("get_requires_for_build_sdist", {}),
        ("get_requires_for_build_sdist", {"SKBUILD_SDIST_CMAKE": "1"}),
        ("get_requires_for_build_wheel", {"SKBUILD_WHEEL_CMAKE": "0"}),
    ):
        wanted = theirs.hook(hook, environ={"PATH": hidden, **more}).result
        asked = project.hook(hook, environ={**without, **more}).result
        assert {"setuptools-scm", "numpy"} <= set(wanted)
        assert set(asked) == {*wanted, "scikit-build-core>=1.0"}


def python_path(folder: Path) -> str:
    """Put a folder before what PYTHONPATH names already."""
    return os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)


@pytest.mark.parametrize("files", [C, RUST], ids=["scikit-build-core", "maturin"])
def test_a_real_project_gives_the_same_bytes(make: Make, files: Mapping[str, str]) -> None:
    project = make(files)
    environ = {"SOURCE_DATE_EPOCH": "1700000000"}
    theirs = replace(project, backend="scikit_build_core.build" if files is C else "maturin")
    one = theirs.wheel(environ=environ, folder="theirs")
    other = project.wheel(environ=environ, folder="ours")
    assert one.name == other.name
    assert one.read_bytes() == other.read_bytes()
    assert [name for name in names(other) if name.endswith((".so", ".pyd"))]


@pytest.mark.parametrize("files", [PURE, RUST], ids=["scikit-build-core", "maturin"])
def test_sdist_editable_and_metadata(make: Make, tmp_path: Path, files: Mapping[str, str]) -> None:
    project = make(files)
    with tarfile.open(project.sdist()) as archive:
        members = archive.getnames()
    assert {f"small-1.0/{name}" for name in files} <= set(members)
    assert "small-1.0/PKG-INFO" in members
    outcome = project.hook("build_editable", wheel_directory=str(tmp_path))
    assert outcome.code == 0, outcome.text
    assert "Name: small" in read(tmp_path / outcome.result, "METADATA")
    for kind in ("wheel", "editable"):
        folder = tmp_path / kind
        folder.mkdir()
        outcome = project.hook(f"prepare_metadata_for_build_{kind}", metadata_directory=str(folder))
        assert outcome.result == "small-1.0.dist-info", outcome.text
        assert "Version: 1.0" in (folder / outcome.result / "METADATA").read_text("utf-8")


@pytest.mark.parametrize("table", ["build-system = 5\n", "[build-system]\nrequires = 5\n"])
def test_a_build_system_that_is_none_names_no_backend(tmp_path: Path, table: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"{table}[tool.maturin]\n", "utf-8")
    found = find_stand_in(tmp_path)
    assert found is not None
    assert found.name == "maturin"
