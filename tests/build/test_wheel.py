"""One wheel from two halves. A number in a test's name is that of a known trap of composing."""

from __future__ import annotations

import base64
import csv
import email
import hashlib
import importlib.metadata
import json
import os
import shutil
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.projects import Environment, Project, manifest_of, names, natives, read

INFO = "twin_package-1.2.3.dist-info"
PURE = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}


def test_both_modules_the_manifest_and_the_fallback_are_in_it(twin_wheel: Path) -> None:
    found = names(twin_wheel)
    assert len([name for name in natives(found) if name.startswith("twin/_c.")]) == 1
    assert len([name for name in natives(found) if name.startswith("twin/_rust.")]) == 1
    assert len(natives(found)) == 2
    assert {
        "twin/__init__.py",
        "twin/_python.py",
        "twin/_twinwheel_manifest.py",
        "twin/py.typed",
        f"{INFO}/METADATA",
        f"{INFO}/WHEEL",
        f"{INFO}/RECORD",
        f"{INFO}/entry_points.txt",
        f"{INFO}/licenses/LICENSE.txt",
        f"{INFO}/sboms/twin_package.cyclonedx.json",
    } == found - set(natives(found))


def test_1_shared_sources_are_there_once(twin_wheel: Path) -> None:
    with zipfile.ZipFile(twin_wheel) as archive:
        listed = archive.namelist()
    assert len(listed) == len(set(listed))


def test_1_a_source_that_one_half_changes_is_an_error(twin: Project) -> None:
    (twin.root / "CMakeLists.txt").write_text(
        (twin.root / "CMakeLists.txt").read_text("utf-8")
        + 'file(WRITE ${CMAKE_BINARY_DIR}/p.py "changed")\n'
        "install(FILES ${CMAKE_BINARY_DIR}/p.py DESTINATION twin RENAME _python.py)\n",
        "utf-8",
    )
    outcome = twin.hook(
        "build_wheel", wheel_directory=str(twin.root.parent), environ={"TWINWHEEL_RUST": "off"}
    )
    assert outcome.error_code() == "TW321"
    assert "twin/_python.py" in outcome.text
    assert not list(twin.root.parent.glob("*.whl"))


def test_a_file_that_a_half_installs_is_kept(twin: Project) -> None:
    (twin.root / "CMakeLists.txt").write_text(
        (twin.root / "CMakeLists.txt").read_text("utf-8")
        + "install(FILES cpp/module.c DESTINATION twin/include)\n",
        "utf-8",
    )
    wheel = twin.wheel(environ={"TWINWHEEL_RUST": "off"})
    assert "twin/include/module.c" in names(wheel)


def test_the_record_is_right(twin_wheel: Path) -> None:
    with zipfile.ZipFile(twin_wheel) as archive:
        rows = list(csv.reader(read(twin_wheel, "RECORD").splitlines()))
        assert [row[0] for row in rows] == archive.namelist()
        for path, digest, size in rows[:-1]:
            data = archive.read(path)
            wanted = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == (f"sha256={wanted}", len(data))
    assert rows[-1] == [f"{INFO}/RECORD", "", ""]


def test_7_metadata_is_one_before_and_after_the_build(
    twin: Project, twin_wheel: Path, tmp_path: Path
) -> None:
    outcome = twin.hook("prepare_metadata_for_build_wheel", metadata_directory=str(tmp_path))
    assert outcome.result == INFO
    promised = tmp_path / INFO
    with zipfile.ZipFile(twin_wheel) as archive:
        for path in promised.rglob("*"):
            if path.is_file() and path.name != "WHEEL":
                inside = path.relative_to(promised).as_posix()
                assert archive.read(f"{INFO}/{inside}") == path.read_bytes()
    likely, true = (
        (promised / "WHEEL").read_text("utf-8").splitlines(),
        read(twin_wheel, "WHEEL").splitlines(),
    )
    assert [line for line in likely if not line.startswith("Tag")] == [
        line for line in true if not line.startswith("Tag")
    ]
    message = email.message_from_string(read(twin_wheel, "METADATA"))
    assert message.get_all("Name") == ["twin-package"]
    assert message["License-Expression"] == "MIT"
    assert message.get_all("License-File") == ["LICENSE.txt"]
    assert message.get_all("Requires-Dist") == ["twinwheel"]
    assert "twin-double = twin:main" in read(twin_wheel, "entry_points.txt")


def test_8_metadata_hold_whatever_is_left_out(twin: Project, tmp_path: Path) -> None:
    environ = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}
    twin.hook("prepare_metadata_for_build_wheel", metadata_directory=str(tmp_path))
    wheel = twin.wheel(environ=environ, metadata_directory=str(tmp_path / INFO))
    assert wheel.name.endswith("-py3-none-any.whl")


def test_8_metadata_that_changed_since_are_refused(twin: Project, tmp_path: Path) -> None:
    twin.hook("prepare_metadata_for_build_wheel", metadata_directory=str(tmp_path))
    twin.edit("pyproject.toml", "A whole small", "Another")
    outcome = twin.hook(
        "build_wheel", wheel_directory=str(tmp_path), metadata_directory=str(tmp_path / INFO)
    )
    assert outcome.error_code() == "TW303"


def test_9_a_wrong_project_table_is_named(twin: Project) -> None:
    twin.edit("pyproject.toml", 'version = "1.2.3"', 'version = "one"')
    outcome = twin.hook("build_wheel", wheel_directory=str(twin.root.parent))
    assert outcome.error_code() == "TW121"


def test_10_the_bill_of_materials_names_both_halves_and_no_path(twin_wheel: Path) -> None:
    text = read(twin_wheel, ".cyclonedx.json")
    document = json.loads(text)
    found = {component["name"] for component in document["components"]}
    assert {"twin._c", "twin-rust", "pyo3"} <= found
    assert document["metadata"]["component"]["purl"] == "pkg:pypi/twin-package@1.2.3"
    assert str(twin_wheel.parents[1]) not in text
    assert "file:///" not in text
    references = {component["bom-ref"] for component in document["components"]}
    references.add(document["metadata"]["component"]["bom-ref"])
    for edge in document["dependencies"]:
        assert {edge["ref"], *edge["dependsOn"]} <= references | _nested(document)


def test_10_headers_that_are_compiled_in_are_listed(twin: Project) -> None:
    twin.edit(
        "pyproject.toml", 'languages = ["C"]', 'languages = ["C"]\nrequires = ["pybind11>=3"]'
    )
    document = json.loads(read(twin.wheel(environ={"TWINWHEEL_RUST": "off"}), ".cyclonedx.json"))
    version = importlib.metadata.version("pybind11")
    assert f"pkg:pypi/pybind11@{version}" in {item["bom-ref"] for item in document["components"]}


def _nested(document: dict[str, list[dict[str, list[dict[str, str]]]]]) -> set[str]:
    return {
        inner["bom-ref"]
        for component in document["components"]
        for inner in component.get("components", [])
    }


def test_11_12_the_tag_is_the_intersection(twin_wheel: Path) -> None:
    manifest = manifest_of(twin_wheel)
    tags = {
        name: item["artifacts"][0]["tag"].rsplit("-", 1)[0]
        for name, item in manifest["implementations"].items()
        if item["artifacts"]
    }
    exact = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    assert tags == {"c": f"{exact}-{exact}", "rust": "cp310-abi3"}
    assert f"-{exact}-{exact}-" in twin_wheel.name
    assert f"Tag: {exact}-{exact}-" in read(twin_wheel, "WHEEL")
    assert manifest["built_with"]["tag"] in twin_wheel.name


def test_11_an_abi3_half_alone_keeps_its_wide_tag(twin: Project) -> None:
    wheel = twin.wheel(environ={"TWINWHEEL_C": "off"})
    assert "-cp310-abi3-" in wheel.name


@pytest.mark.skipif(sys.platform != "linux", reason="manylinux is Linux's word")
def test_13_nothing_claims_manylinux_before_an_audit(twin_wheel: Path) -> None:
    assert "-linux_" in twin_wheel.name


def test_the_manifest_says_what_was_built_with_what(twin_wheel: Path) -> None:
    manifest = manifest_of(twin_wheel)
    assert manifest["package"] == "twin"
    assert manifest["prefer"] == ["rust", "c", "python"]
    assert manifest["components"]["double"]["effects"] == "pure"
    with zipfile.ZipFile(twin_wheel) as archive:
        for name in ("rust", "c"):
            item = manifest["implementations"][name]
            assert item["built"] is True
            (artifact,) = item["artifacts"]
            data = archive.read(artifact["file"])
            assert artifact["sha256"] == hashlib.sha256(data).hexdigest()
            assert artifact["size"] == len(data)
    assert set(manifest["implementations"]["rust"]["tools"]) == {"maturin", "cargo", "rustc"}
    assert {"scikit-build-core", "CC"} <= set(manifest["implementations"]["c"]["tools"])


@pytest.mark.skipif(sys.platform != "linux", reason="reads ELF section tables")
def test_artifacts_are_stripped(twin_wheel: Path) -> None:
    with zipfile.ZipFile(twin_wheel) as archive:
        for name in natives(names(twin_wheel)):
            assert not _has_section(archive.read(name), b".symtab")


def _has_section(data: bytes, wanted: bytes) -> bool:
    offset, size, count, index = struct.unpack_from("<Q10xHHH", data, 40)
    headers = [struct.unpack_from("<II16xQQ", data, offset + i * size) for i in range(count)]
    _, _, start, length = headers[index]
    table = data[start : start + length]
    return any(table[name : table.index(b"\0", name)] == wanted for name, *_ in headers)


def test_artifacts_hold_no_path_of_the_machine(twin_wheel: Path) -> None:
    home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    with zipfile.ZipFile(twin_wheel) as archive:
        for name in natives(names(twin_wheel)):
            data = archive.read(name)
            assert home.encode() not in data
            assert str(twin_wheel.parents[1]).encode() not in data


@pytest.mark.parametrize("variable", ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"])
def test_flags_of_the_user_reach_rustc(twin: Project, variable: str) -> None:
    outcome = twin.hook(
        "build_wheel",
        wheel_directory=str(twin.root.parent),
        environ={"TWINWHEEL_C": "off", variable: "--no-such-flag"},
    )
    assert outcome.error_code() == "TW301"
    assert "no-such-flag" in outcome.text


def test_the_installed_wheel_binds_the_best_and_obeys(
    twin_wheel: Path, environment: Environment
) -> None:
    environment.pip("install", "--no-deps", "--no-index", str(twin_wheel))
    bound = "import twin, twin._rust; print(twin.double is twin._rust.double, twin.double(21))"
    assert environment.run("-c", bound) == "True 42"
    bound = "import twin, twin._c; print(twin.double is twin._c.double, twin.double(21))"
    assert environment.run("-c", bound, environ={"TWIN_IMPLEMENTATION": "c"}) == "True 42"
    bound = "import twin; print(twin.double.__module__, twin.double(21))"
    environ = {"TWIN_USE_C": "no", "TWIN_USE_RUST": "0"}
    assert environment.run("-c", bound, environ=environ) == "twin._python 42"


def test_28_the_same_bytes_from_any_folder(project: Callable[[str], Project]) -> None:
    environ = {"SOURCE_DATE_EPOCH": "1700000000"}
    here = project("twin")
    elsewhere = Project(here.root.with_name("another folder") / "deeper", here.environ)
    shutil.copytree(here.root, elsewhere.root, copy_function=shutil.copy)
    assert here.wheel(environ=environ).read_bytes() == elsewhere.wheel(environ=environ).read_bytes()


def test_an_empty_source_date_is_none(twin: Project) -> None:
    without = twin.wheel().read_bytes()
    assert twin.wheel(environ={"SOURCE_DATE_EPOCH": ""}).read_bytes() == without


@pytest.mark.parametrize("moment", ["today", "abc", "-5", "4500000000", "99999999999999999", "1.5"])
def test_a_wrong_source_date_is_named(twin: Project, moment: str) -> None:
    outcome = twin.hook(
        "build_wheel",
        wheel_directory=str(twin.root.parent),
        environ={"SOURCE_DATE_EPOCH": moment, **PURE},
    )
    assert outcome.error_code() == "TW313"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('module = "twin._python"', 'module = "twin._nope"', "TW134"),
        ('package = "twin"', 'package = "twin"\nwheel.exclude = ["*"]', "TW134"),
        ('package = "twin"', 'package = "twin"\nwheel.exclude = ["!"]', "TW133"),
        ('package = "twin"', 'package = "twin"\nwheel.packages = ["lib/twin"]', "TW131"),
    ],
)
def test_sources_that_are_not_as_the_settings_say(
    twin: Project, old: str, new: str, code: str
) -> None:
    twin.edit("pyproject.toml", old, new)
    outcome = twin.hook("build_wheel", wheel_directory=str(twin.root.parent), environ=PURE)
    assert outcome.error_code() == code
    assert not list(twin.root.parent.glob("*.whl"))


def test_a_module_of_another_name_is_named(twin: Project) -> None:
    twin.edit("pyproject.toml", 'module = "twin._c"', 'module = "twin._native"')
    outcome = twin.hook(
        "build_wheel", wheel_directory=str(twin.root.parent), environ={"TWINWHEEL_RUST": "off"}
    )
    assert outcome.error_code() == "TW323"
    assert "twin/_c." in outcome.text


def test_a_package_that_is_not_there_is_named(twin: Project) -> None:
    (twin.root / "src" / "twin").rename(twin.root / "src" / "twins")
    outcome = twin.hook(
        "build_wheel",
        wheel_directory=str(twin.root.parent),
        environ={"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"},
    )
    assert outcome.error_code() == "TW132"


def test_a_compiler_error_is_shown_and_the_half_is_named(twin: Project) -> None:
    twin.edit("cpp/module.c", "return PyLong_FromLongLong", "return nonsense; //")
    outcome = twin.hook(
        "build_wheel", wheel_directory=str(twin.root.parent), environ={"TWINWHEEL_RUST": "off"}
    )
    assert outcome.error_code() == "TW301"
    assert "[c] " in outcome.text
    assert "nonsense" in outcome.text
    assert "TWINWHEEL_C=off" in outcome.text
    assert not list(twin.root.parent.glob("*.whl"))


def test_sources_can_be_left_out(twin: Project) -> None:
    (twin.root / "src" / "twin" / "notes.txt").write_text("not for users", "utf-8")
    twin.edit(
        "pyproject.toml",
        "[tool.twinwheel.implementations.c]",
        '[tool.twinwheel.wheel]\nexclude = ["notes.txt"]\n\n[tool.twinwheel.implementations.c]',
    )
    wheel = twin.wheel(environ={"TWINWHEEL_RUST": "off"})
    assert "twin/notes.txt" not in names(wheel)


def test_6_a_build_leaves_the_sources_as_they_were(twin: Project) -> None:
    (twin.root / "rust" / "Cargo.lock").unlink()
    before = twin.listing()
    twin.wheel()
    assert twin.listing() == before
    assert (twin.root / "build" / "twinwheel" / ".gitignore").read_text("utf-8") == "*\n"


def test_23_leftovers_of_other_builds_stay_out(twin: Project, twin_wheel: Path) -> None:
    stale = [name for name in natives(names(twin_wheel)) if "_rust" in name]
    for name in [*stale, "twin/_c.so", "twin/_twinwheel_manifest.py"]:
        (twin.root / "src" / name).write_bytes(b"stale")
    wheel = twin.wheel(environ={"TWINWHEEL_RUST": "off"})
    assert [name.split(".")[0] for name in natives(names(wheel))] == ["twin/_c"]
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read(natives(names(wheel))[0]) != b"stale"
    assert manifest_of(wheel)["implementations"]["rust"]["built"] is False


def test_a_helper_module_that_another_build_left_is_made_anew(twin: Project) -> None:
    """One that is no implementation's: a build in the tree put it there, and git ignores it."""
    twin.edit(
        "CMakeLists.txt",
        "install(TARGETS _c LIBRARY DESTINATION twin)",
        "set_target_properties(_c PROPERTIES OUTPUT_NAME _c)\n"
        "add_library(helper MODULE cpp/module.c)\n"
        'set_target_properties(helper PROPERTIES PREFIX "" SUFFIX ".so")\n'
        "target_link_libraries(helper PRIVATE Python::Module)\n"
        "install(TARGETS _c helper LIBRARY DESTINATION twin)",
    )
    (twin.root / "src" / "twin" / "helper.so").write_bytes(b"stale")
    (twin.root / ".gitignore").write_text("*.so\n")
    wheel = twin.wheel(environ={"TWINWHEEL_RUST": "off"})
    with zipfile.ZipFile(wheel) as archive:
        assert archive.read("twin/helper.so").startswith(b"\x7fELF")


def test_the_builders_tables_leave_their_files_out_of_a_twin_too(twin: Project) -> None:
    source = twin.root / "src" / "twin"
    for name in ("secret.txt", "internal.txt", "sdist_only.txt", "shown.txt"):
        (source / name).write_text("x", "utf-8")
    twin.edit(
        "pyproject.toml", "[tool.scikit-build]", '[tool.scikit-build]\nwheel.exclude = ["secret.*"]'
    )
    twin.edit(
        "pyproject.toml",
        "[tool.maturin]",
        "[tool.maturin]\nexclude = [\n"
        '{ path = "src/twin/internal.txt", format = "wheel" },\n'
        '{ path = "src/twin/sdist_only.txt", format = "sdist" },\n'
        # What keeps maturin alone from shipping the sources says nothing of a twin's.
        '{ path = "src/**/*", format = ["wheel"] },\n]',
    )
    found = names(twin.wheel(environ=PURE))
    assert {"twin/shown.txt", "twin/sdist_only.txt", "twin/__init__.py"} <= found
    assert not {"twin/secret.txt", "twin/internal.txt"} & found


def test_packages_that_scikit_build_core_ships_are_shipped_without_the_c_half(
    twin: Project,
) -> None:
    (twin.root / "src" / "helpers").mkdir()
    (twin.root / "src" / "helpers" / "__init__.py").write_text("", "utf-8")
    twin.edit("pyproject.toml", 'packages = ["src/twin"]', 'packages = ["src/twin", "src/helpers"]')
    assert "helpers/__init__.py" in names(twin.wheel(environ=PURE))


def test_12_a_tag_that_is_wider_than_its_files_is_narrowed(twin: Project) -> None:
    if sys.implementation.name != "cpython":
        pytest.skip("the suffix of another implementation")
    environ = {"TWINWHEEL_RUST": "off"}
    wheel = twin.wheel(environ=environ, config_settings={"wheel.py-api": "py3"})
    interpreter = f"cp{sys.version_info.major}{sys.version_info.minor}"
    assert wheel.name.split("-")[2] == interpreter
    (artifact,) = manifest_of(wheel)["implementations"]["c"]["artifacts"]
    assert artifact["tag"].startswith(f"{interpreter}-{interpreter}")


def test_what_git_ignores_is_in_no_wheel(twin: Project) -> None:
    source = twin.root / "src" / "twin"
    for name in ("scratch.txt", "kept.txt", "made.py", "inner.txt"):
        (source / name).write_text("", "utf-8")
    with (twin.root / ".gitignore").open("a", encoding="utf-8") as ignore:
        ignore.write("!\nscratch.txt\n/src/twin/made.py\n*.txt\n")  # git passes over what is none
    (source / ".gitignore").write_text("!kept.txt\n", "utf-8")
    include = '[tool.scikit-build]\nsdist.include = ["src/twin/made.py"]'
    twin.edit("pyproject.toml", "[tool.scikit-build]", include)
    found = {name for name in names(twin.wheel(environ=PURE)) if name.startswith("twin/")}
    assert {"twin/kept.txt", "twin/made.py"} <= found
    assert not {"twin/scratch.txt", "twin/inner.txt"} & found


def test_what_a_half_installs_beside_the_metadata_is_kept(twin: Project) -> None:
    with (twin.root / "CMakeLists.txt").open("a", encoding="utf-8") as lists:
        lists.write('install(FILES LICENSE.txt DESTINATION "${SKBUILD_METADATA_DIR}/extra")\n')
    wheel = twin.wheel(environ={"TWINWHEEL_RUST": "off"})
    assert read(wheel, ".dist-info/extra/LICENSE.txt") == (twin.root / "LICENSE.txt").read_text()
