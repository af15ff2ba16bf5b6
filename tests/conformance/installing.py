"""Installing a wheel into a fresh environment, from no index, and importing what it holds."""

from __future__ import annotations

import email
import os
import shutil
import sysconfig
import venv
from collections.abc import Sequence
from pathlib import Path

from support.projects import Environment, read

__all__ = ["install_and_import"]

# A compiled library that is no Python module is loaded as what it is.
_IMPORT = """
import ctypes, importlib, importlib.util, pathlib, sys
place, *names = sys.argv[1:]
for name in names:
    try:
        importlib.import_module(name)
    except ImportError as error:
        if "does not define module export function" not in str(error):
            raise
        ctypes.CDLL(importlib.util.find_spec(name).origin)
        print("loaded by ctypes:", name)
origin = pathlib.Path(sys.modules[names[0]].__file__).resolve()
if not origin.is_relative_to(pathlib.Path(place).resolve()):
    raise SystemExit(f"{names[0]} is not imported from where it should: {origin}")
"""


def install_and_import(
    wheel: Path, modules: Sequence[str], folder: Path, site: Path, root: Path | None = None
) -> list[str]:
    """Install and import.

    Args:
        wheel: The wheel.
        modules: Full names; the first is the package.
        folder: Where the environment is made.
        site: A folder with what else the project needs.
        root: The folder that the package must be imported from; by default the environment.

    Returns:
        What went wrong; empty when nothing did.
    """
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, symlinks=os.name != "nt", with_pip=False)
    scripts = "Scripts" if os.name == "nt" else "bin"
    environment = Environment(folder / scripts / ("python.exe" if os.name == "nt" else "python"))
    try:
        environment.pip("install", "--quiet", "--no-index", "--no-deps", str(wheel))
    except AssertionError as error:
        return [f"pip: {error}"]
    paths = [str(site)]
    if email.message_from_string(read(wheel, ".dist-info/METADATA")).get_all("Requires-Dist"):
        paths.append(sysconfig.get_path("purelib"))  # its dependencies, as this session has them
    done = environment.try_run(
        "-c", _IMPORT, str(root or folder), *modules, environ={"PYTHONPATH": os.pathsep.join(paths)}
    )
    return [] if done.returncode == 0 else done.stderr.strip().splitlines()[-1:]
