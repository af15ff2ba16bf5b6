"""What of a source tree a wheel or an sdist can carry: readable files, under names in UTF-8."""

from __future__ import annotations

import os
import stat
import unicodedata
from pathlib import Path

from twinwheel.errors import ConfigError

__all__ = ["check_name", "not_a_file", "odd_files", "unfit"]


def not_a_file(path: Path) -> str:
    """Tell why a path is no file that a distribution can hold; empty when it is one."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if path.is_symlink():
            return f"it is a link that leads nowhere ({str(path.readlink())!r})"
        return f"it cannot be read ({error.strerror})"
    return "" if stat.S_ISREG(mode) else "it is no file, but a pipe, a socket or a device"


def odd_files(folder: Path) -> list[Path]:
    """Return the links to nowhere, pipes, sockets and devices below a folder."""
    walked = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    return sorted(path for path in walked if not_a_file(path))


def check_name(path: str) -> None:
    """Refuse a file's name that a distribution cannot hold.

    Args:
        path: Path inside the wheel or the sdist.

    Raises:
        ConfigError: TW135, for bytes that are no UTF-8, or for line breaks and control characters.
    """
    if any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in path):
        raise unfit(path, "its name is not UTF-8, or holds control characters")


def unfit(path: str, why: str, help: str = "") -> ConfigError:  # noqa: A002
    """Return the error for a file that cannot be put into a distribution."""
    return ConfigError(
        f"{path!r} cannot be put into a distribution: {why}",
        code="TW135",
        where=repr(path),
        accepted="files that can be read, with names in UTF-8",
        help=help
        or "rename it, or leave it out: [tool.twinwheel.wheel] exclude, and for an sdist too "
        "[tool.scikit-build] sdist.exclude",
    )
