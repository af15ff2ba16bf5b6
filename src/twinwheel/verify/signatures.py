"""How a component is called: from annotations, stubs, signatures and docstrings, in this order."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twinwheel.verify.annotations import (
    domain_of_annotation,
    domain_of_default,
    domains_of_name,
)
from twinwheel.verify.domains import ANY, Domain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Parameter", "Plan", "plan_of", "read_stubs"]

_UNKNOWN = tuple(
    Domain(kind) for kind in ("str", "any", "int", "buffer", "list", "float", "dict", "callback")
)
_DOCUMENTED = re.compile(r"^(?:[\w.]+\.)?(\w+)\(([^)]*)\)", re.MULTILINE)


@dataclass(frozen=True)
class Parameter:
    """One parameter, and what may be given for it."""

    name: str
    domains: tuple[Domain, ...]
    """The likely ones first. One alone is certain."""
    required: bool = True
    keyword_only: bool = False
    positional_only: bool = False
    repeated: bool = False
    """``*name``."""


@dataclass(frozen=True)
class Plan:
    """How a component, or one of its methods, is called."""

    name: str
    parameters: tuple[Parameter, ...] | None
    """None where nothing is known: not even how many there are."""
    sources: tuple[str, ...]
    """Where that is from."""
    is_class: bool = False
    methods: tuple[Plan, ...] = ()
    attributes: tuple[str, ...] = ()
    documented: str = ""
    """The first line of its docstring."""
    coroutine: bool = False
    is_exception: bool = False


@dataclass
class Stubs:
    """What stubs say: functions, and classes with their methods."""

    functions: dict[str, list[list[Any]]] = field(default_factory=dict)
    classes: dict[str, dict[str, list[list[Any]]]] = field(default_factory=dict)


def read_stubs(texts: Iterable[str]) -> Stubs:
    """Read the functions and classes of ``.pyi`` files; what cannot be parsed is passed over."""
    stubs = Stubs()
    for text in texts:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                members = stubs.classes.setdefault(node.name, {})
                for item in node.body:
                    if isinstance(item, ast.FunctionDef):
                        _merge(members, item.name, _of_node(item, method=True))
        for top in _top_level(tree.body):
            _merge(stubs.functions, top.name, _of_node(top, method=False))
    return stubs


def _top_level(body: Sequence[ast.stmt]) -> list[ast.FunctionDef]:
    """Give the functions of a module, those under ``if`` too."""
    found: list[ast.FunctionDef] = []
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found.append(node)
        elif isinstance(node, ast.If):
            found += _top_level(node.body) + _top_level(node.orelse)
    return found


def _merge(into: dict[str, list[list[Any]]], name: str, parameters: list[list[Any]]) -> None:
    """Put overloads together: each parameter takes what any of them says."""
    known = into.setdefault(name, [])
    by_name = {each[0]: each for each in known}
    for each in parameters:
        same = by_name.get(each[0])
        if same is None:
            known.append(each)
        elif each[3] and each[3] not in same[3]:
            same[3] = f"Union[{same[3]}, {each[3]}]" if same[3] else each[3]


def _of_node(node: ast.FunctionDef, *, method: bool) -> list[list[Any]]:
    """Give ``[name, kind, default, annotation]`` of each parameter, as ``runner.surface`` does."""
    arguments = node.args
    found: list[list[Any]] = []

    def add(argument: ast.arg, kind: str, default: ast.expr | None) -> None:
        shown = ast.unparse(default) if default is not None else None
        note = ast.unparse(argument.annotation) if argument.annotation else ""
        found.append([argument.arg, kind, shown, note])

    ordered = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(ordered) - len(arguments.defaults)) + list(arguments.defaults)
    for index, (argument, default) in enumerate(zip(ordered, defaults, strict=True)):
        only = index < len(arguments.posonlyargs) or argument.arg.startswith("__")
        add(argument, "POSITIONAL_ONLY" if only else "POSITIONAL_OR_KEYWORD", default)
    if arguments.vararg:
        add(arguments.vararg, "VAR_POSITIONAL", None)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        add(argument, "KEYWORD_ONLY", default)
    static = any(
        isinstance(each, ast.Name) and each.id == "staticmethod" for each in node.decorator_list
    )
    return found[1:] if method and not static else found


def plan_of(
    name: str, sides: Sequence[dict[str, Any]], stubs: Stubs, classes: dict[str, Domain]
) -> Plan:
    """Plan the calls of a component.

    Args:
        name: The component.
        sides: What each implementation says of it (``runner.surface``).
        stubs: What the stubs say.
        classes: Instances of the implementation's own classes, by the class's name.
    """
    is_class = any(side.get("kind") == "class" for side in sides)
    if is_class:
        stub = stubs.classes.get(name, {})
        made = stub.get("__init__") or stub.get("__new__")
        parameters, sources = _parameters(name, sides, made, classes)
        return Plan(
            name,
            parameters,
            sources,
            is_class=True,
            methods=_methods(sides, stub, classes),
            attributes=_attributes(sides),
            is_exception=any(side.get("exception") for side in sides),
        )
    parameters, sources = _parameters(name, sides, stubs.functions.get(name), classes)
    coroutine = any(side.get("is coroutine") for side in sides)
    return Plan(name, parameters, sources, coroutine=coroutine)


def _methods(
    sides: Sequence[dict[str, Any]],
    stub: dict[str, list[list[Any]]],
    classes: dict[str, Domain],
) -> tuple[Plan, ...]:
    members = [side.get("members", {}) for side in sides]
    common = [
        member
        for member in members[0]
        if all(each.get(member, {}).get("kind") == "method" for each in members)
    ]
    found = []
    for member in common:
        described = [_without_self(each[member]) for each in members]
        parameters, sources = _parameters(member, described, stub.get(member), classes)
        found.append(Plan(member, parameters, sources))
    protocols = [set(side.get("protocols", ())) for side in sides]
    shared = set.intersection(*protocols) if protocols else set()
    for protocol, method, kinds in _OPERATORS:
        if protocol in shared:
            domains = tuple(Domain(kind) for kind in kinds)
            parameters = (Parameter("key", domains),) if kinds else ()
            found.append(Plan(method, parameters, ("protocol",)))
    return tuple(found)


_OPERATORS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("sized", "__len__", ()),
    ("iterable", "__iter__", ()),
    ("iterator", "__next__", ()),
    ("subscript", "__getitem__", ("int", "str", "any")),
    ("container", "__contains__", ("str", "int", "any")),
    ("truth", "__bool__", ()),
    ("callable", "__call__", ("any",)),
)


def _without_self(described: dict[str, Any]) -> dict[str, Any]:
    """A method that was looked at through its class: the first parameter is the instance."""
    parameters = described.get("parameters")
    if not parameters or described.get("how"):
        return described
    return {**described, "parameters": parameters[1:]}


def _attributes(sides: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    members = [side.get("members", {}) for side in sides]
    return tuple(
        member
        for member in members[0]
        if all(each.get(member, {}).get("kind") == "attribute" for each in members)
    )


def _parameters(
    name: str,
    sides: Sequence[dict[str, Any]],
    stub: list[list[Any]] | None,
    classes: dict[str, Domain],
) -> tuple[tuple[Parameter, ...] | None, tuple[str, ...]]:
    told: list[tuple[str, list[list[Any]]]] = []
    for source in ("annotations", "stub", "signature", "docstring"):
        if source == "stub":
            if stub is not None:
                told.append((source, stub))
        elif source == "docstring":
            documented = [found for side in sides if (found := _documented(name, side)) is not None]
            told += [(source, each) for each in documented[:1]]
        else:
            told += [
                (source, side["parameters"])
                for side in sides
                if side.get("signature from") == source and side.get("parameters") is not None
            ]
    told = [each for each in told if not _says_nothing(each[1])]
    if not told:
        return None, ()
    source, best = told[0]
    notes: dict[str, str] = {}
    for _, parameters in told:
        for each in parameters:
            if each[3] and not notes.get(each[0]):
                notes[each[0]] = each[3]
    sources = tuple(dict.fromkeys(each[0] for each in told))
    made = [_parameter(each, notes.get(each[0], ""), classes) for each in best]
    return tuple(each for each in made if each is not None), sources


def _says_nothing(parameters: list[list[Any]]) -> bool:
    """``(*args, **kwargs)`` is what wrappers say that know nothing."""
    return bool(parameters) and all(each[1].startswith("VAR_") for each in parameters)


def _documented(name: str, side: dict[str, Any]) -> list[list[Any]] | None:
    """Read ``name(a, b=1, *, c)`` out of a docstring."""
    for match in _DOCUMENTED.finditer(side.get("document", "")[:600]):
        if match[1] != name:
            continue
        inside = re.sub(r"\[|\]|\.\.\.", "", match[2]).replace(",,", ",").strip(", ")
        try:
            tree = ast.parse(f"def f({inside}): pass").body[0]
        except SyntaxError:
            continue
        assert isinstance(tree, ast.FunctionDef)
        return _of_node(tree, method=False)
    return None


def _parameter(told: list[Any], note: str, classes: dict[str, Domain]) -> Parameter | None:
    name, kind, default, _ = told
    if kind == "VAR_KEYWORD":
        return None
    certain = domain_of_annotation(note, classes)
    domains: tuple[Domain, ...]
    if certain is not None:
        domains = (certain,)
    else:
        by_default = domain_of_default(default)
        guesses = domains_of_name(name)
        if by_default is not None:
            domains = tuple(dict.fromkeys((by_default, *guesses)))
        else:
            domains = tuple(dict.fromkeys((*guesses, *_UNKNOWN)))
            if default == "None":
                domains = (Domain("none"), *domains)
    return Parameter(
        name,
        domains or (ANY,),
        required=default is None and kind != "VAR_POSITIONAL",
        keyword_only=kind == "KEYWORD_ONLY",
        positional_only=kind == "POSITIONAL_ONLY",
        repeated=kind == "VAR_POSITIONAL",
    )
