"""Every error code has one meaning, and an explanation."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from twinwheel.cli.explain.explanations import CLASSES, EXPLANATIONS

CODE = re.compile(r"TW\d{3}\Z")
Use = tuple[str, str]
"""Name of the class that is raised, and the place."""


@pytest.fixture(scope="module")
def used(root: Path) -> dict[str, list[Use]]:
    """Code -> where an error with it is made."""
    found: dict[str, list[Use]] = {}
    source = root / "src/twinwheel"
    for path in sorted(source.rglob("*.py")):
        if "_vendor" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            for keyword in node.keywords:
                value = keyword.value
                if keyword.arg == "code" and isinstance(value, ast.Constant):
                    assert CODE.match(str(value.value)), f"{path}:{node.lineno}: {value.value!r}"
                    place = f"{path.relative_to(source)}:{node.lineno}"
                    uses = found.setdefault(str(value.value), [])
                    uses.append((ast.unparse(node.func).rpartition(".")[2], place))
    return found


EXPLAINED = [explanation.code for explanation in EXPLANATIONS]


def test_every_code_is_explained(used: dict[str, list[Use]]) -> None:
    missing = {code: uses for code, uses in sorted(used.items()) if code not in EXPLAINED}
    assert missing == {}, "add an entry to src/twinwheel/cli/explain/explanations for each of these"


def test_every_explained_code_is_used(used: dict[str, list[Use]]) -> None:
    unused = [code for code in EXPLAINED if code not in used]
    assert unused == [], "remove the entries of these from src/twinwheel/cli/explain/explanations"


def test_no_code_is_explained_twice() -> None:
    assert [code for code, count in Counter(EXPLAINED).items() if count > 1] == []


def test_every_code_is_on_the_page_of_errors(root: Path) -> None:
    page = (root / "docs/reference/errors.md").read_text("utf-8")
    assert re.findall(r"^\| \[`(TW\d{3})`\]", page, re.MULTILINE) == EXPLAINED
    assert re.findall(r"^### (TW\d{3})$", page, re.MULTILINE) == EXPLAINED


def test_the_first_digit_tells_the_class(used: dict[str, list[Use]]) -> None:
    classes = {digit: error.__name__ for digit, (_, error) in CLASSES.items()}
    wrong = [
        (code, name, place)
        for code, uses in sorted(used.items())
        for name, place in uses
        if name != classes.get(code[2])
    ]
    assert wrong == []


def test_a_code_is_used_in_one_room_only(used: dict[str, list[Use]]) -> None:
    """Two rooms that use one code would mean two things by it."""
    rooms = {
        code: sorted({Path(place.partition(":")[0]).parts[0] for _, place in uses})
        for code, uses in used.items()
    }
    assert {code: names for code, names in rooms.items() if len(names) > 1} == {}
