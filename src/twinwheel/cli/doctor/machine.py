"""This interpreter and machine, and the wheels that pip would install here."""

from __future__ import annotations

import platform
import sys
from typing import Any

from twinwheel._version import __version__

__all__ = ["describe_machine"]


def describe_machine() -> dict[str, Any]:
    """Tell Python's, the platform's and twinwheel's versions, and the accepted wheel tags.

    Returns:
        ``tags`` is None when packaging, which computes them, cannot be imported; ``tags_help``
        then says how to get it.
    """
    told: dict[str, Any] = {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "machine": platform.machine(),
        "twinwheel": __version__,
    }
    try:
        from packaging.tags import sys_tags
    except ImportError:
        told["tags"] = None
        told["tags_help"] = "pip install 'twinwheel[cli]' (it needs packaging)"
    else:
        told["tags"] = [str(tag) for tag in sys_tags()]
        told["tags_help"] = ""
    return told
