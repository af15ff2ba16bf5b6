"""What is tried with objects of a class besides its methods, and with which operands.

How each is done stands in ``runner.operations``. A class that has a special method on one side only
is tried with it too: what the other does then is its answer.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from twinwheel.verify.domains import Domain
from twinwheel.verify.runner.operations import NEEDS, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twinwheel.verify.recipes import Recipe

__all__ = ["ANOTHER", "BASIC", "as_methods", "is_basic", "operands_of", "tried", "untried"]

ANOTHER = Domain("instance", values=(("another",),))
"""One more object, made with the same arguments."""

BASIC = frozenset(
    [
        *("__len__", "__iter__", "__next__", "__getitem__", "__setitem__", "__delitem__"),
        *("__contains__", "__bool__", "__call__"),
    ]
)
"""Those that are as good as methods: a class is hardly used without them."""

_ELSEWHERE = frozenset(
    [
        *("__call__", "__init__", "__new__", "__missing__", "__buffer__", "__release_buffer__"),
        *("__class__", "__doc__", "__module__", "__dict__", "__weakref__", "__slots__"),
        *("__annotations__", "__init_subclass__", "__subclasshook__", "__dir__", "__sizeof__"),
        *("__getattribute__", "__match_args__", "__abstractmethods__", "__orig_bases__"),
        *("__parameters__", "__hash__", "__static_attributes__", "__firstlineno__", "__qualname__"),
        *("__annotate__", "__annotate_func__", "__annotations_cache__", "__class_getitem__"),
        *("__dataclass_fields__", "__dataclass_params__", "__pyx_vtable__", "__reduce_cython__"),
        *("__setstate_cython__", "__base__", "__bases__", "__type_params__", "__members__"),
        *(
            "__test__",
            "__set_name__",
            "__pyx_capi__",
            "__text_signature__",
            "__replace__",
            "__wrapped__",
        ),
    ]
)
"""What is no matter of what objects do, or is met in another way."""

_DANGEROUS = frozenset(["__del__", "__prepare__", "__instancecheck__", "__subclasscheck__"])
_DONE = {method for methods in NEEDS.values() for method in methods}

_VALUES: tuple[Recipe, ...] = (
    *(2, None, True, 0, -1, 1.5, float("nan"), "a", "", b"a", 2**63),
    *(("list", [1, 2]), ("tuple", [1, 2]), ("dict", ["a", 1]), ("set", [1, "a"]), ("odd",)),
    *(("list", []), ("complex", 1.0, 0.0)),
)
_SMALL = Domain("literal", values=(2, 0, 1, -1, 3, 7, 1.5, None, "a", ("list", [1]), ("odd",)))
"""Where a large one makes what is as large."""
_KEYS = (
    Domain("int"),
    Domain("str"),
    Domain("any"),
    Domain(
        "literal",
        values=tuple(
            ("slice", *ends)
            for ends in (
                *((None, None, None), (0, 2, None), (1, None, None), (None, -1, None)),
                *((None, None, 2), (None, None, -1), (2, 1, None), (0, 99, None), (0, 2, 0)),
                *((-1, None, None), (3, None, -2)),
            )
        ),
    ),
)
_ANY = (Domain("int"), Domain("str"), Domain("any"))
_OPERANDS = (ANOTHER, Domain("literal", values=_VALUES))
_ERRORS = ("KeyError", "ValueError", "StopIteration", "KeyboardInterrupt", "OSError")
_SPECS = ("", "10", ">8", ".2f", "05d", "s", "x", "%Y", "q", "\0")
_DOMAINS: dict[str, tuple[Domain, ...]] = {
    **dict.fromkeys(("__getitem__", "__setitem__", "__delitem__"), _KEYS),
    "__contains__": (Domain("str"), Domain("int"), Domain("any"), ANOTHER),
    "__hash__": (ANOTHER, Domain("literal", values=(1, 1.5, "a", "abc", ("tuple", [1, 2])))),
    "__exit__": (Domain("literal", values=tuple(("global", f"builtins.{e}") for e in _ERRORS)),),
    "__format__": (Domain("literal", values=_SPECS),),
    "__round__ to": (Domain("literal", values=(1, 0, -1, None, 40)),),
    **dict.fromkeys(
        (f"__{prefix}{name}__" for prefix in ("", "r", "i") for name in ("mul", "pow", "lshift")),
        (ANOTHER, _SMALL),
    ),
}
"""What the first operand is, where it is not any."""


def as_methods(sides: Sequence[Mapping[str, Any]]) -> list[str]:
    """Give the special methods that are called by their names, as both sides have them."""
    shared = set.intersection(*(set(side.get("special", ())) for side in sides))
    return sorted(shared - _DONE - _ELSEWHERE - _DANGEROUS)


def tried(sides: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give the names of what is tried with a class, in the words of ``runner.operations``."""
    own = _own(sides)
    if "__call__" in own:
        yield "__call__"
    yield from (name for name in SOURCES if own.intersection(NEEDS[name]))


def untried(sides: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Give the special methods of a class that nothing tries."""
    return tuple(sorted(_own(sides) - _DONE - _ELSEWHERE - set(as_methods(sides))))


def _own(sides: Sequence[Mapping[str, Any]]) -> set[str]:
    """Give what either class has; where one side has no class but a function, nothing is known."""
    if not all("special" in side for side in sides):
        return set()
    return {name for side in sides for name in side["special"]}


def is_basic(name: str) -> bool:
    """Is it a method, or as good as one?"""
    return name in BASIC or (name not in SOURCES and "." not in name)


def operands_of(name: str) -> list[tuple[str, tuple[Domain, ...]]]:
    """Give the name of each operand, and what may be given for it."""
    words = set(re.findall(r"\w+", SOURCES[name]))
    operands = (("a", _DOMAINS.get(name, _OPERANDS)), ("b", _ANY))
    return [each for each in operands if each[0] in words]
