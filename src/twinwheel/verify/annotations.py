"""What a parameter takes, from its annotation, its name and its default."""

from __future__ import annotations

import ast
import re

from twinwheel.verify.domains import ANY, Domain

__all__ = ["domain_of_annotation", "domain_of_default", "domains_of_name"]

_NAMES = {
    "str": Domain("str"),
    "LiteralString": Domain("str"),
    "Text": Domain("str"),
    "AnyStr": Domain("union", (Domain("str"), Domain("bytes"))),
    "bytes": Domain("buffer"),
    "bytearray": Domain("bytearray"),
    "memoryview": Domain("buffer"),
    "Buffer": Domain("buffer"),
    "ReadableBuffer": Domain("buffer"),
    "WriteableBuffer": Domain("bytearray"),
    "ByteString": Domain("buffer"),
    "int": Domain("int"),
    "SupportsInt": Domain("int"),
    "SupportsIndex": Domain("int"),
    "float": Domain("float"),
    "SupportsFloat": Domain("float"),
    "Real": Domain("float"),
    "Number": Domain("float"),
    "complex": Domain("complex"),
    "bool": Domain("bool"),
    "None": Domain("none"),
    "NoneType": Domain("none"),
    "object": ANY,
    "Any": ANY,
    "Hashable": Domain("union", (Domain("str"), Domain("int"), Domain("bytes"))),
    "list": Domain("list"),
    "List": Domain("list"),
    "MutableSequence": Domain("list"),
    "Sequence": Domain("iterable"),
    "Collection": Domain("iterable"),
    "Iterable": Domain("iterable"),
    "Iterator": Domain("iterable"),
    "tuple": Domain("tuple"),
    "Tuple": Domain("tuple"),
    "set": Domain("set"),
    "Set": Domain("set"),
    "AbstractSet": Domain("set"),
    "frozenset": Domain("set"),
    "FrozenSet": Domain("set"),
    "dict": Domain("dict"),
    "Dict": Domain("dict"),
    "Mapping": Domain("dict"),
    "MutableMapping": Domain("dict"),
    "Callable": Domain("callback"),
    "BinaryIO": Domain("file", (Domain("bytes"),)),
    "TextIO": Domain("file", (Domain("str"),)),
    "IO": Domain("file", (Domain("bytes"),)),
    "SupportsRead": Domain("file", (Domain("bytes"),)),
    "SupportsWrite": Domain("file", (Domain("bytes"),)),
    "ndarray": Domain("array"),
    "NDArray": Domain("array"),
    "ArrayLike": Domain("array"),
    "datetime": Domain("make", values=("datetime.datetime",)),
    "date": Domain("make", values=("datetime.date",)),
    "time": Domain("make", values=("datetime.time",)),
    "timedelta": Domain("make", values=("datetime.timedelta",)),
    "Decimal": Domain("make", values=("decimal.Decimal",)),
    "Fraction": Domain("make", values=("fractions.Fraction",)),
    "UUID": Domain("make", values=("uuid.UUID",)),
    "PathLike": Domain("make", values=("pathlib.PurePosixPath",)),
    "Path": Domain("make", values=("pathlib.PurePosixPath",)),
}
"""Last part of a type's name -> what is given for it."""

_BY_NAME: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"^(fp|file|fh|stream|fileobj|f|buf_?io|reader|writer)$", ("file", "str")),
    (r"^(s1?|s2|string\d?|text|str\d?|word\d?|name|msg|pattern|left|right|src|prefix)$", ("str",)),
    (r"(string|text|password|encoding|charset|char)", ("str", "bytes")),
    (
        r"^(data|buf|buffer|b|payload|packed|raw|bytes_?|bytestring|blob|salt|chunk)$",
        ("buffer", "str"),
    ),
    (
        r"^(n|k|i|j|size|count|length|num|index|width|height|depth|limit|start|stop|end|pos)$",
        ("int",),
    ),
    (r"(size|count|length|index|max|min|rounds|seed|level|indent|offset|number)", ("int", "float")),
    (r"^(image|img|array|arr|kernel|matrix|a)$", ("array", "list", "any")),
    (r"^(x|y|z|alpha|sigma|ratio|weight|tolerance|eps|timeout|value|v)$", ("float", "any", "str")),
    (r"^(obj|o|object|item|element|val|document)$", ("any", "json")),
    (r"^(items|seq|sequence|iterable|values|lst|list|elements|args|it)$", ("iterable", "list")),
    (r"^(mapping|dict|d|kwargs|options|headers|params|map)$", ("dict", "any")),
    (r"^(is_|use_|with_|allow_|ensure_|skip_|sort_|strict|reverse|.*ed$)", ("bool",)),
    (r"(func|callback|hook|default|key|cmp|cls|handler|factory)", ("callback", "none")),
    (r"^(tz|tzinfo)$", ("none",)),
)


def domain_of_annotation(annotation: str, classes: dict[str, Domain]) -> Domain | None:
    """Give the domain that an annotation tells of.

    Args:
        annotation: Its source.
        classes: Instances of the implementation's own classes, by the class's name.

    Returns:
        None where nothing is known of the type.
    """
    if not annotation:
        return None
    try:
        return _domain(ast.parse(annotation.strip(), mode="eval").body, classes)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None


def _domain(node: ast.expr, classes: dict[str, Domain]) -> Domain | None:
    if isinstance(node, ast.Constant):
        if node.value is None:
            return Domain("none")
        if isinstance(node.value, str):
            return domain_of_annotation(node.value, classes)
        return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union([_domain(node.left, classes), _domain(node.right, classes)])
    if isinstance(node, ast.Subscript):
        return _subscript(node, classes)
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return classes.get(name) or _NAMES.get(name)


def _union(domains: list[Domain | None]) -> Domain | None:
    known = [each for each in domains if each is not None]
    flat: list[Domain] = []
    for each in known:
        flat += each.inner if each.kind == "union" else (each,)
    unique = tuple(dict.fromkeys(flat))
    if not unique:
        return None
    return unique[0] if len(unique) == 1 else Domain("union", unique)


def _subscript(node: ast.Subscript, classes: dict[str, Domain]) -> Domain | None:
    name = (
        node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    )
    inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if not inside:  # ``tuple[()]``
        return classes.get(name) or _NAMES.get(name)
    if name == "Literal":
        return Domain("literal", values=tuple(ast.literal_eval(each) for each in inside))
    if name == "Optional":
        return _union([Domain("none"), _domain(inside[0], classes)])
    if name == "Union":
        return _union([_domain(each, classes) for each in inside])
    if name in ("Annotated", "Final", "ClassVar", "Required", "NotRequired"):
        return _domain(inside[0], classes)
    outer = classes.get(name) or _NAMES.get(name)
    if outer is None or outer.kind in ("callback", "array", "make", "instance"):
        return outer  # whose values are not made of what is in brackets
    inner = [
        _domain(each, classes) or ANY
        for each in inside
        if not (isinstance(each, ast.Constant) and each.value is Ellipsis)
    ]
    if name in ("SupportsRead", "SupportsWrite", "IO"):
        text = bool(inner) and inner[0].kind == "str"
        return Domain("file", (Domain("str") if text else Domain("bytes"),))
    return Domain(outer.kind, tuple(inner))


def domain_of_default(default: str | None) -> Domain | None:
    """Give the domain that a default value tells of, by its repr."""
    if default is None or default == "None":
        return None
    try:
        value = ast.literal_eval(default)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None
    if isinstance(value, bool):
        return Domain("bool")
    known = {int: "int", float: "float", str: "str", bytes: "buffer", tuple: "tuple", list: "list"}
    kind = known.get(type(value))
    return Domain("dict") if isinstance(value, dict) else Domain(kind) if kind else None


def domains_of_name(name: str) -> tuple[Domain, ...]:
    """Give what a parameter of such a name most often takes; empty where it tells nothing."""
    for pattern, kinds in _BY_NAME:
        if re.search(pattern, name.lower()):
            return tuple(Domain(kind) for kind in kinds)
    return ()
