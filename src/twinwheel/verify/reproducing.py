"""The text of a script that shows a finding again, with nothing but Python on either side.

The calls stand in it as Python that a maintainer can read, and edit. What makes them, in a process
for each side, and compares them is the very source of what the search does it with: see
``replaying``, and ``runner.sources``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

__all__ = ["EMBEDDED", "SCRIPT", "TEST", "embedded"]

EMBEDDED = (
    "errors.py",
    "rollout/comparing.py",
    "verify/answers.py",
    "verify/judging.py",
    "verify/processes.py",
    "verify/proportions.py",
    "verify/replaying.py",
    "verify/stopping.py",
    "verify/subjects.py",
    "verify/workers.py",
    "verify/runner/__init__.py",
    "verify/runner/aliases.py",
    "verify/runner/building.py",
    "verify/runner/callbacks.py",
    "verify/runner/calling.py",
    "verify/runner/encoding.py",
    "verify/runner/loading.py",
    "verify/runner/operations.py",
    "verify/runner/owning.py",
    "verify/runner/prelude.py",
    "verify/runner/pressing.py",
    "verify/runner/relations.py",
    "verify/runner/serving.py",
    "verify/runner/sources.py",
)
"""``replaying``, and all that it and the processes of its workers import."""

SCRIPT = '''\
"""{title}

control    {control_name}: {control}
candidate  {candidate_name}: {candidate}

Run it: it makes the call{s} below on both sides, each in a process of its own, and exits with 1
while they differ, with 0 once they agree, and with 3 if that cannot be said.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

SIDES = {sides}
CALLS = {calls}
NAMES = {names!r}
KIND = {kind!r}
COMPARE = {compare!r}
SECONDS = {seconds!r}
MEMORY = {memory!r}
VARIABLES = {variables!r}
SOURCES = {{}}


def main():
    """Lay out what stands below where it can be imported, and have it make the calls."""
    with tempfile.TemporaryDirectory(prefix="twinwheel-") as room:
        for name, text in SOURCES.items():
            path = Path(room, "_twinwheel", name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        sys.path.insert(0, room)
        from _twinwheel.verify.replaying import Saved, replay

        saved = Saved(SIDES, CALLS, NAMES, KIND, COMPARE, SECONDS, MEMORY, VARIABLES)
        code, text = replay(saved)
    sys.stdout.reconfigure(errors="backslashreplace")
    print(text)
    return code


{sources}

if __name__ == "__main__":
    sys.exit(main())
'''

TEST = '''\
"""{title}"""

import subprocess
import sys
from pathlib import Path


def test_finding_{identity}():
    script = Path(__file__).with_name("finding_{identity}.py")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
'''


@cache
def embedded() -> str:
    """Give the statements that hold the modules, which import each other by another name."""
    room = Path(__file__).parents[1]
    return "\n".join(f"SOURCES[{each!r}] = {_quoted(room / each)}" for each in EMBEDDED)


def _quoted(path: Path) -> str:
    text = path.read_text("utf-8").replace("from twinwheel", "from _twinwheel")
    return f"r'''{text}'''" if "'''" not in text and not text.endswith("\\") else repr(text)
