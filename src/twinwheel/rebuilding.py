"""Rebuilding the native modules of an editable install from a running Python."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from twinwheel.errors import BuildError

__all__ = ["rebuild"]

_FINDERS = "_twinwheel_editable_"


def rebuild(package: str, *, only_if_changed: bool = False) -> None:
    """Build the native halves of a package that is installed with ``pip install -e`` again.

    What is loaded stays loaded: a new interpreter, or the first import, gets what was built. The
    environment must have what the build needs, as for ``pip install --no-build-isolation``.

    Args:
        package: Full name of the twin package.
        only_if_changed: Do nothing when no native source changed since the last build.

    Raises:
        BuildError: TW351 when the package is no editable install, TW353 when the build fails; what
            was built before is kept then.
    """
    install = _install(package)
    asked = json.dumps({"install": install, "only_if_changed": only_if_changed})
    done = subprocess.run(
        [sys.executable, "-m", "twinwheel.build.rebuild"],
        input=asked,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=install["root"],
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise BuildError(
            f"{package} cannot be rebuilt:\n{done.stdout.strip()}",
            code="TW353",
            where=install["root"],
            help="mend what is named above; the modules that were built last are kept",
        )


def _install(package: str) -> dict[str, Any]:
    """Return what the finder of the package's editable install knows."""
    for name, module in list(sys.modules.items()):
        if name.startswith(_FINDERS) and package in module.INSTALL["packages"]:
            found: dict[str, Any] = module.INSTALL
            return found
    raise BuildError(
        f"{package} is not installed with -e by twinwheel",
        code="TW351",
        where=f"the modules {_FINDERS}*, which Python's start imports",
        help="pip install --no-build-isolation -e . in the project's folder",
    )
