"""``python -m twinwheel.selection PACKAGE``: what is bound and why, with nothing else installed.

It goes with the selector where that is put into a package; ``twinwheel doctor`` tells more.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from twinwheel.errors import TwinwheelError
from twinwheel.manifest import load
from twinwheel.selection import report

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None, package: str = "") -> int:
    """Print the report of a package.

    Args:
        arguments: The command line; the process's own when None.
        package: The package, where it is not to be named on the command line.

    Returns:
        Exit code: 0, or 2 with the coded error on standard error.
    """
    parser = argparse.ArgumentParser(description="Tell which implementation is bound, and why.")
    if not package:
        parser.add_argument("package", metavar="PACKAGE", help="full name of the package")
    parser.add_argument("--json", action="store_true", help="write JSON instead of lines")
    options = parser.parse_args(arguments)
    try:
        found = _examine(package or options.package)
    except TwinwheelError as error:
        sys.stderr.write(f"error[{error.code}]: {error.message}{error.details()}\n")
        return 2
    sys.stdout.write(json.dumps(found, indent=2) + "\n" if options.json else _lines(found))
    return 0


def _examine(package: str) -> dict[str, object]:
    told = report(package)
    manifest = load(package)
    return {
        "line": str(told),
        "components": told.components,
        "implementations": {
            name: {
                "status": state.status,
                "reason": state.reason,
                "module": manifest["implementations"][name]["module"],
                "tools": manifest["implementations"][name]["tools"],
                "artifacts": manifest["implementations"][name]["artifacts"],
            }
            for name, state in told.implementations.items()
        },
        "variables": told.variables,
        "built_with": manifest["built_with"],
    }


def _lines(found: dict[str, object]) -> str:
    lines = [str(found["line"])]
    implementations = found["implementations"]
    assert isinstance(implementations, dict)
    for name, told in implementations.items():
        lines.append(f"  {name}: {told['status']}: {told['reason']}")
        lines += [
            f"    {artifact['file']} ({artifact['tag']}, {artifact['size']:,} bytes)"
            for artifact in told["artifacts"]
        ]
        if told["tools"]:
            tools = ", ".join(f"{tool} {version}" for tool, version in told["tools"].items())
            lines.append(f"    built with {tools}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
