"""Forks, spawned processes, threads, subinterpreters: right answers, and counters that add up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rollout.building import needs_native

from twinwheel.rollout.inspecting import find_pages
from twinwheel.rollout.state import read_state

if TYPE_CHECKING:
    from support.twins import Maker, Twin

    from twinwheel.rollout.state import ComponentState

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="a system without fork")
INIT = "from twinwheel import select\n\n_kernels = select(__name__)\nwork = _kernels.work\n"
SOURCE = "def work(x):\n    return {name!r}, 2 * x\n"


@pytest.fixture
def twin(make: Maker) -> Twin:
    sources = {name: SOURCE.format(name=name) for name in ("rust", "c", "python")}
    return make(sources=sources, components=["work"], init=INIT)


def policy(
    folder: Path, text: str = 'control = "c"\ncandidate = "rust"\npercentage = 50\n'
) -> Path:
    path = folder / "policy.toml"
    path.write_text(text)
    return path


def counted() -> ComponentState:
    """What the processes of this test counted, once all have ended."""
    (page,), refused = find_pages("twin")
    assert refused == []
    (component,) = read_state(page).components
    return component


def go(twin: Twin, tmp_path: Path, code: str, **more: Any) -> dict[str, Any]:
    done = twin.run(code, ROLLOUT=str(policy(tmp_path, **more)))
    assert done.returncode == 0, done.stderr
    assert "Exception ignored" not in done.stderr, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


THREADS = """
import json, sys, threading, twin
from twinwheel import rollout
sys.setswitchinterval(1e-5)
seen = []
def serve():
    found = {"c": 0, "rust": 0}
    for n in range(20000):
        name, answer = twin.work(n)
        assert answer == 2 * n
        found[name] += 1
    seen.append(found)
threads = [threading.Thread(target=serve) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sides = rollout.state("twin").components[0].sides
print(json.dumps({
    "seen": [sum(each[name] for each in seen) for name in ("c", "rust")],
    "counted": [side.calls for side in sides],
}))
"""


def test_threads_lose_no_count(twin: Twin, tmp_path: Path) -> None:
    told = go(twin, tmp_path, THREADS)
    assert told["counted"] == told["seen"]
    assert sum(told["seen"]) == 160_000


FORKS = """
import json, os, sys, twin
from twinwheel import rollout
def serve(calls):
    found = {"c": 0, "rust": 0}
    for n in range(calls):
        name, answer = twin.work(n)
        assert answer == 2 * n
        found[name] += 1
    return [found["c"], found["rust"]]
totals = [serve(1000)]
for child in range(4):
    reader, writer = os.pipe()
    if os.fork() == 0:
        found = serve(2000 + child)
        if child == 3 and os.fork() == 0:      # and its own child
            more = serve(500)
            rollout.state("twin")
            os.write(writer, json.dumps(more).encode() + b"\\n")
            os._exit(0)
        if child == 3:
            os.wait()
        rollout.state("twin")                  # puts into the page what was counted
        os.write(writer, json.dumps(found).encode() + b"\\n")
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as lines:
        totals += [json.loads(line) for line in lines]
totals.append(serve(1000))
while True:
    try:
        os.wait()
    except ChildProcessError:
        break
state = rollout.state("twin")
print(json.dumps({
    "seen": [sum(each[side] for each in totals) for side in (0, 1)],
    "counted": [side.calls for side in state.components[0].sides],
    "workers": len(state.workers), "processes": len(totals) - 1,
}))
"""


@forks
def test_forks_count_in_rows_of_their_own(twin: Twin, tmp_path: Path) -> None:
    told = go(twin, tmp_path, FORKS)
    assert told["counted"] == told["seen"]
    assert sum(told["seen"]) == 2000 + 8006 + 500
    assert (told["workers"], told["processes"]) == (1, 6)


@forks
def test_children_that_end_at_once(twin: Twin, tmp_path: Path, kind: str) -> None:
    """The native slot counts each call; the other counts the first ones in ever longer blocks."""
    code = """
import os, twin
for _ in range(3):
    child = os.fork()
    if child == 0:
        for n in range(1000):
            twin.work(n)
        os._exit(0)
    os.waitpid(child, 0)
print("{}")
"""
    go(twin, tmp_path, code)
    calls = sum(side.calls for side in counted().sides)
    assert {"native": 3000, "python": 1500}[kind] <= calls <= 3000


@forks
def test_children_draw_lots_of_their_own(twin: Twin, tmp_path: Path) -> None:
    code = """
import json, os, twin
found = []
for _ in range(3):
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, "".join(twin.work(1)[0][0] for _ in range(64)).encode())
        os._exit(0)
    os.close(writer)
    found.append(os.read(reader, 100).decode())
    os.wait()
print(json.dumps(found))
"""
    found: Any = go(twin, tmp_path, code)
    assert len(set(found)) == 3


@forks
def test_more_forks_than_rows(twin: Twin, tmp_path: Path) -> None:
    """Those without a row have the control alone, and count into nobody else's."""
    code = """
import json, os, twin
from twinwheel import rollout
reader, writer = os.pipe()
go, started = os.pipe()
children = []
for _ in range(40):
    children.append(os.fork())
    if children[-1] == 0:
        names = [twin.work(n)[0] for n in range(100)]
        problem = rollout.problem("twin")
        rollout.state("twin")
        told = [names.count("c"), names.count("rust"), problem.code if problem else ""]
        os.write(writer, json.dumps(told).encode() + b"\\n")
        os.close(started)
        os.read(go, 1)          # until the parent has heard of all
        os._exit(0)
found = []
with os.fdopen(reader) as lines:
    found = [json.loads(lines.readline()) for _ in range(40)]
os.close(started)
[os.waitpid(child, 0) for child in children]
sides = rollout.state("twin").components[0].sides
print(json.dumps({"found": found, "counted": [side.calls for side in sides]}))
"""
    told = go(twin, tmp_path, code, text='control = "c"\ncandidate = "rust"\npercentage = 100\n')
    ours = [each for each in told["found"] if not each[2]]
    others = [each for each in told["found"] if each[2]]
    assert sorted(ours) == [[0, 100, ""]] * 31
    assert others == [[100, 0, "TW612"]] * 9
    assert told["counted"] == [0, 3100]


@forks
@pytest.mark.skipif(
    not getattr(sys, "_is_gil_enabled", lambda: True)(),
    reason="a child of free-threaded CPython may wait for ever for an object's lock",
)
def test_a_fork_while_other_threads_call(twin: Twin, tmp_path: Path) -> None:
    """No lock that a thread held in the parent stays locked in the child."""
    code = """
import json, os, threading, twin
from twinwheel import rollout
stop = threading.Event()
def serve():
    while not stop.is_set():
        twin.work(1)
        rollout.state("twin")
threads = [threading.Thread(target=serve) for _ in range(4)]
[thread.start() for thread in threads]
codes = []
for _ in range(20):
    child = os.fork()
    if child == 0:
        ok = twin.work(3)[1] == 6 and rollout.state("twin").package == "twin"
        os._exit(0 if ok else 1)
    codes.append(os.waitpid(child, 0)[1])
stop.set()
[thread.join() for thread in threads]
print(json.dumps(codes))
"""
    found: Any = go(twin, tmp_path, code)
    assert found == [0] * 20


@pytest.mark.parametrize("how", ["it ends", "sys.exit", "an error"])
def test_counts_of_a_process_that_ends_in_good_order(twin: Twin, tmp_path: Path, how: str) -> None:
    ends = {"it ends": "", "sys.exit": "sys.exit(0)", "an error": "raise SystemError"}[how]
    code = f"import sys, twin\nfor n in range(1000):\n    twin.work(n)\n{ends}"
    for _ in range(2):
        twin.run(code, ROLLOUT=str(policy(tmp_path)))
    assert sum(side.calls for side in counted().sides) == 2000


def test_a_shadow_that_is_running_when_the_process_ends(make: Maker, tmp_path: Path) -> None:
    """That is no crash: nothing is in quarantine."""
    endless = "import threading\nhere = threading.Event()\n"
    endless += "def work(x):\n    here.set()\n    threading.Event().wait()\n"
    sources = {name: SOURCE.format(name=name) for name in ("c", "python")} | {"rust": endless}
    twin = make(sources=sources, components=["work"], init=INIT)
    path = str(policy(tmp_path, 'control = "c"\ncandidate = "rust"\nshadow = 100\n'))
    code = "import twin, twin._rust; twin.work(1); twin._rust.here.wait(30)"
    assert twin.run(code, ROLLOUT=path).returncode == 0
    assert twin.run("import twin; twin.work", ROLLOUT=path).returncode == 0
    assert counted().breaker == "closed"


LATE = """
import atexit, threading
when = "{when}"
go, ended = threading.Event(), threading.Event()
def serve():
    go.wait()
    twin.work(1)
    ended.set()
def late():
    go.set()
    twin._rust.here.wait(30)
    if when == "before":
        twin._rust.out.set()
        ended.wait(30)
atexit.register(late)  # before the import, so that it runs after what the import has registered
import twin, twin._rust
threading.Thread(target=serve, daemon=True).start()
if when == "before":
    go.set()
    twin._rust.here.wait(30)
"""


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_daemon_thread_that_calls_while_the_process_ends(
    make: Maker, tmp_path: Path, when: str
) -> None:
    """Whenever its call began and ended, the page is sound, and nothing is in quarantine."""
    rust = "import threading\nhere, out = threading.Event(), threading.Event()\n"
    rust += "def work(x):\n    here.set()\n    out.wait()\n    return 'rust', 2 * x\n"
    sources = {name: SOURCE.format(name=name) for name in ("c", "python")} | {"rust": rust}
    twin = make(
        sources=sources,
        components=["work"],
        declared={"work": {"effects": {"inplace": ["x"]}}},
        init=INIT,
    )
    path = str(policy(tmp_path, 'control = "c"\ncandidate = "rust"\npercentage = 100\n'))
    done = twin.run(LATE.format(when=when), ROLLOUT=path)
    assert done.returncode == 0, done.stderr
    done = twin.run("import twin; print(twin.work.__name__)", ROLLOUT=path)
    assert (done.returncode, done.stderr) == (0, "")
    assert counted().breaker == "closed"


@forks
def test_a_fork_inside_of_the_candidate(make: Maker, tmp_path: Path) -> None:
    """The child comes back out of a call that the parent went into."""
    source = "import os\ndef work(output):\n    output[0] = os.fork()\n"
    plain = "def work(output):\n    output[0] = 7\n"
    twin = make(
        sources={"rust": source, "c": plain, "python": plain},
        components=["work"],
        declared={"work": {"effects": {"inplace": ["output"]}}},
        init=INIT,
    )
    code = """
import json, os, twin
output = [None]
twin.work(output)
if output[0] == 0:
    os._exit(0 if twin.work.__name__ == "work" else 1)
code = os.waitpid(output[0], 0)[1]
print(json.dumps({"code": code}))
"""
    everything = 'control = "c"\ncandidate = "rust"\npercentage = 100\n'
    assert go(twin, tmp_path, code, text=everything) == {"code": 0}
    go(twin, tmp_path, "import twin; print('{}')", text=everything)
    assert counted().breaker == "closed"


POOL = """
import json, multiprocessing, sys, twin
def serve(calls):
    found = {"c": 0, "rust": 0}
    for n in range(calls):
        name, answer = twin.work(n)
        found[name] += 1
    return found["c"], found["rust"]
def apply(function, value):
    return function(value)
if __name__ == "__main__":
    context = multiprocessing.get_context(sys.argv[1])
    pool = context.Pool(3)
    pairs = pool.map(serve, [1000 + n for n in range(9)], chunksize=1)
    handed = pool.starmap(apply, [(twin.work, 5)])     # a slot is pickled by name
    pool.close()
    pool.join()
    extra = [int(handed[0][0] == name) for name in ("c", "rust")]
    print(json.dumps({"seen": [sum(each) + more for each, more in zip(zip(*pairs), extra)],
                      "answer": handed[0][1]}))
"""


@pytest.mark.parametrize(
    "method", ["spawn", pytest.param("fork", marks=forks), pytest.param("forkserver", marks=forks)]
)
def test_pools(twin: Twin, tmp_path: Path, method: str) -> None:
    # A spawned process runs the main module again, so it is to be a file.
    script = tmp_path / "pool.py"
    script.write_text(POOL)
    environment = {**os.environ, "TWIN_ROLLOUT": str(policy(tmp_path))}
    environment["PYTHONPATH"] = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, str(script), method],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["answer"] == 10
    sides = counted().sides
    assert [side.calls for side in sides] == told["seen"]
    assert sum(told["seen"]) == 9037


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_process_that_is_killed_loses_nothing_that_was_put_in_the_page(
    twin: Twin, tmp_path: Path
) -> None:
    code = """
import os, signal, twin
from twinwheel import rollout
for n in range(100):
    twin.work(n)
rollout.state("twin")
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = twin.run(code, ROLLOUT=str(policy(tmp_path)))
    assert done.returncode == -signal.SIGKILL
    assert sum(side.calls for side in counted().sides) == 100
    go(twin, tmp_path, "import twin; print('{}')")
    assert sum(side.calls for side in counted().sides) == 100, "kept when the row is taken again"


# Not by a signal to itself, which another thread may get, a moment later.
DIES = "import ctypes\ndef work(x):\n    return ctypes.string_at(0)\n"


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@needs_native
def test_a_candidate_that_a_process_died_in(make: Maker, tmp_path: Path, kind: str) -> None:
    """No crash loop: the next process finds it in quarantine."""
    if kind == "python":
        pytest.skip("the slot in Python keeps no markers of its own calls")
    everything = "percentage = 100"
    _dies_once(make, tmp_path, everything, "import twin; twin.work(1)")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
def test_a_shadow_that_a_process_died_in(make: Maker, tmp_path: Path) -> None:
    code = "import twin\nfrom twinwheel import rollout\ntwin.work(1)\nrollout.flush()"
    _dies_once(make, tmp_path, "shadow = 100", code)


def _dies_once(make: Maker, tmp_path: Path, how: str, code: str) -> None:
    sources = {name: SOURCE.format(name=name) for name in ("c", "python")} | {"rust": DIES}
    twin = make(sources=sources, components=["work"], init=INIT)
    path = str(policy(tmp_path, f'control = "c"\ncandidate = "rust"\n{how}\n'))
    assert twin.run(code, ROLLOUT=path).returncode == -signal.SIGSEGV
    done = twin.run("import twin; print(twin.work(1))", ROLLOUT=path)
    assert (done.returncode, done.stdout.strip()) == (0, "('c', 2)"), done.stderr
    assert "in quarantine: a process died while it was at the candidate" in done.stderr
    assert counted().breaker == "quarantined"


SEEN = """
import json, os, pathlib, subprocess, sys, time, twin
from twinwheel import rollout
work = twin.work
if len(sys.argv) > 1:
    print("ready", flush=True)
    while work(1)[0] != sys.argv[1]:
        pass
    print(time.monotonic(), flush=True)
    sys.exit()
command = [sys.executable, "-c", os.environ["CODE"], "rust"]
workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
for worker in workers:
    worker.stdout.readline()
path = pathlib.Path(os.environ["TWIN_ROLLOUT"])
new = path.with_suffix(".new")
new.write_text('control = "c"\\ncandidate = "rust"\\npercentage = 100')
began = time.monotonic()
new.replace(path)
took = [float(worker.stdout.readline()) - began for worker in workers]
[worker.wait() for worker in workers]
print(json.dumps({"took": took}))
"""


def test_all_workers_see_a_change(
    twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How soon is measured by ``nox -s soak``; here, that it comes to all."""
    monkeypatch.setenv("CODE", SEEN)
    assert len(go(twin, tmp_path, SEEN, text='control = "c"\n')["took"]) == 3


SUBINTERPRETER = """
import json, sys
try:
    import _interpreters as interpreters
    make = lambda: interpreters.create("legacy" if LEGACY else "isolated")
    run = lambda i, code: interpreters.exec(i, code)
except ImportError:
    import _xxsubinterpreters as interpreters
    make = lambda: interpreters.create(isolated=not LEGACY)
    run = lambda i, code: interpreters.run_string(i, code)
import twin
first = type(twin.work).__name__
code = '''
import json, os, sys
sys.path[:] = json.loads(%r)
import twin
from twinwheel import rollout
event = rollout.recent()[-1]
with open(os.environ["TOLD"], "w") as file:
    json.dump([twin.work(1)[0], type(twin.work).__name__, [event.kind, event.severity]], file)
''' % json.dumps(sys.path)
other = make()
run(other, code)
interpreters.destroy(other)
import os
print(json.dumps({"first": first, "other": json.load(open(os.environ["TOLD"]))}))
"""


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="subinterpreters are CPython's")
@pytest.mark.parametrize("legacy", [False, True])
def test_subinterpreters_are_not_armed(
    twin: Twin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, legacy: bool
) -> None:
    monkeypatch.setenv("TOLD", str(tmp_path / "told.json"))
    told = go(twin, tmp_path, SUBINTERPRETER.replace("LEGACY", str(legacy)))
    assert told["first"] == {"native": "Slot", "python": "method"}[kind]
    assert told["other"] == ["rust", "function", ["policy", "warning"]]
