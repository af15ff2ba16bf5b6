"""The text of a script that shows a finding again, with nothing but Python on either side.

It makes the calls, which stand in it as Python, in a process for each side, and compares what was
seen as the search does: how values become plain data, and what components relations are, is the
very source of ``runner``.
"""

from __future__ import annotations

import inspect
from pathlib import Path

from twinwheel.verify.prelude import PRELUDE
from twinwheel.verify.runner import aliases

__all__ = ["SCRIPT", "TEST", "one_side"]

_RUNNER = Path(aliases.__file__).parent
_ALIASES = (aliases.Aliases, aliases.Other, aliases.below, aliases.alias)

SCRIPT = '''\
"""{title}

control    {control_name}: {control}
candidate  {candidate_name}: {candidate}

Run it: it makes the call{s} below on both sides, each in a process of its own, and exits with 1
while they differ, with 0 once they agree, and with 3 if a side cannot be imported.
"""

import json
import math
import os
import re
import struct
import subprocess
import sys
import threading

SIDES = {sides}
CALLS = {calls}
NAMES = {names!r}
KIND = {kind!r}
COMPARE = {compare!r}
SECONDS = {seconds!r}
MEMORY = {memory!r}
VARIABLES = {variables!r}
ONE_SIDE = {one_side}


def run(side):
    """Give what one side shows: a short text, and plain data to compare."""
    environment = dict(os.environ, PYTHONHASHSEED="0")
    if side["isolated"]:
        environment.pop("PYTHONPATH", None)
        environment["PYTHONNOUSERSITE"] = "1"
    environment.update(side["variables"], **VARIABLES)
    child = subprocess.Popen(
        [side["python"], "-c", ONE_SIDE], env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    too_large = threading.Event()
    threading.Thread(target=watch, args=(child, too_large), daemon=True).start()
    try:
        told = json.dumps([side, CALLS, NAMES, KIND]).encode()
        out, err = child.communicate(told, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return "no end after %g s" % SECONDS, "hang"
    if too_large.is_set():
        return "more than %d MiB" % (MEMORY >> 20), "memory"
    if child.returncode == 3:
        print("%s: %s" % (side["name"], err.decode("utf-8", "replace").strip()[-500:]))
        sys.exit(3)
    if child.returncode or not out:
        return "the process died: exit code %d" % child.returncode, "crash"
    shown, seen = json.loads(out.decode())
    return shown, seen


def watch(child, too_large):
    """End a process that takes too much memory."""
    while child.poll() is None:
        try:
            with open("/proc/%d/statm" % child.pid) as file:
                pages = int(file.read().split()[1])
        except (OSError, IndexError, ValueError):
            return
        if pages * os.sysconf("SC_PAGE_SIZE") > MEMORY:
            too_large.set()
            child.kill()
        threading.Event().wait(0.02)


def agree(left, right):
    """Is what both sides show equal, as far as it is compared?"""
    if isinstance(left, str) or isinstance(right, str):
        return left == right
    kind, *parts = left
    other, *others = right
    if kind != other:
        return False
    if kind == "float":
        return near(float.fromhex(parts[0]), float.fromhex(others[0]), 52)
    if kind == "tuple" and parts[:1] == [["str", "error"]] == others[:1]:
        same = parts[1:3] == others[1:3]
        return same and (KIND != "exception message" or parts[3:] == others[3:])
    if kind == "tuple" and parts[:1] == [["str", "object"]] and parts[1] == others[1]:
        mine, its = (dict(pairs(each[2][1:])) for each in (parts, others))
        return all(agree(mine[name], its[name]) for name in mine if name in its)
    if kind == "tuple" and parts[:2] == others[:2] and parts[:1] == [["str", "numpy"]]:
        code = {{"<f4": ("f", 23), "<f8": ("d", 52)}}.get(parts[1][1])
        if code is not None and parts[2] == others[2]:
            both = [struct.iter_unpack("<" + code[0], bytes.fromhex(each[3][1]))
                    for each in (parts, others)]
            return all(near(one[0], two[0], code[1]) for one, two in zip(*both))
    if kind in ("list", "tuple"):
        if COMPARE == "set" and kind == "list":
            parts, others = sorted(parts, key=repr), sorted(others, key=repr)
        return len(parts) == len(others) and all(map(agree, parts, others))
    return parts == others


def pairs(flat):
    return zip([each[1] for each in flat[::2]], flat[1::2])


def near(left, right, bits):
    """Are two numbers equal, or as near as the component's comparator has it?"""
    if math.isnan(left) or math.isnan(right):
        return math.isnan(left) and math.isnan(right)
    if COMPARE in ("exact", "set"):
        return left == right and math.copysign(1, left) == math.copysign(1, right)
    if left == right or math.isinf(left) or math.isinf(right):
        return left == right
    numbers = [float(each) for each in re.findall(r"[-+.\\de]+", COMPARE.partition("(")[2])]
    if COMPARE.startswith("close"):
        return abs(left - right) <= numbers[1] + numbers[0] * abs(left)
    if COMPARE.startswith("ulp"):
        return abs(left - right) <= numbers[0] * max(abs(left), abs(right)) / 2.0**bits
    return False


def grows(control, candidate):
    """Does the candidate's time grow out of proportion to the control's?"""
    left, right = (each[-1] / max(each[0], 1e-9) for each in (control, candidate))
    return candidate[-1] > 0.02 and right > 3 * max(left, 1) and right > 8


def differ(control, candidate):
    if isinstance(candidate, str) or isinstance(control, str) or KIND == "leak":
        return control != candidate
    if KIND == "time":
        return grows(control, candidate)
    return not agree(control, candidate)


if __name__ == "__main__":
    outcomes = [run(side) for side in SIDES]
    for side, outcome in zip(SIDES, outcomes):
        print("%s: %s" % (side["name"], outcome[0]))
    found = differ(outcomes[0][1], outcomes[1][1])
    print("they differ" if found else "they agree")
    sys.exit(1 if found else 0)
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

_BEGIN = """
import ast, asyncio, gc, importlib, importlib.machinery, importlib.util, json, os, sys
import threading, time, types
from pathlib import Path

def runner(source):
    module = types.ModuleType("runner")
    exec(source, vars(module))
    return module

"""

_REST = '''
side, calls, names, kind = json.loads(sys.stdin.buffer.read())
answers = os.dup(1)
os.dup2(2, 1)
encoding, relations, prelude = runner(ENCODING), runner(RELATIONS), runner(PRELUDE)
encode, encode_error = encoding.encode, encoding.encode_error
try:
    alias(side["aliases"], [side["package"]] if side["aliases"] else [])
    importlib.import_module(side["package"])
    module = importlib.import_module(side["module"])
    components = {name: getattr(module, name) for name in dir(module)
                  if callable(getattr(module, name, None))}
    relations.add_relations(components, side["authors_file"])
    namespace = dict(vars(prelude), **{name: components[name] for name in names})
except BaseException as error:
    sys.stderr.write("it cannot be imported: %s: %s" % (type(error).__name__, error))
    sys.stderr.flush()
    os._exit(3)
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except (ImportError, ValueError, OSError):
    pass

def settled(value):
    return asyncio.run(value) if type(value).__name__ == "coroutine" else value

class Call:
    """A call from its source: its arguments are made anew each time."""

    def __init__(self, source):
        first, *steps = ast.parse(source).body
        call = first.value
        self.function = code(call.func)
        self.arguments = [code(each) for each in call.args]
        self.keywords = [(each.arg, code(each.value)) for each in call.keywords]
        self.steps = [code(each.value) for each in steps]

    def prepare(self):
        given = [eval(each, namespace) for each in self.arguments]
        return given, {name: eval(each, namespace) for name, each in self.keywords}

    def make(self, given, named):
        """Give what is seen, and the value itself."""
        try:
            value = settled(eval(self.function, namespace)(*given, **named))
        except BaseException as error:
            return encode_error(error), None
        if not self.steps:
            return encode(value), value
        seen = [encode(value)]
        for each in self.steps:
            try:
                seen.append(encode(settled(eval(each, dict(namespace, it=value)))))
            except BaseException as error:
                seen.append(encode_error(error))
        return ("steps", seen), value

    def outcome(self):
        return self.make(*self.prepare())[0]

def code(node):
    return compile(ast.Expression(node), "call", "eval")

calls = [Call(each) for each in calls]
last = calls[-1]

def same(one, other):
    return (encoding.without_addresses(encoding.pack(one))
            == encoding.without_addresses(encoding.pack(other)))

def written_into():
    given, named = last.prepare()
    last.make(given, named)
    return [encode(each) for each in (*given, *named.values()) if not hasattr(each, "__next__")]

def stale():
    given, named = last.prepare()
    seen, value = last.make(given, named)
    for each in (*given, *named.values()):
        if each is value:
            continue
        try:
            if isinstance(each, (bytearray, memoryview)):
                each[:] = b"\\xa5" * len(each)
            elif hasattr(each, "dtype"):
                each[...] = 37
            elif isinstance(each, list):
                each[:] = [None] * len(each)
        except Exception:
            pass
    return "the answer stays" if same(encode(value), seen) else "the answer changes"

def state():
    """What the last call gives, and whether the answers before it change."""
    kept = [each.make(*each.prepare()) for each in calls]
    stay = all(value is None or same(encode(value), seen)
               for (seen, value), each in zip(kept, calls) if not each.steps)
    return ["earlier answers stay" if stay else "earlier answers change", kept[-1][0]]

def leak():
    """Does memory grow with each call?"""
    begin = time.perf_counter()
    for _ in range(20):
        last.outcome()
    one = (time.perf_counter() - begin) / 20
    times = int(max(50, min(3000, 0.3 / max(one, 1e-6))))
    grown = []
    for _ in range(4):
        gc.collect()
        before = sys.getallocatedblocks(), resident()
        for _ in range(times):
            given, named = last.prepare()
            try:
                settled(eval(last.function, namespace)(*given, **named))
            except BaseException:
                pass
        gc.collect()
        grown.append((sys.getallocatedblocks() - before[0], resident() - before[1]))
    blocks, size = (min(each[part] for each in grown[1:]) for part in (0, 1))
    leaks = blocks > times / 2 or size > max(64 * times, 100000)
    return "memory grows with each call" if leaks else "memory stays as it is"

def resident():
    try:
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0

def together():
    """Are the answers those of one thread when four call at once?"""
    alone = [each.outcome() for each in calls]
    wrong = []
    end = time.monotonic() + 3
    def work(number):
        for turn in range(5000):
            index = (turn + number) % len(calls)
            if not same(calls[index].outcome(), alone[index]):
                wrong.append(index)
            if wrong or time.monotonic() > end:
                return
    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    sys.setswitchinterval(1e-5)
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return "answers change with threads" if wrong else "answers stay with threads"

def spent():
    """Seconds that each of the calls takes, which grow in size."""
    found = []
    for each in calls:
        best = float("inf")
        for _ in range(3):
            prepared = each.prepare()
            begin = time.perf_counter()
            each.make(*prepared)
            best = min(best, time.perf_counter() - begin)
        found.append(best)
    return found

def as_json(plain):
    if isinstance(plain, (list, tuple)):
        return [type(plain).__name__, *map(as_json, plain)]
    if isinstance(plain, float):
        return ["float", plain.hex()]
    if isinstance(plain, int):
        return [type(plain).__name__, hex(plain)]
    text = plain.hex() if isinstance(plain, bytes) else plain
    return [type(plain).__name__, text]

def shown(plain):
    if type(plain) is tuple and plain[0] == "error":
        return "%s: %s" % (plain[1], plain[3])
    if type(plain) is tuple and plain[0] in ("list", "tuple", "dict", "steps"):
        return "%s(%s)" % (plain[0], ", ".join(map(shown, plain[1][:30])))
    return encoding.short(plain)

special = {"leak": leak, "threads": together, "stale buffer": stale}
if kind == "time":
    result = [", ".join("%.1f ms" % (each * 1e3) for each in spent()), spent()]
elif kind in special:
    result = [special[kind]()] * 2
else:
    if kind == "mutation":
        seen = written_into()
    elif kind == "state":
        seen = state()
    else:
        seen = last.outcome()
    plain = encoding.unpack(encoding.without_addresses(encoding.pack(seen)))
    result = [shown(plain)[:400], as_json(plain)]
view = memoryview(json.dumps(result).encode())
while view:
    view = view[os.write(answers, view):]
os._exit(0)  # threads of the package need not end
'''


def one_side() -> str:
    """Give the program that makes the calls on one side."""
    sources = {
        "ENCODING": (_RUNNER / "encoding.py").read_text("utf-8"),
        "RELATIONS": (_RUNNER / "relations.py").read_text("utf-8"),
        "PRELUDE": PRELUDE,
    }
    named = [f"{name} = {text!r}" for name, text in sources.items()]
    classes = [inspect.getsource(each) for each in _ALIASES]
    return "\n".join(["from __future__ import annotations", _BEGIN, *classes, *named, _REST])
