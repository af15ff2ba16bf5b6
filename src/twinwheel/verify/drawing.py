"""Calls of a component: tries that learn how it is called, a ladder of edges, and by chance."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from twinwheel.verify.chances import by_chance
from twinwheel.verify.edges import edges
from twinwheel.verify.mutating import mutate, mutate_call
from twinwheel.verify.probing import TYPICAL, UNKNOWN, typical
from twinwheel.verify.recipes import Call, size
from twinwheel.verify.signatures import Parameter, Plan
from twinwheel.verify.stepping import checks, ladder_of_steps, steps_by_chance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from twinwheel.verify.domains import Domain
    from twinwheel.verify.recipes import Recipe

__all__ = ["Knowledge", "borrowed", "draw", "ladder"]

_MOST_BORROWED = 20
_MOST_OTHERS = 24
"""Objects of a class that are unlike, for each parameter of what makes them."""
_LARGEST = 70_000
_TINY = 64
_LEFT_OUT = (0.6, 0.9, 1.0)
"""How likely an optional parameter is left out. With many of them, one is often refused."""
_SOME_TYPES: tuple[Recipe, ...] = (
    *(None, True, 0, -1, 1.5, "a", b"a", 2**63, float("nan")),
    *(("list", []), ("dict", []), ("tuple", []), ("odd",), ("bytearray", b"a")),
    *(("memoryview", b"ab"), ("subclass", "str", "ab"), ("subclass", "int", 3), ("index", 2)),
    *(("floating", 1.5), ("iterator", [1]), ("global", "builtins.object"), ("complex", 1.0, 0.0)),
    *(("array", "B", b"ab"), ("subclass", "bytes", b"ab"), ("set", []), ("range", 0, 3, 1)),
)


class Knowledge:
    """What a search has learnt of how a component is called."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.parameters: tuple[Parameter, ...] = plan.parameters or ()
        self.known_arity = plan.parameters is not None
        self.typical: list[Recipe] | None = None
        """Arguments that the control took, and"""
        self.named: list[Recipe] = []
        """name, recipe, name, recipe, ... of what has to be given by name."""
        for each in self.parameters:
            if each.required and each.keyword_only:
                self.named += [each.name, typical(each.domains[0])]
        self.corpus: list[Call] = []
        """Calls that led to something new."""
        self._taken: dict[tuple[int, Domain], list[int]] = {}

    def learn(self, call: Call, *, taken: bool, returned: bool) -> None:
        """Remember whether the control took the arguments of a call."""
        if returned and self.typical is None and call.keywords[::2] == self.named[::2]:
            self.typical = list(call.arguments)
            self.named = list(call.keywords)
            if not self.known_arity:
                self.known_arity = True
                self.parameters = tuple(
                    Parameter(f"argument_{index}", UNKNOWN) for index in range(len(self.typical))
                )
        for index, parameter in enumerate(self.parameters[: len(call.arguments)]):
            if len(parameter.domains) == 1:
                continue
            for domain in parameter.domains:
                if TYPICAL.get(domain.kind) == call.arguments[index]:
                    count = self._taken.setdefault((index, domain), [0, 0])
                    count[0] += taken
                    count[1] += 1

    def domains_of(self, index: int) -> list[tuple[Domain, float]]:
        """Give the domains of a parameter, each with how likely it is to be taken."""
        found = []
        for domain in self.parameters[index].domains:
            taken, tried = self._taken.get((index, domain), (0, 0))
            found.append((domain, (taken + 0.5) / (tried + 1)))
        return found

    def certain(self, index: int) -> list[Domain]:
        """Give the domains of a parameter that were taken, or all if none was."""
        known = self.domains_of(index)
        best = [domain for domain, weight in known if weight > 0.4]
        return best or [domain for domain, _ in known]


def ladder(knowledge: Knowledge) -> Iterator[Call]:
    """Give the edges of each parameter in turn, the others as the control takes them."""
    for call in _ladder(knowledge):
        yield _with_named(knowledge, call)


def _with_named(knowledge: Knowledge, call: Call) -> Call:
    """Give by name what has to be given by name; without it each call would be refused."""
    known = call.keywords[::2]
    missing: list[Recipe] = []
    for name, value in zip(knowledge.named[::2], knowledge.named[1::2], strict=True):
        missing += [] if name in known else [name, value]
    return call._replace(keywords=[*call.keywords, *missing]) if missing else call


def _ladder(knowledge: Knowledge) -> Iterator[Call]:
    plan = knowledge.plan
    base = _base(knowledge)
    if plan.is_class and plan.methods:
        yield from _ladder_of_class(knowledge, base)
    yield Call(plan.name, [], [], [])
    yield Call(plan.name, [*base, None], [], [])
    ladders = [_of_parameter(knowledge, base, index) for index in range(len(knowledge.parameters))]
    steps = checks(plan)
    while ladders:
        for each in list(ladders):
            taken = list(islice(each, 12))
            if len(taken) < 12:
                ladders.remove(each)
            yield from taken
            if steps:  # beside what is seen of calls without any
                yield from (each._replace(steps=steps) for each in taken if _is_tiny(each))
    yield from _same_twice(knowledge, base)


def _ladder_of_class(knowledge: Knowledge, base: list[Recipe]) -> Iterator[Call]:
    """Give what is done with objects, as well with one that has been given more to hold."""
    plan = knowledge.plan
    others = [
        ("call", plan.name, each.arguments, each.keywords)
        for index in range(len(knowledge.parameters))
        for made in islice(_of_parameter(knowledge, base, index), _MOST_OTHERS)
        for each in [_with_named(knowledge, made)]
    ]
    bases = [base]
    more = knowledge.parameters[len(base) : len(base) + 1]
    if more and not (more[0].keyword_only or more[0].repeated):
        bases.append([*base, typical(more[0].domains[0])])
    for steps in ladder_of_steps(plan, others):
        for each in bases:
            yield Call(plan.name, list(each), [], steps)


def borrowed(knowledge: Knowledge, pool: Sequence[Recipe]) -> Iterator[Call]:
    """Give calls with what other components gave, such as a salt or a packed text.

    They are for components that refused all tries, which take what hardly anybody would guess.
    """
    base = _base(knowledge)
    for value in list(reversed(pool))[:_MOST_BORROWED]:
        for index, parameter in enumerate(knowledge.parameters[: len(base)]):
            if any(_takes(domain, value) for domain in parameter.domains):
                call = Call(knowledge.plan.name, [*base[:index], value, *base[index + 1 :]], [], [])
                yield _with_named(knowledge, call)


def _takes(domain: Domain, value: Recipe) -> bool:
    if domain.kind == "union":
        return any(_takes(each, value) for each in domain.inner)
    wanted = _WANTED.get(domain.kind)
    return wanted is not None and isinstance(value, wanted)


def _base(knowledge: Knowledge) -> list[Recipe]:
    if knowledge.typical is not None:
        return list(knowledge.typical)
    return [
        typical(each.domains[0])
        for each in knowledge.parameters
        if each.required and not each.keyword_only
    ]


def _of_parameter(knowledge: Knowledge, base: list[Recipe], index: int) -> Iterator[Call]:
    parameter = knowledge.parameters[index]
    values: list[Iterator[Recipe]] = [edges(each) for each in knowledge.certain(index)]
    values.append(iter(_SOME_TYPES))
    while values:
        for ladder_ in list(values):
            for value in ladder_:
                yield from _with(knowledge, base, index, parameter, value)
                break
            else:
                values.remove(ladder_)


def _with(
    knowledge: Knowledge, base: list[Recipe], index: int, parameter: Parameter, value: Recipe
) -> Iterator[Call]:
    name = knowledge.plan.name
    if index < len(base):
        yield Call(name, [*base[:index], value, *base[index + 1 :]], [], [])
        alike = [
            other
            for other in range(len(base))
            if other != index
            and other < len(knowledge.parameters)
            and knowledge.parameters[other].domains == parameter.domains
        ]
        if alike:  # two texts are most often alike, or nearly
            both = list(base)
            for place in (index, *alike):
                both[place] = value
            yield Call(name, both, [], [])
    elif parameter.repeated:
        yield Call(name, [*base, value, value], [], [])
    elif parameter.positional_only:
        if index == len(base):
            yield Call(name, [*base, value], [], [])
    else:
        yield Call(name, list(base), [parameter.name, value], [])


def _same_twice(knowledge: Knowledge, base: list[Recipe]) -> Iterator[Call]:
    """Give calls with one object for two parameters, such as a buffer to read and to write."""
    count = len(knowledge.parameters)
    kinds = [set(_kinds(knowledge.certain(index))) for index in range(count)]
    writable = {"array", "bytearray", "buffer", "list", "any", "iterable"}
    for first in range(min(len(base), count)):
        for second in range(first + 1, count):
            if not (kinds[first] & writable and kinds[second] & writable):
                continue
            for value, other in _TWICE:
                arguments = [  # the others are as long, as sizes often have to be equal
                    value if place == first else other if kinds[place] & writable else each
                    for place, each in enumerate(base[:count])
                ]
                if second < len(base):
                    arguments[second] = ("same", first)
                    yield Call(knowledge.plan.name, arguments, [], [])


_TWICE: tuple[tuple[Recipe, Recipe], ...] = (
    (("bytearray", b"abcdefgh" * 3), ("bytearray", b"hgfe" * 6)),
    (("list", [3, 1, 2, 5, 4]), ("list", [1, 1, 7, 0, 2])),
    (
        ("numpy", "<f4", [5, 5], bytes(range(25)) * 4),
        ("numpy", "<f4", [5, 5], bytes(range(25, 0, -1)) * 4),
    ),
)
"""What is given twice, and what is given beside it."""


def _kinds(domains: Sequence[Domain]) -> Iterator[str]:
    for domain in domains:
        yield from _kinds(domain.inner) if domain.kind == "union" else (domain.kind,)


def draw(knowledge: Knowledge, chance: Random, pool: Sequence[Recipe]) -> Call:
    """Give a call by chance, near to what is known or new."""
    if knowledge.corpus and chance.random() < 0.5:
        call = mutate_call(chance.choice(knowledge.corpus), chance, knowledge.corpus)
        if _is_small(call):
            return call
    arguments, keywords = _given(knowledge, chance, pool)

    def value(domain: Domain) -> Recipe:
        return _of_domain(domain, chance, pool)

    def other() -> Recipe:
        return ("call", plan.name, *_given(knowledge, chance, pool))

    plan = knowledge.plan
    return Call(plan.name, arguments, keywords, steps_by_chance(plan, chance, value, other))


def _given(
    knowledge: Knowledge, chance: Random, pool: Sequence[Recipe]
) -> tuple[list[Recipe], list[Recipe]]:
    """Give arguments of the component by chance, and what is given by name."""
    arguments: list[Recipe] = []
    keywords: list[Recipe] = []
    positional = True
    left_out = chance.choice(_LEFT_OUT)
    for index, parameter in enumerate(knowledge.parameters):
        if parameter.repeated:
            if positional:
                count = chance.choice((0, 1, 2, 3))
                arguments += [_value(knowledge, index, chance, pool) for _ in range(count)]
            continue
        if not parameter.required and chance.random() < left_out:
            positional = False
            continue
        if parameter.keyword_only or not positional:
            if not parameter.positional_only:
                keywords += [parameter.name, _value(knowledge, index, chance, pool)]
        else:
            arguments.append(_value(knowledge, index, chance, pool))
    return arguments, keywords


def _is_small(call: Call) -> bool:
    given = [*call.arguments, *call.keywords[1::2]]
    for _, arguments in call.steps:
        given += arguments or []
    return all(size(each) <= _LARGEST for each in given)


def _is_tiny(call: Call) -> bool:
    return all(size(each) <= _TINY for each in (*call.arguments, *call.keywords[1::2]))


def _value(knowledge: Knowledge, index: int, chance: Random, pool: Sequence[Recipe]) -> Recipe:
    weighed = knowledge.domains_of(index)
    if len(weighed) == 1:
        domain = weighed[0][0]
    else:
        domain = chance.choices(
            [each for each, _ in weighed], [weight**2 + 0.01 for _, weight in weighed]
        )[0]
    return _of_domain(domain, chance, pool)


def _of_domain(domain: Domain, chance: Random, pool: Sequence[Recipe]) -> Recipe:
    if pool and chance.random() < 0.25:
        wanted = _WANTED.get(domain.kind)
        if wanted is not None:
            value = chance.choice(pool)
            if wanted is object or isinstance(value, wanted):
                return mutate(value, chance) if chance.random() < 0.5 else value
    return by_chance(domain, chance)


_WANTED: dict[str, type] = {"str": str, "bytes": bytes, "buffer": bytes, "any": object}
