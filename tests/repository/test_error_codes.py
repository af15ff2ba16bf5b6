"""Every error code has one meaning, and a place in the documentation."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

CODE = re.compile(r"TW\d{3}\Z")
CLASSES = {
    "1": "ConfigError",
    "2": "ToolchainError",
    "3": "BuildError",
    "4": "SelectionError",
    "5": "CommandError",
}
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


@pytest.fixture(scope="module")
def documented(root: Path) -> list[str]:
    """The codes of docs/reference/errors.md, in its order."""
    page = (root / "docs/reference/errors.md").read_text("utf-8")
    return re.findall(r"^\| `(TW\d{3})` \|", page, re.MULTILINE)


def test_every_code_is_documented(used: dict[str, list[Use]], documented: list[str]) -> None:
    missing = {code: uses for code, uses in sorted(used.items()) if code not in documented}
    assert missing == {}, "add a row to docs/reference/errors.md for each of these"


def test_every_documented_code_is_used(used: dict[str, list[Use]], documented: list[str]) -> None:
    assert [code for code in documented if code not in used] == []


def test_no_code_is_documented_twice(documented: list[str]) -> None:
    assert [code for code, count in Counter(documented).items() if count > 1] == []
    assert documented == sorted(documented)


def test_the_first_digit_tells_the_class(used: dict[str, list[Use]]) -> None:
    wrong = [
        (code, name, place)
        for code, uses in sorted(used.items())
        for name, place in uses
        if name != CLASSES.get(code[2])
    ]
    assert wrong == []


def test_a_code_is_used_in_one_room_only(used: dict[str, list[Use]]) -> None:
    """Two rooms that use one code would mean two things by it."""
    rooms = {
        code: sorted({Path(place.partition(":")[0]).parts[0] for _, place in uses})
        for code, uses in used.items()
    }
    assert {code: names for code, names in rooms.items() if len(names) > 1} == {}
