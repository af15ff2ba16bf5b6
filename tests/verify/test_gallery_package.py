"""The package gallery without a bug: its three implementations do the same, whatever is asked."""

from __future__ import annotations

import importlib
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.gallery import PACKAGE, gallery_environ, gallery_python
from support.hostile import BUFFERS, HOSTILE, MUTABLE, Short, Text, called, fresh, seen

from twinwheel.build.pyproject import read_pyproject

COMPONENTS: dict[str, Any] = read_pyproject(PACKAGE)["tool"]["twinwheel"]["components"]
CLASSES = ("LineDecoder", "Queue", "Reader", "Tally")
FUNCTIONS = sorted({*COMPONENTS} - {*CLASSES, "FormatError"})
IMPLEMENTATIONS = ("c", "rust", "python")
quick = settings(
    max_examples=40,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def python(pytestconfig: pytest.Config) -> Path:
    return gallery_python(pytestconfig)


@pytest.fixture(scope="module")
def halves(python: Path) -> Iterator[dict[str, ModuleType]]:
    """The three implementations, in this process."""
    find = "import sysconfig; print(sysconfig.get_path('purelib'))"
    site = subprocess.run([python, "-c", find], check=True, capture_output=True, text=True)
    assert not os.environ.get("GALLERY_BUG")
    sys.path.insert(0, site.stdout.strip())
    yield {name: importlib.import_module(f"gallery._{name}") for name in IMPLEMENTATIONS}
    sys.path.remove(site.stdout.strip())


ORDINARY: Mapping[str, tuple[Any, ...]] = {
    "base": (10, 16),
    "data": (b"abcd", bytearray(b"abcd")),
    "divisor": (3,),
    "factor": (2.0,),
    "fill": ("x",),
    "high": (9,),
    "key": (b"k",),
    "left": (b"abcd", {"a": 1}),
    "limit": (2,),
    "low": (1,),
    "mapping": ({"a": {"b": 1}},),
    "number": (7,),
    "out": (bytearray(b"wxyz"),),
    "part": ("b",),
    "path": ("a.b",),
    "pattern": ("a*",),
    "right": (b"efgh", {"a": 2}),
    "rows": ([[1, 2], [3, 4]],),
    "seconds": (86_400,),
    "separator": (",",),
    "size": (2,),
    "start": (1,),
    "stop": (3,),
    "stream": (b"",),
    "text": ("a,b,c", "61"),
    "value": (1.5, 3, [1, [2]]),
    "values": ([1, 2], ["a", "b"]),
    "width": (5,),
}
"""Values that get a call past the checks of a parameter, so that another one is looked at."""


def agree(halves: Mapping[str, ModuleType], name: str, arguments: list[Any]) -> None:
    """Call the three implementations, which must do the same."""
    found = {
        half: called(getattr(module, name), lambda: [fresh(each) for each in arguments])
        for half, module in halves.items()
    }
    assert found["c"] == found["python"], f"{name}: c and python"
    assert found["rust"] == found["python"], f"{name}: rust and python"


def parameters(module: ModuleType, name: str) -> list[str]:
    return list(inspect.signature(getattr(module, name)).parameters)


def test_the_package_binds_rust(python: Path) -> None:
    code = "import gallery, gallery._rust as r; print(gallery.dumps is r.dumps, gallery.Queue)"
    done = subprocess.run(
        [python, "-c", code], env=gallery_environ(), check=True, capture_output=True, text=True
    )
    assert done.stdout.split(" ", 1) == ["True", "<class 'gallery.Queue'>\n"]


def test_all_have_the_same_names(halves: dict[str, ModuleType]) -> None:
    for module in halves.values():
        assert {*module.__all__} == {*COMPONENTS, "MAX_DEPTH"}
        assert module.MAX_DEPTH == 1000


@pytest.mark.parametrize("name", FUNCTIONS)
def test_all_look_the_same(halves: dict[str, ModuleType], name: str) -> None:
    functions = [getattr(module, name) for module in halves.values()]
    assert len({function.__doc__ for function in functions}) == 1
    assert functions[0].__doc__
    assert len({function.__name__ for function in functions}) == 1
    bare = [
        [(each.name, each.kind, each.default) for each in inspect.signature(f).parameters.values()]
        for f in functions
    ]
    assert bare[0] == bare[1] == bare[2]


@pytest.mark.parametrize("name", CLASSES)
def test_all_classes_look_the_same(halves: dict[str, ModuleType], name: str) -> None:
    classes = [getattr(module, name) for module in halves.values()]
    assert {tuple(inspect.signature(each).parameters) for each in classes} == {
        tuple(inspect.signature(classes[0]).parameters)
    }
    assert {(each.__module__, each.__qualname__) for each in classes} == {("gallery", name)}
    members = [{each for each in dir(kind) if each[0] != "_"} for kind in classes]
    assert members[0] == members[1] == members[2]
    for member in ("__doc__", *members[0]):
        assert len({inspect.getdoc(getattr(kind, member)) for kind in classes}) == 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_all_refuse_wrong_calls(halves: dict[str, ModuleType], name: str) -> None:
    """The messages are each language's own."""
    number = len(parameters(halves["c"], name))
    for module in halves.values():
        for arguments, named in (((), {}), ((0,) * (number + 1), {}), ((0,) * number, {"no": 1})):
            with pytest.raises(TypeError, match=name):
                getattr(module, name)(*arguments, **named)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_all_agree_on_what_callers_come_up_with(halves: dict[str, ModuleType], name: str) -> None:
    names = parameters(halves["c"], name)
    for turn in range(max(len(ORDINARY[each]) for each in names) if len(names) > 1 else 1):
        others = [ORDINARY[each][turn % len(ORDINARY[each])] for each in names]
        for at in range(len(names)):
            for hostile in (*HOSTILE, *MUTABLE):
                agree(halves, name, [*others[:at], hostile, *others[at + 1 :]])
    for hostile in (*HOSTILE, *MUTABLE) if len(names) > 1 else ():
        agree(halves, name, [hostile] * len(names))


texts = st.text(st.sampled_from("ab,\\\"'x0n*?.\n\r\t\0 \x7fé\u0301ßİ\u00a0\ud800\udc00😀"))
numbers = st.text(st.sampled_from("0123456789.-+eE"))
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=8,
)
wholes = st.integers() | st.sampled_from([-(2**63), 2**31, 2**63, 2**64]) | st.integers(0, 40)
buffers = st.binary() | st.binary().map(bytearray)
anything = st.integers(0, len(HOSTILE) - 1).map(HOSTILE.__getitem__)
STRATEGIES: Mapping[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("data", "key"), buffers | st.lists(wholes).map(str).map(str.encode)),
    **dict.fromkeys(("left", "right"), buffers | st.dictionaries(texts, wholes)),
    **dict.fromkeys(("fill", "part", "path", "pattern", "separator"), texts),
    **dict.fromkeys(("base", "divisor", "limit", "number", "seconds"), wholes),
    **dict.fromkeys(("size", "start", "stop", "width"), wholes | st.none()),
    **dict.fromkeys(("factor", "high", "low"), st.floats() | wholes),
    "mapping": st.dictionaries(texts, jsons),
    "out": st.binary().map(bytearray),
    "rows": st.lists(st.lists(wholes, max_size=3)),
    "stream": st.binary().map(lambda data: lambda: Short(data)),
    "text": texts | numbers | st.text("0123456789abcdefABCDEF") | st.text(),
    "value": jsons | st.floats(),
    "values": st.lists(wholes) | st.lists(st.floats()) | st.lists(texts),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@quick
@given(data=st.data())
def test_all_agree(halves: dict[str, ModuleType], name: str, data: st.DataObject) -> None:
    names = parameters(halves["c"], name)
    for _ in range(2):
        arguments = [data.draw(STRATEGIES[each]) for each in names]
        if data.draw(st.integers(0, 9)) == 0:
            arguments[data.draw(st.integers(0, len(names) - 1))] = data.draw(anything)
        if name == "blend" and data.draw(st.booleans()):
            size = data.draw(st.integers(0, 9))
            arguments = [bytearray(data.draw(st.binary(min_size=size, max_size=size)))] * 3
        agree(halves, name, arguments)


@given(value=jsons.filter(lambda value: "nan" not in repr(value) and "inf" not in repr(value)))
@quick
def test_what_one_writes_all_read(halves: dict[str, ModuleType], value: Any) -> None:
    for writer in halves.values():
        for reader in halves.values():
            assert seen(reader.loads(writer.dumps(value))) == seen(value)


@given(data=st.binary(), text=st.text(), values=st.lists(st.integers(-(2**63), 2**63 - 1)))
@quick
def test_pairs_give_back_what_they_got(
    halves: dict[str, ModuleType], data: bytes, text: str, values: list[int]
) -> None:
    for module in halves.values():
        assert module.decode(module.encode(data)) == data
        assert module.unescape(module.escape(text)) == text
        assert module.unpack_ints(module.pack_ints(values)) == values
        for value in values:
            assert module.parse_number(module.format_number(value)) == float(value)


METHODS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "LineDecoder": {"": (b"a\r", None), "feed": BUFFERS[:7], "flush": (), "pending": ()},
    "Queue": {
        "": (1, 2, 3, 0),
        "push": ("a", "b", "c", Text("d")),
        "pop": (),
        "peek": (),
        "items": (),
        "clear": (),
        "__len__": (),
    },
    "Reader": {
        "": BUFFERS[2:5],
        "read": (None, 0, 1, 2, 100, -1),
        "seek": (0, 1, 5, 2**70),
        "tell": (),
        "__len__": (),
    },
    "Tally": {
        "": ({"b": 1, "a": 1}, None),
        "add": ("a", "b", "c"),
        "get": ("a", "b"),
        "total": (),
        "most": (None, 0, 1),
        "__len__": (),
    },
}


def taken(step: str, instance: Any, arguments: list[Any]) -> Any:
    member = getattr(instance, step)
    return called(member, lambda: arguments) if callable(member) else seen(member)


@pytest.mark.parametrize("name", CLASSES)
@quick
@given(data=st.data())
def test_all_classes_agree(halves: dict[str, ModuleType], name: str, data: st.DataObject) -> None:
    steps = METHODS[name]
    value = data.draw(st.sampled_from(steps[""]) | anything)
    made = [called(getattr(module, name), lambda: [value]) for module in halves.values()]
    assert made[0][0][0] == made[1][0][0] == made[2][0][0]
    if made[0][0][0] == "error":
        assert made[0] == made[1] == made[2]
        return
    instances = [getattr(module, name)(value) for module in halves.values()]
    for _ in range(data.draw(st.integers(1, 12))):
        step = data.draw(st.sampled_from([each for each in steps if each]))
        usual = st.sampled_from(steps[step] or (None,))
        arguments = [data.draw(usual if data.draw(st.integers(0, 9)) else anything)]
        if step == "add":
            arguments.append(data.draw(wholes))
        done = [taken(step, each, arguments if steps[step] else []) for each in instances]
        assert done[0] == done[1] == done[2]
        states = [each.__reduce__() for each in instances]
        assert [state[0] for state in states] == [type(each) for each in instances]
        assert seen(states[0][1]) == seen(states[1][1]) == seen(states[2][1])


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS)
def test_pickles_name_the_package(python: Path, implementation: str) -> None:
    """What one implementation pickles is the same bytes as what the others pickle."""
    code = (
        "import gallery, pickle, sys; t = gallery.Tally({'b': 2**40, 'a': 1}); "
        "q = gallery.Queue(3, ['x']); sys.stdout.buffer.write(pickle.dumps((t, q), 4))"
    )
    environ = gallery_environ(GALLERY_IMPLEMENTATION=implementation)
    written = subprocess.run([python, "-c", code], env=environ, check=True, capture_output=True)
    assert b"gallery" in written.stdout
    assert b"_rust" not in written.stdout
    read = "import pickle, sys; t, q = pickle.load(sys.stdin.buffer); print(t.most(), q.items())"
    for other in IMPLEMENTATIONS:
        done = subprocess.run(
            [python, "-c", read],
            env=gallery_environ(GALLERY_IMPLEMENTATION=other),
            input=written.stdout,
            check=True,
            capture_output=True,
        )
        assert done.stdout.decode().strip() == f"[('b', {2**40}), ('a', 1)] ['x']"
