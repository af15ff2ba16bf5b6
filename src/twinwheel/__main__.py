"""``python -m twinwheel``: the same as the command ``twinwheel``."""

from __future__ import annotations

import sys

from twinwheel.cli import main

if __name__ == "__main__":
    sys.exit(main())
