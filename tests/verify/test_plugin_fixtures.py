"""Fixtures and the marker, by which authors write parity tests of their own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.suites import INIT, Done, Project, twin_project
from support.twins import Maker

SCALE = """
def scale(values, factor=2, *, output=None):
    if factor == 0:
        raise ValueError("zero")
    made = [each * factor for each in values]
    if output is not None:
        output[:] = made
    return made
"""

OTHERS = """
def total(values): return sum(values)
def names(text): return list({*text})
def near(x): return x * 3
def opened(file): return file.read()
class Codec:
    def __init__(self, level): self.level = level
"""


def outcomes(done: Done) -> dict[str, str]:
    """Test -> its outcome, of a run with -v."""
    found = re.findall(r"^\S+\.py::(\S+) (PASSED|FAILED|SKIPPED|ERROR)", done.out, re.MULTILINE)
    return {test: outcome.lower() for test, outcome in found}


def test_a_test_is_made_for_each_implementation(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    Maker(root)(absent={"c": "no compiler"})
    project = Project(root).write(
        {
            "pyproject.toml": '[tool.twinwheel]\npackage = "twin"\n',
            "test_it.py": """
                import pytest

                def test_one(twinwheel_implementation, request):
                    name = request.node.callspec.id
                    assert twinwheel_implementation.convolve() == name
                    assert repr(twinwheel_implementation) == f"<{name} of twin>"
                    with pytest.raises(AttributeError, match="of twin has no component blur"):
                        twinwheel_implementation.blur
                    assert not hasattr(twinwheel_implementation, "__array_interface__")

                def test_all(twinwheel_implementations):
                    assert list(twinwheel_implementations) == ["rust", "python"]
                    for name, each in twinwheel_implementations.items():
                        assert each.convolve() == name

                @pytest.mark.twinwheel(only="python")
                class TestSome:
                    def test_one(self, twinwheel_implementation):
                        assert twinwheel_implementation.convolve() == "python"

                    def test_all(self, twinwheel_implementations):
                        assert list(twinwheel_implementations) == ["python"]

                    @pytest.mark.twinwheel(only=["rust", "c"])
                    def test_closest(self, twinwheel_implementations):
                        assert list(twinwheel_implementations) == ["rust"]

                @pytest.mark.twinwheel(without=["c", "python"])
                def test_rest(twinwheel_implementation):
                    assert twinwheel_implementation.convolve() == "rust"
            """,
        }
    )
    done = project.pytest("-v", "-rs", "--strict-markers")
    assert outcomes(done) == {
        "test_one[rust]": "passed",
        "test_one[c]": "skipped",
        "test_one[python]": "passed",
        "test_all": "passed",
        "TestSome::test_one[python]": "passed",
        "TestSome::test_all": "passed",
        "TestSome::test_closest": "passed",
        "test_rest[rust]": "passed",
    }, done.out
    assert "c was not built: no compiler" in done.out


def test_components_are_compared(tmp_path: Path) -> None:
    """With what the manifest declares of them, each with arguments of its own."""
    root = tmp_path / "project"
    root.mkdir()
    implementations = ("rust", "c", "python")
    Maker(root)(
        sources=dict.fromkeys(implementations, SCALE + OTHERS),
        components=["scale", "total", "names", "near", "opened", "Codec"],
        declared={
            "scale": {"effects": {"inplace": ["output"]}},
            "names": {"compare": "set"},
            "near": {"compare": "close(1e-9, 0)"},
        },
        init=INIT.format(names=""),
    )
    project = Project(root).write(
        {
            "pyproject.toml": '[tool.twinwheel]\npackage = "twin"\n',
            "test_it.py": """
                import io, pytest

                def test_answers(twinwheel_compare):
                    assert twinwheel_compare.control == "python"
                    assert twinwheel_compare.candidates == ("rust", "c")
                    values = [1, 2]
                    output = [0, 0]
                    assert twinwheel_compare("scale", values, 3, output=output) == [3, 6]
                    assert output == [0, 0]
                    assert twinwheel_compare("names", "abc")
                    assert twinwheel_compare("near", 0.1)
                    assert twinwheel_compare("opened", io.BytesIO(b"abc")) == b"abc"
                    assert twinwheel_compare("Codec", 3).level == 3

                def test_errors(twinwheel_compare):
                    with pytest.raises(ValueError, match="zero"):
                        twinwheel_compare("scale", [1], 0)
                    with pytest.raises(AttributeError, match="no component blur; there are scale"):
                        twinwheel_compare("blur")

                def test_no_copy(twinwheel_compare):
                    twinwheel_compare("total", (each for each in range(3)))
            """,
        }
    )
    done = project.pytest("-v")
    assert outcomes(done) == {
        "test_answers": "passed",
        "test_errors": "passed",
        "test_no_copy": "failed",
    }, done.out
    assert (
        "[TW737] total cannot be called several times with these arguments: generator" in done.out
    )


WRONG = {
    "value": ("return [each * factor for each in values][:-1]", "the length differs: 3 and 2"),
    "type": ("return tuple(each * factor for each in values)", "the type differs: list and tuple"),
    "exception": ("raise TypeError('no')", "it gives a TypeError, not an answer (TypeError: no)"),
    "mutation": (
        "values.append(9); return [each * factor for each in values[:-1]]",
        "it leaves argument values otherwise: the length differs: 3 and 4",
    ),
    "output": (
        "output[:] = [7] * 3; return [each * factor for each in values]",
        "it leaves argument output otherwise: the value differs at [0]: 2 and 7",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_difference_can_be_read(tmp_path: Path, case: str) -> None:
    body, said = WRONG[case]
    rust = f"def scale(values, factor=2, *, output=None):\n    {body}\n"
    project = twin_project(
        tmp_path,
        {
            "test_it.py": """
                import pytest

                @pytest.fixture(scope="session")
                def twinwheel_control():
                    return "c"

                def test_it(twinwheel_compare):
                    twinwheel_compare("scale", [1, 2, 3], output=[0, 0, 0])
            """
        },
        "scale",
        rust=rust,
        c=SCALE,
        python=SCALE,
    )
    done = project.pytest("--tb=short")
    assert done.code == 1
    assert f"E   AssertionError: scale: rust differs from c: {said}" in done.out
    assert "E   called: scale([1, 2, 3], output=[0, 0, 0])" in done.out
    assert "python differs" not in done.out
    assert "calling.py" not in done.out


def test_an_error_of_the_control_alone_is_a_difference(tmp_path: Path) -> None:
    project = twin_project(
        tmp_path,
        {"test_it.py": "def test_it(twinwheel_compare):\n    twinwheel_compare('scale', [1], 0)\n"},
        "scale",
        rust="def scale(values, factor): return None\n",
        c="def scale(values, factor): raise ValueError('another message')\n",
        python=SCALE,
    )
    done = project.pytest()
    assert done.code == 1
    said = "rust differs from python: it gives an answer, not a ValueError (ValueError: zero)"
    assert said in done.out
    assert "c differs" not in done.out


MARKED = {
    "test_it.py": """
        import pytest, twin

        @pytest.mark.twinwheel(only="rust")
        def test_rust(): assert twin.convolve() == "rust"

        @pytest.mark.twinwheel(without="rust")
        def test_others(): assert twin.convolve() != "rust"

        def test_any(): assert twin.convolve()
    """
}


def test_a_marked_test_is_run_where_it_is_to_be(tmp_path: Path) -> None:
    """That another implementation does not run it is no difference."""
    project = twin_project(tmp_path, MARKED)
    done = project.pytest("-v", "-rs", TWIN_IMPLEMENTATION="c")
    assert outcomes(done) == {
        "test_rust": "skipped",
        "test_others": "passed",
        "test_any": "passed",
    }
    assert "twin is bound to c" in done.out
    done = project.pytest("--twinwheel=rust,c")
    assert done.code == 0, done.out
    assert "3 tests, the same with rust and c" in done.section()
    rows = [line.split() for line in done.section().splitlines()[1:4]]
    assert rows == [["passed", "left", "out"], ["rust", "2", "1"], ["c", "2", "1"]]


@pytest.mark.parametrize("asked", [(), ("--twinwheel=rust",)], ids=["plain", "injected"])
@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("'rust'", "[TW736] the marker twinwheel is misused: it does not take 'rust'"),
        ("onyl='rust'", "[TW736] the marker twinwheel is misused: it does not take onyl"),
        ("only='rsut'", "[TW736] the marker twinwheel is misused: there is no implementation rsut"),
    ],
)
def test_a_misused_marker_is_an_error(
    tmp_path: Path, marker: str, said: str, asked: tuple[str, ...]
) -> None:
    test = f"import pytest, twin\n@pytest.mark.twinwheel({marker})\ndef test_it(): pass\n"
    done = twin_project(tmp_path, {"test_it.py": test}).pytest(*asked)
    assert done.code != 0
    assert said in done.out
    assert "Traceback" not in done.out


def test_a_fixture_without_a_twin_package_says_so(tmp_path: Path) -> None:
    project = Project(tmp_path / "project").write(
        {
            "test_it.py": """
                def test_one(twinwheel_implementation): pass
                def test_all(twinwheel_implementations): pass
            """
        }
    )
    done = project.pytest("--continue-on-collection-errors")
    assert done.code == 1
    assert done.out.count("[TW731] no twin package is named here") >= 2
    assert "Traceback" not in done.out
    done = project.pytest("--twinwheel-package=json", "-k", "test_all")
    assert "[TW731] json is no twin package" in done.out
