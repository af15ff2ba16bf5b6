"""Two modules of one environment, by their names."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from verify.making import run, write

from twinwheel.errors import VerifyError
from twinwheel.verify import describing
from twinwheel.verify.naming import resolve
from twinwheel.verify.running import compare
from twinwheel.verify.search import Options
from twinwheel.verify.subjects import Resolved

SLOW = "def shout(text):\n    return 'slow ' + text\n"
FAST = "def shout(text):\n    return 'fast ' + text\n"
INIT = (
    "try:\n    from pair._fast import shout\nexcept ImportError:\n    from pair.slow import shout\n"
)


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that modules are imported from."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def pair(room: Path, slow: str = SLOW, fast: str = FAST, init: str = INIT) -> Path:
    files = {"pair/__init__.py": init, "pair/slow.py": slow, "pair/_fast.py": fast}
    return write(room, files)


def named(
    control: str = "pair.slow",
    candidate: str | tuple[str, ...] = "pair._fast",
    modules: tuple[str, ...] = (),
) -> Resolved:
    return resolve(None, control, candidate, modules=modules)


def error(code: str, control: str = "pair.slow", candidate: str = "pair._fast") -> VerifyError:
    with pytest.raises(VerifyError) as caught:
        named(control, candidate)
    assert caught.value.code == code, caught.value
    return caught.value


def test_two_modules_take_each_others_place(room: Path) -> None:
    pair(room)
    found = named()
    assert found.package == "pair"
    control, candidate = found.subjects
    assert (control.name, control.module, control.package) == ("pair.slow", "pair.slow", "pair")
    assert candidate.module == "pair._fast"
    assert control.aliases == {"pair._fast": "pair.slow"}
    assert candidate.aliases == {"pair.slow": "pair._fast"}
    assert found.comparisons == (found.subjects,)
    assert found.notes == ()


def test_the_package_as_a_whole_runs_on_one_or_the_other(room: Path) -> None:
    pair(room)
    code = "import pair, pair._fast, pair.slow as s; print(pair.shout('a'), s.shout('b'))"
    control, candidate = named().subjects
    assert run(control, code) == "slow a slow b"
    assert run(candidate, code) == "fast a fast b"


def test_an_aliased_module_keeps_what_the_import_system_knows_of_it(room: Path) -> None:
    pair(room)
    code = (
        "import pair.slow, pair._fast as f; print(f.__spec__.name, f.__loader__.name, f.__name__)"
    )
    assert run(named().subjects[0], code) == "pair.slow pair.slow pair.slow"


def test_a_module_that_needs_the_other_is_left_it(room: Path) -> None:
    # the compiled one takes from the other what it has not itself
    pair(room, slow="LIMIT = 3\n" + SLOW, fast="from pair.slow import LIMIT\n" + FAST)
    control, candidate = named().subjects
    assert control.aliases == {"pair._fast": "pair.slow"}
    assert candidate.aliases == {}
    assert run(candidate, "import pair; print(pair.shout('a'))") == "fast a"


def test_several_candidates(room: Path) -> None:
    pair(room)
    write(room, {"pair/_other.py": FAST})
    found = named(candidate=("pair._fast", "pair._other"))
    assert [each.name for each in found.subjects] == ["pair.slow", "pair._fast", "pair._other"]
    assert found.subjects[0].aliases == dict.fromkeys(("pair._fast", "pair._other"), "pair.slow")


def test_a_module_of_the_package_can_be_compared_instead(room: Path) -> None:
    pair(room)
    found = named(modules=("pair",))
    ((control, candidate),) = found.comparisons
    assert (control.module, candidate.module) == ("pair", "pair")
    assert control.aliases == {"pair._fast": "pair.slow"}


def test_private_names_are_compared_where_there_are_no_others(room: Path) -> None:
    pair(room, SLOW.replace("shout", "_shout"), FAST.replace("shout", "_shout"), init="")
    assert [each.components for each in named().subjects] == [("_shout",)] * 2


def test_what_is_public_in_one_of_them_is_compared(room: Path) -> None:
    write(room, {
        "_quick.py": FAST + "def cry(): pass\n",
        "quick.py": "from functools import wraps\nfrom _quick import shout, cry\n",
        "slow.py": f"from functools import wraps\n__all__ = ['shout']\n{SLOW}def cry(): pass\n",
    })  # fmt: skip
    for sides in (("slow", "quick"), ("quick", "slow")):
        control, candidate = named(*sides).subjects
        seen = compare(control, [candidate], Options())
        assert (sorted(seen.components), seen.findings) == (["shout"], [])


def test_modules_of_two_packages(room: Path) -> None:
    write(room, {"one.py": SLOW, "other.py": FAST})
    control, candidate = named("one", "other").subjects
    assert (control.package, candidate.package) == ("one", "one")
    assert run(candidate, "import one; print(one.shout('a'))") == "fast a"


def test_modules_of_the_standard_library(room: Path) -> None:
    control, candidate = named("bisect", "_bisect").subjects
    code = "import bisect; print(type(bisect.insort).__name__)"
    assert run(control, code) == "function"
    assert run(candidate, code) == "builtin_function_or_method"


def test_a_module_in_another_interpreter(room: Path) -> None:
    pair(room)
    # the shell's own path is heeded, as it is the user's environment
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(room))
        found = resolve(None, "pair.slow", "pair._fast", python=sys.executable)
    assert [each.python for each in found.subjects] == [sys.executable] * 2


def test_a_module_that_is_not_there(room: Path) -> None:
    pair(room)
    wrong = error("TW701", candidate="pair._fats")
    assert wrong.where == "pair._fats"
    assert sys.executable in wrong.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("raise RuntimeError('on purpose')", "RuntimeError: on purpose"),
        ("import os\nos._exit(3)", "its import ended the process with code 3"),
        pytest.param(
            "import os\nos.abort()",
            "its import was killed by SIGABRT",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="there are no signals"),
        ),
        ("raise SystemExit", "SystemExit"),
    ],
)
def test_a_module_that_cannot_be_imported(room: Path, text: str, says: str) -> None:
    pair(room, fast=text)
    wrong = error("TW711")
    assert says in wrong.message
    assert wrong.where == "pair._fast"


def test_a_module_whose_import_does_not_end(room: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(describing, "IMPORTING", 1.0)
    monkeypatch.setattr(describing, "PATIENCE", 1.0)
    pair(room, fast="while True: pass", init="")
    assert "its import did not end in time" in error("TW711").message


def test_a_module_that_writes_without_end_while_it_is_imported(room: Path) -> None:
    text = "import sys\nfor _ in range(2000):\n    print('x' * 5000)\n"
    pair(room, slow=text + SLOW)
    assert named().subjects[0].name == "pair.slow"


def test_modules_with_nothing_in_common(room: Path) -> None:
    pair(room, fast="def whisper(text):\n    return text\n", init="")
    wrong = error("TW717")
    assert wrong.help == "pair.slow has shout\npair._fast has whisper"


def test_one_module_is_not_enough(room: Path) -> None:
    pair(room)
    with pytest.raises(VerifyError) as caught:
        resolve(None, "pair.slow", None)
    assert caught.value.code == "TW702"


def test_nothing_at_all() -> None:
    with pytest.raises(VerifyError) as caught:
        resolve(None, None, None)
    assert caught.value.code == "TW700"


def test_a_slip_in_a_name_installs_nothing(room: Path) -> None:
    pair(room)
    wrong = error("TW701", candidate="requests_of_a_slip")
    assert "==VERSION" in wrong.help
