"""Domains: what is given for one is of it, and its ladder has the edges that bugs are at."""

from __future__ import annotations

import array
import io
import itertools
import math
from collections.abc import Callable
from itertools import islice
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinwheel.verify.annotations import domain_of_annotation
from twinwheel.verify.chances import by_chance
from twinwheel.verify.domains import ANY, DEPTHS, Domain
from twinwheel.verify.edges import edges
from twinwheel.verify.recipes import size
from twinwheel.verify.runner.building import Scope, build
from twinwheel.verify.runner.encoding import pack, unpack

numpy = pytest.importorskip("numpy")


def built(recipe: Any) -> Any:
    """Build a value as the worker does that is sent its recipe."""
    return build(unpack(pack(recipe)), Scope({}))


def _all(domain: Domain, values: Any) -> bool:
    return all(fits(domain.inner[0], each) for each in values) if domain.inner else True


def _tuple(domain: Domain, value: Any) -> bool:
    if len(domain.inner) > 1:
        return len(value) == len(domain.inner) and all(map(fits, domain.inner, value))
    return _all(domain, value)


def _dict(domain: Domain, value: dict[Any, Any]) -> bool:
    if not domain.inner:
        return all(type(each) is str for each in value)
    key, item = domain.inner
    return all(fits(key, each) for each in value) and all(
        fits(item, each) for each in value.values()
    )


def _file(domain: Domain, value: Any) -> bool:
    text = bool(domain.inner) and domain.inner[0].kind == "str"
    return isinstance(value, io.StringIO if text else io.BytesIO)


ITERABLES: tuple[type[Any], ...] = (list, tuple, type(iter([])))
OF: dict[str, tuple[tuple[type, ...], Callable[[Domain, Any], bool]]] = {
    "none": ((type(None),), lambda *_: True),
    "bool": ((bool,), lambda *_: True),
    "int": ((int,), lambda *_: True),
    "float": ((float, int), lambda *_: True),  # as each annotation of it means
    "complex": ((complex,), lambda *_: True),
    "str": ((str,), lambda *_: True),
    "bytes": ((bytes,), lambda *_: True),
    "bytearray": ((bytearray,), lambda *_: True),
    "buffer": ((bytes, bytearray, memoryview, array.array), lambda *_: True),
    "list": ((list,), _all),
    "tuple": ((tuple,), _tuple),
    "set": ((set, frozenset), _all),
    "dict": ((dict,), _dict),
    "array": ((numpy.ndarray,), lambda *_: True),
}


def fits(domain: Domain, value: Any) -> bool:
    """Is a value of a domain?"""
    if domain.kind in ("any", "json"):
        return True
    if domain.kind == "union":
        return any(fits(each, value) for each in domain.inner)
    if domain.kind == "literal":
        return any(type(value) is type(each) and value == each for each in domain.values)
    if domain.kind == "make":
        return f"{type(value).__module__}.{type(value).__qualname__}" in domain.values
    if domain.kind == "callback":
        return value is None or callable(value)
    if domain.kind == "file":
        return _file(domain, value)
    if domain.kind == "iterable":
        return isinstance(value, ITERABLES) and _all(domain, list(value))
    kinds, inner = OF[domain.kind]
    return type(value) in kinds and inner(domain, value)


ANNOTATIONS = (
    *("None", "bool", "int", "float", "complex", "str", "bytes", "bytearray", "object"),
    *("list", "list[int]", "List[Optional[str]]", "list[list[float]]", "Sequence[bytes]"),
    *("tuple", "tuple[int, ...]", "tuple[int, str]", "tuple[str, bytes, bool]", "Iterable[str]"),
    *(
        "set",
        "set[int]",
        "frozenset[str]",
        "set[tuple[int, str]]",
        "Set[bytes]",
        "AbstractSet[Any]",
    ),
    *("dict", "dict[str, str]", "dict[int, list[int]]", "Mapping[bytes, float]", "Dict[Any, Any]"),
    *("str | None", "Union[int, str, bytes]", "Literal['a', 2, None]", "Callable[[int], str]"),
    *("BinaryIO", "TextIO", "IO[str]", "SupportsRead[bytes]", "numpy.ndarray", "list[Literal[1]]"),
    *("datetime.datetime", "date", "time", "timedelta", "Decimal", "Fraction", "UUID", "Hashable"),
    *("list[dict[str, tuple[int, float]]]", "tuple[list[str], None]", "dict[str, set[int]]"),
)


def domain_of(annotation: str) -> Domain:
    domain = domain_of_annotation(annotation, {})
    assert domain is not None, annotation
    return domain


def is_long(recipe: Any) -> bool:
    if type(recipe) is not tuple:
        return False
    return recipe[0] == "nest" or (type(recipe[-1]) is list and len(recipe[-1]) > 300)


@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_each_edge_is_of_its_domain(annotation: str) -> None:
    domain = domain_of(annotation)
    count = 0
    for recipe in edges(domain):
        if is_long(recipe):
            continue  # which are as others are, and take long
        assert fits(domain, built(recipe)), recipe
        count += 1
    assert count


@given(st.sampled_from(ANNOTATIONS), st.integers(0, 2**64), st.integers(0, 3))
@settings(deadline=None, max_examples=250)
def test_each_draw_is_of_its_domain(annotation: str, seed: int, depth: int) -> None:
    domain = domain_of(annotation)
    recipe = by_chance(domain, Random(seed), depth)
    assert fits(domain, built(recipe)), recipe


@given(st.sampled_from(ANNOTATIONS), st.integers(0, 2**64))
@settings(deadline=None, max_examples=100)
def test_equal_seeds_give_equal_draws(annotation: str, seed: int) -> None:
    domain = domain_of(annotation)
    first, again = (
        [by_chance(domain, chance) for _ in range(3)] for chance in (Random(seed), Random(seed))
    )
    assert pack(first) == pack(again)  # so that NaN is equal too


@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_a_ladder_is_the_same_each_time(annotation: str) -> None:
    first, second = (list(islice(edges(domain_of(annotation)), 45)) for _ in range(2))
    assert pack(first) == pack(second)


def lengths(kind: str, *inner: Domain) -> set[int]:
    return {size(each) for each in edges(Domain(kind, inner))}


@pytest.mark.parametrize("kind", ["str", "bytes", "bytearray"])
def test_long_texts_have_the_sizes_at_which_implementations_change(kind: str) -> None:
    wanted = {0, 1, 31, 32, 33, 255, 256, 257, 4095, 4096, 4097, 65535, 65536, 65537}
    assert wanted <= lengths(kind)


@pytest.mark.parametrize("kind", ["list", "tuple", "iterable"])
def test_sequences_have_few_and_many_items(kind: str) -> None:
    assert {0, 1, 2, 17, 65, 257, 1025, 4097, 8191, 65537} <= lengths(kind, Domain("int"))


def test_mappings_have_few_and_many_items() -> None:
    counts = {len(each[1]) // 2 for each in edges(Domain("dict")) if each[0] == "dict"}
    assert {0, 1, 2, 9, 65, 257, 4097} <= counts


@pytest.mark.parametrize("kind", ["list", "tuple", "dict", "any"])
def test_what_recurses_is_nested_from_shallow_to_deeper_than_any_stack(kind: str) -> None:
    nested = [each for each in edges(Domain(kind)) if type(each) is tuple and each[0] == "nest"]
    assert {each[2] for each in nested} == set(DEPTHS)
    assert {1, 127, 128, 129, 100_000} <= set(DEPTHS)


def test_numbers_stand_on_both_sides_of_the_ends_of_the_types_of_c() -> None:
    numbers = set(edges(Domain("int")))
    for bits in (8, 16, 32, 64):
        half = 2 ** (bits - 1)
        assert {half - 1, half, -half, -half - 1, 2 * half - 1, 2 * half} <= numbers, bits
    assert {0, 1, -1, 2**53, 2**53 + 1, 10**40} <= numbers


def test_floats_have_each_special_one() -> None:
    numbers = list(edges(Domain("float")))
    floats = [each for each in numbers if type(each) is float]
    assert any(map(math.isnan, floats))
    assert {math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 0.5, 2.5, 1e16, 1e22} <= {*floats}
    assert {math.copysign(1, each) for each in floats if each == 0} == {1, -1}
    assert any(type(each) is int for each in numbers)


def test_complex_numbers_have_zeros_of_both_signs_in_both_parts() -> None:
    signs = {
        (math.copysign(1, each.real), math.copysign(1, each.imag))
        for each in map(built, edges(Domain("complex")))
        if each == 0
    }
    assert signs == {(1, 1), (1, -1), (-1, 1), (-1, -1)}


@pytest.mark.parametrize("kind", ["str", "any"])
def test_texts_have_each_width_and_what_is_no_character(kind: str) -> None:
    texts = [each for each in edges(Domain(kind)) if type(each) is str]
    assert "" in texts
    widest = {max(each) for each in texts if each}
    for first, last in (("\x80", "\xff"), ("\u0100", "\ud7ff"), ("\U00010000", "\U0010ffff")):
        assert any(first <= each <= last for each in widest), first
    for special in ("\ud800", "\udfff", "\0", "\r\n", "\u0301", "\u200d", '"', "\\", "\u2028"):
        assert any(special in each for each in texts), special


@pytest.mark.parametrize("special", ['"', "\\", "é", "😀"])
def test_a_special_character_stands_at_either_end_of_a_long_text(special: str) -> None:
    texts = [built(each) for each in edges(Domain("str")) if type(each) is tuple]
    assert any(len(each) == 4_097 and each.endswith(f"a{special}") for each in texts)
    assert any(len(each) > 4_097 and each.startswith(f"{special}a") for each in texts)


def test_bytes_have_each_byte_and_what_is_no_text() -> None:
    values = [each for each in edges(Domain("bytes")) if type(each) is bytes]
    assert b"" in values
    assert bytes(range(256)) in values
    for broken in (b"\xff", b"\xc3", b"\xed\xa0\x80"):
        assert broken in values
        with pytest.raises(UnicodeDecodeError):
            broken.decode()


def test_buffers_are_of_each_kind() -> None:
    buffers = [built(each) for each in edges(Domain("buffer"))]
    views = [each for each in buffers if type(each) is memoryview]
    assert {type(each) for each in buffers} == {bytes, bytearray, memoryview, array.array}
    layouts = {(each.readonly, each.contiguous) for each in views if each.nbytes > 1_000}
    assert layouts == set(itertools.product((True, False), repeat=2))
    assert any((each.strides or (0,))[0] < 0 for each in views)
    assert any(each.itemsize > 1 for each in views)
    assert any(not each.nbytes for each in views)


def test_arrays_are_of_each_layout_and_shape() -> None:
    arrays = [built(each) for each in edges(Domain("array"))]
    assert {each.dtype.str for each in arrays} >= {"<f4", "<f8", "|u1", "<i4", "<i8", ">f4"}
    assert {each.ndim for each in arrays} == {1, 2, 3}
    assert any(each.size == 0 for each in arrays)
    assert any(not each.flags.writeable for each in arrays)
    assert any(each.flags.f_contiguous and not each.flags.c_contiguous for each in arrays)
    assert any(min(each.strides) < 0 for each in arrays)
    special = numpy.concatenate([each.ravel() for each in arrays if each.dtype.str == "<f4"])
    assert numpy.isnan(special).any()
    assert numpy.isinf(special).any()
    assert (numpy.signbit(special) & (special == 0)).any()


def test_files_give_less_than_they_are_asked_for_too() -> None:
    files = [built(each) for each in islice(edges(Domain("file")), 60)]
    assert {len(each.read(10)) for each in files if len(each.getvalue()) > 9} == {3, 10}


def test_anything_has_what_fits_nowhere_and_what_only_looks_alike() -> None:
    values = [built(each) for each in edges(ANY) if type(each) is not tuple or each[0] != "nest"]
    kinds: set[Any] = {type(each) for each in values}
    assert {bool, type(None), memoryview, complex, range} <= kinds
    for kind in (str, int, float, dict, list):
        assert any(issubclass(each, kind) and each not in (kind, bool) for each in kinds), kind
    assert any(hasattr(each, "__index__") and not issubclass(each, int) for each in kinds)
    assert any(each.__hash__ is None and not hasattr(each, "__len__") for each in kinds)


def test_a_union_gives_the_edges_of_each_from_the_start() -> None:
    domain = domain_of("int | str | None")
    values = list(edges(domain))
    assert {type(each) for each in values[:3]} == {int, str, type(None)}
    assert len(values) == sum(len(list(edges(each))) for each in domain.inner)


def test_an_instance_is_given_as_it_was_made() -> None:
    made: tuple[Any, ...] = (("call", "Box", [1], []), ("call", "Box", [2], []))
    domain = Domain("instance", values=made)
    assert tuple(edges(domain)) == made
    assert {by_chance(domain, Random(seed))[2][0] for seed in range(20)} == {1, 2}


def test_an_iterable_is_given_as_an_iterator_too() -> None:
    kinds = {type(built(each)) for each in islice(edges(domain_of("Iterable[int]")), 30)}
    assert kinds == set(ITERABLES)


def test_each_place_of_a_tuple_has_its_own_edges() -> None:
    values = [built(each) for each in edges(domain_of("tuple[int, str]"))]
    assert {first for first, _ in values} >= {-1, 32767, 2**31 - 1}
    assert {second for _, second in values} >= {"", "a", "A"}


def test_a_set_has_few_and_many_of_its_items() -> None:
    assert {0, 1, 2} <= lengths("set", Domain("int"))
    assert max(lengths("set", Domain("int"))) > 100
    assert frozenset in {type(built(each)) for each in edges(Domain("set"))}


@pytest.mark.parametrize(
    "annotation",
    [
        *("set[Any]", "dict[Any, int]", "dict[tuple, int]", "set[tuple[Any, str]]"),
        "dict[int | Any, str]",
    ],
)
@given(seed=st.integers(0, 2**64))
@settings(deadline=None, max_examples=60)
def test_what_must_have_a_hash_has_one(annotation: str, seed: int) -> None:
    built(by_chance(domain_of(annotation), Random(seed)))


@pytest.mark.parametrize("annotation", ["list[int]", "dict[str, int]", "set[str]", "list[Any]"])
@given(seed=st.integers(0, 2**64))
@settings(deadline=None, max_examples=60)
def test_draws_are_small_so_that_many_can_be_made(annotation: str, seed: int) -> None:
    assert len(by_chance(domain_of(annotation), Random(seed))[1]) <= 600


def test_to_climb_a_ladder_of_large_items_takes_few_draws() -> None:
    """Of each item anew it took seconds, for one parameter."""

    def longest(annotation: str) -> list[Any]:
        return next(each[1] for each in edges(domain_of(annotation)) if len(each[1]) == 4_097)

    assert len({id(each) for each in longest("list[dict[str, tuple[int, float]]]")}) < 100
    assert len(set(longest("list[int]"))) > 1_000
