"""Comparing what two backends made of one project: each function returns the differences.

Exempt are the Generator line of WHEEL, the order of RECORD, the dates of the zip file, the
timestamp, the serial number and the project's path in an SBOM, and the line that was swapped.
"""

from __future__ import annotations

import configparser
import csv
import email
import io
import json
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conformance.swapping import restored

__all__ = [
    "NATIVE",
    "compare_metadata",
    "compare_sdists",
    "compare_trees",
    "compare_wheels",
    "missing_payload",
    "same_payload",
]

NATIVE = (".so", ".pyd")
"""How the names of compiled modules end."""

# What describes the wheel, and so also what was added to it.
_DESCRIPTIONS = ("METADATA", "RECORD", "WHEEL")
# What twinwheel takes away where it merges; to a user's umask it is the same.
_OTHERS_WRITE = 0o022


def compare_wheels(theirs: Path, ours: Path, root: Path) -> list[str]:
    """Compare two wheels: name and tags, files, modes, metadata."""
    if theirs.name != ours.name:
        return [f"file name: {theirs.name}, {ours.name}"]
    theirs_files, ours_files = _unzip(theirs), _unzip(ours)
    found = _compare_keys("file", theirs_files, ours_files)
    metadata = "-".join(theirs.name.split("-")[:2]) + ".dist-info/"
    for path in theirs_files.keys() & ours_files.keys():
        (mode, data), (our_mode, our_data) = theirs_files[path], ours_files[path]
        if mode != our_mode:
            found.append(f"mode of {path}: {mode:o}, {our_mode:o}")
        if path.startswith(metadata):
            found += _compare_metadata_file(path.removeprefix(metadata), data, our_data, root)
        elif data != our_data:
            found.append(f"contents of {path}")
    return sorted(found)


def compare_metadata(theirs: Path, ours: Path, root: Path) -> list[str]:
    """Compare two folders that a metadata hook wrote to."""
    theirs_files, ours_files = _read_folder(theirs), _read_folder(ours)
    found = _compare_keys("file", theirs_files, ours_files)
    for path in theirs_files.keys() & ours_files.keys():
        name = path.partition("/")[2]
        found += _compare_metadata_file(name, theirs_files[path], ours_files[path], root)
    return sorted(found)


def compare_sdists(theirs: Path, ours: Path, backend: str) -> list[str]:
    """Compare two source distributions: names, modes, links, contents.

    Args:
        theirs: Upstream's.
        ours: twinwheel's.
        backend: What stood in the line that was swapped.
    """
    if theirs.name != ours.name:
        return [f"file name: {theirs.name}, {ours.name}"]
    theirs_files, ours_files = _untar(theirs, backend), _untar(ours, backend)
    found = _compare_keys("file", theirs_files, ours_files)
    for path in theirs_files.keys() & ours_files.keys():
        for what, one, other in zip(
            ("kind", "mode", "link", "date", "contents"),
            theirs_files[path],
            ours_files[path],
            strict=True,
        ):
            if one != other:
                found.append(f"{what} of {path}")
    return sorted(found)


def compare_trees(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[str]:
    """Compare what two builds left in the project's folder."""
    found = _compare_keys("file left in the sources", theirs, ours)
    common = theirs.keys() & ours.keys()
    return found + sorted(f"{path} in the sources" for path in common if theirs[path] != ours[path])


def missing_payload(
    part: Path, whole: Path, prefix: str = "", exempt: Mapping[str, str] | None = None
) -> list[str]:
    """Look in a wheel for everything that another one holds, with the same bytes and modes.

    Whether others than the owner may write is no difference. Only METADATA, WHEEL, RECORD and the
    software bill of materials are left out.

    Args:
        part: The wheel whose files must be there.
        whole: The wheel to look in.
        prefix: A folder that they may be in instead.
        exempt: Path -> why its bytes may differ; the path must be there nevertheless.
    """
    wanted, found = _unzip(part), _unzip(whole)
    differences = []
    for path, (mode, data) in sorted(wanted.items()):
        name = path.partition(".dist-info/")[2]
        if name in _DESCRIPTIONS or name.startswith("sboms/"):
            continue
        place = path if path in found else prefix + path
        if place not in found:
            differences.append(f"file of the project's own wheel missing: {path}")
            continue
        if (found[place][0] ^ mode) & ~_OTHERS_WRITE:
            differences.append(f"mode of {path}: {mode:o}, {found[place][0]:o}")
        if path in (exempt or {}):
            continue
        if name:
            differences += _compare_metadata_file(name, data, found[place][1], Path())
        elif found[place][1] != data:
            differences.append(f"contents of {path}")
    return differences


def same_payload(one: Path, other: Path) -> bool:
    """Tell whether two wheels hold the same files, but for what describes the wheels."""
    return not missing_payload(one, other) and not missing_payload(other, one)


def _compare_keys(what: str, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[str]:
    missing = [f"{what} missing: {path}" for path in sorted(theirs.keys() - ours.keys())]
    return missing + [f"{what} too many: {path}" for path in sorted(ours.keys() - theirs.keys())]


def _compare_metadata_file(name: str, theirs: bytes, ours: bytes, root: Path) -> list[str]:
    """Compare two files of a metadata folder, by their meaning."""
    reader: Callable[[bytes], object] = lambda data: data  # noqa: E731
    if name == "METADATA":
        reader = _headers
    elif name == "WHEEL":
        reader = _wheel_headers
    elif name == "RECORD":
        reader = _record
    elif name == "entry_points.txt":
        reader = _entry_points
    elif name.startswith("sboms/"):
        return [] if _sbom(theirs, root) == _sbom(ours, root) else [f"meaning of {name}"]
    return [] if reader(theirs) == reader(ours) else [f"meaning of {name}"]


def _headers(data: bytes) -> tuple[Counter[tuple[str, str]], str]:
    message = email.message_from_bytes(data)
    items = Counter((key.lower(), str(value)) for key, value in message.items())
    return items, str(message.get_payload())


def _wheel_headers(data: bytes) -> Counter[tuple[str, str]]:
    items, _ = _headers(data)
    return Counter({item: count for item, count in items.items() if item[0] != "generator"})


def _record(data: bytes) -> Counter[tuple[str, ...]]:
    """Return the rows, without digests of the files that are compared by their meaning."""
    rows = csv.reader(io.StringIO(data.decode()))
    return Counter((row[0],) if ".dist-info/" in row[0] else tuple(row) for row in rows)


def _entry_points(data: bytes) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(data.decode())
    return {name: dict(parser[name]) for name in parser.sections()}


def _sbom(data: bytes, root: Path) -> object:
    document = json.loads(data.decode().replace(root.as_uri(), "file:.").replace(str(root), "."))
    document.pop("serialNumber", None)
    document.get("metadata", {}).pop("timestamp", None)
    return document


def _unzip(path: Path) -> dict[str, tuple[int, bytes]]:
    with zipfile.ZipFile(path) as archive:
        return {
            entry.filename: (entry.external_attr >> 16, archive.read(entry))
            for entry in archive.infolist()
        }


def _untar(path: Path, backend: str) -> dict[str, tuple[bytes, int, str, float, bytes]]:
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            stream = archive.extractfile(member) if member.isreg() else None
            data = stream.read() if stream is not None else b""
            if member.name.rpartition("/")[2] == "pyproject.toml":
                data = restored(data, backend)
            found[member.name] = (member.type, member.mode, member.linkname, member.mtime, data)
    return found


def _read_folder(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
