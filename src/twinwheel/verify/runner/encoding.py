"""Values as plain data, the same for equal values: what two processes can compare byte by byte.

Numbers, texts, bytes and None stand for themselves. Everything else is a tuple that begins with a
tag: ``("list", [...])``, ``("dict", [key, value, ...])``, ``("error", name, bases, message)``. What
the tags in ``building`` say can be built again, so that a recorded argument is a recipe.
"""

from __future__ import annotations

import builtins
import hashlib
import io
import marshal
import math
import os
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Plain = Any  # None, a number, a text or bytes, or a tuple or list of such
    Above = tuple[int, ...]  # the ids of the containers that a value is in

__all__ = [
    "LARGEST",
    "LARGEST_IN_FULL",
    "MOST_FROM_ITERATOR",
    "encode",
    "encode_error",
    "pack",
    "short",
    "unpack",
    "without_addresses",
    "without_places",
]

LARGEST = 1 << 16
"""Bytes of a packed answer that are sent as they are; of longer ones, a digest is."""
LARGEST_IN_FULL = 1 << 22
"""The same, when the whole answer is asked for."""

_DEEPEST = 120
_MOST_ITEMS = 200_000
MOST_FROM_ITERATOR = 1_000
"""Items: no more of what an iterator gives are looked at."""
_NAN = float("nan")
_AS_THEY_ARE = frozenset([int, str, bytes, bool, type(None)])
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]{6,}")
_ADDRESS_IN_BYTES = re.compile(rb" at 0x[0-9A-Fa-f]{6,}")
_HOMES = (
    sorted({sys.prefix, os.path.realpath(sys.prefix)}, key=len, reverse=True)
    if sys.prefix != sys.base_prefix
    else []
)
"""Where the environment is, which is another place for each side that has one of its own."""
_HOMES_IN_BYTES = [os.fsencode(each) for each in _HOMES]
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
    """Leave out the addresses in what a default ``__repr__`` gave, and where the environment is."""
    if b" at 0x" not in packed and not any(each in packed for each in _HOMES_IN_BYTES):
        return packed
    return pack(_without(unpack(packed)))  # in their place they would be of different lengths


def _without(plain: Plain) -> Plain:
    kind = type(plain)
    if kind is str:
        return without_places(plain)
    if kind is bytes:
        for each in _HOMES_IN_BYTES:
            plain = plain.replace(each, b"<prefix>")
        return _ADDRESS_IN_BYTES.sub(b"", plain)
    if kind is list or kind is tuple:
        return kind([_without(each) for each in plain])
    return plain


def without_places(text: str) -> str:
    """Leave out of a text what tells places: addresses, and where the environment is."""
    for each in _HOMES:
        text = text.replace(each, "<prefix>")
    return _ADDRESS.sub("", text)


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
    return ("error", kind.__name__, bases, without_places(message))


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
    try:
        if known is not None:
            return known(value, depth - 1, (*above, id(value)))
        return _encode_other(value, kind, depth - 1, (*above, id(value)))
    except BaseException as error:  # a foreign object may do anything when it is looked at
        return ("unseen", kind.__name__, type(error).__name__)


def _items(values: Sequence[Any], depth: int, above: Above) -> list[Plain]:
    if len(values) > _MOST_ITEMS:
        return _many(values, depth, above)
    if set(map(type, values)) <= _AS_THEY_ARE:
        return list(values)
    return [_encode(each, depth, above) for each in values]


def _many(values: Sequence[Any], depth: int, above: Above) -> list[Plain]:
    """The first of very many, and how many others there are, with a digest of these."""
    digest = hashlib.blake2b(digest_size=16)
    for start in range(_MOST_ITEMS, len(values), _MOST_ITEMS):
        digest.update(pack(_items(values[start : start + _MOST_ITEMS], depth, above)))
    more = ("more", len(values) - _MOST_ITEMS, digest.digest())
    return [*_items(values[:_MOST_ITEMS], depth, above), more]


def _in_any_order(tag: str) -> Callable[[Any, int, Above], Plain]:
    def encode_set(value: Any, depth: int, above: Above) -> Plain:
        return (tag, sorted([_encode(each, depth, above) for each in value], key=pack))

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
            if len(items) == MOST_FROM_ITERATOR:
                break
    except BaseException as error:
        items.append(encode_error(error))
    return ("iterator", items)


def _encode_other(value: Any, kind: type, depth: int, above: Above) -> Plain:
    home = getattr(kind, "__module__", "")
    home = home if isinstance(home, str) else ""
    if home in ("weakref", "_weakrefset"):  # what is left in it is for the garbage collector
        return ("object", kind.__name__, [])
    if home == "collections":
        return _encode_standard(value, depth, above)
    for base in (str, bytes, bytearray, int, float, complex, tuple, list, dict, set, frozenset):
        if issubclass(kind, base):  # a proxy says of itself that it is what it stands for
            return _encode_subclass(value, kind, base, depth, above)
    if home == "numpy" and hasattr(value, "dtype"):
        return _encode_numpy(value, depth, above)
    if home == "array" and kind.__name__ == "array":
        return ("array", value.typecode, value.tobytes())
    if isinstance(value, BaseException):
        return encode_error(value)
    if isinstance(value, type):
        name = value.__name__
        own = getattr(builtins, name, None) is not value
        return ("class", name) if own else ("global", f"builtins.{name}")
    if kind.__name__ in _CALLABLES:
        return ("callable",)
    if isinstance(value, io.IOBase):
        return _encode_file(value)
    if home.split(".")[0] in _STANDARD:
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
        return ("enum", kind.__name__, str(value._name_ or value._value_))
    try:
        plain = _AS_SEEN.get(base, _COPIES[base])(value)
    except BaseException:  # its own methods do not work: what is in it then
        plain = _COPIES[base](value)
    inner = _encode(plain, depth, above)
    fields = getattr(kind, "_fields", None)
    name = kind.__name__
    return ("subclass", name, inner, list(fields)) if fields else ("subclass", name, inner)


_WHOLE = slice(None)
_COPIES: dict[type, Callable[[Any], Any]] = {
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    complex: lambda value: complex(
        complex.real.__get__(value, complex), complex.imag.__get__(value, complex)
    ),
    bytes: lambda value: bytes.__getitem__(value, _WHOLE),
    bytearray: lambda value: bytearray.__getitem__(value, _WHOLE),
    tuple: lambda value: tuple.__getitem__(value, _WHOLE),
    list: lambda value: list.__getitem__(value, _WHOLE),
    dict: lambda value: dict(dict.items(value)),
    set: lambda value: set(set.__iter__(value)),
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
}
"""Class -> how an instance of a subclass is made one of it."""
_AS_SEEN: dict[type, Callable[[Any], Any]] = {
    tuple: tuple,
    list: list,
    dict: lambda value: dict(value.items()),
    set: set,
    frozenset: frozenset,
}
"""The same for containers whose subclasses show something else than what they hold."""


def _encode_numpy(value: Any, depth: int, above: Above) -> Plain:
    if value.dtype.hasobject:
        items = _encode(value.tolist(), depth, above)
        return ("objects", list(value.shape), items)
    data = _quiet(value) if value.dtype.kind in "fc" else value.tobytes()
    kind = "numpy" if type(value).__name__ == "ndarray" else "scalar"
    if value.dtype.names is not None:
        return ("records", str(value.dtype), list(value.shape), data)
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
    if type(value).__name__ == "UUID":  # it pickles as an object without arguments
        return ("make", "uuid.UUID", [str(value)])
    try:
        reduced = value.__reduce_ex__(2)
        maker, arguments = reduced[0], reduced[1]
        if maker.__module__ == "copyreg":
            raise TypeError
        inner = [_encode(each, depth, above) for each in arguments]
        _, items, pairs = (*reduced[2:5], None, None, None)[:3]
        items = [_encode(each, depth, above) for each in items or ()]
        flat = [_encode(each, depth, above) for pair in pairs or () for each in pair]
    except Exception:
        return ("repr", type(value).__name__, short(value, 1_000))
    made = ("make", _qualified(maker), inner)
    if flat:
        return (*made, items, flat)
    return (*made, items) if items else made


def _qualified(kind: Any) -> str:
    """Give the full name of a class or function."""
    name = getattr(kind, "__qualname__", type(kind).__name__)
    return f"{getattr(kind, '__module__', '?')}.{name}"


def _encode_object(value: Any, kind: type, depth: int, above: Above) -> Plain:
    """An object of the implementation's own: what can be seen of it, in no special order."""
    depth = min(depth, 40) // 4  # each look may give new objects, which give others
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
            seen += [name, _encode(item, depth, above)]
    for name, function in (("len()", len), ("str()", str), ("list()", _listed)):
        if _defines(kind, name):
            try:
                item = function(value)
            except BaseException as error:
                seen += [name, encode_error(error)]
                continue
            if isinstance(item, str):
                item = _ADDRESS.sub("", item)
            seen += [name, _encode(item, depth, above)]
    return ("object", kind.__name__, seen)


def _listed(value: Iterable[Any]) -> list[Any]:
    return [item for item, _ in zip(value, range(MOST_FROM_ITERATOR))]


def _defines(kind: Any, name: str) -> bool:
    if kind.__module__ == "functools":  # whose texts name the modules of what is in them
        return False
    method = {"len()": "__len__", "str()": "__str__", "list()": "__iter__"}[name]
    found = getattr(kind, method, None)
    if name == "list()" and found is None and hasattr(kind, "__len__"):
        found = getattr(kind, "__getitem__", None)
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
