"""Python source that imports twinwheel -> the same source, importing a copy of it.

``ast`` says what is an import; the text around the one word that changes stays as the author wrote
it, in its encoding, with its line ends, and on its line.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from typing import TYPE_CHECKING

from twinwheel.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["redirect"]

_NAME = "twinwheel"
_FROM = re.compile(rf"from(?:[ \t\f]|\\\n)+({_NAME})\b")
_LINE_END = re.compile(r"\r\n|\r|\n")


def redirect(data: bytes, path: str, copy: str, offered: Mapping[str, Collection[str]]) -> bytes:
    """Make a module import the copy wherever it imports twinwheel.

    Args:
        data: The module.
        path: Its place, for messages.
        copy: Full name of the copy.
        offered: Each module that the copy has, under its name in twinwheel -> the names in it.

    Returns:
        The module, with as many lines as before.

    Raises:
        ConfigError: TW141 when it imports what the copy does not have, TW142 when it is no Python.
    """
    text, encoding = _decode(data, path)
    ends = _LINE_END.findall(text)  # Python's own; str.splitlines knows more of them
    text = _LINE_END.sub("\n", text)
    for start, name in sorted(_changes(text, path, copy, offered), reverse=True):
        text = f"{text[:start]}{name}{text[start + len(_NAME) :]}"
    for node in _imports(_parse(text, path)):  # such as one whose name is written in wide letters
        raise _refusal(f"{path}, line {node.lineno}: this import of {_NAME} cannot be changed")
    lines = text.split("\n")
    text = "".join(line + end for line, end in zip(lines, [*ends, ""], strict=True))
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        raise _unreadable(path, error) from None


def _changes(
    text: str, path: str, copy: str, offered: Mapping[str, Collection[str]]
) -> Iterator[tuple[int, str]]:
    """Yield where the word ``twinwheel`` stands in each import, and what is to stand there."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def offset(node: ast.stmt | ast.alias) -> int:
        """Turn a line and a count of bytes into a count of characters."""
        start = starts[node.lineno - 1]
        line = text[start:].partition("\n")[0]
        return start + len(line.encode()[: node.col_offset].decode())

    for node in _imports(_parse(text, path)):
        _check(node, path, offered)
        if isinstance(node, ast.ImportFrom):
            if match := _FROM.match(text, offset(node)):
                yield match.start(1), copy
            continue
        for alias in filter(_is_ours, node.names):
            if text.startswith(_NAME, offset(alias)):
                yield offset(alias), copy if alias.asname else f"{copy} as {_NAME}"


def _decode(data: bytes, path: str) -> tuple[str, str]:
    """Read a module as Python does: by its mark or its cookie, else as UTF-8."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding), encoding
    except (SyntaxError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from None


def _parse(text: str, path: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as of escapes: they are the author's matter
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: str, error: Exception) -> ConfigError:
    return ConfigError(
        f"{path} is no Python that this interpreter reads: {error}",
        code="TW142",
        where=path,
        help="correct it, or leave it out: [tool.twinwheel.wheel] exclude",
    )


def _imports(tree: ast.Module) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the statements that import twinwheel or a module of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            if node.level == 0 and (node.module or "").partition(".")[0] == _NAME:
                yield node
        elif isinstance(node, ast.Import) and any(map(_is_ours, node.names)):
            yield node


def _is_ours(alias: ast.alias) -> bool:
    return alias.name.partition(".")[0] == _NAME


def _check(
    node: ast.Import | ast.ImportFrom, path: str, offered: Mapping[str, Collection[str]]
) -> None:
    """Hold an import to what the copy has."""
    place = f"{path}, line {node.lineno}"
    if isinstance(node, ast.Import):
        for alias in filter(_is_ours, node.names):
            if alias.name not in offered:
                raise _refusal(f"{place}: the vendored selector has no {alias.name}")
            if alias.name != _NAME and not alias.asname:
                leaf = alias.name.rpartition(".")[2]
                raise _refusal(
                    f"{place}: 'import {alias.name}' binds the name {_NAME}, "
                    "which the wheel does not have",
                    accepted=f"import {alias.name} as {leaf}",
                    help=f"write it so, and {leaf} where the module is used",
                )
        return
    module = str(node.module)
    if module not in offered:
        raise _refusal(f"{place}: the vendored selector has no {module}")
    unknown = [
        alias.name
        for alias in node.names
        if alias.name not in offered[module]
        and f"{module}.{alias.name}" not in offered
        and (alias.name != "*" or module == _NAME)
    ]
    if unknown:
        raise _refusal(f"{place}: the vendored selector has no {', '.join(unknown)} in {module}")


def _refusal(
    message: str,
    accepted: str = "from twinwheel import report, select",
    help: str = "import nothing else, or depend on twinwheel: runtime = 'dependency'",  # noqa: A002
) -> ConfigError:
    return ConfigError(
        message,
        code="TW141",
        where='pyproject.toml, [tool.twinwheel] runtime = "vendored"',
        accepted=accepted,
        help=help,
    )
