"""Editable installs of the twin package, in environments of their own."""

from __future__ import annotations

import sysconfig
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from support.projects import Environment, Project

ONLY_C = {"TWINWHEEL_RUST": "off"}
ANSWER = "import twin; print(twin.double(21))"


def lend_tools(environment: Environment) -> Path:
    """Let the environment see the build tools of this run, as without build isolation.

    The name sorts after that of the path file which leads to the twinwheel under test.
    """
    site = environment.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    tools = Path(site, "z-tools.pth")
    tools.write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return tools


def install_editable(
    project: Project,
    environment: Environment,
    environ: Mapping[str, str] = ONLY_C,
    **arguments: object,
) -> str:
    """Build what an editable install consists of, and install it; return what the build said."""
    output = project.root.parent / "editable"
    output.mkdir(exist_ok=True)
    outcome = project.hook(
        "build_editable", wheel_directory=str(output), environ=environ, **arguments
    )
    assert outcome.code == 0, outcome.text
    environment.pip("install", "--no-deps", "--no-index", str(output / outcome.result))
    return outcome.text


def rebuild_environ(project: Project) -> dict[str, str]:
    """What a rebuild needs of the environment: the tools on PATH, and one Cargo tree."""
    names = ("PATH", "CARGO_TARGET_DIR", "TMPDIR")
    return {name: project.environ[name] for name in names if name in project.environ}


def trees(project: Project) -> list[Path]:
    """The folders that editable installs of the project point to."""
    found = (project.root / "build" / "twinwheel").glob("editable-*")
    return sorted(path for path in found if path.is_dir())


def in_an_environment_that_stays(project: Project) -> Project:
    """The project, to be built where the temporary folder is none that holds the environments."""
    folder = project.root.parent / "temporary"
    folder.mkdir()
    return replace(project, environ={**project.environ, "TMPDIR": str(folder)})


def let_imports_rebuild(project: Project) -> None:
    """Ask for ``editable.rebuild = "on-import"``."""
    new = 'package = "twin"\neditable.rebuild = "on-import"'
    project.edit("pyproject.toml", 'package = "twin"', new)
