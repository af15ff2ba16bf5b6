"""What a build needs of Python packages, and what is said when they are not there."""

from __future__ import annotations

from support.projects import Environment, Project

OFF = {"TWINWHEEL_C": "off", "TWINWHEEL_RUST": "off"}
HIDE = """
import os, sys
for name in ("packaging", "pathspec", "pyproject_hooks", "pyproject_metadata", "tomli"):
    sys.modules[name] = None
import twinwheel.build as backend
os.chdir(sys.argv[1])
"""


def test_without_its_requirements_a_build_says_so(twin: Project, environment: Environment) -> None:
    script = HIDE + "backend.build_wheel('..')"
    done = environment.try_run("-c", script, str(twin.root), environ=OFF)
    assert done.returncode == 1
    assert "error[TW203]: the build needs the Python module 'packaging" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_requirements_are_said_without_any_package(
    twin: Project, environment: Environment
) -> None:
    script = HIDE + "print(backend.get_requires_for_build_wheel())"
    assert "packaging>=" in environment.run("-c", script, str(twin.root))
