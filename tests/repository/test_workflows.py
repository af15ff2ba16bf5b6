"""The workflows pin what they run, and ask for no more than they need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

USES = re.compile(r"^\s*(?:- )?uses:\s*(\S+)(.*)$", re.MULTILINE)
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}\Z")


@pytest.fixture(scope="module")
def workflows(root: Path) -> dict[str, str]:
    """Name -> text of each workflow."""
    folder = root / ".github/workflows"
    if not folder.is_dir():
        pytest.skip("the workflows are not part of a source distribution")
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.y*ml"))}


def test_there_are_the_two_workflows(workflows: dict[str, str]) -> None:
    assert list(workflows) == ["ci.yml", "wheels.yml"]


def test_every_action_is_pinned_by_a_commit_and_says_its_version(
    workflows: dict[str, str],
) -> None:
    used = [(name, *match) for name, text in workflows.items() for match in USES.findall(text)]
    assert len(used) > 10
    for name, action, comment in used:
        assert PINNED.match(action), f"{name}: {action} is not pinned by a full commit"
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), f"{name}: {action} says no version"


def test_one_action_has_one_version(workflows: dict[str, str]) -> None:
    pins: dict[str, set[str]] = {}
    for text in workflows.values():
        for action, comment in USES.findall(text):
            pins.setdefault(action.split("@")[0], set()).add(action + comment)
    assert {action: sorted(uses) for action, uses in pins.items() if len(uses) > 1} == {}


def test_no_workflow_starts_with_permissions(workflows: dict[str, str]) -> None:
    for name, text in workflows.items():
        assert re.search(r"^permissions: \{\}$", text, re.MULTILINE), name


def test_checkouts_keep_no_credentials(workflows: dict[str, str]) -> None:
    for name, text in workflows.items():
        assert text.count("actions/checkout@") == text.count("persist-credentials: false"), name


def test_only_the_job_that_publishes_gets_a_token(workflows: dict[str, str]) -> None:
    assert "id-token" not in workflows["ci.yml"]
    before, publish = workflows["wheels.yml"].split("\n  publish:\n")
    assert "id-token" not in before
    assert publish.count("id-token: write") == 1
    assert "if: github.event_name == 'release'" in publish
