"""What is searched: the components that both sides have, and how each of them is called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from twinwheel.verify.domains import Domain
from twinwheel.verify.probing import probes
from twinwheel.verify.signatures import Plan, plan_of, read_stubs
from twinwheel.verify.workers import Death

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twinwheel.verify.pairs import Pair

__all__ = ["describe_pair", "first_names", "plain", "plans_of", "unsuited"]

Described = tuple[dict[str, Any], dict[str, Any]]
"""What the control and the candidate look like from outside."""


def describe_pair(pair: Pair) -> Described:
    """Ask both sides what they look like from outside; see ``runner.surface``."""
    answers = pair.ask(("describe",), seconds=60)
    control, candidate = (
        plain(each[1]) if not isinstance(each, Death) and each[0] == "described" else {"names": {}}
        for each in answers
    )
    return control, candidate


def plain(encoded: Any) -> Any:
    """Turn the containers of ``runner.encoding`` back into Python's."""
    if type(encoded) is not tuple:
        return encoded
    tag = encoded[0]
    if tag == "dict":
        flat = [plain(each) for each in encoded[1]]
        return dict(zip(flat[::2], flat[1::2], strict=True))
    if tag in ("list", "tuple"):
        return [plain(each) for each in encoded[1]]
    return encoded


def plans_of(pair: Pair, described: Described) -> list[Plan]:
    """Plan the calls of what both sides have.

    Args:
        pair: Both sides, started.
        described: What ``describe_pair`` gave.

    Returns:
        The components in the control's order, relations among them.
    """
    control, candidate = described
    stubs = read_stubs(text for side in described for _, text in side.get("stubs", ()))
    common = [name for name in pair.control.components if name in pair.candidate.components]
    sides_of = {
        name: (control["names"].get(name, {}), candidate["names"].get(name, {})) for name in common
    }
    classes: dict[str, Domain] = {}  # instances of them are arguments of the others
    for name in common:
        if any(each.get("kind") == "class" for each in sides_of[name]):
            plan = plan_of(name, sides_of[name], stubs, {})
            made = None if plan.is_exception else next(probes(plan), None)
            if made is not None:
                recipe = ("call", name, made.arguments, made.keywords)
                classes[name] = Domain("instance", values=(recipe,))
    relations = pair.control.relations
    plans = []
    for name in common:
        of = relations[name][0] if name in relations else name
        sides = sides_of.get(of) or sides_of[name]
        plans.append(replace(plan_of(of, sides, stubs, classes), name=name))
    return plans


def unsuited(plan: Plan) -> str:
    """Tell why a component is not searched; empty if it is."""
    if plan.is_exception:
        return "an exception class: it is compared where it is raised"
    return ""


def first_names(names: Iterable[str], described: Described) -> dict[str, str]:
    """Give the first name of what has several names on both sides, for each of the others."""
    known = list(names)
    found = {}
    for name in known:
        several = [side["names"].get(name, {}).get("all names", ()) for side in described]
        first = next((each for each in several[0] if each in several[1] and each in known), name)
        if first != name:
            found[name] = first
    return found
