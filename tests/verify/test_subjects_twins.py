"""A twin package: its implementations by name, as the manifest tells of them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from support.twins import Maker, Twin
from verify.making import run

from twinwheel.errors import VerifyError
from twinwheel.verify.naming import resolve
from twinwheel.verify.subjects import Resolved


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    """Packages that this process could import."""
    monkeypatch.syspath_prepend(str(tmp_path))
    return Maker(tmp_path)


def named(*arguments: str | None, candidates: tuple[str, ...] = ()) -> Resolved:
    package, control = (*arguments, None, None)[:2]
    return resolve(package, control, candidates)


def names(found: Resolved) -> list[str]:
    return [each.name for each in found.subjects]


def error(code: str, *arguments: str | None, candidates: tuple[str, ...] = ()) -> VerifyError:
    with pytest.raises(VerifyError) as caught:
        named(*arguments, candidates=candidates)
    assert caught.value.code == code, caught.value
    return caught.value


def compiled(twin: Twin, *builders: str) -> None:
    """Say in a manifest that some implementations have been built."""
    path = twin.folder / twin.name / "_twinwheel_manifest.py"
    text = path.read_text()
    for name in builders:
        text = re.sub(
            rf"('module': '{twin.name}\._{name}',\s*'builder': )'none'", r"\1'maturin'", text
        )
    path.write_text(text)


def test_a_twin_gives_all_that_is_built_and_c_is_the_control(make: Maker) -> None:
    make(components=("convolve", "blur"))
    found = named("twin")
    assert found.package == "twin"
    assert names(found) == ["c", "rust", "python"]
    assert found.comparisons == (found.subjects,)
    assert found.made == (False, False, False)
    first = found.subjects[0]
    assert (first.module, first.package, first.python) == ("twin._c", "twin", sys.executable)
    assert first.components == ("convolve", "blur")
    assert first.loads == ("twin._c",)
    assert first.variables["TWIN_IMPLEMENTATION"].split(",")[0] == "c"
    assert first.detail == f"twin 1.2.3, Python {sys.version.split()[0]}"


def test_each_subject_runs_its_own_implementation(
    make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    # switches of the user's own would contradict the one that is meant
    monkeypatch.setenv("TWIN_USE_RUST", "0")
    monkeypatch.setenv("TWIN_ROLLOUT", "there-is-no-such-policy.toml")
    make()
    for subject in named("twin").subjects:
        assert run(subject, "import twin; print(twin._kernels.convolve())") == subject.name


def test_no_code_of_the_package_is_run(make: Maker) -> None:
    twin = make(init="raise RuntimeError('imported')")
    manifest = twin.folder / "twin" / "_twinwheel_manifest.py"
    manifest.write_text(manifest.read_text() + "\nraise RuntimeError('run')\n")
    assert names(named("twin")) == ["c", "rust", "python"]


def test_both_sides_may_be_named(make: Maker) -> None:
    make()
    assert names(named("twin", "python", candidates=("rust",))) == ["python", "rust"]
    assert names(named("twin", "rust")) == ["rust", "c", "python"]
    assert names(named("twin", candidates=("python",))) == ["c", "python"]
    assert names(named("twin", "rust", candidates=("python", "c"))) == ["rust", "python", "c"]


def test_without_c_the_control_is_python(make: Maker) -> None:
    compiled(make(absent={"c": "no compiler"}), "rust")
    found = named("twin")
    assert names(found) == ["python", "rust"]
    assert found.notes == ("c is not compared: no compiler",)
    assert names(named("twin", candidates=("python",))) == ["rust", "python"]


def test_without_c_the_control_is_the_compiled_one_that_is_preferred_least(make: Maker) -> None:
    twin = make()
    manifest = twin.folder / "twin" / "_twinwheel_manifest.py"
    manifest.write_text(manifest.read_text().replace("'c'", "'cython'"))
    compiled(twin, "rust", "c")
    assert names(named("twin")) == ["cython", "rust", "python"]


def test_an_implementation_that_is_not_there(make: Maker) -> None:
    make(absent={"rust": "no cargo"})
    wrong = error("TW703", "twin", "c", candidates=("rusty",))
    assert (wrong.message, wrong.accepted) == ("twin has no implementation rusty", "c, python")
    assert error("TW703", "twin", "rust").message == "twin was built without rust: no cargo"


def test_one_implementation_is_not_enough(make: Maker) -> None:
    make(absent={"rust": "no cargo", "c": "no compiler"})
    wrong = error("TW702", "twin")
    assert wrong.help == "rust: no cargo\nc: no compiler"


def test_an_implementation_is_not_compared_with_itself(make: Maker) -> None:
    make()
    assert "c" in error("TW702", "twin", "c", candidates=("c",)).message
    assert "--control" in error("TW702", "twin", candidates=("c", "rust", "python")).help


@pytest.mark.parametrize("schema", ["99", "'1'"])
def test_a_manifest_of_another_layout(make: Maker, schema: str) -> None:
    twin = make()
    manifest = twin.folder / "twin" / "_twinwheel_manifest.py"
    manifest.write_text(manifest.read_text().replace("'schema': 1", f"'schema': {schema}"))
    wrong = error("TW716", "twin")
    assert wrong.where == str(manifest)
    assert "layout" in wrong.message


def test_a_manifest_that_is_no_literal(make: Maker) -> None:
    twin = make()
    (twin.folder / "twin" / "_twinwheel_manifest.py").write_text("MANIFEST = open('x')\n")
    assert "cannot be read" in error("TW716", "twin").message
