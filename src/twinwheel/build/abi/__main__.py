"""``python -m twinwheel.build.abi HEADER LIBRARY...``: say what differs, or that nothing does."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from twinwheel.build.abi.check import check_abi
from twinwheel.build.console import complain, say
from twinwheel.errors import TwinwheelError


def main() -> int:
    """Check the libraries that the command line names."""
    parser = argparse.ArgumentParser(
        prog="python -m twinwheel.build.abi",
        description="Compare the symbols and types of shared libraries with a C header.",
    )
    parser.add_argument("header", type=Path)
    parser.add_argument("libraries", type=Path, nargs="+", metavar="library")
    parser.add_argument("--flag", action="append", default=[], help="for the C compiler, as -DX=1")
    arguments = parser.parse_args()
    try:
        check_abi(arguments.header, arguments.libraries, arguments.flag)
    except TwinwheelError as error:
        complain(f"error[{error.code}]: {error.message}{error.details()}")
        return 1
    names = " and ".join(path.name for path in arguments.libraries)
    say(f"{names}: the symbols and types of {arguments.header.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
