"""``runtime = "vendored"``: the wheel depends on nothing, and the author's line is the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.projects import Environment, Project, names, read

OFF = {"TWINWHEEL_RUST": "off"}


@pytest.fixture
def vendored(twin: Project) -> Project:
    """The twin package with the selector inside, and no dependency."""
    twin.edit("pyproject.toml", 'package = "twin"', 'package = "twin"\nruntime = "vendored"')
    twin.edit("pyproject.toml", 'dependencies = ["twinwheel"]\n', "")
    return twin


def forget_twinwheel(environment: Environment) -> None:
    """Leave the environment without any twinwheel."""
    site = environment.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    Path(site, "twinwheel-under-test.pth").unlink()
    gone = environment.try_run("-c", "import twinwheel")
    assert "No module named 'twinwheel'" in gone.stderr


def test_it_works_without_twinwheel(vendored: Project, environment: Environment) -> None:
    wheel = vendored.wheel(environ=OFF)
    assert "Requires-Dist" not in read(wheel, "METADATA")
    environment.pip("install", "--no-deps", "--no-index", str(wheel))
    forget_twinwheel(environment)
    script = "import twin, twin._c; print(twin.double is twin._c.double, twin.double(4))"
    assert environment.run("-c", script) == "True 8"
    script = "import twin; print(twin.double.__module__)"
    assert (
        environment.run("-c", script, environ={"TWIN_IMPLEMENTATION": "python"}) == "twin._python"
    )
    refused = environment.try_run("-c", script, environ={"TWIN_USE_RUST": "1"})
    assert "[TW408]" in refused.stderr
    assert "switched off" in refused.stderr
    told = environment.run("-m", "twin._twinwheel")
    assert told.startswith("twin 1.2.3: c (double); rust: not built (switched off)")
    found = json.loads(environment.run("-m", "twin._twinwheel", "--json"))
    assert found["components"] == {"double": "c"}
    assert found["implementations"]["c"]["artifacts"][0]["file"].startswith("twin/_c.")
    wrong = environment.try_run("-m", "twin._twinwheel", environ={"TWIN_USE_C": "perhaps"})
    assert "[TW404]" in wrong.stderr


def test_only_the_selector_and_what_it_imports_is_in_it(vendored: Project) -> None:
    found = {name for name in names(vendored.wheel(environ=OFF)) if "/_twinwheel/" in name}
    source = Path(__file__).parents[2] / "src" / "twinwheel" / "selection"
    wanted = {f"twin/_twinwheel/selection/{path.name}" for path in source.glob("*.py")}
    rest = ("__init__.py", "__main__.py", "_version.py", "errors.py", "manifest.py", "py.typed")
    assert found == wanted | {f"twin/_twinwheel/{name}" for name in rest}


def test_a_rollout_is_left_to_the_installed_twinwheel(
    vendored: Project, environment: Environment
) -> None:
    environment.pip("install", "--no-deps", "--no-index", str(vendored.wheel(environ=OFF)))
    script = "import sys\ntry:\n import twin\nexcept ImportError as e: print(type(e).__module__)"
    environ = {"TWIN_ROLLOUT": "policy.toml"}
    assert environment.run("-c", script, environ=environ) == "twinwheel.errors"
    forget_twinwheel(environment)
    assert environment.run("-c", script, environ=environ) == "twin._twinwheel.errors"


def test_an_editable_install_works_with_and_without_twinwheel(
    vendored: Project, environment: Environment
) -> None:
    before = vendored.listing()
    output = vendored.root.parent / "editable"
    output.mkdir()
    outcome = vendored.hook("build_editable", wheel_directory=str(output), environ=OFF)
    assert outcome.code == 0, outcome.text
    assert vendored.listing() == before
    environment.pip("install", "--no-deps", "--no-index", str(output / outcome.result))
    script = "import twin, twin._c; print(twin.double is twin._c.double)"
    assert environment.run("-c", script) == "True"
    forget = environment.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    Path(forget, "twinwheel-under-test.pth").unlink()
    assert environment.run("-c", script) == "True"
    environment.pip("uninstall", "-y", "twin-package")
    assert "No module named" in environment.try_run("-c", "import twinwheel").stderr


@pytest.mark.parametrize("name", ["session", "*"])
def test_what_is_not_in_the_copy_is_named(vendored: Project, name: str) -> None:
    module = vendored.root / "src" / "twin" / "more.py"
    module.write_text(f"# first line\nfrom twinwheel import {name}\n", "utf-8")
    outcome = vendored.hook("build_wheel", wheel_directory=str(vendored.root.parent), environ=OFF)
    assert outcome.error_code() == "TW141"
    assert "twin/more.py, line 2" in outcome.text


def test_a_module_that_cannot_be_read_is_named(vendored: Project) -> None:
    module = vendored.root / "src" / "twin" / "more.py"
    module.write_text("from twinwheel import (\n", "utf-8")
    outcome = vendored.hook("build_wheel", wheel_directory=str(vendored.root.parent), environ=OFF)
    assert outcome.error_code() == "TW142"


def test_only_the_module_name_of_an_import_changes(vendored: Project) -> None:
    module = vendored.root / "src" / "twin" / "more.py"
    module.write_text(
        "def later():\n    from twinwheel import (  # here\n        report,\n    )\n"
        "    return report\n",
        "utf-8",
    )
    wheel = vendored.wheel(environ=OFF)
    assert read(wheel, "twin/more.py") == (
        "def later():\n    from twin._twinwheel import (  # here\n        report,\n    )\n"
        "    return report\n"
    )
