"""Rebuilding an editable install: ``python -m twinwheel.build.rebuild``.

``twinwheel.rebuild`` runs it as a process of its own, since the modules that are rebuilt may be
loaded in the one that asks. It reads what the install was made with from standard input, and
looks for changes with the standard library alone: where nothing changed, nothing that a build needs
need be there. Only then it holds a lock, so that of several processes that import a changed package
one builds and the others wait.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from twinwheel.build import errors_for_the_user
from twinwheel.build.locks import locked
from twinwheel.build.watch import EditableInstall, read_record
from twinwheel.errors import ToolchainError, TwinwheelError

__all__ = ["main", "rebuild_tree"]


def main() -> None:
    """Rebuild what standard input describes; exit code 0 when the tree is up to date afterwards."""
    asked = json.load(sys.stdin)
    with errors_for_the_user():
        rebuild_tree(EditableInstall(**asked["install"]), only_if_changed=asked["only_if_changed"])


def rebuild_tree(install: EditableInstall, *, only_if_changed: bool) -> bool:
    """Build the halves again and replace the files of the tree, each in one step.

    Args:
        install: What the install was made with.
        only_if_changed: Do nothing when no native source changed since the last build.

    Returns:
        Whether anything was built.

    Raises:
        BuildError: TW352 when the halves, or their modules, are no longer those of the install.
        ToolchainError: TW203 when the environment lacks what the build needs.
    """
    if only_if_changed and _is_up_to_date(install):
        return False
    with locked(Path(f"{install.tree}.lock")):
        if only_if_changed and _is_up_to_date(install):
            return False  # another process built it meanwhile
        _build(install)
        return True


def _is_up_to_date(install: EditableInstall) -> bool:
    tree = Path(install.tree)
    record = read_record(tree)
    return record is not None and tree.is_dir() and record.holds(Path(install.root))


def _build(install: EditableInstall) -> None:
    # Which halves there are was decided at the install, not by what the shell says now.
    kept = {k: v for k, v in os.environ.items() if k not in install.environ}
    said = {k: v for k, v in install.environ.items() if v}
    try:
        from twinwheel.build.editable import build_tree

        build_tree(
            Path(install.root),
            install.config_settings,
            {**kept, **said},
            name=install.name,
            version=install.version,
            again=install,
        )
    except ModuleNotFoundError as missing:
        raise _lacking(install, f"the Python module '{missing.name}'") from None
    except TwinwheelError as error:
        if error.code != "TW302":
            raise
        raise _lacking(install, f"what is not here: {error.message}") from None


def _lacking(install: EditableInstall, what: str) -> ToolchainError:
    wanted = " ".join(f'"{item}"' for item in install.requires)
    return ToolchainError(
        f"a native source changed, and the build needs {what}",
        code="TW203",
        where=f"the environment of {sys.executable}",
        help=f"python -m pip install {wanted}",
    )


if __name__ == "__main__":
    main()
