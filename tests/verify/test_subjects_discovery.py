"""One ordinary package: what it has both compiled and in Python, found by running it both ways."""

from __future__ import annotations

from pathlib import Path

import pytest
from verify.making import SUFFIX, extension, run, wheel, write

from twinwheel.errors import VerifyError
from twinwheel.verify import describing
from twinwheel.verify.naming import resolve
from twinwheel.verify.subjects import Resolved

SLOW = "def shout(text):\n    return 'slow'\n"
FALLS_BACK = """
try:
    from loud._speed import shout
except ImportError:
    from loud._slow import shout
"""
INSISTS = "from loud._speed import shout\n"


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A compiled module ``_speed`` with one function, ``shout``."""
    return extension(tmp_path_factory.mktemp("fast"), "_speed", "shout", text="fast")


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that modules are imported from."""
    folder = tmp_path / "room"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    return folder


def named(package: str = "loud", modules: tuple[str, ...] = ()) -> Resolved:
    return resolve(package, None, None, modules=modules)


def error(code: str, package: str = "loud", modules: tuple[str, ...] = ()) -> VerifyError:
    with pytest.raises(VerifyError) as caught:
        named(package, modules)
    assert caught.value.code == code, caught.value
    return caught.value


def loud(room: Path, fast: bytes, init: str, **more: str) -> Path:
    files: dict[str, str | bytes] = {
        "loud/__init__.py": init,
        f"loud/_speed{SUFFIX}": fast,
        "loud/_slow.py": SLOW,
    }
    return write(room, {**files, **{f"loud/{name}.py": text for name, text in more.items()}})


SAYS = "import loud; print(loud.shout('x'))"


def modules_of(found: Resolved) -> list[tuple[str, str]]:
    return [(first.module, second.module) for first, second in found.comparisons]


def test_a_package_that_falls_back_is_run_without_what_is_compiled(room: Path, fast: bytes) -> None:
    loud(room, fast, FALLS_BACK)
    found = named()
    control, candidate = found.subjects
    assert (control.name, candidate.name) == ("loud._slow", "loud._speed")
    assert (control.aliases, candidate.aliases) == ({"loud._speed": ""}, {})
    assert (control.loads, candidate.loads) == (("loud._slow",), ("loud._speed",))
    assert (run(control, SAYS), run(candidate, SAYS)) == ("slow", "fast")
    assert found.comparisons == (found.subjects,)
    assert "shout" in found.notes[0]


def test_a_package_that_insists_is_given_the_python_module(room: Path, fast: bytes) -> None:
    loud(room, fast, INSISTS)
    control, candidate = named().subjects
    assert control.aliases == {"loud._speed": "loud._slow"}
    assert (run(control, SAYS), run(candidate, SAYS)) == ("slow", "fast")


def test_it_is_enough_that_private_names_are_there_twice(room: Path, tmp_path: Path) -> None:
    hidden = extension(tmp_path, "_speed", "_shout", text="fast")
    init = FALLS_BACK.replace("shout", "_shout") + "def shout(text):\n    return _shout(text)\n"
    loud(room, hidden, init, _slow=SLOW.replace("shout", "_shout"))
    found = named()
    assert modules_of(found) == [("loud", "loud")]
    assert [run(each, SAYS) for each in found.subjects] == ["slow", "fast"]


def test_modules_that_do_not_use_what_is_compiled_are_left_out(room: Path, fast: bytes) -> None:
    def uses(what: str) -> str:
        return f"from {what} import shout\ndef louder(text):\n    return shout(text) * 2\n"

    loud(
        room,
        fast,
        FALLS_BACK,
        uses=uses("loud"),
        by_way_of_a_private_one="from loud._hidden import louder\ndef cry():\n    louder(0)\n",
        by_way_of_another="import loud.uses\ndef cry():\n    return loud.uses.louder(0)\n",
        alone="def whisper(text):\n    return text\n",
        _hidden=uses("loud"),
        tests=uses("loud"),
        test_it=uses("loud"),
    )
    found = named()
    assert modules_of(found) == [
        ("loud", "loud"),
        ("loud.by_way_of_a_private_one",) * 2,
        ("loud.uses", "loud.uses"),
    ]
    assert "loud.alone, loud.by_way_of_another (name one: --module)" in found.notes[-1]


def test_a_module_that_shows_nothing_new_is_left_out(room: Path, fast: bytes) -> None:
    loud(room, fast, FALLS_BACK, api="from loud import shout\n")
    assert modules_of(named()) == [("loud", "loud")]


def test_what_was_shown_already_is_not_compared_again(room: Path, fast: bytes) -> None:
    api = (
        "from loud import shout\nfrom loud.alone import whisper\n"
        "try:\n    from loud._speed import shout as c_shout\n"
        "except ImportError:\n    c_shout = None\n"
        "LIMIT = 3\nclass Louder:\n    pass\n"
    )
    loud(room, fast, FALLS_BACK, api=api, alone="def whisper(text):\n    return text\n")
    found = named()
    assert modules_of(found) == [("loud", "loud"), ("loud.api", "loud.api")]
    assert [each.components for each in found.comparisons[0]] == [(), ()]
    assert [each.components for each in found.comparisons[1]] == [("LIMIT", "Louder")] * 2


def test_what_the_package_does_not_show_is_compared_by_its_modules(
    room: Path, tmp_path: Path
) -> None:
    both = extension(tmp_path, "_speed", "shout", "cry", text="fast")
    loud(room, both, FALLS_BACK, _slow=SLOW + SLOW.replace("shout", "cry"))
    found = named()
    assert modules_of(found) == [("loud", "loud"), ("loud._slow", "loud._speed")]
    assert [each.components for each in found.comparisons[1]] == [("cry",)] * 2
    # a suite is run on the package as a whole
    assert [each.module for each in found.subjects] == ["loud", "loud"]


def test_compiled_beside_its_own_source(room: Path, tmp_path: Path) -> None:
    fast = extension(tmp_path, "_speed", "shout", text="fast")
    loud(room, fast, INSISTS, _speed=SLOW)
    control, candidate = named().subjects
    assert control.aliases == {"loud._speed": str(room / "loud" / "_speed.py")}
    assert (run(control, SAYS), run(candidate, SAYS)) == ("slow", "fast")


def test_modules_that_are_switched_by_hand_are_compared_by_themselves(
    room: Path, fast: bytes
) -> None:
    # what the package shows is Python either way, and it cannot do without the compiled module
    init = "from loud import _speed\nif 'speed' not in _speed.__file__:\n    raise RuntimeError\n"
    loud(room, fast, init)
    found = named()
    assert modules_of(found) == [("loud._slow", "loud._speed")]
    assert [each.aliases for each in found.subjects] == [{}, {}]
    assert "cannot be run in Python as a whole" in found.notes[0]


def test_a_wrapper_is_no_twin(room: Path, fast: bytes) -> None:
    wrapper = "from loud import _speed\ndef shout(text):\n    return _speed.shout(text)\n"
    loud(room, fast, INSISTS, _slow=wrapper)
    wrong = error("TW704")
    assert "loud._speed" in wrong.where
    assert "--control loud.a --candidate loud.b" in wrong.help
    assert "two modules that you write may give both the same" in wrong.help


def test_a_package_with_nothing_compiled(room: Path) -> None:
    write(room, {"loud/__init__.py": SLOW})
    assert "it has no compiled module" in error("TW704").message


def test_what_comes_with_python(room: Path) -> None:
    for name in ("bisect", "heapq", "json"):
        control, candidate = named(name).subjects
        assert control.aliases == {f"_{name}": ""}
        assert candidate.loads == (f"_{name}",)


@pytest.mark.parametrize("how", ["import os\nos._exit(3)\n", "while True: pass\n"])
def test_one_module_that_cannot_be_imported_does_not_hide_the_others(
    room: Path, fast: bytes, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(describing, "PATIENCE", 2.0)
    uses = "from loud import shout\ndef louder(text):\n    return shout(text) * 2\n"
    loud(room, fast, FALLS_BACK, dies=uses + how, uses=uses)
    found = named()
    assert modules_of(found) == [("loud", "loud"), ("loud.uses", "loud.uses")]
    assert [run(each, SAYS) for each in found.subjects] == ["slow", "fast"]


@pytest.mark.parametrize("how", ["import os\nos._exit(3)\n", "1 / 0\n"])
def test_a_package_that_cannot_be_imported(room: Path, fast: bytes, how: str) -> None:
    loud(room, fast, how)
    assert error("TW711").message.startswith("loud cannot be imported: ")


def test_the_modules_to_compare_can_be_named(room: Path, fast: bytes) -> None:
    loud(room, fast, FALLS_BACK, api="from loud import shout\n")
    assert modules_of(named(modules=("loud.api",))) == [("loud.api", "loud.api")]
    assert "loud.nowhere" in error("TW711", modules=("loud.nowhere",)).message


def installed(folder: Path, fast: bytes) -> Path:
    files: dict[str, str | bytes] = {
        "loud/__init__.py": FALLS_BACK,
        f"loud/_speed{SUFFIX}": fast,
        "loud/_slow.py": SLOW,
    }
    return wheel(folder, "Very-Loud", "1.5", files)


def test_a_distribution_may_have_another_name(room: Path, fast: bytes) -> None:
    import zipfile

    with zipfile.ZipFile(installed(room / "wheels", fast)) as file:
        file.extractall(room)
    for name in ("very-loud", "Very_Loud", "loud"):
        found = named(name)
        assert [each.module for each in found.subjects] == ["loud", "loud"]
        assert found.subjects[0].detail.startswith("Very-Loud 1.5, Python ")


def test_compiled_modules_beside_the_package(room: Path, fast: bytes) -> None:
    import zipfile

    init = FALLS_BACK.replace("loud._speed", "_speed")
    files: dict[str, str | bytes] = {
        "loud/__init__.py": init,
        f"_speed{SUFFIX}": fast,
        "loud/_slow.py": SLOW,
    }
    with zipfile.ZipFile(wheel(room / "wheels", "loud", "1.0", files)) as file:
        file.extractall(room)
    control, candidate = named().subjects
    assert control.aliases == {"_speed": ""}
    assert (run(control, SAYS), run(candidate, SAYS)) == ("slow", "fast")


def test_a_package_in_a_namespace(room: Path, fast: bytes) -> None:
    files: dict[str, str | bytes] = {
        "space/loud/__init__.py": FALLS_BACK.replace("loud.", "space.loud."),
        f"space/loud/_speed{SUFFIX}": fast,
        "space/loud/_slow.py": SLOW,
    }
    write(room, files)
    control, _ = named("space.loud").subjects
    assert control.package == "space.loud"
    assert run(control, "import space.loud; print(space.loud.shout('x'))") == "slow"


def test_what_is_not_installed_is_installed(
    room: Path, fast: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path / "wheels", fast)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    said: list[str] = []
    found = resolve("very-loud", None, None, cache=tmp_path / "cache", on_progress=said.append)
    assert found.made == (True, True)
    assert [run(each, SAYS) for each in found.subjects] == ["slow", "fast"]
    assert [each.isolated for each in found.subjects] == [True, True]
    assert found.notes[0] == "Very-Loud 1.5 was installed into an environment of its own"
    assert "installing very-loud into an environment of its own" in said[0]
