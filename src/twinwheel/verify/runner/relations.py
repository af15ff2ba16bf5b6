"""What holds between components: pairs that undo each other, and what authors declare.

A relation is one more component: it is called with the arguments of the component that it is of,
and its answers are compared like any others.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Function = Callable[..., Any]

__all__ = ["add_relations"]

_PAIRS = (
    *(("dumps", "loads"), ("packb", "unpackb"), ("pack", "unpack"), ("encode", "decode")),
    *(("compress", "decompress"), ("quote", "unquote"), ("escape", "unescape")),
    *(("serialize", "deserialize"), ("dump_bytes", "load_bytes"), ("to_bytes", "from_bytes")),
    *(("b64encode", "b64decode"), ("hexlify", "unhexlify"), ("encrypt", "decrypt")),
    *(("marshal", "unmarshal"), ("to_json", "from_json"), ("freeze", "thaw")),
)
"""Names of components, the second of which undoes the first."""


def add_relations(components: dict[str, Function], authors_file: str) -> list[list[str]]:
    """Add a component for each relation.

    Args:
        components: Name to function; added to.
        authors_file: Path of a file with relations of the author's; empty for none.

    Returns:
        ``[name, component that it is of, kind of finding]`` for each.
    """
    added = []
    for first, second in _PAIRS:
        if first in components and second in components:
            name = f"{second}_of_{first}"
            components[name] = _round_trip(components[first], components[second])
            added.append([name, first, "round trip"])
    if authors_file:
        for function, of in _declared(authors_file):
            if of in components:
                names = SimpleNamespace(**components)
                components[function.__name__] = _bound(function, names)
                added.append([function.__name__, of, "property"])
    return added


def _round_trip(there: Function, back: Function) -> Function:
    def round_trip(*arguments: Any, **keywords: Any) -> Any:
        return back(there(*arguments, **keywords))

    return round_trip


def _bound(function: Function, components: SimpleNamespace) -> Function:
    def relation(*arguments: Any, **keywords: Any) -> Any:
        return function(components, *arguments, **keywords)

    return relation


def _declared(path: str) -> list[tuple[Function, str]]:
    """Run the author's file; it imports ``twinwheel.verify``, which need not be there."""
    found: list[tuple[Function, str]] = []
    stand_in = ModuleType("twinwheel.verify")

    def relation(of: str) -> Callable[[Function], Function]:
        def keep(function: Function) -> Function:
            found.append((function, of))
            return function

        return keep

    def arguments(*_components: str) -> Callable[[Function], Function]:
        return lambda function: function

    vars(stand_in).update(relation=relation, arguments=arguments)
    shadowed = {name: sys.modules.get(name) for name in ("twinwheel", "twinwheel.verify")}
    sys.modules.setdefault("twinwheel", ModuleType("twinwheel"))
    sys.modules["twinwheel.verify"] = stand_in
    try:
        spec = importlib.util.spec_from_file_location("_twinwheel_authors", path)
        assert spec is not None
        assert spec.loader is not None
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    finally:
        for name, module in shadowed.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
    return found
