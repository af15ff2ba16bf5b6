"""How a component is called: from annotations, stubs, signatures and docstrings, in this order."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twinwheel.verify.annotations import (
    domain_of_annotation,
    domain_of_default,
    domains_of_name,
)
from twinwheel.verify.domains import ANY, Domain
from twinwheel.verify.operators import as_methods, operands_of, tried, untried

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Parameter", "Plan", "plan_of", "read_stubs"]

_UNKNOWN = tuple(
    Domain(kind) for kind in ("str", "any", "int", "buffer", "list", "float", "dict", "callback")
)
_DOCUMENTED = re.compile(r"^(?:\d+\. )?(?:[\w.]+\.)?(\w+)\(", re.MULTILINE)
_MOST_BRACKETS = 8
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


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
    """What is done with its objects: methods, and what ``operators`` has."""
    attributes: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()
    """Special methods that nothing tries."""
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
        tree = _parsed(text)
        if tree is None:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                members = stubs.classes.setdefault(node.name, {})
                for item in node.body:
                    if isinstance(item, _FUNCTIONS):
                        _merge(members, item.name, _of_node(item, method=True))
        for top in _top_level(tree.body):
            _merge(stubs.functions, top.name, _of_node(top, method=False))
    return stubs


def _parsed(text: str) -> ast.Module | None:
    """Parse what somebody wrote; its odd escapes are no matter of whoever runs this."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _top_level(body: Sequence[ast.stmt]) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give the functions of a module, those under ``if`` too."""
    found: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
    for node in body:
        if isinstance(node, _FUNCTIONS):
            found.append(node)
        elif isinstance(node, ast.If):
            found += _top_level(node.body) + _top_level(node.orelse)
    return found


def _merge(into: dict[str, list[list[Any]]], name: str, parameters: list[list[Any]]) -> None:
    """Put overloads together: each parameter takes what any of them says.

    One that not all of them have, or that has a default in one of them, may be left out.
    """
    known = into.get(name)
    if known is None:
        into[name] = parameters
        return
    by_name = {each[0]: each for each in known}
    for each in parameters:
        same = by_name.pop(each[0], None)
        if same is None:
            known.append([*each[:2], each[2] or "...", each[3]])
            continue
        same[2] = same[2] or each[2]
        if each[3] and each[3] not in same[3]:
            same[3] = f"Union[{same[3]}, {each[3]}]" if same[3] else each[3]
    for each in by_name.values():
        each[2] = each[2] or "..."


def _of_node(node: ast.FunctionDef | ast.AsyncFunctionDef, *, method: bool) -> list[list[Any]]:
    """Give ``[name, kind, default, annotation]`` of each parameter, as ``runner.surface`` does."""
    arguments = node.args
    found: list[list[Any]] = []

    def add(argument: ast.arg, kind: str, default: ast.expr | None) -> None:
        shown = _written(default) if default is not None else None
        note = _written(argument.annotation) if argument.annotation else ""
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


def _written(node: ast.expr) -> str:
    try:
        return ast.unparse(node)
    except RecursionError:
        return "..."


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
            untried=untried(sides),
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
    for member in as_methods(sides):
        described = [_without_self(side["special"][member]) for side in sides]
        parameters, sources = _parameters(member, described, stub.get(member), classes)
        found.append(Plan(member, parameters, sources))
    special = [_of_special(each, sides, stub, classes) for each in tried(sides)]
    return (*found, *special, *_of_attributes(members, classes))


def _of_special(
    name: str,
    sides: Sequence[dict[str, Any]],
    stub: dict[str, list[list[Any]]],
    classes: dict[str, Domain],
) -> Plan:
    """Plan a special method: what is said of its operands comes before what any may be."""
    method = name.split(maxsplit=1)[0]
    told = [_without_self(side["special"][method]) for side in sides if method in side["special"]]
    parameters, sources = _parameters(method, told, stub.get(method), classes)
    if name == "__call__":
        return Plan(name, parameters or (Parameter("key", (ANY,)),), sources or ("protocol",))
    operands = []
    for index, (operand, domains) in enumerate(operands_of(name)):
        known = parameters[index].domains if parameters and index < len(parameters) else ()
        is_told = len(known) == 1 and known != (ANY,) and name not in ("__exit__", "__format__")
        both = (*known, *domains) if is_told else domains
        operands.append(Parameter(operand, tuple(dict.fromkeys(both))))
    return Plan(name, tuple(operands), ("protocol",))


def _of_attributes(
    members: Sequence[dict[str, Any]],
    classes: dict[str, Domain],
) -> list[Plan]:
    """Plan the setting of attributes, where the control may take it, and the deleting."""
    found = []
    for name in members[0]:
        both = [each.get(name, {}) for each in members]
        if any(each.get("kind") != "attribute" for each in both):
            continue
        if "set" in both[0]:
            told = [each["set"] for each in both if each.get("set")]
            parameters, _ = _parameters(name, told, None, classes)
            known = parameters[0].domains if parameters else ()
            value = known if len(known) == 1 else (*domains_of_name(name), *_UNKNOWN)
            domains = tuple(dict.fromkeys(value))
            found.append(Plan(f"{name}.setter", (Parameter("value", domains),), ("protocol",)))
        if any(each.get("deleted") for each in both):
            found.append(Plan(f"{name}.deleter", (), ("protocol",)))
    return found


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
    text = side.get("document", "")[:600]
    for match in _DOCUMENTED.finditer(text):
        found = _of_text(text[match.end() :]) if match[1] == name else None
        if found is not None and not _says_nothing(found):
            # Cython and pybind11 write the instance too
            return found[1:] if found and found[0][0] == "self" else found
    return None


def _of_text(text: str) -> list[list[Any]] | None:
    """Read parameters up to the bracket that ends them: the first that makes sense of them."""
    end = -1
    for _ in range(_MOST_BRACKETS):
        end = text.find(")", end + 1)
        if end < 0:
            break
        inside = text[:end].strip()
        for each in (inside, _as_defaults(inside)):
            tree = _parsed(f"def f({each}): pass") if each or not inside else None
            if tree is not None and isinstance(tree.body[0], ast.FunctionDef):
                return _of_node(tree.body[0], method=False)
    return None


def _as_defaults(inside: str) -> str:
    """Write ``a[, b]`` as ``a, b=...``; where there is more that is not told, leave it out."""
    parts: list[str] = []
    part, depth, optional = "", 0, False
    for each in inside.replace("...", "") + ",":
        if each in "[]":
            depth += 1 if each == "[" else -1
        elif each == ",":
            part = part.strip()
            named = optional and "=" not in part and not part.startswith(("*", "/"))
            parts += [f"{part}=..." if named else part] if part else []
            part = ""
        else:
            if not part.strip():
                optional = depth > 0
            part += each
    return ", ".join(parts)


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
