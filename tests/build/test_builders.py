"""Builders found by entry points: meson-python, a stranger's, and broken ones."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.projects import Environment, Project, manifest_of, names, natives

ONLY_C = {"TWINWHEEL_RUST": "off"}

BUILDER = """
from twinwheel.build.builders.scikit_build_core import *
from twinwheel.build.builders import scikit_build_core as _inner

def environment(context, scratch):
    return {**_inner.environment(context, scratch), "CFLAGS": "-DSTRANGER"}
"""


def publish(folder: Path, source: str, value: str = "stranger") -> dict[str, str]:
    """Make a distribution with one builder; return the environment in which it is installed."""
    info = folder / "stranger-1.dist-info"
    info.mkdir(parents=True)
    (folder / "stranger.py").write_text(source, "utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[twinwheel.builders]\nother = {value}\n", "utf-8")
    paths = [str(folder), os.environ.get("PYTHONPATH", "")]
    return {**ONLY_C, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def use(twin: Project, builder: str) -> None:
    """Let the C half be built by another builder."""
    old = 'builder = "scikit-build-core"\nmodule = "twin._c"'
    twin.edit("pyproject.toml", old, f'builder = "{builder}"\nmodule = "twin._c"')


def test_both_halves_where_meson_builds_one(
    project: Callable[[str], Project], environment: Environment
) -> None:
    wheel = project("meson_half").wheel()
    found = natives(names(wheel))
    assert [name.split(".")[0] for name in found] == ["meson_half/_c", "meson_half/_rust"]
    manifest = manifest_of(wheel)
    assert manifest["implementations"]["c"]["builder"] == "meson-python"
    assert {"meson-python", "CC"} <= set(manifest["implementations"]["c"]["tools"])
    environment.pip("install", "--no-deps", "--no-index", str(wheel))
    script = (
        "import meson_half as m, meson_half._{0} as n; print(m.double is n.double, m.double(4))"
    )
    for name in ("c", "rust"):
        answer = environment.run(
            "-c", script.format(name), environ={"MESON_HALF_IMPLEMENTATION": name}
        )
        assert answer == "True 8"


def test_a_meson_half_in_a_folder_of_its_own(project: Callable[[str], Project]) -> None:
    half = project("meson_half")
    (half.root / "c").mkdir()
    for name in ("meson.build", "cpp"):
        (half.root / name).rename(half.root / "c" / name)
    text = '[build-system]\nrequires = ["meson-python"]\nbuild-backend = "mesonpy"\n'
    text += '[project]\nname = "meson-half-c"\nversion = "1.2.3"\n'
    (half.root / "c" / "pyproject.toml").write_text(text, "utf-8")
    half.edit("pyproject.toml", 'languages = ["C"]', 'languages = ["C"]\ndirectory = "c"')
    before = half.listing()
    wheel = half.wheel(environ={**ONLY_C, "TWINWHEEL_C": "require"})
    assert [name.split(".")[0] for name in natives(names(wheel))] == ["meson_half/_c"]
    assert half.listing() == before


def test_settings_reach_meson(project: Callable[[str], Project]) -> None:
    half = project("meson_half")
    outcome = half.hook(
        "build_wheel",
        wheel_directory=str(half.root.parent),
        config_settings={"setup-args": ["-Dbuildtype=debug"]},
        environ=ONLY_C,
    )
    assert outcome.code == 0, outcome.text
    assert re.search(r"-Dbuildtype=debug|buildtype *: debug", outcome.text)
    asked = half.hook("get_requires_for_build_wheel", environ=ONLY_C).result
    assert any(item.startswith("meson-python") for item in asked)


def test_a_stranger_s_builder_is_found_and_used(twin: Project, tmp_path: Path) -> None:
    environ = publish(tmp_path / "installed", BUILDER)
    use(twin, "other")
    twin.edit("cpp/module.c", "#define PY_SSIZE_T_CLEAN", "#ifndef STRANGER\n#error no\n#endif")
    wheel = twin.wheel(environ=environ)
    assert manifest_of(wheel)["implementations"]["c"]["builder"] == "other"
    assert len(natives(names(wheel))) == 1


def test_without_its_distribution_a_builder_is_unknown(twin: Project) -> None:
    use(twin, "other")
    outcome = twin.hook("get_requires_for_build_wheel")
    assert outcome.error_code() == "TW105"
    assert "cargo, maturin, meson-python, scikit-build-core" in outcome.text


@pytest.mark.parametrize(
    ("source", "value", "said"),
    [
        ("import no_such_module\n", "stranger", "ModuleNotFoundError"),
        ("raise RuntimeError('out of order')\n", "stranger", "RuntimeError: out of order"),
        (BUILDER, "stranger:nothing", "AttributeError"),
        ("BACKEND = 'x'\n", "stranger", "it lacks DISTRIBUTION, REQUIREMENT, "),
    ],
)
def test_a_broken_builder_is_named(
    twin: Project, tmp_path: Path, source: str, value: str, said: str
) -> None:
    environ = publish(tmp_path / "installed", source, value)
    use(twin, "other")
    outcome = twin.hook("get_requires_for_build_wheel", environ=environ)
    assert outcome.error_code() == "TW109"
    assert said in outcome.text
    assert f"other = {value}" in outcome.text
