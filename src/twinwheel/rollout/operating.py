"""What an operator does by hand with an armed package of this process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from twinwheel.errors import RolloutError
from twinwheel.rollout.arming import armed
from twinwheel.rollout.copies import CannotCopyError, Copier
from twinwheel.rollout.layout import Field, field_at
from twinwheel.rollout.resuming import resume_by_name
from twinwheel.rollout.shadow import Job
from twinwheel.rollout.state import read_state
from twinwheel.rollout.watching import packages, publish

if TYPE_CHECKING:
    from twinwheel.rollout.component import Component
    from twinwheel.rollout.events import Event
    from twinwheel.rollout.package import ArmedPackage
    from twinwheel.rollout.state import PackageState

__all__ = ["compare", "flush", "problem", "resume", "state"]


def state(package: str) -> PackageState:
    """Tell how a package is served, and what its workers on this machine counted.

    Raises:
        RolloutError: TW613 when the package is not armed in this process.
    """
    found = _armed(package)
    publish()
    return read_state(found.page)


def problem(package: str) -> RolloutError | None:
    """Return why the policy or the page of an armed package was refused; None if neither was.

    Raises:
        RolloutError: TW613 when the package is not armed in this process.
    """
    return _armed(package).problem


def resume(package: str, component: str) -> None:
    """Close the breaker of a component, or end its quarantine, for all workers.

    Raises:
        RolloutError: TW613 when the package is not armed in this process, TW605 when it has no such
            component.
    """
    found = _armed(package)
    resume_by_name([found.page], package, component)
    by_name = {each.name: each for each in found.components}
    by_name[component].say("breaker", "the breaker is closed: it was resumed")


def flush() -> None:
    """Make the shadows of this process that wait, and return when all are made."""
    for found in packages():
        found.shadows.flush()


def compare(slot: Any, /, *args: Any, **kwargs: Any) -> Event:
    """Call control and candidate of a component, each with copies of the arguments, and compare.

    Args:
        slot: An armed component, such as ``imagetools.convolve``.
        args: Its arguments,
        kwargs: the same.

    Returns:
        Both times, whether the answers agree, and where they differ first.

    Raises:
        RolloutError: TW613 when it is no armed component, TW614 when it has no candidate, TW615
            when an argument cannot be copied, TW617 when the component is stateful.
    """
    component = _component_of(slot)
    word = component.page.read(field_at(component.index, Field.POLICY))
    if not component.policy.candidate:
        raise RolloutError(
            f"{component.package}.{component.name} has no candidate to compare with",
            code="TW614",
            where=component.name,
            accepted=f"a policy that names one: {', '.join(component.implementations)}",
        )
    if component.declared.effects == "stateful":
        raise RolloutError(
            f"{component.package}.{component.name} is stateful: to call both would act twice",
            code="TW617",
            where=component.name,
            accepted="a component that is declared pure, or whose effects are inplace",
        )
    try:
        for_control = Copier(2**62).copy((args, kwargs))
        for_candidate = Copier(2**62).copy((args, kwargs))
    except CannotCopyError as why:
        raise RolloutError(
            f"an argument of {component.name} cannot be copied: {why}",
            code="TW615",
            where=component.name,
            accepted="arguments that copy.deepcopy takes",
        ) from None
    control = component.targets[component.place(word).control]
    result, error = None, None
    began = time.perf_counter_ns()
    try:
        result = control(*for_control[0], **for_control[1])
    except Exception as raised:  # noqa: BLE001 (an answer to compare)
        error = raised
    took = time.perf_counter_ns() - began
    written = component.written(*for_control) or {}
    candidate_args, candidate_kwargs = for_candidate
    return Job(component, word, candidate_args, candidate_kwargs, took, result, error, written).run(
        contained=False
    )


def _component_of(slot: Any) -> Component:
    for found in packages():
        for each in found.slots:
            if each.callable is slot or each.callable == slot:
                return each.component
    raise RolloutError(
        f"{slot!r:.80} is no armed component",
        code="TW613",
        where="rollout.compare",
        accepted="a function of a package whose variable PREFIX_ROLLOUT names a policy",
    )


def _armed(package: str) -> ArmedPackage:
    found = armed(package)
    if found is None:
        raise RolloutError(
            f"{package} is not armed in this process",
            code="TW613",
            where=package,
            accepted="a package that is imported, and whose variable PREFIX_ROLLOUT names a policy",
        )
    return found
