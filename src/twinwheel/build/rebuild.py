"""Rebuilding an editable install: ``python -m twinwheel.build.rebuild``.

``twinwheel.rebuild`` runs it as a process of its own, since the modules that are rebuilt may be
loaded in the one that asks. It reads what the install was made with from standard input, and holds
a lock, so that of several processes that import a changed package one builds and the others wait.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from twinwheel.build.editable import EditableInstall, native_sources, rebuild_in_place
from twinwheel.build.failing import errors_for_the_user
from twinwheel.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
        BuildError: TW352 when the halves are no longer those of the install.
    """
    root, tree = Path(install.root), Path(install.tree)
    with _locked(tree.with_name(f"{tree.name}.lock")):
        if only_if_changed and _last_built(tree) == native_sources(root):
            return False
        environ = {**os.environ, **install.environ}
        built = rebuild_in_place(root, install.config_settings, environ)
        if Path(built.tree) != tree:
            raise BuildError(
                "the halves that can be built are not those of the editable install any more",
                code="TW352",
                where=str(root),
                help="install it again: pip install --no-build-isolation -e .",
            )
        return True


def _last_built(tree: Path) -> Mapping[str, Any] | None:
    record = tree.with_name(f"{tree.name}.json")
    try:
        found: Mapping[str, Any] = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold an exclusive lock that the system takes back when the process dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as stream:
        _lock(stream)
        yield


def _lock(stream: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        stream.seek(0)
        msvcrt.locking(stream.fileno(), msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(stream.fileno(), fcntl.LOCK_EX)


if __name__ == "__main__":
    main()
