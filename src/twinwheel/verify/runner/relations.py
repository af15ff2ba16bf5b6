"""What holds between components: pairs that undo each other, and what authors declare.

A relation is one more component: it is called with the arguments of the component that it is of, and
its answers are compared like any others.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType, SimpleNamespace

__all__ = ["PAIRS", "add_relations"]

PAIRS = (
    *(("dumps", "loads"), ("packb", "unpackb"), ("pack", "unpack"), ("encode", "decode")),
    *(("compress", "decompress"), ("quote", "unquote"), ("escape", "unescape")),
    *(("serialize", "deserialize"), ("dump_bytes", "load_bytes"), ("to_bytes", "from_bytes")),
    *(("b64encode", "b64decode"), ("hexlify", "unhexlify"), ("encrypt", "decrypt")),
    *(("marshal", "unmarshal"), ("to_json", "from_json"), ("freeze", "thaw")),
)
"""Names of components, the second of which undoes the first."""


def add_relations(components, authors_file):
    """Add a component for each relation.

    Args:
        components: Name to function; added to.
        authors_file: Path of a file with relations of the author's; empty for none.

    Returns:
        ``[name, component that it is of, kind of finding]`` for each.
    """
    added = []
    for first, second in PAIRS:
        if first in components and second in components:
            name = "%s_of_%s" % (second, first)
            components[name] = _round_trip(components[first], components[second])
            added.append([name, first, "round trip"])
    if authors_file:
        for function, of in _declared(authors_file):
            if of in components:
                names = SimpleNamespace(**components)
                components[function.__name__] = _bound(function, names)
                added.append([function.__name__, of, "property"])
    return added


def _round_trip(there, back):
    def round_trip(*arguments, **keywords):
        return back(there(*arguments, **keywords))

    return round_trip


def _bound(function, components):
    def relation(*arguments, **keywords):
        return function(components, *arguments, **keywords)

    return relation


def _declared(path):
    """Run the author's file; it imports ``twinwheel.verify``, which need not be there."""
    found = []
    stand_in = ModuleType("twinwheel.verify")

    def relation(of):
        def keep(function):
            found.append((function, of))
            return function

        return keep

    def arguments(*components):
        return lambda function: function

    stand_in.relation, stand_in.arguments = relation, arguments
    shadowed = {name: sys.modules.get(name) for name in ("twinwheel", "twinwheel.verify")}
    sys.modules.setdefault("twinwheel", ModuleType("twinwheel"))
    sys.modules["twinwheel.verify"] = stand_in
    try:
        spec = importlib.util.spec_from_file_location("_twinwheel_authors", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        for name, module in shadowed.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
    return found
