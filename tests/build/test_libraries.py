"""Plain shared libraries for other languages: built, packed, found and switched."""

from __future__ import annotations

import io
import shutil
import sys
import zipfile
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile
from support.projects import PACKAGES, Environment, Project, manifest_of, names, natives

# What a user of ctypes writes: only the path tells the two apart.
SCRIPT = """
import ctypes, twinwheel
library = ctypes.CDLL(twinwheel.library_path("doubling"))
library.double_language.restype = ctypes.c_char_p
given, taken = (ctypes.c_int64 * 3)(1, 2, 3), (ctypes.c_int64 * 3)()
code = library.double_values(given, 3, taken)
print(code, *taken, library.double_language().decode())
"""


@pytest.fixture
def doubling(tmp_path: Path, build_environ: dict[str, str]) -> Project:
    root = tmp_path / "doubling"
    shutil.copytree(PACKAGES / "libraries", root, copy_function=shutil.copy)
    return Project(root, build_environ)


def install(environment: Environment, wheel: Path) -> None:
    environment.pip("install", "--no-deps", "--no-index", str(wheel))


def test_a_caller_by_ctypes_changes_sides_by_one_variable(
    doubling: Project, environment: Environment
) -> None:
    before = doubling.listing()
    wheel = doubling.wheel()
    assert doubling.listing() == before
    assert "-py3-none-" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        for path in natives(names(wheel)) if sys.platform == "linux" else ():
            library = ELFFile(io.BytesIO(archive.read(path)))
            assert library.get_section_by_name(".debug_info") is None
    libraries = manifest_of(wheel)["libraries"]
    assert list(libraries) == ["rust", "c"]
    for name, file in (("rust", "doubling/libdouble_rs."), ("c", "doubling/libdouble.")):
        assert libraries[name]["built"]
        (artifact,) = libraries[name]["artifacts"]
        assert artifact["file"].startswith(file)
        assert artifact["file"] in names(wheel)
    install(environment, wheel)
    for variables, language in (
        ({}, "rust"),
        ({"DOUBLING_LIBRARY": "auto"}, "rust"),
        ({"DOUBLING_LIBRARY": " C "}, "c"),
        ({"DOUBLING_LIBRARY": "rust"}, "rust"),
        ({"DOUBLING_LIBRARY": "c,rust"}, "c"),
    ):
        assert environment.run("-c", SCRIPT, environ=variables) == f"0 2 4 6 {language}"


def test_a_library_that_is_left_out_is_passed_over_or_missed(
    doubling: Project, environment: Environment
) -> None:
    outcome = doubling.hook(
        "build_wheel", wheel_directory=str(doubling.root.parent), environ={"TWINWHEEL_RUST": "off"}
    )
    assert "the rust library of doubling is LEFT OUT of this wheel" in outcome.text
    wheel = doubling.root.parent / outcome.result
    assert not any("libdouble_rs" in name for name in names(wheel))
    install(environment, wheel)
    assert environment.run("-c", SCRIPT) == "0 2 4 6 c"
    demand = {"DOUBLING_LIBRARY": "rust"}
    assert "[TW408]" in environment.try_run("-c", SCRIPT, environ=demand).stderr
    nonsense = environment.try_run("-c", SCRIPT, environ={"DOUBLING_LIBRARY": "zig"}).stderr
    assert "[TW403]" in nonsense
    assert "'zig', which is no library here" in nonsense


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="it reads ELF libraries")


@on_linux
@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        ("rust/src/lib.rs", "count: u32", "count: u64", "libdouble_rs.so: double_values"),
        ("rust/src/lib.rs", "fn double_language", "fn double_tongue", "double_language"),
        ("c/double.h", "const int64_t *values", "int64_t *values", "double_values"),
    ],
)
def test_a_library_that_is_not_what_the_header_says_is_not_packed(
    doubling: Project, path: str, old: str, new: str, said: str
) -> None:
    doubling.edit(path, old, new)
    if path == "c/double.h":
        doubling.edit("c/double.c", old, new)
    outcome = doubling.hook("build_wheel", wheel_directory=str(doubling.root.parent))
    assert outcome.error_code() == "TW361"
    assert said in outcome.text
    assert not list(doubling.root.parent.glob("*.whl"))


@on_linux
def test_the_comparison_asks_for_its_tools_only_where_it_is_made(doubling: Project) -> None:
    wanted = doubling.hook("get_requires_for_build_wheel").result
    assert {"pycparser>=2.22", "pyelftools>=0.31"} <= set(wanted)
    doubling.edit("pyproject.toml", 'header = "c/double.h"', "")
    wanted = doubling.hook("get_requires_for_build_wheel").result
    assert not any(each.startswith(("pycparser", "pyelftools")) for each in wanted)


@on_linux
def test_debug_information_that_cannot_be_taken_out_is_an_error(doubling: Project) -> None:
    outcome = doubling.hook(
        "build_wheel", wheel_directory=str(doubling.root.parent), environ={"STRIP": "no-strip-here"}
    )
    assert outcome.error_code() == "TW363"


def test_a_library_that_must_be_built_and_cannot_be_is_an_error(doubling: Project) -> None:
    environ = {"TWINWHEEL_RUST": "require", "CARGO": "no-cargo-here"}
    outcome = doubling.hook(
        "build_wheel", wheel_directory=str(doubling.root.parent), environ=environ
    )
    assert outcome.error_code() == "TW201"
    assert "the rust library cannot be built" in outcome.text


def test_an_editable_install_has_the_libraries(doubling: Project, environment: Environment) -> None:
    outcome = doubling.hook("build_editable", wheel_directory=str(doubling.root.parent))
    assert outcome.code == 0, outcome.text
    install(environment, doubling.root.parent / outcome.result)
    assert environment.run("-c", SCRIPT) == "0 2 4 6 rust"
    assert environment.run("-c", SCRIPT, environ={"DOUBLING_LIBRARY": "c"}) == "0 2 4 6 c"


def test_a_vendored_selector_finds_the_library(doubling: Project, environment: Environment) -> None:
    vendored = 'package = "doubling"\nruntime = "vendored"'
    doubling.edit("pyproject.toml", 'package = "doubling"', vendored)
    doubling.edit("pyproject.toml", 'dependencies = ["twinwheel"]', "")
    init = doubling.root / "src/doubling/__init__.py"
    init.write_text(init.read_text("utf-8") + "from twinwheel import library_path\n", "utf-8")
    install(environment, doubling.wheel())
    site = environment.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    Path(site, "twinwheel-under-test.pth").unlink()
    script = SCRIPT.replace("ctypes, twinwheel", "ctypes, doubling as twinwheel")
    assert environment.run("-c", script) == "0 2 4 6 rust"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"doubling/libdouble.*"', '"elsewhere/libdouble.*"', "TW105"),
        ('"doubling/libdouble.*"', '"doubling/../libdouble.*"', "TW105"),
        ('file = "doubling/libdouble.*"', "", "TW105"),
        ('"doubling/libdouble.*"', "5", "TW104"),
        ('builder = "cargo"', 'builder = "gradle"', "TW105"),
        ('builder = "cargo"', "", "TW105"),
        ('languages = ["C"]', 'features = ["fast"]', "TW105"),
        ('prefer = ["rust", "c"]', 'prefer = ["rust"]', "TW105"),
        ('prefer = ["rust", "c"]', 'prefer = ["rust", "c", "zig"]', "TW105"),
        ('"c/double.h"', '"../double.h"', "TW105"),
        ('"c/double.h"', '"c/doubled.h"', "TW136"),
        ('header = "c/double.h"', "heading = 5", "TW103"),
        ("libraries.implementations.c]", "libraries.implementations.auto]", "TW105"),
        ("libraries.implementations.c]", "libraries.implementations.C]", "TW105"),
    ],
)
def test_a_wrong_table_is_named(doubling: Project, old: str, new: str, code: str) -> None:
    doubling.edit("pyproject.toml", old, new)
    outcome = doubling.hook("get_requires_for_build_wheel")
    assert outcome.error_code() == code
    assert "libraries" in outcome.text


def test_a_table_without_libraries_is_refused(doubling: Project) -> None:
    text = (doubling.root / "pyproject.toml").read_text("utf-8")
    start, end = text.index("[tool.twinwheel.libraries.imp"), text.index("[tool.twinwheel.cargo]")
    (doubling.root / "pyproject.toml").write_text(text[:start] + text[end:], "utf-8")
    assert doubling.hook("get_requires_for_build_wheel").error_code() == "TW105"


def test_a_library_that_is_gone_is_passed_over_and_then_missed(
    doubling: Project, environment: Environment
) -> None:
    install(environment, doubling.wheel())
    find = "import twinwheel; print(twinwheel.library_path('doubling'))"
    Path(environment.run("-c", find)).unlink()
    assert environment.run("-c", SCRIPT) == "0 2 4 6 c"
    Path(environment.run("-c", find)).unlink()
    missed = environment.try_run("-c", find).stderr
    assert "[TW415]" in missed
    assert "rust: its file is gone; c: its file is gone" in missed
    doctor = environment.try_run("-m", "twinwheel", "doctor", "doubling")
    assert "rust library: doubling/libdouble_rs" in doctor.stdout
    assert "DOUBLING_LIBRARY" in doctor.stdout


def test_a_package_without_libraries_has_no_path(
    doubling: Project, environment: Environment
) -> None:
    text = (doubling.root / "pyproject.toml").read_text("utf-8")
    start, end = text.index("[tool.twinwheel.libraries]"), text.index("[tool.twinwheel.cargo]")
    (doubling.root / "pyproject.toml").write_text(text[:start] + text[end:], "utf-8")
    install(environment, doubling.wheel())
    found = environment.try_run("-c", SCRIPT).stderr
    assert "[TW414]" in found
    other = SCRIPT.replace("doubling", "doublings")
    assert "[TW412]" in environment.try_run("-c", other).stderr


FEATURE = """
/// The language that the library is written in.
#[cfg(feature = "shout")]
#[no_mangle]
pub extern "C" fn double_language() -> *const c_char {
    c"RUST".as_ptr()
}
"""


@pytest.mark.parametrize("way", ["setting", "override", "-C"])
def test_cargo_features_come_by_setting_by_override_and_by_config_setting(
    doubling: Project, environment: Environment, way: str
) -> None:
    doubling.edit("rust/Cargo.toml", "[lib]", "[features]\nshout = []\n\n[lib]")
    plain = "/// The language that the library is written in.\n#[no_mangle]"
    doubling.edit(
        "rust/src/lib.rs", plain, plain.replace("#[", '#[cfg(not(feature = "shout"))]\n#[', 1)
    )
    source = doubling.root / "rust/src/lib.rs"
    source.write_text(source.read_text("utf-8") + FEATURE, "utf-8")
    settings = {}
    if way == "setting":
        doubling.edit(
            "pyproject.toml", 'builder = "cargo"', 'builder = "cargo"\nfeatures = ["shout"]'
        )
    elif way == "override":
        override = """
[[tool.twinwheel.overrides]]
if.state = "wheel"
libraries.implementations.rust.features = ["shout"]

[tool.twinwheel.cargo]"""
        doubling.edit("pyproject.toml", "[tool.twinwheel.cargo]", override)
    else:
        settings = {"twinwheel.rust.features": "shout"}
    install(environment, doubling.wheel(config_settings=settings))
    assert environment.run("-c", SCRIPT) == "0 2 4 6 RUST"


@pytest.mark.parametrize("key", ["twinwheel.rust.feature", "twinwheel.zig.features"])
def test_features_of_nobody_are_named(doubling: Project, key: str) -> None:
    outcome = doubling.hook("get_requires_for_build_wheel", config_settings={key: "shout"})
    assert outcome.error_code() == "TW111"


def test_a_header_is_read_with_the_flags_that_it_needs(doubling: Project) -> None:
    (doubling.root / "more").mkdir()
    (doubling.root / "more" / "width.h").write_text("typedef unsigned int width;\n", "utf-8")
    doubling.edit("c/double.h", "#include <stdint.h>", '#include <stdint.h>\n#include "width.h"')
    doubling.edit(
        "CMakeLists.txt", "install(", "target_include_directories(double PRIVATE more)\ninstall("
    )
    outcome = doubling.hook("build_wheel", wheel_directory=str(doubling.root.parent))
    assert outcome.error_code() == "TW362"
    flags = 'header = "c/double.h"\nheader-flags = ["-Imore"]'
    doubling.edit("pyproject.toml", 'header = "c/double.h"', flags)
    doubling.wheel()
