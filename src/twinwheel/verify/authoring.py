"""What authors tell of their components: where arguments come from, and what always holds.

An author's file is called ``twinwheel_verify.py`` and lies beside ``pyproject.toml``::

    from hypothesis import strategies as st
    from twinwheel.verify import arguments, relation

    @arguments("dumps")
    def documents():
        return st.tuples(st.recursive(st.none() | st.integers() | st.text(), st.lists))

    @relation(of="dumps")
    def ends_with_a_bracket(components, value):
        assert components.dumps([value]).endswith("]")

A relation is called with the arguments of the component that it is of, in the process of each
implementation: that environment need not have twinwheel, nor hypothesis if the file imports it in
the functions that need it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

from twinwheel.verify.runner.encoding import encode, pack

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["FILE", "arguments", "draw_arguments", "relation"]

FILE = "twinwheel_verify.py"

_Function = TypeVar("_Function", bound="Callable[..., Any]")
_strategies: list[tuple[str, Callable[[], Any]]] = []


def arguments(*components: str) -> Callable[[_Function], _Function]:
    """Declare where the arguments of components come from.

    The function that is decorated takes nothing and returns a strategy of hypothesis, whose
    examples are tuples of positional arguments, or pairs of such a tuple and a dict of keywords.

    Args:
        components: Names of components.
    """

    def keep(function: _Function) -> _Function:
        _strategies.extend((component, function) for component in components)
        return function

    return keep


def relation(of: str) -> Callable[[_Function], _Function]:  # noqa: ARG001 (see below)
    """Declare what holds for a component, such as that one call undoes another.

    The function that is decorated gets the implementation's components as attributes of its first
    argument, then the arguments of the component; it asserts, and what it returns is compared.

    Args:
        of: The component whose arguments it is called with.
    """

    def keep(function: _Function) -> _Function:
        return function  # it runs in the implementations' processes: see runner.relations

    return keep


def draw_arguments(path: str, count: int, seed: int) -> list[tuple[str, bytes]]:
    """Run an author's file and draw from its strategies.

    Args:
        path: Of the file.
        count: How many examples of each.
        seed: Of the draws.

    Returns:
        Component and packed ``[[recipe, ...], [name, recipe, ...]]`` of each example.
    """
    import importlib.util

    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis.strategies import just

    spec = importlib.util.spec_from_file_location("_twinwheel_authors", path)
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    drawn: list[tuple[str, bytes]] = []

    def keep(example: Any, component: str) -> None:
        positional, keywords = _parts(example)
        given_ = [encode(each) for each in positional]
        named = [part for name, each in keywords.items() for part in (name, encode(each))]
        drawn.append((component, pack([given_, named])))

    for component, make in _strategies:

        @seeded(seed)
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(make(), just(component))
        def keep_all(example: Any, component: str) -> None:
            keep(example, component)

        keep_all()
    return drawn


def _parts(example: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if not isinstance(example, tuple):
        return (example,), {}
    if len(example) == 2 and isinstance(example[0], tuple) and isinstance(example[1], dict):
        return example
    return example, {}


def main() -> None:
    """Write what ``draw_arguments`` gives to standard output: it runs in a process of its own."""
    path, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    out.write(pack([list(each) for each in draw_arguments(path, count, seed)]))


if __name__ == "__main__":
    from twinwheel.verify import authoring  # noqa: PLW0406

    authoring.main()  # of the module that the author's file imports, not of this one
