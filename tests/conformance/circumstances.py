"""What each project is built with, what else it is tried with, and what goes wrong with it.

For scikit-build-core's packages it is what the tests set that upstream wrote for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from support.projects import C_TOOLS, RUST_TOOLS

from conformance.providers import PROVIDERS

__all__ = [
    "FAILURES",
    "MATURIN",
    "SCIKIT_BUILD_CORE",
    "SETTINGS",
    "Circumstances",
    "Failure",
    "Setting",
    "Settings",
]

Settings = Mapping[str, str | list[str]]
"""What the options ``-C`` say; one that is repeated is a list."""


@dataclass(frozen=True)
class Failure:
    """Something that goes wrong; both backends must do alike then."""

    name: str
    config_settings: Settings = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    hidden: str = ""
    """Pattern of the programs that are taken off PATH."""


@dataclass(frozen=True)
class Setting:
    """Something that changes what a hook makes; both backends must make the same then."""

    name: str
    config_settings: Settings = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    hook: str = "build_wheel"
    general: bool = False
    """Whether it is tried with all projects; it may then change nothing if nothing is native."""


@dataclass(frozen=True)
class Circumstances:
    """What a project is built with."""

    environ: Mapping[str, str] = field(default_factory=dict)
    config_settings: Settings = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    """Projects beside it that must be installed first."""

    modules: Mapping[str, str] = field(default_factory=dict)
    """Names and contents of Python modules that can be imported while it is built."""

    project: str = ""
    """Lines that its ``[project]`` table lacks, and no backend builds without."""

    logs: tuple[str, ...] = ()
    """Names of files in the build folder that it is there to write: they are compared too."""

    settings: tuple[Setting, ...] = ()
    """What changes this project only."""

    general: bool = True
    """Whether the settings that are tried with all projects can change anything in this one."""

    failures: tuple[Failure, ...] = ()
    """What goes wrong with this project only."""

    exempt: Mapping[str, str] = field(default_factory=dict)
    """Path of a native file in the wheel -> why the twin's may have other bytes."""

    note: str = ""
    """What is unusual in this, for the page."""


FAILURES = {
    "scikit-build-core": (
        Failure("unknown -C", {"no.such-setting": "1"}),
        Failure("no compiler", hidden=C_TOOLS),
    ),
    "maturin": (
        Failure("no cargo", environ={"MATURIN_NO_INSTALL_RUST": "1"}, hidden=RUST_TOOLS),
        Failure("wrong build-args", {"build-args": "--no-such-argument"}),
    ),
}

# A debug build would note the build folder, whose name is drawn by lot.
SETTINGS = {
    "scikit-build-core": (
        Setting(
            "`SKBUILD_CMAKE_BUILD_TYPE=MinSizeRel`",
            environ={"SKBUILD_CMAKE_BUILD_TYPE": "MinSizeRel"},
            general=True,
        ),
    ),
    "maturin": (
        Setting(
            "`MATURIN_PEP517_ARGS=--strip`",
            environ={"MATURIN_PEP517_ARGS": "--strip"},
            general=True,
        ),
    ),
}

_MOCKED = "the providers that upstream's tests mock are small modules on the path"
_VERSION = 'version = "0.0.1"\n'
_RELEASE = {"SETUPTOOLS_SCM_PRETEND_VERSION": "1.2.3"}
_KEPT = {"build-dir": "build"}

SCIKIT_BUILD_CORE = {
    "broken_fallback": Circumstances(
        failures=(
            Failure("CMake fails, fallback", {"cmake.define.BROKEN_CMAKE": "1"}),
            Failure("C fails, fallback", {"cmake.define.BROKEN_CODE": "1"}),
            Failure("fail = true", environ={"FAIL_NOW": "1"}),
        )
    ),
    "cmake_defines": Circumstances(
        config_settings=_KEPT,
        project=f'name = "cmake_defines"\n{_VERSION}',
        logs=("log.txt",),
        settings=(
            Setting("`-C cmake.define.ONE_LEVEL_LIST`", {"cmake.define.ONE_LEVEL_LIST": "A;B"}),
            Setting("`SKBUILD_CMAKE_DEFINE`", environ={"SKBUILD_CMAKE_DEFINE": "NESTED_LIST=Plum"}),
        ),
        note="a `[project]` table is added; the log that its CMakeLists.txt writes is compared",
    ),
    "config_settings": Circumstances(
        config_settings={**_KEPT, "zmq.libzmq": "bundled", "zmq.prefix": "/opt/zmq"},
        project=f'name = "config_settings"\n{_VERSION}',
        logs=("log.txt",),
        settings=(
            Setting("`-C zmq.prefix`", {"zmq.prefix": "/opt/other"}),
            Setting("`ZMQ_PREFIX`", environ={"ZMQ_PREFIX": "/opt/third"}),
        ),
        note="a `[project]` table is added; the log that its CMakeLists.txt writes is compared",
    ),
    "custom_cmake": Circumstances(needs=("custom_cmake/extern",)),
    "cython_pxd_editable/pkg2": Circumstances(needs=("cython_pxd_editable/pkg1",)),
    "dynamic_metadata": Circumstances(modules=PROVIDERS, note=_MOCKED),
    "dynamic_metadata [build_requires_project]": Circumstances(
        project=_VERSION,
        settings=(
            Setting("`LOCAL_FOO`", environ={"LOCAL_FOO": "1"}, hook="get_requires_for_build_wheel"),
        ),
        note="a version is added: upstream's tests ask for the requirements only",
    ),
    "dynamic_metadata [dual_project]": Circumstances(modules=PROVIDERS, note=_MOCKED),
    "dynamic_metadata [faulty_dual_project]": Circumstances(
        modules=PROVIDERS, note=f"{_MOCKED}; upstream's tests expect `KeyError`"
    ),
    "dynamic_metadata [faulty_project]": Circumstances(note="upstream's tests expect `KeyError`"),
    "dynamic_metadata [plugin_array_project]": Circumstances(environ=_RELEASE),
    "dynamic_metadata [plugin_project]": Circumstances(environ=_RELEASE),
    "dynamic_metadata [warn_project]": Circumstances(
        failures=(Failure("not experimental", {"experimental": "false"}),),
        note="upstream's tests expect `ModuleNotFoundError`, and exit code 7 if not `experimental`",
    ),
    "filepath_pure": Circumstances(
        environ={
            "SKBUILD_CMAKE_DEFINE": "SOME_DEFINE3=baz;SOME_DEFINE4=baz",
            "SKBUILD_CMAKE_ARGS": "-DSOME_ARGS1=baz",
        },
        config_settings={"cmake.define.SOME_DEFINE2": "bar", "cmake.define.SOME_DEFINE3": "bar"},
    ),
    "simple_pyproject_script_with_flags": Circumstances(
        environ={"SKBUILD_CMAKE_ARGS": "-DCMAKE_C_FLAGS=-DFOO=1 -DBAR="},
        failures=(Failure("without the flags", environ={"SKBUILD_CMAKE_ARGS": ""}),),
    ),
    "simplest_c": Circumstances(
        settings=(
            Setting("`-C cmake.build-type`", {"cmake.build-type": "MinSizeRel"}),
            Setting(
                "`-C cmake.define.CMAKE_C_FLAGS`",
                {"cmake.define.CMAKE_C_FLAGS": "-fno-omit-frame-pointer -O1"},
            ),
            Setting("`-C wheel.exclude`", {"wheel.exclude": ["**/*.py", "**/*.txt"]}),
        )
    ),
}

_EXTRA = "--features extra"
MATURIN = {
    "features": Circumstances(
        settings=(
            Setting("`-C build-args=--features …`", {"build-args": _EXTRA}),
            Setting(
                "`-C build-args` twice",
                {"build-args": ["--no-default-features", "--features=last"]},
            ),
            Setting("`-C build-args=--profile …`", {"build-args": "--profile=small"}),
            Setting("`MATURIN_PEP517_ARGS=--features …`", environ={"MATURIN_PEP517_ARGS": _EXTRA}),
            Setting(
                "`MATURIN_PEP517_ARGS=--profile …`",
                environ={"MATURIN_PEP517_ARGS": "--profile small"},
            ),
            Setting(
                "`-C build-args` before `MATURIN_PEP517_ARGS`",
                {"build-args": _EXTRA},
                {"MATURIN_PEP517_ARGS": "--no-such-argument"},
            ),
        )
    ),
    "pyo3_mixed": Circumstances(
        settings=(
            Setting(
                "`MATURIN_PEP517_ARGS=--strip=false`",
                environ={"MATURIN_PEP517_ARGS": "--strip=false"},
            ),
        ),
        general=False,  # it is stripped anyway
    ),
}
