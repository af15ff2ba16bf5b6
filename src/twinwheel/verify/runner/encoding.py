"""Values as plain data, the same for equal values: what two processes can compare byte by byte.

Numbers, texts, bytes and None stand for themselves. Everything else is a tuple that begins with a
tag: ``("list", [...])``, ``("dict", [key, value, ...])``, ``("error", name, bases, message)``. What
the tags in ``building`` say can be built again, so that a recorded argument is a recipe.
"""

from __future__ import annotations

import marshal
import math
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    Plain = Any  # None, a number, a text or bytes, or a tuple or list of such
    Above = tuple[int, ...]  # the ids of the containers that a value is in

__all__ = [
    "LARGEST",
    "LARGEST_IN_FULL",
    "encode",
    "encode_error",
    "pack",
    "short",
    "unpack",
    "without_addresses",
]

LARGEST = 1 << 16
"""Bytes of a packed answer that are sent as they are; of longer ones, a digest is."""
LARGEST_IN_FULL = 1 << 24
"""The same, when the whole answer is asked for."""

_DEEPEST = 120
_MOST_ITEMS = 200_000
_MOST_FROM_ITERATOR = 1_000
_NAN = float("nan")
_AS_THEY_ARE = frozenset([int, str, bytes, bool, type(None)])
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")
_PACKED_ADDRESS = re.compile(rb" at 0x[0-9A-Fa-f]+")
_STANDARD = frozenset(
    ["datetime", "decimal", "fractions", "ipaddress", "pathlib", "uuid", "zoneinfo", "collections"]
)
_CALLABLES = frozenset(
    [
        *("function", "builtin_function_or_method", "method", "method-wrapper"),
        *("method_descriptor", "wrapper_descriptor"),
        *("cython_function_or_method", "cyfunction", "nb_func", "nb_method"),
    ]
)


def pack(plain: Plain) -> bytes:
    """Give plain data as bytes; equal data gives equal bytes, in each process and each Python."""
    return marshal.dumps(plain, 2)  # from version 3 on, the bytes tell what is one object


def without_addresses(packed: bytes) -> bytes:
    """Put zeros for the addresses in what a default ``__repr__`` gave."""
    if b" at 0x" not in packed:
        return packed
    return _PACKED_ADDRESS.sub(lambda found: b" at 0x" + b"0" * (len(found[0]) - 6), packed)


def unpack(data: bytes) -> Plain:
    """Give the plain data of packed bytes."""
    return marshal.loads(data)


def encode(value: Any) -> Plain:
    """Give a value as plain data."""
    return _encode(value, _DEEPEST, ())


def encode_error(error: BaseException) -> Plain:
    """Give an exception as its name, the built-in classes that it is caught by, and its message."""
    kind = type(error)
    bases = [
        base.__name__
        for base in kind.__mro__
        if base.__module__ == "builtins" and base is not object
    ]
    try:
        message = str(error)[:1_000]
    except BaseException as other:  # an implementation's own __str__
        message = f"<no message: {type(other).__name__}>"
    return ("error", kind.__name__, bases, _ADDRESS.sub("", message))


def short(value: Any, most: int = 200) -> str:
    """Give a repr of a bounded length, which never fails."""
    try:
        text = repr(value)
    except BaseException as error:
        text = f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"
    return text if len(text) <= most else text[: most - 1] + "…"


def _encode(value: Any, depth: int, above: Above) -> Plain:
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    if kind is float:
        return value if value == value else _NAN  # noqa: PLR0124 (math.isnan is slower)
    if depth <= 0:
        return ("deep", kind.__name__)
    if id(value) in above:
        return ("again", above[::-1].index(id(value)))
    known = _KNOWN.get(kind)
    if known is not None:
        return known(value, depth - 1, (*above, id(value)))
    return _encode_other(value, kind, depth - 1, (*above, id(value)))


def _items(values: Collection[Any], depth: int, above: Above) -> list[Plain]:
    if len(values) > _MOST_ITEMS:
        values = list(values)[:_MOST_ITEMS]
    if set(map(type, values)) <= _AS_THEY_ARE:
        return list(values)
    return [_encode(each, depth, above) for each in values]


def _in_any_order(tag: str) -> Callable[[Any, int, Above], Plain]:
    def encode_set(value: Any, depth: int, above: Above) -> Plain:
        return (tag, sorted(_items(value, depth, above), key=pack))

    return encode_set


def _encode_dict(value: dict[Any, Any], depth: int, above: Above) -> Plain:
    flat: list[Plain] = []
    for key, item in value.items():
        flat.append(_encode(key, depth, above))
        flat.append(_encode(item, depth, above))
    return ("dict", flat)


def _encode_complex(value: complex, _depth: int, _above: Above) -> Plain:
    parts = [_NAN if math.isnan(each) else each for each in (value.real, value.imag)]
    return ("complex", *parts)


def _encode_memoryview(value: Any, _depth: int, _above: Above) -> Plain:
    try:
        return ("view", value.format, list(value.shape), value.tobytes(), value.readonly)
    except ValueError as error:  # it was released
        return ("view", str(error))


def _encode_iterator(value: Any, depth: int, above: Above) -> Plain:
    items: list[Plain] = []
    try:
        for item in value:
            items.append(_encode(item, depth, above))
            if len(items) == _MOST_FROM_ITERATOR:
                break
    except BaseException as error:
        items.append(encode_error(error))
    return ("iterator", items)


def _encode_other(value: Any, kind: type, depth: int, above: Above) -> Plain:
    for base in (str, bytes, bytearray, int, float, complex, tuple, list, dict, set, frozenset):
        if isinstance(value, base):
            return _encode_subclass(value, kind, base, depth, above)
    if kind.__module__ == "numpy" and hasattr(value, "dtype"):
        return _encode_numpy(value, depth, above)
    if kind.__module__ == "array" and kind.__name__ == "array":
        return ("array", value.typecode, value.tobytes())
    if isinstance(value, BaseException):
        return encode_error(value)
    if isinstance(value, type):
        return ("class", value.__name__)
    if kind.__name__ in _CALLABLES:
        return ("callable",)
    if kind.__module__ == "_io":
        return _encode_file(value)
    if kind.__module__.split(".")[0] in _STANDARD:
        return _encode_standard(value, depth, above)
    if kind.__name__ in ("generator", "map", "filter", "zip") or (
        hasattr(kind, "__next__") and hasattr(kind, "__iter__")
    ):
        return _encode_iterator(value, depth, above)
    if kind.__name__ in ("coroutine", "async_generator"):
        if hasattr(value, "close"):
            value.close()
        return ("object", kind.__name__, [])
    return _encode_object(value, kind, depth, above)


def _encode_subclass(value: Any, kind: type, base: type, depth: int, above: Above) -> Plain:
    """A subclass of a built-in class: as that, with its own name; an enumeration by its name."""
    if hasattr(value, "_name_") and hasattr(value, "_value_"):
        return ("subclass", kind.__name__, str(value._name_))
    plain = base(value) if base is not dict else dict(value.items())
    inner = _encode(plain, depth, above)
    fields = getattr(kind, "_fields", None)
    name = kind.__name__
    return ("subclass", name, inner, list(fields)) if fields else ("subclass", name, inner)


def _encode_numpy(value: Any, depth: int, above: Above) -> Plain:
    if value.dtype.hasobject:
        items = _encode(value.tolist(), depth, above)
        return ("objects", list(value.shape), items)
    data = value.tobytes()
    if value.dtype.kind in "fc":
        data = _quiet(value)
    kind = "numpy" if type(value).__name__ == "ndarray" else "scalar"
    return (kind, value.dtype.str, list(value.shape), data)


def _quiet(value: Any) -> Any:
    """Every NaN as the same one."""
    numpy = sys.modules["numpy"]
    clean = numpy.array(value, copy=True)
    missing = numpy.isnan(clean)
    if missing.any():
        clean[missing] = numpy.nan
    return clean.tobytes()


def _encode_file(value: Any) -> Plain:
    try:
        if not hasattr(value, "getvalue"):
            return ("object", type(value).__name__, [])
        return ("written", value.getvalue())
    except ValueError:
        return ("written", "closed")


def _encode_standard(value: Any, depth: int, above: Above) -> Plain:
    try:
        reduced = value.__reduce_ex__(2)
        maker, arguments = reduced[0], reduced[1]
        if maker.__module__ == "copyreg":
            raise TypeError
        inner = [_encode(each, depth, above) for each in arguments]
        items = [_encode(each, depth, above) for each in (reduced[3:4] and reduced[3]) or ()]
    except Exception:
        return ("repr", type(value).__name__, short(value, 1_000))
    made = ("make", _qualified(maker), inner)
    return (*made, items) if items else made


def _qualified(kind: Any) -> str:
    """Give the full name of a class or function."""
    name = getattr(kind, "__qualname__", type(kind).__name__)
    return f"{getattr(kind, '__module__', '?')}.{name}"


def _encode_object(value: Any, kind: type, depth: int, above: Above) -> Plain:
    """An object of the implementation's own: what can be seen of it, in no special order."""
    seen: list[Plain] = []
    for name in sorted(set(dir(value))):
        if name.startswith("_"):
            continue
        try:
            item = getattr(value, name)
        except BaseException as error:
            seen += [name, encode_error(error)]
            continue
        if not callable(item):
            seen += [name, _encode(item, min(depth, 4), above)]
    for name, function in (("len()", len), ("str()", str), ("list()", _listed)):
        if _defines(kind, name):
            try:
                item = function(value)
            except BaseException as error:
                seen += [name, encode_error(error)]
                continue
            if isinstance(item, str):
                item = _ADDRESS.sub("", item)
            seen += [name, _encode(item, min(depth, 4), above)]
    return ("object", kind.__name__, seen)


def _listed(value: Iterable[Any]) -> list[Any]:
    return [item for item, _ in zip(value, range(_MOST_FROM_ITERATOR))]


def _defines(kind: Any, name: str) -> bool:
    method = {"len()": "__len__", "str()": "__str__", "list()": "__iter__"}[name]
    found = getattr(kind, method, None)
    if name == "str()":
        return found is not object.__str__ or kind.__repr__ is not object.__repr__
    return found is not None


_KNOWN: dict[type, Callable[[Any, int, Above], Plain]] = {
    complex: _encode_complex,
    list: lambda value, depth, above: ("list", _items(value, depth, above)),
    tuple: lambda value, depth, above: ("tuple", _items(value, depth, above)),
    dict: _encode_dict,
    set: _in_any_order("set"),
    frozenset: _in_any_order("frozenset"),
    bytearray: lambda value, _depth, _above: ("bytearray", bytes(value)),
    memoryview: _encode_memoryview,
    slice: lambda value, depth, above: (
        "slice",
        *(_encode(each, depth, above) for each in (value.start, value.stop, value.step)),
    ),
    range: lambda value, _depth, _above: ("range", value.start, value.stop, value.step),
    type(Ellipsis): lambda _value, _depth, _above: ("global", "builtins.Ellipsis"),
    type(NotImplemented): lambda _value, _depth, _above: ("global", "builtins.NotImplemented"),
}
