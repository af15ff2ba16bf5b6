"""Reading and writing wheels. Equal contents give equal bytes: fixed order, dates and modes.

Specification: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import re
import stat
import time
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twinwheel._version import __version__
from twinwheel.build.tags import PURE, WheelTag
from twinwheel.errors import BuildError
from twinwheel.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twinwheel.build.plan import HalfPlan

__all__ = [
    "File",
    "Half",
    "read_half",
    "source_date",
    "wheel_description",
    "wheel_name",
    "write_wheel",
]

_ZIP_EPOCH = 315532800  # 1980-01-01, before which a zip file has no dates
_ZIP_END = 4354819199  # 2107-12-31, after which it has none either


@dataclass(frozen=True)
class File:
    """One file of a wheel."""

    data: bytes
    executable: bool = False


@dataclass(frozen=True)
class Half:
    """A wheel that one builder made."""

    plan: HalfPlan
    name: str
    """Normalised distribution name."""

    version: str
    tag: WheelTag
    payload: Mapping[str, File]
    """All but the metadata folder, by path."""

    dist_info: Mapping[str, bytes]
    """The metadata folder's files, by path inside it."""

    build_tag: str = ""


def read_half(plan: HalfPlan, path: Path) -> Half:
    """Read what a builder made.

    Raises:
        BuildError: TW311 when the file is no wheel.
    """
    parts = path.name.removesuffix(".whl").split("-")
    if path.suffix != ".whl" or len(parts) not in (5, 6):
        raise BuildError(f"'{path.name}' is no wheel", code="TW311", where=f"the {plan.label} half")
    name, version = parts[:2]
    payload: dict[str, File] = {}
    dist_info: dict[str, bytes] = {}
    metadata_folder = f"{name}-{version}.dist-info/"
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.is_dir():
                    continue
                data = archive.read(entry)
                if entry.filename.startswith(metadata_folder):
                    dist_info[entry.filename.removeprefix(metadata_folder)] = data
                else:
                    executable = bool(entry.external_attr >> 16 & stat.S_IXUSR)
                    payload[entry.filename] = File(data, executable)
    except (OSError, zipfile.BadZipFile) as error:
        raise BuildError(
            f"'{path.name}' cannot be read: {error}", code="TW311", where=f"the {plan.label} half"
        ) from None
    tag = WheelTag.parse("-".join(parts[-3:]))
    build_tag = parts[2] if len(parts) == 6 else ""
    return Half(plan, name, version, tag, payload, dist_info, build_tag)


def wheel_name(stem: str, tag: WheelTag, build_tag: str = "") -> str:
    """Return the file name of a wheel."""
    return "-".join(filter(None, (stem, build_tag, str(tag)))) + ".whl"


def write_wheel(
    folder: Path,
    stem: str,
    tag: WheelTag,
    payload: Mapping[str, File],
    dist_info: Mapping[str, bytes],
    build_tag: str = "",
) -> str:
    """Write a wheel with its WHEEL and RECORD; it appears whole or not at all.

    Args:
        folder: Existing folder to write to.
        stem: ``name-version``.
        tag: What the wheel runs on.
        payload: Files by path.
        dist_info: Files of the metadata folder, by path inside it.
        build_tag: Stands behind the version in the name; empty when there is none.

    Returns:
        The file name.
    """
    metadata_folder = f"{stem}.dist-info"
    described = {**dist_info, "WHEEL": wheel_description(tag, build_tag)}
    files = {path: payload[path] for path in sorted(payload)}
    files |= {f"{metadata_folder}/{path}": File(described[path]) for path in sorted(described)}
    record = f"{metadata_folder}/RECORD"
    files[record] = File(_record(files, record))
    buffer = io.BytesIO()
    moment = time.gmtime(max(source_date() or _ZIP_EPOCH, _ZIP_EPOCH))[:6]
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, file in files.items():
            entry = zipfile.ZipInfo(path, moment)
            entry.create_system = 3  # Unix, whatever the machine: the modes below are Unix's
            mode = 0o755 if file.executable else 0o644
            entry.external_attr = (stat.S_IFREG | mode) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.data, compresslevel=9)
    name = wheel_name(stem, tag, build_tag)
    write_whole(folder / name, buffer.getvalue())
    return name


def wheel_description(tag: WheelTag, build_tag: str = "") -> bytes:
    """Return the contents of the WHEEL file."""
    lines = [
        "Wheel-Version: 1.0",
        f"Generator: twinwheel {__version__}",
        f"Root-Is-Purelib: {'true' if tag == PURE else 'false'}",
        *(f"Tag: {plain}" for plain in tag.expand()),
        *([f"Build: {build_tag}"] if build_tag else []),
        "",
    ]
    return "\n".join(lines).encode()


def source_date() -> int | None:
    """Return ``SOURCE_DATE_EPOCH`` in seconds, or None when it is not set, or empty.

    Source: https://reproducible-builds.org/specs/source-date-epoch/

    Raises:
        BuildError: TW313 when it is no number of seconds.
    """
    text = os.environ.get("SOURCE_DATE_EPOCH", "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) > _ZIP_END:
        raise BuildError(
            f"SOURCE_DATE_EPOCH is '{text}'",
            code="TW313",
            where="environment variable SOURCE_DATE_EPOCH",
            accepted=f"a whole number of seconds since 1970, at most {_ZIP_END} (the end of 2107)",
        )
    return int(text)


def _record(files: Mapping[str, File], record: str) -> bytes:
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    for path, file in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(file.data).digest()).rstrip(b"=")
        writer.writerow((path, f"sha256={digest.decode()}", len(file.data)))
    writer.writerow((record, "", ""))
    return table.getvalue().encode()
