"""Packages that are armed by their variable, in processes of their own."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rollout.building import needs_native

from twinwheel.rollout.native import VARIABLE

if TYPE_CHECKING:
    from support.twins import Maker, Twin

INIT = "from twinwheel import select\n\n_kernels = select(__name__)\nwork = _kernels.work\n"
SOURCE = '''
def work(x, y=2, *, z: int = 3):
    """What {name} does."""
    if x is None:
        raise ValueError("none")
    return "{name}", x + y + z
'''


@pytest.fixture
def twin(make: Maker) -> Twin:
    sources = {name: SOURCE.format(name=name) for name in ("rust", "c", "python")}
    declared = {"work": {"raises": ["ValueError"]}}
    return make(sources=sources, components=["work"], declared=declared, init=INIT)


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text('control = "c"\ncandidate = "rust"\npercentage = 100\n')
    return path


def run(twin: Twin, code: str, **variables: Any) -> str:
    """What code prints; nothing may go to standard error."""
    done = twin.run(code, **{name: str(value) for name, value in variables.items()})
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout.strip()


def test_without_the_variable_it_is_the_function_itself(twin: Twin, policy: Path) -> None:
    code = "import twin, twin._rust, sys; print(twin.work is twin._rust.work, end=' ')\n"
    code += "print(any('rollout' in name for name in sys.modules))"
    for value in ({}, {"ROLLOUT": "off"}, {"ROLLOUT": ""}, {"ROLLOUT": " OFF "}):
        assert run(twin, code, **value) == "True False"


def test_a_slot_is_called_as_its_target(twin: Twin, policy: Path) -> None:
    code = """
import twin
print(twin.work(1), twin.work(1, 1), twin.work(x=1, y=1, z=1), twin.work(*(1, 2), **dict(z=3)))
for call in (twin.work, lambda: twin.work(1, 2, 3), lambda: twin.work(1, w=2)):
    try:
        call()
    except TypeError as error:
        print("work()" in str(error))
"""
    told = run(twin, code, ROLLOUT=policy).splitlines()
    assert told == ["('rust', 6) ('rust', 5) ('rust', 3) ('rust', 6)", *["True"] * 3]


LOOK = """
import copy, functools, inspect, json, pickle, pydoc, typing, weakref
import twin, twin._c
work, like = twin.work, twin._c.work
class Holder:
    method = work
told = dict(
    signature=str(inspect.signature(work)) == str(inspect.signature(like)),
    name=work.__name__, qualname=work.__qualname__, module=work.__module__, doc=work.__doc__,
    callable=callable(work),
    same=[pickle.loads(pickle.dumps(work, protocol)) == work for protocol in range(2, 6)],
    copied=copy.copy(work) == work == copy.deepcopy(work) == copy.deepcopy([work])[0],
    bound=Holder().method(1) == work(1) and Holder.method(1) == work(1),
    hashed=len({work, work}),
    weak=weakref.ref(work) is not None,
    partial=functools.partial(work, 1)() == work(1),
    wraps=functools.wraps(work)(lambda: 1).__doc__,
    help="What c does" in pydoc.render_doc(work),
    named="work" in repr(work) and "twin" in repr(work),
    mapped=list(map(work, [1, 2])) == [work(1), work(2)],
)
print(json.dumps(told))
"""


def test_a_slot_looks_like_its_control(twin: Twin, policy: Path) -> None:
    assert json.loads(run(twin, LOOK, ROLLOUT=policy)) == {
        "signature": True,
        "name": "work",
        "qualname": "work",
        "module": "twin._c",
        "doc": "What c does.",
        "callable": True,
        "same": [True] * 4,
        "copied": True,
        "bound": True,
        "hashed": 1,
        "weak": True,
        "partial": True,
        "wraps": "What c does.",
        "help": True,
        "named": True,
        "mapped": True,
    }


def test_a_builtin_as_target(make: Maker, policy: Path) -> None:
    sources = dict.fromkeys(("rust", "c", "python"), "work = len\n")
    twin = make(sources=sources, components=["work"], init=INIT)
    code = "import inspect, pickle, twin\nw = twin.work\n"
    code += "print(inspect.signature(w), w.__text_signature__, w('abc'), end=' ')\n"
    code += "print(pickle.loads(pickle.dumps(w)) == w, w.__doc__ == len.__doc__)"
    assert run(twin, code, ROLLOUT=policy) == "(obj, /) ($module, obj, /) 3 True True"


@pytest.mark.parametrize(
    "signature",
    ["a", "a, /", "a, /, b", "a=1, *b", "*, a", "a, *b, c=1, **d", "a, /, b=2, *, c", "_a", "**k"],
)
def test_every_kind_of_signature(make: Maker, policy: Path, signature: str) -> None:
    source = f"def work({signature}):\n    return sorted(locals().items())\n"
    sources = dict.fromkeys(("rust", "c", "python"), source)
    twin = make(sources=sources, components=["work"], init=INIT)
    code = """
import inspect, twin, twin._c
def outcome(f, args, kwargs):
    try:
        return f(*args, **kwargs)
    except TypeError:
        return "TypeError"
for args in ((), (1,), (1, 2), (1, 2, 3)):
    for kwargs in ({}, {"a": 5}, {"b": 6}, {"c": 7}, {"b": 6, "c": 7}, {"a": 5, "c": 7}, {"e": 8}):
        found = outcome(twin.work, args, kwargs)
        assert found == outcome(twin._c.work, args, kwargs), (args, kwargs, found)
print(str(inspect.signature(twin.work)) == str(inspect.signature(twin._c.work)))
"""
    assert run(twin, code, ROLLOUT=policy) == "True"


def test_defaults_are_each_implementation_s_own(make: Maker, policy: Path) -> None:
    source = "_unset = object()\ndef work(x, y=_unset):\n    return y is _unset\n"
    sources = dict.fromkeys(("rust", "c", "python"), source)
    twin = make(sources=sources, components=["work"], init=INIT)
    code = "import inspect, twin; print(twin.work(1), twin.work(1, 2), "
    code += "list(inspect.signature(twin.work).parameters))"
    assert run(twin, code, ROLLOUT=policy) == "True False ['x', 'y']"


@pytest.mark.parametrize("other", ["a, *, b", "a, x", "a, b, /", "*a, **b"])
def test_a_candidate_whose_parameters_are_others(make: Maker, policy: Path, other: str) -> None:
    """What fits both is passed on as it was given."""
    sources = dict.fromkeys(("c", "python"), "def work(a, b):\n    return 7\n")
    sources["rust"] = f"def work({other}):\n    return 7\n"
    twin = make(sources=sources, components=["work"], init=INIT)
    call = "1, b=2" if other == "a, *, b" else "1, 2"
    code = f"import twin\nfrom twinwheel import rollout\ntwin.work({call})\n"
    code += "print(*[s.faults + s.undecided for s in rollout.state('twin').components[0].sides])"
    policy.write_text('control = "c"\ncandidate = "rust"\npercentage = 100\n')
    assert run(twin, code, ROLLOUT=policy) == "0 0"


def test_annotations(make: Maker, policy: Path, kind: str) -> None:
    sources = dict.fromkeys(("rust", "c", "python"), "def work(a: int, b=2) -> str:\n    ...\n")
    twin = make(sources=sources, components=["work"], init=INIT)
    code = "import inspect, twin\nw = twin.work\nprint(inspect.signature(w), end=' ')\n"
    code += "print(sorted(getattr(w, '__annotations__', {})))"
    names = {"native": "[]", "python": "['a', 'return']"}[kind]
    assert run(twin, code, ROLLOUT=policy) == f"(a: int, b=2) -> str {names}"


def test_a_name_that_begins_with_an_underscore(make: Maker, policy: Path) -> None:
    source = "def _inner(x):\n    return x\nwork = _inner\n"
    sources = dict.fromkeys(("rust", "c", "python"), source)
    twin = make(sources=sources, components=["work"], init=INIT)
    code = "import pickle, twin; print(pickle.loads(pickle.dumps(twin.work)) == twin.work)"
    assert run(twin, code, ROLLOUT=policy) == "True"


def test_the_page_of_processes_that_are_gone_decides_nothing(twin: Twin, policy: Path) -> None:
    """A good policy, and then a bad one: nobody follows the good one any more."""
    code = "import twin; print(twin.work(1)[0])"
    assert run(twin, code, ROLLOUT=policy) == "rust"
    policy.write_text("garbage = [")
    done = twin.run(code + "; twin.work(1)", ROLLOUT=str(policy))
    assert "TW602" in done.stderr
    policy.write_text('control = "c"\ncandidate = "rust"\npercentage = 0\n')
    assert run(twin, code, ROLLOUT=policy) == "c"
    policy.write_text('control = "c"\ncandidate = "python"\npercentage = 100\n')
    assert run(twin, code, ROLLOUT=policy) == "python"
    policy.write_text("garbage = [")
    assert twin.run(code, ROLLOUT=str(policy)).stdout.strip() == "rust", "what is selected"


@pytest.mark.parametrize("value", ["~no-such-user/policy.toml", "none.toml"])
def test_a_path_that_leads_nowhere(twin: Twin, value: str) -> None:
    done = twin.run("import twin; print(twin.work(1)[0])", ROLLOUT=value)
    assert (done.returncode, done.stdout.strip()) == (0, "rust"), done.stderr
    assert "TW601" in done.stderr


def test_the_first_select_is_the_same_object(twin: Twin, policy: Path) -> None:
    code = "import twin, twinwheel\n"
    code += "print(twinwheel.select('twin') is twin._kernels, twin._kernels.work is twin.work)"
    assert run(twin, code, ROLLOUT=policy) == "True True"


def test_a_policy_that_is_refused_at_first(twin: Twin, tmp_path: Path) -> None:
    """The control serves: what the selection bound. The log tells, once."""
    for text, code in (("percentage = 10", "TW605"), ("x", "TW602"), (None, "TW601")):
        path = tmp_path / "wrong.toml"
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text)
        told = twin.run(
            "import twin\nfrom twinwheel import rollout\n"
            "print(twin.work(1)[0], rollout.problem('twin').code)",
            ROLLOUT=str(path),
        )
        assert told.returncode == 0
        assert told.stdout.split() == ["rust", code]
        assert told.stderr.count(code) == 1


FOLLOW = """
import os, pathlib, sys, time, twin
from twinwheel import rollout
path = pathlib.Path(os.environ["TWIN_ROLLOUT"])
def put(text):
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)
def until(condition):
    end = time.monotonic() + 30
    while not condition():
        if time.monotonic() > end:
            sys.exit("it never came")
        time.sleep(0.001)
work = twin.work
assert work(1)[0] == "rust"
put('control = "c"')
until(lambda: work(1)[0] == "c")
put('control = "c"\\ncandidate = "python"\\npercentage = 100')
until(lambda: work(1)[0] == "python")
put('percentage = 1000')
until(lambda: rollout.problem("twin"))
assert work(1)[0] == "python", "the last good one stays"
put('control = "c"\\ncandidate = "python"\\npercentage = 100\\nkill = true')
until(lambda: work(1)[0] == "c")
until(lambda: rollout.problem("twin") is None)
path.unlink()
until(lambda: rollout.problem("twin"))
assert rollout.problem("twin").code == "TW601"
assert work(1)[0] == "c"
print([event.severity for event in rollout.recent() if event.kind == "policy"])
"""


def test_a_change_of_the_file_is_followed(twin: Twin, policy: Path) -> None:
    done = twin.run(FOLLOW, ROLLOUT=str(policy))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[0] == str(["info", "info", "info", "error", "info", "error"])


def test_a_file_that_is_bad_from_the_start(twin: Twin, policy: Path) -> None:
    """Nothing stays where there was nothing."""
    good = policy.read_text()
    policy.write_text("percentage = 1000")
    code = "import twin; print(twin.work(1)[0])"
    done = twin.run(code, ROLLOUT=str(policy))
    assert (done.returncode, done.stdout.strip()) == (0, "rust"), "as without a rollout"
    assert done.stderr.rstrip().endswith(": the control serves")
    policy.write_text(good)
    assert twin.run(code, ROLLOUT=str(policy)).stderr == ""


REMOVED = """
import time, twin
from pathlib import Path
from twinwheel import rollout
from twinwheel.rollout.arming import armed
work = twin.work
armed("twin").page.path.unlink()
end = time.monotonic() + 30
while rollout.problem("twin") is None and time.monotonic() < end:
    time.sleep(0.01)
for _ in range(3):
    armed("twin").tick(time.monotonic_ns())
print(rollout.problem("twin").code, work(1)[0])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a mapped file cannot be removed")
def test_a_page_that_is_removed_in_service(twin: Twin, policy: Path) -> None:
    done = twin.run(REMOVED, ROLLOUT=str(policy))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["TW611", "rust"]
    assert done.stderr.count("it was removed while it was in use") == 1


def test_a_page_that_is_refused(twin: Twin, policy: Path, runtime: Path) -> None:
    runtime.symlink_to(runtime.parent)
    done = twin.run(
        "import twin\nfrom twinwheel import rollout\n"
        "print(twin.work(1)[0], rollout.problem('twin').code)",
        ROLLOUT=str(policy),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["c", "TW611"], "the control alone"
    assert "symbolic link" in done.stderr


def test_more_components_than_a_page_holds(make: Maker, tmp_path: Path) -> None:
    names = [f"part{n}" for n in range(15)]
    twin = make(components=names, init="from twinwheel import select\nkernels = select(__name__)\n")
    policy = tmp_path / "policy.toml"
    policy.write_text(
        'control = "c"\ncandidate = "rust"\npercentage = 100\nallow = ["part14", "part0"]\n'
    )
    code = "import twin\nk = twin.kernels\nprint(k.part14(), k.part0(), k.part1(), k.part13())"
    done = twin.run(code, ROLLOUT=str(policy))
    assert done.stdout.split() == ["rust", "rust", "c", "rust"]
    assert "not armed, as a page holds 11 components: part10, part11" in done.stderr


CLASSES = """
class Box:
    made_by = {name!r}
class Lid:
    made_by = {name!r}
def work():
    return {name!r}
"""


@pytest.mark.parametrize(("percentage", "made_by"), [(0, "c"), (100, "rust")])
def test_classes_are_bound_as_a_group(
    make: Maker, tmp_path: Path, percentage: int, made_by: str
) -> None:
    sources = {name: CLASSES.format(name=name) for name in ("rust", "c", "python")}
    init = "from twinwheel import select\nk = select(__name__)\n"
    init += "Box, Lid, work = k.Box, k.Lid, k.work\n"
    twin = make(sources=sources, components=["Box", "Lid", "work"], init=init)
    policy = tmp_path / "policy.toml"
    policy.write_text(f'control = "c"\ncandidate = "rust"\npercentage = {percentage}\n')
    code = """
import os, time, twin
from twinwheel import rollout
first = twin.Box
print(twin.Box.made_by, twin.Lid.made_by, twin.work(), isinstance(twin.Box, type), end=" ")
open(os.environ["TWIN_ROLLOUT"], "w").write('control = "python"')
while twin.work() != "python":
    time.sleep(0.001)
print(twin.Box is first)
"""
    assert run(twin, code, ROLLOUT=policy) == f"{made_by} {made_by} {made_by} True True"


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_classes_where_the_page_is_refused(make: Maker, tmp_path: Path, runtime: Path) -> None:
    sources = {name: CLASSES.format(name=name) for name in ("rust", "c", "python")}
    twin = make(sources=sources, components=["Box", "Lid"])
    policy = tmp_path / "policy.toml"
    policy.write_text('candidate = "c"\npercentage = 100\n')
    runtime.symlink_to(runtime.parent)
    done = twin.run("import twin; print(twin._kernels.Box.made_by)", ROLLOUT=str(policy))
    assert done.stdout.strip() == "rust", done.stderr


def test_classes_of_a_share_of_the_processes(make: Maker, tmp_path: Path) -> None:
    sources = {name: CLASSES.format(name=name) for name in ("rust", "c", "python")}
    twin = make(sources=sources, components=["Box", "Lid"])
    policy = tmp_path / "policy.toml"
    policy.write_text('control = "c"\ncandidate = "rust"\npercentage = 50\n')
    code = "import twin; k = twin._kernels; print(k.Box.made_by, k.Lid.made_by)"
    pairs = {run(twin, code, ROLLOUT=policy) for _ in range(16)}
    assert pairs == {"c c", "rust rust"}, "never a mixed pair; one in 32,768 has one side only"


def test_an_implementation_that_cannot_be_imported(make: Maker, policy: Path) -> None:
    broken = make(
        "half",
        sources={
            "rust": "raise ImportError('no such symbol')\n",
            "c": SOURCE.format(name="c"),
            "python": SOURCE.format(name="python"),
        },
        components=["work"],
        init=INIT,
    )
    done = broken.run("import half; print(half.work(1)[0])", ROLLOUT=str(policy))
    assert done.stdout.strip() == "c"
    assert "no implementation 'rust' can be had here" in done.stderr


def test_state_of_what_is_not_armed(twin: Twin) -> None:
    code = "import twin\nfrom twinwheel import rollout\nfrom twinwheel.errors import RolloutError\n"
    code += "for f in (rollout.state, rollout.problem):\n    try:\n        f('twin')\n"
    code += "    except RolloutError as error:\n        print(error.code)"
    assert run(twin, code).split() == ["TW613", "TW613"]


def test_counters_are_told(twin: Twin, policy: Path) -> None:
    code = """
import json, twin
from dataclasses import asdict
from twinwheel import rollout
for n in range(1000):
    twin.work(n)
for n in range(10):
    try:
        twin.work(None)
    except ValueError:
        pass
state = rollout.state("twin")
print(json.dumps(asdict(state)))
"""
    told = json.loads(run(twin, code, ROLLOUT=policy))
    assert (told["package"], told["version"], len(told["workers"])) == ("twin", "1.2.3", 1)
    (component,) = told["components"]
    control, candidate = component.pop("sides")
    assert component == {
        "name": "work",
        "control": "c",
        "candidate": "rust",
        "percentage": 100.0,
        "asked": 100.0,
        "shadow": 0.0,
        "sticky": False,
        "breaker": "closed",
    }
    assert (candidate["calls"], candidate["contract_errors"]) == (1010, 10)
    assert 10 <= candidate["timed"] <= 12
    assert 0 < candidate["median"] < 1
    assert control["calls"] == 0


@needs_native
def test_the_slot_is_of_the_kind_that_was_asked_for(twin: Twin, policy: Path, kind: str) -> None:
    code = "import twin; print(type(twin.work).__name__)"
    assert run(twin, code, ROLLOUT=policy) == {"native": "Slot", "python": "method"}[kind]


def test_a_kind_of_slot_that_there_is_not(
    twin: Twin, policy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "fast")
    done = twin.run("import twin; print(twin.work(1)[0])", ROLLOUT=str(policy))
    assert (done.returncode, done.stdout.strip()) == (0, "rust")
    assert "TWINWHEEL_SLOT='fast' is none of auto, native and python" in done.stderr
