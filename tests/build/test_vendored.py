"""``runtime = "vendored"``: the wheel depends on nothing, and the author's line is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.projects import Environment, Project, names, read

import twinwheel

OFF = {"TWINWHEEL_RUST": "off"}
PURE = {**OFF, "TWINWHEEL_C": "off"}


@pytest.fixture
def vendored(twin: Project) -> Project:
    """The twin package with the selector inside, and no dependency."""
    twin.edit("pyproject.toml", 'package = "twin"', 'package = "twin"\nruntime = "vendored"')
    twin.edit("pyproject.toml", 'dependencies = ["twinwheel"]\n', "")
    return twin


def forget_twinwheel(environment: Environment, *, but_for_the_copy: bool = False) -> None:
    """Leave the environment without any twinwheel, but for what an editable install brings."""
    site = environment.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    Path(site, "twinwheel-under-test.pth").unlink()
    if but_for_the_copy:
        return
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
    found = {name for name in names(vendored.wheel(environ=PURE)) if "/_twinwheel/" in name}
    source = Path(__file__).parents[2] / "src" / "twinwheel" / "selection"
    wanted = {f"twin/_twinwheel/selection/{path.name}" for path in source.glob("*.py")}
    rest = (
        *("__init__.py", "__main__.py", "_version.py", "errors.py", "manifest.py"),
        *("manifest_types.py", "py.typed"),
    )
    assert found == wanted | {f"twin/_twinwheel/{name}" for name in rest}


def test_a_rollout_is_left_to_the_installed_twinwheel(
    vendored: Project, environment: Environment
) -> None:
    environment.pip("install", "--no-deps", "--no-index", str(vendored.wheel(environ=OFF)))
    runtime = vendored.root.parent / "runtime"
    runtime.mkdir(mode=0o700)
    policy = runtime / "policy.toml"
    policy.write_text('candidate = "python"\n', "utf-8")
    environ = {"TWIN_ROLLOUT": str(policy), "XDG_RUNTIME_DIR": str(runtime)}
    armed = "import twin\nfrom twinwheel import rollout\nprint(rollout.state('twin').package)"
    assert environment.run("-c", armed, environ=environ) == "twin"
    forget_twinwheel(environment)
    script = "try:\n import twin\nexcept ImportError as e: print(type(e).__module__, e.code)"
    assert environment.run("-c", script, environ=environ) == "twin._twinwheel.errors TW405"


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
    forget_twinwheel(environment, but_for_the_copy=True)
    assert environment.run("-c", script) == "True"
    environment.pip("uninstall", "-y", "twin-package")
    assert "No module named" in environment.try_run("-c", "import twinwheel").stderr


@pytest.mark.parametrize("name", ["session", "*"])
def test_what_is_not_in_the_copy_is_named(vendored: Project, name: str) -> None:
    module = vendored.root / "src" / "twin" / "more.py"
    module.write_text(f"# first line\nfrom twinwheel import {name}\n", "utf-8")
    outcome = vendored.hook("build_wheel", wheel_directory=str(vendored.root.parent), environ=PURE)
    assert outcome.error_code() == "TW141"
    assert "twin/more.py, line 2" in outcome.text


def test_a_module_that_cannot_be_read_is_named(vendored: Project) -> None:
    module = vendored.root / "src" / "twin" / "more.py"
    module.write_text("from twinwheel import (\n", "utf-8")
    outcome = vendored.hook("build_wheel", wheel_directory=str(vendored.root.parent), environ=PURE)
    assert outcome.error_code() == "TW142"


def test_what_changes_stays_executable(vendored: Project) -> None:
    module = vendored.root / "src" / "twin" / "tool.py"
    module.write_text("#!/usr/bin/env python3\nfrom twinwheel import report\n", "utf-8")
    module.chmod(0o755)
    wheel = vendored.wheel(environ=PURE)
    assert read(wheel, "twin/tool.py").endswith("\nfrom twin._twinwheel import report\n")
    with zipfile.ZipFile(wheel) as archive:
        mode = archive.getinfo("twin/tool.py").external_attr >> 16
    assert mode & 0o111 or os.name == "nt"


def pure(root: Path, environ: Mapping[str, str], *packages: str, settings: str = "") -> Project:
    """A project with twin packages in Python alone, which builds at once."""
    text = (
        f'[build-system]\nrequires = ["twinwheel"]\nbuild-backend = "twinwheel.build"\n'
        f'[project]\nname = "{root.name}"\nversion = "1"\n'
        f'[tool.twinwheel]\nruntime = "vendored"\n{settings}'
    )
    for package in packages:
        folder = root.joinpath("src", *package.split("."))
        folder.mkdir(parents=True)
        for name in ("__init__.py", "py.typed"):
            root.joinpath("src", package.partition(".")[0], name).touch()
        source = "from twinwheel import select\n\nf = select(__name__).f\n"
        (folder / "__init__.py").write_text(source, "utf-8")
        (folder / "_python.py").write_text("def f() -> int:\n    return 1\n", "utf-8")
        text += (
            f'[tool.twinwheel.packages."{package}"]\n'
            f'implementations.python.module = "{package}._python"\n'
            'components.f.effects = "pure"\n'
        )
    (root / "pyproject.toml").write_text(text, "utf-8")
    return Project(root, environ)


def install_editable(project: Project, environment: Environment) -> None:
    output = project.root.parent / f"{project.root.name}-editable"
    output.mkdir()
    outcome = project.hook("build_editable", wheel_directory=str(output))
    assert outcome.code == 0, outcome.text
    environment.pip("install", "--no-deps", "--no-index", str(output / outcome.result))


@pytest.fixture
def editables(
    tmp_path: Path, build_environ: dict[str, str], environment: Environment
) -> Environment:
    """Two editable installs, one of them with two twin packages."""
    install_editable(pure(tmp_path / "va", build_environ, "va"), environment)
    install_editable(pure(tmp_path / "sv", build_environ, "sv.one", "sv.two"), environment)
    return environment


def test_in_editable_installs_the_copy_goes_by_the_name_of_twinwheel(
    editables: Environment,
) -> None:
    commands = [
        ["-c", "import va"],
        ["-c", "import sv.two"],
        ["-c", "import twinwheel; print(twinwheel.report('sv.two'), twinwheel.__version__)"],
        ["-c", "from twinwheel import report; print(report('va'))"],
        ["-c", "import twinwheel.selection, va, twinwheel; twinwheel.select('sv.one').f()"],
        ["-m", "va._twinwheel"],
        ["-m", "sv.one._twinwheel", "--json"],
        ["-m", "sv.two._twinwheel"],
    ]
    where = "import twinwheel; print(twinwheel.__file__)"
    installed = Path(editables.run("-c", where))
    assert installed == Path(twinwheel.__file__)
    told = [editables.run(*command) for command in commands]
    forget_twinwheel(editables, but_for_the_copy=True)
    assert Path(editables.run("-c", where)).parts[-3:-1] == ("runtime", "twinwheel")
    assert [editables.run(*command) for command in commands] == told
    editables.pip("uninstall", "-y", "va", "sv")
    assert "No module named" in editables.try_run("-c", where).stderr


def test_the_copy_says_that_it_builds_nothing(
    tmp_path: Path, build_environ: dict[str, str], environment: Environment
) -> None:
    settings = 'editable.rebuild = "on-import"\n'
    project = pure(tmp_path / "va", build_environ, "va", settings=settings)
    install_editable(project, environment)
    forget_twinwheel(environment, but_for_the_copy=True)
    asked = "from twinwheel import rebuild; rebuild('va')"
    for script in ("import va", asked):
        done = environment.try_run("-c", script)
        assert "[TW413] to rebuild va needs twinwheel" in done.stderr


def test_modules_beside_the_twin_packages_import_a_copy(
    tmp_path: Path, build_environ: dict[str, str], environment: Environment
) -> None:
    project = pure(tmp_path / "sv", build_environ, "sv.one", "sv.two")
    util = "import twinwheel\n\nprint(twinwheel.report('sv.two').package, twinwheel.__name__)\n"
    (project.root / "src" / "sv" / "util.py").write_text(util, "utf-8")
    environment.pip("install", "--no-deps", "--no-index", str(project.wheel()))
    forget_twinwheel(environment)
    assert environment.run("-c", "import sv.util") == "sv.two sv.one._twinwheel"
    for name in ("rebuild", "__path__"):
        lacks = f"import sv.one._twinwheel as copy; print(hasattr(copy, '{name}'))"
        assert environment.run("-c", lacks) == str(name == "__path__")


def test_the_help_names_what_is_there(vendored: Project, environment: Environment) -> None:
    environment.pip("install", "--no-deps", "--no-index", str(vendored.wheel(environ=PURE)))
    forget_twinwheel(environment)
    refused = environment.try_run("-c", "import twin", environ={"TWIN_USE_RUST": "1"})
    assert "for more: python -m twin._twinwheel" in refused.stderr
    rollout = {"TWIN_ROLLOUT": "policy.toml"}
    assert "[TW405]" in environment.try_run("-c", "import twin", environ=rollout).stderr


def check_types(environment: Environment, folder: Path, *arguments: str) -> str:
    """Run mypy as the environment's user would; it must find nothing."""
    pytest.importorskip("mypy", reason="checks types")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file="),
            *(f"--python-executable={environment.python}", *arguments),
        ],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k not in ("MYPYPATH", "PYTHONPATH")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_type_checkers_find_the_copy_of_an_editable_install(
    editables: Environment, tmp_path: Path
) -> None:
    forget_twinwheel(editables, but_for_the_copy=True)
    (tmp_path / "use.py").write_text(
        "import twinwheel\nfrom twinwheel.selection import Selection\nimport va\n\n"
        'line: str = twinwheel.report("va").package\n'
        'kernels: Selection = twinwheel.select("va")\n'
        "answer: int = va.f()\n",
        "utf-8",
    )
    check_types(editables, tmp_path, "use.py")


def test_the_types_of_the_copy_are_right_with_and_without_twinwheel(
    tmp_path: Path, build_environ: dict[str, str], environment: Environment
) -> None:
    wheel = pure(tmp_path / "va", build_environ, "va").wheel()
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    check_types(environment, folder, "-p", "va", "--cache-dir=with")
    forget_twinwheel(environment)
    check_types(environment, folder, "-p", "va", "--cache-dir=without")
