"""A corpus of real calls: a command is run, and the arguments that it gives are kept."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from twinwheel.errors import VerifyError
from twinwheel.files import write_whole
from twinwheel.verify.recipes import Call
from twinwheel.verify.runner.encoding import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["FILE", "read_recorded", "record"]

FILE = "recorded.calls"
_HERE = Path(__file__).parent
_LENGTH = struct.Struct("<I")
_MOST = 20_000


def record(
    command: Sequence[str],
    modules: Sequence[str],
    components: Sequence[str],
    folder: Path,
    *,
    packages: Sequence[str] = (),
) -> tuple[int, dict[str, int]]:
    """Run a command, and keep the calls of functions.

    Args:
        command: The command and its arguments.
        modules: Modules whose functions are wrapped when they are imported.
        components: Names of functions; empty for all that are public.
        folder: Where the corpus is; what is there already is kept.
        packages: What comes with the modules, so that what they have from there is their own.

    Returns:
        The command's exit code, and how many different calls of each component there are now.

    Raises:
        VerifyError: TW780, the command cannot be run; TW781, the corpus cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="twinwheel-record-") as parts:
        told = {
            "runner": str(_HERE / "runner"),
            "modules": list(modules),
            "components": list(components),
            "packages": list(packages),
            "folder": parts,
        }
        environment = dict(os.environ, TWINWHEEL_VERIFY_RECORD=json.dumps(told))
        paths = [str(_HERE / "recorder"), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(each for each in paths if each)
        program = shutil.which(command[0])
        if program is None:
            raise VerifyError(
                f"there is no program {command[0]}",
                code="TW780",
                where="the command after --",
                accepted="a program on PATH, such as pytest or python",
                help="twinwheel verify record PACKAGE -- python -m pytest",
            )
        try:
            done = subprocess.run([program, *command[1:]], env=environment, check=False)
        except OSError as error:
            raise VerifyError(
                f"{command[0]} cannot be run: {error.strerror}",
                code="TW780",
                where="the command after --",
                accepted="a program that this user may run",
            ) from None
        found = [each for path in sorted(Path(parts).iterdir()) for each in _read(path)]
    known = {pack(list(each)): each for each in read_recorded(folder)}
    for each in found:
        known.setdefault(pack(list(each)), each)
    _write(folder, list(known.values())[:_MOST])
    counts: dict[str, int] = {}
    for call in known.values():
        counts[call.component] = counts.get(call.component, 0) + 1
    return done.returncode, counts


def read_recorded(folder: Path) -> list[Call]:
    """Give the calls that were recorded; none where there is no corpus."""
    path = folder / FILE
    return list(_read(path)) if path.is_file() else []


def _read(path: Path) -> Iterator[Call]:
    """Give the calls of a file; what a crash left unfinished at its end is passed over."""
    data = path.read_bytes()
    place = 0
    while place + 4 <= len(data):
        size = _LENGTH.unpack_from(data, place)[0]
        body = data[place + 4 : place + 4 + size]
        place += 4 + size
        if len(body) < size:
            return
        try:
            name, arguments, keywords = unpack(body)
        except (ValueError, EOFError, TypeError):
            return
        yield Call(name, arguments, keywords, [])


def _write(folder: Path, calls: Sequence[Call]) -> None:
    parts = [pack([each.component, each.arguments, each.keywords]) for each in calls]
    data = b"".join(_LENGTH.pack(len(each)) + each for each in parts)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / FILE, data)
    except OSError as error:
        raise VerifyError(
            f"the corpus cannot be written: {error.strerror}",
            code="TW781",
            where=str(folder),
            accepted="a folder that can be written to",
            help="name another one with --save",
        ) from None
