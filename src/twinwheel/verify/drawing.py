"""Calls of a component: tries that learn how it is called, a ladder of edges, and by chance."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from twinwheel.verify.chances import by_chance
from twinwheel.verify.domains import ANY, Domain
from twinwheel.verify.edges import edges
from twinwheel.verify.mutating import mutate, mutate_call
from twinwheel.verify.recipes import Call, size
from twinwheel.verify.signatures import Parameter, Plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random

    from twinwheel.verify.recipes import Recipe

__all__ = ["Knowledge", "borrowed", "draw", "ladder", "probes"]

_MOST_PROBES = 400
_MOST_BORROWED = 20
_LARGEST = 70_000
_TYPICAL: dict[str, Recipe] = {
    "any": ("list", [1, "a", None]),
    "json": ("dict", ["a", ("list", [1, 2.5, None])]),
    "int": 2,
    "float": 1.5,
    "str": "abc",
    "buffer": b"abc",
    "bytes": b"abc",
    "bytearray": ("bytearray", b"abc"),
    "bool": True,
    "none": None,
    "list": ("list", [3, 1, 2]),
    "iterable": ("list", [3, 1, 2]),
    "tuple": ("tuple", [1, 2]),
    "set": ("set", [1, 2]),
    "dict": ("dict", ["b", 2, "a", 1]),
    "complex": ("complex", 1.0, 2.0),
    "callback": ("callback", "identity"),
    "array": ("numpy", "<f4", [3, 3], bytes(range(0, 72, 2))),
    "file": ("file", b"abc"),
}
_LEFT_OUT = (0.6, 0.9, 1.0)
"""How likely an optional parameter is left out. With many of them, one is often refused."""
_SOME_TYPES: tuple[Recipe, ...] = (
    *(None, True, 0, -1, 1.5, "a", b"a", 2**63, float("nan")),
    *(("list", []), ("dict", []), ("tuple", []), ("odd",), ("bytearray", b"a")),
    *(("memoryview", b"ab"), ("subclass", "str", "ab"), ("subclass", "int", 3), ("index", 2)),
    *(("floating", 1.5), ("iterator", [1]), ("global", "builtins.object"), ("complex", 1.0, 0.0)),
    *(("array", "B", b"ab"), ("subclass", "bytes", b"ab"), ("set", []), ("range", 0, 3, 1)),
)
_UNKNOWN = tuple(Domain(kind) for kind in ("str", "any", "int", "buffer", "list", "float"))


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
                self.named += [each.name, _typical(each.domains[0])]
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
                    Parameter(f"argument_{index}", _UNKNOWN) for index in range(len(self.typical))
                )
        for index, parameter in enumerate(self.parameters[: len(call.arguments)]):
            if len(parameter.domains) == 1:
                continue
            for domain in parameter.domains:
                if _TYPICAL.get(domain.kind) == call.arguments[index]:
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


def probes(plan: Plan) -> Iterator[Call]:
    """Give calls that show which types a component takes, and how many arguments."""
    if plan.parameters is None:
        yield Call(plan.name, [], [], [])
        for count in (1, 2, 3):
            kinds = _UNKNOWN if count < 3 else _UNKNOWN[:4]
            for domains in product(kinds, repeat=count):
                yield Call(plan.name, [_typical(each) for each in domains], [], [])
        return
    required = [each for each in plan.parameters if each.required and not each.keyword_only]
    named = [each for each in plan.parameters if each.required and each.keyword_only]
    ladders = [[_typical(domain) for domain in each.domains] for each in (*required, *named)]
    count = len(required)
    for values in islice(product(*ladders), _MOST_PROBES):
        keywords = zip((each.name for each in named), values[count:], strict=True)
        yield Call(
            plan.name, list(values[:count]), [part for pair in keywords for part in pair], []
        )


def _typical(domain: Domain) -> Recipe:
    if domain.kind == "union":
        return _typical(next((each for each in domain.inner if each.kind != "none"), ANY))
    if domain.kind in ("list", "iterable", "set") and domain.inner:
        item = _typical(domain.inner[0])
        return ("set", [item]) if domain.kind == "set" else ("list", [item, item, item])
    if domain.kind == "tuple" and domain.inner:
        return ("tuple", [_typical(each) for each in domain.inner])
    if domain.kind == "dict" and len(domain.inner) > 1:
        return ("dict", [_typical(domain.inner[0]), _typical(domain.inner[1])])
    if domain.kind == "file" and domain.inner and domain.inner[0].kind == "str":
        return ("file", "abc")
    if domain.kind in _TYPICAL:
        return _TYPICAL[domain.kind]
    return next(edges(domain), None)


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
        yield from _ladder_of_methods(knowledge, base)
    yield Call(plan.name, [], [], [])
    yield Call(plan.name, [*base, None], [], [])
    ladders = [_of_parameter(knowledge, base, index) for index in range(len(knowledge.parameters))]
    while ladders:
        for each in list(ladders):
            taken = list(islice(each, 12))
            if len(taken) < 12:
                ladders.remove(each)
            yield from taken
    yield from _same_twice(knowledge, base)


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
        _typical(each.domains[0])
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


def _ladder_of_methods(knowledge: Knowledge, base: list[Recipe]) -> Iterator[Call]:
    plan = knowledge.plan
    reads: list[tuple[str, list[Recipe] | None]] = [(each, None) for each in plan.attributes]
    if reads:
        yield Call(plan.name, list(base), [], reads)
    ladders = [_of_method(plan, method, base) for method in plan.methods]
    while ladders:
        for each in list(ladders):
            taken = list(islice(each, 8))
            if len(taken) < 8:
                ladders.remove(each)
            yield from taken


def _of_method(plan: Plan, method: Plan, base: list[Recipe]) -> Iterator[Call]:
    after: list[tuple[str, list[Recipe] | None]] = [
        (each.name, []) for each in plan.methods if each.name in ("__len__", "__iter__")
    ]
    parameters = method.parameters if method.parameters is not None else None
    if parameters is None:
        for probe in islice(probes(method), 50):
            yield Call(plan.name, list(base), [], [(method.name, probe.arguments), *after])
        return
    required = [each for each in parameters if each.required and not each.keyword_only]
    typical = [_typical(each.domains[0]) for each in required]
    yield Call(plan.name, list(base), [], [(method.name, typical), (method.name, typical), *after])
    for index, parameter in enumerate(required):
        for domain in parameter.domains[:4]:
            for value in edges(domain):
                arguments = [*typical[:index], value, *typical[index + 1 :]]
                yield Call(plan.name, list(base), [], [(method.name, arguments), *after])


def draw(knowledge: Knowledge, chance: Random, pool: Sequence[Recipe]) -> Call:
    """Give a call by chance, near to what is known or new."""
    if knowledge.corpus and chance.random() < 0.5:
        call = mutate_call(chance.choice(knowledge.corpus), chance, knowledge.corpus)
        if _is_small(call):
            return call
    plan = knowledge.plan
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
    return Call(plan.name, arguments, keywords, _steps(plan, chance, pool))


def _is_small(call: Call) -> bool:
    given = [*call.arguments, *call.keywords[1::2]]
    for _, arguments in call.steps:
        given += arguments or []
    return all(size(each) <= _LARGEST for each in given)


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


def _steps(
    plan: Plan, chance: Random, pool: Sequence[Recipe]
) -> list[tuple[str, list[Recipe] | None]]:
    if not plan.methods and not plan.attributes:
        return []
    steps: list[tuple[str, list[Recipe] | None]] = []
    for _ in range(chance.randint(1, 10)):
        if plan.attributes and (not plan.methods or chance.random() < 0.15):
            steps.append((chance.choice(plan.attributes), None))
            continue
        method = chance.choice(plan.methods)
        parameters = method.parameters
        if parameters is None:
            count = chance.choice((0, 0, 1, 1, 2))
            domains = [chance.choice(_UNKNOWN) for _ in range(count)]
        else:
            domains = [
                chance.choice(each.domains[:3])
                for each in parameters
                if not each.keyword_only and (each.required or chance.random() < 0.3)
            ]
        steps.append((method.name, [_of_domain(each, chance, pool) for each in domains]))
    return steps
