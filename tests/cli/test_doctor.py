"""``twinwheel doctor``: every finding, in text and in JSON."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from support.commands import finish, start

from twinwheel.cli.doctor import probe

if TYPE_CHECKING:
    from pathlib import Path

    from support.commands import Run
    from support.twins import Maker

BROKEN = "raise ImportError('libgone.so.1: cannot open shared object file')\n"
CRASH = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n"
EXIT = "import os, sys\nsys.stderr.write('panicked\\n')\nsys.stderr.flush()\nos._exit(3)\n"
PANIC = "class PanicException(BaseException):\n    pass\n\nraise PanicException('index 9')\n"
HANG = "import threading\nthreading.Event().wait()\n"


def examined(run: Run, code: int = 0) -> dict[str, Any]:
    done = run("doctor", "twin", "--json")
    assert done.code == code, done.out
    assert done.err == ""
    found: dict[str, Any] = json.loads(done.out)
    assert found["schema"] == 1
    assert bool(found["problems"]) is bool(code)
    return found


def test_a_healthy_package(make: Maker, run: Run) -> None:
    make(artifacts={"rust": {"_rust.bin": b"rust"}, "c": {"_c.bin": b"c", "_c2.bin": b"more"}})
    found = examined(run)
    assert found["line"] == "twin 1.2.3: rust (convolve); c: not needed; python: not needed"
    assert found["components"] == {"convolve": {"bound_to": "rust", "in": ["rust", "c", "python"]}}
    rust, c = found["implementations"]["rust"], found["implementations"]["c"]
    assert (rust["bound"], rust["status"], rust["reason"]) == (True, "bound", "convolve")
    assert (c["bound"], c["status"], c["reason"]) == (False, "not needed", "rust came first")
    assert [artifact["state"] for artifact in c["artifacts"]] == ["ok", "ok"]
    artifact = rust["artifacts"][0]
    assert artifact["file"] == "twin/_rust.bin"
    assert artifact["size"] == 4
    assert artifact["sha256"] == hashlib.sha256(b"rust").hexdigest()
    assert artifact["tag"] == "cp310-abi3-linux_x86_64"
    assert artifact["path"].endswith("_rust.bin")
    assert found["built_with"]["tag"] == "py3-none-any"
    assert found["interpreter"]["executable"] == sys.executable
    assert all(value["value"] is None for value in found["variables"].values())


def test_the_same_in_text(make: Maker, run: Run) -> None:
    make(artifacts={"rust": {"_rust.bin": b"rust"}}, absent={"c": "no C++ compiler was found"})
    done = run("doctor", "twin")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == (
        "twin 1.2.3: rust (convolve); c: not built (no C++ compiler was found); python: not needed"
    )
    assert lines[-1] == "no problem found"
    for title in ("Components", "Implementations", "Artifacts", "Variables", "This interpreter"):
        assert title in lines
    assert "rust: _rust.bin" in lines
    assert any(line.startswith("c ") and "no C++ compiler was found" in line for line in lines)


def test_wheel_tags_that_are_accepted(make: Maker, run: Run) -> None:
    tags = pytest.importorskip("packaging.tags")
    make()
    assert examined(run)["interpreter"]["tags"] == [str(tag) for tag in tags.sys_tags()]
    assert f"accepts wheels tagged: {next(tags.sys_tags())}, " in run("doctor", "twin").out


def test_wheel_tags_need_packaging(make: Maker, tmp_path: Path) -> None:
    twin = make()
    done = finish(
        start("doctor", "twin", blocked=("packaging",), packages=twin.folder, cwd=tmp_path)
    )
    assert done.code == 0
    assert "not known; pip install 'twinwheel[cli]'" in done.out


def test_an_artifact_that_changed(make: Maker, run: Run) -> None:
    twin = make(artifacts={"rust": {"_rust.bin": b"rust"}})
    (twin.folder / "twin" / "_rust.bin").write_bytes(b"tsur")
    found = examined(run, code=1)
    assert found["implementations"]["rust"]["artifacts"][0]["state"] == "changed"
    assert found["problems"] == [
        "rust: twin/_rust.bin is not the file that was built: its SHA-256 differs"
    ]


def test_an_artifact_that_is_missing(make: Maker, run: Run) -> None:
    twin = make(artifacts={"c": {"_c.bin": b"c"}})
    (twin.folder / "twin" / "_c.bin").unlink()
    found = examined(run, code=1)
    artifact = found["implementations"]["c"]["artifacts"][0]
    assert (artifact["state"], artifact["path"]) == ("missing", None)
    assert found["problems"] == ["c: twin/_c.bin is missing"]
    done = run("doctor", "twin")
    assert done.code == 1
    assert done.out.splitlines()[-2:] == ["1 problem found", "  - c: twin/_c.bin is missing"]


@pytest.mark.parametrize("name", ["rust", "c"])
@pytest.mark.parametrize(
    ("source", "says"),
    [
        (BROKEN, "ImportError: libgone.so.1: cannot open shared object file"),
        ("1 / 0\n", "ZeroDivisionError: division by zero"),
        (PANIC, "PanicException: index 9"),
    ],
)
def test_one_that_cannot_be_imported(
    make: Maker, run: Run, name: str, source: str, says: str
) -> None:
    make(sources={name: source})
    found = examined(run, code=1)
    assert found["implementations"][name]["import_error"] == says
    assert found["problems"] == [f"{name}: it was built, but cannot be imported: {says}"]
    bound = "c" if name == "rust" else "rust"
    assert found["components"]["convolve"]["bound_to"] == bound
    assert name not in found["components"]["convolve"]["in"]


@pytest.mark.parametrize("name", ["rust", "c"])
def test_a_crash_is_a_finding(make: Maker, run: Run, name: str) -> None:
    make(sources={name: EXIT})
    found = examined(run, code=1)
    says = "the import ended the process with code 3: panicked"
    assert found["implementations"][name]["import_error"] == says
    assert f"{name}: it was built, but cannot be imported: {says}" in found["problems"]
    other = "c" if name == "rust" else "rust"
    assert found["implementations"][other]["has"] == ["convolve"]
    if name == "rust":  # it is preferred, so the package itself is down
        assert found["error"]["message"] == says
        assert found["components"]["convolve"] == {"bound_to": None, "in": ["c", "python"]}
    else:
        assert found["components"]["convolve"]["bound_to"] == "rust"


@pytest.mark.skipif(sys.platform == "win32", reason="no signals")
def test_a_signal_is_named(make: Maker, run: Run) -> None:
    make(sources={"c": CRASH})
    found = examined(run, code=1)
    says = "the import was killed by SIGKILL"
    assert found["implementations"]["c"]["import_error"] == says


def test_a_hang_is_a_finding(make: Maker, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "TIME_LIMIT", 5.0)
    make(sources={"c": HANG})
    found = examined(run, code=1)
    says = "the import did not end within 5 seconds"
    assert found["implementations"]["c"]["import_error"] == says


def test_not_built_is_no_problem(make: Maker, run: Run) -> None:
    make(absent={"rust": "cargo was not found", "c": "no C++ compiler was found"})
    found = examined(run)
    rust = found["implementations"]["rust"]
    assert (rust["built"], rust["not_built_because"]) == (False, "cargo was not found")
    assert found["components"]["convolve"] == {"bound_to": "python", "in": ["python"]}
    assert "none: this wheel is pure Python" in run("doctor", "twin").out


def test_a_module_with_nothing_in_it(make: Maker, run: Run) -> None:
    make(sources={"c": ""})
    assert examined(run, code=1)["problems"] == ["c: twin._c has none of the components"]


def test_a_wrong_variable_is_shown_with_the_rest(
    make: Maker, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(artifacts={"rust": {"_rust.bin": b"rust"}})
    monkeypatch.setenv("TWIN_IMPLEMENTATION", "fortran")
    found = examined(run, code=1)
    assert found["error"]["code"] == "TW403"
    assert found["variables"]["TWIN_IMPLEMENTATION"]["value"] == "fortran"
    assert found["variables"]["TWIN_IMPLEMENTATION"]["meaning"].startswith("wrong; accepted: auto")
    assert found["components"]["convolve"] == {"bound_to": None, "in": ["rust", "c", "python"]}
    assert found["implementations"]["rust"]["artifacts"][0]["state"] == "ok"
    assert len(found["problems"]) == 1
    done = run("doctor", "twin")
    assert done.code == 1
    assert done.out.splitlines()[:2] == [
        "twin 1.2.3: cannot be imported",
        (
            "error[TW403]: TWIN_IMPLEMENTATION='fortran' names 'fortran', "
            "which is no implementation here"
        ),
    ]


@pytest.mark.parametrize(
    ("variable", "value", "meaning", "code"),
    [
        ("IMPLEMENTATION", "", "auto: the first that can be had of rust > c > python", 0),
        ("IMPLEMENTATION", "auto", "auto: the first that can be had of rust > c > python", 0),
        ("IMPLEMENTATION", "c", "a demand: c, or the import fails", 0),
        ("IMPLEMENTATION", "c,rust", "only these, the first that can be had of c > rust", 0),
        ("USE_C", "on", "a demand: c first, or the import fails", 0),
        ("USE_C", "no", "never c", 0),
        ("USE_C", "maybe", "wrong; accepted: 1, true, yes, on, 0, false, no, off", 1),
        ("USE_FORTRAN", "1", "not read: there is no implementation of this name", 0),
        ("ROLLOUT", "off", "off: no rollout", 0),
        ("ROLLOUT", "no.toml", "wrong, and not followed: the policy cannot be read", 1),
    ],
)
def test_variables_are_explained(
    make: Maker,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    meaning: str,
    code: int,
) -> None:
    make()
    monkeypatch.setenv(f"TWIN_{variable}", value)
    told = examined(run, code)["variables"][f"TWIN_{variable}"]
    assert told["value"] == value
    assert told["meaning"].startswith(meaning)


def test_what_a_package_prints_does_not_spoil_the_json(make: Maker, run: Run) -> None:
    make(init="print('hello')\nfrom twinwheel import select\n_kernels = select(__name__)\n")
    assert examined(run)["components"]["convolve"]["bound_to"] == "rust"


def test_a_package_that_fails_by_itself(make: Maker, run: Run) -> None:
    make(init="from twinwheel import select\nselect(__name__)\n1 / 0\n")
    found = examined(run, code=1)
    assert found["error"]["code"] == ""
    assert found["problems"] == ["twin cannot be imported: ZeroDivisionError: division by zero"]
    assert found["implementations"]["rust"]["status"] == "not bound"


def test_a_dotted_package_is_examined_without_importing_its_parent(make: Maker, run: Run) -> None:
    twin = make("outer.inner", artifacts={"rust": {"_rust.bin": b"rust"}})
    assert run("doctor", "outer.inner").code == 0
    assert "outer" not in sys.modules
    (twin.folder / "outer" / "__init__.py").write_text("1 / 0\n")
    done = run("doctor", "outer.inner")
    assert done.code == 1
    assert "outer.inner cannot be imported: ZeroDivisionError: division by zero" in done.out


@pytest.mark.parametrize(
    ("package", "code", "says"),
    [
        ("no_such_package", "TW501", "there is no package no_such_package"),
        ("twinwheel.gone", "TW501", "there is no package twinwheel.gone"),
        ("twinwheel.errors", "TW501", "twinwheel.errors is a module, not a package"),
        ("", "TW501", "there is no package"),
        ("..", "TW501", "there is no package"),
        ("../etc/passwd", "TW501", "there is no package"),
        ("twinwheel.cli", "TW401", "twinwheel.cli has no manifest"),
    ],
)
def test_what_is_no_package(run: Run, package: str, code: str, says: str) -> None:
    done = run("doctor", package)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith(f"error[{code}]: {says}")


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("MANIFEST = {", "TW503"),
        ("OTHER = {}", "TW503"),
        ("MANIFEST = {}", "TW503"),
        ("MANIFEST = None", "TW503"),
        ("MANIFEST = {'schema': 99}", "TW402"),
    ],
)
def test_a_manifest_that_cannot_be_read(make: Maker, run: Run, source: str, code: str) -> None:
    twin = make()
    (twin.folder / "twin" / "_twinwheel_manifest.py").write_text(source)
    done = run("doctor", "twin")
    assert done.code == 2
    assert done.err.startswith(f"error[{code}]: ")
    assert "help:" in done.err
