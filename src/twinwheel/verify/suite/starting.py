"""Pytest is to start whatever the suite's own configuration asks of plugins that are not there."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from twinwheel.verify.suite import problems
from twinwheel.verify.suite.configuration import option, words_of
from twinwheel.verify.suite.session import run_session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from twinwheel.verify.suite.outcomes import Reading
    from twinwheel.verify.suite.session import Plan

__all__ = ["AS_IT_IS", "Without", "base_arguments", "run_from"]

_USAGE = 4
_TRIES = 12
_CONFTEST = "while loading conftest"
_MISSING = re.compile(r"No module named '([\w.]+)'")
_PLUGIN = re.compile(r"Error importing plugin \"([^\"]+)\"")
_UNKNOWN = re.compile(r"error: unrecognized arguments: (.+)")


@dataclass(frozen=True)
class Without:
    """What of the suite's configuration pytest goes without, so that it starts."""

    words: tuple[str, ...] = ()
    """Of ``addopts``, for want of a plugin."""
    options: tuple[str, ...] = ()
    """Whole options."""
    everything: bool = False
    complaint: str = ""
    """What pytest said last against it."""

    def arguments(self, folder: Path, room: Path) -> tuple[str, ...]:
        """Return what pytest is given for that."""
        if self.everything:
            empty = room / "empty.ini"
            empty.write_text("[pytest]\n", "utf-8")
            return ("-c", str(empty), f"--rootdir={folder}")
        made: list[str] = []
        if self.words:
            made += ["-o", f"addopts={shlex.join(_rest(folder, self.words))}"]
        for name in self.options:
            made += ["-o", f"{name}="]
        return tuple(made)

    def note(self) -> str:
        """Say it to the reader; nothing if there is nothing to say."""
        if self.everything:
            what = f"its pytest configuration, as pytest says: {self.complaint}"
        elif self.options:
            what = f"its {' and '.join(self.options)}, as pytest says: {self.complaint}"
        elif self.words:
            words = " ".join(map(_quoted, self.words))
            what = f"{words} of its addopts, which pytest does not know there"
        else:
            return ""
        return f"the suite is run without {what}"


AS_IT_IS = Without()


def _quoted(word: str) -> str:
    return word if word.startswith("-p ") else shlex.quote(word)


def base_arguments(room: Path) -> tuple[str, ...]:
    """Return what every run of a suite that is not the user's own is given.

    All tests are run, in their order, and nothing is left in the tests' folders.
    """
    return (
        *("-p", "_twinwheel_inside.plugin"),
        *("-p", "no:randomly"),
        *("-o", f"cache_dir={room / 'cache'}"),
        "--continue-on-collection-errors",
        "--maxfail=0",
        "--tb=short",
        "--color=no",
    )


def run_from(
    plan: Plan, without: Without, reading: Reading, on_event: Callable[[dict[str, Any]], None]
) -> tuple[Without, str]:
    """Run a suite, leaving out of its configuration what pytest does not start with.

    Args:
        plan: How.
        without: What is left out in any case, so that several runs are alike.
        reading: Takes what happens.
        on_event: Called with each event.

    Returns:
        What was left out, and the end of pytest's output.

    Raises:
        VerifyError: TW723 when a conftest fails, TW724 when nothing helps.
    """
    name = plan.injection.name
    text = ""
    for _ in range(_TRIES):
        extra = without.arguments(plan.folder, plan.room)
        text = run_session(replace(plan, arguments=(*extra, *plan.arguments)), reading, on_event)
        if reading.python:  # a session was begun
            return without, text
        if _CONFTEST in text:
            found = _MISSING.findall(text)
            raise problems.conftest_fails(name, found[-1] if found else "", text)
        if reading.code not in (1, _USAGE) or without.everything:
            break
        without = _less(plan.folder, without, text)
        reading.deaths.clear()
    raise problems.cannot_start(name, text or reading.deaths[-1].why)


def _less(folder: Path, without: Without, text: str) -> Without:
    """Leave out what pytest complains of; if that is not to be seen, more and more."""
    complaint = _complaint(text)
    there = words_of(option(folder, "addopts"))
    unknown, plugin = _UNKNOWN.search(text), _PLUGIN.search(text)
    culprits: list[str] = []
    if unknown is not None:
        # pytest joins the words by blanks, whatever is in them.
        said = f" {unknown[1]} "
        culprits = [word for word in there if f" {word} " in said]
    elif plugin is not None:
        culprits = _words_for(plugin[1], there)
    words = tuple(dict.fromkeys([*without.words, *culprits]))
    if words != without.words:
        return replace(without, words=words, complaint=complaint)
    for name in ("required_plugins", "filterwarnings", "addopts"):
        if name not in without.options and option(folder, name) is not None:
            return replace(without, options=(*without.options, name), complaint=complaint)
    return Without(everything=True, complaint=complaint)


def _words_for(plugin: str, words: list[str]) -> list[str]:
    """Return the words that load a plugin."""
    found = [word for word in words if word == f"-p{plugin}"]
    for before, word in pairwise(words):
        if before == "-p" and word == plugin:
            found += [f"-p {plugin}"]
    return found


def _rest(folder: Path, left_out: tuple[str, ...]) -> list[str]:
    words = words_of(option(folder, "addopts"))
    rest: list[str] = []
    while words:
        word = words.pop(0)
        if word == "-p" and words and f"-p {words[0]}" in left_out:
            words.pop(0)
        elif word not in left_out:
            rest.append(word)
    return rest


def _complaint(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()]
    said = [line for line in lines if "error:" in line.lower()]
    found = said[-1] if said else next((line for line in reversed(lines) if line), "")
    return found.removeprefix("ERROR: ").removeprefix("pytest.main(): error: ")
