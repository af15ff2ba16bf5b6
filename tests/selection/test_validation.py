"""Components with checks of their own: before a call, after it, and not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support.twins import Maker

if TYPE_CHECKING:
    from support.twins import Twin

INIT = "from twinwheel import select\n\n_kernels = select(__name__)\nwork = _kernels.work\n"
SOURCE = '''
def work(x, y=1):
    """Work."""
    if x == 13:
        return -1
    return x + y
'''
CHECKS = '''
def both(x, y=1):
    """What holds before and after."""
    if x < 0:
        raise ValueError("x is negative")
    answer = yield
    assert answer >= x, f"{answer} is less than {x}"

def before(x, y=1):
    if x < 0:
        raise ValueError("x is negative")

def seldom(x, y=1):
    if x == 13:
        return
    answer = yield
    assert answer == 0

class Checks:
    @staticmethod
    def inner(x, y=1):
        raise LookupError("inner")
'''


def twin_with(make: Maker, validate: str, **more: Any) -> Twin:
    declared = {"work": {"validate": f"twin._checks:{validate}", **more}}
    twin = make(
        sources=dict.fromkeys(("rust", "c", "python"), SOURCE),
        components=["work"],
        declared=declared,
        init=INIT,
    )
    (twin.folder / "twin" / "_checks.py").write_text(CHECKS)
    return twin


TRY = """
import json, twin
told = []
for args in ((5,), (5, 2), (-1,), (13,)):
    try:
        told.append(twin.work(*args))
    except Exception as error:
        told.append(f"{type(error).__name__}: {error}")
print(json.dumps(told))
"""


def tried(twin: Twin, code: str = TRY, **variables: str) -> list[Any]:
    done = twin.run(code, **variables)
    assert done.returncode == 0, done.stderr
    told: list[Any] = json.loads(done.stdout)
    return told


def test_before_and_after(make: Maker) -> None:
    told = tried(twin_with(make, "both"))
    assert told == [6, 7, "ValueError: x is negative", "AssertionError: -1 is less than 13"]


def test_before_only(make: Maker) -> None:
    told = tried(twin_with(make, "before"))
    assert told == [6, 7, "ValueError: x is negative", -1]


def test_a_check_that_ends_before_its_yield(make: Maker) -> None:
    assert tried(twin_with(make, "seldom"))[3] == -1


def test_a_check_inside_a_class(make: Maker) -> None:
    assert tried(twin_with(make, "Checks.inner"))[0] == "LookupError: inner"


@pytest.mark.parametrize("value", ["1", "yes", "ON"])
def test_the_bare_function(make: Maker, value: str) -> None:
    code = "import json, twin, twin._rust; print(json.dumps([twin.work is twin._rust.work]))"
    twin = twin_with(make, "both")
    assert tried(twin, code, SKIP_VALIDATION=value) == [True]
    assert tried(twin, SKIP_VALIDATION=value)[2:] == [0, -1]


@pytest.mark.parametrize("value", ["0", "no", ""])
def test_the_checks_stay(make: Maker, value: str) -> None:
    assert tried(twin_with(make, "both"), SKIP_VALIDATION=value)[2] == "ValueError: x is negative"


def test_a_word_that_is_neither(make: Maker) -> None:
    error = twin_with(make, "both").error("TW404", SKIP_VALIDATION="maybe")
    assert error["where"] == "environment variable TWIN_SKIP_VALIDATION"


def test_a_component_without_checks_is_bound_bare(make: Maker) -> None:
    twin = make(components=["work"], init=INIT)
    code = "import json, twin, twin._rust; print(json.dumps([twin.work is twin._rust.work]))"
    assert tried(twin, code) == [True]


def test_it_looks_like_its_target(make: Maker) -> None:
    code = """
import inspect, json, pickle, twin
w = twin.work
told = [str(inspect.signature(w)), w.__doc__, w.__module__, w.__qualname__]
print(json.dumps([*told, pickle.loads(pickle.dumps(w)) is w]))
"""
    assert tried(twin_with(make, "both"), code) == ["(x, y=1)", "Work.", "twin", "work", True]


@pytest.mark.parametrize("slot", ["native", "python"])
def test_in_a_rollout(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slot: str
) -> None:
    """What fails before the call is the caller's; what fails after it is the candidate's fault."""
    runtime = tmp_path / "runtime"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("TWINWHEEL_SLOT", slot)
    twin = twin_with(make, "both")
    (twin.folder / "twin" / "_c.py").write_text(SOURCE.replace("return -1", "return 99"))
    policy = tmp_path / "policy.toml"
    policy.write_text('control = "c"\ncandidate = "rust"\npercentage = 100\n')
    told = tried(twin, ROLLOUT=str(policy))
    assert told == [6, 7, "ValueError: x is negative", 99]
    code = (
        TRY + "from twinwheel import rollout\nside = rollout.state('twin').components[0].sides[1]"
    )
    code += "\nprint()\n"
    code = code.replace("print(json.dumps(told))\n", "")
    code += "print(json.dumps([side.contract_errors, side.faults]))"
    policy.write_text('control = "c"\ncandidate = "rust"\npercentage = 100\nsalt = "2"\n')
    assert tried(twin, code, ROLLOUT=str(policy)) == [2, 2], "of both processes"
