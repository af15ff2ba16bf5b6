"""Environments that are made for what is compared: of what, where, and when it goes wrong."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from verify.making import project, sdist, wheel, write

from twinwheel.errors import VerifyError
from twinwheel.verify import environments, installing, pythons
from twinwheel.verify.describing import Interpreter, current
from twinwheel.verify.environments import Environment, make, source_of

VERSION = ".".join(str(part) for part in sys.version_info[:3])
SAYS = "import loud; print(loud.WHO)"


@pytest.fixture
def here() -> Interpreter:
    """The Python that environments are made of."""
    return current()


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that packages come from, and nowhere else."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def loud(wheels: Path, version: str = "1.0", tag: str = "py3-none-any") -> Path:
    return wheel(wheels, "loud", version, {"loud.py": f"WHO = {version!r}\n"}, tag=tag)


def made(
    word: str | Path, here: Interpreter, tmp_path: Path, **more: tuple[str, ...]
) -> Environment:
    return make(
        source_of(str(word)), here, cache=tmp_path / "cache", on_progress=lambda _: None, **more
    )


def answer(environment: Environment, code: str = SAYS) -> str:
    interpreter = environment.interpreter
    command = [interpreter.python, "-c", code]
    done = subprocess.run(
        command, env=interpreter.environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def error(code: str, word: str | Path, here: Interpreter, tmp_path: Path) -> VerifyError:
    with pytest.raises(VerifyError) as caught:
        made(word, here, tmp_path)
    assert caught.value.code == code, caught.value
    rooms = tmp_path / "cache" / "environments"
    assert not rooms.exists() or list(rooms.iterdir()) == []
    return caught.value


def test_a_requirement(here: Interpreter, wheels: Path, tmp_path: Path) -> None:
    loud(wheels, "1.0")
    loud(wheels, "2.0")
    first, second = made("loud==1.0", here, tmp_path), made("loud", here, tmp_path)
    assert (first.distribution, first.version, answer(first)) == ("loud", "1.0", "1.0")
    assert (second.distribution, second.version, answer(second)) == ("loud", "2.0", "2.0")
    assert first.interpreter.version == VERSION
    assert first.interpreter.made
    assert Path(first.interpreter.python).is_relative_to(tmp_path / "cache" / "environments")


def test_a_wheel_an_sdist_and_a_folder(here: Interpreter, wheels: Path, tmp_path: Path) -> None:
    room = project(tmp_path / "room", "loud", "3.0", {"loud/__init__.py": "WHO = 'folder'\n"})
    archive = sdist(tmp_path, "loud", "3.0", room)
    assert answer(made(loud(tmp_path, "2.5"), here, tmp_path)) == "2.5"
    assert answer(made(archive, here, tmp_path)) == "folder"
    found = made(room, here, tmp_path)
    assert (found.distribution, found.version, answer(found)) == ("loud", "3.0", "folder")


def test_an_environment_is_kept_for_the_next_time(
    here: Interpreter, wheels: Path, tmp_path: Path
) -> None:
    file = loud(wheels)
    first = made("loud==1.0", here, tmp_path)
    file.unlink()
    assert made("loud==1.0", here, tmp_path) == first


def test_what_is_not_pinned_is_looked_for_anew_on_another_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def prints() -> list[str]:
        return [source_of(word).fingerprint for word in ("loud", "loud>=1", "loud==1.*", "loud==1")]

    *before, pinned = prints()

    monkeypatch.setattr(environments, "today", lambda: "2999-01-01")
    *after, still = prints()
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert pinned == still


def test_a_folder_that_was_changed_is_installed_anew(
    here: Interpreter, wheels: Path, tmp_path: Path
) -> None:
    room = project(tmp_path / "room", "loud", "3.0", {"loud/__init__.py": "WHO = 'before'\n"})
    first = made(room, here, tmp_path)
    # what a build leaves behind, and what tools do, is no change of it
    write(room, {"build/x.py": "", "loud.egg-info/PKG-INFO": "", "loud/__pycache__/a.pyc": ""})
    assert made(room, here, tmp_path) == first
    write(room, {"loud/__init__.py": "WHO = 'after it'\n"})
    assert answer(made(room, here, tmp_path)) == "after it"
    assert answer(first) == "before"


def test_a_wheel_of_the_same_name_with_other_contents(
    here: Interpreter, wheels: Path, tmp_path: Path
) -> None:
    path = loud(tmp_path)
    first = made(path, here, tmp_path)
    wheel(tmp_path, "loud", "1.0", {"loud.py": "WHO = 'rebuilt'\n"})
    assert answer(made(path, here, tmp_path)) == "rebuilt"
    assert answer(first) == "1.0"


def test_other_requirements_are_installed_with_it(
    here: Interpreter, wheels: Path, tmp_path: Path
) -> None:
    loud(wheels)
    wheel(wheels, "aide", "7", {"aide.py": "WHO = 'aide'\n"})
    found = made("loud==1.0", here, tmp_path, also=("aide>=6",))
    assert (found.distribution, found.version) == ("loud", "1.0")
    assert answer(found, "import aide, loud; print(aide.WHO, loud.WHO)") == "aide 1.0"
    assert made("loud==1.0", here, tmp_path) != found


def test_the_shell_does_not_reach_into_it(
    here: Interpreter, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loud(wheels)
    write(tmp_path / "other", {"loud.py": "WHO = 'another'\n"})
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "other"))
    assert answer(made("loud==1.0", here, tmp_path)) == "1.0"


def test_what_the_shell_can_import_is_installed_all_the_same(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zipfile.ZipFile(loud(wheels)) as file:
        file.extractall(tmp_path / "room")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "room"))
    assert answer(made("loud==1.0", current(), tmp_path)) == "1.0"


def test_several_that_make_the_same_at_once(
    here: Interpreter, wheels: Path, tmp_path: Path
) -> None:
    loud(wheels)
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda _: made("loud==1.0", here, tmp_path), range(3)))
    assert found == [found[0]] * 3
    assert answer(found[0]) == "1.0"
    assert len(list((tmp_path / "cache" / "environments").iterdir())) == 1


def test_nothing_is_left_when_the_user_stops_it(
    here: Interpreter, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loud(wheels)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(environments, "requested", stop)
    with pytest.raises(KeyboardInterrupt):
        made("loud==1.0", here, tmp_path)
    assert list((tmp_path / "cache" / "environments").iterdir()) == []


def test_what_was_left_half_made_is_not_used_and_is_removed_in_the_end(
    here: Interpreter, wheels: Path, tmp_path: Path
) -> None:
    rooms = tmp_path / "cache" / "environments"
    old, new = rooms / "loud-1.part", rooms / "loud-2.part"
    write(old, {"bin/python": ""})
    write(new, {"bin/python": ""})
    os.utime(old, (time.time() - 2 * 86_400,) * 2)
    loud(wheels)
    assert answer(made("loud==1.0", here, tmp_path)) == "1.0"
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.skipif(sys.platform == "win32", reason="it has a copy of Python in it there")
def test_an_environment_whose_python_is_gone_is_made_again(
    here: Interpreter, wheels: Path, tmp_path: Path
) -> None:
    loud(wheels)
    first = made("loud==1.0", here, tmp_path)
    for name in Path(first.interpreter.python).parent.glob("python*"):
        name.unlink()
    assert answer(made("loud==1.0", here, tmp_path)) == "1.0"


def test_where_environments_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert environments.cache_folder() == tmp_path / "twinwheel"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # the specification says to ignore it
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert environments.cache_folder().name in ("twinwheel", "Cache")
    assert environments.cache_folder().is_absolute()


def test_a_cache_that_cannot_be_written(here: Interpreter, wheels: Path, tmp_path: Path) -> None:
    write(tmp_path, {"cache": "a file"})
    with pytest.raises(VerifyError) as caught:
        made("loud", here, tmp_path)
    assert caught.value.code == "TW715"


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No other Python on this machine, as it takes a while to ask each of them."""
    monkeypatch.setattr(pythons, "installed", list)


@pytest.mark.usefixtures("alone")
def test_no_such_release(here: Interpreter, wheels: Path, tmp_path: Path) -> None:
    loud(wheels, "1.0")
    loud(wheels, "2.0")
    wrong = error("TW708", "loud==9", here, tmp_path)
    assert (
        wrong.message == f"there is no loud==9 that Python {VERSION.rpartition('.')[0]} could have"
    )
    if shutil.which("uv") is None:
        assert wrong.accepted == "1.0, 2.0"


def test_no_wheel_for_this_python_and_another_is_named(
    here: Interpreter, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loud(wheels, tag="cp38-none-any")
    monkeypatch.setattr(pythons, "installed", lambda: ["3.8", "3.9", VERSION.rpartition(".")[0]])
    wrong = error("TW708", "loud==1.0", here, tmp_path)
    assert wrong.help.endswith("--python 3.8")


@pytest.mark.usefixtures("alone")
def test_a_source_that_does_not_build(here: Interpreter, wheels: Path, tmp_path: Path) -> None:
    first = "raise RuntimeError('no compiler for ' + 'loud')"
    room = project(tmp_path / "room", "loud", "3.0", {}, first=first)
    sdist(wheels, "loud", "3.0", room)
    wrong = error("TW709", "loud==3.0", here, tmp_path)
    assert "has no wheel for Python" in wrong.message
    assert "RuntimeError: no compiler for loud" in wrong.where
    assert len(wrong.where.splitlines()) < 16
    assert "--python" in wrong.help
    assert error("TW709", room, here, tmp_path).message.startswith(f"{room} did not build for")


@pytest.mark.usefixtures("alone")
def test_an_index_that_cannot_be_reached(
    here: Interpreter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    assert "cannot be reached" in error("TW710", "loud==1.0", here, tmp_path).message


def test_an_installation_that_does_not_end(
    here: Interpreter, wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installing, "INSTALLING", 2.0)
    room = project(tmp_path / "room", "loud", "3.0", {}, first="import time; time.sleep(600)")
    before = time.monotonic()
    assert "was not installed within" in error("TW710", room, here, tmp_path).message
    assert time.monotonic() - before < 60


@pytest.mark.parametrize("files", [{}, {"loud.py": ""}])
def test_a_folder_that_is_no_project(
    here: Interpreter, tmp_path: Path, files: dict[str, str]
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    wrong = error("TW714", write(room, files), here, tmp_path)
    assert "pyproject.toml" in wrong.accepted


def test_a_python_that_makes_no_environment(
    here: Interpreter, wheels: Path, tmp_path: Path
) -> None:
    broken = Interpreter(shutil.which("false") or "false", VERSION)
    if shutil.which("uv") is None:
        assert "made no virtual environment" in error("TW707", "loud", broken, tmp_path).message


# Which Python


def test_a_version_is_looked_for() -> None:
    for word in (VERSION, VERSION.rpartition(".")[0], f"python{VERSION.rpartition('.')[0]}"):
        assert pythons.find(word) == Interpreter(sys.executable, VERSION)
    assert pythons.find(sys.executable).version == VERSION


def test_a_version_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "python3.99"
    fake.write_text("#!/bin/sh\necho '[\"/opt/python3.99\", 3, 99, 4]'\n")
    fake.chmod(0o755)
    broken = tmp_path / "other" / "python3.99"
    write(tmp_path / "other", {"python3.99": "#!/bin/sh\nexit 1\n"})
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    assert pythons.find("3.99") == Interpreter("/opt/python3.99", "3.99.4")
    # as a shim does that is there, but not switched on
    monkeypatch.setenv("PATH", str(tmp_path / "other"))
    write(tmp_path / "pyenv", {"versions/3.99.7/bin/python": fake.read_text().replace("4]", "7]")})
    (tmp_path / "pyenv/versions/3.99.7/bin/python").chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert pythons.find("3.99") == Interpreter("/opt/python3.99", "3.99.7")


def test_a_python_that_is_too_old(tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\necho '[\"/opt/python3.7\", 3, 7, 16]'\n")
    old.chmod(0o755)
    with pytest.raises(VerifyError) as caught:
        pythons.find(str(old))
    assert (caught.value.code, caught.value.accepted) == ("TW706", "3.8 or newer")


@pytest.mark.parametrize("word", ["3.5.1", "no-such-python", "/no/such/python"])
def test_a_python_that_is_not_there(word: str) -> None:
    with pytest.raises(VerifyError) as caught:
        pythons.find(word)
    assert caught.value.code == "TW705"


def test_a_file_that_is_no_python(tmp_path: Path) -> None:
    write(tmp_path, {"python": "#!/bin/sh\necho hello\n"})
    (tmp_path / "python").chmod(0o755)
    for word in (tmp_path / "python", tmp_path):
        with pytest.raises(VerifyError) as caught:
            pythons.find(str(word))
        assert caught.value.code == "TW705"


def test_a_virtual_environment(here: Interpreter, tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    found = pythons.find(str(folder))
    assert (Path(found.python).parent.parent, found.version) == (folder, VERSION)
    assert not found.made


def test_what_was_made_is_told_in_a_file_that_was_written_last(
    here: Interpreter, wheels: Path, tmp_path: Path
) -> None:
    loud(wheels)
    found = made("loud==1.0", here, tmp_path)
    folder = Path(found.interpreter.python).parent.parent
    marker = folder / environments.MARKER
    told = json.loads(marker.read_text())
    assert told == {"distribution": "loud", "version": "1.0", "of": "loud==1.0"}
    marker.unlink()
    with pytest.raises(VerifyError) as caught:
        made("loud==1.0", here, tmp_path)
    assert (caught.value.code, caught.value.where) == ("TW715", str(folder))
