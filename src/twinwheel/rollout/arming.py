"""Arm a package: put a slot in the place of each component, and follow the policy file."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from twinwheel.errors import RolloutError
from twinwheel.rollout import files, processes
from twinwheel.rollout.component import Component, declared_of
from twinwheel.rollout.events import Event, tell
from twinwheel.rollout.handling import Handler
from twinwheel.rollout.layout import COMPONENTS
from twinwheel.rollout.opening import open_page
from twinwheel.rollout.package import ArmedPackage
from twinwheel.rollout.page import private_page
from twinwheel.rollout.policy import Policy
from twinwheel.rollout.reading import policy_path, read_policy
from twinwheel.rollout.shadow import Shadows
from twinwheel.rollout.slots import make_slot
from twinwheel.rollout.watching import watch
from twinwheel.selection.binding import checked
from twinwheel.selection.handing import hand_out, implementations_of, record_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twinwheel.rollout.page import Page
    from twinwheel.selection.binding import Record, Selection

__all__ = ["arm", "armed", "page_path"]

_armed: dict[str, tuple[Record, ArmedPackage, Selection]] = {}


def arm(package: str, policy: str) -> Selection:
    """Bind the components of a package by slots.

    What is wrong with the policy, or with the page, is told to the log; then the control serves.

    Args:
        package: Full name of the package.
        policy: Path of the policy file.

    Returns:
        A selection whose functions are slots. Classes are bound as a group, for good.

    Raises:
        SelectionError: As ``twinwheel.select``.
    """
    record = record_of(package)
    if processes.interpreter() != 0:
        # What looks after the slots is a thread, and an interpreter that has one cannot be ended.
        message = "not armed, as this is a subinterpreter: what was selected serves"
        tell(Event("policy", package, message=message, severity="warning"))
        return record.selection
    known = _armed.get(package)
    if known is not None and known[0] is record:
        return known[2]
    path = policy_path(policy)
    found = implementations_of(record)
    names = tuple(found)
    try:
        read = read_policy(path, package, record.providers, names)
    except RolloutError:  # of which the log will tell, once
        read = None
    first = read or Policy()
    bound = dict(vars(record.selection))
    functions = [
        name for name, each in bound.items() if callable(each) and not isinstance(each, type)
    ]
    chosen, left = _columns(functions, first)
    if left:
        message = f"not armed, as a page holds {COMPONENTS} components: {', '.join(left)}"
        tell(Event("policy", package, message=message, severity="warning"))
    parts = {
        name: {
            each: checked(package, record.manifest, record.choice, name, getattr(module, name))
            for each, module in found.items()
            if getattr(module, name, None) is not None
        }
        for name in chosen
    }
    about = {
        "package": package,
        "version": record.manifest["version"],
        "components": {name: list(targets) for name, targets in parts.items()},
    }
    page, died_in, refused = _page(about)
    shadows = Shadows()
    slots = []
    for index, (name, targets) in enumerate(parts.items()):
        declared = declared_of(record.manifest["components"][name])
        component = Component(
            page, index, package, name, declared, tuple(targets), tuple(targets.values())
        )
        slots.append(make_slot(component, Handler(component, shadows)))
    armed_package = ArmedPackage(
        package,
        {name: record.providers[name] for name in bound},
        names,
        path,
        page,
        slots,
        shadows,
        follows=refused is None,
    )
    for name, each in zip(chosen, slots, strict=True):
        bound[name] = each.callable
    bound |= _classes(
        package, record, found, replace(first, kill=first.kill or bool(refused)), bound
    )
    made = hand_out(package, bound)
    _armed[package] = record, armed_package, made
    armed_package.start(read, refused)
    armed_package.bury(died_in)
    watch(armed_package)
    return made


def armed(package: str) -> ArmedPackage | None:
    """Return what is armed of a package in this process."""
    found = _armed.get(package)
    return None if found is None else found[1]


def page_path(about: Mapping[str, Any]) -> Path:
    """Return where the page of a package lies: one for each version and set of components."""
    # A process number says nothing in another container that shares the folder.
    key = repr([*sorted(about.items()), processes.namespace()]).encode()
    digest = blake2b(key, digest_size=4).hexdigest()
    return files.page_folder(os.environ) / f"{about['package']}-{digest}.page"


def _page(about: dict[str, Any]) -> tuple[Page, list[int], RolloutError | None]:
    try:
        page = open_page(page_path(about), about)
        return page, page.join(), None
    except RolloutError as error:
        return private_page(about), [], error


def _columns(functions: list[str], policy: Policy) -> tuple[list[str], list[str]]:
    """Say which functions get a place in the page, and which do not."""
    if len(functions) <= COMPONENTS:
        return functions, []
    named = [name for name in functions if name in policy.allow or name in policy.components]
    rest = [name for name in functions if name not in named]
    return (named + rest)[:COMPONENTS], (named + rest)[COMPONENTS:]


def _classes(
    package: str,
    record: Record,
    found: Mapping[str, Any],
    policy: Policy,
    bound: Mapping[str, Any],
) -> dict[str, Any]:
    """Bind the classes, all to one implementation, for as long as the process lives.

    Objects of two implementations do not mix; so a percentage is one of processes here.
    """
    names = [name for name, each in bound.items() if isinstance(each, type)]
    if not names:
        return {}
    whole = [each for each, module in found.items() if all(hasattr(module, n) for n in names)]
    control = policy.control or record.providers[names[0]]
    chosen = control
    tried = policy.candidate and all(map(policy.may_try, names))
    if tried and random.random() * 100 < policy.percentage:
        chosen = policy.candidate
    if chosen not in whole:
        return {}
    message = f"the classes {', '.join(names)} are those of {chosen}"
    tell(Event("policy", package, control=control, candidate=policy.candidate, message=message))
    return {name: getattr(found[chosen], name) for name in names}
