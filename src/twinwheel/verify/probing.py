"""Calls that show which types a component takes: with one value that is typical of each."""

from __future__ import annotations

from itertools import islice, product
from typing import TYPE_CHECKING

from twinwheel.verify.domains import ANY, Domain
from twinwheel.verify.edges import edges
from twinwheel.verify.recipes import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twinwheel.verify.recipes import Recipe
    from twinwheel.verify.signatures import Plan

__all__ = ["TYPICAL", "UNKNOWN", "probes", "typical"]

_MOST_PROBES = 400
TYPICAL: dict[str, Recipe] = {
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
"""Kind of a domain -> a value."""
UNKNOWN = tuple(Domain(kind) for kind in ("str", "any", "int", "buffer", "list", "float"))
"""What is tried where nothing is known."""


def probes(plan: Plan) -> Iterator[Call]:
    """Give calls that show which types a component takes, and how many arguments."""
    if plan.parameters is None:
        yield Call(plan.name, [], [], [])
        for count in (1, 2, 3):
            kinds = UNKNOWN if count < 3 else UNKNOWN[:4]
            for domains in product(kinds, repeat=count):
                yield Call(plan.name, [typical(each) for each in domains], [], [])
        return
    required = [each for each in plan.parameters if each.required and not each.keyword_only]
    named = [each for each in plan.parameters if each.required and each.keyword_only]
    ladders = [[typical(domain) for domain in each.domains] for each in (*required, *named)]
    count = len(required)
    for values in islice(product(*ladders), _MOST_PROBES):
        keywords = zip((each.name for each in named), values[count:], strict=True)
        yield Call(
            plan.name, list(values[:count]), [part for pair in keywords for part in pair], []
        )


def typical(domain: Domain) -> Recipe:
    """Give a value that is typical of a domain."""
    if domain.kind == "union":
        return typical(next((each for each in domain.inner if each.kind != "none"), ANY))
    if domain.kind in ("list", "iterable", "set") and domain.inner:
        item = typical(domain.inner[0])
        return ("set", [item]) if domain.kind == "set" else ("list", [item, item, item])
    if domain.kind == "tuple" and domain.inner:
        return ("tuple", [typical(each) for each in domain.inner])
    if domain.kind == "dict" and len(domain.inner) > 1:
        return ("dict", [typical(domain.inner[0]), typical(domain.inner[1])])
    if domain.kind == "file" and domain.inner and domain.inner[0].kind == "str":
        return ("file", "abc")
    if domain.kind in TYPICAL:
        return TYPICAL[domain.kind]
    return next(edges(domain), None)
