"""Code in a fresh interpreter, where nothing is imported yet."""

from __future__ import annotations

import os
import subprocess
import sys


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run code with these variables, and none of ours besides."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("TWINWHEEL_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=kept | variables,
        capture_output=True,
        text=True,
        check=False,
    )
