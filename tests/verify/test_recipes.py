"""Recipes: the source of a call gives, after the prelude, the values that a worker builds."""

from __future__ import annotations

import ast
import math
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinwheel.verify.chances import by_chance
from twinwheel.verify.domains import Domain
from twinwheel.verify.edges import edges
from twinwheel.verify.mutating import mutate, mutate_call
from twinwheel.verify.recipes import Call, size, source, source_of_call, traits, walk
from twinwheel.verify.runner.building import BUILDERS, Scope, build
from twinwheel.verify.runner.calling import Caller
from twinwheel.verify.runner.encoding import encode, pack, short, unpack
from twinwheel.verify.runner.sources import SourceCaller

KINDS = (
    *("any", "json", "none", "bool", "int", "float", "complex", "str", "bytes", "bytearray"),
    *("buffer", "list", "tuple", "iterable", "set", "dict", "file", "callback", "array"),
)
MADE: tuple[str, ...] = (
    "datetime.datetime",
    "datetime.date",
    "datetime.time",
    "datetime.timedelta",
)
MADE += ("decimal.Decimal", "fractions.Fraction", "uuid.UUID", "pathlib.PurePosixPath")
DOMAINS = (
    *(Domain(kind) for kind in KINDS),
    *(Domain("make", values=(name,)) for name in MADE),
    Domain("union", (Domain("str"), Domain("none"))),
    Domain("list", (Domain("int"),)),
    Domain("dict", (Domain("str"), Domain("float"))),
    Domain("tuple", (Domain("int"), Domain("str"))),
    Domain("file", (Domain("str"),)),
    Domain("literal", values=(1, "a", None)),
)
pytest.importorskip("numpy")


def prepared(text: str) -> Any:
    return SourceCaller({"f": len}, ["f"]).prepare([text])


def evaluated(text: str) -> Any:
    return prepared(f"f({text})")[1][0]


def seen(value: Any) -> Any:
    """What is seen of a value; NaN equals itself, and 1 is not True."""
    return _shown(unpack(pack(encode(value))))


def _shown(plain: Any) -> Any:
    if type(plain) in (tuple, list):
        return type(plain)(_shown(each) for each in plain)
    return hex(plain) if type(plain) is int else repr(plain)


def same(recipe: Any) -> None:
    made = build(unpack(pack(recipe)), Scope({}))
    text = source(recipe)
    value = evaluated(text)
    assert seen(value) == seen(made), text[:500]
    as_recipe = Caller({}).can_change(["f", [recipe], [], []])
    assert SourceCaller({}).can_change([f"f({text})"]) == as_recipe, text[:500]
    if hasattr(made, "flags"):
        assert made.strides == value.strides
        assert made.flags.writeable == value.flags.writeable
        assert made.flags.aligned == value.flags.aligned
    if hasattr(made, "read"):
        assert made.read(2) == value.read(2)
    if isinstance(made, memoryview):
        assert (made.strides, made.readonly) == (value.strides, value.readonly)


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda each: f"{each.kind}{each.values[:1]}")
def test_the_source_of_each_edge_gives_its_value(domain: Domain) -> None:
    count = 0
    for recipe in edges(domain):
        if size(recipe) < 70 and "100000" not in str(recipe)[:40]:
            same(recipe)
            count += 1
    assert count >= 1


@given(st.sampled_from(DOMAINS), st.randoms(use_true_random=False))
@settings(max_examples=300)
def test_the_source_of_a_recipe_by_chance_gives_its_value(domain: Domain, chance: Random) -> None:
    chance = Random(chance.getrandbits(64))  # hypothesis's own has no randbytes
    recipe = by_chance(domain, chance)
    same(recipe)
    mutant = recipe
    for _ in range(3):
        mutant = mutate(mutant, chance)
    if size(mutant) < 5_000:
        try:
            made = build(mutant, Scope({}))
        except (TypeError, ValueError, OverflowError):  # it fits nowhere: no call is made with it
            return
        assert seen(evaluated(source(mutant))) == seen(made)


REST = (
    ("array", "h", b"\x01\x00\xff\xff"),
    ("scalar", "<f4", [], b"\0\0\x80\x3f"),
    ("view", "B", [2], b"ab", True),
    ("view", "H", [1, 2], b"abcd", False),
    ("written", b"abc"),
    ("slice", 1, None, 2),
    ("make", "collections.deque", [], [1, 2]),
    ("make", "collections.OrderedDict", [], [], ["a", 1, ("tuple", [1]), 2]),
    ("make", "collections.defaultdict", [("global", "builtins.list")], [], ["a", ("list", [])]),
    ("global", "builtins.Ellipsis"),
    ("global", "datetime.date"),
    ("subclass", "bytes", b"ab"),
    ("subclass", "tuple", ("tuple", [1, 2]), ["x", "y"]),
    ("floating", float("nan")),
    ("nest", "tuple", 3, "a"),
    10**5_000,
    -(10**5_000),
    ("list", [10**5_000]),
    *(
        ("numpy", "<f4", [3, 4], bytes(range(48)), layout)
        for layout in ("C", "Fortran", "readonly", "reversed", "strided", "swapped", "misaligned")
    ),
    ("numpy", "|u1", [1, 1], b"\5", "strided"),
    ("numpy", "|u1", [0], b"", "strided"),
    ("numpy", "<f8", [], bytes(8), "misaligned"),
)


@pytest.mark.parametrize("recipe", REST, ids=lambda each: short(each, 30))
def test_other_recipes_too(recipe: Any) -> None:
    same(recipe)


def test_each_layout_is_what_it_says() -> None:
    def made(layout: str) -> Any:
        return build(("numpy", "<f4", [3, 4], bytes(range(48)), layout), Scope({}))

    plain = made("C")
    for layout in ("Fortran", "readonly", "reversed", "strided", "misaligned"):
        assert (made(layout) == plain).all()
    assert not made("strided").flags.contiguous
    assert not made("strided").flags.f_contiguous
    assert made("reversed").strides == (-16, -4)
    assert made("Fortran").flags.f_contiguous
    assert not made("Fortran").flags.c_contiguous
    assert not made("readonly").flags.writeable
    assert not made("misaligned").flags.aligned
    assert made("swapped").dtype.str == ">f4"
    assert not build(("memoryview", b"abcd", 2), Scope({})).contiguous


def test_every_tag_has_a_source() -> None:
    from twinwheel.verify import recipes

    assert set(recipes._SOURCES) == set(BUILDERS)


def test_one_object_given_twice_is_one() -> None:
    call = Call("f", [("bytearray", b"ab"), 1, ("same", 0)], ["more", ("same", 0)], [])
    text = source_of_call(call)
    _, given, named, _ = prepared(text)
    assert given[0] == b"ab"
    assert given[0] is given[2] is named["more"]


def test_steps_and_calls_in_calls() -> None:
    inner = ("call", "Box", [1], ["size", 2])
    call = Call("f", [("list", [inner])], ["key", "é"], [("add", [1]), ("total", None), ("x", [])])
    assert source_of_call(call) == (
        "it = f([Box(1, size=2)], key='é'); it.add(1); it.total; it.x()"
    )
    ast.parse(source_of_call(call))


def test_long_ones_stay_short() -> None:
    text = ("join", [("repeat", "a", 4_096), "\\", ("repeat", "b", 9)])
    assert source(text) == "('a' * 4096 + '\\\\' + 'b' * 9)"
    assert size(text) == 4_106
    assert len(list(walk(text))) == 8


@pytest.mark.parametrize(
    ("recipe", "trait"),
    [
        (2**31, "32-bit integer"),
        (-(2**63), "64-bit integer"),
        (-1, "negative integer"),
        (float("nan"), "NaN"),
        (-0.0, "-0.0"),
        (math.inf, "infinity"),
        (5e-324, "subnormal"),
        (2.5, "half"),
        ("", "empty"),
        ("\ud800", "lone surrogate"),
        ("e\u0301", "combining marks"),
        ("😀", "beyond the basic plane"),
        ("é", "not ASCII"),
        ("\0", "NUL"),
        (b"\x80", "bytes of 128 and more"),
        (("repeat", "a", 4_097), "4,097 characters"),
        (("repeat", b"a", 4_097), "4,097 bytes"),
        (("join", [("repeat", b"a", 4_096), b"b"]), "4,097 bytes"),
        (("list", [0] * 33), "33 items"),
        (("dict", []), "empty"),
        (("nest", "list", 500, 1), "500 levels"),
        (("memoryview", b"ab", 2), "not contiguous"),
        (("numpy", "<f4", [1], bytes(4), "strided"), "not contiguous"),
        (("numpy", "<f4", [1], bytes(4), "readonly"), "readonly"),
        (("file", b"a", "short reads"), "short reads"),
        (("same", 0), "one object twice"),
        (("subclass", "str", "a"), "subclass"),
        (("bytearray", b""), "empty"),
    ],
    ids=repr,
)
def test_traits(recipe: Any, trait: str) -> None:
    assert trait in traits(Call("f", [recipe], [], []))
    assert trait in traits(Call("f", [], ["name", ("list", [recipe])], []))
    assert trait in traits(Call("f", [], [], [("step", [recipe])]))


def test_ordinary_ones_have_none() -> None:
    plain = [0, 1, True, None, 1.0, "a", b"a", ("list", [1, 2]), ("dict", ["a", 1])]
    assert traits(Call("f", plain, [], [])) == ()


@given(st.randoms(use_true_random=False))
@settings(max_examples=100)
def test_a_mutant_is_a_call_that_can_be_written(chance: Random) -> None:
    chance = Random(chance.getrandbits(64))
    domains = [chance.choice(DOMAINS) for _ in range(2)]
    call = Call("f", [by_chance(each, chance) for each in domains], ["k", 1], [("m", [2])])
    for _ in range(5):
        call = mutate_call(call, chance, [call])
        assert call.component == "f"
        assert len(call.keywords) == 2
        ast.parse(source_of_call(call))
        assert unpack(pack(list(call))) == list(call) or "nan" in repr(call)
