"""Calls that are drawn: as the plan has them, of domains that were taken, and the same again."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from itertools import islice
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinwheel.verify.domains import INTEGERS, Domain
from twinwheel.verify.drawing import Knowledge, borrowed, draw, ladder
from twinwheel.verify.edges import edges
from twinwheel.verify.mutating import mutate
from twinwheel.verify.probing import probes
from twinwheel.verify.recipes import Call, size, source_of_call
from twinwheel.verify.runner.building import Scope, build
from twinwheel.verify.runner.encoding import pack, unpack
from twinwheel.verify.signatures import Parameter, Plan

pytest.importorskip("numpy")
INT, STR, NONE = Domain("int"), Domain("str"), Domain("none")
LIST, BUFFER = Domain("list"), Domain("buffer")
KINDS = ("int", "str", "bool", "none", "float", "bytes", "bytearray")


def plan_of(*parameters: Parameter, **more: Any) -> Plan:
    return Plan("f", parameters, ("test",), **more)


def one(name: str, *domains: Domain, **more: Any) -> Parameter:
    return Parameter(name, domains or (INT,), **more)


def packed(calls: Iterable[Call]) -> list[bytes]:
    return [pack(list(each)) for each in calls]  # so that NaN is equal too


def first(calls: Iterator[Call], count: int = 300) -> list[Call]:
    return list(islice(calls, count))


def signature(plan: Plan) -> inspect.Signature:
    """Give a plan as a signature of Python's."""
    assert plan.parameters is not None
    kinds = inspect.Parameter
    found = []
    for each in plan.parameters:
        kind: Any = kinds.POSITIONAL_OR_KEYWORD
        if each.repeated:
            kind = kinds.VAR_POSITIONAL
        elif each.keyword_only:
            kind = kinds.KEYWORD_ONLY
        elif each.positional_only:
            kind = kinds.POSITIONAL_ONLY
        default = kinds.empty if each.required or each.repeated else None
        found.append(kinds(each.name, kind, default=default))
    return inspect.Signature(found)


@st.composite
def plans(drawn: st.DrawFn) -> Plan:
    """Give a plan that Python could have a function of."""
    count = st.integers(0, 2)
    domains = st.lists(st.sampled_from(KINDS).map(Domain), min_size=1, max_size=3, unique=True)
    found: list[Parameter] = []
    optional = False
    for kind in ("positional_only", "", "repeated", "keyword_only"):
        for _ in range(drawn(st.integers(0, 1)) if kind == "repeated" else drawn(count)):
            required = kind != "repeated" and drawn(st.booleans())
            if kind in ("positional_only", ""):
                optional = optional or not required
                required = not optional
            name = f"p{len(found)}"
            more = {kind: True} if kind else {}
            found.append(Parameter(name, tuple(drawn(domains)), required=required, **more))
    return plan_of(*found)


def accepted(plan: Plan, call: Call) -> None:
    """A function of this plan takes the call; its arguments can be sent and built."""
    assert call.component == plan.name
    scope = Scope({})
    plain = unpack(pack(list(call)))
    for recipe in plain[1]:
        scope.arguments.append(build(recipe, scope))
    named = {name: build(each, scope) for name, each in zip(*[iter(plain[2])] * 2, strict=True)}
    assert len(named) == len(call.keywords) // 2
    signature(plan).bind(*scope.arguments, **named)
    source_of_call(call)


@given(plans(), st.integers(0, 2**64))
@settings(deadline=None, max_examples=100)
def test_each_draw_is_a_call_that_the_plan_takes(plan: Plan, seed: int) -> None:
    chance, knowledge = Random(seed), Knowledge(plan)
    for _ in range(5):
        accepted(plan, draw(knowledge, chance, ["pooled", b"pooled", 7]))


@given(plans())
@settings(deadline=None, max_examples=100)
def test_each_probe_is_a_call_that_the_plan_takes(plan: Plan) -> None:
    calls = first(probes(plan))
    assert calls
    for call in calls:
        accepted(plan, call)


@given(plans())
@settings(deadline=None, max_examples=100)
def test_each_step_of_the_ladder_is_a_call_that_the_plan_takes(plan: Plan) -> None:
    """But for the first two: no arguments at all, and one too many."""
    for call in first(ladder(Knowledge(plan)), 120)[2:]:
        if not any(size(each) > 1_000 for each in call.arguments):
            accepted(plan, call)


def test_the_ladder_begins_with_no_argument_and_one_too_many() -> None:
    calls = first(ladder(Knowledge(plan_of(one("a"), one("b", STR)))), 2)
    assert [each.arguments for each in calls] == [[], [2, "abc", None]]


@given(plans(), st.integers(0, 2**64))
@settings(deadline=None, max_examples=60)
def test_equal_seeds_give_equal_calls(plan: Plan, seed: int) -> None:
    runs = []
    for _ in range(2):
        chance, knowledge = Random(seed), Knowledge(plan)
        knowledge.corpus = [Call("f", [1, "a"], [], [])]
        runs.append(packed([*(draw(knowledge, chance, ["a"]) for _ in range(8))]))
    assert runs[0] == runs[1]
    assert packed(first(ladder(Knowledge(plan)), 50)) == packed(first(ladder(Knowledge(plan)), 50))


def test_probes_try_each_combination_of_the_domains() -> None:
    calls = first(
        probes(plan_of(one("a", INT, STR), one("b", NONE, STR), one("c", required=False)))
    )
    assert [each.arguments for each in calls] == [[2, None], [2, "abc"], ["abc", None], ["abc"] * 2]


def test_probes_of_many_parameters_end() -> None:
    domains = tuple(map(Domain, KINDS))
    calls = list(probes(plan_of(*(one(f"p{index}", *domains) for index in range(9)))))
    assert 100 < len(calls) < 1_000


def test_what_is_not_known_is_tried_with_up_to_three_arguments() -> None:
    calls = list(probes(Plan("f", None, ())))
    assert {len(each.arguments) for each in calls} == {0, 1, 2, 3}
    assert calls[0].arguments == []
    assert [] not in [each.arguments for each in calls[1:]]


def test_what_the_control_took_tells_how_many_arguments_there_are() -> None:
    knowledge = Knowledge(Plan("f", None, ()))
    assert draw(knowledge, Random(0), []).arguments == []
    knowledge.learn(Call("f", [1], [], []), taken=True, returned=False)  # it may still be wrong
    assert knowledge.parameters == ()
    knowledge.learn(Call("f", [1, "a"], [], []), taken=True, returned=True)
    assert {len(draw(knowledge, Random(seed), []).arguments) for seed in range(20)} == {2}
    assert [1, "a", None] in [each.arguments for each in first(ladder(knowledge))]


def learnt(plan: Plan, takes: type, times: int = 1) -> Knowledge:
    """Give what is known once the control was probed, which takes one type alone."""
    knowledge = Knowledge(plan)
    for _ in range(times):
        for call in probes(plan):
            fine = all(type(each) is takes for each in call.arguments)
            knowledge.learn(call, taken=fine, returned=fine)
    return knowledge


def test_domains_that_were_refused_are_left_out_of_the_ladder() -> None:
    knowledge = learnt(plan_of(one("a", INT, STR, LIST)), int)
    assert knowledge.certain(0) == [INT]
    assert knowledge.typical == [2]
    given_ = [each.arguments[0] for each in first(ladder(knowledge), 2_000)[2:]]
    assert {*INTEGERS} <= {each for each in given_ if type(each) is int}
    assert len([each for each in given_ if type(each) is str]) < 5  # of a few types nevertheless


def test_domains_that_were_refused_are_hardly_drawn() -> None:
    plan = plan_of(one("a", INT, STR, LIST))
    chance = Random(1)
    fresh, knowing = (
        [type(draw(each, chance, []).arguments[0]) for _ in range(300)]
        for each in (Knowledge(plan), learnt(plan, int, times=3))
    )
    assert 50 < fresh.count(int) < 150
    assert knowing.count(int) > 250
    assert knowing.count(int) < 300  # the control may take others where it is given other arguments


def test_where_all_were_refused_all_are_tried() -> None:
    plan = plan_of(one("a", INT, STR))
    knowledge = learnt(plan, complex)
    assert knowledge.certain(0) == [INT, STR]
    assert knowledge.typical is None


@pytest.mark.parametrize("required", [True, False])
@pytest.mark.parametrize("kind", ["", "positional_only", "keyword_only"])
def test_each_edge_of_each_parameter_is_given(kind: str, required: bool) -> None:
    more = {kind: True} if kind else {}
    plan = plan_of(one("a", STR), one("b", required=required, **more))
    taken = [[*each.arguments, *each.keywords[1::2]] for each in ladder(Knowledge(plan))]
    numbers = {each[1] for each in taken if len(each) == 2 and type(each[1]) is int}
    assert {*INTEGERS} <= numbers
    texts = [each[0] for each in taken if each]
    assert all(each in texts for each in edges(STR))


def test_repeated_parameters_are_given_in_the_ladder_and_drawn() -> None:
    plan = plan_of(one("a", STR), one("rest", repeated=True, required=False))
    assert ["abc", 2**31, 2**31] in [each.arguments for each in ladder(Knowledge(plan))]
    counts = {len(draw(Knowledge(plan), Random(seed), []).arguments) for seed in range(40)}
    assert counts == {1, 2, 3, 4}


def test_parameters_take_turns() -> None:
    """Else a search that is short would not come to the second."""
    calls = first(ladder(Knowledge(plan_of(one("a"), one("b"), one("c", STR)))), 60)[2:]
    base = [2, 2, "abc"]
    for place in range(3):
        assert any(each.arguments[place] != base[place] for each in calls), place


def test_parameters_of_one_kind_are_given_alike_too() -> None:
    calls = first(ladder(Knowledge(plan_of(one("a", STR), one("n"), one("b", STR)))), 2_000)
    assert ["", 2, ""] in [each.arguments for each in calls]
    assert ["", 2, "abc"] in [each.arguments for each in calls]
    assert ["abc", 2, ""] in [each.arguments for each in calls]


@pytest.mark.parametrize("kind", ["bytearray", "buffer", "list", "array", "any"])
def test_one_object_is_given_twice_where_it_can_be_written_into(kind: str) -> None:
    domain = Domain(kind)
    calls = list(ladder(Knowledge(plan_of(one("a", domain), one("n"), one("b", domain)))))
    twice = [each for each in calls if ("same", 0) in each.arguments]
    assert {each.arguments[0][0] for each in twice} == {"bytearray", "list", "numpy"}
    assert all(each.arguments[2] == ("same", 0) for each in twice)


def test_no_object_is_given_twice_that_cannot_be_written_into() -> None:
    calls = ladder(Knowledge(plan_of(one("a", STR), one("b", STR))))
    assert not any(("same", 0) in each.arguments for each in calls)


def test_optional_parameters_are_left_out_and_given() -> None:
    plan = plan_of(one("a"), *(one(f"o{index}", required=False) for index in range(3)))
    calls = [draw(Knowledge(plan), Random(seed), []) for seed in range(300)]
    assert {len(each.arguments) + len(each.keywords) // 2 for each in calls} == {1, 2, 3, 4}
    assert sum(len(each.arguments) == 1 and not each.keywords for each in calls) > 150
    assert any(each.keywords[::2] == ["o2"] for each in calls)


def test_what_others_gave_is_borrowed_where_it_fits_the_latest_first() -> None:
    plan = plan_of(one("a", BUFFER), one("n"), one("b", Domain("union", (NONE, STR))))
    calls = list(borrowed(Knowledge(plan), [b"old", 5, "text", b"new"]))
    assert [each.arguments for each in calls] == [
        *([b"new", 2, "abc"], [b"abc", 2, "text"], [b"old", 2, "abc"])
    ]
    many = [str(number) for number in range(1_000)]
    assert len(list(borrowed(Knowledge(plan_of(one("a", STR))), many))) == 20


@given(st.integers(0, 2**64))
@settings(deadline=None, max_examples=40)
def test_the_pool_is_drawn_from_where_it_fits(seed: int) -> None:
    chance = Random(seed)
    texts = [draw(Knowledge(plan_of(one("a", STR))), chance, ["pooled"]) for _ in range(100)]
    assert ["pooled"] in [each.arguments for each in texts]
    numbers = [draw(Knowledge(plan_of(one("a"))), chance, ["pooled"]) for _ in range(30)]
    assert all(type(each.arguments[0]) is int for each in numbers)


CLASS = plan_of(
    one("size"),
    is_class=True,
    methods=(
        Plan("add", (one("item", STR), one("more", required=False)), ()),
        Plan("__len__", (), ()),
        Plan("odd", None, ()),
    ),
    attributes=("total",),
)


@given(st.integers(0, 2**64))
@settings(deadline=None, max_examples=60)
def test_draws_of_a_class_take_steps(seed: int) -> None:
    call = draw(Knowledge(CLASS), Random(seed), [])
    assert 1 <= len(call.steps) <= 24
    for name, arguments in call.steps:
        if name == "total":
            assert arguments is None
        else:
            assert arguments is not None
            counts: dict[str, tuple[int, ...]] = {"add": (1, 2), "__len__": (0,), "odd": (0, 1, 2)}
            assert len(arguments) in counts[name]


def test_the_ladder_of_a_class_reads_attributes_and_climbs_each_method() -> None:
    calls = list(ladder(Knowledge(CLASS)))
    assert calls[0].steps == [("total", None)]
    steps = [each.steps for each in calls]
    after: tuple[str, list[Any]] = ("__len__", [])
    assert [("add", ["abc"]), ("add", ["abc"]), after] in steps  # twice: the state may matter
    texts = [each[0][1] for each in steps if each and each[0][0] == "add"]
    assert all([each] in texts for each in edges(STR))
    assert {len(each[0][1] or []) for each in steps if each and each[0][0] == "odd"} >= {0, 1, 2}
    assert [2**31] in [each.arguments for each in calls]


def test_functions_take_no_steps() -> None:
    plan = plan_of(one("a"))
    assert not any(each.steps for each in ladder(Knowledge(plan)))
    assert not any(draw(Knowledge(plan), Random(seed), []).steps for seed in range(20))


def largest(call: Call) -> int:
    given_ = [*call.arguments, *call.keywords[1::2]]
    for _, arguments in call.steps:
        given_ += arguments or []
    return max((size(each) for each in given_), default=0)


@pytest.mark.parametrize("place", ["arguments", "keywords", "steps"])
def test_mutants_of_mutants_do_not_grow_without_end(place: str) -> None:
    """In either place: what is too large for both is no difference, and takes seconds."""
    chance = Random(5)
    large = ("repeat", "a" * 4_000, 10)
    seeds = {
        "arguments": Call("f", [large], [], []),
        "keywords": Call("f", [], ["a", large], []),
        "steps": Call("f", [], [], [("add", [large])]),
    }
    knowledge = Knowledge(plan_of(one("a", STR), is_class=True, methods=CLASS.methods))
    knowledge.corpus = [seeds[place]]
    sizes = []
    for _ in range(400):
        call = draw(knowledge, chance, [])
        sizes.append(largest(call))
        knowledge.corpus = [*knowledge.corpus[-20:], call]
    assert max(sizes) <= 70_000
    assert max(sizes) > 4_096


def test_half_of_the_draws_are_near_to_what_is_known() -> None:
    knowledge = Knowledge(plan_of(one("a", STR)))
    knowledge.corpus = [Call("f", ["a very long text that nobody guesses"], [], [])]
    chance = Random(3)
    texts = [source_of_call(draw(knowledge, chance, [])) for _ in range(200)]
    assert 60 < sum("text" in each or "very" in each for each in texts) < 140


def test_what_has_to_be_given_by_name_is_learnt_too() -> None:
    plan = plan_of(one("a", STR, INT), one("mode", STR, INT, keyword_only=True))
    knowledge = Knowledge(plan)
    for call in probes(plan):
        fine = [*map(type, call.arguments), type(call.keywords[1])] == [int, int]
        knowledge.learn(call, taken=fine, returned=fine)
    assert knowledge.typical == [2]
    for call in [*first(ladder(knowledge), 30), *borrowed(knowledge, ["b"])]:
        assert call.keywords == ["mode", 2] or call.arguments == [2]


def test_mutants_of_a_long_text_are_of_the_sizes_at_which_implementations_change() -> None:
    chance = Random(2)
    counts = {mutate(("repeat", "a", 100), chance)[2] for _ in range(600)}
    assert {99, 101, 255, 256, 257, 4095, 4096, 4097, 65536} <= counts
    assert mutate(("repeat", "a", 0), chance)[2] >= 0
