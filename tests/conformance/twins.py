"""The other half: a Rust module added to a C project, a C module added to a Rust project.

Both come from one small template, whatever the project is. Its own files stay as they are;
``pyproject.toml`` gets the tables that describe the halves. A project whose module is in no package
of Python sources gets one: that is what its maintainer would write.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from string import Template
from typing import Any

from conformance.comparing import NATIVE
from conformance.subjects import Subject
from conformance.swapping import with_keys
from conformance.twin_files import (
    C_FILES,
    C_TABLE,
    PACKAGE,
    RUST_FILES,
    RUST_TABLE,
    TWIN_TABLE,
)
from twinwheel.build.pyproject import read_pyproject

__all__ = ["Twin", "plan_twin", "write_other_half"]

ADDED = "_other_half"
"""Name of the module that is added; it has a function ``answer``."""

_SOURCE_FOLDERS = ("src", "python", "src_python", ".")
_NEW_SOURCE_FOLDER = "python"


@dataclass(frozen=True)
class Twin:
    """A project that gets its other half."""

    subject: Subject
    package: str
    """The twin package's import name."""

    source: str
    """Its folder, relative to the project."""

    own: str
    """Full name of the module that the project compiles, in the twin."""

    name: str
    version: str
    init: str | None = None
    """What its ``__init__.py`` says; None when the project has one."""

    moved: bool = False
    """Whether the project's own module was at the top, and goes into the package."""

    @property
    def added(self) -> str:
        """Full name of the module that is added."""
        return f"{self.package}.{ADDED}"

    def notes(self) -> Iterator[str]:
        """Say what else was written for it, and what may differ."""
        if self.moved:
            yield "in a package that is written for it: the project's own module is at the top"
        elif self.init is not None:
            yield "with an `__init__.py` that is written for it"
        for path, why in self.subject.circumstances.exempt.items():
            yield f"`{path}` may differ: {why}"

    @property
    def prefix(self) -> str:
        """Where in the wheel the project's own files may be found, besides where they were."""
        return f"{self.package}/" if self.moved else ""


def plan_twin(subject: Subject, root: Path, wheel: Path | None) -> Twin | str:
    """Look for a place for the other half.

    Args:
        subject: The project.
        root: Its folder.
        wheel: The wheel that its own backend made; None when it failed.

    Returns:
        The twin, or the reason why there is none.
    """
    if wheel is None:
        return "no twin of what does not build"
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        files = {name: archive.read(name) for name in names if name.endswith("/__init__.py")}
    name, version = wheel.name.split("-")[:2]
    natives = sorted(PurePosixPath(name) for name in names if name.endswith(NATIVE))
    if not natives:
        if any("/scripts/" in name for name in names):
            return "it makes a program: there is no module that an import could bind"
        return "no native module of its own"
    table: Any = read_pyproject(root).get("tool", {}).get("maturin", {})
    for native in natives:
        own = table.get("module-name") or _module_name(native)
        package = native.parts[0]
        for folder in _SOURCE_FOLDERS:
            source = PurePosixPath(folder) / package
            if len(native.parts) > 1 and (root / source / "__init__.py").is_file():
                return Twin(subject, package, source.as_posix(), own, name, version)
    native = natives[0]
    own, package = _module_name(native), native.parts[0]
    init = PACKAGE
    if moved := len(native.parts) == 1:
        package = f"twin_of_{own}"
        own = f"{package}.{own}"
    else:  # maturin itself writes an __init__.py around a lone module
        init = files.get(f"{package}/__init__.py", PACKAGE.encode()).decode()
    source = PurePosixPath(_NEW_SOURCE_FOLDER, package)
    return Twin(subject, package, source.as_posix(), own, name, version, init, moved)


def write_other_half(twin: Twin, root: Path) -> None:
    """Write the half that the project lacks, and the tables that describe both."""
    pyproject = root / "pyproject.toml"
    text = pyproject.read_text("utf-8")
    if "project" not in read_pyproject(root):  # Cargo tells it, but two halves need a table
        text = with_keys(text, "project", f'name = "{twin.name}"\ndynamic = ["version"]\n')
    above = PurePosixPath(twin.source).parent.as_posix()
    values = {
        "module": ADDED,
        "package": twin.package,
        "folder": twin.package.replace(".", "/"),
        "source": twin.source,
        "version": ".".join([*twin.version.split("."), "0", "0"][:3])
        if re.fullmatch(r"[\d.]+", twin.version)
        else twin.version,  # Cargo wants three numbers
    }
    if twin.subject.family == "maturin":
        files, tables = C_FILES, C_TABLE
        values |= {"c": twin.added, "rust": twin.own}
        if twin.init is not None:
            keys = f'module-name = "{twin.own}"\npython-source = "{above}"\n'
            text = with_keys(text, "tool.maturin", keys)
    else:
        files, tables = RUST_FILES, RUST_TABLE
        values |= {"c": twin.own, "rust": twin.added}
        tables += f'python-source = "{above}"\n' if above != "." else ""
        if twin.moved:
            text = with_keys(text, "tool.scikit-build", f'wheel.install-dir = "{twin.package}"\n')
    written = {path: _filled(content, values) for path, content in files.items()}
    if twin.init is not None:
        written[f"{twin.source}/__init__.py"] = twin.init
    for path, content in written.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, "utf-8")
    pyproject.write_text(text + _filled(tables + TWIN_TABLE, values), "utf-8")


def _module_name(native: PurePosixPath) -> str:
    return ".".join([*native.parent.parts, native.name.partition(".")[0]])


def _filled(text: str, values: Mapping[str, str]) -> str:
    return Template(text).substitute(values)
