"""What is done with the objects of a class: a ladder for each method and operator, or by chance."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from twinwheel.verify.edges import edges
from twinwheel.verify.operators import ANOTHER, is_basic
from twinwheel.verify.probing import UNKNOWN, probes, typical
from twinwheel.verify.runner.operations import SOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

    from twinwheel.verify.domains import Domain
    from twinwheel.verify.recipes import Recipe
    from twinwheel.verify.signatures import Plan

    Step = tuple[str, list[Recipe] | None]

__all__ = ["checks", "ladder_of_steps", "steps_by_chance"]

_MOST_DOMAINS = 4
_OF_OTHERS = 0.3
"""How often it is no method that is called, but an operator or the like."""
_SAME_AGAIN = 0.2
"""How often few methods are called many times."""


def checks(plan: Plan) -> list[Step]:
    """Give what costs little, and is worth a look whatever an object was made with."""
    cheap = {"__contains__ own": 0, "__eq__ own": 0, "__eq__": 1, "__hash__": 1}
    return [
        (each.name, [("another",)] * cheap[each.name])
        for each in plan.methods
        if each.name in cheap
    ]


def ladder_of_steps(plan: Plan, others: Sequence[Recipe]) -> Iterator[list[Step]]:
    """Give the steps to take with one object after another.

    Args:
        plan: The class's.
        others: Objects of it that are unlike.
    """
    if plan.attributes:
        yield [(each, None) for each in plan.attributes]
    ladders = [_of_method(plan, method, others) for method in plan.methods]
    while ladders:
        for each in list(ladders):
            taken = list(islice(each, 8))
            if len(taken) < 8:
                ladders.remove(each)
            yield from taken


def _of_method(plan: Plan, method: Plan, others: Sequence[Recipe]) -> Iterator[list[Step]]:
    if method.parameters is None:
        for probe in islice(probes(method), 50):
            yield [(method.name, probe.arguments), *_looks(plan, method.name, probe.arguments)]
        return
    required = [each for each in method.parameters if each.required and not each.keyword_only]
    plain = [typical(each.domains[0]) for each in required]
    yield [(method.name, plain), (method.name, plain), *_looks(plan, method.name, plain)]
    for index, parameter in enumerate(required):
        for domain in parameter.domains[:_MOST_DOMAINS]:
            for value in (*edges(domain), *(others if domain == ANOTHER else ())):
                arguments = [*plain[:index], value, *plain[index + 1 :]]
                yield [(method.name, arguments), *_looks(plan, method.name, arguments)]


def _looks(plan: Plan, done: str, arguments: list[Recipe]) -> list[Step]:
    """Give the steps that show what another has done."""
    known = {each.name for each in plan.methods}
    steps: list[Step] = []
    if done in ("__setitem__", "__delitem__") and "__getitem__" in known:
        steps.append(("__getitem__", arguments[:1]))
    elif done not in SOURCES and done.endswith((".setter", ".deleter")):
        steps.append((done.partition(".")[0], None))
    return steps + [(each, []) for each in ("__len__", "__iter__") if each in known]


def steps_by_chance(
    plan: Plan, chance: Random, value: Callable[[Domain], Recipe], other: Callable[[], Recipe]
) -> list[Step]:
    """Give some steps.

    Args:
        plan: The class's.
        chance: Where they are from.
        value: Gives a value of a domain.
        other: Gives an object of the class that is unlike.
    """
    if not plan.methods and not plan.attributes:
        return []
    basic = [each for each in plan.methods if is_basic(each.name)]
    others = [each for each in plan.methods if not is_basic(each.name)]
    count = chance.randint(1, 10)
    if basic and chance.random() < _SAME_AGAIN:  # what fills up has to be filled
        basic = chance.sample(basic, min(2, len(basic)))
        count = chance.randint(5, 24)
    steps: list[Step] = []
    for _ in range(count):
        if plan.attributes and (not plan.methods or chance.random() < 0.15):
            steps.append((chance.choice(plan.attributes), None))
            continue
        kind = others if others and (not basic or chance.random() < _OF_OTHERS) else basic
        method = chance.choice(kind)
        operands = [
            other() if domain == ANOTHER and chance.random() < 0.5 else value(domain)
            for domain in _domains(method, chance)
        ]
        steps.append((method.name, operands))
    return steps


def _domains(method: Plan, chance: Random) -> list[Domain]:
    if method.parameters is None:
        return [chance.choice(UNKNOWN) for _ in range(chance.choice((0, 0, 1, 1, 2)))]
    return [
        chance.choice(each.domains[:_MOST_DOMAINS])
        for each in method.parameters
        if not each.keyword_only and (each.required or chance.random() < 0.3)
    ]
