"""Two environments: releases, wheels, folders and virtual environments against each other."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from verify.making import SUFFIX, extension, project, run, wheel, write

from twinwheel.errors import VerifyError
from twinwheel.verify.naming import resolve
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
    assert "not compared, as wide==1.0 cannot import it: wide.only2" in found.notes
    assert "not compared, as wide==2.0 cannot import it: wide.only1" in found.notes
    found = named("wide==1.0", "wide==2.0", modules=("wide._hidden", "wide.same"))
    assert [first.module for first, _ in found.comparisons] == ["wide._hidden", "wide.same"]
    assert {each.package for each in found.subjects} == {"wide"}
    wrong = named.error("TW711", "wide==1.0", "wide==2.0", modules=("wide.only1",))
    assert wrong.where == "wide==2.0"


def test_where_something_is_compiled_what_is_next_to_it_is_compared(
    named: Named, wheels: Path, tmp_path: Path
) -> None:
    compiled = extension(tmp_path, "_speed", "shout")
    for version in ("1.0", "2.0"):
        files: dict[str, str | bytes] = {
            "near/__init__.py": "",
            f"near/_speed{SUFFIX}": compiled,
            "near/codec.py": "from near import _speed\ndef encode(x):\n    _speed.shout(x)\n",
            "near/far.py": who("far"),
        }
        wheel(wheels, "near", version, files)
    found = named("near==1.0", "near==2.0")
    assert [first.module for first, _ in found.comparisons] == ["near.codec"]
    assert "near==1.0 has near._speed, compiled" in found.notes
    assert "near.far (name one: --module)" in found.notes[-1]


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


def test_what_has_nothing_compiled_is_noted(named: Named) -> None:
    assert any(
        note.startswith("loud==1.0 has nothing compiled")
        for note in named("loud==1.0", "2.0", "loud").notes
    )


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
