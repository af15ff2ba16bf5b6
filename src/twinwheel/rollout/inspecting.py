"""Look at the pages of this machine from outside the processes that share them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from twinwheel.errors import RolloutError
from twinwheel.rollout import files
from twinwheel.rollout.opening import open_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twinwheel.rollout.page import Page

__all__ = ["find_pages"]


def find_pages(
    package: str = "", environ: Mapping[str, str] | None = None
) -> tuple[list[Page], list[RolloutError]]:
    """Open the pages of this user, those of one package or all.

    Args:
        package: Full name of the package; empty for all.
        environ: Says where pages lie; the process's own by default.

    Returns:
        The pages, the latest last, and why others were refused.
    """
    folder = files.page_folder(os.environ if environ is None else environ)
    pages, refused = [], []
    try:
        found = [each for each in folder.iterdir() if each.suffix == ".page"]
        found.sort(key=lambda path: path.lstat().st_mtime_ns)
    except OSError:
        found = []
    for path in found:
        if package and path.name.rpartition("-")[0] != package:
            continue
        try:
            pages.append(open_page(path))
        except RolloutError as error:
            refused.append(error)
    return pages, refused
