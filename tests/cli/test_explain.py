"""``twinwheel explain``: every code, however it is typed, in text, in colour and as data."""

from __future__ import annotations

import copy
import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.commands import finish, start

from twinwheel._vendor import tomli
from twinwheel.build.builders import BuildContext, builder_names, get_builder
from twinwheel.build.config_settings import Reader, check_mode, route_config_settings
from twinwheel.build.settings import current_situation, read_settings
from twinwheel.cli.explain.explanations import CLASSES, EXPLANATIONS, Explanation
from twinwheel.cli.explain.find import find
from twinwheel.cli.prose import parts_of, wrap
from twinwheel.errors import TwinwheelError
from twinwheel.selection.environment import choose

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.commands import Run

    from twinwheel.manifest_types import Manifest

DOCS = Path(__file__).parents[2] / "docs"
ALL = [pytest.param(each, id=each.code) for each in EXPLANATIONS]
BY_CODE = {each.code: each for each in EXPLANATIONS}
ESCAPES = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("explanation", ALL)
def test_an_explanation_is_whole(explanation: Explanation) -> None:
    for line in (explanation.meaning, explanation.remedy):
        assert line
        assert "\n" not in line
        assert not line.endswith(".")
    sentences = re.findall(r"[.?](?=\s|\Z)", re.sub(r"`[^`]*`", "", explanation.text))
    assert 2 <= len(sentences) <= 6
    assert explanation.text.count("`") % 2 == 0
    assert explanation.text.endswith(".")
    assert explanation.right or not explanation.wrong
    assert [page for page in explanation.pages if not (DOCS / page).is_file()] == []
    assert explanation.code[2] in CLASSES


@pytest.mark.parametrize("explanation", ALL)
def test_a_code_is_explained(run: Run, explanation: Explanation) -> None:
    done = run("explain", explanation.code)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"{explanation.code} (")
    assert explanation.meaning in " ".join(done.out.split())
    assert explanation.text in " ".join(done.out.split())
    for line in explanation.right.splitlines():
        assert f"    {line}".rstrip() in done.out.splitlines()


@pytest.mark.parametrize("typed", ["TW201", "tw201", "Tw201", "201", "[TW201]", " 201 "])
def test_a_code_may_be_typed_in_many_ways(run: Run, typed: str) -> None:
    assert run("explain", typed).out == run("explain", "TW201").out


def test_no_code_lists_them_all(run: Run) -> None:
    done = run("explain")
    assert done.code == 0
    listed = [line for line in done.out.splitlines() if line.startswith("TW")]
    assert [line[:5] for line in listed] == [each.code for each in EXPLANATIONS]
    assert all(each.meaning in line for each, line in zip(EXPLANATIONS, listed, strict=True))


def test_json(run: Run) -> None:
    one = json.loads(run("explain", "407", "--json").out)
    assert one["code"] == "TW407"
    assert one["class"] == "SelectionError"
    assert one["text"] == BY_CODE["TW407"].text
    every = json.loads(run("explain", "--json").out)
    assert [each["code"] for each in every] == [each.code for each in EXPLANATIONS]
    assert one in every


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("TW205", "did you mean TW20"),
        ("TW42", "did you mean TW742"),
        ("TW999", "twinwheel explain lists every code"),
        ("", "twinwheel explain lists every code"),
        ("errors", "accepted: TW and three digits"),
        ("TW209", "accepted: of tools: TW201, TW202, "),
    ],
)
def test_an_unknown_code_is_a_coded_error(run: Run, typed: str, says: str) -> None:
    done = run("explain", typed)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error[TW504]: there is no error {typed!r}\n")
    assert says in done.err
    assert done.err.endswith("  for more: twinwheel explain TW504\n")


@given(st.text() | st.from_regex(r"(?i)\s*\[?(tw)?\d{2,4}\]?"))
def test_whatever_is_typed_finds_a_code_or_gives_an_error(typed: str) -> None:
    code = code_of(lambda: find(typed))
    assert code in ("", "TW504")
    assert code or find(typed).code[2:] in typed


def test_colour_changes_no_word(run: Run) -> None:
    pytest.importorskip("rich")
    plain = run("explain", "TW103").out
    coloured = run("explain", "TW103", "--color", "always").out
    assert coloured != ESCAPES.sub("", coloured)
    assert ESCAPES.sub("", coloured).split() == plain.replace("`", "").split()


def test_neither_rich_nor_the_build_is_needed(tmp_path: Path) -> None:
    blocked = ("rich", "PIL", "packaging", "twinwheel.build")
    done = finish(start("explain", "TW201", blocked=blocked, cwd=tmp_path))
    assert done.code == 0
    assert done.out.startswith("TW201 (tools, ToolchainError)\n")


@given(st.lists(st.sampled_from(["word", "`a piece of code`", "longer-word", "`x`"])))
def test_wrapping_keeps_words_and_code_whole(words: list[str]) -> None:
    lines = wrap(" ".join(words), 20)
    assert " ".join(lines) == " ".join(words)
    assert all(line.count("`") % 2 == 0 and len(line) <= 20 for line in lines)
    assert "".join(part for line in lines for part, _ in parts_of(line)) == "".join(
        line.replace("`", "") for line in lines
    )


PROJECT = """
[tool.twinwheel]
package = "imagetools"
implementations.rust = { builder = "maturin", module = "imagetools._rust" }
components.blur = { effects = "pure" }
"""


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Put one document's tables into another's."""
    result = copy.deepcopy(old)
    for key, value in new.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def settings_error(example: str) -> str:
    """Return the code that an example gives as a part of a project; empty when it is right."""
    document = merged(tomli.loads(PROJECT), tomli.loads(example))
    situation = current_situation({}, "wheel", from_sdist=False)
    return code_of(lambda: read_settings(document, builder_names(), situation))


def code_of(action: Callable[[], object]) -> str:
    """Return the code of the error that an action ends with; empty when it does not."""
    try:
        action()
    except TwinwheelError as error:
        return error.code
    return ""


@pytest.mark.parametrize("code", ["TW103", "TW104", "TW105", "TW108"])
def test_examples_of_settings_are_true(code: str) -> None:
    assert settings_error(BY_CODE[code].wrong) == code
    if code != "TW108":  # its right one asks for a later version than this
        assert settings_error(BY_CODE[code].right) == ""


MANIFEST: Manifest = {  # type: ignore[typeddict-item]
    "prefer": ["rust", "c", "python"],
    "implementations": dict.fromkeys(["rust", "c", "python"]),
}


def variables_error(example: str) -> str:
    """Return the code that the variables of a command give."""
    pairs = [word.partition("=") for word in shlex.split(example) if word.startswith("IMAGETOOLS_")]
    variables = {name: value for name, _, value in pairs}
    assert variables
    return code_of(lambda: choose("imagetools", MANIFEST, variables))


@pytest.mark.parametrize("code", ["TW403", "TW404", "TW406", "TW407"])
def test_examples_of_variables_are_true(code: str) -> None:
    assert variables_error(BY_CODE[code].wrong) == code
    assert variables_error(BY_CODE[code].right) == ""


def test_examples_of_one_build_are_true() -> None:
    context = BuildContext(Path(), {}, {})
    readers = {"rust": Reader(get_builder("maturin"), context, ("rust",))}

    def setting(example: str) -> str:
        key, _, value = shlex.split(example)[-1].partition("=")
        return code_of(lambda: route_config_settings({key: value}, readers))

    def mode(example: str) -> str:
        value = shlex.split(example)[1].partition("=")[2]
        return code_of(lambda: check_mode(value, "here"))

    assert setting(BY_CODE["TW111"].wrong) == "TW111"
    assert setting(BY_CODE["TW111"].right) == ""
    assert mode(BY_CODE["TW112"].wrong) == "TW112"
    assert mode(BY_CODE["TW112"].right) == ""


def test_the_example_of_a_wrong_code_is_true(run: Run) -> None:
    for example, code in ((BY_CODE["TW504"].wrong, 2), (BY_CODE["TW504"].right, 0)):
        assert run(*shlex.split(example)[2:]).code == code
