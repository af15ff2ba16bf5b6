"""METADATA -> values for ``[project]``: what a backend's hook wrote, in the words of PEP 621.

Specification: https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

import configparser
import email.policy
import email.utils
import re
from email.parser import BytesParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from email.message import EmailMessage

__all__ = ["FIELDS", "NO_VALUES", "read_fields"]

_EXTRA = re.compile(
    r"(?P<requirement>[^;]*);\s*(?:(?P<marker>.*?)\s+and\s+)?extra\s*==\s*(['\"])(?P<extra>.*?)\3\s*\Z"
)


def read_fields(metadata: bytes, entry_points: str = "") -> dict[str, Any]:
    """Return all that a metadata folder says, field by field.

    Args:
        metadata: Contents of METADATA.
        entry_points: Contents of ``entry_points.txt``; empty when there is none.

    Returns:
        Field of ``[project]`` -> its value, for those that are there.
    """
    policy = email.policy.EmailPolicy(utf8=True, max_line_length=0)
    message: EmailMessage = BytesParser(policy=policy).parsebytes(metadata)
    found = {name: read(message) for name, read in _READERS.items()}
    return {name: value for name, value in {**found, **_scripts(entry_points)}.items() if value}


def _one(header: str) -> Callable[[EmailMessage], str]:
    return lambda message: str(message.get(header, ""))


def _several(header: str) -> Callable[[EmailMessage], list[str]]:
    return lambda message: [str(value) for value in message.get_all(header, [])]


def _readme(message: EmailMessage) -> dict[str, str]:
    body = message.get_payload(decode=True)
    text = body.decode("utf-8", "replace") if isinstance(body, bytes) else ""
    if not text.strip():
        return {}
    kind = str(message.get("Description-Content-Type", "text/plain"))
    return {"text": text, "content-type": kind}


def _license(message: EmailMessage) -> str | dict[str, str]:
    expression = str(message.get("License-Expression", ""))
    text = str(message.get("License", ""))
    return expression or ({"text": text} if text else "")


def _people(role: str) -> Callable[[EmailMessage], list[dict[str, str]]]:
    def read(message: EmailMessage) -> list[dict[str, str]]:
        names = [part.strip() for part in str(message.get(role, "")).split(", ")]
        # maturin names those who have an address in both headers.
        people = [(name, "") for name in names if "@" not in name]
        people += email.utils.getaddresses([str(message.get(f"{role}-email", ""))])
        pairs = [{"name": name, "email": address} for name, address in dict.fromkeys(people)]
        found = [{key: value for key, value in pair.items() if value} for pair in pairs]
        return [person for person in found if person]

    return read


def _urls(message: EmailMessage) -> dict[str, str]:
    found = {}
    for value in message.get_all("Project-URL", []):
        label, _, address = str(value).partition(",")
        found[label.strip()] = address.strip()
    return found


def _dependencies(message: EmailMessage) -> list[str]:
    values = [str(value) for value in message.get_all("Requires-Dist", [])]
    return [value for value in values if not _EXTRA.match(value)]


def _optional_dependencies(message: EmailMessage) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {
        str(value): [] for value in message.get_all("Provides-Extra", [])
    }
    for value in message.get_all("Requires-Dist", []):
        match = _EXTRA.match(str(value))
        if match:
            marker = match["marker"] or ""
            if marker.startswith("(") and marker.endswith(")"):
                marker = marker[1:-1]
            requirement = match["requirement"].strip() + (f"; {marker}" if marker else "")
            found.setdefault(match["extra"], []).append(requirement)
    return found


def _keywords(message: EmailMessage) -> list[str]:
    return [word.strip() for word in str(message.get("Keywords", "")).split(",") if word.strip()]


def _scripts(entry_points: str) -> dict[str, dict[str, Any]]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(entry_points)
    groups = {name: dict(parser[name]) for name in parser.sections()}
    return {
        "scripts": groups.pop("console_scripts", {}),
        "gui-scripts": groups.pop("gui_scripts", {}),
        "entry-points": groups,
    }


_READERS: dict[str, Callable[[EmailMessage], Any]] = {
    "version": _one("Version"),
    "description": _one("Summary"),
    "readme": _readme,
    "requires-python": _one("Requires-Python"),
    "license": _license,
    "license-files": _several("License-File"),
    "authors": _people("Author"),
    "maintainers": _people("Maintainer"),
    "keywords": _keywords,
    "classifiers": _several("Classifier"),
    "urls": _urls,
    "dependencies": _dependencies,
    "optional-dependencies": _optional_dependencies,
}
NO_VALUES: Mapping[str, Any] = {
    **dict.fromkeys(("description", "requires-python"), ""),
    **{name: [] for name in ("authors", "classifiers", "dependencies", "keywords")},
    **{name: [] for name in ("license-files", "maintainers")},
    **{name: {} for name in ("entry-points", "gui-scripts", "scripts")},
    **{name: {} for name in ("optional-dependencies", "urls")},
    "license": {"text": ""},
    "readme": {"text": "", "content-type": "text/plain"},
}
"""Field of ``[project]`` -> a value that says nothing."""
FIELDS = (*_READERS, "scripts", "gui-scripts", "entry-points")
"""The fields of ``[project]`` that can be read from a metadata folder."""
