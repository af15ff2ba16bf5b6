"""Two environments: releases, wheels, folders and virtual environments against each other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from verify.making import SUFFIX, extension, project, run, wheel, write

from twinwheel.errors import VerifyError
from twinwheel.verify import choosing
from twinwheel.verify.naming import resolve
from twinwheel.verify.running import compare
from twinwheel.verify.search import Options
from twinwheel.verify.subjects import Resolved

VERSION = ".".join(str(part) for part in sys.version_info[:3])
SAYS = "import loud; print(loud.who())"


def who(text: str) -> str:
    return f"def who():\n    return {text!r}\n"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Wheels, and environments of them, for all tests here: to install takes most of the time."""
    folder = tmp_path_factory.mktemp("shelf")
    for version in ("1.0", "2.0"):
        wheel(folder / "wheels", "loud", version, {"loud/__init__.py": who(version)})
    return folder


@pytest.fixture(autouse=True)
def wheels(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that packages come from, and nowhere else; what is put there has its own name."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf / "wheels"))
    return shelf / "wheels"


@pytest.fixture
def named(shelf: Path) -> Named:
    return Named(shelf / "cache")


class Named:
    """Resolves words with a cache of its own."""

    def __init__(self, cache: Path) -> None:
        self.cache = cache

    def __call__(
        self,
        control: str | Path | None,
        candidate: str | Path | None,
        package: str | None = None,
        *,
        modules: Sequence[str] = (),
        python: str | None = None,
    ) -> Resolved:
        return resolve(
            package,
            None if control is None else str(control),
            None if candidate is None else str(candidate),
            modules=modules,
            python=python,
            cache=self.cache,
            on_progress=lambda _: None,
        )

    def error(
        self,
        code: str,
        control: str | Path | None,
        candidate: str | Path | None,
        package: str | None = None,
        *,
        modules: Sequence[str] = (),
    ) -> VerifyError:
        with pytest.raises(VerifyError) as caught:
            self(control, candidate, package, modules=modules)
        assert caught.value.code == code, caught.value
        return caught.value


def venv(folder: Path, files: dict[str, str]) -> Path:
    """Make a virtual environment with modules in it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (site,) = folder.glob("[Ll]ib/**/site-packages")
    write(site, files)
    return folder


def test_two_releases(named: Named) -> None:
    found = named("loud==1.0", "loud==2.0")
    assert found.package == "loud"
    assert found.made == (True, True)
    control, candidate = found.subjects
    assert (control.name, candidate.name) == ("loud==1.0", "loud==2.0")
    assert (control.module, control.package) == ("loud", "loud")
    assert control.detail == f"loud 1.0, Python {VERSION}"
    assert control.isolated
    assert control.aliases == {}
    assert [run(each, SAYS) for each in found.subjects] == ["1.0", "2.0"]
    assert found.comparisons == (found.subjects,)


def test_a_release_and_a_folder(named: Named, tmp_path: Path) -> None:
    room = project(tmp_path / "room", "loud", "3.0", {"loud/__init__.py": who("folder")})
    found = named("loud==1.0", room)
    assert [run(each, SAYS) for each in found.subjects] == ["1.0", "folder"]
    assert found.subjects[1].name == str(room)
    assert found.subjects[1].detail == f"loud 3.0, Python {VERSION}"


def test_a_wheel_and_a_virtual_environment(named: Named, wheels: Path, tmp_path: Path) -> None:
    folder = venv(tmp_path / "venv", {"loud.py": who("venv")})
    found = named(wheels / "loud-1.0-py3-none-any.whl", folder)
    assert [run(each, SAYS) for each in found.subjects] == ["1.0", "venv"]
    assert found.made == (True, False)
    assert found.subjects[1].detail == f"Python {VERSION}"


def test_two_virtual_environments(named: Named, tmp_path: Path) -> None:
    old = venv(tmp_path / "old", {"loud.py": who("old")})
    new = venv(tmp_path / "new", {"loud.py": who("new"), "other.py": ""})
    python = next(
        (new / name) for name in ("bin/python", "Scripts/python.exe") if (new / name).exists()
    )
    found = named(old, python, "loud")
    assert [run(each, SAYS) for each in found.subjects] == ["old", "new"]
    assert named(old, new, modules=("loud",)).comparisons[0][0].module == "loud"
    assert "--module" in named.error("TW713", old, new).help
    wrong = named.error("TW713", old, new, "other")
    assert wrong.message == f"other is not in {old}"


def test_versions_alone_are_of_the_package_that_is_named(named: Named) -> None:
    found = named("1.0", "==2.0", "loud")
    assert [run(each, SAYS) for each in found.subjects] == ["1.0", "2.0"]


def test_one_side_alone_is_compared_with_what_is_installed(
    named: Named, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "not installed" in named.error("TW702", "loud==1.0", None).message
    here = write(tmp_path / "here", {"loud/__init__.py": who("here")})
    monkeypatch.syspath_prepend(str(here))
    found = named(None, "loud==2.0")
    assert [run(each, SAYS) for each in found.subjects] == ["here", "2.0"]
    assert [each.name for each in found.subjects] == ["loud (installed)", "loud==2.0"]
    assert found.made == (False, True)
    assert [run(each, SAYS) for each in named("loud==1.0", None).subjects] == ["1.0", "here"]
    # a module of this environment may be named too
    assert [run(each, SAYS) for each in named("loud", "loud==2.0").subjects] == ["here", "2.0"]


def test_the_same_twice(named: Named) -> None:
    assert "the same" in named.error("TW702", "loud==1.0", "loud==1.0").message


def test_the_same_release_by_two_names_is_noted(named: Named, wheels: Path) -> None:
    found = named("loud==1.0", wheels / "loud-1.0-py3-none-any.whl")
    assert "all sides have loud 1.0" in found.notes


def test_distributions_of_two_names_that_are_imported_by_one(named: Named, wheels: Path) -> None:
    wheel(wheels, "louder", "7.0", {"loud/__init__.py": who("louder"), "extra.py": ""})
    found = named("loud==1.0", "louder==7.0")
    assert [run(each, SAYS) for each in found.subjects] == ["1.0", "louder"]


def test_no_import_name_in_common(named: Named, wheels: Path) -> None:
    wheel(wheels, "quiet", "1.0", {"quiet.py": who("quiet")})
    wrong = named.error("TW712", "loud==1.0", "quiet==1.0")
    assert wrong.where == "loud==1.0: loud\nquiet==1.0: quiet"


def test_each_public_module_with_something_of_its_own(named: Named, wheels: Path) -> None:
    names = ("codec", "same", "_hidden", "tests/test_it", "cli")
    for version in ("1.0", "2.0"):
        files = {f"wide/{name}.py": who(name) for name in names}
        files["wide/__init__.py"] = "from wide.same import who\n"
        files[f"wide/only{version[0]}.py"] = who("only")
        wheel(wheels, "wide", version, files)
    found = named("wide==1.0", "wide==2.0")
    modules = [first.module for first, _ in found.comparisons]
    assert modules == ["wide", "wide.codec"]
    assert [each.module for each in found.subjects] == ["wide", "wide"]
    assert "not compared, as wide==1.0 has none of it: wide.only2" in found.notes
    assert "not compared, as wide==2.0 has none of it: wide.only1" in found.notes
    assert (
        "not compared, as tests and tools are no part of it: wide.cli, wide.tests.test_it "
        "(name one: --module)" in found.notes
    )
    found = named("wide==1.0", "wide==2.0", modules=("wide._hidden", "wide.same"))
    assert [first.module for first, _ in found.comparisons] == ["wide._hidden", "wide.same"]
    assert {each.package for each in found.subjects} == {"wide"}
    wrong = named.error("TW711", "wide==1.0", "wide==2.0", modules=("wide.only1",))
    assert wrong.where == "wide==2.0"


def test_what_reaches_compiled_code_comes_before_the_rest(
    named: Named, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = extension(tmp_path, "_speed", "shout")
    for version in ("1.0", "2.0"):
        files: dict[str, str | bytes] = {
            "near/__init__.py": "",
            f"near/_speed{SUFFIX}": compiled,
            "near/codec.py": "from near import _speed\ndef encode(x):\n    _speed.shout(x)\n",
            "near/another.py": who("another"),
        }
        wheel(wheels, "near", version, files)
    found = named("near==1.0", "near==2.0")
    assert [first.module for first, _ in found.comparisons] == ["near.another", "near.codec"]
    assert "near==1.0 has near._speed, compiled" in found.notes
    monkeypatch.setattr(choosing, "ENOUGH", 1)
    found = named("near==1.0", "near==2.0")
    assert [first.module for first, _ in found.comparisons] == ["near.codec"]
    assert "not compared, as there are many: near.another (name one: --module)" in found.notes


def test_one_side_may_have_made_in_python_what_the_other_compiled(
    named: Named, wheels: Path, tmp_path: Path
) -> None:
    algorithm = "def display(text):\n    return text\n"
    wheel(wheels, "port", "1.0", {"port/__init__.py": who("1"), "port/algorithm.py": algorithm})
    files: dict[str, str | bytes] = {
        "port/__init__.py": "from port._speed import shout\n__all__ = ['shout']\n" + who("2"),
        f"port/_speed{SUFFIX}": extension(tmp_path, "_speed", "shout"),
        "port/algorithm.py": algorithm,
    }
    wheel(wheels, "port", "2.0", files)
    found = named("port==1.0", "port==2.0")
    assert surfaces(found) == {"port": ["who"], "port.algorithm": ["display"]}


def surfaces(found: Resolved) -> dict[str, list[str]]:
    """Give what is compared of each module, where nothing differs in sight."""
    compared = {}
    for control, candidate in found.comparisons:
        seen = compare(control, [candidate], Options())
        assert seen.findings == []
        compared[control.module] = sorted(seen.components)
    return compared


@pytest.mark.parametrize("all_", ["", "\n__all__ = ['shout']\n"])
def test_what_a_compiled_module_beside_the_package_gives_is_compared(
    named: Named, wheels: Path, tmp_path: Path, all_: str
) -> None:
    name = f"beside{len(all_)}"
    compiled = extension(tmp_path, f"_{name}", "shout", "cry")
    init = f"from collections import OrderedDict\nfrom _{name} import shout, cry\n"
    wheel(wheels, name, "1.0", {f"{name}/__init__.py": init, f"_{name}{SUFFIX}": compiled})
    inner = extension(tmp_path, "_inner", "shout", "cry")
    init = f"from collections import OrderedDict\nfrom {name}._inner import shout, cry{all_}\n"
    wheel(wheels, name, "2.0", {f"{name}/__init__.py": init, f"{name}/_inner{SUFFIX}": inner})
    for pair in ((f"{name}==1.0", f"{name}==2.0"), (f"{name}==2.0", f"{name}==1.0")):
        found = named(*pair)
        assert surfaces(found) == {name: ["cry", "shout"]}
        assert not any("only" in note for note in found.notes)


def test_what_comes_from_another_distribution_is_said(
    named: Named, wheels: Path, tmp_path: Path
) -> None:
    files = {"far_core.py": "def a():\n    pass\ndef b():\n    pass\n"}
    wheel(wheels, "far-core", "1.0", files)
    own = "def a():\n    pass\n"
    texts = {
        "1.0": "from far_core import a, b\n" + who("1"),
        "2.0": "from far_core import b\n" + own,
    }
    environments = []
    for version, text in texts.items():
        both = {**files, "far_core-1.0.dist-info/METADATA": "Name: far-core\nVersion: 1.0\n"}
        room = venv(tmp_path / version, {**both, "far/__init__.py": text + who("")})
        environments.append(room)
    old, new = environments
    found = named(old, new, "far")
    # what one of them has of its own is compared, wherever the other has it from
    assert surfaces(found) == {"far": ["a", "who"]}
    assert "not compared, as other distributions give it: far.b" in found.notes


def test_what_is_shown_by_several_modules_is_compared_once(named: Named, wheels: Path) -> None:
    for version in ("1.0", "2.0"):
        files = {
            "once/__init__.py": "",
            "once/x/__init__.py": "from once.x.deep import Kind, make\n",
            "once/x/deep.py": "class Kind: pass\ndef make(): pass\ndef other(): pass\n",
            "once/user.py": "from once.x.deep import Kind, other\ndef use(): pass\n",
        }
        wheel(wheels, "once", version, files)
    assert surfaces(named("once==1.0", "once==2.0")) == {
        "once.user": ["use"],
        "once.x": ["Kind", "make"],
        "once.x.deep": ["other"],
    }


def test_what_moved_to_another_module_is_still_compared_where_both_show_it(
    named: Named, wheels: Path
) -> None:
    wheel(wheels, "moved", "1.0", {
        "moved/__init__.py": "",
        "moved/api.py": "from moved.a import go\n",
        "moved/a.py": "def go(): pass\n",
        "moved/b.py": "def stay(): pass\n",
    })  # fmt: skip
    wheel(wheels, "moved", "2.0", {
        "moved/__init__.py": "",
        "moved/api.py": "from moved.b import go\n",
        "moved/a.py": "from moved.b import go\n",
        "moved/b.py": "def stay(): pass\ndef go(): pass\n",
    })  # fmt: skip
    compared = surfaces(named("moved==1.0", "moved==2.0"))
    assert compared == {"moved.a": ["go"], "moved.b": ["stay"]}


def test_compiled_modules_are_compared_where_nothing_else_is_public(
    named: Named, wheels: Path, tmp_path: Path
) -> None:
    compiled = extension(tmp_path, "_speed", "shout")
    for version in ("1.0", "2.0"):
        files: dict[str, str | bytes] = {"bare/__init__.py": "", f"bare/_speed{SUFFIX}": compiled}
        wheel(wheels, "bare", version, files)
    found = named("bare==1.0", "bare==2.0")
    assert [first.module for first, _ in found.comparisons] == ["bare._speed"]


def test_a_side_that_cannot_be_imported(named: Named, wheels: Path) -> None:
    wheel(wheels, "crash", "3.0", {"loud/__init__.py": "import os\nos._exit(7)\n"})
    wrong = named.error("TW711", "loud==1.0", "crash==3.0")
    assert (wrong.where, "code 7" in wrong.message) == ("crash==3.0", True)


def test_what_has_nothing_compiled_is_noted(named: Named, wheels: Path, tmp_path: Path) -> None:
    no_wheel = "as some packages have where they have no wheel"
    first, second = named("loud==1.0", "2.0", "loud").notes[:2]
    assert first.startswith("loud==1.0 has nothing compiled, " + no_wheel)
    assert second.startswith("2.0 has nothing compiled, " + no_wheel)
    # what is there is all that there is
    room = project(tmp_path / "room", "loud", "3.0", {"loud/__init__.py": who("folder")})
    for path in (wheels / "loud-1.0-py3-none-any.whl", room, venv(tmp_path / "v", {"loud.py": ""})):
        assert f"{path} has nothing compiled" in named(path, "loud==2.0", "loud").notes


@pytest.mark.parametrize("word", ["./nowhere", "nowhere.whl", "a/b", "no.such.module", "-x", "a b"])
def test_words_that_stand_for_nothing(named: Named, word: str) -> None:
    assert named.error("TW701", "loud==1.0", word).where == word


def test_one_package_may_be_a_release(named: Named, wheels: Path) -> None:
    files = {"twin/__init__.py": "", "twin/_twinwheel_manifest.py": MANIFEST}
    wheel(wheels, "a-twin", "1.0", {**files, "twin/_c.py": who("c"), "twin/_rust.py": who("rust")})
    found = resolve("a-twin==1.0", None, None, cache=named.cache)
    assert [each.name for each in found.subjects] == ["c", "rust"]
    assert found.subjects[0].isolated
    assert found.made == (True, True)
    code = "import os; print(os.environ['TWIN_IMPLEMENTATION'].partition(',')[0])"
    assert [run(each, code) for each in found.subjects] == ["c", "rust"]


def test_an_environment_alone_is_not_enough(named: Named, tmp_path: Path) -> None:
    folder = venv(tmp_path / "venv", {})
    with pytest.raises(VerifyError) as caught:
        resolve(str(folder), None, None, cache=named.cache)
    assert caught.value.code == "TW700"
    assert f"--python {folder}" in caught.value.help


def test_two_pythons(named: Named, tmp_path: Path) -> None:
    folder = venv(tmp_path / "venv", {})
    found = named("loud==1.0", "loud==2.0", python=f"{sys.executable},{folder}")
    assert [run(each, SAYS) for each in found.subjects] == ["1.0", "2.0"]


_IMPLEMENTATION = {"builder": "none", "built": True, "reason": "", "tools": {}, "artifacts": []}
MANIFEST = "MANIFEST = " + repr(
    {
        "schema": 1,
        "package": "twin",
        "version": "1.0",
        "prefer": ["rust", "c"],
        "implementations": {
            "rust": {**_IMPLEMENTATION, "module": "twin._rust"},
            "c": {**_IMPLEMENTATION, "module": "twin._c"},
        },
        "components": {"who": {"compare": "exact"}},
        "libraries": {},
    }
)
