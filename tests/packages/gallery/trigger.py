"""Run triggers of ``bugs.toml`` on one implementation, and print an outcome in JSON for each.

``python trigger.py rust escape-drops-last < triggers.json`` runs one, and without a name all. The
process may use three seconds of the processor and 1 GiB of memory: bugs are welcome to take more.
"""

from __future__ import annotations

import ast
import importlib
import json
import sys
import time
from pathlib import Path

SECONDS = 3
BYTES = 1 << 30


def main(implementation: str, *names: str) -> None:
    """Run the triggers that standard input holds, as pairs of a name and Python source."""
    limit()
    module = importlib.import_module(f"gallery._{implementation}")
    for name, source in json.load(sys.stdin).items():
        if not names or name in names:
            print(json.dumps([name, outcome(module, source)]), flush=True)


def limit() -> None:
    """Let the system end what takes too much, without leaving its memory on the disk."""
    try:
        import resource
    except ImportError:  # on Windows
        return
    for what, most in (
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_AS, BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, resource.getrlimit(what)[1]))


def outcome(module: object, source: str) -> dict[str, object]:
    """Run one trigger: its last line is the answer."""
    tree = ast.parse(source.strip())
    last = tree.body.pop()
    scope = {"g": module, "memory": memory}
    start = time.process_time()
    try:
        exec(compile(tree, "trigger", "exec"), scope)
        answer = eval(compile(ast.Expression(last.value), "trigger", "eval"), scope)
        told = {"answer": ascii(answer)}
    except BaseException as error:  # noqa: BLE001 - a panic is no Exception
        told = {"error": type(error).__name__, "message": ascii(str(error))}
    return {**told, "seconds": time.process_time() - start}


def memory() -> int:
    """Tell how many bytes this process has in memory."""
    pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    return int(pages) * 4096


if __name__ == "__main__":
    main(*sys.argv[1:])
