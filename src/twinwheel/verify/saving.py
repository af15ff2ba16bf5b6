"""Findings that stay: a script and a test that show each again, and its calls for the next run.

A folder per package, ``.twinwheel/verify/PACKAGE`` unless told otherwise, has for each finding
``finding_ID.py``, which exits with 1 while the difference is there, ``test_finding_ID.py``, which
runs it under pytest, and ``finding_ID.json``, which the next search begins with.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twinwheel.errors import VerifyError
from twinwheel.verify.prelude import PRELUDE
from twinwheel.verify.recipes import Call, source_of_call
from twinwheel.verify.runner.encoding import pack, unpack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinwheel.verify.findings import Finding
    from twinwheel.verify.subjects import Subject

__all__ = ["check_folder", "load_calls", "save_finding", "why_not_in", "write_whole"]

_SCRIPT = '''\
"""{title}

control    {control_name}: {control}
candidate  {candidate_name}: {candidate}

Run it: it makes the call{s} below on both sides, each in a process of its own, and exits with 1
while they differ.
"""

import json
import os
import subprocess
import sys

SIDES = {sides}
CALLS = {calls}
KIND = {kind!r}
SECONDS = {seconds!r}
VARIABLES = {variables}
PRELUDE = {prelude}
ONE_SIDE = {one_side}


def run(side):
    told = json.dumps([side, CALLS, KIND])
    environment = dict(os.environ, PYTHONHASHSEED="0", **side["variables"])
    if side["isolated"]:
        environment.pop("PYTHONPATH", None)
        environment["PYTHONNOUSERSITE"] = "1"
    environment.update(VARIABLES)
    try:
        done = subprocess.run(
            [side["python"], "-c", PRELUDE + ONE_SIDE],
            input=told.encode(), capture_output=True, timeout=SECONDS, env=environment,
        )
    except subprocess.TimeoutExpired:
        return "no end after %g s" % SECONDS
    if done.returncode:
        return "the process died: exit code %d" % done.returncode
    return done.stdout.decode("utf-8", "backslashreplace").strip()


if __name__ == "__main__":
    outcomes = [run(side) for side in SIDES]
    for side, outcome in zip(SIDES, outcomes):
        print("%s: %s" % (side["name"], outcome))
    differ = outcomes[0] != outcomes[1]
    print("they differ" if differ else "they agree")
    sys.exit(1 if differ else 0)
'''

_ONE_SIDE = '''
import importlib, importlib.util, json, re, sys, threading, gc
from importlib.abc import Loader, MetaPathFinder

side, calls, kind = json.loads(sys.stdin.buffer.read())

class Aliases(Loader, MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name not in side["aliases"]:
            return None
        to = side["aliases"][name]
        if not to:
            raise ModuleNotFoundError("No module named %r (kept away)" % name, name=name)
        if to.endswith(".py"):
            return importlib.util.spec_from_file_location(name, to)
        return importlib.util.spec_from_loader(name, self)
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        sys.modules[module.__name__] = importlib.import_module(side["aliases"][module.__name__])

if side["aliases"]:
    sys.meta_path.insert(0, Aliases())
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except (ImportError, ValueError, OSError):
    pass
importlib.import_module(side["package"])
module = importlib.import_module(side["module"])
namespace = dict(globals(), **{name: getattr(module, name) for name in dir(module)
                               if not name.startswith("__")})
for name, first, second in side["pairs"]:
    namespace[name] = lambda *a, _first=first, _second=second, **k: (
        namespace[_second](namespace[_first](*a, **k)))

def shown(value):
    if hasattr(value, "__next__"):
        value = list(value)
    if isinstance(value, memoryview):
        value = ("memoryview", value.tobytes())
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        value = (str(value.dtype), value.shape, value.tolist())
    text = type(value).__name__ + " " + re.sub(" at 0x[0-9A-Fa-f]+", "", repr(value))
    return text if len(text) < 5000 else text[:2000] + "... %d characters" % len(text)

def outcome(source):
    try:
        *before, last = source.split("; it.") if source.startswith("it = ") else [source]
        if not before:
            return shown(eval(source, namespace))
        exec(before[0], namespace)
        answers = []
        for step in [*before[1:], last]:
            try:
                answers.append(shown(eval("it." + step, namespace)))
            except BaseException as error:
                answers.append(type(error).__name__)
        return "; ".join(answers)
    except BaseException as error:
        return "raised " + type(error).__name__

def growth(source):
    """By how many bytes does the process grow in 20,000 calls?"""
    def memory():
        gc.collect()
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * 4096
    for _ in range(2000):
        outcome(source)
    before = memory()
    for _ in range(20000):
        outcome(source)
    return "grows" if memory() - before > 500000 else "stays as it is"

def together(sources):
    """Are the answers those of one thread when four call at once?"""
    alone = [outcome(each) for each in sources]
    wrong = []
    def work(number):
        for turn in range(300):
            index = (turn + number) % len(sources)
            if outcome(sources[index]) != alone[index]:
                wrong.append(index)
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    sys.setswitchinterval(1e-5)
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return "answers change" if wrong else "answers stay"

if kind == "leak":
    result = growth(calls[-1])
elif kind == "threads":
    result = together(calls)
elif kind in ("mutation", "stale buffer"):
    parts = compile(calls[-1], "call", "eval", flags=1024).body
    import ast
    given = [eval(compile(ast.Expression(each), "argument", "eval"), namespace)
             for each in parts.args]
    value = namespace[parts.func.id](*given, **{
        each.arg: eval(compile(ast.Expression(each.value), "argument", "eval"), namespace)
        for each in parts.keywords})
    if kind == "stale buffer":
        before = shown(value)
        for each in given:
            if isinstance(each, (bytearray, memoryview)):
                each[:] = bytes([0xa5]) * len(each)
        result = "stays" if shown(value) == before else "changes"
    else:
        result = "; ".join(shown(each) for each in given)
else:
    for each in calls[:-1]:
        outcome(each)
    result = outcome(calls[-1])
sys.stdout.buffer.write(result.encode("utf-8", "backslashreplace"))
'''

_TEST = '''\
"""{title}"""

import subprocess
import sys
from pathlib import Path


def test_finding_{identity}():
    script = Path(__file__).with_name("finding_{identity}.py")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
'''


def save_finding(
    folder: Path,
    finding: Finding,
    calls: Sequence[Call],
    sides: tuple[Subject, Subject],
    *,
    relations: dict[str, tuple[str, str]],
    seconds: float,
) -> Path:
    """Write what shows a finding again.

    Args:
        folder: Of the package; made if it is not there.
        finding: The finding.
        calls: Its calls, in their order.
        sides: The control and the candidate.
        relations: What each relation is of.
        seconds: How long one side may take.

    Returns:
        The script.

    Raises:
        VerifyError: TW743, it cannot be written.
    """
    title = _plain(f"{finding.component}: {finding.kind}: {finding.summary}")
    script = _SCRIPT.format(
        title=title,
        control_name=sides[0].name,
        candidate_name=sides[1].name,
        control=_plain(finding.control),
        candidate=_plain(finding.candidate),
        s="s" if len(calls) > 1 else "",
        sides=_listed([_side(each, relations) for each in sides]),
        calls=_listed([source_of_call(each) for each in calls]),
        kind=finding.kind,
        seconds=max(10.0, 3 * seconds),
        variables=_variables(finding),
        prelude=_quoted(PRELUDE),
        one_side=_quoted(_ONE_SIDE),
    )
    data = {
        "schema": 1,
        "component": finding.component,
        "kind": finding.kind,
        "calls": [base64.b64encode(pack(list(each))).decode() for each in calls],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"finding_{finding.id}.py"
        write_whole(path, script)
        test = _TEST.format(title=title, identity=finding.id)
        write_whole(folder / f"test_finding_{finding.id}.py", test)
        write_whole(folder / f"finding_{finding.id}.json", json.dumps(data, indent=2) + "\n")
    except OSError as error:
        raise VerifyError(
            f"a finding cannot be saved: {error.strerror}",
            code="TW743",
            where=str(folder),
            accepted="a folder that can be written to",
            help="name another one with --save, or --save '' to save nothing",
        ) from None
    return path


def check_folder(folder: Path) -> None:
    """Refuse a folder that cannot be written to, before anything is found; it is not made yet.

    Raises:
        VerifyError: TW743.
    """
    why = why_not_in(folder)
    if why:
        raise VerifyError(
            f"what is found cannot be saved: {why}",
            code="TW743",
            where=str(folder),
            accepted="a folder that can be written to",
            help="name another one with --save, or --save '' to save nothing",
        )


def why_not_in(folder: Path) -> str:
    """Tell why nothing can be written to a folder, which may have to be made; empty if it can."""
    folder = folder.resolve()
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir():
        return f"{there} is no folder"
    return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} may not be written to"


def load_calls(folder: Path) -> list[Call]:
    """Give the calls of the findings that are saved in a folder; damaged files are passed over."""
    return [call for path in sorted(folder.glob("finding_*.json")) for call in _calls_in(path)]


def _calls_in(path: Path) -> list[Call]:
    try:
        data = json.loads(path.read_text("utf-8"))
        parts = [unpack(base64.b64decode(each)) for each in data["calls"]]
        return [
            Call(name, arguments, keywords, [(step[0], step[1]) for step in steps])
            for name, arguments, keywords, steps in parts
        ]
    except (OSError, ValueError, KeyError, TypeError, EOFError, IndexError):
        return []


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        os.chmod(name, 0o644)  # noqa: PTH101 (mkstemp gives it to its owner alone)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _side(subject: Subject, relations: dict[str, tuple[str, str]]) -> dict[str, Any]:
    pairs = [
        [name, of, name.removesuffix(f"_of_{of}")]
        for name, (of, kind) in relations.items()
        if kind == "round trip"
    ]
    return {
        "name": subject.name,
        "python": subject.python,
        "module": subject.module,
        "package": subject.package,
        "variables": subject.variables,
        "aliases": subject.aliases,
        "isolated": subject.isolated,
        "pairs": pairs,
    }


def _variables(finding: Finding) -> dict[str, str]:
    """The variables that a finding of another environment names."""
    if finding.kind != "environment":
        return {}
    told = finding.summary.removeprefix("with ").split(":")[0]
    return dict(each.split("=", 1) for each in told.split() if "=" in each)


def _listed(items: list[Any]) -> str:
    inner = "".join(f"    {item!r},\n" for item in items)
    return f"[\n{inner}]"


def _quoted(text: str) -> str:
    return "r'''" + text.replace("'''", '"""') + "'''" if "'''" not in text else repr(text)


def _plain(text: str) -> str:
    """Text for a docstring: one line, nothing that could end it."""
    flat = text.encode("ascii", "backslashreplace").decode()
    return flat.replace("\\", "/").replace('"""', "'''").replace("\n", " ")[:300]
