"""How a component is called: what docstrings, stubs, annotations, names and defaults tell."""

from __future__ import annotations

import textwrap
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinwheel.verify.annotations import (
    domain_of_annotation,
    domain_of_default,
    domains_of_name,
)
from twinwheel.verify.domains import ANY, Domain
from twinwheel.verify.edges import edges
from twinwheel.verify.runner.surface import describe
from twinwheel.verify.signatures import Parameter, Plan, plan_of, read_stubs

INT, STR, NONE = Domain("int"), Domain("str"), Domain("none")


def told(source: str) -> dict[str, Any]:
    """Give what a worker tells of a module."""
    module = ModuleType("told")
    exec(textwrap.dedent(source), module.__dict__)
    names = [name for name in vars(module) if not name.startswith("_")]
    described: dict[str, Any] = describe(module, names)["names"]
    return described


def planned(name: str, *sources: str, stub: str = "") -> Plan:
    sides = [told(each)[name] for each in sources]
    return plan_of(name, sides, read_stubs([textwrap.dedent(stub)]), {})


def documented(text: str) -> Plan:
    """Plan a call of what has nothing but a docstring, as much that is written in C."""
    return plan_of("f", [{"kind": "function", "document": text}], read_stubs([]), {})


def shown(plan: Plan) -> str:
    """Give the parameters as they would be written, ``=`` where one may be left out."""
    assert plan.parameters is not None
    return ", ".join(
        f"{'*' if each.repeated else ''}{each.name}"
        + ("" if each.required or each.repeated else "=")
        + ("!" if each.keyword_only else "/" if each.positional_only else "")
        for each in plan.parameters
    )


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("f()", ""),
        ("f(a)", "a"),
        ("f(a, b)\n\nDoes it.", "a, b"),
        ("f(a, b=1) -> str", "a, b="),
        ("package.module.f(a)", "a"),
        ("Does it.\n\nf(a)", "a"),
        ("f(a, /, b)", "a/, b"),
        ("f(a, *, b=None)", "a, b=!"),
        ("f(a, *, b)", "a, b!"),
        ("f(a, *rest)", "a, *rest"),
        ("f(a, *rest, **more)", "a, *rest"),
        ("f(a,\n  b)", "a, b"),
        ("f(a[, b])", "a, b="),
        ("f(a[, b[, c]])", "a, b=, c="),
        ("f([a, b])", "a=, b="),
        ("f(a, [b], [c])", "a, b=, c="),
        ("f(a [, b=1])", "a, b="),
        ("f(a, ...)", "a"),
        ("f(a=(1, 2), b=')')", "a=, b="),
        ("f(a=[1, 2], b={})", "a=, b="),
        ("f(a: list[int], b: str = 'x') -> dict[str, int]", "a, b="),
        ("f(self: m.Box, a: int) -> None", "a"),
        ("f(self, a)", "a"),
        ("f() or f(a): the first is short", ""),
        ("g(a) is like f(b)\nf(c, d)", "c, d"),
        ("f(a b)\nf(c)", "c"),
        ("f(*args, **kwargs)\nOverloaded function.\n\n1. f(a: int) -> int", "a"),
    ],
)
def test_a_docstring_that_begins_with_a_signature_is_read(text: str, parameters: str) -> None:
    plan = documented(text)
    assert shown(plan) == parameters
    assert plan.sources == ("docstring",)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Does it.", "f", "f(", "f(a", "f)", "f(a b)", "f(1)", "f(a=)", "f(a, b", "f(a;)"),
        *("g(a)", "ff(a)", "f (a)", "call f(a)", "f(...)", "f(\0)", "f(a\0)", "f(\ud800)", "f(,)"),
        *("f(*args, **kwargs)", "f(**a, b)", "f(a=1, b)", "f(a](b[)", "f(lambda: 0)", "f([a], b)"),
        *("f(" + "(" * 300, "f(" + "[" * 597),
    ],
    ids=lambda text: ascii(text)[:20],
)
def test_a_docstring_that_has_none_gives_nothing(text: str) -> None:
    plan = documented(text)
    assert plan.parameters is None
    assert plan.sources == ()


def test_odd_escapes_of_a_docstring_or_a_stub_warn_nobody() -> None:
    assert shown(documented(r"f(a='\d')")) == "a="
    assert read_stubs([r"def f(a='\d'): ..."]).functions.keys() == {"f"}


PIECES = st.sampled_from(
    [*"f()[],=*/:.'\"\\ \n\0ab1{}-+;#\ud800é", "f(", "f(a", "a=", "[, b", "])", "...", "->", "self"]
)


@given(st.lists(PIECES, max_size=40).map("".join))
@settings(deadline=None, max_examples=200)
def test_no_docstring_raises(text: str) -> None:
    for each in (text, f"f({text})"):
        documented(each)


@given(
    st.lists(PIECES | st.sampled_from(["Optional[", "Literal[", "IO[", "|", "list["])).map("".join)
)
@settings(deadline=None, max_examples=200)
def test_no_annotation_and_no_default_raises(text: str) -> None:
    for each in (text, f"Optional[{text}]", f"Literal[{text}]", f"IO[{text}]"):
        domain = domain_of_annotation(each, {})
        if domain is not None:
            assert next(edges(domain), "nothing") != "nothing", each
    domain_of_default(text)


@given(st.text(alphabet="def()->:.,=*@ \n\0abc[]\ud800", max_size=60))
@settings(deadline=None, max_examples=100)
def test_no_stub_raises(text: str) -> None:
    read_stubs([text, f"def f({text}): ...", "def g(a: int): ..."]).functions["g"]


def test_a_default_too_deep_to_be_written_is_a_default_all_the_same() -> None:
    text = "a=" + "-" * 590 + "1"
    assert shown(documented(f"f({text})")) == "a="
    assert read_stubs([f"def f({text}): ..."]).functions["f"][0][2] == "..."


def test_what_a_docstring_says_of_types_counts() -> None:
    plan = documented("f(arg0: numpy.ndarray[numpy.float32], arg1: list[int] = [1]) -> int")
    assert plan.parameters is not None
    kinds = [each.domains for each in plan.parameters]
    assert kinds == [(Domain("array"),), (Domain("list", (INT,)),)]


def test_a_docstring_tells_of_methods_without_their_instance() -> None:
    box = {
        "kind": "class",
        "members": {"add": {"kind": "method", "document": "Box.add(self, item: int)"}},
    }
    (method,) = plan_of("Box", [box, box], read_stubs([]), {}).methods
    assert method.parameters == (Parameter("item", (INT,)),)


def only(source: str, name: str = "f", **more: Any) -> tuple[Parameter, ...]:
    parameters = planned(name, source, source, **more).parameters
    assert parameters is not None
    return parameters


def test_each_kind_of_parameter() -> None:
    source = "def f(a: int, /, b: int, c: int = 1, *d: int, e: int, g: int = 1, **h: int): pass"
    assert only(source) == (
        Parameter("a", (INT,), positional_only=True),
        Parameter("b", (INT,)),
        Parameter("c", (INT,), required=False),
        Parameter("d", (INT,), required=False, repeated=True),
        Parameter("e", (INT,), keyword_only=True),
        Parameter("g", (INT,), required=False, keyword_only=True),
    )


def test_annotations_are_certain_and_names_and_defaults_are_guesses() -> None:
    certain, by_default, by_name, none, unknown = only(
        "def f(text: int, ab='x', count=None, *, zz=None, qq): pass"
    )
    assert certain.domains == (INT,)
    assert by_default.domains[0] == STR
    assert by_name.domains[:2] == (NONE, INT)
    assert none.domains[0] == NONE
    assert len(unknown.domains) > 4
    assert ANY in unknown.domains


def test_annotations_come_before_a_stub_and_a_stub_before_a_docstring() -> None:
    stub = "def f(data: bytes, size: int = ...) -> bytes: ..."
    annotated = "def f(data: str): 'f(one, two, three)'"
    plain = "def f(data): 'f(one, two, three)'"
    starred = "def f(*a, **k): 'f(one, two, three)'"
    assert planned("f", annotated, annotated, stub=stub).sources == (
        *("annotations", "stub", "docstring"),
    )
    assert only(annotated, stub=stub)[0].domains == (STR,)
    assert only(plain, stub=stub)[0].domains == (Domain("buffer"),)
    assert [each.name for each in only(plain)] == ["data"]
    assert [each.name for each in only(starred)] == ["one", "two", "three"]
    assert planned("f", starred, starred, stub=stub).sources == ("stub", "docstring")


def test_one_side_that_is_annotated_tells_of_both() -> None:
    """As that written in Python is, and that written in C is not."""
    typed, bare = "def f(a: bytes): pass", "def f(*args): pass"
    for sides in ((typed, bare), (bare, typed)):
        assert planned("f", *sides).parameters == (Parameter("a", (Domain("buffer"),)),)


def test_an_annotation_of_one_source_helps_where_another_has_none() -> None:
    parameters = only("def f(a: int, b): pass", stub="def f(a, b: str): ...")
    assert [each.domains for each in parameters] == [(INT,), (STR,)]


@pytest.mark.parametrize("source", ["def f(*args, **kwargs): pass", "def f(*args): pass"])
def test_a_wrapper_says_nothing(source: str) -> None:
    assert planned("f", source, source).parameters is None


def test_no_parameters_at_all_is_something() -> None:
    assert only("def f(): pass") == ()


CLASS = """
    class Box:
        size = property(id)
        def __init__(self, size: int = 1): pass
        def add(self, item: str): pass
        def __len__(self): return 0
        def __getitem__(self, key): return key
        @staticmethod
        def static(one: int): pass
        @classmethod
        def made(cls, one: int): pass
"""


def test_a_class_has_its_methods_attributes_and_operators() -> None:
    plan = planned("Box", CLASS, CLASS)
    assert plan.is_class
    assert not plan.is_exception
    assert plan.attributes == ("size",)
    assert plan.parameters == (Parameter("size", (INT,), required=False),)
    methods = {each.name: each.parameters for each in plan.methods}
    assert methods.keys() == {"add", "static", "made", "__len__", "__getitem__"}
    assert methods["add"] == (Parameter("item", (STR,)),)
    assert methods["static"] == methods["made"] == (Parameter("one", (INT,)),)
    assert methods["__len__"] == ()


def test_only_what_both_sides_have_is_called() -> None:
    less = CLASS.replace("def add", "def put").replace("size = property(id)", "")
    for sides in ((CLASS, less), (less, CLASS)):
        plan = planned("Box", *sides)
        assert "add" not in {each.name for each in plan.methods}
        assert "put" not in {each.name for each in plan.methods}
        assert plan.attributes == ()


def test_a_stub_tells_how_a_class_is_made_and_of_its_methods() -> None:
    bare = "class Box:\n    def __init__(*a): pass\n    def add(*a): pass\n    def of(*a): pass"
    stub = """
        class Box:
            def __init__(self, size: int) -> None: ...
            def add(self, item: str) -> None: ...
            @staticmethod
            def of(item: bytes) -> Box: ...
    """
    plan = planned("Box", bare, bare, stub=stub)
    assert plan.parameters == (Parameter("size", (INT,)),)
    methods = {each.name: each.parameters for each in plan.methods}
    assert methods["add"] == (Parameter("item", (STR,)),)
    assert methods["of"] == (Parameter("item", (Domain("buffer"),)),)


def test_exceptions_and_coroutines_are_known_as_such() -> None:
    source = "class Failed(ValueError): pass\nasync def later(): pass\ndef now(): pass"
    assert planned("Failed", source, source).is_exception
    assert planned("later", source, source).coroutine
    assert not planned("now", source, source).coroutine


def stubbed(text: str, name: str = "f") -> list[tuple[str, bool, str]]:
    found = read_stubs([textwrap.dedent(text)]).functions[name]
    return [(each[0], each[2] is None, each[3]) for each in found]


def test_overloads_are_put_together() -> None:
    text = """
        @overload
        def f(a: int) -> int: ...
        @overload
        def f(a: str, b: bytes) -> str: ...
        @overload
        def f(a: str = ..., *, c: int) -> str: ...
    """
    assert stubbed(text) == [
        *(("a", False, "Union[int, str]"), ("b", False, "bytes"), ("c", False, "int"))
    ]
    (a, *_) = only("def f(*a): pass", stub=text)
    assert a.domains == (Domain("union", (INT, STR)),)


def test_what_a_later_overload_has_not_may_be_left_out() -> None:
    text = "def f(a: int, b: int): ...\ndef f(a: int): ...\n"
    assert stubbed(text) == [("a", True, "int"), ("b", False, "int")]


def test_overloads_alike_leave_a_parameter_required() -> None:
    text = "def f(a: int): ...\ndef f(a: str): ...\n"
    assert stubbed(text) == [("a", True, "Union[int, str]")]


def test_functions_of_a_stub_under_conditions_and_coroutines() -> None:
    text = """
        if sys.version_info >= (3, 11):
            def f(a: int): ...
        elif sys.platform == "win32":
            def g(a: int): ...
        else:
            async def h(a: int): ...
    """
    for name in "fgh":
        assert stubbed(text, name) == [("a", True, "int")]


def test_a_stub_that_cannot_be_read_hides_no_other() -> None:
    stubs = read_stubs(["def f(", "\0", "\ud800", "(" * 500, "-" * 100_000 + "1", "def g(): ..."])
    assert stubs.functions == {"g": []}


def test_two_underscores_mean_by_position_alone() -> None:
    (parameter,) = only("def f(*a): pass", stub="def f(__a: int): ...")
    assert parameter.positional_only


@pytest.mark.parametrize(
    ("annotation", "domain"),
    [
        ("int", INT),
        ("builtins.int", INT),
        ("'int'", INT),
        ("Optional[int]", Domain("union", (NONE, INT))),
        ("int | None", Domain("union", (INT, NONE))),
        ("Union[int, Optional[str]]", Domain("union", (INT, NONE, STR))),
        ("Union[int, int]", INT),
        ("int | Unheard", INT),
        ("Annotated[int, 'more']", INT),
        ("Literal['a', 2]", Domain("literal", values=("a", 2))),
        ("list[int]", Domain("list", (INT,))),
        ("list[Unheard]", Domain("list", (ANY,))),
        ("tuple[int, ...]", Domain("tuple", (INT,))),
        ("tuple[()]", Domain("tuple")),
        ("dict[str, list[int]]", Domain("dict", (STR, Domain("list", (INT,))))),
        ("collections.abc.Callable[[int], str]", Domain("callback")),
        ("IO[str]", Domain("file", (STR,))),
        ("IO[bytes]", Domain("file", (Domain("bytes"),))),
        ("IO[()]", Domain("file", (Domain("bytes"),))),
        ("Optional[()]", None),
        ("Box", Domain("instance", values=("made",))),
        ("list[Box]", Domain("list", (Domain("instance", values=("made",)),))),
        *(
            (text, None)
            for text in ("", "Unheard", "Unheard[int]", "int[", "1", "f(x)", "IO[", "...")
        ),
    ],
)
def test_annotations(annotation: str, domain: Domain | None) -> None:
    classes = {"Box": Domain("instance", values=("made",))}
    assert domain_of_annotation(annotation, classes) == domain


@pytest.mark.parametrize(
    ("default", "kind"),
    [
        *(("1", "int"), ("True", "bool"), ("1.5", "float"), ("'a'", "str"), ("b''", "buffer")),
        *(("(1,)", "tuple"), ("[]", "list"), ("{}", "dict"), ("None", ""), ("<object>", "")),
        *((None, ""), ("{[]}", ""), ("...", ""), ("'unfinished", ""), ("-" * 10_000 + "1", "")),
    ],
)
def test_defaults(default: str | None, kind: str) -> None:
    assert domain_of_default(default) == (Domain(kind) if kind else None)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *(("text", "str"), ("data", "buffer"), ("n", "int"), ("max_size", "int"), ("fp", "file")),
        *(("image", "array"), ("items", "iterable"), ("mapping", "dict"), ("is_open", "bool")),
        *(("callback", "callback"), ("obj", "any"), ("Text", "str"), ("password", "str")),
    ],
)
def test_names(name: str, kind: str) -> None:
    assert domains_of_name(name)[0] == Domain(kind)


def test_a_name_that_tells_nothing() -> None:
    assert domains_of_name("qqq") == ()
