"""auto, require, off: said in the table, by -C and in the environment; the latter goes first."""

from __future__ import annotations

from typing import Any

import pytest
from support.projects import Project, read

from twinwheel.build.config_settings import check_mode
from twinwheel.errors import ConfigError

OFF = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}


def built(project: Project, environ: dict[str, str], **arguments: Any) -> list[str]:
    """Which halves ask for their builder."""
    asked = project.hook("get_requires_for_build_wheel", environ=environ, **arguments).result
    builders = {"c": "scikit-build-core", "rust": "maturin"}
    return [name for name, item in builders.items() if any(a.startswith(item) for a in asked)]


def test_the_environment_goes_before_config_settings_and_these_before_the_table(
    twin: Project,
) -> None:
    assert built(twin, {}) == ["c", "rust"]
    assert built(twin, {}, config_settings={"twinwheel.c": "off"}) == ["rust"]
    assert built(twin, {"TWINWHEEL_C": "auto"}, config_settings={"twinwheel.c": "off"}) == [
        "c",
        "rust",
    ]
    twin.edit(
        "pyproject.toml", 'module = "twin._rust"\n\n', 'module = "twin._rust"\nbuild = "off"\n\n'
    )
    assert built(twin, {}) == ["c"]
    assert built(twin, {}, config_settings={"twinwheel.rust": "require"}) == ["c", "rust"]
    assert built(twin, {"TWINWHEEL_RUST": "REQUIRE"}) == ["c", "rust"]
    assert built(twin, {"TWINWHEEL_RUST": ""}) == ["c"]
    assert built(twin, {"TWINWHEEL_RUST": " "}) == ["c"]


@pytest.mark.parametrize("hook", ["get_requires_for_build_wheel", "get_requires_for_build_sdist"])
def test_a_wrong_value_in_the_environment_is_named(twin: Project, hook: str) -> None:
    outcome = twin.hook(hook, environ={"TWINWHEEL_RUST": "maybe"})
    assert outcome.error_code() == "TW112"
    assert "environment variable TWINWHEEL_RUST" in outcome.text
    assert "auto, require, off" in outcome.text


@pytest.mark.parametrize(
    ("said", "meant"),
    [("0", "off"), ("no", "off"), ("False", "off"), ("1", "require"), ("on", "require")],
)
def test_a_yes_or_no_is_told_the_right_word(said: str, meant: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_mode(said, "environment variable TWINWHEEL_C")
    assert caught.value.code == "TW112"
    assert caught.value.help == f"did you mean '{meant}'?"


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({"twinwheel.rust": "yes"}, "TW112", "auto, require, off"),
        ({"twinwheel.rust": ["off", "auto"]}, "TW112", "2 times"),
        ({"twinwheel.rsut": "off"}, "TW111", "did you mean 'twinwheel.rust'?"),
        ({"twinwheel.python": "off"}, "TW111", "twinwheel.c"),
    ],
)
def test_a_wrong_config_setting_is_named(
    twin: Project, settings: dict[str, object], code: str, said: str
) -> None:
    outcome = twin.hook("get_requires_for_build_wheel", config_settings=settings)
    assert outcome.error_code() == code
    assert said in outcome.text


def test_15_each_builder_gets_its_own_settings(twin: Project) -> None:
    settings = {
        "cmake.build-type": "Debug",
        "build-args": "--profile=dev",
        "twinwheel.c": "require",
    }
    outcome = twin.hook(
        "build_wheel", wheel_directory=str(twin.root.parent), config_settings=settings
    )
    assert outcome.code == 0, outcome.text
    assert 'configuration: "Debug"' in outcome.text
    assert "--profile=dev" in outcome.text
    assert "`dev` profile" in outcome.text


@pytest.mark.parametrize(
    ("key", "help_"),
    [
        ("cmake.bild-type", "did you mean 'cmake.build-type'?"),
        ("cmake.build_type", "did you mean 'cmake.build-type'?"),
        ("skbuild.cmake.bild-type", "did you mean 'skbuild.cmake.build-type'?"),
        ("maturin.buildargs", "did you mean 'maturin.build-args'?"),
        ("mytypo", "-C mytypo"),
        ("cmake.define", "cmake.define.NAME"),
        ("cargo.features", "-C cargo.features"),
    ],
)
def test_15_a_setting_that_nobody_knows_is_refused(twin: Project, key: str, help_: str) -> None:
    folder = str(twin.root.parent)
    for hook, arguments in (
        ("get_requires_for_build_wheel", {}),
        ("get_requires_for_build_sdist", {}),
        ("prepare_metadata_for_build_wheel", {"metadata_directory": folder}),
        ("build_wheel", {"wheel_directory": folder}),
        ("build_sdist", {"sdist_directory": folder}),
        ("build_editable", {"wheel_directory": folder}),
    ):
        outcome = twin.hook(hook, environ=OFF, config_settings={key: "1"}, **arguments)
        assert outcome.error_code() == "TW111"
        assert help_ in outcome.text
        assert f"did you mean '{key}'" not in outcome.text


def test_15_the_settings_of_scikit_build_core_are_accepted(twin: Project) -> None:
    pyproject = twin.root / "pyproject.toml"
    declared = '\n[tool.scikit-build.config-setting]\n"cargo.features" = { default = "" }\n'
    pyproject.write_text(pyproject.read_text("utf-8") + declared, "utf-8")
    keys = ("cmake.build-type", "skbuild.cmake.args", "cmake.define.ANY", "metadata.version.input")
    for key in (*keys, "skbuild.wheel.packages", "env.ANY", "strict-config", "cargo.features"):
        outcome = twin.hook("get_requires_for_build_wheel", config_settings={key: "x"}, environ=OFF)
        assert outcome.code == 0, outcome.text


@pytest.mark.parametrize("off", [{"TWINWHEEL_RUST": "off"}, OFF], ids=["C", "pure"])
def test_the_build_tag_is_that_of_the_whole_wheel(twin: Project, off: dict[str, str]) -> None:
    by_variable = twin.wheel(environ={**off, "SKBUILD_WHEEL_BUILD_TAG": "7a"})
    assert by_variable.name.startswith("twin_package-1.2.3-7a-")
    assert "\nBuild: 7a\n" in read(by_variable, ".dist-info/WHEEL")
    by_setting = twin.wheel(environ=off, config_settings={"wheel.build-tag": "8"})
    assert by_setting.name == by_variable.name.replace("7a", "8")
    outcome = twin.hook(
        "build_wheel",
        environ={**off, "SKBUILD_WHEEL_BUILD_TAG": "a-1"},
        wheel_directory=str(twin.root.parent),
    )
    assert outcome.error_code() == "TW105"
    assert "SKBUILD_WHEEL_BUILD_TAG" in outcome.text


def test_a_condition_of_scikit_build_core_may_give_the_build_tag(twin: Project) -> None:
    pyproject = twin.root / "pyproject.toml"
    override = '\n[[tool.scikit-build.overrides]]\nif.state = "wheel"\nwheel.build-tag = "9"\n'
    pyproject.write_text(pyproject.read_text("utf-8") + override, "utf-8")
    wheel = twin.wheel(environ={"TWINWHEEL_RUST": "off"})
    assert wheel.name.startswith("twin_package-1.2.3-9-")


def test_15_a_setting_of_a_builder_that_is_not_used_is_refused(twin: Project) -> None:
    text = (twin.root / "pyproject.toml").read_text("utf-8")
    start = text.index("[tool.twinwheel.implementations.c]")
    end = text.index("[tool.twinwheel.implementations.rust]")
    (twin.root / "pyproject.toml").write_text(text[:start] + text[end:], "utf-8")
    outcome = twin.hook(
        "get_requires_for_build_wheel", config_settings={"cmake.build-type": "Debug"}
    )
    assert outcome.error_code() == "TW111"


@pytest.mark.parametrize(
    ("dependencies", "runtime", "warned"),
    [
        ("[]", "dependency", True),
        ('["twinwheel-extras", "numpy"]', "dependency", True),
        ('["numpy", "TwinWheel>=0.1; python_version > \'3\'"]', "dependency", False),
        ("[]", "vendored", False),
    ],
)
def test_a_package_whose_import_would_fail_is_warned_of(
    twin: Project, dependencies: str, runtime: str, warned: bool
) -> None:
    twin.edit("pyproject.toml", 'dependencies = ["twinwheel"]', f"dependencies = {dependencies}")
    twin.edit("pyproject.toml", "[tool.twinwheel]\n", f'[tool.twinwheel]\nruntime = "{runtime}"\n')
    pure = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}
    outcome = twin.hook("build_wheel", environ=pure, wheel_directory=str(twin.root.parent))
    assert outcome.code == 0, outcome.text
    assert ("[project] dependencies does not name it" in outcome.text) == warned


@pytest.mark.parametrize(
    ("dependencies", "runtime", "warned"),
    [
        ('["numpy", "TwinWheel>=0.1"]', "vendored", True),
        ('["twinwheel-extras"]', "vendored", False),
        ('["twinwheel"]', "dependency", False),
    ],
)
def test_a_dependency_on_what_is_vendored_is_warned_of(
    twin: Project, dependencies: str, runtime: str, warned: bool
) -> None:
    twin.edit("pyproject.toml", 'dependencies = ["twinwheel"]', f"dependencies = {dependencies}")
    twin.edit("pyproject.toml", "[tool.twinwheel]\n", f'[tool.twinwheel]\nruntime = "{runtime}"\n')
    pure = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}
    outcome = twin.hook("build_wheel", environ=pure, wheel_directory=str(twin.root.parent))
    assert outcome.code == 0, outcome.text
    assert ("the selector is vendored, and [project] dependencies" in outcome.text) == warned
