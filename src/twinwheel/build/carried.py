"""What of a source tree a wheel or an sdist can carry: readable files, under names in UTF-8."""

from __future__ import annotations

import stat
import unicodedata
from typing import TYPE_CHECKING

from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["check_name", "not_a_file", "unfit"]


def not_a_file(path: Path) -> str:
    """Tell why a path is no file that a distribution can hold; empty when it is one."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if path.is_symlink():
            return f"it is a link that leads nowhere ({str(path.readlink())!r})"
        return f"it cannot be read ({error.strerror})"
    return "" if stat.S_ISREG(mode) else "it is no file, but a pipe, a socket or a device"


def check_name(path: str) -> None:
    """Refuse a file's name that a distribution cannot hold.

    Args:
        path: Path inside the wheel or the sdist.

    Raises:
        ConfigError: TW135, for bytes that are no UTF-8, or for line breaks and control characters.
    """
    if any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in path):
        raise unfit(path, "its name is not UTF-8, or holds control characters")


def unfit(path: str, why: str) -> ConfigError:
    """Return the error for a file that cannot be put into a distribution."""
    return ConfigError(
        f"{path!r} cannot be put into a distribution: {why}",
        code="TW135",
        where=repr(path),
        accepted="files that can be read, with names in UTF-8",
        help="rename it, or leave it out: [tool.twinwheel.wheel] exclude, and for an sdist too "
        "[tool.scikit-build] sdist.exclude",
    )
