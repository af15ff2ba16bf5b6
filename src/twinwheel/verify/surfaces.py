"""Two implementations from outside: names, signatures, classes, constants, docstrings, pickles."""

from __future__ import annotations

import builtins
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twinwheel.verify.answers import show
from twinwheel.verify.causes import digits_of
from twinwheel.verify.findings import Finding, Searched
from twinwheel.verify.planning import describe_pair, first_names, plans_of
from twinwheel.verify.probing import probes
from twinwheel.verify.runner.calling import RETURNED
from twinwheel.verify.runner.encoding import unpack
from twinwheel.verify.workers import Death

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinwheel.verify.pairs import Pair
    from twinwheel.verify.recipes import Call

__all__ = ["compare_surfaces"]

_CONSTANTS_DIFFER = "the constants differ"
_BY_NAME = ("POSITIONAL_OR_KEYWORD", "KEYWORD_ONLY")
_BY_PLACE = ("POSITIONAL_OR_KEYWORD", "POSITIONAL_ONLY")
_MOST_EXTRA = 20
"""Names of the candidate's own that a note has."""


def compare_surfaces(pair: Pair) -> tuple[list[Finding], list[Searched], list[str]]:
    """Compare what two implementations look like from outside.

    Returns:
        The findings, what was compared, and what else there is to know.
    """
    described = describe_pair(pair)
    control, candidate = (each.get("names", {}) for each in described)
    name = pair.candidate.subject.name
    declared = pair.control.subject.components
    if declared:  # what else two modules have in common are constants; the rest is their own
        control = {
            each: told
            for each, told in control.items()
            if each in declared or (told["kind"] == "constant" and each in candidate)
        }
    called = [each for each, told in control.items() if told["kind"] in ("function", "class")]
    first = first_names(called, described)  # for others, to be the same object says nothing
    own = {each: told for each, told in control.items() if each not in first}
    findings = list(_of_names(own, candidate, name))
    findings += _of_instances(pair, described, own, name)
    extra = [each for each in candidate if each not in control and not each.startswith("_")]
    modules = pair.control.subject.module, pair.candidate.subject.module
    findings = [_named(each, modules) for each in findings]
    notes = []
    if extra and not declared:
        at = pair.candidate.subject
        inner = f"{at.module}." if at.module != at.package else ""
        shown = [f"{inner}{each}" for each in sorted(extra)[:_MOST_EXTRA]]
        more = f" and {len(extra) - len(shown)} more" if len(extra) > len(shown) else ""
        notes.append(f"only {name} has {', '.join(shown)}{more}")
    compared = [
        Searched(each, comparisons=1 + len(told.get("members", ())), sources=("surface",))
        for each, told in own.items()
    ]
    compared += [
        Searched(each, skipped=f"it is another name of {other}", sources=("surface",))
        for each, other in first.items()
    ]
    return findings, compared, notes


def _finding(
    component: str, kind: str, summary: str, sides: tuple[str, str], candidate_name: str
) -> Finding:
    return Finding(
        "",  # known once it is known of which modules it is
        component,
        kind,
        summary,
        control=sides[0],
        candidate=sides[1],
        candidate_name=candidate_name,
    )


def _named(finding: Finding, modules: tuple[str, str]) -> Finding:
    """Give a finding its id; what is said in the same words of several components is one cause."""
    said = finding.kind, finding.summary
    identity = digits_of(*modules, finding.component, *said)
    alone = finding.summary == _CONSTANTS_DIFFER
    return replace(finding, id=identity, cause=identity if alone else digits_of(*said))


def _of_names(control: dict[str, Any], candidate: dict[str, Any], name: str) -> Iterator[Finding]:
    for each, mine in control.items():
        other = candidate.get(each)
        if other is None:
            if not each.startswith("_"):
                yield _finding(
                    each, "missing name", f"the candidate has no {each}", (mine["kind"], ""), name
                )
            continue
        kinds = mine["kind"], other["kind"]
        if kinds[0] != kinds[1]:
            if set(kinds) <= {"function", "class", "object", "odd"} and "class" not in kinds:
                continue
            yield _finding(each, "surface", _turned(*kinds), kinds, name)
        elif kinds[0] == "function":
            yield from _of_callable(each, mine, other, name)
        elif kinds[0] == "class":
            yield from _of_class(each, mine, other, name, control)
        elif kinds[0] == "constant" and mine["value"] != other["value"]:
            values = show(unpack(mine["value"])), show(unpack(other["value"]))
            if not _is_version(each):
                yield _finding(each, "surface", _CONSTANTS_DIFFER, values, name)


def _turned(before: str, after: str) -> str:
    shown = [f"an {each}" if each[0] in "aeiou" else f"a {each}" for each in (before, after)]
    return " is ".join(shown)


def _is_version(name: str) -> bool:
    return "version" in name.lower()


def _of_callable(
    component: str, mine: dict[str, Any], other: dict[str, Any], name: str
) -> Iterator[Finding]:
    if mine.get("is coroutine") != other.get("is coroutine"):
        yield _finding(component, "surface", "only one is a coroutine function", ("", ""), name)
    if mine["document"] and not other["document"]:
        first = mine["document"].strip().splitlines()[0]
        yield _finding(component, "surface", "the docstring is missing", (first, ""), name)
    yield from _of_signature(component, mine, other, name)


def _of_signature(
    component: str, mine: dict[str, Any], other: dict[str, Any], name: str
) -> Iterator[Finding]:
    left, right = mine.get("parameters"), other.get("parameters")
    if left is None:
        return
    shown = _shown(left), _shown(right)
    if right is None:
        summary = "inspect.signature() finds none"
        yield _finding(component, "signature", summary, shown, name)
        return
    problem = _narrower(left, right)
    if problem:
        yield _finding(component, "signature", problem, shown, name)


def _narrower(left: list[list[Any]], right: list[list[Any]]) -> str:
    """Which call that the control takes would the candidate not take, or take otherwise?"""
    kinds = {each[1] for each in right}
    by_name = {each[0]: each for each in right if each[1] in _BY_NAME}
    places = [each for each in right if each[1] in _BY_PLACE]
    names = {each[0] for each in left}
    for index, (parameter, kind, default, _) in enumerate(left):
        if kind in _BY_NAME and parameter not in by_name and "VAR_KEYWORD" not in kinds:
            return f"{parameter} cannot be given by name"
        if kind in _BY_PLACE:
            if index >= len(places):
                if "VAR_POSITIONAL" not in kinds:
                    return f"{parameter} cannot be given by position"
                continue
            there = places[index]
            # one of another name that may be left out goes with ``**``: it may well be the same
            other = parameter in by_name or there[0] in names or there[2] is None
            if kind in _BY_NAME and there[0] != parameter and other:
                return f"the parameter at position {index + 1} is {there[0]}, not {parameter}"
            problem = _of_default(parameter, default, there[2])
            if problem:
                return problem
        elif kind == "KEYWORD_ONLY" and parameter in by_name:
            problem = _of_default(parameter, default, by_name[parameter][2])
            if problem:
                return problem
        elif kind.startswith("VAR_") and kind not in kinds:
            return f"{'*' if kind == 'VAR_POSITIONAL' else '**'}{parameter} is not taken"
    if any(each[1].startswith("VAR_") for each in left):  # what it takes in fact is not known
        return ""
    count = sum(each[1] in _BY_PLACE for each in left)
    named = {each[0] for each in left if each[1] == "KEYWORD_ONLY"}
    for index, (parameter, kind, default, _) in enumerate(right):
        by_place = index < count and kind in _BY_PLACE
        by_name_too = parameter in named and kind in _BY_NAME
        if default is None and not (by_place or by_name_too or kind.startswith("VAR_")):
            return f"{parameter} is required"
    return ""


def _of_default(parameter: str, mine: str | None, other: str | None) -> str:
    if mine is None or other in (mine, "Ellipsis", "..."):
        return ""
    if other is None:
        return f"{parameter} has no default"
    if mine.startswith("<") and other.startswith("<"):  # of objects that each side has of its own
        return ""
    return f"the default of {parameter} is {other}, not {mine}"


def _shown(parameters: list[list[Any]] | None) -> str:
    if parameters is None:
        return "unknown"
    parts = []
    marked = False
    for index, (name, kind, default, _) in enumerate(parameters):
        prefix = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(kind, "")
        if kind == "KEYWORD_ONLY" and not marked:
            if not any(each[1] == "VAR_POSITIONAL" for each in parameters):
                parts.append("*")
            marked = True
        parts.append(f"{prefix}{name}" + (f"={default}" if default is not None else ""))
        following = parameters[index + 1][1] if index + 1 < len(parameters) else ""
        if kind == "POSITIONAL_ONLY" and following != "POSITIONAL_ONLY":
            parts.append("/")
    return f"({', '.join(parts)})"


def _of_class(
    component: str,
    mine: dict[str, Any],
    other: dict[str, Any],
    name: str,
    control: dict[str, Any],
) -> Iterator[Finding]:
    for base in mine["bases"]:
        known = base in control or hasattr(builtins, base) or base.startswith("collections.abc.")
        if known and base not in other["bases"]:
            bases = ", ".join(mine["bases"]), ", ".join(other["bases"])
            yield _finding(component, "surface", f"it is no {base} any more", bases, name)
            break  # what is above it is most often missing too
    if mine["document"] and not other["document"]:
        yield _finding(component, "surface", "the docstring is missing", ("", ""), name)
    if not mine["final"] and other["final"]:
        yield _finding(component, "surface", "it cannot be subclassed", ("", ""), name)
    for protocol in mine["protocols"]:
        if protocol not in other["protocols"] and protocol not in ("pickle", "order"):
            yield _finding(component, "surface", f"not {protocol} any more", (protocol, ""), name)
    yield from _of_signature(component, mine, other, name)
    for member, there in mine["members"].items():
        full = f"{component}.{member}"
        here = other["members"].get(member)
        if here is None:
            kind = there["kind"]
            yield _finding(
                full, "missing name", f"{component} has no {kind} {member}", (kind, ""), name
            )
        elif there["kind"] != here["kind"]:
            kinds = there["kind"], here["kind"]
            yield _finding(full, "surface", _turned(*kinds), kinds, name)
        elif there["kind"] == "method":
            yield from _of_signature(full, there, here, name)


def _of_instances(
    pair: Pair,
    described: tuple[dict[str, Any], dict[str, Any]],
    control: dict[str, Any],
    name: str,
) -> Iterator[Finding]:
    """Compare what only an object of a class tells: whether it gives its memory, and pickles."""
    for plan in plans_of(pair, described):
        told = control.get(plan.name, {})  # nothing is told of a relation
        if told.get("kind") != "class" or not plan.is_class or plan.is_exception:
            continue
        calls = [call for call, _ in zip(probes(plan), range(30), strict=False)]
        answers = pair.make(calls)
        fine = [
            call
            for call, both in zip(calls, answers, strict=True)
            if not any(isinstance(each, Death) or each[0] != RETURNED for each in both)
        ]
        if not fine:
            continue
        if "buffer" not in told["protocols"]:
            yield from _of_buffer(pair, plan.name, fine[0], name)
        yield from _of_pickle(pair, plan.name, fine[0], name)


def _of_buffer(pair: Pair, component: str, call: Call, name: str) -> Iterator[Finding]:
    answers = pair.ask(("is_buffer", list(call)))
    if any(isinstance(each, Death) for each in answers):
        pair.restart()
    elif [each[:2] for each in answers] == [("is buffer", True), ("is buffer", False)]:
        yield _finding(component, "surface", "not buffer any more", ("buffer", ""), name)


def _of_pickle(pair: Pair, component: str, call: Call, name: str) -> Iterator[Finding]:
    """Does each side read what the other pickled?"""
    written = pair.ask(("write_pickle", list(call)))
    control, candidate = written
    if any(isinstance(each, Death) for each in written):
        pair.restart()
    if isinstance(control, Death) or control[0] != "pickle":
        return  # the control's cannot be pickled
    if isinstance(candidate, Death) or candidate[0] != "pickle":
        why = candidate.detail if isinstance(candidate, Death) else show(candidate[1])
        texts = "it can be pickled", why
        yield _finding(component, "pickle", "it cannot be pickled", texts, name)
        return
    read = pair.candidate.ask(("read_pickle", control[1]))
    if isinstance(read, Death):
        pair.candidate.start()
        summary = "the control's pickle kills"
        yield _finding(component, "pickle", summary, ("", read.detail), name)
    elif read[0] == "failed":
        summary = "the candidate does not read the control's pickle"
        yield _finding(component, "pickle", summary, ("", show(read[1])), name)
