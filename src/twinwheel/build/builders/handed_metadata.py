"""Dynamic fields that others fill in, handed to scikit-build-core, which fails without them.

An entry point of the group ``scikit-build-core.config.override`` gives it settings, and these may
name providers of fields. It is found in a folder that only the hooks of one build have on their
path; the group's name keeps it from standing in anybody's ``[project.entry-points]``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["hand_over"]

_MODULE = "_twinwheel_handed_metadata"
_PROVIDER = f'''
FIELDS = @FIELDS@


def override():
    providers = {{field: {{"provider": "{_MODULE}"}} for field in FIELDS}}
    return {{"experimental": True, "metadata": providers}}  # as providers of others are


def dynamic_metadata(field, settings):
    return FIELDS[field]
'''
_ENTRY_POINT = f"[scikit-build-core.config.override]\ntwinwheel = {_MODULE}:override\n"


def hand_over(fields: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Write a provider of fields of ``[project]``, and return the variables that lead to it.

    Args:
        fields: Field -> its value.
        folder: Existing folder that is kept until the hooks are done.
    """
    place = folder / _MODULE
    information = place / f"{_MODULE}-0.dist-info"
    information.mkdir(parents=True)
    provider = _PROVIDER.replace("@FIELDS@", repr(dict(fields)))
    (place / f"{_MODULE}.py").write_text(provider, "utf-8")
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {_MODULE}\nVersion: 0\n", "utf-8"
    )
    (information / "entry_points.txt").write_text(_ENTRY_POINT, "utf-8")
    paths = [str(place), os.environ.get("PYTHONPATH", "")]
    return {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}
